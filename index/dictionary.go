package index

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync/atomic"

	index "github.com/blevesearch/bleve_index_api"
)

// dictionary is the terms of one field of the search index, in memory. The ranks of the names with
// a term are read from the index when it is first asked for, and kept: there are as many of them as the index
// has, whatever is asked.
type dictionary struct {
	field  string
	terms  []string // sorted
	counts []uint32 // of the names with each
	places map[string]uint32
	ranks  []atomic.Pointer[posting]
}

// posting is the names with a term: a list where they are few, a set where they are many.
type posting struct {
	few  []uint32 // ranks in order
	many *rankSet
}

// manyShare is the part of all names from which on those with a term are kept as a set.
const manyShare = 64

func (n *names) openDictionary(field string) (dictionary, error) {
	list, err := n.reader.FieldDict(field)
	if err != nil {
		return dictionary{}, err
	}
	return readDictionary(field, list)
}

// readDictionary reads the list, and closes it.
func readDictionary(field string, list index.FieldDict) (dictionary, error) {
	defer list.Close()
	d := dictionary{field: field, places: make(map[string]uint32)}
	for {
		entry, err := list.Next()
		if err != nil {
			return d, err
		}
		if entry == nil {
			break
		}
		term := strings.Clone(entry.Term)
		d.places[term] = uint32(len(d.terms))
		d.terms = append(d.terms, term)
		d.counts = append(d.counts, uint32(entry.Count))
	}
	d.ranks = make([]atomic.Pointer[posting], len(d.terms))
	return d, nil
}

// count is how many names have the term.
func (d *dictionary) count(term string) int {
	i, found := d.places[term]
	if !found {
		return 0
	}
	return int(d.counts[i])
}

// withPrefix gives the terms that begin with the prefix, in order.
func (d *dictionary) withPrefix(prefix string) []string {
	first, _ := slices.BinarySearch(d.terms, prefix)
	rest := d.terms[first:]
	return rest[:sort.Search(len(rest), func(i int) bool { return !strings.HasPrefix(rest[i], prefix) })]
}

// posting gives the names with the term, nil if there is none.
func (n *names) posting(ctx context.Context, d *dictionary, term string) (*posting, error) {
	i, found := d.places[term]
	if !found {
		return nil, nil
	}
	p := d.ranks[i].Load()
	if p == nil {
		var err error
		if p, err = n.readPosting(ctx, d.field, term, int(d.counts[i])); err != nil {
			return nil, fmt.Errorf("search the field %s: %w", d.field, err)
		}
		d.ranks[i].Store(p) // of two at once either is right
	}
	return p, nil
}

// addTo adds the names to a set.
func (p *posting) addTo(set *rankSet) {
	switch {
	case p == nil:
	case p.many != nil:
		set.union(p.many)
	default:
		for _, rank := range p.few {
			set.add(rank)
		}
	}
}

// readPosting reads the ranks of the names with a term, of which there are so many, from the index.
func (n *names) readPosting(ctx context.Context, field, term string, count int) (*posting, error) {
	reader, err := n.reader.TermFieldReader(ctx, []byte(term), field, false, false, false)
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	ranks := make([]uint32, 0, count)
	var found index.TermFieldDoc
	for {
		hit, err := reader.Next(&found)
		if err != nil {
			return nil, err
		}
		if hit == nil {
			break
		}
		ranks = append(ranks, n.ranks[hit.ID.Value()])
	}
	return newPosting(ranks, len(n.numbers)), nil
}

// newPosting is of ranks in any order, of so many names in all.
func newPosting(ranks []uint32, total int) *posting {
	if len(ranks)*manyShare < total {
		slices.Sort(ranks)
		return &posting{few: ranks}
	}
	set := newRankSet(total)
	for _, rank := range ranks {
		set.add(rank)
	}
	return &posting{many: set}
}
