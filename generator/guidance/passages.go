package guidance

import (
	stdhtml "html"
	"regexp"
	"strings"
)

// Passage is a part of a page that answers one question: what stands below one heading of
// level 2 or 3, up to the next, or the definition of one word.
type Passage struct {
	ID      string // of the heading; "" for what stands before the first
	Heading string // plain text; "" likewise
	Text    string // plain text, white space joined; items and cells end with a full stop
}

var (
	passageHeading = regexp.MustCompile(`(?s)<h[23][^>]*?\sid="([^"]*)"[^>]*>(.*?)</h[23]>|<div id="([^"]*)"><dt>(.*?)</dt>`)
	textBreak      = regexp.MustCompile(`<br>|</?(p|div|li|ul|ol|dl|dt|dd|tr|td|th|table|caption|h[2-6]|section|address|pre)\b[^>]*>`)
	drawing        = regexp.MustCompile(`(?s)<svg\b.*?</svg>`)
	tableHead      = regexp.MustCompile(`(?s)<caption>.*?</caption>|<thead\b.*?</thead>`)
	itemEnd        = regexp.MustCompile(`</(li|dt|dd|td|th|h[2-6]|p)>`)
	itemStop       = regexp.MustCompile(`\s*\x00[\s\x00]*`)
	twoStops       = regexp.MustCompile(`([.:;?!…])\. `)
	elsewhere      = regexp.MustCompile(`(?s)<dt lang="[^"]*">.*?</dt>|<dd lang="[^"]*">.*?</dd>`) // a definition in another language
)

// Passages are the parts of the page, in order. A heading with nothing below it is joined to
// the next.
func (p *Page) Passages() []Passage {
	body := string(p.Body)
	var list []Passage
	var open Passage
	start := 0
	shut := func(end int) {
		if open.Text = sentences(body[start:end]); open.Text != "" {
			list = append(list, open)
		}
	}
	for _, m := range passageHeading.FindAllStringSubmatchIndex(body, -1) {
		shut(m[0])
		if m[2] < 0 { // a definition
			m = append(m[:2:2], m[6:]...)
		}
		open = Passage{ID: stdhtml.UnescapeString(body[m[2]:m[3]]), Heading: plainText(body[m[4]:m[5]])}
		start = m[1]
	}
	shut(len(body))
	return list
}

// sentences is the text of HTML that this package made, as one reads it out: no headings of
// columns, and a stop after what stands by itself.
func sentences(html string) string {
	html = tableHead.ReplaceAllString(html, "")
	text := plainText(itemEnd.ReplaceAllString(html, "\x00$0"))
	text = twoStops.ReplaceAllString(itemStop.ReplaceAllString(text, ". "), "$1 ")
	return strings.TrimSpace(strings.TrimPrefix(text, ". "))
}

// plainText is the text of HTML that this package made.
func plainText(html string) string {
	html = elsewhere.ReplaceAllString(drawing.ReplaceAllString(html, ""), "")
	html = anyTag.ReplaceAllString(textBreak.ReplaceAllString(html, " "), "")
	return strings.Join(strings.Fields(stdhtml.UnescapeString(html)), " ")
}
