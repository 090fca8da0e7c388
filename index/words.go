package index

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cmpss/registry/generator/legalname"
)

// exact gives the names with the word.
func (f *finder) exact(word string) *rankSet {
	if f.countWord(word) == 0 {
		return nil
	}
	return f.withTerm(byExact, &f.names.words.dictionary, word)
}

// countWord is how many names have the word.
func (f *finder) countWord(word string) int {
	n, known := f.counts[word]
	if !known {
		n = f.names.countWord(word)
		f.counts[word] = n
	}
	return n
}

// hasKin reports whether any name has a word that may stand for this one.
func (f *finder) hasKin(word string) bool { return len(f.kinOf(word)) > 0 }

// kinOf gives the words that may stand for this one, as far as names have them.
func (f *finder) kinOf(word string) []string {
	kin, known := f.kin[word]
	if !known {
		for _, other := range legalname.Kin(word) {
			first, _ := utf8.DecodeRuneInString(other)
			if legalname.IsIdeographic(first) || f.countWord(other) > 0 {
				kin = append(kin, other)
			}
		}
		f.kin[word] = kin
	}
	return kin
}

// exactOrKin gives the names with the word or one that may stand for it.
func (f *finder) exactOrKin(word string) *rankSet {
	kin := f.kinOf(word)
	if len(kin) == 0 {
		return f.exact(word)
	}
	sets := []*rankSet{f.exact(word)}
	for _, other := range kin {
		if first, _ := utf8.DecodeRuneInString(other); legalname.IsIdeographic(first) {
			sets = append(sets, f.partly(other))
		} else {
			sets = append(sets, f.exact(other))
		}
	}
	return f.either(byKin, word, sets...)
}

// countKin is at least how many names have the word or one that may stand for it; zero only if none
// has.
func (f *finder) countKin(word string) int {
	n := f.countWord(word)
	for _, other := range f.kinOf(word) {
		if first, _ := utf8.DecodeRuneInString(other); legalname.IsIdeographic(first) {
			n++
		} else {
			n += f.countWord(other)
		}
	}
	return n
}

// hasKinIn tests as exactOrKin finds.
func (f *finder) hasKinIn(word string) nameTest {
	tests := []nameTest{hasWord(word)}
	for _, other := range f.kinOf(word) {
		if first, _ := utf8.DecodeRuneInString(other); legalname.IsIdeographic(first) {
			tests = append(tests, hasParts(other))
		} else {
			tests = append(tests, hasWord(other))
		}
	}
	return func(words string) bool {
		for _, test := range tests {
			if test(words) {
				return true
			}
		}
		return false
	}
}

// prefixed gives the names with a word that begins with this one; of a word without spaces
// between its characters, the names with its characters in any place.
func (f *finder) prefixed(word string) *rankSet {
	if first, _ := utf8.DecodeRuneInString(word); legalname.IsIdeographic(first) {
		return f.partly(word)
	}
	if utf8.RuneCountInString(word) <= maxEdge {
		return f.withTerm(byPrefixed, &f.names.edges, word)
	}
	return f.lookUp(byPrefixed, word, func(set *rankSet) {
		words, more := f.names.wordsWithPrefix(word, maxTerms)
		f.addWords(set, words, more)
	})
}

// partly gives the names with every pair of neighbouring characters of the word.
func (f *finder) partly(word string) *rankSet {
	return f.lookUp(byPartly, word, func(set *rankSet) {
		var all *rankSet // with every pair up to here
		for _, part := range pairs(word) {
			one := f.newSet()
			f.addTerm(one, &f.names.parts, part)
			if all != nil {
				both := f.newSet()
				both.addBoth(all, one)
				one = both
			}
			all = one
		}
		set.union(all)
	})
}

// pairs are the pairs of neighbouring characters of an ideographic word, or its only character.
func pairs(word string) []string {
	list := parts([]string{word})
	if len(list) == 1 {
		return list
	}
	return slices.DeleteFunc(list, func(part string) bool { return utf8.RuneCountInString(part) == 1 })
}

// hasParts tests as partly finds.
func hasParts(word string) nameTest {
	list := pairs(word)
	return func(words string) bool {
		for _, part := range list {
			if !strings.Contains(words, part) {
				return false
			}
		}
		return true
	}
}

// mistaken gives the names with a word at one typing mistake from this one, or this one.
func (f *finder) mistaken(word string) *rankSet {
	if !forgiving(word) {
		return nil
	}
	return f.lookUp(byMistaken, word, func(set *rankSet) {
		if f.looks == maxFuzzyLooks {
			f.cut = true
			return
		}
		f.looks++
		words, more := f.names.wordsWithMistake(word, maxTerms)
		f.addWords(set, words, more)
	})
}

// anyhow gives the names with a word that begins with this one, may stand for it, or is at one
// mistake from it.
func (f *finder) anyhow(word string) *rankSet {
	return f.either(byAnyhow, word, f.prefixed(word), f.exactOrKin(word), f.mistaken(word))
}

