package index

import (
	"cmp"
	"context"
	"fmt"
	"math/bits"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"

	"github.com/cmpss/registry/generator/certification"
)

// names is an open search index. It gives sets of ranks: the place of a record when all are
// sorted by folded name and then number, which is the order of results that match equally well.
type names struct {
	digest  string
	engine  index.Index // nil: there are no names
	reader  index.IndexReader
	fuzzy   index.IndexReaderFuzzy
	numbers []certification.Number // by rank
	keys    []string               // by rank: the words of the name, joined
	words   []string               // by rank: the words of the name, with a space before and after each
	lengths []uint8                // by rank: how many words, at most 255
	few     int                    // up to so many names are looked at themselves, not in the index
	ranks   []uint32               // by document of the engine
	pool    sync.Pool              // of *bitset
	refs    atomic.Int64
}

// fewNames are quicker to look at than the dictionary of all words is to walk through.
const fewNames = 2048

// openNames opens the index in dir, whose files were verified, for the records of the same
// generation.
func openNames(dir, digest string, find func(certification.Number) (*certification.Record, bool), total int) (*names, error) {
	engine, err := scorch.NewScorch(scorch.Name, map[string]any{"path": filepath.Join(dir, storeDir), "read_only": true}, nil)
	if err != nil {
		return nil, fmt.Errorf("open the search index in %s: %w", dir, err)
	}
	if err := engine.Open(); err != nil {
		return nil, fmt.Errorf("open the search index in %s: %w", dir, err)
	}
	n := &names{digest: digest, engine: engine, few: fewNames}
	n.refs.Store(1)
	if err := n.load(find, total); err != nil {
		n.release()
		return nil, fmt.Errorf("open the search index in %s: %w", dir, err)
	}
	return n, nil
}

func (n *names) load(find func(certification.Number) (*certification.Record, bool), total int) error {
	var err error
	if n.reader, err = n.engine.Reader(); err != nil {
		return err
	}
	fuzzy, ok := n.reader.(index.IndexReaderFuzzy)
	if !ok {
		return fmt.Errorf("the engine cannot search with mistakes")
	}
	n.fuzzy = fuzzy
	count, err := n.reader.DocCount()
	if err != nil {
		return err
	}
	if count != uint64(total) {
		return fmt.Errorf("%d names for %d records", count, total)
	}
	type entry struct {
		key      string
		words    string
		number   certification.Number
		document uint32
		length   uint8
	}
	entries := make([]entry, total)
	var id index.IndexInternalID
	for i := range entries {
		id = index.NewIndexInternalID(id, uint64(i))
		external, err := n.reader.ExternalID(id)
		if err != nil {
			return err
		}
		number, err := certification.ParseNumber(external)
		if err != nil {
			return fmt.Errorf("document %d: %w", i, err)
		}
		record, ok := find(number)
		if !ok {
			return fmt.Errorf("%s is not in the record table", number)
		}
		words := Words(record.LegalName())
		entries[i] = entry{strings.Join(words, ""), " " + strings.Join(words, " ") + " ", number, uint32(i), uint8(min(len(words), 255))}
	}
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(strings.Compare(a.key, b.key), a.number.Compare(b.number))
	})
	n.ranks = make([]uint32, total)
	n.numbers = make([]certification.Number, total)
	n.keys = make([]string, total)
	n.words = make([]string, total)
	n.lengths = make([]uint8, total)
	for rank, e := range entries {
		n.ranks[e.document] = uint32(rank)
		n.numbers[rank], n.keys[rank], n.words[rank], n.lengths[rank] = e.number, e.key, e.words, e.length
	}
	return nil
}

func (n *names) retain() { n.refs.Add(1) }

func (n *names) release() error {
	if n.refs.Add(-1) != 0 {
		return nil
	}
	var err error
	if n.reader != nil {
		err = n.reader.Close()
	}
	if n.engine != nil {
		if closing := n.engine.Close(); err == nil {
			err = closing
		}
	}
	return err
}

