package postgres_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cmpss/registry/generator/records/postgres/pgtest"
)

// patience is how long a test waits for what must come; it is never waited out.
const patience = 3 * time.Minute

// changes gives the numbers noted after the given id, in order, "*" for every record.
func changes(t *testing.T, conn *pgx.Conn, after int64) []string {
	t.Helper()
	rows, err := conn.Query(context.Background(), "select coalesce(number, '*') from registry.change where id > $1 order by 1", after)
	if err != nil {
		t.Fatal(err)
	}
	numbers, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return numbers
}

func number(t *testing.T, conn *pgx.Conn, sql string) (n int64) {
	t.Helper()
	if err := conn.QueryRow(context.Background(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// Every way to change a record notes its number in the outbox, once a statement, and wakes who
// listens; a statement that changes nothing does neither. A writer needs no right on the outbox.
func TestOutbox(t *testing.T) {
	d := install(t)
	writer := user(t, d.cluster, d.name, "writer")
	pgtest.Exec(t, d.owner, "grant usage on schema registry to writer",
		"grant select, insert, update, delete, truncate on registry.certification, registry.term, registry.action to writer")
	read, write, listen := pgtest.Connect(t, d.reader), pgtest.Connect(t, writer), pgtest.Connect(t, d.reader)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if _, err := listen.Exec(ctx, "listen registry_change"); err != nil {
		t.Fatal(err)
	}

	for _, step := range []struct{ statement, want string }{
		{"insert into registry.certification (number, legal_name) values ('MPSS000001', 'A'), ('MPSS000002', 'B'), ('MPSS000003', 'C')", "MPSS000001 MPSS000002 MPSS000003"},
		{"insert into registry.term values ('MPSS000001', '2024-01-01', '2026-01-01'), ('MPSS000001', '2026-01-02', '2028-01-01')", "MPSS000001"},
		{"insert into registry.action (number, kind, effective_from) values ('MPSS000002', 'suspended', now())", "MPSS000002"},
		{"update registry.action set effective_until = now() + interval '1 day'", "MPSS000002"},
		{"update registry.term set ends_on = ends_on + 1 where starts_on = '2026-01-02'", "MPSS000001"},
		{"update registry.certification set legal_name = 'X' where number = 'MPSS000003'", "MPSS000003"},
		{"update registry.certification set legal_name = 'X' where number = 'MPSS999999'", ""},
		{"delete from registry.term where starts_on > '2100-01-01'", ""},
		{"insert into registry.term select * from registry.term limit 0", ""},
		{"update registry.certification set number = 'MPSS000004' where number = 'MPSS000003'", "MPSS000003 MPSS000004"},
		{"update registry.term set number = 'MPSS000002' where starts_on = '2026-01-02'", "MPSS000001 MPSS000002"},
		{"insert into registry.certification (number, legal_name) values ('MPSS000004', 'Y') on conflict (number) do update set legal_name = excluded.legal_name", "MPSS000004"},
		{"delete from registry.action", "MPSS000002"},
		{"delete from registry.certification where number = 'MPSS000004'", "MPSS000004"},
		{"truncate registry.action", "*"},
		{"truncate registry.certification, registry.term, registry.action", "* * *"},
	} {
		last := number(t, read, "select coalesce(max(id), 0) from registry.change")
		if _, err := write.Exec(ctx, step.statement); err != nil {
			t.Fatalf("%s: %v", step.statement, err)
		}
		noted := changes(t, read, last)
		if !strings.Contains(step.want, "*") {
			noted = slices.Compact(noted) // a change beside a certification touches it too
		}
		if got := strings.Join(noted, " "); got != step.want {
			t.Errorf("%s\nnoted %q, not %q", step.statement, got, step.want)
		}
		if step.want == "" {
			continue // a word too many would be taken for that of the next step, and make no harm
		}
		woken, err := listen.WaitForNotification(ctx)
		if err != nil {
			t.Fatalf("%s: no notification: %v", step.statement, err)
		}
		if woken.Channel != "registry_change" || woken.Payload != "" {
			t.Errorf("%s: notified %q of %q", step.statement, woken.Channel, woken.Payload)
		}
	}
}

// A record was last changed when its terms or actions were, unless the writer says otherwise.
func TestRecordKnowsWhenItChanged(t *testing.T) {
	d := install(t)
	conn := pgtest.Connect(t, d.owner)
	const past = "2020-01-01 00:00:00+00"
	// Another time each time: the same time again would count as a change that does not say when.
	reset := fmt.Sprintf("update registry.certification set updated_at = '%s'::timestamptz - random() * interval '1 day'", past)
	pgtest.Exec(t, d.owner,
		"insert into registry.certification (number, legal_name) values ('MPSS000001', 'A'), ('MPSS000002', 'B')",
		"insert into registry.term values ('MPSS000001', '2024-01-01', '2026-01-01'), ('MPSS000002', '2024-01-01', '2026-01-01')",
		"insert into registry.action (number, kind, effective_from) values ('MPSS000002', 'suspended', now())")
	for statement, touched := range map[string]string{
		"update registry.certification set legal_name = 'C' where number = 'MPSS000001'":                                        "MPSS000001",
		"update registry.term set ends_on = '2026-01-02' where number = 'MPSS000001'":                                           "MPSS000001",
		"insert into registry.action (number, kind, effective_from) values ('MPSS000001', 'revoked', now())":                    "MPSS000001",
		"delete from registry.action where number = 'MPSS000002'":                                                               "MPSS000002",
		"update registry.certification set legal_name = 'D', updated_at = '2019-01-01 00:00:00+00' where number = 'MPSS000001'": "",
	} {
		pgtest.Exec(t, d.owner, reset, statement)
		rows, err := conn.Query(context.Background(), "select number from registry.certification where updated_at > $1 order by 1", past)
		if err != nil {
			t.Fatal(err)
		}
		got, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		if strings.Join(got, " ") != touched {
			t.Errorf("%s\ntouched %q, not %q", statement, got, touched)
		}
	}
}

// The position of a snapshot is a fence: whatever it did not see has xid at or above it, even
// a transaction that took its place in the outbox early and committed late.
func TestPositionIsAFence(t *testing.T) {
	d := install(t)
	pgtest.Load(t, d.owner, fromFile(t, 100, 15).Records)
	ctx := context.Background()
	slow, err := pgtest.Connect(t, d.owner).Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	const insert = "insert into registry.certification (number, legal_name) values ($1, 'A')"
	if _, err := slow.Exec(ctx, insert, "MPSS000000001"); err != nil {
		t.Fatal(err)
	}
	fast := pgtest.Connect(t, d.owner)
	if _, err := fast.Exec(ctx, insert, "MPSS000000002"); err != nil {
		t.Fatal(err)
	}
	position := mustSnapshot(t, d.reader).Position // sees the fast one only
	if err := slow.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	var xmin uint64
	var highest int64
	if _, err := fmt.Sscanf(position, "snapshot:%d:", &xmin); err != nil {
		t.Fatalf("%s: %v", position, err)
	}
	_, rest, _ := strings.Cut(position, " ")
	if _, err := fmt.Sscanf(rest, "change:%d by:", &highest); err != nil {
		t.Fatalf("%s: %v", position, err)
	}
	rows, err := pgtest.Connect(t, d.reader).Query(ctx, "select number from registry.change where xid >= $1::text::xid8 order by id", fmt.Sprint(xmin))
	if err != nil {
		t.Fatal(err)
	}
	after, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(after, "MPSS000000001") {
		t.Errorf("after %s there is %v: the slow change is lost", position, after)
	}
	if late := changes(t, fast, highest); slices.Contains(late, "MPSS000000001") {
		t.Error("the highest number would have done: the test tests nothing")
	}
}
