package index

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cmpss/registry/generator/legalname"
)

// Bounds of the work for one query.
const (
	maxTerms      = 256 // dictionary terms read for one word
	maxFuzzyLooks = 8   // walks through the dictionary for typing mistakes
	maxFuzzyRunes = 20  // a longer word is not looked for with a mistake in it
	maxWords      = 8   // words of a query that are searched
	minSplitRunes = 5   // a word that may be two written together
	maxSplitRunes = 24
)

// finder finds the names that a list of words matches, in steps from the best match to the
// weakest. A word's matches are looked up once.
type finder struct {
	ctx       context.Context
	names     *directory
	collector *collector
	seen      bitset
	sets      []bitset // to put back
	memo      map[lookup]bitset
	counts    map[string]int
	looks     int  // walks for mistakes
	cut       bool // a bound was met: there may be more matches
	full      bool // the collector wants no more
	err       error
}

type lookup struct {
	kind string
	word string
}

func (f *finder) search(all []string) error {
	f.memo = make(map[lookup]bitset)
	f.counts = make(map[string]int)
	f.seen = f.newSet()
	words := all[:min(len(all), maxWords)]
	readings := readingsOf(words)
	last := len(words) - 1

	exact := f.exactly()
	split := matcher{set: f.exactOrSplit}
	prefixed := matcher{set: f.prefixed, test: hasPrefix}
	anyhow := matcher{set: f.anyhow}

	f.takeKey(strings.Join(all, ""))
	// The name is there in full, and more than a given name: nothing is missing or mistyped.
	first, _ := utf8.DecodeRuneInString(words[0])
	strict := f.collector.issued > 0 && (len(words) > 1 || legalname.IsIdeographic(first))
	for _, reading := range readings { // every word
		f.takeEach(reading, exact, exact)
	}
	if !strict && f.collector.issued < enough { // two or three words typed as one
		f.takeEach(words, split, split)
	}
	if !strict {
		for _, reading := range readings { // the last word is not finished
			f.takeEach(reading, exact, prefixed)
		}
		f.takeEach(words, prefixed, prefixed) // initials and beginnings
	}
	if !strict && f.collector.issued < enough {
		for i := range words { // a mistake in one word
			f.takeMistaken(words, i, exact)
		}
		for i := range last { // and the last is not finished
			f.takeMistaken(words, i, prefixed)
		}
		for i := range last { // a mistake in a word typed as two
			f.takeMistaken(readings[1+i], i, exact)
		}
	}
	if f.collector.issued == 0 { // a mistake in every word
		f.takeEach(words, anyhow, anyhow)
	}
	if f.collector.issued == 0 && len(words) >= 3 { // a word too many
		for i := range words {
			f.takeEach(slices.Concat(words[:i], words[i+1:]), exact, exact)
		}
	}
	return f.err
}

// readingsOf gives the words as typed, and then with each two or three neighbours as one: what
// one person writes de la Cruz another writes Delacruz.
func readingsOf(words []string) [][]string {
	readings := [][]string{words}
	for size := 2; size <= 3; size++ {
		for i := 0; i+size <= len(words); i++ {
			reading := make([]string, 0, len(words))
			reading = append(reading, words[:i]...)
			reading = append(reading, strings.Join(words[i:i+size], ""))
			readings = append(readings, append(reading, words[i+size:]...))
		}
	}
	return readings
}

// takeKey takes the names that are the whole text.
func (f *finder) takeKey(key string) {
	set := f.newSet()
	f.names.addKey(set, key)
	f.names.drop(set)
	for rank := range f.names.inOrder(set) {
		f.take(rank)
	}
}

// takeEach takes, in order, the names that match every word; the last word matches in a way of
// its own.
func (f *finder) takeEach(words []string, match, matchLast matcher) {
	last := len(words) - 1
	if common := f.common(words[:last], match, nil); last == 0 || common != nil {
		f.takeAll(f.common(words[last:], matchLast, common), len(words))
	}
}

// takeMistaken takes the names that match every word, the one at i with a mistake. That one is
// looked up last, and only if the others leave any name.
func (f *finder) takeMistaken(words []string, i int, matchLast matcher) {
	last := len(words) - 1
	others := slices.Concat(words[:i], words[i+1:last+1])
	var ends []string // the last word, if it matches in a way of its own
	if i != last {
		others, ends = others[:last-1], words[last:]
	}
	var common bitset
	if len(others) > 0 {
		if common = f.common(others, f.exactly(), nil); common == nil {
			return
		}
	}
	if len(ends) > 0 {
		if common = f.common(ends, matchLast, common); common == nil {
			return
		}
	}
	f.takeAll(f.common(words[i:i+1], matcher{set: f.mistaken, test: hasMistaken}, common), len(words))
}

// takeAll takes the names of the set in order, those that have as many words as were typed
// before those with more.
func (f *finder) takeAll(set bitset, words int) {
	for _, more := range [...]bool{false, true} {
		for rank := range f.names.inOrder(set) {
			if f.done() {
				return
			}
			if !f.seen.has(rank) && (more || f.names.lengthOf(rank) == words) {
				f.take(rank)
			}
		}
	}
}

func (f *finder) take(rank uint32) {
	if f.done() {
		return
	}
	f.seen.add(rank)
	f.full = !f.collector.take(f.names.records[rank])
}

// done is true when the collector wants no more or something failed.
func (f *finder) done() bool { return f.full || f.err != nil }

// matcher is a way in which a word matches names.
type matcher struct {
	set   func(word string) bitset   // of the names that match; nil if there is none. It must not be changed
	test  func(word string) nameTest // of one name; nil: only the set tells
	count func(word string) int      // of the names in the set, without reading it; nil: not known
}

func (f *finder) exactly() matcher { return matcher{f.exact, hasWord, f.count} }

// common gives the names that match every word and are in the set within, nil for all. It is
// nil if there is none, and must not be changed.
func (f *finder) common(words []string, match matcher, within bitset) bitset {
	if match.count != nil && len(words) > 1 { // the rarest word leaves the fewest names to look at
		words = slices.Clone(words)
		slices.SortStableFunc(words, func(a, b string) int { return match.count(a) - match.count(b) })
	}
	for _, word := range words {
		if f.done() || match.count != nil && match.count(word) == 0 {
			return nil
		}
		if within != nil && f.isQuicker(word, match, within) {
			both := f.newSet()
			matches := match.test(word)
			for rank := range within.all {
				if matches(f.names.textOf(rank)) {
					both.add(rank)
				}
			}
			within = both
		} else {
			set := match.set(word)
			if set != nil && within != nil {
				both := f.newSet()
				both.union(set)
				both.intersect(within)
				set = both
			}
			within = set
		}
		if within.isEmpty() {
			return nil
		}
	}
	return within
}

// isQuicker reports whether to look at the names in the set rather than in the index.
func (f *finder) isQuicker(word string, match matcher, within bitset) bool {
	first, _ := utf8.DecodeRuneInString(word)
	return match.test != nil && !legalname.IsIdeographic(first) && within.count() <= f.names.few
}