// addTerm adds the ranks of the documents with the term.
func (n *names) addTerm(ctx context.Context, set bitset, field, term string) error {
	reader, err := n.reader.TermFieldReader(ctx, []byte(term), field, false, false, false)
	if err != nil {
		return fmt.Errorf("search the field %s: %w", field, err)
	}
	defer reader.Close()
	var found index.TermFieldDoc
	for {
		hit, err := reader.Next(&found)
		if err != nil {
			return fmt.Errorf("search the field %s: %w", field, err)
		}
		if hit == nil {
			return nil
		}
		set.add(n.ranks[hit.ID.Value()])
	}
}

// countTerm is how many documents have the term.
func (n *names) countTerm(ctx context.Context, field, term string) (int, error) {
	reader, err := n.reader.TermFieldReader(ctx, []byte(term), field, false, false, false)
	if err != nil {
		return 0, fmt.Errorf("search the field %s: %w", field, err)
	}
	defer reader.Close()
	return int(reader.Count()), nil
}

// prefixTerms gives at most limit terms of the field that begin with the prefix, in order, and
// whether there are more.
func (n *names) prefixTerms(field, prefix string, limit int) ([]string, bool, error) {
	dictionary, err := n.reader.FieldDictPrefix(field, []byte(prefix))
	if err != nil {
		return nil, false, fmt.Errorf("look up words that begin alike: %w", err)
	}
	return dictionaryTerms(dictionary, limit)
}

// fuzzyTerms gives at most limit words at one typing mistake from the word or none: a character
// missing, added or changed, or two neighbours swapped.
func (n *names) fuzzyTerms(word string, limit int) ([]string, bool, error) {
	dictionary, _, err := n.fuzzy.FieldDictFuzzyAutomaton(fieldWord, word, 1, "")
	if err != nil {
		return nil, false, fmt.Errorf("look up words with a typing mistake: %w", err)
	}
	return dictionaryTerms(dictionary, limit)
}

func dictionaryTerms(dictionary index.FieldDict, limit int) ([]string, bool, error) {
	defer dictionary.Close()
	var terms []string
	for {
		entry, err := dictionary.Next()
		if err != nil {
			return nil, false, fmt.Errorf("read the words of the search index: %w", err)
		}
		if entry == nil {
			return terms, false, nil
		}
		if len(terms) == limit {
			return terms, true, nil
		}
		terms = append(terms, entry.Term)
	}
}

// withKey gives the ranks of the names with the key: first up to, not including, last.
func (n *names) withKey(key string) (first, last uint32) {
	low, found := slices.BinarySearch(n.keys, key)
	if !found {
		return 0, 0
	}
	high := low
	for high < len(n.keys) && n.keys[high] == key {
		high++
	}
	return uint32(low), uint32(high)
}

// bitset is a set of ranks.
type bitset []uint64

func (s bitset) add(rank uint32)      { s[rank/64] |= 1 << (rank % 64) }
func (s bitset) has(rank uint32) bool { return s[rank/64]&(1<<(rank%64)) != 0 }

func (s bitset) union(other bitset) {
	for i, word := range other {
		s[i] |= word
	}
}

func (s bitset) intersect(other bitset) {
	for i, word := range other {
		s[i] &= word
	}
}

func (s bitset) count() int {
	n := 0
	for _, word := range s {
		n += bits.OnesCount64(word)
	}
	return n
}

func (s bitset) isEmpty() bool {
	for _, word := range s {
		if word != 0 {
			return false
		}
	}
	return true
}

// all yields the ranks in order.
func (s bitset) all(yield func(uint32) bool) {
	for i, word := range s {
		for ; word != 0; word &= word - 1 {
			if !yield(uint32(i*64 + bits.TrailingZeros64(word))) {
				return
			}
		}
	}
}

// newSet gives an empty set, from the pool.
func (n *names) newSet() bitset {
	if pooled, ok := n.pool.Get().(*bitset); ok {
		clear(*pooled)
		return *pooled
	}
	return make(bitset, (len(n.numbers)+63)/64)
}

func (n *names) putBack(s bitset) { n.pool.Put(&s) }
