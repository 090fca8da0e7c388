package main

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

// newLog gives the log of a service, one line an event. Where the journal reads it, each line begins
// with its priority, so that "journalctl -p warning" finds what a person should know.
func newLog(p *process) *slog.Logger {
	w := p.stderr
	if isJournal(p) {
		w = journal{w}
	}
	return slog.New(slog.NewTextHandler(w, nil))
}

// isJournal reports whether errors go to the journal (systemd.exec(5), JOURNAL_STREAM).
func isJournal(p *process) bool {
	f, ok := p.stderr.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	if err != nil {
		return false
	}
	is, ok := info.Sys().(*syscall.Stat_t)
	stream, _ := p.env("JOURNAL_STREAM")
	return ok && stream == fmt.Sprintf("%d:%d", is.Dev, is.Ino)
}

// journal takes lines of a slog.TextHandler, which writes the level right after the time.
type journal struct{ w io.Writer }

func (j journal) Write(line []byte) (int, error) {
	priority := "<6>" // sd-daemon(3): information
	switch head := line[:min(len(line), 60)]; {
	case bytes.Contains(head, []byte(" level=ERROR ")):
		priority = "<3>"
	case bytes.Contains(head, []byte(" level=WARN ")):
		priority = "<4>"
	}
	if _, err := j.w.Write(append([]byte(priority), line...)); err != nil {
		return 0, err
	}
	return len(line), nil
}

// notifySystemd tells the service manager about the service's state, if it asked for it
// (sd_notify(3)).
func notifySystemd(env func(string) (string, bool), state string) {
	path, ok := env("NOTIFY_SOCKET")
	if !ok || path == "" {
		return
	}
	if path[0] == '@' { // an abstract socket
		path = "\x00" + path[1:]
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return // nobody is listening, and the site is what matters
	}
	defer conn.Close()
	conn.Write([]byte(state))
}

// watchdog gives what is to be called while the loop goes on: it tells the service manager that the
// service is alive, four times in the time after which that would start it anew, if it asked to be told
// (sd_watchdog_enabled(3)). Safe for concurrent use.
func watchdog(env func(string) (string, bool)) (alive func()) {
	text, _ := env("WATCHDOG_USEC")
	micros, err := strconv.ParseInt(text, 10, 64)
	if err != nil || micros <= 0 {
		return func() {}
	}
	return sparingly(time.Duration(micros)*time.Microsecond/4, func() { notifySystemd(env, "WATCHDOG=1") })
}

// busy gives what is to be called while work goes on that may take long, such as a first publication:
// the service manager waits another fifteen minutes for it. Safe for concurrent use.
func busy(env func(string) (string, bool)) (goesOn func()) {
	state := fmt.Sprintf("EXTEND_TIMEOUT_USEC=%d", (15 * time.Minute).Microseconds())
	return sparingly(time.Minute, func() { notifySystemd(env, state) })
}

// sparingly gives a function that calls the other unless it has within this time. Safe for concurrent use.
func sparingly(every time.Duration, do func()) func() {
	began := time.Now()   // only differences to it are used: the monotonic clock
	var next atomic.Int64 // when to call it again, in nanoseconds since
	return func() {
		now, due := time.Since(began), next.Load()
		if int64(now) >= due && next.CompareAndSwap(due, int64(now+every)) {
			do()
		}
	}
}
