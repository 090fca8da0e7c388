// Package postgres reads certification records from PostgreSQL, 13 or later.
//
// It promises that a snapshot is one consistent state of the database, read in one transaction
// that cannot write; that it asks for the six columns of the view registry.public_record and
// for nothing else about a person; and that a password is in no error.
//
// It promises besides that a follower misses nothing: what Changes gives after a position is
// every change that was committed and not in the read of that position, however long its
// transaction took and in whatever order transactions ended.
//
// Any database fulfils the contract that has the view and the outbox registry.change. Install
// creates a reference schema that does, and Check says whether a database does.
//
// A database is named by a URL, postgres://user@host:5432/name?sslmode=verify-full. What it
// leaves out is taken from where libpq, PostgreSQL's own client, takes it: a password best from
// a file (passfile in the URL, or ~/.pgpass), where it is in no list of processes.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/records"
	"github.com/cmpss/registry/generator/records/internal/draftjson"
)

// Source is a database that fulfils the contract. It implements records.Follower.
type Source struct {
	// Jitter changes the time that Listen waits before it connects again, so that not all who
	// lost a server come back to it at once. If it is nil, the time stays as it is. It is set
	// before the first use.
	Jitter func(wait time.Duration) time.Duration

	target *target
	alive  time.Duration // within which a server that is alive answers

	mu   sync.Mutex
	held *follower // the connection of Changes, nil if there is none
}

// Open gives the source that the URL names. It connects at each Snapshot, not before.
//
// The URL may set connect_timeout (in seconds; 10 if it does not) and statement_timeout (in
// milliseconds; two minutes if it does not).
func Open(url string) (*Source, error) {
	target, err := parseTarget(url)
	if err != nil {
		return nil, err
	}
	return &Source{target: target, alive: aliveWithin}, nil
}

// Close ends the connection that Changes holds. The source may be used again.
func (s *Source) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.release()
}

// columns are those of the view, each with the types that it may have.
var columns = []struct {
	name  string
	types []uint32
}{
	{"number", []uint32{pgtype.TextOID, pgtype.VarcharOID}},
	{"legal_name", []uint32{pgtype.TextOID, pgtype.VarcharOID}},
	{"terms", []uint32{pgtype.JSONBOID}},
	{"actions", []uint32{pgtype.JSONBOID}},
	{"specializations", []uint32{pgtype.TextArrayOID, pgtype.VarcharArrayOID}},
	{"updated_at", []uint32{pgtype.TimestamptzOID}},
}

const (
	// Nothing but these columns is ever asked for, whatever else a view may have.
	queryTypes = `select number, legal_name, terms, actions, specializations, updated_at from registry.public_record limit 0`
	// In order, so that two reads of one state give rejections in one order.
	selectRecords = `select number, legal_name, terms, actions, to_jsonb(specializations), updated_at from registry.public_record`
	queryRecords  = selectRecords + ` order by number collate "C"`
	queryBegin    = `begin isolation level repeatable read, read only`
)

// Snapshot implements records.Source. It makes a connection of its own.
func (s *Source) Snapshot(ctx context.Context, progress func(rows int)) (*records.Snapshot, error) {
	snapshot, err := s.snapshot(ctx, progress)
	if err != nil {
		return nil, fmt.Errorf("read records from %s: %w", s.target, explain(ctx, err))
	}
	return snapshot, nil
}

func (s *Source) snapshot(ctx context.Context, progress func(rows int)) (*records.Snapshot, error) {
	conn, err := s.target.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.close()
	// The transaction is never committed: there is nothing to keep, and closing ends it.
	if _, err := conn.query(ctx, queryBegin); err != nil {
		return nil, err
	}
	if err := conn.checkColumns(ctx); err != nil {
		return nil, err
	}
	state, err := conn.state(ctx)
	if err != nil {
		return nil, err
	}
	entries, err := conn.entries(ctx, progress)
	if err != nil {
		return nil, err
	}
	snapshot, err := records.Assemble(entries, state.String(), placeOf)
	if err != nil {
		return nil, err
	}
	snapshot.ServerTime, snapshot.KnownUpTo = state.time, state.known
	if conn.pg.ParameterStatus("is_superuser") == "on" {
		snapshot.Warning = "the records are read as a superuser, who can read and change everything; connect as a user that is only a member of " + reader
	}
	return snapshot, nil
}

func placeOf(e *records.Entry) string {
	if e.Number.IsZero() && e.Record == nil {
		return fmt.Sprintf("row %d by number", e.Order)
	}
	if e.Record != nil {
		return "record " + e.Record.Number().String()
	}
	return "record " + e.Number.String()
}

