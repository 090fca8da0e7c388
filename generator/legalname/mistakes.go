package legalname

import "unicode/utf8"

// maxMistakenRunes is the longest word, in characters, of which Mistakes counts the mistakes.
const maxMistakenRunes = 24

// Mistakes is the number of typing mistakes (a character missing, added or changed, or two
// neighbours swapped) that tell two words apart; any number above most if there are more, and for words longer than
// maxMistakenRunes.
func Mistakes(a, b string, most int) int {
	p := NewPattern(a)
	return p.Mistakes(b, most)
}

// Pattern is a word that many others are compared with.
type Pattern struct {
	length int             // in characters, above maxMistakenRunes if it is too long
	ascii  [128]uint32     // by character: the places where the word has it
	others map[rune]uint32 // the same of characters that are not ASCII
}

// NewPattern gives the pattern of a word.
func NewPattern(word string) Pattern {
	var p Pattern
	for _, r := range word {
		if p.length++; p.length > maxMistakenRunes {
			break
		}
		place := uint32(1) << (p.length - 1)
		if r < utf8.RuneSelf {
			p.ascii[r] |= place
			continue
		}
		if p.others == nil {
			p.others = make(map[rune]uint32)
		}
		p.others[r] |= place
	}
	return p
}

// Mistakes is Mistakes of the word and another. A column of the table of distances is kept as bits,
// which say where a number is one more or one less than the one above it (H. Hyyrö, "A bit-vector algorithm for
// computing Levenshtein and Damerau edit distances", 2003).
func (p *Pattern) Mistakes(other string, most int) int {
	if p.length > maxMistakenRunes {
		return most + 1
	}
	if p.length == 0 {
		return utf8.RuneCountInString(other)
	}
	last := uint32(1) << (p.length - 1)
	more, less := ^uint32(0), uint32(0) // than the number above, in the column
	var zero, before uint32             // where a diagonal adds nothing; where the word has the character before
	distance, length := p.length, 0
	for _, r := range other {
		if length++; length > maxMistakenRunes {
			return most + 1
		}
		var here uint32 // where the word has the character
		if r < utf8.RuneSelf {
			here = p.ascii[r]
		} else {
			here = p.others[r]
		}
		swapped := ((^zero & here) << 1) & before
		zero = (((here & more) + more) ^ more) | here | less | swapped
		right, left := less|^(zero|more), zero&more // more, and less, than the number to the left
		if right&last != 0 {
			distance++
		}
		if left&last != 0 {
			distance--
		}
		right, left = right<<1|1, left<<1
		more, less = left|^(zero|right), right&zero
		before = here
	}
	return distance
}
