package index

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/legalname"
)

// names is an open search index. It gives sets of ranks: the place of a name when all are
// sorted by folded name and then number, which is the order of results that match equally well.
// It never changes, and the sets of several generations share it.
type names struct {
	digest    string
	engine    index.Index // nil: there are no names
	reader    index.IndexReader
	words     lexicon
	edges     dictionary
	parts     dictionary
	numbers   []certification.Number // by rank
	text      string                 // by rank: the text of each name
	ends      []uint32               // by rank: where its text ends
	lengths   lengths                // names by how many words they have
	ranks     []uint32               // by document of the engine
	bySegment [segments][]uint32     // ranks, by number, of the numbers of a segment of the record table
	unknown   []certification.Number // their names had changed when the index was opened: the text is empty
	few       int                    // up to so many names are looked at themselves, not in the index
	pool      sync.Pool              // of *finder
	refs      atomic.Int64
}

// fewNames are quicker to look at than the names with a word are to read from the index.
const fewNames = 64

// openNames opens the index in dir, whose files were verified. Find gives the records of the
// same generation, changed the numbers, in order, whose names are not those of the index.
func openNames(dir string, file IndexFile, find func(certification.Number) (*certification.Record, bool), changed []certification.Number) (*names, error) {
	engine, err := scorch.NewScorch(scorch.Name, map[string]any{"path": filepath.Join(dir, storeDir), "read_only": true}, nil)
	if err != nil {
		return nil, fmt.Errorf("open the search index in %s: %w", dir, err)
	}
	if err := engine.Open(); err != nil {
		return nil, fmt.Errorf("open the search index in %s: %w", dir, err)
	}
	n := &names{digest: file.Digest, engine: engine, few: fewNames}
	n.refs.Store(1)
	if err := n.load(find, changed, file.Total); err != nil {
		n.release()
		return nil, fmt.Errorf("open the search index in %s: %w", dir, err)
	}
	return n, nil
}

func (n *names) load(find func(certification.Number) (*certification.Record, bool), changed []certification.Number, total int) error {
	var err error
	if n.reader, err = n.engine.Reader(); err != nil {
		return err
	}
	words, err := n.openDictionary(fieldWord)
	if err != nil {
		return err
	}
	n.words = newLexicon(words)
	if n.parts, err = n.openDictionary(fieldPart); err != nil {
		return err
	}
	count, err := n.reader.DocCount()
	if err != nil {
		return err
	}
	if count != uint64(total) {
		return fmt.Errorf("%d names instead of %d", count, total)
	}
	type document struct {
		name
		id uint32
	}
	documents := make([]document, total)
	var id index.IndexInternalID
	for i := range documents {
		id = index.NewIndexInternalID(id, uint64(i))
		external, err := n.reader.ExternalID(id)
		if err != nil {
			return err
		}
		number, err := certification.ParseNumber(external)
		if err != nil {
			return fmt.Errorf("document %d: %w", i, err)
		}
		if contains(changed, number) {
			n.unknown = append(n.unknown, number)
			documents[i] = document{name{number: number}, uint32(i)}
			continue
		}
		record, ok := find(number)
		if !ok {
			return fmt.Errorf("%s is not in the record table", number)
		}
		documents[i] = document{nameOf(record), uint32(i)}
	}
	slices.SortFunc(documents, func(a, b document) int { return a.compare(b.name) })
	n.ranks = make([]uint32, total)
	n.numbers = make([]certification.Number, total)
	n.ends = make([]uint32, total)
	n.lengths = newLengths(total)
	var text strings.Builder
	for rank, d := range documents {
		text.WriteString(d.text)
		n.ranks[d.id] = uint32(rank)
		n.numbers[rank], n.ends[rank] = d.number, uint32(text.Len())
		n.lengths.add(uint32(rank), d.length)
	}
	n.text = text.String()
	for rank, number := range n.numbers {
		part := &n.bySegment[segmentOf(number)]
		*part = append(*part, uint32(rank))
	}
	for _, part := range n.bySegment {
		slices.SortFunc(part, func(a, b uint32) int { return n.numbers[a].Compare(n.numbers[b]) })
	}
	n.edges = n.findEdges()
	return nil
}

// contains reports whether a list of numbers in order has the number.
func contains(list []certification.Number, number certification.Number) bool {
	_, found := slices.BinarySearchFunc(list, number, certification.Number.Compare)
	return found
}

