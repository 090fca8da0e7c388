package follow

import (
	"context"
	"errors"
	"io/fs"
	"slices"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/site"
)

// All lists of records here are sorted by number, each number once.

func compareRecords(a, b *certification.Record) int { return a.Number().Compare(b.Number()) }

// keepSame puts the former record in the place of a new one that says the same, so that what
// is known of it holds. It changes list.
func keepSame(list, former []*certification.Record) {
	k := 0
	for i, r := range list {
		for k < len(former) && compareRecords(former[k], r) < 0 {
			k++
		}
		if k == len(former) {
			return
		}
		if compareRecords(former[k], r) == 0 && former[k].Digest() == r.Digest() {
			list[i] = former[k]
		}
	}
}

// withdrawnFrom gives a record for each number that stands on the published site and is no longer
// in the list. A number that was once answered for never becomes "never issued" in silence.
func withdrawnFrom(list []*certification.Record, published *site.Manifest) []*certification.Record {
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
	return withdrawn
}

// shown gives, of the numbers that a publication which did not end was to bring and that no manifest lists,
// those that are gone and of which somebody may have been answered all the same: their page
// stands, or the record table has them, so that query handlers know them.
func (k *Keeper) shown(ctx context.Context, gone func(certification.Number) bool) []certification.Number {
	var numbers []certification.Number
	for _, text := range k.options.Publisher.Unlisted() {
		if number, err := certification.ParseNumber(text); err == nil && gone(number) {
			numbers = append(numbers, number)
		}
	}
	if len(numbers) == 0 {
		return nil
	}
	table, err := k.options.Index.Read(ctx, numbers)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return numbers // a table that cannot be read just now may have each, and a query handler have it open
	}
	return slices.DeleteFunc(numbers, func(number certification.Number) bool {
		return !has(table, number) && !k.options.Publisher.HasPage(number.String())
	})
}

func has(list []*certification.Record, number certification.Number) bool {
	_, found := search(list, number)
	return found
}

func search(list []*certification.Record, number certification.Number) (int, bool) {
	return slices.BinarySearchFunc(list, number, func(r *certification.Record, n certification.Number) int { return r.Number().Compare(n) })
}

// differing gives the numbers whose records are not the same in the two lists, in order.
func differing(a, b []*certification.Record) []certification.Number {
	numbers := []certification.Number{}
	for len(a) > 0 && len(b) > 0 {
		order := 0
		if a[0] != b[0] {
			order = compareRecords(a[0], b[0])
			if order < 0 {
				numbers = append(numbers, a[0].Number())
			} else {
				numbers = append(numbers, b[0].Number())
			}
		}
		if order <= 0 {
			a = a[1:]
		}
		if order >= 0 {
			b = b[1:]
		}
	}
	for _, rest := range [...][]*certification.Record{a, b} {
		for _, r := range rest {
			numbers = append(numbers, r.Number())
		}
	}
	return numbers
}
