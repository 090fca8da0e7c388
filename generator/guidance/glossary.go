package guidance

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// glossarySlug is the page whose parts are the definitions. Where content has no such page,
// nothing is linked.
const glossarySlug = "definitions"

// maxTerms bounds the words that are linked on a page: a text full of links is hard to read.
const maxTerms = 6

// glossary finds the defined words of a language in running text.
type glossary struct {
	forms map[rune][]form // by first letter, lower case; the longest first
}

// form is one way to write a defined word.
type form struct {
	text string
	word *Definition
}

func newGlossary(f *Facts, language string) *glossary {
	g := &glossary{forms: make(map[rune][]form)}
	for i := range f.Definitions.List {
		d := &f.Definitions.List[i]
		if d.Everyday {
			continue
		}
		for _, written := range append(namesIn(d.Term[language]), d.Also[language]...) {
			first := firstLetter(written)
			g.forms[first] = append(g.forms[first], form{written, d})
		}
	}
	for _, list := range g.forms {
		slices.SortStableFunc(list, func(a, b form) int { return len(b.text) - len(a.text) })
	}
	return g
}

// namesIn splits a term from the abbreviation that follows it: "Authority (CalMHSA)".
func namesIn(term string) []string {
	name, short, ok := strings.Cut(strings.TrimSuffix(term, ")"), " (")
	if !ok {
		return []string{term}
	}
	return []string{term, name, short}
}

func firstLetter(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.ToLower(r)
}

// next finds the first word of the glossary in a text, the longest where several begin.
func (g *glossary) next(s string, wanted func(*Definition) bool) (start, end int, word *Definition) {
	before, skip := ' ', 0
	for i, r := range s {
		if i >= skip && !isWordRune(before) && before != '-' {
			for _, f := range g.forms[unicode.ToLower(r)] {
				end := i + len(f.text)
				if end > len(s) || !strings.EqualFold(s[i:end], f.text) {
					continue
				}
				if after, _ := utf8.DecodeRuneInString(s[end:]); isWordRune(after) || after == '-' {
					continue
				}
				if !wanted(f.word) {
					skip = end // a shorter word within is a part of it
					break
				}
				return i, end, f.word
			}
		}
		before = r
	}
	return 0, 0, nil
}

func isWordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// linkTerms makes the first use of each defined word in the running text of a page a link to
// its definition. Headings, links, code and fact blocks are left alone, and so are the words
// that the page itself is about. It returns what was linked.
func (r *renderedPage) linkTerms(doc ast.Node, g *glossary, routes *routes) []anchorLink {
	if r.source.Slug == glossarySlug || routes.slugs[glossarySlug] == "" {
		return nil
	}
	var texts []*ast.Text // gathered first: linking changes the tree
	_ = ast.Walk(doc, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := node.(type) {
		case *ast.Heading, *ast.Link, *ast.AutoLink, *ast.CodeSpan, *factBlockNode:
			return ast.WalkSkipChildren, nil
		case *ast.Text:
			if entering {
				texts = append(texts, n)
			}
		}
		return ast.WalkContinue, nil
	})
	var links []anchorLink
	seen := make(map[*Definition]bool)
	wanted := func(d *Definition) bool { return !seen[d] && d.See != r.source.Slug }
	for _, node := range texts {
		for len(links) < maxTerms {
			start, end, word := g.next(string(node.Value(r.source.body)), wanted)
			if word == nil {
				break
			}
			seen[word] = true
			links = append(links, anchorLink{glossarySlug, word.ID, r.lineOf(node)})
			node = linkPart(node, start, end, routes.prefix+"/guidance/"+glossarySlug+".html#"+word.ID)
		}
	}
	return links
}

// linkPart makes a part of a text a link, and returns the text that follows it.
func linkPart(node *ast.Text, start, end int, href string) *ast.Text {
	segment := node.Segment
	link := ast.NewLink()
	link.Destination = []byte(href)
	link.SetAttributeString("class", []byte("term"))
	link.AppendChild(link, ast.NewTextSegment(text.NewSegment(segment.Start+start, segment.Start+end)))
	parent := node.Parent()
	if start > 0 {
		parent.InsertBefore(parent, node, ast.NewTextSegment(text.NewSegment(segment.Start, segment.Start+start)))
	}
	parent.InsertBefore(parent, node, link)
	node.Segment = text.NewSegment(segment.Start+end, segment.Stop)
	return node
}
