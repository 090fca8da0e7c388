package records

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/cmpss/registry/generator/certification"
)

// The most entries and rejections that a source may have. A source with more is not a registry
// of certifications, and is refused before it fills the memory of the machine.
const (
	MaxEntries    = 20_000_000
	MaxRejections = 100_000
)

// Entry is one entry of a source as it was read: a record, or the reason why there is none.
type Entry struct {
	Record *certification.Record // nil if rejected
	Reason error                 // nil unless rejected
	Number certification.Number  // of a rejected entry; zero if it could not be read
	Sample bool                  // whether a rejected entry says that it is synthetic
	Order  int                   // place in the source, such as a line number; grows with each entry
}

// NewEntry validates a draft. If the draft could not be read to its end, unread says why, and
// the draft holds what was understood, of which only the number is used.
func NewEntry(order int, draft *certification.Draft, unread error) Entry {
	reason := unread
	if reason == nil {
		record, err := draft.Record()
		if err == nil {
			return Entry{Record: record, Order: order}
		}
		reason = err
	}
	number, err := certification.ParseNumber(draft.Number)
	if err != nil {
		number = certification.Number{}
	}
	return Entry{Reason: reason, Number: number, Sample: draft.Sample, Order: order}
}

func (e *Entry) number() certification.Number {
	if e.Record != nil {
		return e.Record.Number()
	}
	return e.Number
}

func (e *Entry) isSample() bool {
	if e.Record != nil {
		return e.Record.IsSample()
	}
	return e.Sample
}

// Assemble makes the snapshot of the entries of a source, and is where a number that stands in
// more than one of them is found: all of those are rejected. The place of an entry is asked for
// only if it is rejected. A source without a single number is an error.
func Assemble(entries []Entry, position string, place func(*Entry) string) (*Snapshot, error) {
	if len(entries) == 0 {
		return nil, ErrEmpty
	}
	snapshot := &Snapshot{Read: len(entries), Position: position}
	snapshot.Records, snapshot.Rejections = join(entries, place)
	if len(snapshot.Records) == 0 {
		return nil, fmt.Errorf("%w; the first of %d rows is rejected: %w", ErrNoRecord, len(snapshot.Rejections), snapshot.Rejections[0])
	}
	if n := len(snapshot.Rejections); n > MaxRejections {
		return nil, fmt.Errorf("%d of %d rows are rejected, more than %d; the first: %w", n, len(entries), MaxRejections, snapshot.Rejections[0])
	}
	return snapshot, nil
}

// join gives the records of the entries in the order of their numbers, each number once, and the
// rejections in the order of the entries.
func join(entries []Entry, place func(*Entry) string) (list []*certification.Record, rejections []Rejection) {
	// Sorting keys rather than entries keeps the order of a million of them cheap.
	type key struct {
		number uint64
		index  int
	}
	keys := make([]key, 0, len(entries))
	var rejected []*Entry
	for i := range entries {
		e := &entries[i]
		if number := e.number(); !number.IsZero() {
			keys = append(keys, key{sortKey(number), i})
		}
		if e.Record == nil {
			rejected = append(rejected, e)
		}
	}
	slices.SortFunc(keys, func(a, b key) int {
		if c := cmp.Compare(a.number, b.number); c != 0 {
			return c
		}
		return cmp.Compare(entries[a.index].Order, entries[b.index].Order)
	})

	list = make([]*certification.Record, 0, len(keys))
	for len(keys) > 0 {
		same := 1
		for same < len(keys) && keys[same].number == keys[0].number {
			same++
		}
		first := &entries[keys[0].index]
		switch {
		case same > 1:
			sample := true
			group := make([]*Entry, same)
			for i := range group {
				group[i] = &entries[keys[i].index]
				sample = sample && group[i].isSample()
			}
			list = append(list, certification.NewUnavailable(first.number(), sample))
			rejected = append(rejected, rejectDuplicates(group, place)...)
		case first.Record == nil:
			list = append(list, certification.NewUnavailable(first.Number, first.Sample))
		default:
			list = append(list, first.Record)
		}
		keys = keys[same:]
	}

	slices.SortFunc(rejected, func(a, b *Entry) int { return cmp.Compare(a.Order, b.Order) })
	for _, e := range rejected {
		rejections = append(rejections, Rejection{Place: place(e), Number: e.Number, Reason: e.Reason})
	}
	return list, rejections
}

// rejectDuplicates gives each entry of one number a reason that names another one. The entries
// of the group that were rejected already keep their reason and get this one besides; the others
// are returned.
func rejectDuplicates(group []*Entry, place func(*Entry) string) []*Entry {
	places := [...]string{place(group[0]), place(group[1])}
	var added []*Entry
	for i, e := range group {
		other := places[0]
		if i == 0 {
			other = places[1]
		}
		reason := fmt.Errorf("number %s is also that of %s: a number is never used twice (§209)", e.number(), other)
		if len(group) > 2 {
			reason = fmt.Errorf("%w; it stands in %d places", reason, len(group))
		}
		if e.Record == nil {
			e.Reason = errors.Join(e.Reason, reason)
			continue
		}
		e.Number, e.Reason, e.Record = e.Record.Number(), reason, nil
		added = append(added, e)
	}
	return added
}

// sortKey orders as Number.Compare does: by length, then by digits.
func sortKey(number certification.Number) uint64 {
	digits := number.Digits()
	value, err := strconv.ParseUint(digits, 10, 32)
	if err != nil {
		panic("records: a certification number without digits: " + err.Error())
	}
	return uint64(len(digits))<<32 | value
}