// loosely gives the names with a word as anyhow gives them, or with as many mistakes as are
// forgiven where nothing else is found.
func (f *finder) loosely(word string) *rankSet {
	most := lenientMistakes(word)
	if most == 0 {
		return f.anyhow(word)
	}
	far := f.lookUp(byFar, word, func(set *rankSet) {
		if f.looks == maxFuzzyLooks {
			f.cut = true
			return
		}
		f.looks++
		words, more := f.names.wordsWithMistakes(word, most, maxTerms)
		f.addWords(set, words, more)
	})
	return f.either(byLoosely, word, f.anyhow(word), far)
}

// exactOrSplit gives the names with the word, or with the two words it may be written together
// from, or three that begin with two particles.
func (f *finder) exactOrSplit(word string) *rankSet {
	whole := f.exact(word)
	n := utf8.RuneCountInString(word)
	if n < minSplitRunes || n > maxSplitRunes {
		return whole
	}
	exact := f.exactly()
	var splits []*rankSet
	for i := range word {
		if i == 0 {
			continue
		}
		if f.countWord(word[:i]) == 0 {
			continue
		}
		left := f.exact(word[:i])
		splits = append(splits, f.common([]string{word[i:]}, exact, left))
		if i > maxParticle {
			continue
		}
		for j := range word[i:] {
			if j > 0 && j <= maxParticle {
				splits = append(splits, f.common([]string{word[i : i+j], word[i+j:]}, exact, left))
			}
		}
	}
	return f.either(bySplit, word, append(splits, whole)...)
}

// maxParticle is the longest particle, in bytes: de, la, von.
const maxParticle = 3

// nameTest reports whether a name matches, by its words with a space before and after each.
type nameTest func(words string) bool

// hasWord tests as exact finds.
func hasWord(word string) nameTest {
	word = " " + word + " "
	return func(words string) bool { return strings.Contains(words, word) }
}

// hasPrefix tests as prefixed finds.
func hasPrefix(word string) nameTest {
	word = " " + word
	return func(words string) bool { return strings.Contains(words, word) }
}

// hasMistaken tests as mistaken finds.
func hasMistaken(word string) nameTest {
	if !forgiving(word) {
		return func(string) bool { return false }
	}
	return func(words string) bool {
		for other := range strings.FieldsSeq(words) {
			if other == word || legalname.OneMistake(word, other) {
				return true
			}
		}
		return false
	}
}

// Lengths of words, in characters, in which typing mistakes are forgiven.
const (
	minLenientRunes = 3 // one, where nothing is found otherwise
	minTwiceRunes   = 8 // two, where nothing is found otherwise
	maxFuzzyRunes   = 20
)

// forgiving reports whether a word is of a length in which a mistake is forgiven.
func forgiving(word string) bool {
	n := utf8.RuneCountInString(word)
	return n >= legalname.MinMistakenRunes && n <= maxFuzzyRunes
}

// lenientMistakes is how many mistakes in a word are forgiven where nothing is found otherwise.
func lenientMistakes(word string) int {
	switch n := utf8.RuneCountInString(word); {
	case n < minLenientRunes || n > maxFuzzyRunes:
		return 0
	case n < minTwiceRunes:
		return 1
	default:
		return 2
	}
}

// either gives the names in any of the sets.
func (f *finder) either(kind lookupKind, word string, sets ...*rankSet) *rankSet {
	sets = slices.DeleteFunc(sets, (*rankSet).isEmpty)
	switch len(sets) {
	case 0:
		return nil
	case 1:
		return sets[0]
	}
	return f.lookUp(kind, word, func(union *rankSet) {
		for _, set := range sets {
			union.union(set)
		}
	})
}

// lookUp fills a set once for a kind of match and a word.
func (f *finder) lookUp(kind lookupKind, word string, fill func(*rankSet)) *rankSet {
	key := lookup{kind, word}
	set, known := f.memo[key]
	if known {
		return set
	}
	if f.err == nil {
		f.err = f.ctx.Err()
	}
	if f.err != nil {
		return nil
	}
	set = f.newSet()
	fill(set)
	f.names.drop(set)
	if set.isEmpty() {
		set = nil
	}
	f.memo[key] = set
	return set
}

// withTerm gives the names with a term of the index.
func (f *finder) withTerm(kind lookupKind, of *dictionary, term string) *rankSet {
	set, err := f.names.withTerm(f.ctx, of, term)
	f.fail(err)
	if set != nil {
		return set
	}
	return f.lookUp(kind, term, func(set *rankSet) { f.addTerm(set, of, term) })
}

func (f *finder) addTerm(set *rankSet, of *dictionary, term string) {
	f.fail(f.names.addTerm(f.ctx, set, of, term))
}

// fail notes the first error.
func (f *finder) fail(err error) {
	if f.err == nil {
		f.err = err
	}
}

// addWords adds the names with any of the words, of which there may be more.
func (f *finder) addWords(set *rankSet, words []string, more bool) {
	f.cut = f.cut || more
	for _, word := range words {
		f.addTerm(set, &f.names.words.dictionary, word)
	}
}

// newSet gives an empty set, which is there until close.
func (f *finder) newSet() *rankSet {
	if f.used == len(f.sets) {
		f.sets = append(f.sets, newRankSet(f.size))
	}
	f.used++
	return f.sets[f.used-1]
}