// rankOf is the rank of the name that the index has for a number.
func (n *names) rankOf(number certification.Number) (uint32, bool) {
	part := n.bySegment[segmentOf(number)]
	i, found := slices.BinarySearchFunc(part, number, func(rank uint32, number certification.Number) int {
		return n.numbers[rank].Compare(number)
	})
	if !found {
		return 0, false
	}
	return part[i], true
}

// textOf is the text of the name at a rank.
func (n *names) textOf(rank uint32) string {
	start := uint32(0)
	if rank > 0 {
		start = n.ends[rank-1]
	}
	return n.text[start:n.ends[rank]]
}

// name is a legal name as it is searched.
type name struct {
	number certification.Number
	// text is the words, with a space before and after each, and behind the mark of the end those
	// by which a name in another script than Latin is found as well. It is empty if there is no word.
	text   string
	length uint8 // how many words, at most 255, those behind the end not counted
}

// lengths are the ranks of names by how many words they have, those of more than maxWords left out.
type lengths [maxWords + 1]bitset

func newLengths(size int) lengths {
	var l lengths
	for i := range l {
		l[i] = make(bitset, (size+63)/64)
	}
	return l
}

func (l *lengths) add(rank uint32, length uint8) {
	if int(length) < len(l) {
		l[length].add(rank)
	}
}

// nameEnd ends the words of a name itself.
const nameEnd = '\n'

func nameOf(r *certification.Record) name {
	words := legalname.Words(r.LegalName())
	if len(words) == 0 {
		return name{number: r.Number()}
	}
	text := " " + strings.Join(words, " ") + " "
	if spelled := legalname.Spelled(words); len(spelled) > 0 {
		text += string(nameEnd) + " " + strings.Join(spelled, " ") + " "
	}
	return name{r.Number(), text, uint8(min(len(words), 255))}
}

// compare orders names by their words joined, and then by number.
func (a name) compare(b name) int {
	return cmp.Or(compareJoined(a.text, b.text), a.number.Compare(b.number))
}

// compareJoined compares the names of two texts as if there were no spaces in them.
func compareJoined(a, b string) int {
	i, j := 0, 0
	for {
		for i < len(a) && a[i] == ' ' {
			i++
		}
		for j < len(b) && b[j] == ' ' {
			j++
		}
		endA, endB := i == len(a) || a[i] == nameEnd, j == len(b) || b[j] == nameEnd
		switch {
		case endA && endB:
			return 0
		case endA:
			return -1
		case endB:
			return 1
		case a[i] != b[j]:
			return int(a[i]) - int(b[j])
		}
		i++
		j++
	}
}

// beginsJoined reports whether the name of a text begins with the key, as if there were no spaces in it.
func beginsJoined(text, key string) bool {
	for i := 0; key != ""; i++ {
		switch {
		case i == len(text) || text[i] == nameEnd:
			return false
		case text[i] == ' ':
		case text[i] != key[0]:
			return false
		default:
			key = key[1:]
		}
	}
	return true
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

// numbersWith gives at most limit numbers that begin with the prefix, in the order of their
// text, and whether there are more.
func (n *names) numbersWith(prefix string, limit int) ([]string, bool, error) {
	dictionary, err := n.reader.FieldDictPrefix(fieldNumber, []byte(prefix))
	if err != nil {
		return nil, false, fmt.Errorf("look up numbers that begin alike: %w", err)
	}
	defer dictionary.Close()
	var numbers []string
	for {
		entry, err := dictionary.Next()
		if err != nil {
			return nil, false, fmt.Errorf("read the numbers of the search index: %w", err)
		}
		if entry == nil {
			return numbers, false, nil
		}
		if len(numbers) == limit {
			return numbers, true, nil
		}
		numbers = append(numbers, entry.Term)
	}
}

// withKey gives the ranks of the names whose words joined are the key: first up to, not
// including, last.
func (n *names) withKey(key string) (first, last uint32) {
	low := sort.Search(len(n.numbers), func(i int) bool { return compareJoined(n.textOf(uint32(i)), key) >= 0 })
	high := low
	for high < len(n.numbers) && compareJoined(n.textOf(uint32(high)), key) == 0 {
		high++
	}
	return uint32(low), uint32(high)
}

// beginning gives the ranks of the names whose words joined begin with the key, as withKey does.
func (n *names) beginning(key string) (first, last uint32) {
	first, _ = n.withKey(key)
	rest := len(n.numbers) - int(first)
	return first, first + uint32(sort.Search(rest, func(i int) bool { return !beginsJoined(n.textOf(first+uint32(i)), key) }))
}
