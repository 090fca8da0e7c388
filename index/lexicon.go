package index

import (
	"math/bits"
	"slices"
	"unicode/utf8"

	"github.com/cmpss/registry/generator/legalname"
)

// lexicon finds the words of a dictionary that resemble a word. It does so itself: the engine's
// automaton misses swapped neighbours in some words.
type lexicon struct {
	dictionary
	letters []uint64 // the characters of each word
	lengths []uint8  // how many they are, at most 255

	// Of two words at one typing mistake, one is the other without a character, or both are the same without
	// one. So each word is listed under itself and under what is left without one of its characters: in
	// the list are places of words, those of hash h from starts[h] up to starts[h+1].
	starts []uint32
	list   []uint32
}

// newLexicon makes the lexicon of a dictionary.
func newLexicon(d dictionary) lexicon {
	l := lexicon{dictionary: d, letters: make([]uint64, len(d.terms)), lengths: make([]uint8, len(d.terms))}
	entries := 0
	for i, word := range d.terms {
		length := utf8.RuneCountInString(word)
		l.letters[i], l.lengths[i] = lettersOf(word), uint8(min(length, 255))
		if length <= maxFuzzyRunes+1 {
			entries += 1 + length
		}
	}
	size := 1 << bits.Len(uint(entries))
	l.starts = make([]uint32, size+1)
	l.list = make([]uint32, entries)
	each := func(visit func(i int, h uint32)) {
		for i, word := range d.terms {
			if int(l.lengths[i]) <= maxFuzzyRunes+1 {
				for h := range shortened(word) {
					visit(i, h&uint32(size-1))
				}
			}
		}
	}
	each(func(_ int, h uint32) { l.starts[h]++ })
	sum := uint32(0)
	for h, n := range l.starts {
		sum += n
		l.starts[h] = sum
	}
	each(func(i int, h uint32) { // from the end of each part to its beginning
		l.starts[h]--
		l.list[l.starts[h]] = uint32(i)
	})
	return l
}

// shortened yields the hashes (FNV-1a) of a word and of what is left of it without one of its characters.
func shortened(word string) func(yield func(uint32) bool) {
	const offset, prime = 2166136261, 16777619
	return func(yield func(uint32) bool) {
		before := uint32(offset) // the hash of what stands before the character
		for i := 0; i < len(word); {
			_, size := utf8.DecodeRuneInString(word[i:])
			h := before
			for j := i + size; j < len(word); j++ {
				h = (h ^ uint32(word[j])) * prime
			}
			if !yield(h) {
				return
			}
			for range size {
				before = (before ^ uint32(word[i])) * prime
				i++
			}
		}
		yield(before)
	}
}

// withMistake gives the words at one typing mistake from the word or none, in order.
func (l *lexicon) withMistake(word string) []string {
	if len(l.starts) == 0 {
		return nil
	}
	var places []uint32
	for h := range shortened(word) {
		h &= uint32(len(l.starts) - 2)
		for _, i := range l.list[l.starts[h]:l.starts[h+1]] {
			if other := l.terms[i]; (other == word || legalname.OneMistake(word, other)) && !slices.Contains(places, i) {
				places = append(places, i)
			}
		}
	}
	return l.inOrder(places)
}

// withMistakes gives the words at so many typing mistakes from the word or fewer, in order.
func (l *lexicon) withMistakes(word string, most int) []string {
	var places []uint32
	letters, length := lettersOf(word), utf8.RuneCountInString(word)
	pattern := legalname.NewPattern(word)
	for i, other := range l.letters {
		if bits.OnesCount64(letters^other) > 2*most || max(length-int(l.lengths[i]), int(l.lengths[i])-length) > most {
			continue
		}
		if pattern.Mistakes(l.terms[i], most) <= most {
			places = append(places, uint32(i))
		}
	}
	return l.inOrder(places)
}

// inOrder gives the words at the places, in order.
func (l *lexicon) inOrder(places []uint32) []string {
	slices.Sort(places)
	words := make([]string, len(places))
	for i, place := range places {
		words[i] = l.terms[place]
	}
	return words
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
