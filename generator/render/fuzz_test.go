package render

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/cmpss/registry/generator/certification"
)

// elements are the elements of a page in order, each with the names of its attributes.
func elements(t *testing.T, page []byte) []string {
	t.Helper()
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode {
			names := []string{n.Data}
			for _, a := range n.Attr {
				names = append(names, a.Key)
			}
			list = append(list, strings.Join(names, " "))
		}
	}
	return list
}

// Whatever a person types or is called, the page has the elements and attributes it has for
// a plain word: text stays text.
func FuzzText(f *testing.F) {
	r := renderer(f)
	active := cases()[0].statement(f)
	pages := func(t *testing.T, text string) [][]byte {
		s := active
		s.LegalName = text
		record, err := r.AppendRecord(nil, "en", &s)
		if err != nil {
			t.Fatal(err)
		}
		search, err := r.AppendSearch(nil, "es", SearchPage{Query: text, Total: 1, Results: []certification.Statement{s}})
		if err != nil {
			t.Fatal(err)
		}
		answer, err := r.AppendAnswer(nil, "en", AnswerPage{Answer: Malformed, Typed: text})
		if err != nil {
			t.Fatal(err)
		}
		return [][]byte{record, search, answer}
	}
	for _, text := range []string{"Jane Doe", hostileName, `"><script>alert(1)</script>`, "</title><b>", "\x00\xff", slotName.mark(), "{{.Number}}", strings.Repeat("é", 500)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if text == "" {
			return // an empty query or number is another page
		}
		plain, hostile := pages(t, "Jane"), pages(t, text)
		for i := range plain {
			if want, got := elements(t, plain[i]), elements(t, hostile[i]); !slices.Equal(want, got) {
				t.Errorf("page %d of %q has elements of its own", i, text)
			}
		}
	})
}
