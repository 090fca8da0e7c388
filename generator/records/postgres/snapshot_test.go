package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmpss/registry/generator/records"
	"github.com/cmpss/registry/generator/records/postgres"
	"github.com/cmpss/registry/generator/records/postgres/pgtest"
)

// The same records from a file and from the database are the same records.
func TestSnapshotEqualsThatOfAFile(t *testing.T) {
	d := install(t)
	want := fromFile(t, 3000, 11)
	pgtest.Load(t, d.owner, want.Records)
	got := mustSnapshot(t, d.reader)
	if diff := cmp.Diff(lines(want.Records), lines(got.Records)); diff != "" {
		t.Error(diff)
	}
	if got.Read != 3000 || len(got.Rejections) != 0 {
		t.Errorf("%d read, rejections: %v", got.Read, got.Rejections)
	}
	if got.Warning != "" {
		t.Errorf("warned of the reader: %s", got.Warning)
	}
	if owner := mustSnapshot(t, d.owner); !strings.Contains(owner.Warning, "superuser") {
		t.Errorf("not warned of a superuser: %q", owner.Warning)
	}
	again := mustSnapshot(t, d.reader)
	if again.Position == "" || again.Position != got.Position {
		t.Errorf("positions %q and %q of one state", got.Position, again.Position)
	}
}

