package guidance

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	stdhtml "html"
	"html/template"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// renderedPage is a page and what its links ask of the others.
type renderedPage struct {
	page    *Page
	file    string
	digest  [sha256.Size]byte // of the page's own files
	source  *source           // while it is rendered
	anchors map[string]bool
	links   []anchorLink
}

// anchorLink is a link to a part of a page, checked once all pages are rendered.
type anchorLink struct {
	slug, anchor string // slug "" means the page itself
	line         int
}

// factNode is {{ name argument }}: a block of its own, or a figure inside a sentence.
type factNode struct {
	ast.BaseInline
	name, argument string
}

type factBlockNode struct {
	ast.BaseBlock
	name, argument string
	html           []byte // set when the page is inspected
}

var (
	kindFact      = ast.NewNodeKind("Fact")
	kindFactBlock = ast.NewNodeKind("FactBlock")
)

func (n *factNode) Kind() ast.NodeKind                 { return kindFact }
func (n *factNode) Dump(source []byte, level int)      { ast.DumpHelper(n, source, level, nil, nil) }
func (n *factBlockNode) Kind() ast.NodeKind            { return kindFactBlock }
func (n *factBlockNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }
func (n *factBlockNode) IsRaw() bool                   { return true }

var (
	factPattern = regexp.MustCompile(`^\{\{[ \t]*([a-z][a-z-]*)(?:[ \t]+([a-z0-9-]+))?[ \t]*\}\}`)
	inlineFacts = []string{"date", "fee", "figure", "email", "phone"}
)

// factBlockParser takes a line that is a fact and nothing else. A fact that belongs inside a
// sentence is left to factParser even there, for a sentence may break anywhere.
type factBlockParser struct{}

func (factBlockParser) Trigger() []byte { return []byte{'{'} }

func (factBlockParser) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, _ := reader.PeekLine()
	line = bytes.TrimSpace(line[max(pc.BlockOffset(), 0):])
	m := factPattern.FindSubmatch(line)
	if m == nil || len(m[0]) != len(line) || slices.Contains(inlineFacts, string(m[1])) {
		return nil, parser.NoChildren
	}
	reader.AdvanceToEOL()
	return &factBlockNode{name: string(m[1]), argument: string(m[2])}, parser.NoChildren
}

func (factBlockParser) Continue(ast.Node, text.Reader, parser.Context) parser.State {
	return parser.Close
}
func (factBlockParser) Close(ast.Node, text.Reader, parser.Context) {}
func (factBlockParser) CanInterruptParagraph() bool                 { return true }
func (factBlockParser) CanAcceptIndentedLine() bool                 { return false }

// factParser takes {{ fee renewal }} inside a sentence. Anything else that opens with two
// braces becomes a node without a name, which is reported.
type factParser struct{}

func (factParser) Trigger() []byte { return []byte{'{'} }

func (factParser) Parse(_ ast.Node, reader text.Reader, _ parser.Context) ast.Node {
	line, _ := reader.PeekLine()
	if !bytes.HasPrefix(line, []byte("{{")) {
		return nil
	}
	m := factPattern.FindSubmatch(line)
	if m == nil {
		reader.Advance(2)
		return &factNode{}
	}
	reader.Advance(len(m[0]))
	return &factNode{name: string(m[1]), argument: string(m[2])}
}

// pageRenderer renders the nodes that are ours, and quotations, which are notes here.
type pageRenderer struct {
	facts    *Facts
	language string
}

func (r *pageRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(kindFact, r.fact)
	reg.Register(kindFactBlock, r.factBlock)
	reg.Register(ast.KindBlockquote, r.note)
	reg.Register(ast.KindHeading, r.heading)
}

// heading makes a heading a link to itself, so that a reader can copy the address of a part. One
// that holds a link already stays as it is.
func (r *pageRenderer) heading(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n := node.(*ast.Heading)
	value, _ := n.AttributeString("id")
	id, _ := value.([]byte) // goldmark gives every heading one
	linked := !holdsLink(n)
	if entering {
		_, _ = fmt.Fprintf(w, `<h%d id="%s">`, n.Level, util.EscapeHTML(id))
		if linked {
			_, _ = fmt.Fprintf(w, `<a class="anchor" href="#%s">`, util.EscapeHTML(util.URLEscape(id, false)))
		}
		return ast.WalkContinue, nil
	}
	if linked {
		_, _ = w.WriteString("</a>")
	}
	_, _ = fmt.Fprintf(w, "</h%d>\n", n.Level)
	return ast.WalkContinue, nil
}

