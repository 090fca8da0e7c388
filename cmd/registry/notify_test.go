package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// listenAsSystemd takes what is told to the service manager at a socket.
func listenAsSystemd(t *testing.T, address string) *net.UnixConn {
	t.Helper()
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: address, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { socket.Close() })
	return socket
}

// hear gives what is said next, but that work goes on.
func hear(t *testing.T, socket *net.UnixConn) string {
	t.Helper()
	for {
		said := make([]byte, 64)
		n, err := socket.Read(said)
		if err != nil {
			t.Fatal(err)
		}
		if text := string(said[:n]); text != goesOn {
			return text
		}
	}
}

const goesOn = "EXTEND_TIMEOUT_USEC=900000000"

// The service manager hears that the service is ready when the site stands, not before: it
// listens at a socket as systemd does (sd_notify(3)).
func TestTheServiceManagerHearsWhenTheSiteStands(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	writeLines(t, "records.ndjson", sampleLines(t, 20))
	for _, name := range []string{"notify", "@registry-notify-" + filepath.Base(filepath.Dir(dir))} {
		address := name
		if name[0] == '@' {
			address = "\x00" + name[1:]
		}
		socket := listenAsSystemd(t, address)
		ctx, stop := context.WithCancel(t.Context())
		env := func(key string) (string, bool) { return name, key == "NOTIFY_SOCKET" }
		var output bytes.Buffer
		ended := make(chan int, 1)
		go func() {
			ended <- run(ctx, []string{"watch", "--source", "records.ndjson"}, process{&output, &output, env, time.Now})
			socket.Close() // so that nobody waits for a word that will not come
		}()
		for _, want := range []string{goesOn, "READY=1"} { // a first publication may take long
			said := make([]byte, 64)
			n, err := socket.Read(said)
			if err != nil {
				<-ended
				t.Fatalf("%v\n%s", err, output.String())
			}
			if string(said[:n]) != want {
				t.Errorf("said %q, not %q", said[:n], want)
			}
		}
		if _, err := os.Stat("public/status.json"); err != nil {
			t.Errorf("ready before the site stood: %v", err)
		}
		stop()
		if status := <-ended; status != exitDone {
			t.Errorf("status %d\n%s", status, output.String())
		}
	}
	// Nobody listens, or nobody asked: the site is what matters.
	notifySystemd(func(string) (string, bool) { return filepath.Join(dir, "nobody"), true }, "READY=1")
	notifySystemd(func(string) (string, bool) { return "", false }, "READY=1")
}

// What the guard holds and a source that is gone are no reason not to be ready where a site stands: it
// is followed, and the service manager would otherwise start the service anew again and again.
func TestASiteThatStandsIsReadyWhateverTheSource(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	began := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)
	writeLines(t, "records.ndjson", sampleLines(t, 40))
	var output bytes.Buffer
	none := func(string) (string, bool) { return "", false }
	clock := func(at time.Time) func() time.Time { return func() time.Time { return at } }
	if status := run(t.Context(), []string{"build", "--source", "records.ndjson"}, process{&output, &output, none, clock(began)}); status != exitDone {
		t.Fatalf("build: %d\n%s", status, output.String())
	}
	for _, c := range []struct {
		what  string
		after time.Duration
		lines int // of the source; 0: it is gone
	}{
		{"a difference that is held", time.Hour, 20},
		{"a source that is gone, and nothing may be published by the calendar any more", 100 * time.Hour, 0},
	} {
		if c.lines > 0 {
			writeLines(t, "records.ndjson", sampleLines(t, c.lines))
		} else if err := os.Remove("records.ndjson"); err != nil {
			t.Fatal(err)
		}
		socket := listenAsSystemd(t, "notify")
		ctx, stop := context.WithCancel(t.Context())
		env := func(key string) (string, bool) { return "notify", key == "NOTIFY_SOCKET" }
		ended := make(chan int, 1)
		go func() {
			ended <- run(ctx, []string{"watch", "--source", "records.ndjson"}, process{&output, &output, env, clock(began.Add(c.after))})
			socket.Close()
		}()
		if said := hear(t, socket); said != "READY=1" {
			t.Errorf("%s: said %q", c.what, said)
		}
		stop()
		<-ended
		if err := os.Remove("notify"); err != nil {
			t.Fatal(err)
		}
	}
}

