package index

import (
	"slices"
	"time"

	"github.com/cmpss/registry/generator/certification"
)

// held is a generation as it was written.
type held struct {
	generation Generation
	body       []byte // of index.json
	table      [segments]segment
	samples    int     // synthetic records
	indexed    segment // records with the names that the search index was built from
	// renamed are the numbers whose name is not that of the search index, in order. A name that is
	// as it was again stays among them, so that an open index serves the generations after it.
	renamed []certification.Number
}

// maxRenamed is how many names may differ from a search index of so many: few enough to be
// indexed in memory by each reader, and enough for weeks of certificates.
func maxRenamed(indexed int) int { return max(2_000, indexed/100) }

func newGeneration(records []*certification.Record, read time.Time) Generation {
	return Generation{Version: generationVersion, Read: read.UTC().Round(0), Total: len(records)}
}

// with gives what is to be held after the changes, its files those of h yet, and the segments
// of the table that they touch. It is false if the changes do not lead to the records.
func (h *held) with(records segment, changed []certification.Number, read time.Time) (*held, []int, bool) {
	next := &held{generation: newGeneration(records, read), table: h.table, samples: h.samples, indexed: h.indexed, renamed: h.renamed}
	var touched []int
	var renamed []certification.Number
	total := h.generation.Total
	for _, number := range changed {
		i := int(segmentOf(number))
		part := next.table[i]
		at, had := part.search(number)
		now, has := records.find(number)
		if !had && !has {
			continue
		}
		if !slices.Contains(touched, i) {
			touched = append(touched, i)
			part = slices.Clone(part)
		}
		if had && part[at].IsSample() {
			next.samples--
		}
		if has && now.IsSample() {
			next.samples++
		}
		switch {
		case had && has:
			part[at] = now
		case has:
			part = slices.Insert(part, at, now)
			total++
		default:
			part = slices.Delete(part, at, at+1)
			total--
		}
		next.table[i] = part
		before, indexed := h.indexed.find(number)
		if indexed != has || has && before.LegalName() != now.LegalName() {
			renamed = append(renamed, number)
		}
	}
	if total != len(records) {
		return nil, nil, false
	}
	next.generation.Sample = next.samples > 0
	next.generation.Records = slices.Clone(h.generation.Records)
	next.generation.Index = h.generation.Index
	if len(renamed) > 0 {
		next.renamed = slices.Concat(h.renamed, renamed)
		slices.SortFunc(next.renamed, certification.Number.Compare)
		next.renamed = slices.Compact(next.renamed)
		list := make([]string, len(next.renamed))
		for i, number := range next.renamed {
			list[i] = number.String()
		}
		next.generation.Index.Changed = list
	}
	return next, touched, true
}
