package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cmpss/registry/generator/records/postgres"
	"github.com/cmpss/registry/generator/records/postgres/pgtest"
)

// listener is a Listen under way.
type listener struct {
	looks   chan struct{} // one slot, as a program has it
	reports chan error
	counted int // looks asked for; to be read after stop
	waits   []time.Duration
	stop    func()
}

func listen(t *testing.T, source *postgres.Source) *listener {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	l := &listener{looks: make(chan struct{}, 1), reports: make(chan error, 10_000)}
	source.Jitter = func(wait time.Duration) time.Duration {
		l.waits = append(l.waits, wait)
		return wait / 10 // a test is in a hurry
	}
	ended := make(chan error)
	go func() {
		ended <- source.Listen(ctx, func() {
			l.counted++
			select {
			case l.looks <- struct{}{}:
			default:
			}
		}, func(err error) { l.reports <- err })
	}()
	stopped := false
	l.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		select {
		case err := <-ended:
			if !errors.Is(err, context.Canceled) {
				t.Errorf("Listen ended with %v", err)
			}
		case <-time.After(patience):
			t.Error("Listen does not end")
		}
	}
	t.Cleanup(l.stop)
	return l
}

// listening waits until the listener says that it listens, and gives the failures before that.
func (l *listener) listening(t *testing.T) (failures []error) {
	t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case err := <-l.reports:
			if err == nil {
				return failures
			}
			failures = append(failures, err)
		case <-deadline:
			t.Fatalf("it does not listen: %v", failures)
		}
	}
}

// failures gives what was reported and not yet asked for.
func (l *listener) failures() (list []error) {
	for len(l.reports) > 0 {
		list = append(list, <-l.reports)
	}
	return list
}

// failed waits for a failure.
func (l *listener) failed(t *testing.T) error {
	t.Helper()
	select {
	case err := <-l.reports:
		if err != nil {
			return err
		}
		t.Fatal("it listens, and has not said why it did not")
	case <-time.After(patience):
		t.Fatal("it does not notice")
	}
	return nil
}

// until looks when told to, until what was found suffices. What is done beside it must succeed.
func (l *listener) until(t *testing.T, h *held, enough func() bool, beside ...chan error) {
	t.Helper()
	deadline := time.After(patience)
	var done chan error // never ready
	if len(beside) > 0 {
		done = beside[0]
	}
	for !enough() || done != nil {
		select {
		case <-l.looks:
			h.look(t)
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			done = nil
		case <-deadline:
			t.Fatalf("it was not found; reported: %v", l.failures())
		}
	}
}

func (h *held) name(i int) string { return h.Records[i].LegalName() }

func TestListen(t *testing.T) {
	_, h, conn := followed(t)
	l := listen(t, h.source)
	if failures := l.listening(t); failures != nil {
		t.Error(failures)
	}
	<-l.looks // at once, for what happened before
	run(t, conn, change1)
	l.until(t, h, func() bool { return h.name(0) == "AX" })
	l.stop()
	if l.counted != 2 {
		t.Errorf("asked to look %d times, not at the connection and at the change", l.counted)
	}
}

// A hundred thousand notifications are a few looks, and no change among them is lost.
func TestListenBurst(t *testing.T) {
	_, h, conn := followed(t)
	l := listen(t, h.source)
	l.listening(t)
	done := make(chan error)
	go func() {
		_, err := conn.Exec(context.Background(), `do $$ begin
			for i in 1..2000 loop
				update registry.certification set legal_name = 'N' || i where number = 'MPSS00000' || (1 + i % 3);
				perform pg_notify('registry_change', n::text) from generate_series(1, 50) n;
				commit;
			end loop;
			end $$`)
		done <- err
	}()
	l.until(t, h, func() bool { return h.name(2) == "N2000" }, done)
	h.agrees(t)
	if want := []string{"N1998", "N1999", "N2000"}; h.name(0) != want[0] || h.name(1) != want[1] || h.name(2) != want[2] || h.rereads > 0 {
		t.Errorf("held: %s %s %s after %d rereads", h.name(0), h.name(1), h.name(2), h.rereads)
	}
	l.stop()
	t.Logf("asked to look %d times", l.counted)
	if l.counted > 2000 {
		t.Errorf("asked to look %d times for 102000 notifications of 2000 transactions", l.counted)
	}
}

