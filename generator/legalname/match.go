package legalname

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Match says how well a name that someone gives agrees with the legal name on record. It is a
// help for comparing, not a proof of identity.
type Match uint8

// The matches, weakest first.
const (
	Different Match = iota
	Close
	Exact
)

// String is the name of the match in JSON.
func (m Match) String() string { return [...]string{"different", "close", "exact"}[m] }

// Compare compares names by their words, as Words gives them.
//
// Exact: the same words in the same order; case, accents, apostrophes, hyphens and spaces aside.
// Close: one of these, and one only, tells them apart: the order of the words; one typing mistake
// (a character missing, added or changed, or two neighbours swapped) in a word of four or more; an
// initial for a word, or a name for another that it may stand for (Bob and Robert); one word more or
// less, where two or more are the same; the script, Latin or another. The words may stand in another
// order in all but the first case. Different: anything else, and an empty name.
func Compare(given, legal string) Match {
	a := NewGiven(Words(given))
	return a.Compare(Words(legal))
}

// Given is a name that someone gives, to be compared with many.
type Given struct {
	words  []string
	joined string
}

// NewGiven gives the name of these words, as Words gives them.
func NewGiven(words []string) Given { return Given{words, strings.Join(words, "")} }

// Compare is Compare of the name and that of other words.
func (g *Given) Compare(legal []string) Match {
	a, b := g.words, legal
	if len(a) == 0 || len(b) == 0 {
		return Different
	}
	right := strings.Join(b, "")
	if g.joined == right {
		return Exact
	}
	if OneMistake(g.joined, right) {
		return Close
	}
	onlyA, onlyB, same := compareWords(a, b)
	switch {
	case onlyA.count == 0 && onlyB.count == 0:
		return Close
	case onlyA.count == 1 && onlyB.count == 1:
		x, y := onlyA.first, onlyB.first
		if OneMistake(x, y) || same > 0 && (isInitial(x, y) || isInitial(y, x) || areVariants(x, y)) {
			return Close
		}
	case onlyA.count+onlyB.count == 1:
		if same >= 2 {
			return Close
		}
	}
	if areSpellings(a, b) || areSpellings(b, a) {
		return Close
	}
	return Different
}

// maxSpelled is how many words a name may have whose spelling in another script is looked for.
const maxSpelled = 8

// areSpellings reports whether a name in Latin letters has a spelling of each part of a name in
// another script, and nothing else.
func areSpellings(latin, other []string) bool {
	if len(latin) > maxSpelled || len(latin) < len(other) || slices.ContainsFunc(latin, func(word string) bool { return !isLatin(word) }) {
		return false
	}
	parts := spellingsOf(other)
	if len(parts) == 0 || len(parts) < len(other) {
		return false
	}
	for _, reading := range Readings(latin) {
		if len(reading) != len(parts) {
			continue
		}
		rest := slices.Clone(reading)
		for _, part := range parts {
			i := slices.IndexFunc(rest, func(word string) bool {
				return slices.Contains(part.latin, word) || slices.Contains(part.latin, skeletonOf(word)) || areVariants(word, part.word)
			})
			if i < 0 {
				break
			}
			rest = slices.Delete(rest, i, i+1)
		}
		if len(rest) == 0 {
			return true
		}
	}
	return false
}

// unmatched are the words that only one of two names has.
type unmatched struct {
	count int
	first string
}

func (u *unmatched) add(word string) {
	if u.count == 0 {
		u.first = word
	}
	u.count++
}

// compareWords gives the words that only one of the names has, and how many both have.
func compareWords(a, b []string) (onlyA, onlyB unmatched, same int) {
	var store [16]bool
	matched := append(store[:0], make([]bool, len(b))...)
	for _, word := range a {
		i := 0
		for i < len(b) && (matched[i] || b[i] != word) {
			i++
		}
		if i == len(b) {
			onlyA.add(word)
			continue
		}
		matched[i] = true
		same++
	}
	for i, word := range b {
		if !matched[i] {
			onlyB.add(word)
		}
	}
	return onlyA, onlyB, same
}

func isInitial(initial, word string) bool {
	return utf8.RuneCountInString(initial) == 1 && strings.HasPrefix(word, initial)
}

// MinMistakenRunes is the length, in characters, from which a word may hold a typing mistake: in
// a shorter one a mistake makes another word.
const MinMistakenRunes = 4

// OneMistake reports whether exactly one typing mistake tells the words apart, of which
// the longer has at least MinMistakenRunes.
func OneMistake(a, b string) bool {
	// Nearly all pairs differ by more than the bytes of one character on both ends.
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	for head > 0 && (head < len(a) && !utf8.RuneStart(a[head]) || head < len(b) && !utf8.RuneStart(b[head])) {
		head--
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	for tail > 0 && (!utf8.RuneStart(a[len(a)-tail]) || !utf8.RuneStart(b[len(b)-tail])) {
		tail--
	}
	x, y := a[head:len(a)-tail], b[head:len(b)-tail]
	switch m, n := utf8.RuneCountInString(x), utf8.RuneCountInString(y); {
	case m+n == 0, m > 2, n > 2, m+n == 3:
		return false
	case m == 2 && n == 2:
		first, size := utf8.DecodeRuneInString(x)
		last, _ := utf8.DecodeRuneInString(x[size:])
		if y != string([]rune{last, first}) {
			return false
		}
	case m == 2, n == 2: // two more on one side
		return false
	}
	return max(utf8.RuneCountInString(a), utf8.RuneCountInString(b)) >= MinMistakenRunes
}
