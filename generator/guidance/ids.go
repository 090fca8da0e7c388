package guidance

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
)

// headingIDs makes the ids of headings. Goldmark's own keep ASCII letters only, which leaves
// nothing of a heading in Arabic or Chinese; these keep the letters, marks and digits of every
// script, in lower case, with one hyphen for whatever stands between.
type headingIDs struct{ used map[string]bool }

// newHeadingIDs knows the ids that the pages around the guidance use for their own parts.
func newHeadingIDs() *headingIDs {
	return &headingIDs{used: map[string]bool{"main": true, "contents": true, "source": true, "more": true}}
}

// Generate implements parser.IDs.
func (ids *headingIDs) Generate(value []byte, _ ast.NodeKind) []byte {
	base := headingID(string(value))
	id := base
	for n := 2; ids.used[id]; n++ {
		id = base + "-" + strconv.Itoa(n)
	}
	ids.used[id] = true
	return []byte(id)
}

// Put implements parser.IDs.
func (ids *headingIDs) Put(value []byte) { ids.used[string(value)] = true }

func headingID(text string) string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r)
	})
	if len(words) == 0 {
		return "section"
	}
	return strings.Join(words, "-")
}
