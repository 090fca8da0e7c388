package postgres_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/cmpss/registry/generator/records/postgres"
	"github.com/cmpss/registry/generator/records/postgres/pgtest"
)

const describeSchema = `select string_agg(line, E'\n' order by line) from (
	select format('%s %s.%s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), c.relacl) from pg_class c join pg_attribute a on a.attrelid = c.oid and attnum > 0 where relnamespace = 'registry'::regnamespace
	union all select format('%s %s', conname, pg_get_constraintdef(oid)) from pg_constraint where connamespace = 'registry'::regnamespace
	union all select pg_get_triggerdef(oid) from pg_trigger where tgrelid in (select oid from pg_class where relnamespace = 'registry'::regnamespace)
	union all select format('%s %s %s', proname, prosrc, proacl) from pg_proc where pronamespace = 'registry'::regnamespace
	union all select format('version %s %s', version, installed_at) from registry.schema_version
) as lines (line)`

func TestInstallAgainChangesNothing(t *testing.T) {
	d := install(t)
	conn := pgtest.Connect(t, d.owner)
	describe := func() (s string) {
		if err := conn.QueryRow(context.Background(), describeSchema).Scan(&s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	want := describe()
	found, err := postgres.Install(context.Background(), d.owner)
	if err != nil || found != postgres.SchemaVersion() {
		t.Fatalf("found %d: %v", found, err)
	}
	if got := describe(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	// A right that was given away or taken by mistake is put right.
	pgtest.Exec(t, d.owner, "grant select on registry.certification to public, registry_reader", "revoke select on registry.public_record from registry_reader")
	if _, err := postgres.Install(context.Background(), d.owner); err != nil {
		t.Fatal(err)
	}
	if _, err := pgtest.Connect(t, d.reader).Exec(context.Background(), "select from registry.public_record"); err != nil {
		t.Error(err)
	}
	if _, err := pgtest.Connect(t, d.reader).Exec(context.Background(), "select from registry.certification"); err == nil {
		t.Error("the reader may read the table")
	}
}

func TestInstallTwiceAtOnce(t *testing.T) {
	cluster := pgtest.Start(t)
	url := cluster.URL(cluster.Database(t), "postgres", "")
	var wg sync.WaitGroup
	var found [4]int
	for i := range found {
		wg.Go(func() {
			var err error
			if found[i], err = postgres.Install(context.Background(), url); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	created := 0
	for _, version := range found {
		if version == 0 {
			created++
		}
	}
	if created != 1 {
		t.Errorf("found %v: %d created the schema, not 1", found, created)
	}
}

// An installation that cannot be done is not begun: the database is as it was.
func TestInstallRefused(t *testing.T) {
	cluster := pgtest.Start(t)
	for _, test := range []struct {
		name    string
		prepare []string
		url     func(t *testing.T, name string) string
		says    []string
	}{
		{"someone else's schema", []string{"create schema registry", "create table registry.certification (x int)"}, nil, []string{"made by something else"}},
		{"a newer schema", []string{"create schema registry", "create table registry.schema_version as select 1000 as version"}, nil, []string{"version 1000", "newer program"}},
		{"no right to create a schema", nil, func(t *testing.T, name string) string { return user(t, cluster, name, "weak_"+name) }, []string{"permission denied for database", "as the owner"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			name := cluster.Database(t)
			owner := cluster.URL(name, "postgres", "")
			pgtest.Exec(t, owner, test.prepare...)
			url := owner
			if test.url != nil {
				url = test.url(t, name)
			}
			var before, after int
			count := "select count(*) from pg_class"
			conn := pgtest.Connect(t, owner)
			if err := conn.QueryRow(context.Background(), count).Scan(&before); err != nil {
				t.Fatal(err)
			}
			_, err := postgres.Install(context.Background(), url)
			if err == nil {
				t.Fatal("installed")
			}
			for _, part := range test.says {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("the error does not say %q: %v", part, err)
				}
			}
			if err := conn.QueryRow(context.Background(), count).Scan(&after); err != nil {
				t.Fatal(err)
			}
			if before != after {
				t.Errorf("%d tables and indexes have become %d", before, after)
			}
		})
	}
}

// The owner of a database who may not create roles is told to have the one made, and can install then.
func TestInstallWithoutTheRightToCreateRoles(t *testing.T) {
	cluster := pgtest.StartAlone(t)
	name := cluster.Database(t)
	url := user(t, cluster, name, "plain_owner")
	pgtest.Exec(t, cluster.URL(name, "postgres", ""), "alter database "+name+" owner to plain_owner")
	_, err := postgres.Install(context.Background(), url)
	if err == nil || !strings.Contains(err.Error(), "CREATE ROLE registry_reader NOLOGIN") {
		t.Fatalf("%v", err)
	}
	if strings.Contains(err.Error(), "s3cret") {
		t.Errorf("the error tells the password: %v", err)
	}
	pgtest.Exec(t, cluster.URL(name, "postgres", ""), "create role registry_reader nologin")
	for _, want := range []int{0, postgres.SchemaVersion()} {
		if found, err := postgres.Install(context.Background(), url); err != nil || found != want {
			t.Fatalf("found %d, not %d: %v", found, want, err)
		}
	}
	reader := user(t, cluster, name, "plain_reader", "in role registry_reader")
	report, err := postgres.Check(context.Background(), reader)
	if err != nil || len(report.Lines) < 5 {
		t.Fatalf("%+v, %v", report, err)
	}
	for _, line := range report.Lines {
		if !line.OK && !strings.Contains(line.What, "is empty") {
			t.Errorf("%+v", line)
		}
	}
}

// The tables refuse by themselves what the program would reject.
func TestConstraints(t *testing.T) {
	d := install(t)
	pgtest.Exec(t, d.owner, "insert into registry.certification (number, legal_name) values ('MPSS000001', 'A')",
		"insert into registry.term values ('MPSS000001', '2024-01-01', '2024-01-01')",
		"insert into registry.action (number, kind, effective_from) values ('MPSS000001', 'revoked', now())")
	conn := pgtest.Connect(t, d.owner)
	for _, statement := range []string{
		"insert into registry.certification (number, legal_name) values ('MPSS000001', 'B')",
		"insert into registry.certification (number, legal_name) values ('MPSS12345', 'B')",
		"insert into registry.certification (number, legal_name) values ('mpss123456', 'B')",
		"insert into registry.certification (number, legal_name) values (E'MPSS123456\\n', 'B')",
		"insert into registry.certification (number, legal_name) values ('MPSS123456', E' \\t\\n ')",
		"insert into registry.certification (number, legal_name) values ('MPSS123456', repeat('x', 301))",
		"insert into registry.certification (number, legal_name, specializations) values ('MPSS123456', 'B', '{other}')",
		"insert into registry.certification (number, legal_name, specializations) values ('MPSS123456', 'B', '{null}')",
		"insert into registry.certification (number, legal_name, updated_at) values ('MPSS123456', 'B', 'infinity')",
		"insert into registry.term values ('MPSS999999', '2024-01-01', '2026-01-01')",
		"insert into registry.term values ('MPSS000001', '2024-01-01', '2026-01-01')",
		"insert into registry.term values ('MPSS000001', '2025-01-02', '2025-01-01')",
		"insert into registry.term values ('MPSS000001', '2025-01-02', 'infinity')",
		"insert into registry.action (number, kind, effective_from) values ('MPSS000001', 'none', now())",
		"insert into registry.action (number, kind, effective_from, effective_until) values ('MPSS000001', 'revoked', now(), now())",
		"insert into registry.action (number, kind, effective_from, effective_until) values ('MPSS000001', 'revoked', now(), 'infinity')",
		"delete from registry.certification",
	} {
		if _, err := conn.Exec(context.Background(), statement); err == nil {
			t.Errorf("accepted: %s", statement)
		}
	}
}

func TestCheck(t *testing.T) {
	d := install(t)
	pgtest.Load(t, d.owner, fromFile(t, 100, 16).Records)
	check := func(t *testing.T, url string, want ...string) {
		t.Helper()
		report, err := postgres.Check(context.Background(), url)
		if err != nil {
			t.Fatal(err)
		}
		var bad []string
		for _, line := range report.Lines {
			if !line.OK {
				bad = append(bad, line.What+": "+line.Advice)
			}
			if strings.Contains(line.What+line.Advice, "\n") || line.What == "" {
				t.Errorf("not one line: %+v", line)
			}
		}
		if len(bad) != len(want) || report.OK() != (len(bad) == 0) {
			t.Fatalf("found wrong: %q, not %q", bad, want)
		}
		for i := range want {
			for part := range strings.SplitSeq(want[i], "|") {
				if !strings.Contains(bad[i], part) {
					t.Errorf("%q does not say %q", bad[i], part)
				}
			}
		}
	}
	exec := func(statements ...string) { t.Helper(); pgtest.Exec(t, d.owner, statements...) }

	check(t, d.reader)
	check(t, d.owner, "superuser|registry_reader")

	exec("alter table registry.action disable trigger note_truncate", "drop trigger note_update on registry.term")
	check(t, d.reader, "registry.action.note_truncate, registry.term.note_update|ENABLE TRIGGER")
	exec("alter table registry.action enable trigger note_truncate",
		"create trigger note_update after update on registry.term referencing old table as old_rows new table as new_rows for each statement execute function registry.note_change()")

	exec("create table public.lived_experience (x text, y text)", "grant select (y) on public.lived_experience to public", "create table public.other (x text)")
	check(t, d.reader, "public.lived_experience|REVOKE SELECT")
	exec("revoke select (y) on public.lived_experience from public", "grant insert on registry.change to registry_reader")
	check(t, d.reader, "registry.change|REVOKE INSERT")
	exec("revoke insert on registry.change from registry_reader")

	exec("revoke select on registry.change from registry_reader")
	check(t, d.reader, "permission denied")
	exec("grant select on registry.change to registry_reader", "insert into registry.schema_version (version) values (99)")
	check(t, d.owner, "version 99|db install", "superuser")
	exec("delete from registry.schema_version where version = 99")

	stranger := user(t, d.cluster, d.name, "stranger_to_check")
	check(t, stranger, "permission denied|GRANT registry_reader", "permission denied")

	empty := install(t)
	check(t, empty.reader, "is empty|add records")

	t.Run("not installed", func(t *testing.T) {
		name := d.cluster.Database(t)
		check(t, user(t, d.cluster, name, "reader_of_nothing"), "public_record|db install", "registry.change")
	})
	t.Run("a database of another make", func(t *testing.T) {
		name := d.cluster.Database(t)
		url := d.cluster.URL(name, "postgres", "")
		pgtest.Exec(t, url, "create schema registry", "create table public.people (n varchar(20), name varchar)", "insert into people values ('MPSS123456', 'A')",
			`create view registry.public_record as select n as number, name as legal_name, '[{"from":"2024-01-01","to":"2026-01-01"}]'::jsonb as terms, null::jsonb as actions, null::varchar[] as specializations, null::timestamptz as updated_at from people`,
			"create table registry.change (id bigserial, xid xid8 default pg_current_xact_id(), number text, at timestamptz default now())",
			"grant usage on schema registry to registry_reader", "grant select on registry.public_record, registry.change to registry_reader")
		reader := user(t, d.cluster, name, "reader_of_another", "in role registry_reader")
		check(t, reader)
		if s := mustSnapshot(t, reader); len(s.Records) != 1 || len(s.Rejections) != 0 {
			t.Errorf("%+v", s)
		}
		pgtest.Exec(t, url, "insert into people values ('mpss 234567', 'B'), (null, 'C')")
		check(t, reader, "not written in the usual way: 2|six to nine digits")
		pgtest.Exec(t, url, "delete from people where name <> 'A'", "alter table registry.change alter column xid type text")
		check(t, reader, "bigint, text, text")
	})
	t.Run("down", func(t *testing.T) {
		if _, err := postgres.Check(context.Background(), strings.Replace(d.reader, password, "x", 1)+"&port=1"); err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%v", err)
		}
	})
}
