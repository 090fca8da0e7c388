package index

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/legalname"
)

// Bounds of the work for one query.
const (
	maxTerms      = 256 // dictionary terms read for one word
	maxWords      = 8   // words of a query that are searched
	maxFuzzyLooks = 12  // looks into the dictionary for typing mistakes
	minSplitRunes = 5   // a word that may be two written together
	maxSplitRunes = 24
)

// finder finds the names that a list of words matches, in steps from the best match to the
// weakest. A word's matches are looked up once.
type finder struct {
	ctx       context.Context
	names     *directory
	collector *collector
	query     Query
	standing  *standing
	wanted    bitset   // the certifications that pass the filters
	seen      *rankSet // all that match, whatever the filters
	memo      map[lookup]*rankSet
	counts    map[string]int
	kin       map[string][]string
	looks     int  // for mistakes
	uncounted bool // how many match is not asked
	cut       bool // a bound was met: there may be more matches
	full      bool // the collector wants no more
	err       error

	size     int        // how many ranks there are
	sets     []*rankSet // empty but for those that are used
	used     int        // the first of them
	filtered bitset     // what wanted is if there are filters
}

type lookup struct {
	kind lookupKind
	word string
}

// lookupKind is a way in which a word's matches are looked up.
type lookupKind uint8

const (
	byExact lookupKind = iota
	byKin
	byPrefixed
	byPartly
	byMistaken
	byAnyhow
	byFar
	byLoosely
	bySplit
)

// maxKept is how many sets are kept from one search to the next.
const maxKept = 128

func (s *Set) newFinder(ctx context.Context, c *collector, q Query, now time.Time) *finder {
	f, ok := s.names.pool.Get().(*finder)
	if !ok {
		f = &finder{memo: make(map[lookup]*rankSet), counts: make(map[string]int), kin: make(map[string][]string)}
	}
	if size := s.names.size(); f.size != size {
		f.size, f.sets, f.filtered = size, nil, nil
	}
	f.ctx, f.names, f.collector, f.query, f.standing = ctx, &s.names, c, q, s.standingAt(now)
	f.seen = f.newSet()
	f.wanted = f.standing.issued
	if q.Status != certification.NotIssued {
		f.wanted = f.standing.byStatus[q.Status]
	}
	if q.Specializations != 0 {
		f.filtered = append(f.filtered[:0], f.wanted...)
		for area := range q.Specializations.All() {
			f.filtered.intersect(f.standing.byArea[area])
		}
		f.wanted = f.filtered
	}
	return f
}

// close gives the finder back.
func (f *finder) close() {
	for _, set := range f.sets[:f.used] {
		set.clear()
	}
	clear(f.memo)
	clear(f.counts)
	clear(f.kin)
	kept := finder{memo: f.memo, counts: f.counts, kin: f.kin, size: f.size, sets: f.sets, filtered: f.filtered}
	if len(kept.sets) > maxKept {
		clear(kept.sets[maxKept:])
		kept.sets = kept.sets[:maxKept]
	}
	pool := &f.names.pool
	*f = kept
	pool.Put(f)
}

// search takes the names that the words, of which there is one at least, match.
func (f *finder) search(all []string) {
	words := all[:min(len(all), maxWords)]
	f.takeKey(strings.Join(all, ""))
	// The name is there in full, and more than a given name: nothing is missing or mistyped.
	first, _ := utf8.DecodeRuneInString(words[0])
	strict := (len(words) > 1 || legalname.IsIdeographic(first)) && f.issued() > 0
	readings := legalname.Readings(words)
	f.takeWhole(readings, strict)
	if strict {
		return
	}
	if f.issued() < enough { // two or three words typed as one
		split := matcher{set: f.exactOrSplit}
		f.takeEach(words, split, split)
	}
	f.takeUnfinished(readings)
	if f.issued() < enough {
		f.takeMistyped(readings)
	}
	if f.issued() == 0 {
		f.takeLoosely(words)
	}
	if f.issued() > 0 {
		return
	}
	if spelled := legalname.InLatin(words); spelled != nil { // the name is on record in Latin letters
		spelled = spelled[:min(len(spelled), maxWords)]
		for _, match := range []matcher{f.orKin(), {set: f.exactOrSplit}, {set: f.loosely}} {
			f.takeEach(spelled, match, match)
		}
	}
}

// enough reports whether no more is asked: the collector is full, and no counts are wanted.
func (f *finder) enough() bool { return f.full && f.uncounted }

// takeWhole takes the names that have every word, or another that may stand for it; for strict, only
// one that stands for a word as it was typed.
func (f *finder) takeWhole(readings [][]string, strict bool) {
	exact, kin := f.exactly(), f.orKin()
	for _, reading := range readings {
		f.takeEach(reading, exact, exact)
	}
	if strict {
		readings = readings[:1]
	}
	for _, reading := range readings {
		if slices.ContainsFunc(reading, f.hasKin) {
			f.takeEach(reading, kin, kin)
		}
	}
}

// takeUnfinished takes the names in which the last word, or every word, goes on.
func (f *finder) takeUnfinished(readings [][]string) {
	prefixed := f.beginning()
	for _, reading := range readings {
		f.takeEach(reading, f.exactly(), prefixed)
	}
	f.takeEach(readings[0], prefixed, prefixed) // initials as well
}

// takeMistyped takes the names with other words that may stand for those typed before one that goes on, and
// those with a mistake in one word.
func (f *finder) takeMistyped(readings [][]string) {
	words := readings[0]
	last := len(words) - 1
	f.takeEach(words, f.orKin(), matcher{set: f.prefixed})
	for i := range words {
		f.takeMistaken(words, i, f.exactly())
	}
	for i := range last { // and the last is not finished
		f.takeMistaken(words, i, f.beginning())
	}
	for i := range last { // in a word typed as two
		f.takeMistaken(readings[1+i], i, f.exactly())
	}
}

