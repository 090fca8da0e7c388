package generator

import (
	"math"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/site"
)

// finding is what a build found for a record: what its files depend on, and how long that holds.
type finding struct {
	entry site.Record // Number is empty if the certificate is not yet issued
	holds int64       // until this instant, in Unix nanoseconds, not included
}

// findings are what a build found for the records of a snapshot, in their order. A record that
// is the same and about which nothing has changed by time alone costs the comparison of a pointer and of
// an instant in the next build: what it says is not looked at again.
type findings struct {
	records []*certification.Record
	holds   []int64 // of their findings
	places  []int32 // among the entries, or -1 if the certificate is not yet issued

	entries []site.Record
	issued  []*certification.Record // whose entries they are
	counts  map[string]int          // of entries by status
	samples int                     // synthetic records among the issued ones

	revision *site.Revision // of the entries
}

// find makes findings, one for each of the records. The list is valid until the next call.
type find func(records []*certification.Record) []finding

// update makes the findings those of all, as of an instant in Unix nanoseconds. What was found
// before is kept only if it still holds then.
func (f *findings) update(all []*certification.Record, now int64, find find) {
	former := f.revision
	if stale, ok := f.stale(all, now); ok {
		if changed, ok := f.patch(all, stale, find); ok {
			if former != nil {
				former.Of = nil // no one needs to know the way further back
			}
			f.revision = &site.Revision{Of: former, Changed: changed}
			return
		}
	}
	*f = f.remake(all, now, find)
}

// batch is how many findings are made before they are taken over.
const batch = 1 << 16

// stale gives the places of the records whose findings do not hold. It is false if there are too
// many, or if the numbers are others.
func (f *findings) stale(all []*certification.Record, now int64) ([]int, bool) {
	if len(all) != len(f.records) {
		return nil, false
	}
	var stale []int
	for i, record := range all {
		if record == f.records[i] && now < f.holds[i] {
			continue
		}
		if len(stale) == batch || record.Number() != f.records[i].Number() {
			return nil, false
		}
		stale = append(stale, i)
	}
	return stale, true
}

// patch replaces the findings of the stale records, and gives the places of their entries. It is
// false, and nothing was changed, if a certificate among them was issued since or is not issued any more.
func (f *findings) patch(all []*certification.Record, stale []int, find find) ([]int, bool) {
	records := make([]*certification.Record, len(stale))
	for k, i := range stale {
		records[k] = all[i]
	}
	found := find(records)
	for k, i := range stale {
		if (found[k].entry.Number == "") != (f.places[i] < 0) {
			return nil, false
		}
	}
	var changed []int
	for k, i := range stale {
		f.holds[i] = found[k].holds
		if place := int(f.places[i]); place >= 0 {
			f.count(f.entries[place], f.issued[place], -1)
			f.entries[place], f.issued[place] = found[k].entry, records[k]
			f.count(f.entries[place], f.issued[place], +1)
			changed = append(changed, place)
		}
	}
	f.records = all
	return changed, true
}

// remake gives findings for all, with those of f that hold.
func (f *findings) remake(all []*certification.Record, now int64, find find) findings {
	next := findings{
		records:  all,
		holds:    make([]int64, 0, len(all)),
		places:   make([]int32, 0, len(all)),
		entries:  make([]site.Record, 0, len(all)),
		issued:   make([]*certification.Record, 0, len(all)),
		counts:   make(map[string]int),
		revision: new(site.Revision),
	}
	kept := make([]int, 0, batch) // place in f of each record, or -1
	k := 0
	for part := range slices.Chunk(all, batch) {
		kept = kept[:0]
		var stale []*certification.Record
		for _, record := range part {
			for k < len(f.records) && f.records[k] != record && f.records[k].Number().Compare(record.Number()) < 0 {
				k++
			}
			if k < len(f.records) && f.records[k] == record && now < f.holds[k] {
				kept = append(kept, k)
				continue
			}
			kept = append(kept, -1)
			stale = append(stale, record)
		}
		found := find(stale)
		for i, record := range part {
			if kept[i] >= 0 {
				next.add(record, f.at(kept[i]))
				continue
			}
			next.add(record, found[0])
			found = found[1:]
		}
	}
	return next
}

func (f *findings) add(record *certification.Record, it finding) {
	f.holds = append(f.holds, it.holds)
	if it.entry.Number == "" {
		f.places = append(f.places, -1)
		return
	}
	f.places = append(f.places, int32(len(f.entries)))
	f.entries = append(f.entries, it.entry)
	f.issued = append(f.issued, record)
	f.count(it.entry, record, +1)
}

// at is the finding for record i.
func (f *findings) at(i int) finding {
	it := finding{holds: f.holds[i]}
	if f.places[i] >= 0 {
		it.entry = f.entries[f.places[i]]
	}
	return it
}

func (f *findings) count(entry site.Record, record *certification.Record, n int) {
	f.counts[entry.Status] += n
	if record.IsSample() {
		f.samples += n
	}
}

// next is the first instant at which one of the findings no longer holds; zero if there is none.
func (f *findings) next() time.Time {
	next := int64(math.MaxInt64)
	for _, holds := range f.holds {
		next = min(next, holds)
	}
	if next == math.MaxInt64 {
		return time.Time{}
	}
	return time.Unix(0, next).UTC()
}

// chunk is how many records a worker takes at a time.
const chunk = 512

// finderOf gives a find for the records of an input.
func finderOf(in Input, prefix []byte) find {
	var buffer []finding
	return func(list []*certification.Record) []finding {
		buffer = slices.Grow(buffer[:0], len(list))[:len(list)]
		var group errgroup.Group
		group.SetLimit(runtime.GOMAXPROCS(0))
		for start := 0; start < len(list); start += chunk {
			group.Go(func() error {
				var statement []byte
				for i := start; i < min(start+chunk, len(list)); i++ {
					buffer[i], statement = findingOf(list[i], in, prefix, statement)
				}
				return nil
			})
		}
		group.Wait() // no goroutine returns an error
		return buffer
	}
}

// findingOf is the finding for one record. The slice for its statement is reused.
func findingOf(record *certification.Record, in Input, prefix, statement []byte) (finding, []byte) {
	f := finding{holds: math.MaxInt64}
	s, issued := certification.StatementAt(record, in.Read, in.AsOf)
	until := s.HoldsUntil
	if !issued {
		until = certification.HoldsUntil(record, in.AsOf)
	}
	if !until.IsZero() {
		f.holds = until.UnixNano()
	}
	if !issued {
		return f, statement
	}
	statement = s.AppendJSON(statement[:0])
	source := record.Digest()
	f.entry = site.Record{
		Number:      record.Number().String(),
		Status:      statusOfEntry(&s),
		Source:      site.Fingerprint(source),
		Fingerprint: site.FingerprintOf(prefix, source[:], statement),
	}
	return f, statement
}

// statusOfEntry is the status as the manifest has it: it tells a number that was withdrawn
// from one whose entry cannot be understood.
func statusOfEntry(s *certification.Statement) string {
	if s.Withdrawn {
		return site.Withdrawn
	}
	return s.Status.String()
}