func holdsLink(heading ast.Node) bool {
	found := false
	_ = ast.Walk(heading, func(node ast.Node, _ bool) (ast.WalkStatus, error) {
		switch node.Kind() {
		case ast.KindLink, ast.KindAutoLink, kindFact:
			found = true
		}
		return ast.WalkContinue, nil
	})
	return found
}

func (r *pageRenderer) note(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString("<div class=\"note\" role=\"note\">\n")
	} else {
		_, _ = w.WriteString("</div>\n")
	}
	return ast.WalkContinue, nil
}

func (r *pageRenderer) factBlock(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	_, _ = w.Write(node.(*factBlockNode).html)
	_ = w.WriteByte('\n')
	return ast.WalkSkipChildren, nil
}

func (r *pageRenderer) fact(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	n := node.(*factNode)
	out, err := r.facts.inline(n.name, n.argument, r.language)
	if err != nil {
		return ast.WalkStop, err
	}
	_, _ = w.WriteString(out)
	return ast.WalkSkipChildren, nil
}

// inline is the HTML of a fact inside a sentence.
func (f *Facts) inline(name, argument, language string) (string, error) {
	switch name {
	case "":
		return "", errors.New("two opening braces, but not {{ name }} or {{ name argument }}")
	case "date", "fee", "figure":
		s, err := f.reference(name, argument, language)
		return stdhtml.EscapeString(s), err
	case "email", "phone":
		c, ok := f.Contacts.Contact(argument)
		href, shown := "mailto:"+c.Email, c.Email
		if name == "phone" {
			href, shown = c.Tel(), c.Phone
		}
		if !ok || shown == "" {
			return "", fmt.Errorf("no contact named %q has a value for %s", argument, name)
		}
		return fmt.Sprintf(`<a href="%s">%s</a>`, stdhtml.EscapeString(href), stdhtml.EscapeString(shown)), nil
	default:
		return "", fmt.Errorf("{{ %s }} is no fact for the middle of a sentence; those are %s", name, strings.Join(inlineFacts, ", "))
	}
}

// renderPage renders the Markdown of one page. Faults carry the line of the file.
func renderPage(s *source, templates *blockTemplates, facts *Facts, words *glossary, routes *routes) (*renderedPage, error) {
	md := goldmark.New(
		goldmark.WithParserOptions(
			parser.WithAutoHeadingID(),
			parser.WithBlockParsers(util.Prioritized(factBlockParser{}, 50)),
			parser.WithInlineParsers(util.Prioritized(factParser{}, 50)),
		),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(
			util.Prioritized(&pageRenderer{facts, s.Language}, 50),
		)),
	)
	doc := md.Parser().Parse(text.NewReader(s.body), parser.WithContext(parser.NewContext(parser.WithIDs(newHeadingIDs()))))
	r := &renderedPage{file: s.file, source: s}
	if errs := r.inspect(doc, templates, facts, routes); len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	r.links = append(r.links, r.linkTerms(doc, words, routes)...)
	var out bytes.Buffer
	if err := md.Renderer().Render(&out, s.body, doc); err != nil {
		return nil, fmt.Errorf("%s:%d: %w", s.file, s.bodyLine, err)
	}
	sections, err := r.citations(facts)
	if err != nil {
		return nil, err
	}
	rules, err := facts.ruleChanges(s)
	if err != nil {
		return nil, err
	}
	body := out.String()
	if err := r.collectAnchors(body); err != nil {
		return nil, err
	}
	r.page = &Page{
		Slug: s.Slug, Language: s.Language, Title: s.front.Title, Summary: s.front.Summary,
		Sections: sections, Revision: s.front.Revision, Reviewed: s.front.Reviewed, Order: s.front.Order, Group: s.front.Group,
		Changes: s.front.Changes, RuleChanges: rules,
		Body: template.HTML(body), Headings: headingsOf(body), Passages: PassagesOf(template.HTML(body)),
	}
	r.source = nil
	return r, nil
}

// citations are the references of the front matter.
func (r *renderedPage) citations(facts *Facts) ([]Citation, error) {
	var list []Citation
	var errs []error
	for _, written := range r.source.front.Sections {
		c, err := facts.cite(written, r.source.Language)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: sections: %w", r.source.file, r.source.keyLine("sections"), err))
		}
		list = append(list, c)
	}
	return list, errors.Join(errs...)
}

