package passages

import "strings"

// Piece is a part of a snippet. Both are plain text.
type Piece struct {
	Text   string
	Marked bool // it answers a word of the question
}

// Bounds of a snippet, in bytes: how much of the text it shows, and how much before the first
// word that is marked.
const (
	maxSnippet  = 240
	leadSnippet = 60
)

// snippet is the stretch of a text with the most words that were asked for, in pieces.
func (x *Index) snippet(text string, asked map[string]bool) []Piece {
	words := x.reader.words(text)
	var found []word
	for _, w := range words {
		if w.term != "" && asked[w.term] {
			found = append(found, w)
		}
	}
	from, until := stretch(text, found)
	var pieces []Piece
	add := func(s string, marked bool) {
		if s != "" {
			pieces = append(pieces, Piece{s, marked})
		}
	}
	at := from
	if from > 0 {
		add("… ", false)
	}
	for _, w := range found {
		if w.start >= at && w.end <= until {
			add(text[at:w.start], false)
			add(text[w.start:w.end], true)
			at = w.end
		}
	}
	add(text[at:until], false)
	if until < len(text) {
		add(" …", false)
	}
	return pieces
}

// stretch chooses where a snippet begins and ends: at spaces, and at the beginning of a sentence
// where one is near.
func stretch(text string, found []word) (from, until int) {
	best := 0
	for i, first := range found {
		terms := make(map[string]bool)
		for _, w := range found[i:] {
			if w.end > first.start+maxSnippet-leadSnippet {
				break
			}
			terms[w.term] = true
		}
		if len(terms) > best {
			best, from = len(terms), first.start
		}
	}
	from = beginning(text, from)
	if len(text)-from <= maxSnippet {
		return from, len(text)
	}
	until = from + strings.LastIndexByte(text[from:from+maxSnippet], ' ')
	if until <= from { // no space: a text in a script without them
		return from, len(text)
	}
	return from, until
}

// beginning is the start of the sentence that at stands in, or else of a word a little before.
func beginning(text string, at int) int {
	low := max(0, at-leadSnippet)
	if low == 0 {
		return 0
	}
	for low > 0 && text[low]&0xC0 == 0x80 { // in the middle of a character
		low--
	}
	if i := strings.LastIndex(text[low:at], ". "); i >= 0 {
		return low + i + len(". ")
	}
	if i := strings.IndexByte(text[low:at], ' '); i >= 0 {
		return low + i + 1
	}
	return at
}
