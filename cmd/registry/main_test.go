package main

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/cmpss/registry/generator/records/postgres/pgtest"
)

// The command under test is this program itself, with a clock that a script can set: NOW, in
// RFC 3339.
func TestMain(m *testing.M) {
	testscript.Main(databases{m}, map[string]func(){
		"registry": func() {
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
			defer stop()
			if os.Getenv(htmlOnly) != "" {
				if err := buildHTMLOnly(ctx, os.Args); err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				os.Exit(0)
			}
			now := time.Now
			if at, err := time.Parse(time.RFC3339, os.Getenv("NOW")); err == nil {
				now = func() time.Time { return at }
			}
			os.Exit(run(ctx, os.Args[1:], process{os.Stdout, os.Stderr, os.LookupEnv, now}))
		},
	})
}

// databases runs the tests, and stops the database servers that they started.
type databases struct{ m *testing.M }

func (d databases) Run() int { return pgtest.Run(d.m) }

// patience is how long a test waits for what must come, on a machine that is busy; it is never waited out.
const patience = 3 * time.Minute

// hangup is the signal that makes a watch read everything.
const hangup = syscall.SIGHUP

// Every visible behaviour of the command has a script that reads like a terminal.
func TestScripts(t *testing.T) {
	repository, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("REPOSITORY", repository)
			env.Setenv("NOW", "2026-11-22T20:30:00Z") // half past twelve in Los Angeles
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"status":   scriptStatus,
			"fetch":    scriptFetch,
			"append":   scriptAppend,
			"examples": scriptExamples,
			"wait-for": scriptWaitFor,
		},
	})
}

// status N registry ARGS… runs the command and demands exit status N.
func scriptStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N command args…")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if err != nil {
		got = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if got != args[0] {
		ts.Fatalf("exit status %s, want %s", got, args[0])
	}
}

// fetch CODE PATH FILE gets a path from the server whose output is in FILE, waiting for it to
// listen, and demands a status code. The body goes to standard output.
func scriptFetch(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: fetch code path file")
	}
	address := listening(ts, args[2])
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Get(address + args[1])
	ts.Check(err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%s %s\n%s", response.Status, response.Header.Get("Location"), body)
	if fmt.Sprint(response.StatusCode) != args[0] {
		ts.Fatalf("%s: %s, want %s\n%s", args[1], response.Status, args[0], body)
	}
}

// listening is the address of the server whose output is in a file.
func listening(ts *testscript.TestScript, file string) string {
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		body, _ := os.ReadFile(ts.MkAbs(file))
		if _, after, ok := strings.Cut(string(body), "listening on "); ok && strings.Contains(after, "\n") {
			address, _, _ := strings.Cut(after, "\n")
			return address
		}
		if time.Now().After(deadline) {
			ts.Fatalf("the server does not listen: %s", body)
		}
	}
}

// curlExamples are the commands in a document that a reader may copy: those of a fenced block, one a line, and those of a
// page or of a description, as HTML and JSON write them.
var curlExamples = regexp.MustCompile(`(?m)^curl .*$|<code>curl [^<]*</code>|Example: curl '[^']*'`)

// examples OUT FILE… gives every curl command of the files to a shell, as it stands but for the host, which is the server
// whose output is in OUT. Each must be answered with JSON.
func scriptExamples(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: examples out file…")
	}
	address := listening(ts, args[0])
	// An answer that is an error is one of the command, without a word of it being other.
	ts.Check(os.WriteFile(ts.MkAbs(".curlrc"), []byte("fail-with-body\nsilent\nshow-error\nnoproxy = *\n"), 0o600))
	host := strings.NewReplacer("https://registry.example.org", address, "http://127.0.0.1:8080", address, "https://HOST", address)
	for _, file := range args[1:] {
		commands := curlExamples.FindAllString(ts.ReadFile(file), -1)
		if len(commands) == 0 {
			ts.Fatalf("%s has no example", file)
		}
		for _, command := range commands {
			command = strings.TrimPrefix(command, "Example: ")
			command = html.UnescapeString(strings.TrimSuffix(strings.TrimPrefix(command, "<code>"), "</code>"))
			shell := exec.Command("sh", "-c", host.Replace(command))
			shell.Env = append(os.Environ(), "CURL_HOME="+ts.MkAbs("."))
			answer, err := shell.Output()
			if err != nil || !json.Valid(answer) {
				ts.Fatalf("%s: %s: %v\n%s", file, command, err, answer)
			}
		}
	}
}

// wait-for FILE PATTERN waits until the file is there and the pattern matches in it.
func scriptWaitFor(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: wait-for file pattern")
	}
	pattern, err := regexp.Compile(args[1])
	ts.Check(err)
	var body []byte
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if body, _ = os.ReadFile(ts.MkAbs(args[0])); pattern.Match(body) {
			return
		}
	}
	ts.Fatalf("%s does not match %q in %s:\n%s", args[0], args[1], patience, body)
}

// append FILE TEXT adds a line to a file.
func scriptAppend(ts *testscript.TestScript, neg bool, args []string) {
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	ts.Check(err)
	_, err = fmt.Fprintln(f, args[1])
	ts.Check(err)
	ts.Check(f.Close())
}
