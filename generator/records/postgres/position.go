package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/cmpss/registry/generator/records"
)

// position says which state of the database was read. Its text is, for example,
//
//	snapshot:740:743:741 change:12 by:739 origin:0123456789abcdef
//
// The snapshot is PostgreSQL's own: every transaction below 740 had ended, none from 743 on had
// begun, and of those between, 741 was under way. So it can be said of each row of the outbox
// whether it was seen, whatever the order in which transactions begin and commit. change is the
// newest row that was seen, and by is the transaction that noted it: with the snapshot they show
// whether the database has gone back in time. Both are left out if there was no outbox to read.
// The origin stands for the server, its timeline and the database.
type position struct {
	snapshot   string // the text of a pg_snapshot
	xmin, xmax uint64
	outbox     bool
	change     uint64 // 0 if the outbox was empty
	by         uint64
	origin     string
}

func (p position) String() string {
	text := "snapshot:" + p.snapshot
	if p.outbox {
		text += fmt.Sprintf(" change:%d by:%d", p.change, p.by)
	}
	return text + " origin:" + p.origin
}

var positionForm = regexp.MustCompile(`^snapshot:([0-9]+:[0-9]+:[0-9,]*)(?: change:([0-9]+) by:([0-9]+))? origin:([0-9a-f]{16})$`)

// parsePosition reads a position. One that is not understood is that of another kind of source,
// or of another version of this program.
func parsePosition(text string) (p position, ok bool) {
	parts := positionForm.FindStringSubmatch(text)
	if parts == nil {
		return position{}, false
	}
	p.origin = parts[4]
	var err error
	if p.outbox = parts[2] != ""; p.outbox {
		if p.change, err = strconv.ParseUint(parts[2], 10, 63); err != nil {
			return position{}, false
		}
		if p.by, err = strconv.ParseUint(parts[3], 10, 64); err != nil {
			return position{}, false
		}
	}
	return p, p.setSnapshot(parts[1])
}

// setSnapshot reads the text of a pg_snapshot: xmin, xmax, and between them, in order, the
// transactions that were under way.
func (p *position) setSnapshot(text string) (ok bool) {
	parts := strings.Split(text, ":")
	if len(parts) != 3 {
		return false
	}
	var err error
	if p.xmin, err = strconv.ParseUint(parts[0], 10, 64); err != nil || p.xmin == 0 {
		return false
	}
	if p.xmax, err = strconv.ParseUint(parts[1], 10, 64); err != nil || p.xmax < p.xmin {
		return false
	}
	last := p.xmin
	for xid := range strings.SplitSeq(parts[2], ",") {
		if parts[2] == "" {
			break
		}
		under, err := strconv.ParseUint(xid, 10, 64)
		if err != nil || under < last || under >= p.xmax {
			return false
		}
		last = under
	}
	p.snapshot = text
	return true
}

// state is what a transaction sees of the database as a whole.
type state struct {
	position
	time    time.Time // by the server's clock
	known   time.Time // of a standby: up to when it surely has every change; zero of a primary
	oldest  uint64    // lowest id in the outbox, 0 if it is empty
	sinceBy uint64    // the transaction that noted the newest change of an earlier position, 0 if its row is gone
}

// The parts of the query of a state. A server's timeline changes when a standby takes over and
// when a backup is restored up to a point in time.
const (
	queryState = `select pg_current_snapshot(),
		case when pg_is_in_recovery() then coalesce((extract(epoch from pg_last_xact_replay_timestamp()) * 1000000)::bigint, 0) end,
		(extract(epoch from clock_timestamp()) * 1000000)::bigint,
		(select oid from pg_database where datname = current_database())`
	stateControl = `, (select system_identifier from pg_control_system()),
		case when pg_is_in_recovery() then (select lpad(to_hex(timeline_id), 8, '0') from pg_control_checkpoint())
		else lower(left(pg_walfile_name(pg_current_wal_lsn()), 8)) end`
	// Some providers of databases do not let their users ask.
	stateNoControl = `, '', ''`
	stateOutbox    = `, coalesce(newest.id, 0), coalesce(newest.xid, '0'), coalesce(oldest.id, 0), coalesce(since.xid, '0')
		from (select) as one
		left join lateral (select id, xid from registry.change order by id desc limit 1) as newest on true
		left join lateral (select id from registry.change order by id limit 1) as oldest on true
		left join lateral (select xid from registry.change where id = $1::bigint limit 1) as since on true`
	queryControl = `select has_function_privilege('pg_control_system()', 'execute') and has_function_privilege('pg_control_checkpoint()', 'execute')`
)

