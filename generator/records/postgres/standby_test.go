package postgres_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cmpss/registry/generator/records/postgres"
	"github.com/cmpss/registry/generator/records/postgres/pgtest"
)

// A standby is known to have every change up to the last commit that it replayed, by the primary's
// clock: not up to now when its replay is paused or nothing comes, whatever it says of its health.
func TestStandby(t *testing.T) {
	d := alone(t)
	standby := d.cluster.Standby(t)
	admin := standby.URL("postgres", "postgres", "")
	source, err := postgres.Open(standby.URL(d.name, "reader", password))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(source.Close)
	// A standby that has replayed no commit since it started has nothing to show for its age.
	if _, err := source.Snapshot(context.Background(), nil); err == nil || !strings.Contains(err.Error(), "is a standby that has replayed no transaction") {
		t.Errorf("error %v", err)
	}

	report, err := postgres.Check(context.Background(), standby.URL(d.name, "reader", password))
	if err != nil || !report.OK() || !slices.ContainsFunc(report.Lines, func(l postgres.Line) bool { return strings.HasPrefix(l.What, "it is a standby") }) {
		t.Errorf("checked: %+v, %v", report, err)
	}

	replayed := func() { // the standby has come to where the primary is
		t.Helper()
		var at string
		if err := pgtest.Connect(t, d.owner).QueryRow(context.Background(), "select pg_current_wal_flush_lsn()::text").Scan(&at); err != nil {
			t.Fatal(err)
		}
		conn := pgtest.Connect(t, admin)
		for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
			var there bool
			if err := conn.QueryRow(context.Background(), "select coalesce(pg_last_wal_replay_lsn() >= $1::pg_lsn, false)", at).Scan(&there); err != nil {
				t.Fatal(err)
			}
			if there {
				return
			}
			if time.Now().After(deadline) {
				t.Fatal("the standby does not come after")
			}
		}
	}
	var now time.Time
	change := func() {
		t.Helper()
		if err := pgtest.Connect(t, d.owner).QueryRow(context.Background(), "select clock_timestamp()").Scan(&now); err != nil {
			t.Fatal(err)
		}
		pgtest.Exec(t, d.owner, change1)
	}
	change()
	replayed()
	h := &held{source: source}
	h.reread(t)
	first := h.KnownUpTo
	if first.Before(now.Add(-time.Second)) || !first.Before(time.Now()) {
		t.Errorf("known up to %s, changed at %s", first, now)
	}
	change()
	replayed()
	delta := h.look(t)
	if got := gist(delta); !slices.Equal(got, []string{"+000001"}) || !delta.KnownUpTo.After(first) {
		t.Errorf("told %q, known up to %s", got, delta.KnownUpTo)
	}
	known := delta.KnownUpTo

	pgtest.Exec(t, admin, "select pg_wal_replay_pause()")
	change()
	if delta := h.look(t); len(gist(delta)) > 0 || !delta.KnownUpTo.Equal(known) {
		t.Errorf("paused: told %q, known up to %s and not %s", gist(delta), delta.KnownUpTo, known)
	}
	h.reread(t)
	if !h.KnownUpTo.Equal(known) {
		t.Errorf("paused: a complete read is known up to %s and not %s", h.KnownUpTo, known)
	}
	pgtest.Exec(t, admin, "select pg_wal_replay_resume()")
	replayed()
	if delta := h.look(t); !slices.Equal(gist(delta), []string{"+000001"}) || !delta.KnownUpTo.After(known) {
		t.Errorf("resumed: told %q, known up to %s", gist(delta), delta.KnownUpTo)
	}
	// Of a primary on which nobody commits anything, a transaction that only asks for its number is sign of
	// life enough. Any user may begin it, in a transaction that cannot write as well.
	idle := h.look(t).KnownUpTo
	pgtest.Exec(t, d.reader, "begin read only; select pg_current_xact_id(); commit")
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		delta := h.look(t)
		if len(gist(delta)) > 0 {
			t.Errorf("told %q", gist(delta))
		}
		if delta.KnownUpTo.After(idle) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("known up to %s, whatever the primary says", delta.KnownUpTo)
		}
	}
	known = h.look(t).KnownUpTo
	d.cluster.Crash(t) // nothing comes any more
	if delta := h.look(t); !delta.KnownUpTo.Equal(known) {
		t.Errorf("without a primary: known up to %s and not %s", delta.KnownUpTo, known)
	}
	d.cluster.Resume(t)
	if primary := mustSnapshot(t, d.reader); !primary.KnownUpTo.IsZero() {
		t.Errorf("the primary is known up to %s only", primary.KnownUpTo)
	}
}
