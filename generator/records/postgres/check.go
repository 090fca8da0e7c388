package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Report says whether a database fulfils the contract.
type Report struct{ Lines []Line }

// Line is one finding.
type Line struct {
	OK     bool
	What   string // the finding
	Advice string // what to do; empty if there is nothing
}

// OK reports whether every finding is.
func (r Report) OK() bool {
	return !slices.ContainsFunc(r.Lines, func(line Line) bool { return !line.OK })
}

func (r *Report) good(format string, args ...any) {
	r.Lines = append(r.Lines, Line{OK: true, What: fmt.Sprintf(format, args...)})
}

func (r *Report) bad(advice, format string, args ...any) {
	r.Lines = append(r.Lines, Line{What: fmt.Sprintf(format, args...), Advice: advice})
}

// Check looks at the database as the user of the URL, which should be the one that the program
// reads as, in a transaction that cannot write. There is an error if it could not look.
func Check(ctx context.Context, url string) (Report, error) {
	target, err := parseTarget(url)
	if err != nil {
		return Report{}, err
	}
	var report Report
	conn, err := target.connect(ctx)
	if err == nil {
		defer conn.close()
		err = conn.check(ctx, &report)
	}
	if err != nil {
		return Report{}, fmt.Errorf("check %s: %w", target, explain(ctx, err))
	}
	return report, nil
}

func (c *conn) check(ctx context.Context, report *Report) error {
	if err := c.checkServer(ctx); err != nil {
		return err
	}
	report.good("PostgreSQL %s answers", c.pg.ParameterStatus("server_version"))
	switch standby, err := c.query(ctx, `select pg_is_in_recovery()`); {
	case err != nil:
		return err
	case standby == "t":
		report.good("it is a standby: it sends no notifications, and statements are confirmed up to the last transaction that it has replayed")
	}
	if err := c.exec(ctx, `begin isolation level repeatable read, read only`); err != nil {
		return err
	}
	for _, look := range []func(context.Context, *Report) error{
		c.lookAtView, c.lookAtOutbox, c.lookAtTriggers, c.lookAtVersion, c.lookAtRights,
	} {
		// A statement that fails ends the transaction, so each look has its own savepoint.
		if err := c.exec(ctx, `savepoint look`); err != nil {
			return err
		}
		if err := look(ctx, report); err != nil {
			if code(err) == "" && !errors.Is(err, errColumnType) {
				return err // the connection is gone
			}
			what := explain(ctx, err).Error()
			report.bad("", "%s", what)
		}
		if err := c.exec(ctx, `rollback to savepoint look`); err != nil {
			return err
		}
	}
	return nil
}

func (c *conn) lookAtView(ctx context.Context, report *Report) error {
	if err := c.checkColumns(ctx); err != nil {
		return err
	}
	report.good("the view registry.public_record has the columns of the contract")
	some, err := c.query(ctx, `select count(*) from (select from registry.public_record limit 1) as one`)
	if err != nil {
		return err
	}
	if some == "0" {
		report.bad("add records; nothing is published from an empty database", "the view registry.public_record is empty")
		return nil
	}
	report.good("there are records")
	// A number that may be written in two ways cannot be looked up by the text of one.
	other, err := c.query(ctx, `select count(*) from registry.public_record where (number ~ '^MPSS[0-9]{6,9}$') is not true`)
	if err != nil {
		return err
	}
	if other != "0" {
		report.bad("write each number as MPSS and six to nine digits, in the view and in the outbox; a change of any other makes the program read everything",
			"numbers in the view registry.public_record that are not written in the usual way: %s", other)
		return nil
	}
	report.good("the numbers are written in the usual way")
	return nil
}

func (c *conn) lookAtOutbox(ctx context.Context, report *Report) error {
	rows, err := c.rows(ctx, `select pg_typeof(id), pg_typeof(xid), pg_typeof(number), pg_typeof(at)
		from (select) as nothing left join registry.change on false`)
	if err != nil {
		return err
	}
	if want := []string{"bigint", "xid8", "text", "timestamp with time zone"}; !slices.Equal(rows[0], want) {
		report.bad("give it the columns id bigint, xid xid8, number text, at timestamptz",
			"the outbox registry.change has the types %s, not %s", strings.Join(rows[0], ", "), strings.Join(want, ", "))
		return nil
	}
	report.good("the outbox registry.change can be read")
	return nil
}