// What is committed while the rows are read is not in the snapshot, in no part.
func TestSnapshotIsOneState(t *testing.T) {
	d := install(t)
	want := fromFile(t, 5000, 12)
	pgtest.Load(t, d.owner, want.Records)
	source, err := postgres.Open(d.reader)
	if err != nil {
		t.Fatal(err)
	}
	changed := false
	got, err := source.Snapshot(context.Background(), func(int) {
		if !changed {
			changed = true
			pgtest.Exec(t, d.owner, "update registry.certification set legal_name = 'Somebody Else'",
				"delete from registry.action", "update registry.term set ends_on = ends_on + 1 where ends_on = (select max(ends_on) from registry.term)")
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if !changed || !slices.Equal(lines(want.Records), lines(got.Records)) {
		t.Error("the snapshot holds what was committed after it began")
	}
	if later := mustSnapshot(t, d.reader); later.Position == got.Position {
		t.Errorf("two states have the position %s", got.Position)
	}
}

// A row that breaks a rule is rejected by its number; the others stand. The view is one that
// an operator wrote, without the constraints of the reference schema.
func TestRejectedRows(t *testing.T) {
	d := install(t)
	const terms = `'[{"from":"2024-03-01","to":"2026-03-01"}]'::jsonb`
	row := func(number, name, terms, actions, areas, updated string) string {
		return fmt.Sprintf("(%s::text, %s::text, %s::jsonb, %s::jsonb, %s::text[], %s::timestamptz)", number, name, terms, actions, areas, updated)
	}
	rows := []string{
		row(`'MPSS000001'`, `'Jane Doe'`, terms, `'[]'`, `'{}'`, `now()`),
		row(`'MPSS000002'`, `null`, terms, `'[]'`, `'{}'`, `now()`),
		row(`null`, `'Jane Doe'`, terms, `'[]'`, `'{}'`, `now()`),
		row(`'MPSS000003'`, `'Jane Doe'`, `null`, `'[]'`, `'{}'`, `now()`),
		row(`'MPSS000004'`, `'Jane Doe'`, `'{"from":1}'`, `'[]'`, `'{}'`, `now()`),
		row(`'MPSS000005'`, `'Jane Doe'`, terms, `'[{"kind":"revoked","from":"2025-01-01T00:00:00Z","note":"x"}]'`, `'{}'`, `now()`),
		row(`'MPSS000006'`, `'Jane Doe'`, terms, `'[]'`, `'{crisis-care,NULL}'`, `now()`),
		row(`'MPSS000007'`, `'Jane Doe'`, terms, `'[]'`, `'{}'`, `'infinity'`),
		row(`'MPSS000008'`, `'Jane Doe'`, terms, `null`, `null`, `null`),
		row(`'MPSS000009'`, `'Jane Doe'`, terms, `'[]'`, `'{}'`, `now()`),
		row(`'MPSS000009'`, `'Jane Doe'`, terms, `'[]'`, `'{}'`, `now()`),
		row(`'MPSS000010'`, `E'Jane \u202eeoD'`, terms, `'[]'`, `'{}'`, `now()`),
		row(`'mpss-000011'`, `'Jane Doe'`, terms, `'[{"kind":"revoked","from":"2025-01-01T00:00:00.123456+00:00","until":null}]'`, `'{}'`, `'2025-01-01 00:00:00.5+00'`),
	}
	pgtest.Exec(t, d.owner, `drop view registry.public_record`,
		`create view registry.public_record (number, legal_name, terms, actions, specializations, updated_at) as values `+strings.Join(rows, ", "),
		`grant select on registry.public_record to registry_reader`)
	s := mustSnapshot(t, d.reader)
	var got []string
	for _, r := range s.Records {
		if name := r.Number().String(); r.IsUnavailable() {
			got = append(got, name+"?")
		} else {
			got = append(got, name)
		}
	}
	want := "MPSS000001 MPSS000002? MPSS000003? MPSS000004? MPSS000005? MPSS000006? MPSS000007? MPSS000008 MPSS000009? MPSS000010? MPSS000011"
	if strings.Join(got, " ") != want || s.Read != len(rows) {
		t.Errorf("%d read: %s\nnot %d: %s", s.Read, strings.Join(got, " "), len(rows), want)
	}
	var messages []string
	for _, r := range s.Rejections {
		messages = append(messages, r.Error())
	}
	all := strings.Join(messages, "\n")
	for _, part := range []string{
		"record MPSS000002: no legal name", "by number: number \"\"", "record MPSS000003: no term", "record MPSS000004: column terms", "record MPSS000005: column actions: byte",
		"record MPSS000006: column specializations", "record MPSS000007: updated_at", "record MPSS000009: number MPSS000009 is also", "record MPSS000010: legal name",
	} {
		if !strings.Contains(all, part) {
			t.Errorf("no rejection says %q:\n%s", part, all)
		}
	}
	if len(messages) != 10 || strings.Contains(all, "Jane") {
		t.Errorf("%d rejections:\n%s", len(messages), all)
	}
	if last := s.Records[len(s.Records)-1]; last.UpdatedAt().Nanosecond() != 500_000_000 || last.Actions()[0].From.Nanosecond() != 123_456_000 {
		t.Errorf("fractions of seconds are lost: %s", last.AppendJSON(nil))
	}
}

// What goes wrong with the database is an error that says what and what to do, and not the password.
func TestErrors(t *testing.T) {
	d := install(t)
	pgtest.Load(t, d.owner, fromFile(t, 100, 13).Records)
	stranger := user(t, d.cluster, d.name, "stranger")
	view := func(t *testing.T, columns string) string {
		t.Helper()
		name := d.cluster.Database(t)
		url := d.cluster.URL(name, "postgres", "")
		pgtest.Exec(t, url, "create schema registry", "create view registry.public_record as select "+columns)
		return url
	}
	const columns = "''::text as number, ''::text as legal_name, '[]'::jsonb as terms, '[]'::jsonb as actions, '{}'::text[] as specializations, now() as updated_at"
	silent, err := net.Listen("tcp", "127.0.0.1:0") // accepts, and never says a word
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	go func() { // a server that refuses each wish for TLS, which is eight bytes long
		for {
			conn, err := plain.Accept()
			if err != nil {
				return
			}
			if _, err := io.ReadFull(conn, make([]byte, 8)); err == nil {
				conn.Write([]byte("N"))
			}
			conn.Close()
		}
	}()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	tcp := func(address net.Addr, query string) string {
		return "postgres://web:" + "s3cret-W%C3%B6rd%25%2F%40@" + address.String() + "/registry" + query
	}

	tests := []struct {
		name string
		url  func(t *testing.T) string
		says []string
	}{
		{"down", func(*testing.T) string { return tcp(closed.Addr(), "") }, []string{"connection refused", "check that the server runs"}},
		{"no such socket", func(*testing.T) string {
			return "postgres://web:" + "s3cret-W%C3%B6rd%25%2F%40@/x?host=/nonexistent"
		}, []string{"check that the server runs"}},
		{"silent", func(*testing.T) string { return tcp(silent.Addr(), "?connect_timeout=1&sslmode=disable") }, []string{"does not answer", "connect_timeout"}},
		{"wrong password", func(*testing.T) string { return d.cluster.URL(d.name, "stranger", password+"x") }, []string{"password", "28P01", "password file"}},
		{"no password", func(*testing.T) string { return d.cluster.URL(d.name, "stranger", "") }, []string{"28P01"}},
		{"unknown user", func(*testing.T) string { return d.cluster.URL(d.name, "nobody_here", password) }, []string{"nobody_here"}},
		{"unknown database", func(*testing.T) string { return d.cluster.URL("nothing_here", "postgres", "") }, []string{"nothing_here", "no such database"}},
		{"encrypted only", func(*testing.T) string { return tcp(silent.Addr(), "?connect_timeout=1&sslmode=require") }, []string{"does not answer"}},
		{"not encrypted", func(*testing.T) string { return tcp(plain.Addr(), "?sslmode=require") }, []string{"speaks no TLS", "sslmode"}},
		{"not installed", func(t *testing.T) string { return d.cluster.URL(d.cluster.Database(t), "postgres", "") }, []string{"registry.public_record", "db install"}},
		{"no privilege", func(*testing.T) string { return stranger }, []string{"permission denied", "GRANT registry_reader"}},
		{"missing column", func(t *testing.T) string { return view(t, strings.Replace(columns, "as terms", "as term", 1)) }, []string{`"terms" does not exist`, "add it"}},
		{"wrong types", func(t *testing.T) string {
			return view(t, "1 as number, ''::text as legal_name, '[]'::json as terms, '[]'::jsonb as actions, ''::text as specializations, now()::timestamp as updated_at")
		}, []string{"number is int4, not text", "terms is json, not jsonb", "specializations is text, not text[]", "updated_at is timestamp, not timestamptz", "correct the view"}},
		{"empty", func(t *testing.T) string { return view(t, columns+" limit 0") }, []string{records.ErrEmpty.Error(), "right database"}},
		{"fails in the middle", func(t *testing.T) string {
			return view(t, strings.Replace(columns, "''::text as number", "('MPSS' || (100000 + 1000 / (500 - n)))::text as number", 1)+" from generate_series(1, 1000) n")
		}, []string{"division by zero"}},
		{"locked", func(t *testing.T) string {
			holder := pgtest.Connect(t, d.owner)
			tx, err := holder.Begin(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tx.Exec(context.Background(), "lock table registry.certification"); err != nil {
				t.Fatal(err)
			}
			return d.reader + "&statement_timeout=200"
		}, []string{"statement_timeout", "holds the database up"}},
		{"not a URL of PostgreSQL", func(*testing.T) string { return "mysql://web:" + password + "@h/d" }, []string{"postgres://"}},
		{"bad escape", func(*testing.T) string { return "postgres://web:" + password + "@h/d" }, []string{"cannot be read", "%XX"}},
		{"bad port", func(*testing.T) string { return "postgres://web:s3cret-W%C3%B6rd@h:99999999/d" }, []string{"cannot be read"}},
		{"bad setting", func(*testing.T) string { return tcp(closed.Addr(), "?sslmode=maybe") }, []string{"cannot be read"}},
		{"setting that the server refuses", func(*testing.T) string { return d.reader + "&work_mem=lots" }, []string{"work_mem"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, err := snapshot(context.Background(), test.url(t))
			if err == nil || s != nil {
				t.Fatalf("read %d records", len(s.Records))
			}
			for _, part := range test.says {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("the error does not say %q: %v", part, err)
				}
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("more than one line: %q", err)
			}
			for inner := err; inner != nil; inner = errors.Unwrap(inner) {
				for _, form := range []string{"%v", "%+v", "%#v"} {
					if said := fmt.Sprintf(form, inner); strings.Contains(said, "s3cret") {
						t.Errorf("the error tells the password: %s", said)
					}
				}
			}
		})
	}
}

func TestSnapshotStopsWhenItIsTold(t *testing.T) {
	d := install(t)
	pgtest.Load(t, d.owner, fromFile(t, 5000, 14).Records)
	source, err := postgres.Open(d.reader)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s, err := source.Snapshot(ctx, func(int) { cancel() })
	if s != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", s, err)
	}
}

// The reader reads what is published and nothing else, and changes nothing.
func TestReaderReadsNothingElse(t *testing.T) {
	d := install(t)
	conn := pgtest.Connect(t, d.reader)
	for _, allowed := range []string{"select * from registry.public_record", "select * from registry.change"} {
		if _, err := conn.Exec(context.Background(), allowed); err != nil {
			t.Errorf("%s: %v", allowed, err)
		}
	}
	for _, refused := range []string{
		"select * from registry.certification", "select * from registry.term", "select * from registry.action", "select * from registry.schema_version",
		"insert into registry.change (number) values ('x')", "delete from registry.change", "delete from registry.public_record",
		"insert into registry.certification (number, legal_name) values ('MPSS123456', 'Jane Doe')", "truncate registry.term", "create table registry.x ()",
		"alter table registry.action disable trigger all", "select registry.note_change()", "copy registry.change to program 'true'",
	} {
		if _, err := conn.Exec(context.Background(), refused); err == nil {
			t.Errorf("the reader may %s", refused)
		}
	}
}

func BenchmarkSnapshot(b *testing.B) {
	d := install(b)
	const count = 100_000
	pgtest.Load(b, d.owner, fromFile(b, count, 1).Records)
	b.ReportAllocs()
	for b.Loop() {
		if s := mustSnapshot(b, d.reader); len(s.Records) != count {
			b.Fatalf("%d records", len(s.Records))
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/count, "ns/record")
}
