package follow

import (
	"bytes"
	"slices"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/site"
)

// All lists of records here are sorted by number, each number once.

func compareRecords(a, b *certification.Record) int { return a.Number().Compare(b.Number()) }

func find(list []*certification.Record, number certification.Number) (int, bool) {
	return slices.BinarySearchFunc(list, number, func(r *certification.Record, n certification.Number) int { return r.Number().Compare(n) })
}

// merge replaces and adds records.
func merge(list, changed []*certification.Record) []*certification.Record {
	merged := make([]*certification.Record, 0, len(list)+len(changed))
	for _, r := range list {
		for len(changed) > 0 && compareRecords(changed[0], r) < 0 {
			merged, changed = append(merged, changed[0]), changed[1:]
		}
		if len(changed) > 0 && compareRecords(changed[0], r) == 0 {
			r, changed = changed[0], changed[1:]
		}
		merged = append(merged, r)
	}
	return append(merged, changed...)
}

// keepSame puts the former record in the place of a new one that says the same, so that what
// is known of it holds. It changes list.
func keepSame(list, former []*certification.Record) []*certification.Record {
	var a, b []byte
	k := 0
	for i, r := range list {
		for k < len(former) && compareRecords(former[k], r) < 0 {
			k++
		}
		if k == len(former) {
			break
		}
		if compareRecords(former[k], r) != 0 {
			continue
		}
		a, b = r.AppendJSON(a[:0]), former[k].AppendJSON(b[:0])
		if bytes.Equal(a, b) {
			list[i] = former[k]
		}
	}
	return list
}

// withWithdrawn adds a record for each number that stands on the published site and is no longer
// in the source. A number that was once answered for never becomes "never issued" in silence.
func withWithdrawn(list []*certification.Record, published *site.Manifest) []*certification.Record {
	var withdrawn []*certification.Record
	k := 0
	for i := range published.Records {
		number, err := certification.ParseNumber(published.Records[i].Number)
		if err != nil {
			continue // no site of this program has such a record
		}
		for k < len(list) && list[k].Number().Compare(number) < 0 {
			k++
		}
		if k == len(list) || list[k].Number() != number {
			withdrawn = append(withdrawn, certification.NewWithdrawn(number))
		}
	}
	if len(withdrawn) == 0 {
		return list
	}
	return merge(list, withdrawn)
}

// isPublished reports whether the number stands on the published site.
func isPublished(published *site.Manifest, number certification.Number) bool {
	_, found := slices.BinarySearchFunc(published.Records, number.String(), func(e site.RecordEntry, n string) int {
		return site.CompareNumbers(e.Number, n)
	})
	return found
}

// without leaves numbers out.
func without(list []*certification.Record, gone map[certification.Number]bool) []*certification.Record {
	return slices.DeleteFunc(slices.Clone(list), func(r *certification.Record) bool { return gone[r.Number()] })
}
