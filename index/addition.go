package index

import (
	"slices"
	"sort"
	"strings"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/legalname"
)

// addition is the names that came since a search index was built. They are few: to search them
// is to look through their text, which is quicker than to index it at each change.
type addition struct {
	names   []addedName    // by name and number
	lengths lengths        // by place in names
	counts  map[string]int // of the names with each word
	text    string         // of all names, one after the other
	ends    []int          // where each name's text ends
}

type addedName struct {
	name
	record *certification.Record
	before uint32 // so many names of the index come before it
}

// newAddition folds the names of the records, but for those that former has.
func newAddition(n *names, records []*certification.Record, former *addition) *addition {
	fresh := make(map[*certification.Record]bool, len(records))
	for _, r := range records {
		fresh[r] = true
	}
	list := make([]addedName, 0, len(records))
	for _, e := range former.all() {
		if fresh[e.record] {
			delete(fresh, e.record)
			list = append(list, e)
		}
	}
	for _, r := range records {
		if !fresh[r] {
			continue
		}
		e := addedName{name: nameOf(r), record: r}
		e.before = uint32(sort.Search(len(n.numbers), func(i int) bool {
			return e.compare(name{number: n.numbers[i], text: n.textOf(uint32(i))}) < 0
		}))
		list = append(list, e)
	}
	if len(fresh) > 0 {
		slices.SortFunc(list, func(x, y addedName) int { return x.compare(y.name) })
	}
	a := &addition{names: list, lengths: newLengths(len(list)), counts: make(map[string]int), ends: make([]int, len(list))}
	var text strings.Builder
	for i, e := range list {
		text.WriteString(e.text)
		a.ends[i] = text.Len()
		a.lengths.add(uint32(i), e.length)
	}
	a.text = text.String()
	for word := range strings.FieldsSeq(a.text) {
		a.counts[word]++
	}
	return a
}

// all is the names, none of a nil addition.
func (a *addition) all() []addedName {
	if a == nil {
		return nil
	}
	return a.names
}

// pattern is what the text of a name with the term has in it.
func pattern(field, term string) string {
	switch field {
	case fieldWord:
		return " " + term + " "
	case fieldEdge:
		return " " + term
	default: // fieldPart
		return term
	}
}

// find yields the places of the pattern in the text.
func (a *addition) find(pattern string) func(yield func(at int) bool) {
	return func(yield func(int) bool) {
		if a == nil {
			return
		}
		for from := 0; ; {
			i := strings.Index(a.text[from:], pattern)
			if i < 0 || !yield(from+i) {
				return
			}
			from += i + 1
		}
	}
}

// addTerm adds the names with the term to a set in which start is the first of them.
func (a *addition) addTerm(set *rankSet, start uint32, field, term string) {
	if field == fieldWord && a.count(term) == 0 {
		return
	}
	for at := range a.find(pattern(field, term)) {
		set.add(start + uint32(sort.SearchInts(a.ends, at+1)))
	}
}

// addBeginning adds the names whose words joined begin with the key.
func (a *addition) addBeginning(set *rankSet, start uint32, key string) {
	for i, e := range a.all() {
		if beginsJoined(e.text, key) {
			set.add(start + uint32(i))
		}
	}
}

// addKey adds the names whose words joined are the key.
func (a *addition) addKey(set *rankSet, start uint32, key string) {
	list := a.all()
	i := sort.Search(len(list), func(i int) bool { return compareJoined(list[i].text, key) >= 0 })
	for ; i < len(list) && compareJoined(list[i].text, key) == 0; i++ {
		set.add(start + uint32(i))
	}
}

// count is at least how many names have the word; zero only if none has.
func (a *addition) count(word string) int {
	if a == nil {
		return 0
	}
	return a.counts[word]
}

// withPrefix gives words that begin with the prefix.
func (a *addition) withPrefix(prefix string) []string {
	var words []string
	for at := range a.find(pattern(fieldEdge, prefix)) {
		rest := a.text[at+1:]
		words = append(words, rest[:strings.IndexByte(rest, ' ')])
	}
	return words
}

// withMistake gives words at one typing mistake from the word or none.
func (a *addition) withMistake(word string) []string {
	if a == nil {
		return nil
	}
	var words []string
	for other := range a.counts {
		if other == word || legalname.OneMistake(word, other) {
			words = append(words, other)
		}
	}
	return words
}

// withMistakes gives words at so many typing mistakes from the word or fewer.
func (a *addition) withMistakes(word string, most int) []string {
	if a == nil {
		return nil
	}
	var words []string
	pattern := legalname.NewPattern(word)
	for other := range a.counts {
		if pattern.Mistakes(other, most) <= most {
			words = append(words, other)
		}
	}
	return words
}

// numbersWith gives the numbers that begin with the prefix.
func (a *addition) numbersWith(prefix string) []string {
	var numbers []string
	for _, e := range a.all() {
		if strings.HasPrefix(e.number.String(), prefix) {
			numbers = append(numbers, e.number.String())
		}
	}
	return numbers
}