// takeLoosely takes the names with a mistake in every word; two in a long word, one in a short one; a word too
// many; and then a mistake in the others: the first of them that finds any.
func (f *finder) takeLoosely(words []string) {
	anyhow, loosely := matcher{set: f.anyhow}, matcher{set: f.loosely}
	for _, match := range []matcher{anyhow, loosely} {
		if f.issued() == 0 {
			f.takeEach(words, match, match)
		}
	}
	for _, match := range []matcher{f.orKin(), anyhow} {
		if f.issued() == 0 && len(words) >= 3 {
			for i := range words {
				f.takeEach(slices.Concat(words[:i], words[i+1:]), match, match)
			}
		}
	}
}

// takeKey takes the names that are the whole text.
func (f *finder) takeKey(key string) {
	set := f.newSet()
	f.names.addKey(set, key)
	f.names.drop(set)
	f.takeAll(set, 0)
}

// takeBeginning takes the names that begin with the text.
func (f *finder) takeBeginning(text string) {
	set := f.newSet()
	f.names.addBeginning(set, text)
	f.names.drop(set)
	f.takeAll(set, 0)
}

// takeEach takes, in order, the names that match every word; the last word matches in a way of
// its own.
func (f *finder) takeEach(words []string, match, matchLast matcher) {
	if f.enough() {
		return
	}
	last := len(words) - 1
	if common := f.common(words[:last], match, nil); last == 0 || common != nil {
		f.takeAll(f.common(words[last:], matchLast, common), len(words))
	}
}

// takeMistaken takes the names that match every word, the one at i with a mistake. That one is
// looked up last, and only if the others leave any name.
func (f *finder) takeMistaken(words []string, i int, matchLast matcher) {
	if f.enough() {
		return
	}
	last := len(words) - 1
	others := slices.Concat(words[:i], words[i+1:last+1])
	var ends []string // the last word, if it matches in a way of its own
	if i != last {
		others, ends = others[:last-1], words[last:]
	}
	var common *rankSet
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
func (f *finder) takeAll(set *rankSet, words int) {
	if set == nil {
		return
	}
	f.takeThose(set, func(i int, word uint64) uint64 { return word & f.names.withLength(i, words) })
	f.takeThose(set, func(i int, word uint64) uint64 { return word &^ f.names.withLength(i, words) })
	f.seen.union(set)
}

// takeThose gives the collector, in order, the names of the set that pass the filters and were not seen
// before: of those in a place of the set, the ones that keep gives.
func (f *finder) takeThose(set *rankSet, keep func(i int, word uint64) uint64) {
	if f.full {
		return
	}
	for rank := range f.names.inOrder(set, func(i int, word uint64) uint64 {
		return keep(i, word&f.wanted[i]&^f.seen.words[i])
	}) {
		if f.full = !f.collector.take(f.names, rank); f.full {
			return
		}
	}
}

// anyIssued keeps the certificates that are issued.
func (f *finder) anyIssued(i int, word uint64) uint64 { return word & f.standing.issued[i] }

// issued is how many certificates match, whatever the filters.
func (f *finder) issued() int { return f.seen.countIn(f.standing.issued) }

// count counts the matches.
func (f *finder) count(result *Result) {
	result.Total = f.seen.countIn(f.wanted)
	result.WithoutFilters = f.issued()
	inAreas, inStatus := f.seen, f.seen // those that pass the filter of one kind
	if f.query.Specializations != 0 {
		inAreas = f.newSet()
		inAreas.union(f.seen)
		for area := range f.query.Specializations.All() {
			inAreas.intersect(f.standing.byArea[area])
		}
	}
	if f.query.Status != certification.NotIssued {
		inStatus = f.newSet()
		inStatus.union(f.seen)
		inStatus.intersect(f.standing.byStatus[f.query.Status])
	}
	result.WithoutStatus = inAreas.countIn(f.standing.issued)
	for status, set := range f.standing.byStatus {
		if certification.Status(status) != certification.NotIssued {
			result.ByStatus[status] = inAreas.countIn(set)
		}
	}
	result.WithoutArea = inStatus.countIn(f.standing.issued)
	for area, set := range f.standing.byArea {
		result.ByArea[area] = inStatus.countIn(set)
	}
}

// matcher is a way in which a word matches names.
type matcher struct {
	set   func(word string) *rankSet // of the names that match; nil if there is none. It must not be changed
	test  func(word string) nameTest // of one name; nil: only the set tells
	count func(word string) int      // of the names in the set, without reading it; nil: not known
}

func (f *finder) exactly() matcher   { return matcher{f.exact, hasWord, f.countWord} }
func (f *finder) orKin() matcher     { return matcher{f.exactOrKin, f.hasKinIn, f.countKin} }
func (f *finder) beginning() matcher { return matcher{set: f.prefixed, test: hasPrefix} }

// common gives the names that match every word and are in the set within, nil for all. It is
// nil if there is none, and must not be changed.
func (f *finder) common(words []string, match matcher, within *rankSet) *rankSet {
	if match.count != nil && len(words) > 1 { // the rarest word leaves the fewest names to look at
		words = slices.Clone(words)
		slices.SortStableFunc(words, func(a, b string) int { return match.count(a) - match.count(b) })
	}
	for _, word := range words {
		if f.err != nil || match.count != nil && match.count(word) == 0 {
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
				both.addBoth(set, within)
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
func (f *finder) isQuicker(word string, match matcher, within *rankSet) bool {
	first, _ := utf8.DecodeRuneInString(word)
	return match.test != nil && !legalname.IsIdeographic(first) && within.isFew(f.names.few)
}
