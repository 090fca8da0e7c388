package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cmpss/registry/generator/records"
	"github.com/cmpss/registry/generator/records/postgres"
	"github.com/cmpss/registry/generator/records/postgres/pgtest"
)

// threeRecords are enough for most tests.
var threeRecords = []string{
	"insert into registry.certification (number, legal_name) values ('MPSS000001', 'A'), ('MPSS000002', 'B'), ('MPSS000003', 'C')",
	"insert into registry.term select number, '2024-01-01', '2026-01-01' from registry.certification",
}

// followed is a database with three records, what is held of it, and a connection to change it.
func followed(t testing.TB) (database, *held, *pgx.Conn) {
	t.Helper()
	d := install(t)
	pgtest.Exec(t, d.owner, threeRecords...)
	return d, hold(t, d.reader), pgtest.Connect(t, d.owner)
}

// run runs statements on a connection, each in its own transaction unless one is open.
func run(t testing.TB, conn *pgx.Conn, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := conn.Exec(context.Background(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// Every way to change a record is told once, by the record as it is now.
func TestChanges(t *testing.T) {
	_, h, conn := followed(t)
	copyIn := func() {
		rows := [][]any{{"MPSS000007", "G"}, {"MPSS000008", "H"}}
		if _, err := conn.CopyFrom(context.Background(), pgx.Identifier{"registry", "certification"}, []string{"number", "legal_name"}, pgx.CopyFromRows(rows)); err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []struct{ statement, want string }{
		{"select 1", ""},
		{"update registry.certification set legal_name = 'X' where number = 'MPSS000001'", "+000001"},
		{"update registry.certification set legal_name = legal_name || 'X'", "+000001 +000002 +000003"},
		{"insert into registry.action (number, kind, effective_from) values ('MPSS000002', 'suspended', now())", "+000002"},
		{"update registry.action set effective_until = now() + interval '1 day'", "+000002"},
		{"delete from registry.action", "+000002"},
		{"insert into registry.term values ('MPSS000003', '2025-01-01', '2027-01-01')", "?000003"},
		{"update registry.term set starts_on = '2026-01-02' where starts_on = '2025-01-01'", "+000003"},
		{"update registry.certification set number = 'MPSS000004' where number = 'MPSS000003'", "+000004 -000003"},
		{"delete from registry.term where number = 'MPSS000004'", "?000004"},
		{"delete from registry.certification where number = 'MPSS000004'", "-000004"},
		{"COPY", "?000007 ?000008"},
		{"insert into registry.term select number, '2024-01-01', '2026-01-01' from registry.certification where number >= 'MPSS000007'", "+000007 +000008"},
		{"begin; delete from registry.term; rollback", ""},
		{"insert into registry.certification (number, legal_name) values ('MPSS000009', 'I'); delete from registry.certification where number = 'MPSS000009'", "-000009"},
		{"truncate registry.action", "*"},
		{"insert into registry.change (number) values (null)", "*"},
		{"insert into registry.change (number) values ('MPSS 000001')", "*"},
		{"insert into registry.change (number) values ('nonsense')", "*"},
		{"insert into registry.change (number, at) values ('MPSS000001', 'infinity')", "+000001"},
	} {
		before := h.ServerTime
		if step.statement == "COPY" {
			copyIn()
		} else {
			run(t, conn, step.statement)
		}
		delta := h.look(t)
		if got := strings.Join(gist(delta), " "); got != step.want {
			t.Errorf("%s\ntold %q, not %q", step.statement, got, step.want)
		}
		noted := step.want != "" && !strings.Contains(step.statement, "infinity")
		if oldest := delta.OldestChange; noted && (oldest.Before(before) || oldest.After(delta.ServerTime)) || !noted && !oldest.IsZero() {
			t.Errorf("%s\noldest change at %s, looked at %s and %s", step.statement, oldest, before, delta.ServerTime)
		}
		h.agrees(t)
		if again := h.look(t); len(gist(again)) > 0 {
			t.Errorf("%s\ntold again %q", step.statement, gist(again))
		}
	}

	run(t, conn, "truncate registry.certification, registry.term, registry.action")
	delta, err := h.source.Changes(context.Background(), h.Position)
	if err != nil || !delta.Reread {
		t.Fatalf("%+v, %v", delta, err)
	}
	if _, err := h.source.Snapshot(context.Background(), nil); !errors.Is(err, records.ErrEmpty) {
		t.Errorf("an empty database: %v", err)
	}
}

// A transaction that noted its change early and commits late is told when it commits, and what
// was told already is not told again for its sake.
func TestChangesOutOfOrder(t *testing.T) {
	d, h, fast := followed(t)
	slow, aborted := pgtest.Connect(t, d.owner), pgtest.Connect(t, d.owner)
	const update = "update registry.certification set legal_name = legal_name || 'X' where number = "
	run(t, slow, "begin", update+"'MPSS000001'", "savepoint s", update+"'MPSS000001'", "release savepoint s")
	run(t, aborted, "begin", update+"'MPSS000003'")
	for range 3 {
		run(t, fast, update+"'MPSS000002'")
		if got := gist(h.look(t)); !slices.Equal(got, []string{"+000002"}) {
			t.Errorf("told %q of the fast one", got)
		}
		h.agrees(t)
	}
	run(t, aborted, "rollback")
	if got := gist(h.look(t)); got != nil {
		t.Errorf("told %q of what was rolled back", got)
	}
	run(t, slow, "commit")
	if got := gist(h.look(t)); !slices.Equal(got, []string{"+000001"}) {
		t.Errorf("told %q of the slow one", got)
	}
	h.agrees(t)
	if h.rereads > 0 {
		t.Errorf("everything was read %d times", h.rereads)
	}
}

// More changes than are worth asking for by number are one Snapshot; many are several queries.
func TestManyChanges(t *testing.T) {
	_, h, conn := followed(t)
	fill := func(from, count int) {
		run(t, conn, fmt.Sprintf("insert into registry.certification (number, legal_name) select 'MPSS' || n, 'A' from generate_series(%d, %d) n", from, from+count-1))
	}
	fill(100_000, 12_000)
	if delta := h.look(t); len(delta.Changed) != 12_000 || delta.Reread {
		t.Errorf("%d changed of 12000, reread: %v", len(delta.Changed), delta.Reread)
	}
	h.agrees(t)
	fill(200_000, postgres.MaxChanged+1)
	if delta := h.look(t); !delta.Reread {
		t.Errorf("%d changed, and it says which", len(delta.Changed))
	}
	h.agrees(t)
}

// A position of which the outbox no longer knows what followed is not taken for a complete one.
func TestPrunedOutbox(t *testing.T) {
	d, h, conn := followed(t)
	const update = "update registry.certification set legal_name = legal_name || 'X' where number = 'MPSS000001'"
	const age = "update registry.change set at = at - interval '10 days'"
	const prune = "select registry.prune_change('9 days')"
	run(t, conn, update)
	h.look(t)
	// What was seen is pruned but for the newest: nothing is missed.
	run(t, conn, age)
	if n := number(t, conn, prune); n == 0 {
		t.Error("nothing was pruned")
	}
	run(t, conn, update)
	if got := gist(h.look(t)); !slices.Equal(got, []string{"+000001"}) {
		t.Errorf("told %q", got)
	}
	run(t, conn, age, update)
	number(t, conn, prune) // up to the one that was not seen
	if got := gist(h.look(t)); !slices.Equal(got, []string{"+000001"}) {
		t.Errorf("told %q", got)
	}
	// Changes that were not seen are pruned.
	run(t, conn, update, update, age, update)
	number(t, conn, prune)
	if got := gist(h.look(t)); !slices.Equal(got, []string{"*"}) {
		t.Errorf("told %q of a gap", got)
	}
	h.agrees(t)
	// All is old: the newest stays, and the follower is at it.
	run(t, conn, age)
	number(t, conn, prune)
	if left := number(t, conn, "select count(*) from registry.change"); left != 1 {
		t.Errorf("%d changes are left", left)
	}
	if got := gist(h.look(t)); got != nil {
		t.Errorf("told %q", got)
	}
	for statement, url := range map[string]string{
		prune: d.reader, "delete from registry.change": d.reader, "select registry.prune_change('1 hour')": d.owner, "select registry.prune_change(null)": d.owner,
	} {
		if _, err := pgtest.Connect(t, url).Exec(context.Background(), statement); err == nil {
			t.Errorf("done: %s", statement)
		}
	}
}

// A position of another kind, or of a read without an outbox, tells nothing: everything is read.
func TestStrangePositions(t *testing.T) {
	d, h, _ := followed(t)
	good := h.Position
	_, origin, _ := strings.Cut(good, " origin:")
	for _, position := range []string{
		"", "xmin:740 change:12", "sha256:ab", good + " ", "snapshot:3:4: origin:" + origin, "snapshot:4:3: change:1 by:1 origin:" + origin,
		"snapshot:3:4:5 change:1 by:1 origin:" + origin, "snapshot:3:6:5,4 change:1 by:1 origin:" + origin, "snapshot:3:6:x change:1 by:1 origin:" + origin,
		"snapshot:99999999999999999999:3: change:1 by:1 origin:" + origin, "snapshot:3:4: change:99999999999999999999 by:1 origin:" + origin,
	} {
		delta, err := h.source.Changes(context.Background(), position)
		if err != nil || !delta.Reread || delta.ServerTime.IsZero() {
			t.Errorf("%q: %+v, %v", position, delta, err)
		}
	}
	// Without the right to read the outbox a snapshot can be taken and nothing followed.
	pgtest.Exec(t, d.owner, "revoke select on registry.change from registry_reader")
	s := mustSnapshot(t, d.reader)
	if _, err := h.source.Changes(context.Background(), s.Position); err == nil || !strings.Contains(err.Error(), "permission denied") {
		t.Errorf("%v", err)
	}
	pgtest.Exec(t, d.owner, "grant select on registry.change to registry_reader")
	delta, err := h.source.Changes(context.Background(), s.Position)
	if err != nil || !delta.Reread {
		t.Errorf("%+v, %v", delta, err)
	}
	h.look(t)
	h.agrees(t)
}

// A view that changes its columns is noticed by a follower that was there before.
func TestChangesOfTheView(t *testing.T) {
	_, h, conn := followed(t)
	h.look(t)
	replace := func(terms string) {
		run(t, conn, "drop view registry.public_record", `create view registry.public_record as select number, legal_name, `+terms+
			` as terms, '[]'::jsonb as actions, specializations, updated_at from registry.certification`, "grant select on registry.public_record to registry_reader",
			"update registry.certification set legal_name = legal_name || 'X'")
	}
	replace(`'[{"from":"2024-01-01","to":"2026-01-01"}]'::text`)
	if _, err := h.source.Changes(context.Background(), h.Position); err == nil || !strings.Contains(err.Error(), "terms is text, not jsonb") {
		t.Errorf("%v", err)
	}
	// Two rows of one number, as an operator's view may have by mistake.
	replace(`'[{"from":"2024-01-01","to":"2026-01-01"}]'::jsonb`)
	run(t, conn, `create or replace view registry.public_record as
		select number, legal_name, '[{"from":"2024-01-01","to":"2026-01-01"}]'::jsonb as terms, '[]'::jsonb as actions, specializations, updated_at
		from registry.certification, generate_series(1, case number when 'MPSS000002' then 2 else 1 end)`)
	if got := strings.Join(gist(h.look(t)), " "); got != "+000001 ?000002 +000003" {
		t.Errorf("told %q", got)
	}
	h.agrees(t)
	if len(h.Rejections) != 2 || h.Read != 4 {
		t.Errorf("%d read, rejections: %v", h.Read, h.Rejections)
	}
	run(t, conn, "delete from registry.term where number = 'MPSS000002'", "delete from registry.certification where number = 'MPSS000002'")
	if got := strings.Join(gist(h.look(t)), " "); got != "-000002" {
		t.Errorf("told %q", got)
	}
	h.agrees(t)
}

// The queries of a change use the indexes, whatever the sizes of the tables.
func TestPlansOfChanges(t *testing.T) {
	d := install(t)
	pgtest.Load(t, d.owner, fromFile(t, 20_000, 17).Records)
	conn := pgtest.Connect(t, d.owner)
	run(t, conn, "insert into registry.change (xid, number) select ((n % 700)::text)::xid8, 'MPSS' || n from generate_series(100000, 300000) n",
		"analyze registry.change")
	plan := func(name, sql, types, args string) string {
		t.Helper()
		run(t, conn, "prepare "+name+" "+types+" as "+sql)
		rows, err := conn.Query(context.Background(), "explain execute "+name+args)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		run(t, conn, "deallocate "+name)
		return strings.Join(lines, "\n")
	}
	for _, setting := range []string{"force_custom_plan", "force_generic_plan"} {
		run(t, conn, "set plan_cache_mode = "+setting)
		noted := plan("noted", postgres.QueryNoted, "(bigint, pg_snapshot, xid8, int)", "(200000, '698:700:', '698', 50001)")
		changed := plan("changed", postgres.QueryChanged, "(text[])", "('{MPSS100001,MPSS100002}')")
		for _, p := range []string{noted, changed} {
			if strings.Contains(p, "Seq Scan") || !strings.Contains(p, "Index") {
				t.Errorf("%s\n%s", setting, p)
			}
		}
	}
}

// BenchmarkChanges finds one changed record among 100,000, just after its transaction.
func BenchmarkChanges(b *testing.B) {
	d := install(b)
	list := fromFile(b, 100_000, 1).Records
	pgtest.Load(b, d.owner, list)
	h := hold(b, d.reader)
	position := h.Position
	writer := pgtest.Connect(b, d.owner)
	var times []time.Duration
	for n := 0; b.Loop(); n++ {
		b.StopTimer()
		number := list[n*7919%len(list)].Number()
		run(b, writer, "insert into registry.action (number, kind, effective_from) values ('"+number.String()+"', 'suspended', now())")
		b.StartTimer()
		began := time.Now()
		delta, err := h.source.Changes(context.Background(), position)
		times = append(times, time.Since(began))
		if err != nil || len(delta.Changed) != 1 || delta.Changed[0].Number() != number {
			b.Fatalf("%+v, %v", delta, err)
		}
		position = delta.Position
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds()), "p99-µs")
}