// stateQuery is the query of a state, with one parameter if there is an outbox.
func (c *conn) stateQuery(ctx context.Context, outbox bool) (string, error) {
	control, err := c.query(ctx, queryControl)
	if err != nil {
		return "", err
	}
	sql := queryState + stateNoControl
	if control == "t" {
		sql = queryState + stateControl
	}
	if outbox {
		sql += stateOutbox
	}
	return sql, nil
}

// readState gives the state that the row of a state query says.
func readState(row []string, outbox bool) (s state, err error) {
	want := 6
	if outbox {
		want = 10
	}
	if len(row) != want {
		return state{}, fmt.Errorf("the server's state has %d values, not %d", len(row), want)
	}
	if !s.setSnapshot(row[0]) {
		return state{}, fmt.Errorf("the server's snapshot %q cannot be read", row[0])
	}
	if row[1] != "" {
		// A standby keeps what is under way elsewhere than in the list that is shown here, so that
		// no transaction from xmin on counts as seen.
		s.setSnapshot(fmt.Sprintf("%d:%d:", s.xmin, s.xmin))
		if s.known, err = knownUpTo(row[1]); err != nil {
			return state{}, err
		}
	}
	micros, err := strconv.ParseInt(row[2], 10, 64)
	if err != nil {
		return state{}, fmt.Errorf("the server's clock: %w", err)
	}
	s.time = time.UnixMicro(micros).UTC()
	sum := sha256.Sum256([]byte(strings.Join(row[3:6], "/")))
	s.origin = hex.EncodeToString(sum[:8])
	if s.outbox = outbox; !outbox {
		return s, nil
	}
	for i, to := range []*uint64{&s.change, &s.by, &s.oldest, &s.sinceBy} {
		if *to, err = strconv.ParseUint(row[6+i], 10, 64); err != nil {
			return state{}, fmt.Errorf("the outbox registry.change: %w", err)
		}
	}
	return s, nil
}

// notInOrder is more than the time by which commits come out of the order of their times, and than
// passes from when a transaction's snapshot is taken until the query of the state ends.
const notInOrder = time.Second

// knownUpTo is up to when a standby surely has every change, from the time of the last commit that it
// replayed. That it is connected, and has replayed what it received, says less: it may follow another
// standby, which stands still, and the signs of life of a sender tell how far it has sent and not what the
// primary has.
func knownUpTo(replayed string) (time.Time, error) {
	micros, err := strconv.ParseInt(replayed, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("the time of the last transaction replayed: %w", err)
	}
	if micros == 0 {
		return time.Time{}, errors.New("the server is a standby that has replayed no transaction since it started, so nobody knows how old its records are; run \"select pg_current_xact_id()\" on the primary, or read from that")
	}
	return time.UnixMicro(micros).UTC().Add(-notInOrder), nil
}

// follows reports whether everything that happened since the position can still be told. If the
// state is older than the position, the error is records.ErrBackwards.
func (s state) follows(since position) (bool, error) {
	switch {
	case s.origin != since.origin:
		return false, fmt.Errorf("%w: the server, its timeline or the database is not the one of the last read", records.ErrBackwards)
	case s.change < since.change:
		return false, fmt.Errorf("%w: the newest change noted is %d, and was %d at the last read", records.ErrBackwards, s.change, since.change)
	case s.sinceBy != 0 && s.sinceBy != since.by:
		return false, fmt.Errorf("%w: change %d is not the one that it was at the last read", records.ErrBackwards, since.change)
	case s.xmin < since.xmin || s.xmax < since.xmax:
		// A server that crashed may forget the numbers of transactions that had been rolled back.
		// It forgets nothing that was committed, of which the newest change is the proof.
		if s.sinceBy != 0 {
			return false, nil
		}
		return false, fmt.Errorf("%w: it has come to transaction %d, and was at %d at the last read", records.ErrBackwards, s.xmax, since.xmax)
	case !since.outbox:
		return false, nil
	}
	// If the newest change that was seen is no longer there, later ones may be gone with it,
	// unless the first of them is there.
	return s.sinceBy != 0 || s.oldest == since.change+1 || s.change == 0, nil
}
