package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/cmpss/registry/generator/records/postgres/pgtest"
)

// writer changes records at random, on a connection and with numbers of its own, so that no
// writer waits for another.
type writer struct {
	rng  *rand.Rand
	conn *pgx.Conn
	base int
	open bool // in a transaction
	done map[string]int
}

const numbersOfWriter = 12

func newWriter(t testing.TB, url string, seed uint64, index int) *writer {
	t.Helper()
	conn := pgtest.Connect(t, url)
	run(t, conn, fmt.Sprintf("select setseed(%g)", 1/float64(index))) // for what random() removes
	return &writer{
		rng: rand.New(rand.NewPCG(seed, uint64(index))), conn: conn,
		base: 100_000 + 1000*index, done: map[string]int{},
	}
}

func (w *writer) number() string { return fmt.Sprintf("MPSS%d", w.base+w.rng.IntN(numbersOfWriter)) }

// mine is a condition for the numbers of the writer.
func (w *writer) mine() string {
	return fmt.Sprintf("number between 'MPSS%d' and 'MPSS%d'", w.base, w.base+numbersOfWriter-1)
}

// step begins or ends a transaction, or does something in one or by itself.
func (w *writer) step() error {
	choice := w.rng.IntN(10)
	switch {
	case !w.open && choice < 4:
		w.open = true
		return w.exec("begin", "begin")
	case w.open && choice < 2:
		w.open = false
		return w.exec("commit", "commit")
	case w.open && choice < 3:
		w.open = false
		return w.exec("rollback", "rollback")
	case w.open && choice < 4:
		if err := w.exec("savepoint", "savepoint s"); err != nil {
			return err
		}
		if err := w.change(); err != nil || !w.open {
			return err
		}
		return w.exec("rollback to savepoint", pick(w.rng, "rollback to savepoint s", "release savepoint s"))
	}
	return w.change()
}

// change changes something. A statement that a constraint refuses ends the transaction.
func (w *writer) change() error {
	day := fmt.Sprintf("date '2024-01-01' + %d", w.rng.IntN(600))
	term := "insert into registry.term select '%[1]s', d, d + 400 from (select %[2]s as d) as day"
	number := w.number()
	kind := w.rng.IntN(12)
	var sql string
	switch kind {
	case 0, 1, 2:
		sql = fmt.Sprintf("with c as (insert into registry.certification (number, legal_name) values ('%[1]s', 'A') on conflict (number) do update set legal_name = 'B') "+term, number, day)
		if w.rng.IntN(2) == 0 {
			sql = fmt.Sprintf("insert into registry.certification (number, legal_name) values ('%s', 'A')", number)
		}
	case 3:
		sql = fmt.Sprintf("delete from registry.term where number = '%[1]s'; delete from registry.action where number = '%[1]s'; delete from registry.certification where number = '%[1]s'", number)
	case 4:
		sql = fmt.Sprintf("update registry.certification set legal_name = '%s' where number = '%s'", pick(w.rng, "Jane", "12", "Ana Pérez"), number)
	case 5:
		sql = fmt.Sprintf("update registry.certification set number = '%s' where number = '%s'", w.number(), number)
	case 6:
		sql = "update registry.certification set legal_name = legal_name || 'x' where char_length(legal_name) < 30 and " + w.mine()
	case 7, 8:
		sql = fmt.Sprintf(term, number, day) // may overlap another, and be rejected
	case 9:
		sql = fmt.Sprintf("insert into registry.action (number, kind, effective_from) values ('%s', '%s', now())", number, pick(w.rng, "suspended", "revoked", "under-investigation"))
	case 10:
		sql = "delete from " + pick(w.rng, "registry.action", "registry.term") + " where " + w.mine() + " and random() < 0.5"
	case 11:
		rows := [][]any{{number, "Copied"}, {w.number(), "Copied"}}
		_, err := w.conn.CopyFrom(context.Background(), pgx.Identifier{"registry", "certification"}, []string{"number", "legal_name"}, pgx.CopyFromRows(rows))
		return w.settle("copy", err)
	}
	return w.exec(fmt.Sprintf("change %d", kind), sql)
}

func (w *writer) exec(what, sql string) error {
	_, err := w.conn.PgConn().Exec(context.Background(), sql).ReadAll()
	return w.settle(what, err)
}

// settle counts what was done, and takes a refusal, which is part of the game, back.
func (w *writer) settle(what string, err error) error {
	if err == nil {
		w.done[what]++
		return nil
	}
	var refused interface{ SQLState() string }
	if !errors.As(err, &refused) || refused.SQLState()[:2] != "23" { // integrity constraint violation
		return fmt.Errorf("%s: %w", what, err)
	}
	w.done["refused"]++
	if w.open {
		w.open = false
		_, err = w.conn.Exec(context.Background(), "rollback")
		return err
	}
	return nil
}

// Whatever transactions do, however they are interleaved and end, what is held by Changes alone is
// at every look what a Snapshot would read.
func TestFollowingAgreesWithReading(t *testing.T) {
	const (
		seed  = 20261123
		steps = 1800
	)
	t.Logf("seed %d", seed)
	d, h, conn := followed(t)
	rng := rand.New(rand.NewPCG(seed, 0))
	var writers []*writer
	for i := range 5 {
		writers = append(writers, newWriter(t, d.owner, seed, i+1))
	}
	looks, told, gone, rejected, open := 0, 0, 0, 0, 0
	for range steps {
		w := pick(rng, writers...)
		if err := w.step(); err != nil {
			t.Fatal(err)
		}
		if rng.IntN(5) > 0 {
			continue
		}
		if rng.IntN(20) == 0 && !anyOpen(writers) { // it would wait for them
			run(t, conn, "truncate registry.action")
		}
		delta := h.look(t)
		looks, told, gone, rejected = looks+1, told+len(delta.Changed), gone+len(delta.Gone), rejected+len(delta.Rejections)
		if anyOpen(writers) {
			open++
		}
		h.agrees(t)
	}
	done := map[string]int{}
	for _, w := range writers {
		for what, n := range w.done {
			done[what] += n
		}
	}
	t.Logf("%d looks, %d of them beside open transactions: %d changed, %d gone, %d rejected, %d times everything was read; %v", looks, open, told, gone, rejected, h.rereads, done)
	if looks < 300 || open < looks/2 || told == 0 || gone == 0 || rejected == 0 || h.rereads == 0 || done["rollback"] == 0 {
		t.Error("too little happened to prove anything")
	}
}

// The same while the writers go on: at the end nothing is missing.
func TestFollowingConcurrentWriters(t *testing.T) {
	const seed = 20261124
	t.Logf("seed %d", seed)
	d, h, _ := followed(t)
	var wg sync.WaitGroup
	ended := make(chan struct{})
	for i := range 6 {
		w := newWriter(t, d.owner, seed, i+1)
		wg.Go(func() {
			for range 400 {
				if err := w.step(); err != nil {
					t.Error(err)
					return
				}
			}
			if w.open {
				if err := w.exec("commit", "commit"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	go func() { wg.Wait(); close(ended) }()
	looks, told := 0, 0
	for going := true; going; looks++ {
		select {
		case <-ended:
			going = false
		default:
		}
		told += len(h.look(t).Changed)
	}
	h.agrees(t)
	t.Logf("%d looks, %d changed", looks, told)
	if h.rereads > 0 {
		t.Errorf("everything was read %d times, and nobody truncated", h.rereads)
	}
}

func anyOpen(writers []*writer) bool {
	for _, w := range writers {
		if w.open {
			return true
		}
	}
	return false
}