// Serve is ready when it answers.
func TestServeIsReadyWhenItAnswers(t *testing.T) {
	t.Chdir(t.TempDir())
	writeLines(t, "records.ndjson", sampleLines(t, 20))
	for i, args := range [][]string{{"serve", "--watch", "--source", "records.ndjson"}, {"serve"}} {
		socket := listenAsSystemd(t, fmt.Sprint("notify", i))
		ctx, stop := context.WithCancel(t.Context())
		env := func(key string) (string, bool) { return fmt.Sprint("notify", i), key == "NOTIFY_SOCKET" }
		out, err := os.Create("out")
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan int, 1)
		go func() {
			ended <- run(ctx, append(args, "--addr", "127.0.0.1:0"), process{out, out, env, time.Now})
			socket.Close()
		}()
		if said := hear(t, socket); said != "READY=1" {
			t.Errorf("%q said %q", args, said)
		}
		body, err := os.ReadFile("out")
		if err != nil {
			t.Fatal(err)
		}
		_, address, _ := strings.Cut(string(body), "listening on ")
		address, _, _ = strings.Cut(address, "\n")
		response, err := http.Get(address + "/readyz")
		if err != nil {
			t.Fatalf("%v\n%s", err, body)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Errorf("%q: %s", args, response.Status)
		}
		stop()
		if status := <-ended; status != exitDone {
			t.Errorf("%q: status %d", args, status)
		}
	}
}

// While there is something to hear from the loop, the service manager hears that the service is alive.
func TestTheWatchdogHearsOfALoopThatGoesOn(t *testing.T) {
	t.Chdir(t.TempDir())
	writeLines(t, "records.ndjson", sampleLines(t, 20))
	socket := listenAsSystemd(t, "notify")
	ctx, stop := context.WithCancel(t.Context())
	env := func(key string) (string, bool) {
		value, ok := map[string]string{"NOTIFY_SOCKET": "notify", "WATCHDOG_USEC": "2000000"}[key]
		return value, ok
	}
	var output bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"watch", "--source", "records.ndjson", "--poll", "1s"}, process{&output, &output, env, time.Now})
		socket.Close()
	}()
	heard := map[string]int{}
	for heard["WATCHDOG=1"] < 3 || heard["READY=1"] < 1 {
		heard[hear(t, socket)]++
	}
	stop()
	if status := <-ended; status != exitDone {
		t.Errorf("status %d\n%s", status, output.String())
	}
	if len(heard) != 2 || heard["READY=1"] != 1 {
		t.Errorf("heard %v", heard)
	}
}

// It is told four times in the time that it is given, however often there is something to tell.
func TestTheWatchdogIsToldNoMoreThanItAsks(t *testing.T) {
	for _, given := range []string{"", "0", "-1", "soon"} {
		watchdog(func(string) (string, bool) { return given, given != "" })()
	}
	synctest.Test(t, func(t *testing.T) {
		told := 0
		alive := watchdog(func(key string) (string, bool) {
			if key == "NOTIFY_SOCKET" {
				told++
				return "", false
			}
			return "60000000", true
		})
		for range 600 {
			alive()
			time.Sleep(100 * time.Millisecond)
		}
		if told != 4 {
			t.Errorf("told %d times in a minute, want 4", told)
		}
	})
}

// The journal is given each line with its priority, by the level and not by what the line says.
func TestTheJournalHearsPriorities(t *testing.T) {
	var lines bytes.Buffer
	log := slog.New(slog.NewTextHandler(journal{&lines}, nil))
	log.Info("published", "why", " level=ERROR ")
	log.Warn("cannot be watched")
	log.Error("held")
	for i, line := range strings.Split(strings.TrimSpace(lines.String()), "\n") {
		if want := []string{"<6>time=", "<4>time=", "<3>time="}[i]; !strings.HasPrefix(line, want) {
			t.Errorf("line %q does not begin with %q", line, want)
		}
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	info, err := w.Stat()
	if err != nil {
		t.Fatal(err)
	}
	is := info.Sys().(*syscall.Stat_t)
	for stream, want := range map[string]string{fmt.Sprintf("%d:%d", is.Dev, is.Ino): "<6>time=", "1:2": "time=", "": "time="} {
		newLog(&process{stderr: w, env: func(string) (string, bool) { return stream, stream != "" }}).Info("listening")
		line := make([]byte, 256)
		n, err := r.Read(line)
		if err != nil || !strings.HasPrefix(string(line[:n]), want) {
			t.Errorf("JOURNAL_STREAM=%q: %q, %v", stream, line[:n], err)
		}
	}
	w.Close()
}
