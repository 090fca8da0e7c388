package guidance

import (
	stdhtml "html"
	"html/template"
	"regexp"
	"strings"
	"unicode"
)

// Passage is a part of a page that answers one question: what stands below one heading of
// level 2 or 3, up to the next, or the definition of one word.
type Passage struct {
	ID      string // of the heading; "" for what stands before the first
	Heading string // plain text; "" likewise
	Text    string // plain text, white space joined; items and cells end with a full stop
}

var passageHeading = regexp.MustCompile(`(?s)<h[23][^>]*?\sid="([^"]*)"[^>]*>(.*?)</h[23]>|<div id="([^"]*)"><dt>(.*?)</dt>`)

// readAsides makes asides blocks that are read out.
var readAsides = strings.NewReplacer("<aside", "<div", "</aside>", "</div>")

// PassagesOf are the parts of a body that this package made, in order. A heading with nothing below it is joined to
// the next. What is nothing but an aside, such as whom to call in a crisis, has the text of the aside.
func PassagesOf(html template.HTML) []Passage {
	body := string(html)
	var list []Passage
	var open Passage
	start := 0
	shut := func(end int) {
		part := body[start:end]
		if open.Text = sentences(part); open.Text == "" {
			open.Text = sentences(readAsides.Replace(part))
		}
		if open.Text != "" {
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
func sentences(html string) string { return textOf(html, true) }

// plainText is the text of HTML that this package made.
func plainText(html string) string { return textOf(html, false) }

// Elements of the HTML that this package makes: those that stand apart from what is around them, and those
// after which a voice would pause.
var (
	standsApart = setOf("br", "p", "div", "li", "ul", "ol", "dl", "dt", "dd", "tr", "td", "th", "table", "caption", "h2", "h3", "h4", "h5", "h6", "section", "address", "pre")
	endsItem    = setOf("li", "dt", "dd", "td", "th", "h2", "h3", "h4", "h5", "h6", "p")
)

func setOf(names ...string) map[string]bool {
	set := make(map[string]bool)
	for _, name := range names {
		set[name] = true
	}
	return set
}

// textOf is the text of HTML that this package made, without drawings and without definitions in another
// language, white space joined. Read out, it has a stop after what stands by itself, no headings of columns, and no asides: what
// many pages say in the same words tells nobody which of them answers.
func textOf(html string, readOut bool) string {
	var b strings.Builder
	b.Grow(len(html) / 2)
	var last rune
	space, stop := false, false // due before the next character
	pause := func() {
		if stop && last != 0 && !strings.ContainsRune(".:;?!…", last) {
			b.WriteByte('.')
		}
	}
	for {
		text, rest, more := strings.Cut(html, "<")
		for _, r := range stdhtml.UnescapeString(text) {
			if unicode.IsSpace(r) {
				space = true
				continue
			}
			pause()
			if (space || stop) && last != 0 {
				b.WriteByte(' ')
			}
			space, stop, last = false, false, r
			b.WriteRune(r)
		}
		if !more {
			pause()
			return b.String()
		}
		var tag string
		tag, html, _ = strings.Cut(rest, ">")
		name, attributes, _ := strings.Cut(tag, " ")
		switch closed := strings.TrimPrefix(name, "/"); {
		case name == "svg", readOut && name == "aside", readOut && (name == "caption" || name == "thead"), (name == "dt" || name == "dd") && strings.HasPrefix(attributes, "lang="):
			_, html, _ = strings.Cut(html, "</"+name+">")
		default:
			space = space || standsApart[closed]
			stop = stop || readOut && closed != name && endsItem[closed]
		}
	}
}
