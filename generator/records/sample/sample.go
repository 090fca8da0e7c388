package sample

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"

	"github.com/cmpss/registry/generator/certification"
)

// MaxCount is how many records a sample can have: every number of six and of seven digits
// that does not begin with 0.
const MaxCount = sixDigits + sevenDigits

const (
	firstSix    = 100_000
	sixDigits   = 900_000
	firstSeven  = 1_000_000
	sevenDigits = 9_000_000
)

// Write writes count synthetic records to w as NDJSON, one record a line, in the form that the
// reader of records takes. It streams, and needs no more memory for a million records than for
// one. The error is that of w, or says that count is not between 0 and MaxCount.
func Write(w io.Writer, count int, seed uint64) error {
	if count < 0 || count > MaxCount {
		return fmt.Errorf("sample of %d records: the count must be from 0 to %d", count, MaxCount)
	}
	out := bufio.NewWriterSize(w, 1<<16)
	maker := newMaker(seed)
	var line []byte
	for i := range count {
		record, err := maker.draft(i).Record()
		if err != nil {
			return fmt.Errorf("sample record %d of seed %d: %w", i, seed, err)
		}
		line = append(record.AppendJSON(line[:0]), '\n')
		if _, err := out.Write(line); err != nil {
			return fmt.Errorf("write sample record %d: %w", i, err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write sample: %w", err)
	}
	return nil
}

// maker makes the records of one seed. Record i is a function of the seed and i alone.
type maker struct {
	seed  uint64
	six   permutation
	seven permutation
	pcg   rand.PCG
	rand  *rand.Rand

	terms   []certification.DraftTerm
	actions []certification.DraftAction
}

func newMaker(seed uint64) *maker {
	m := &maker{
		seed:  seed,
		six:   newPermutation(sixDigits, seed),
		seven: newPermutation(sevenDigits, seed),
	}
	m.rand = rand.New(&m.pcg)
	return m
}

// draft is record i: one of the edges for the first of them, an ordinary one after.
func (m *maker) draft(i int) certification.Draft {
	m.pcg.Seed(mix(m.seed), mix(uint64(i)))
	var h history
	if i < len(edges) {
		h = edges[i].make(m.rand)
	} else {
		h = ordinary(m.rand)
	}
	var name string
	if i < len(unusualNames) {
		name = unusualNames[i]
	} else {
		name = anyName(m.rand)
	}
	// What holds the terms and actions is used again for the next record: Draft.Record keeps neither.
	d := certification.Draft{
		Number:          m.number(i),
		LegalName:       name,
		Specializations: h.areas,
		UpdatedAt:       instant(h.updated(m.rand)),
		Sample:          true,
		Terms:           m.terms[:0],
		Actions:         m.actions[:0],
	}
	for _, t := range h.terms {
		d.Terms = append(d.Terms, certification.DraftTerm{From: dayText(t.from), To: dayText(t.to)})
	}
	for _, a := range h.actions {
		action := certification.DraftAction{Kind: a.kind, From: instant(a.from)}
		if !a.until.IsZero() {
			action.Until = instant(a.until)
		}
		d.Actions = append(d.Actions, action)
	}
	m.terms, m.actions = d.Terms, d.Actions
	return d
}

// number is the certification number of record i: numbers of six digits while there are any, in
// an order that looks random, since people are not certified in the order a source lists them.
func (m *maker) number(i int) string {
	if i < sixDigits {
		return "MPSS" + strconv.FormatUint(firstSix+m.six.at(uint64(i)), 10)
	}
	return "MPSS" + strconv.FormatUint(firstSeven+m.seven.at(uint64(i-sixDigits)), 10)
}
