package publish

import (
	"iter"
	"slices"
	"time"

	"github.com/cmpss/registry/generator/site"
)

// places says where the records of a site stand in the manifest of the one before.
type places struct {
	same    bool    // both have the same numbers in the same order; before is nil
	known   bool    // only the records of the site at the places in changed may be others; same is true
	changed []int   // see known
	before  []int32 // place in the manifest of each record of the site, or -1
	removed []int32 // places in the manifest of records that the site does not have
	added   int     // records that the manifest does not have
}

// of is the place in the manifest of record i of the site, or -1.
func (p *places) of(i int) int {
	if p.same {
		return i
	}
	return int(p.before[i])
}

// candidates yields the places in the site of the records that may be others than in the manifest, of n.
func (p *places) candidates(n int) iter.Seq[int] {
	if p.known {
		return slices.Values(p.changed)
	}
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

// placesOf finds the places of a site's records. If the site says how it differs from the one
// that the manifest is of, its word is taken: nothing else is looked at.
func (p *Publisher) placesOf(s *site.Site) places {
	if s.Revision != nil && s.Revision.Of != nil && s.Revision.Of == p.revision {
		return places{same: true, known: true, changed: s.Revision.Changed}
	}
	return align(p.manifest.Records, s.Records)
}

// align finds the places. Both lists are sorted by number.
func align(previous []site.RecordEntry, records []site.Record) places {
	if len(previous) == len(records) {
		i := 0
		for i < len(records) && previous[i].Number == records[i].Number {
			i++
		}
		if i == len(records) {
			return places{same: true}
		}
	}
	p := places{before: make([]int32, len(records))}
	k := 0
	for i := range records {
		for k < len(previous) && site.CompareNumbers(previous[k].Number, records[i].Number) < 0 {
			p.removed = append(p.removed, int32(k))
			k++
		}
		p.before[i] = -1
		if k < len(previous) && previous[k].Number == records[i].Number {
			p.before[i] = int32(k)
			k++
			continue
		}
		p.added++
	}
	for ; k < len(previous); k++ {
		p.removed = append(p.removed, int32(k))
	}
	return p
}

// changedRecord is a record whose files were rendered: its place in the site, and its entry
// in the next manifest.
type changedRecord struct {
	at       int
	entry    site.RecordEntry
	replaces bool // one of its files that the manifest lists
}

// replacedNumbers are the records of which a file that the manifest lists was staged.
func (w *publication) replacedNumbers() []string {
	var numbers []string
	for i := range w.changed {
		if w.changed[i].replaces {
			numbers = append(numbers, w.changed[i].entry.Number)
		}
	}
	return numbers
}

// removals are the files of the previous site, or of a run that was killed, that have no
// place in the new one.
func (w *publication) removals() []string {
	keep := make(map[string]bool, len(w.fixed))
	for _, f := range w.fixed {
		keep[f.Path] = true
	}
	keep[site.StatusPath] = true
	var gone []string
	for _, f := range w.manifest.Fixed {
		if !keep[f.Path] {
			gone = append(gone, f.Path)
		}
	}
	for _, k := range w.places.removed {
		for _, layout := range w.manifest.Layout {
			gone = append(gone, site.RecordPath(layout, w.manifest.Records[k].Number))
		}
	}
	for _, layout := range w.manifest.Layout {
		if slices.Contains(w.site.Layout, layout) {
			continue
		}
		for i := range w.site.Records {
			if w.places.of(i) >= 0 {
				gone = append(gone, site.RecordPath(layout, w.site.Records[i].Number))
			}
		}
	}
	if w.leftover != nil {
		gone = append(gone, w.leftover.strays(w.site, keep)...)
	}
	return gone
}

// dirtySegments makes the manifest that of the new site, and gives the segments of it that
// changed. Where numbers and layout are the same only the changed entries are replaced.
func (w *publication) dirtySegments() *[site.NumSegments]bool {
	m := w.manifest
	var dirty [site.NumSegments]bool
	for _, c := range w.changed {
		dirty[site.SegmentOf(c.entry.Number)] = true
	}
	for _, k := range w.places.removed {
		dirty[site.SegmentOf(m.Records[k].Number)] = true
	}
	if w.places.same && slices.Equal(m.Layout, w.site.Layout) {
		for _, c := range w.changed {
			m.Records[c.at] = c.entry
		}
	} else {
		records := make([]site.RecordEntry, len(w.site.Records))
		for i := range records {
			if k := w.places.of(i); k >= 0 {
				records[i] = m.Records[k]
			}
		}
		for _, c := range w.changed {
			records[c.at] = c.entry
		}
		m.Records, w.division = records, nil
	}
	m.Layout, m.Fixed = w.site.Layout, w.fixed
	m.AsOf, m.Read, m.Position = w.site.AsOf, w.site.Read, w.site.Status.SourcePosition
	m.Rejected, m.Delays, m.LetPass = w.site.Status.Rejected, w.delays, w.letPass
	m.Held, m.Oldest = w.site.Status.Held, time.Time{}
	if oldest := w.site.Status.OldestUnpublishedChange; oldest != nil {
		m.Oldest = *oldest
	}
	return &dirty
}
