package index

import (
	"context"
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"github.com/cmpss/registry/generator/certification"
)

// directory is the names of one generation: those of a search index without the ones that are
// other names now or gone, and with those that came since. The ranks from start on are theirs.
type directory struct {
	*names
	dropped bitset                  // ranks of the search index that are not there any more; nil: none
	added   *addition               // nil: none
	start   uint32                  // a multiple of 64
	records []*certification.Record // by rank; nil where there is none
}

// newDirectory brings the names together with the records of the table, for which changed are
// the numbers, in order, whose names are not those of the index. Earlier may be nil.
func newDirectory(n *names, parts *[segments]segment, changed []certification.Number, earlier *Set) (directory, error) {
	count := len(n.numbers)
	d := directory{names: n, start: uint32(count+63) / 64 * 64}
	if earlier != nil && earlier.names.names != n {
		earlier = nil
	}
	find := func(number certification.Number) *certification.Record {
		r, _ := parts[segmentOf(number)].find(number)
		return r
	}
	var added []*certification.Record
	for _, number := range changed {
		if rank, ok := n.rankOf(number); ok {
			if d.dropped == nil {
				d.dropped = make(bitset, d.start/64)
			}
			d.dropped.add(rank)
		}
		if r := find(number); r != nil {
			added = append(added, r)
		}
	}
	d.records = make([]*certification.Record, int(d.start)+len(added))
	var former *addition
	if earlier != nil {
		former = earlier.names.added
		copy(d.records, earlier.names.records[:count])
		for rank := range earlier.names.dropped.all {
			if d.dropped == nil || !d.dropped.has(rank) {
				d.records[rank] = find(n.numbers[rank])
			}
		}
	}
	for i := range parts {
		if earlier == nil || !same(parts[i], earlier.parts[i]) {
			n.place(d.records, i, parts[i])
		}
	}
	for rank := range d.dropped.all {
		d.records[rank] = nil
	}
	if len(added) > 0 {
		d.added = newAddition(n, added, former)
	}
	there, total := len(added), 0
	for _, r := range d.records[:count] {
		if r != nil {
			there++
		}
	}
	for _, part := range parts {
		total += len(part)
	}
	if want := count - d.dropped.count() + len(added); there != total || there != want {
		return directory{}, fmt.Errorf("%d names, %d of them with a record, for %d records", want, there, total)
	}
	for i, e := range d.added.all() {
		d.records[int(d.start)+i] = e.record
	}
	return d, nil
}

// same reports whether two segments are one and the same in memory.
func same(a, b segment) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// place puts the records of a segment of the table at the ranks of their numbers.
func (n *names) place(records []*certification.Record, i int, part segment) {
	k := 0
	for _, rank := range n.bySegment[i] {
		number := n.numbers[rank]
		for k < len(part) && part[k].Number().Compare(number) < 0 {
			k++
		}
		records[rank] = nil
		if k < len(part) && part[k].Number() == number {
			records[rank] = part[k]
		}
	}
}

// textOf is the text of the name at a rank.
func (d *directory) textOf(rank uint32) string {
	if rank >= d.start {
		return d.added.names[rank-d.start].text
	}
	return d.names.textOf(rank)
}

// appendWords appends the words of the name at a rank.
func (d *directory) appendWords(dst []string, rank uint32) []string {
	text, _, _ := strings.Cut(d.textOf(rank), string(nameEnd))
	for word := range strings.FieldsSeq(text) {
		dst = append(dst, word)
	}
	return dst
}

// withLength gives those of the ranks in a place of a set whose names have so many words.
func (d *directory) withLength(i, length int) uint64 {
	if start := int(d.start / 64); i >= start {
		return d.added.lengths[length][i-start]
	}
	return d.lengths[length][i]
}

// inOrder yields the ranks of the set by name and number; of those in a place of it, the ones that
// keep gives.
func (d *directory) inOrder(set *rankSet, keep func(i int, word uint64) uint64) func(yield func(uint32) bool) {
	return func(yield func(uint32) bool) {
		names := d.added.all()
		next := 0
		upTo := func(rank uint32) bool {
			for ; next < len(names) && names[next].before <= rank; next++ {
				r := d.start + uint32(next)
				i := int(r / 64)
				if word := set.words[i] & (1 << (r % 64)); word != 0 && keep(i, word) != 0 && !yield(r) {
					return false
				}
			}
			return true
		}
		for i, word := range set.places {
			if i >= int(d.start/64) {
				break
			}
			for word = keep(i, word); word != 0; word &= word - 1 {
				rank := uint32(i*64 + bits.TrailingZeros64(word))
				if !upTo(rank) || !yield(rank) {
					return
				}
			}
		}
		upTo(d.start)
	}
}