// A hundred thousand notifications that come at once.
func TestListenFlood(t *testing.T) {
	_, h, conn := followed(t)
	l := listen(t, h.source)
	l.listening(t)
	run(t, conn, "begin", "select pg_notify('registry_change', n::text) from generate_series(1, 100000) n", change1, "commit")
	l.until(t, h, func() bool { return h.name(0) == "AX" })
	l.stop()
	t.Logf("asked to look %d times", l.counted)
	if l.counted > 5000 {
		t.Errorf("asked to look %d times for 100000 notifications", l.counted)
	}
}

// Connections that the server ends are made again, and what happened meanwhile is looked for.
func TestTerminatedConnections(t *testing.T) {
	d, h, conn := followed(t)
	l := listen(t, h.source)
	l.listening(t)
	h.look(t)
	for i := range 3 {
		run(t, conn, fmt.Sprintf("select pg_terminate_backend(pid) from pg_stat_activity where datname = '%s' and application_name = 'registry'", d.name))
		if err := l.failed(t); !strings.Contains(err.Error(), "connection was lost") && !strings.Contains(err.Error(), "57P01") {
			t.Errorf("the reason: %v", err)
		}
		run(t, conn, change1)
		l.listening(t)
		want := "A" + strings.Repeat("X", i+1)
		l.until(t, h, func() bool { return h.name(0) == want })
	}
	h.agrees(t)
	if h.rereads > 0 {
		t.Errorf("everything was read %d times", h.rereads)
	}
}

// A server that stops at once and comes back is followed on.
func TestRestartedServer(t *testing.T) {
	d := alone(t)
	h := hold(t, d.reader)
	l := listen(t, h.source)
	l.listening(t)
	pgtest.Exec(t, d.owner, change1)
	l.until(t, h, func() bool { return h.name(0) == "AX" })
	d.cluster.Crash(t)
	for range 4 {
		l.failed(t)
	}
	if _, err := h.source.Changes(context.Background(), h.Position); err == nil || !strings.Contains(err.Error(), "no connection") {
		t.Errorf("%v", err)
	}
	d.cluster.Resume(t)
	pgtest.Exec(t, d.owner, change1)
	l.listening(t)
	l.until(t, h, func() bool { return h.name(0) == "AXX" })
	h.agrees(t)
	l.stop()
	for i, want := range []time.Duration{100 * time.Millisecond, 200 * time.Millisecond, 400 * time.Millisecond, 800 * time.Millisecond} {
		if l.waits[i] != want {
			t.Errorf("waited %s, not %s first", l.waits, want)
		}
	}
}

// A connection over which nothing more comes, though nobody has closed it, is given up.
func TestBlackholedConnection(t *testing.T) {
	d, _, conn := followed(t)
	pgtest.Exec(t, d.cluster.URL("postgres", "postgres", ""), "alter role reader_of_"+d.name+" password '"+password+"'")
	proxy := d.cluster.Proxy(t)
	h := hold(t, proxy.URL(t, d.reader))
	h.source.SetAlive(time.Second) // longer than a busy machine keeps a server that is alive from its answer
	l := listen(t, h.source)
	l.listening(t)
	h.look(t)
	for i := range 2 {
		proxy.Blackhole()
		run(t, conn, change1) // nobody hears of it
		if err := l.failed(t); !strings.Contains(err.Error(), "connection was lost") || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("the reason: %v", err)
		}
		l.listening(t)
		want := "A" + strings.Repeat("X", i+1)
		l.until(t, h, func() bool { return h.name(0) == want })
	}
	h.agrees(t)
	if h.rereads > 0 {
		t.Errorf("everything was read %d times", h.rereads)
	}
}

// What cannot be reached is tried again, and Listen ends when it is told to, wherever it is.
func TestListenEnds(t *testing.T) {
	source, err := postgres.Open("postgres://web:" + "s3cret@/x?host=/nonexistent")
	if err != nil {
		t.Fatal(err)
	}
	l := listen(t, source)
	for range 3 {
		if err := l.failed(t); !strings.Contains(err.Error(), "no connection") || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%v", err)
		}
	}
	l.stop()
	if l.counted != 0 {
		t.Errorf("asked to look %d times at nothing", l.counted)
	}
}
