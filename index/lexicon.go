package index

import (
	"math/bits"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	index "github.com/blevesearch/bleve_index_api"

	"github.com/cmpss/registry/generator/legalname"
)

// lexicon is the dictionary of one field of the search index, in memory. It finds words with a
// typing mistake itself: the engine's automaton misses swapped neighbours in some words.
type lexicon struct {
	words    []string // sorted
	counts   []uint32 // of the documents with each
	reversed []uint32 // places in words, sorted by the bytes of the word from its end
	letters  []uint64 // the characters of each
}

// readLexicon reads the dictionary, and closes it.
func readLexicon(dictionary index.FieldDict) (lexicon, error) {
	defer dictionary.Close()
	var l lexicon
	for {
		entry, err := dictionary.Next()
		if err != nil {
			return l, err
		}
		if entry == nil {
			break
		}
		l.words = append(l.words, strings.Clone(entry.Term))
		l.counts = append(l.counts, uint32(entry.Count))
		l.letters = append(l.letters, lettersOf(entry.Term))
	}
	l.reversed = make([]uint32, len(l.words))
	for i := range l.reversed {
		l.reversed[i] = uint32(i)
	}
	slices.SortFunc(l.reversed, func(a, b uint32) int { return compareReversed(l.words[a], l.words[b]) })
	return l, nil
}

// count is how many documents have the word.
func (l *lexicon) count(word string) int {
	i, found := slices.BinarySearch(l.words, word)
	if !found {
		return 0
	}
	return int(l.counts[i])
}

// withPrefix gives the words that begin with the prefix, in order.
func (l *lexicon) withPrefix(prefix string) []string {
	first, _ := slices.BinarySearch(l.words, prefix)
	rest := l.words[first:]
	return rest[:sort.Search(len(rest), func(i int) bool { return !strings.HasPrefix(rest[i], prefix) })]
}

// withSuffix gives the places of the words that end in the suffix.
func (l *lexicon) withSuffix(suffix string) []uint32 {
	first := sort.Search(len(l.reversed), func(i int) bool { return compareReversed(l.words[l.reversed[i]], suffix) >= 0 })
	rest := l.reversed[first:]
	return rest[:sort.Search(len(rest), func(i int) bool { return !strings.HasSuffix(l.words[rest[i]], suffix) })]
}

// withMistake gives the words at one typing mistake from the word or none, in order. A mistake
// touches two neighbouring characters at most, so that either what is before the one in the
// middle is as it was, or what is after it.
func (l *lexicon) withMistake(word string) []string {
	middle := (utf8.RuneCountInString(word) - 1) / 2
	head := 0
	for range middle {
		_, size := utf8.DecodeRuneInString(word[head:])
		head += size
	}
	_, size := utf8.DecodeRuneInString(word[head:])
	var found []string
	for _, other := range l.withPrefix(word[:head]) {
		if other == word || legalname.OneMistake(word, other) {
			found = append(found, other)
		}
	}
	for _, at := range l.withSuffix(word[head+size:]) {
		if other := l.words[at]; !strings.HasPrefix(other, word[:head]) && legalname.OneMistake(word, other) {
			found = append(found, other)
		}
	}
	slices.Sort(found)
	return found
}

// withMistakes gives the words at so many typing mistakes from the word or fewer, in order.
func (l *lexicon) withMistakes(word string, most int) []string {
	var found []string
	letters := lettersOf(word)
	for i, other := range l.letters {
		if bits.OnesCount64(letters^other) <= 2*most && legalname.Mistakes(word, l.words[i], most) <= most {
			found = append(found, l.words[i])
		}
	}
	return found
}

// lettersOf is the set of the characters of a word, a few of which share a place. A mistake changes
// two of them at most.
func lettersOf(word string) uint64 {
	var set uint64
	for _, r := range word {
		set |= 1 << (r % 64)
	}
	return set
}

// compareReversed compares texts by their bytes from the end.
func compareReversed(a, b string) int {
	for i := range min(len(a), len(b)) {
		if x, y := a[len(a)-1-i], b[len(b)-1-i]; x != y {
			return int(x) - int(y)
		}
	}
	return len(a) - len(b)
}
