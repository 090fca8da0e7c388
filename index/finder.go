package index

import (
	"context"
	"strings"
)

// Bounds of the work for one query.
const (
	maxTerms      = 256 // dictionary terms read for one word
	maxFuzzyLooks = 8   // walks through the dictionary for typing mistakes
	minFuzzyRunes = 4   // a shorter word has too many neighbours
	maxFuzzyRunes = 20
	minSplitRunes = 5 // a word that may be two written together
	maxSplitRunes = 24
)

// finder finds the names that a list of words matches, in steps from the best match to the
// weakest. A word's matches are looked up once.
type finder struct {
	ctx       context.Context
	names     *names
	collector *collector
	seen      bitset
	sets      []bitset // to put back
	memo      map[lookup]bitset
	looks     int  // walks for mistakes
	strict    bool // mistakes are not looked for
	cut       bool // a bound was met: there may be more matches
	full      bool // the collector wants no more
	err       error
}

type lookup struct {
	kind byte
	word string
}

func (f *finder) search(all []string) error {
	f.memo = make(map[lookup]bitset)
	f.seen = f.newSet()
	words := all[:min(len(all), maxWords)]
	readings := readingsOf(words)
	last := len(words) - 1

	f.takeKey(strings.Join(all, ""))
	if f.collector.issued > 0 { // the name is there in full: nothing was mistyped
		f.strict = true
	}
	for _, reading := range readings { // every word
		f.takeEach(reading, f.exact, f.exact)
	}
	if !f.strict && f.collector.issued < enough { // two or three words typed as one
		f.takeEach(words, f.exactOrSplit, f.exactOrSplit)
	}
	for _, reading := range readings { // the last word is not finished
		f.takeEach(reading, f.exact, f.prefixed)
	}
	f.takeEach(words, f.prefixed, f.prefixed) // initials and beginnings
	if !f.strict && f.collector.issued < enough {
		for i := range words { // a mistake in one word
			f.takeMistaken(words, i, f.exact)
		}
		for i := range last { // and the last is not finished
			f.takeMistaken(words, i, f.prefixed)
		}
		for i := range last { // a mistake in a word typed as two
			f.takeMistaken(readings[1+i], i, f.exact)
		}
	}
	if f.collector.issued == 0 { // a mistake in every word
		f.takeEach(words, f.anyhow, f.anyhow)
	}
	if f.collector.issued == 0 && len(words) >= 3 { // a word too many
		for i := range words {
			rest := append(append([]string(nil), words[:i]...), words[i+1:]...)
			f.takeEach(rest, f.exact, f.exact)
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
	first, last := f.names.withKey(key)
	for rank := first; rank < last; rank++ {
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
	var common bitset
	last := len(words) - 1
	for j, word := range words {
		if j == i {
			continue
		}
		match := f.exact
		if j == last {
			match = matchLast
		}
		if common = f.common([]string{word}, match, common); common == nil {
			return
		}
	}
	f.takeAll(f.common(words[i:i+1], f.mistaken, common), len(words))
}

// takeAll takes the names of the set in order, those that have as many words as were typed
// before those with more.
func (f *finder) takeAll(set bitset, words int) {
	for _, more := range [...]bool{false, true} {
		for rank := range set.all {
			if f.done() {
				return
			}
			if !f.seen.has(rank) && (more || int(f.names.lengths[rank]) == words) {
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
	f.full = !f.collector.take(f.collector.set.records[rank])
}

// done is true when the collector wants no more or something failed.
func (f *finder) done() bool { return f.full || f.err != nil }

// matcher gives the names with a word; nil if there is none. The set must not be changed.
type matcher func(word string) bitset

// common gives the names that match every word and are in the set within, nil for all. It is
// nil if there is none.
func (f *finder) common(words []string, match matcher, within bitset) bitset {
	for _, word := range words {
		if f.done() {
			return nil
		}
		set := match(word)
		if set == nil {
			return nil
		}
		both := f.newSet()
		both.union(set)
		if within != nil {
			both.intersect(within)
		}
		if both.isEmpty() {
			return nil
		}
		within = both
	}
	return within
}
