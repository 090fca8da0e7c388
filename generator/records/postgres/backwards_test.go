package postgres_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/cmpss/registry/generator/records"
	"github.com/cmpss/registry/generator/records/postgres"
	"github.com/cmpss/registry/generator/records/postgres/pgtest"
)

// alone is a database on a server of its own, with three records, whose commits are durable as
// those of a server in earnest.
func alone(t *testing.T) database {
	t.Helper()
	cluster := pgtest.StartAlone(t)
	d := database{cluster: cluster, name: cluster.Database(t)}
	d.owner = cluster.URL(d.name, "postgres", "")
	pgtest.Exec(t, d.owner, "alter database "+d.name+" set synchronous_commit = on")
	if _, err := postgres.Install(context.Background(), d.owner); err != nil {
		t.Fatal(err)
	}
	d.reader = user(t, cluster, d.name, "reader", "in role registry_reader")
	pgtest.Exec(t, d.owner, threeRecords...)
	return d
}

const change1 = "update registry.certification set legal_name = legal_name || 'X' where number = 'MPSS000001'"

func wantBackwards(t *testing.T, h *held, says string) {
	t.Helper()
	for range 2 { // it stays so until a person has looked
		delta, err := h.source.Changes(context.Background(), h.Position)
		if delta != nil || !errors.Is(err, records.ErrBackwards) || !strings.Contains(err.Error(), says) {
			t.Errorf("%+v, %v, not %q", delta, err, says)
		}
	}
}

// A backup that is older than what was read is noticed, also if changes were made to it since.
func TestRestoredBackup(t *testing.T) {
	d := alone(t)
	h := hold(t, d.reader)
	d.cluster.Shutdown(t)
	restore := d.cluster.Backup(t)
	d.cluster.Resume(t)

	// A restart and a backup that lacks nothing are no step back.
	h.look(t)
	d.cluster.Shutdown(t)
	restore()
	d.cluster.Resume(t)
	pgtest.Exec(t, d.owner, change1)
	h.look(t)
	h.agrees(t)

	pgtest.Exec(t, d.owner, change1, change1)
	h.look(t)
	d.cluster.Shutdown(t)
	restore()
	d.cluster.Resume(t)
	wantBackwards(t, h, "newest change")
	// As many changes later, only who made them tells the difference.
	pgtest.Exec(t, d.owner, "select pg_current_xact_id()", "select pg_current_xact_id()",
		change1, change1, change1, change1, change1)
	wantBackwards(t, h, "is not the one that it was")
	h.reread(t) // the person has looked
	h.look(t)
	h.agrees(t)

	// A restore to a point in time, and a standby that takes over, begin a timeline.
	d.cluster.Shutdown(t)
	d.cluster.NewTimeline(t)
	d.cluster.Resume(t)
	wantBackwards(t, h, "timeline")
	h.reread(t)
	pgtest.Exec(t, d.owner, change1)
	if got := gist(h.look(t)); !slices.Equal(got, []string{"+000001"}) {
		t.Errorf("told %q", got)
	}
}

// Another database of the same name is another source, though it has the same records.
func TestReplacedDatabase(t *testing.T) {
	d := alone(t)
	h := hold(t, d.reader)
	h.source.Close() // nobody may be connected
	pgtest.Exec(t, d.cluster.URL("postgres", "postgres", ""), "create database copy template "+d.name,
		"alter database "+d.name+" rename to old", "alter database copy rename to "+d.name)
	wantBackwards(t, h, "the database is not the one")
}

// A server that crashes forgets the numbers of transactions that were rolled back, and gives them
// to others. What those change is told nevertheless, and nobody is asked about it.
func TestCrash(t *testing.T) {
	d := alone(t)
	h := hold(t, d.reader)
	for range 3 {
		conn := pgtest.Connect(t, d.owner)
		run(t, conn, change1)
		for range 5 {
			run(t, conn, "begin", "select pg_current_xact_id()", "rollback")
		}
		run(t, conn, "begin", "update registry.certification set legal_name = 'lost' where number = 'MPSS000002'")
		h.look(t)
		h.agrees(t)
		d.cluster.Crash(t)
		if _, err := h.source.Changes(context.Background(), h.Position); err == nil || errors.Is(err, records.ErrBackwards) {
			t.Errorf("of a server that is down: %v", err)
		}
		d.cluster.Resume(t)
		for range 3 {
			pgtest.Exec(t, d.owner, "update registry.certification set legal_name = legal_name || 'Y' where number = 'MPSS000003'")
			if got := gist(h.look(t)); !slices.Equal(got, []string{"+000003"}) && !slices.Equal(got, []string{"*"}) {
				t.Errorf("told %q", got)
			}
			h.agrees(t)
		}
	}
	t.Logf("%d times everything was read", h.rereads)
}