// drop takes what is not there any more out of the set.
func (d *directory) drop(set *rankSet) { set.remove(d.dropped) }

// addTerm adds the ranks of the names with the term, and of some that drop takes out.
func (d *directory) addTerm(ctx context.Context, set *rankSet, of *dictionary, term string) error {
	d.added.addTerm(set, d.start, of.field, term)
	p, err := d.posting(ctx, of, term)
	p.addTo(set)
	return err
}

// withTerm gives the names with the term if they are at hand as a set, nil otherwise.
func (d *directory) withTerm(ctx context.Context, of *dictionary, term string) (*rankSet, error) {
	if d.added != nil || d.dropped != nil {
		return nil, nil // the sets at hand are of the names as they were
	}
	p, err := d.posting(ctx, of, term)
	if p == nil {
		return nil, err
	}
	return p.many, err
}

// addKey adds the ranks of the names whose words joined are the key, and of some that drop takes
// out.
func (d *directory) addKey(set *rankSet, key string) {
	d.added.addKey(set, d.start, key)
	first, last := d.withKey(key)
	for rank := first; rank < last; rank++ {
		set.add(rank)
	}
}

// addBeginning adds the ranks of the names whose words joined begin with the key, and of some that
// drop takes out.
func (d *directory) addBeginning(set *rankSet, key string) {
	d.added.addBeginning(set, d.start, key)
	first, last := d.beginning(key)
	for rank := first; rank < last; rank++ {
		set.add(rank)
	}
}

// countWord is at least how many names have the word; zero only if none has.
func (d *directory) countWord(word string) int {
	return d.words.count(word) + d.added.count(word)
}

// wordsWithPrefix gives at most limit words that begin with the prefix, in order, and whether
// there are more.
func (d *directory) wordsWithPrefix(prefix string, limit int) ([]string, bool) {
	words := d.words.withPrefix(prefix)
	words = merge(words[:min(len(words), limit+1)], d.added.withPrefix(prefix))
	return words[:min(len(words), limit)], len(words) > limit
}

// wordsWithMistake gives at most limit words at one typing mistake from the word or none, in
// order, and whether there are more.
func (d *directory) wordsWithMistake(word string, limit int) ([]string, bool) {
	words := merge(d.words.withMistake(word), d.added.withMistake(word))
	return words[:min(len(words), limit)], len(words) > limit
}

// wordsWithMistakes gives at most limit words at so many typing mistakes from the word or fewer in order,
// and whether there are more.
func (d *directory) wordsWithMistakes(word string, most, limit int) ([]string, bool) {
	words := merge(d.words.withMistakes(word, most), d.added.withMistakes(word, most))
	return words[:min(len(words), limit)], len(words) > limit
}

// rankOf is the rank of the name of a number.
func (d *directory) rankOf(number certification.Number) (uint32, bool) {
	if rank, ok := d.names.rankOf(number); ok && (d.dropped == nil || !d.dropped.has(rank)) {
		return rank, true
	}
	for i, e := range d.added.all() {
		if e.number == number {
			return d.start + uint32(i), true
		}
	}
	return 0, false
}

// numbersWith gives at most limit numbers that begin with the prefix, in the order of their
// text, and whether there are more. Some may be gone.
func (d *directory) numbersWith(prefix string, limit int) ([]string, bool, error) {
	numbers, more, err := d.names.numbersWith(prefix, limit)
	numbers = merge(numbers, d.added.numbersWith(prefix))
	return numbers[:min(len(numbers), limit)], more || len(numbers) > limit, err
}

// merge joins a sorted list and another into one, in order and each text once.
func merge(a, b []string) []string {
	if len(b) == 0 {
		return a
	}
	both := slices.Concat(a, b)
	slices.Sort(both)
	return slices.Compact(both)
}

// size is how many ranks there are.
func (d *directory) size() int { return int(d.start) + len(d.added.all()) }