// inspect walks a page before it is rendered: it resolves links and renders fact blocks in
// place, and reports what may not stand in a page.
func (r *renderedPage) inspect(doc ast.Node, templates *blockTemplates, facts *Facts, routes *routes) []error {
	var errs []error
	fault := func(n ast.Node, err error) {
		errs = append(errs, fmt.Errorf("%s:%d: %w", r.source.file, r.lineOf(n), err))
	}
	outline := outline{level: 1}
	appendix, err := facts.label("appendix", r.source.Language)
	if err != nil {
		return []error{fmt.Errorf("%s:%d: %w", r.source.file, r.source.bodyLine, err)}
	}
	_ = ast.Walk(doc, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := node.(type) {
		case *ast.Heading:
			if err := outline.add(n.Level); err != nil {
				fault(n, err)
			}
		case *ast.Text:
			for _, err := range facts.checkCitations(string(n.Value(r.source.body)), appendix) {
				fault(n, err)
			}
		case *ast.HTMLBlock, *ast.RawHTML:
			fault(n, errors.New("HTML is not allowed in a page: write Markdown"))
		case *ast.Image:
			fault(n, errors.New("images are not supported in a page"))
		case *ast.AutoLink:
			if n.AutoLinkType == ast.AutoLinkURL {
				if _, err := routes.resolve(string(n.URL(r.source.body))); err != nil {
					fault(n, err)
				}
			}
		case *ast.Link:
			href, err := routes.resolve(string(n.Destination))
			if err != nil {
				fault(n, err)
				break
			}
			if slug, anchor, ok := routes.anchor(string(n.Destination)); ok {
				r.links = append(r.links, anchorLink{slug, anchor, r.lineOf(n)})
			}
			n.Destination = []byte(href)
		case *factNode:
			if _, err := facts.inline(n.name, n.argument, r.source.Language); err != nil {
				fault(n, err)
			}
		case *factBlockNode:
			if n.html, err = templates.render(n.name, n.argument, r.source.Language); err != nil {
				fault(n, err)
			}
			for _, h := range headingsOf(string(n.html)) {
				if err := outline.add(h.Level); err != nil {
					fault(n, fmt.Errorf("block %s: %w", n.name, err))
				}
			}
			for _, drawing := range drawingElement.FindAllString(string(n.html), -1) {
				if !drawingName.MatchString(drawing) {
					fault(n, fmt.Errorf("block %s: a drawing without words: give the svg role=\"img\" and aria-labelledby, or aria-hidden=\"true\"", n.name))
				}
			}
		}
		return ast.WalkContinue, nil
	})
	return errs
}

// outline follows the levels of a page's headings, from the title's, 1.
type outline struct{ level int }

// add says what is wrong with a heading of the level here.
func (o *outline) add(level int) error {
	before := o.level
	o.level = level
	switch {
	case level == 1:
		return errors.New("a heading of level 1 is the page's title: begin with ##")
	case level > before+1:
		return fmt.Errorf("a heading of level %d follows one of level %d: use level %d", level, before, before+1)
	}
	return nil
}

// lineOf is the line on which a node begins. Some inline nodes do not know where they stand:
// then it is the line of the nearest that does.
func (r *renderedPage) lineOf(n ast.Node) int {
	for ; n != nil; n = n.Parent() {
		if pos := n.Pos(); pos >= 0 && n.Kind() != ast.KindDocument {
			return r.source.lineOf(pos)
		}
	}
	return r.source.bodyLine
}

var (
	headingElement = regexp.MustCompile(`(?s)^([2-6])[^>]*?\sid="([^"]*)"[^>]*>(.*?)</h[2-6]>`) // after "<h"
	anyTag         = regexp.MustCompile(`<[^>]*>`)
	drawingElement = regexp.MustCompile(`<svg\b[^>]*>`)
	drawingName    = regexp.MustCompile(`\saria-(labelledby="[^"]|label="[^"]|hidden="true")`)
)

// collectAnchors finds the ids of a rendered page. In HTML that goldmark and html/template
// write, a double quote in text is always escaped, so an id is never mistaken.
func (r *renderedPage) collectAnchors(body string) error {
	r.anchors = make(map[string]bool)
	for body != "" {
		before, rest, _ := strings.Cut(body, `id="`)
		value, rest, _ := strings.Cut(rest, `"`)
		body = rest
		if !strings.HasSuffix(before, " ") {
			continue // of another attribute, or the end
		}
		id := stdhtml.UnescapeString(value)
		if r.anchors[id] {
			return fmt.Errorf("%s:%d: two parts of the page have the id %q", r.source.file, r.source.bodyLine, id)
		}
		r.anchors[id] = true
	}
	return nil
}

func headingsOf(body string) []Heading {
	var headings []Heading
	for element := range strings.SplitSeq(body, "<h") {
		m := headingElement.FindStringSubmatch(element)
		if m == nil {
			continue
		}
		headings = append(headings, Heading{
			Level: int(m[1][0] - '0'),
			ID:    stdhtml.UnescapeString(m[2]),
			Text:  strings.Join(strings.Fields(stdhtml.UnescapeString(anyTag.ReplaceAllString(m[3], ""))), " "),
		})
	}
	return headings
}