// checkColumns compares the types of the view's columns with the contract before any row is
// read: a column of another type might be read as something else than was meant.
func (c *conn) checkColumns(ctx context.Context) error {
	result := c.pg.ExecParams(ctx, queryTypes, nil, nil, nil, nil)
	fields := result.FieldDescriptions()
	types := make([]uint32, len(fields))
	for i := range fields {
		types[i] = fields[i].DataTypeOID
	}
	if _, err := result.Close(); err != nil {
		return err
	}
	var problems []string
	for i, column := range columns {
		if !oneOf(types[i], column.types) {
			problems = append(problems, fmt.Sprintf("%s is %s, not %s", column.name, typeName(types[i]), typeName(column.types[0])))
		}
	}
	if problems != nil {
		return fmt.Errorf("%w: %s; correct the view registry.public_record", errColumnType, strings.Join(problems, ", "))
	}
	return nil
}

var errColumnType = errors.New("a column has the wrong type")

// state is what the transaction sees, with its outbox if the user may read one: a database that
// is read and not followed needs none.
func (c *conn) state(ctx context.Context) (state, error) {
	outbox, err := c.readable(ctx, "change")
	if err != nil {
		return state{}, err
	}
	sql, err := c.stateQuery(ctx, outbox)
	if err != nil {
		return state{}, err
	}
	var args []string
	if outbox {
		args = []string{"0"} // there is no earlier position
	}
	rows, err := c.rows(ctx, sql, args...)
	if err != nil {
		return state{}, err
	}
	return readState(rows[0], outbox)
}

// readable reports whether the schema registry has a table or view of the name that the user may read.
func (c *conn) readable(ctx context.Context, name string) (bool, error) {
	yes, err := c.query(ctx, `select coalesce(bool_or(has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')), false)
		from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'registry' and c.relname = $1`, name)
	return yes == "t", err
}

// entries reads the rows as they come.
func (c *conn) entries(ctx context.Context, progress func(int)) ([]records.Entry, error) {
	var (
		decoder  draftjson.Decoder
		entries  []records.Entry
		rejected int
	)
	result := c.pg.ExecParams(ctx, queryRecords, nil, nil, nil, nil)
	for result.NextRow() {
		entry := newEntry(&decoder, len(entries)+1, result.Values())
		entries = append(entries, entry)
		if entry.Record == nil {
			rejected++
		}
		if len(entries) > records.MaxEntries || rejected > records.MaxRejections {
			// The connection is given up with its unread rows.
			return nil, fmt.Errorf("row %d: more rows than %d, or more rejected than %d", len(entries), records.MaxEntries, records.MaxRejections)
		}
		if progress != nil && len(entries)%1000 == 0 {
			progress(len(entries))
		}
	}
	if _, err := result.Close(); err != nil {
		return nil, err
	}
	if progress != nil {
		progress(len(entries))
	}
	if len(entries) == 0 {
		return nil, fmt.Errorf("%w: the view registry.public_record is empty; check that the URL names the right database", records.ErrEmpty)
	}
	return entries, nil
}

// newEntry validates a row. A null gives an empty text, which the rules refuse where they must.
func newEntry(decoder *draftjson.Decoder, order int, row [][]byte) records.Entry {
	draft := certification.Draft{
		Number:    string(row[0]),
		LegalName: string(row[1]),
		UpdatedAt: instant(string(row[5])),
	}
	var unread [3]error
	draft.Terms, unread[0] = decoder.Terms(orNull(row[2]))
	draft.Actions, unread[1] = decoder.Actions(orNull(row[3]))
	draft.Specializations, unread[2] = decoder.Specializations(orNull(row[4]))
	for i, err := range unread {
		if err != nil {
			return records.NewEntry(order, &draft, fmt.Errorf("column %s: %w", columns[2+i].name, err))
		}
	}
	return records.NewEntry(order, &draft, nil)
}

func orNull(value []byte) string {
	if value == nil {
		return "null"
	}
	return string(value)
}

// instant turns the text of a timestamptz in a session whose time zone is UTC, such as
// "2025-05-01 16:00:00+00", into RFC 3339. A text of another kind, such as infinity, is left
// for the rules to refuse.
func instant(text string) string {
	if day, rest, ok := strings.Cut(text, " "); ok && strings.HasSuffix(rest, "+00") {
		return day + "T" + strings.TrimSuffix(rest, "+00") + "Z"
	}
	return text
}

func oneOf(oid uint32, list []uint32) bool {
	for _, known := range list {
		if oid == known {
			return true
		}
	}
	return false
}

// typeName is the name of a built-in type, as SQL writes it.
func typeName(oid uint32) string {
	t, ok := pgtype.NewMap().TypeForOID(oid)
	if !ok {
		return fmt.Sprintf("a type of its own (%d)", oid)
	}
	if element, ok := strings.CutPrefix(t.Name, "_"); ok {
		return element + "[]"
	}
	return t.Name
}

var _ records.Follower = (*Source)(nil)
