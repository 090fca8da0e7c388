package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
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

// hangup is the signal that makes a watch read everything.
const hangup = syscall.SIGHUP

// Every visible behaviour of the command has a script that reads like a terminal.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("NOW", "2026-11-22T20:30:00Z") // half past twelve in Los Angeles
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"status":   scriptStatus,
			"fetch":    scriptFetch,
			"append":   scriptAppend,
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
	var address string
	for deadline := time.Now().Add(20 * time.Second); address == ""; {
		body, _ := os.ReadFile(ts.MkAbs(args[2]))
		if _, after, ok := strings.Cut(string(body), "listening on "); ok && strings.Contains(after, "\n") {
			address, _, _ = strings.Cut(after, "\n")
			break
		}
		if time.Now().After(deadline) {
			ts.Fatalf("the server does not listen: %s", body)
		}
		time.Sleep(10 * time.Millisecond)
	}
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

// wait-for FILE PATTERN waits until the file is there and the pattern matches in it.
func scriptWaitFor(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: wait-for file pattern")
	}
	pattern, err := regexp.Compile(args[1])
	ts.Check(err)
	var body []byte
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if body, _ = os.ReadFile(ts.MkAbs(args[0])); pattern.Match(body) {
			return
		}
	}
	ts.Fatalf("%s does not match %q in %s:\n%s", args[0], args[1], "30 s", body)
}

// append FILE TEXT adds a line to a file.
func scriptAppend(ts *testscript.TestScript, neg bool, args []string) {
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	ts.Check(err)
	_, err = fmt.Fprintln(f, args[1])
	ts.Check(err)
	ts.Check(f.Close())
}