// lookAtTriggers compares the triggers of the reference tables with those of this version. A
// database with tables of its own fills the outbox in its own way, which cannot be seen from here.
func (c *conn) lookAtTriggers(ctx context.Context, report *Report) error {
	rows, err := c.rows(ctx, `select r.relname || '.' || w.tgname, coalesce(t.tgenabled in ('O', 'A'), false)
		from (values ('certification'), ('term'), ('action')) as tables (relname)
		cross join (values ('note_insert'), ('note_update'), ('note_delete'), ('note_truncate')) as w (tgname)
		join pg_class r on r.relname = tables.relname and r.relkind in ('r', 'p') and r.relnamespace = to_regnamespace('registry')
		left join pg_trigger t on t.tgrelid = r.oid and t.tgname = w.tgname
		order by 1`)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		report.good("the tables are not those of the reference schema: how changes reach the outbox is not checked")
		return nil
	}
	var off []string
	for _, row := range rows {
		if row[1] != "t" {
			off = append(off, "registry."+row[0])
		}
	}
	if off != nil {
		report.bad("enable them: ALTER TABLE … ENABLE TRIGGER …; then publish everything once, for changes were missed",
			"triggers that are missing or switched off: %s", strings.Join(off, ", "))
		return nil
	}
	report.good("the triggers that fill the outbox are enabled")
	return nil
}

func (c *conn) lookAtVersion(ctx context.Context, report *Report) error {
	if readable, err := c.readable(ctx, "schema_version"); err != nil || !readable {
		return err // said of the owner only: the reader may read nothing but the records
	}
	version, err := c.schemaVersion(ctx)
	if err != nil {
		return err
	}
	if version != SchemaVersion() {
		report.bad("run registry db install with the program that is in use", "the schema has version %d, this program knows %d", version, SchemaVersion())
		return nil
	}
	report.good("the schema has version %d", version)
	return nil
}

// lookAtRights finds what the user could read or change beyond the contract: the less a program
// on the way to the public can read, the less it can lose.
func (c *conn) lookAtRights(ctx context.Context, report *Report) error {
	rows, err := c.rows(ctx, `select rolname, rolsuper from pg_roles where rolname = current_user`)
	if err != nil {
		return err
	}
	if rows[0][1] == "t" {
		report.bad("connect as a user that is only a member of "+reader, "the user %q is a superuser and can read everything", rows[0][0])
		return nil
	}
	const inDatabase = `from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_toast'
		and has_schema_privilege(n.oid, 'usage')`
	for _, right := range []struct{ sql, ok, found, advice string }{
		{
			`and (n.nspname <> 'registry' or c.relname not in ('public_record', 'change'))
			 and (has_table_privilege(c.oid, 'select') or has_any_column_privilege(c.oid, 'select'))`,
			"the user can read nothing else", "the user can read more than the contract asks for", "REVOKE SELECT",
		},
		{
			`and (has_table_privilege(c.oid, 'insert, update, delete, truncate') or has_any_column_privilege(c.oid, 'insert, update'))`,
			"the user can change nothing", "the user can change data", "REVOKE INSERT, UPDATE, DELETE, TRUNCATE",
		},
	} {
		tables, err := c.rows(ctx, `select format('%I.%I', n.nspname, c.relname) `+inDatabase+right.sql+` order by 1 limit 21`)
		if err != nil {
			return err
		}
		if len(tables) == 0 {
			report.good("%s", right.ok)
			continue
		}
		var names []string
		for _, table := range tables {
			names = append(names, table[0])
		}
		if len(names) > 20 {
			names[20] = "and more"
		}
		report.bad(right.advice+" on them from the user, from its roles and from PUBLIC, or connect as a user that is only a member of "+reader,
			"%s: %s", right.found, strings.Join(names, ", "))
	}
	return nil
}
