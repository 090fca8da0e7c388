package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/records"
	"github.com/cmpss/registry/generator/records/internal/draftjson"
)

const (
	// changesTimeout bounds one Changes on a connection that dies under it.
	changesTimeout = 2 * time.Minute
	// maxChanged is how many numbers may have changed before it is quicker to read everything.
	maxChanged = 50_000
	// numbersAtOnce are looked up by one query: few enough for the index of any size of table.
	numbersAtOnce = 5_000
)

// queryNoted gives the numbers in the rows of the outbox that the transaction sees and the one at
// a position did not, and when the oldest of the rows was noted. They are those above the highest
// that was seen ($1), and of the others those whose transactions had not ended ($2): a slow
// transaction may commit after a fast one that came later. Rows of transactions that have not
// begun are those of another server, from which the database was copied.
const queryNoted = `select number, (extract(epoch from min(min(at) filter (where isfinite(at))) over ()) * 1000000)::bigint
	from (select number, at from registry.change where id > $1::bigint
		union all
		select number, at from registry.change where id <= $1::bigint and xid >= $3::xid8
		and xid < pg_snapshot_xmax(pg_current_snapshot()) and not pg_visible_in_snapshot(xid, $2::pg_snapshot)) as unseen
	group by number order by number collate "C" nulls first limit $4::int`

const queryChanged = selectRecords + ` where number = any ($1::text[]) order by number collate "C"`

// follower is the connection that Changes holds, with its queries prepared.
type follower struct {
	*conn
	decoder draftjson.Decoder
}

// The names of prepared queries.
const (
	preparedState   = "state"
	preparedNoted   = "noted"
	preparedChanged = "changed"
)

// Changes implements records.Follower. It holds a connection from one call to the next, and makes
// another if that one fails: a server that was restarted in between is no error.
func (s *Source) Changes(ctx context.Context, since string) (*records.Delta, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delta, err := s.changes(ctx, since)
	if err != nil {
		return nil, fmt.Errorf("read changes from %s: %w", s.target, explain(ctx, err))
	}
	return delta, nil
}

func (s *Source) changes(ctx context.Context, since string) (*records.Delta, error) {
	ctx, cancel := context.WithTimeout(ctx, changesTimeout)
	defer cancel()
	if s.held != nil {
		delta, err := s.held.changes(ctx, s.alive, since)
		if err == nil || errors.Is(err, records.ErrBackwards) {
			return delta, err
		}
		s.release()
		if ctx.Err() != nil {
			return nil, err
		}
	}
	held, err := s.target.follow(ctx)
	if err != nil {
		return nil, err
	}
	s.held = held
	delta, err := held.changes(ctx, s.alive, since)
	if err != nil && !errors.Is(err, records.ErrBackwards) {
		s.release()
	}
	return delta, err
}

func (s *Source) release() {
	if s.held != nil {
		s.held.close()
		s.held = nil
	}
}

// follow connects and prepares. A prepared query fails when the types of its columns change, and
// with it the connection is given up, so that they are checked once a connection.
func (t *target) follow(ctx context.Context) (*follower, error) {
	conn, err := t.connect(ctx)
	if err != nil {
		return nil, err
	}
	f := &follower{conn: conn}
	if err := f.prepare(ctx); err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

func (f *follower) prepare(ctx context.Context) error {
	if err := f.checkServer(ctx); err != nil {
		return err
	}
	if err := f.checkColumns(ctx); err != nil {
		return err
	}
	state, err := f.stateQuery(ctx, true)
	if err != nil {
		return err
	}
	for _, query := range []struct{ name, sql string }{
		{preparedState, state}, {preparedNoted, queryNoted}, {preparedChanged, queryChanged},
	} {
		if _, err := f.pg.Prepare(ctx, query.name, query.sql, nil); err != nil {
			return err
		}
	}
	return nil
}

// changes reads in one transaction what changed. After an error that is not ErrBackwards the
// connection is of no use.
func (f *follower) changes(ctx context.Context, alive time.Duration, since string) (*records.Delta, error) {
	if err := f.begin(ctx, alive); err != nil {
		return nil, err
	}
	delta, err := f.read(ctx, since)
	if err != nil && !errors.Is(err, records.ErrBackwards) {
		return nil, err
	}
	// There is nothing to keep, and what was read is whole.
	if ended := f.exec(ctx, `rollback`); ended != nil {
		return nil, ended
	}
	return delta, err
}

// begin starts the transaction, and finds out whether the server is still there.
func (f *follower) begin(ctx context.Context, alive time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, alive)
	defer cancel()
	return f.exec(ctx, queryBegin)
}

func (f *follower) read(ctx context.Context, text string) (*records.Delta, error) {
	since, understood := parsePosition(text)
	rows, err := collect(f.run(ctx, preparedState, strconv.FormatUint(since.change, 10)))
	if err != nil {
		return nil, err
	}
	now, err := readState(rows[0], true)
	if err != nil {
		return nil, err
	}
	delta := &records.Delta{Position: now.String(), ServerTime: now.time, KnownUpTo: now.known}
	if !understood {
		delta.Reread = true
		return delta, nil
	}
	complete, err := now.follows(since)
	if err != nil {
		return nil, err
	}

	noted, err := collect(f.run(ctx, preparedNoted, strconv.FormatUint(since.change, 10), since.snapshot,
		strconv.FormatUint(since.xmin, 10), strconv.Itoa(maxChanged+1)))
	if err != nil || len(noted) == 0 && complete {
		return delta, err
	}
	if len(noted) > 0 && noted[0][1] != "" {
		micros, err := strconv.ParseInt(noted[0][1], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("the outbox registry.change: %w", err)
		}
		delta.OldestChange = time.UnixMicro(micros).UTC()
	}
	numbers, known := numbersOf(noted)
	if !complete || !known || len(noted) > maxChanged {
		delta.Reread = true
		return delta, nil
	}
	entries, err := f.entriesOf(ctx, numbers)
	if err != nil {
		return nil, err
	}
	delta.Fill(numbers, entries, placeOf)
	return delta, nil
}

// numbersOf gives the certification numbers in the first column. It is not known which records
// changed if one is null, or not written as the registry writes it: then it may stand in more
// ways than one.
func numbersOf(rows [][]string) (numbers []certification.Number, known bool) {
	numbers = make([]certification.Number, len(rows))
	for i, row := range rows {
		number, err := certification.ParseNumber(row[0])
		if err != nil || number.String() != row[0] {
			return nil, false
		}
		numbers[i] = number
	}
	return numbers, true
}

// entriesOf reads the rows of the numbers.
func (f *follower) entriesOf(ctx context.Context, numbers []certification.Number) ([]records.Entry, error) {
	var entries []records.Entry
	for chunk := range slices.Chunk(numbers, numbersAtOnce) {
		var array strings.Builder
		for i, number := range chunk {
			array.WriteByte("{,"[min(i, 1)])
			array.WriteString(number.String()) // letters and digits: nothing to escape
		}
		array.WriteByte('}')
		result := f.run(ctx, preparedChanged, array.String())
		for result.NextRow() {
			entries = append(entries, newEntry(&f.decoder, len(entries)+1, result.Values()))
		}
		if _, err := result.Close(); err != nil {
			return nil, err
		}
	}
	return entries, nil
}

func (f *follower) run(ctx context.Context, prepared string, args ...string) *pgconn.ResultReader {
	values := make([][]byte, len(args))
	for i, arg := range args {
		values[i] = []byte(arg)
	}
	return f.pg.ExecPrepared(ctx, prepared, values, nil, nil)
}
