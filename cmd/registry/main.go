// Command registry turns certification records into a public registry site and answers
// questions about a certification. See the README for a tour.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/cmpss/registry/generator/publish"
)

// version is set by the linker.
var version = "development"

// The exit statuses of the command. verify has its own; see verifyCommand.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
	exitHeld   = 3
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(run(ctx, os.Args[1:], process{os.Stdout, os.Stderr, os.LookupEnv, time.Now}))
}

// process is what the command uses of the process it runs in.
type process struct {
	stdout, stderr io.Writer
	env            func(string) (string, bool)
	now            func() time.Time
}

// commands is the command line.
type commands struct {
	Config  string           `help:"File of settings, as described in docs/configuration.md." default:"registry.toml" placeholder:"FILE" type:"path"`
	Version kong.VersionFlag `help:"Print the version and exit."`

	Build         buildCommand         `cmd:"" help:"Build the whole site once. Only files that changed are written."`
	Watch         watchCommand         `cmd:"" help:"Build, then follow every change of the source until stopped."`
	Serve         serveCommand         `cmd:"" help:"Answer queries over HTTP, and serve the static site beside them for one machine."`
	Verify        verifyCommand        `cmd:"" help:"Answer for one certification number."`
	Advertisement advertisementCommand `cmd:"" help:"Hold an advertisement of a certification against the rules and the record."`
	Check         checkCommand         `cmd:"" help:"Verify a published site against its manifest."`
	Sample        sampleCommand        `cmd:"" help:"Write synthetic records to standard output as NDJSON."`
	DB            dbCommand            `cmd:"" name:"db" help:"Install the reference schema in PostgreSQL, or check a database against the contract."`
	Completion    completionCommand    `cmd:"" help:"Print a completion script for a shell."`
}

// exit is what kong panics with to end the program, for --help and --version.
type exit int

// exitError is an error with an exit status of its own. Its message may be empty.
type exitError struct {
	status int
	err    error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// usageError is an error that a better command line would have avoided.
func usageError(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...)}
}

// run runs the command and gives its exit status.
func run(ctx context.Context, args []string, p process) (status int) {
	defer func() {
		if r := recover(); r != nil {
			code, ok := r.(exit)
			if !ok {
				panic(r)
			}
			status = int(code)
		}
	}()
	var cli commands
	parser, err := kong.New(&cli,
		kong.Name("registry"),
		kong.Description("The public registry of Certified Medi-Cal Peer Support Specialists: from records to pages that answer \"is this certification valid?\"\n\nEvery flag can also be set in registry.toml and in the environment, as REGISTRY_ and its name: a flag counts over the environment, the environment over the file."),
		kong.Vars{"version": "registry " + version},
		flagDefaults(),
		kong.Writers(p.stdout, p.stderr),
		kong.Exit(func(code int) { panic(exit(code)) }),
		kong.Resolvers(&settings{env: p.env}),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(&p),
	)
	if err != nil {
		fmt.Fprintln(p.stderr, "registry:", err)
		return exitFailed
	}
	command, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(p.stderr, "registry: %s\nRun \"registry --help\" for the commands and their flags.\n", err)
		return exitUsage
	}
	err = command.Run(parser)
	if err != nil && err.Error() != "" {
		fmt.Fprintf(p.stderr, "registry %s: %s\n", strings.Fields(command.Command())[0], err)
	}
	return exitStatus(err)
}

func exitStatus(err error) int {
	if err == nil {
		return exitDone
	}
	if e, ok := errors.AsType[*exitError](err); ok {
		return e.status
	}
	if _, ok := errors.AsType[*publish.HeldError](err); ok {
		return exitHeld
	}
	return exitFailed
}
