package index

import (
	"maps"
	"slices"
	"strings"
	"sync/atomic"
)

// maxEdge is the longest beginning of a word, in characters, by which names are kept: so many words
// begin alike that to look up each would take longer than all the rest of a search. They are taken from
// the names in memory, for in the search index they would be more than all that is there besides.
const maxEdge = 2

// fieldEdge is the first character, and the first two, of each word. The search index has no such field.
const fieldEdge = "edge"

// findEdges makes the dictionary of the beginnings of words, with all its ranks.
func (n *names) findEdges() dictionary {
	ranks := make(map[string][]uint32)
	for rank := range uint32(len(n.numbers)) {
		for word := range strings.FieldsSeq(n.textOf(rank)) {
			for edge := range edges(word) {
				list := ranks[edge]
				if last := len(list) - 1; last < 0 || list[last] != rank {
					ranks[edge] = append(list, rank)
				}
			}
		}
	}
	d := dictionary{
		field: fieldEdge, terms: slices.Sorted(maps.Keys(ranks)), counts: make([]uint32, len(ranks)),
		places: make(map[string]uint32, len(ranks)), ranks: make([]atomic.Pointer[posting], len(ranks)),
	}
	for i, edge := range d.terms {
		d.places[edge], d.counts[i] = uint32(i), uint32(len(ranks[edge]))
		d.ranks[i].Store(newPosting(ranks[edge], len(n.numbers)))
	}
	return d
}

// edges yields the first character of a word, and the first two.
func edges(word string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		characters := 0
		for i := range word {
			if characters > 0 && !yield(word[:i]) || characters == maxEdge {
				return
			}
			characters++
		}
		if characters > 0 {
			yield(word)
		}
	}
}
