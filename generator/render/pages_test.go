package render

import (
	"bytes"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/cmpss/registry/generator/advertisement"
	"github.com/cmpss/registry/generator/certification"
)

// madePage is a page of the site, and where a person finds it.
type madePage struct {
	language string
	address  string
	body     []byte
}

// everyPage makes each kind of page in each language: the fixed ones, a record of every
// status, searches and answers, with hostile text wherever text can come from outside.
func everyPage(t testing.TB, r *Renderer) []madePage {
	t.Helper()
	var pages []madePage
	fixed, err := r.Fixed(true, instant)
	if err != nil {
		t.Fatal(err)
	}
	for _, specimen := range keepingSpecimens() {
		made, err := r.Keeping(specimen)
		if err != nil {
			t.Fatal(err)
		}
		fixed = append(fixed, made...)
	}
	for _, p := range fixed {
		if strings.HasSuffix(p.Path, ".html") {
			language := "en"
			if strings.HasPrefix(p.Path, "es/") {
				language = "es"
			}
			pages = append(pages, madePage{language, "/" + p.Path, p.Body})
		}
	}
	var statements []certification.Statement
	for _, c := range cases() {
		statements = append(statements, c.statement(t))
	}
	hostile := statements[0]
	hostile.LegalName = hostileName
	statements = append(statements, hostile)
	for _, language := range languages {
		add := func(address string, body []byte, err error) {
			if err != nil {
				t.Fatalf("%s in %s: %v", address, language, err)
			}
			pages = append(pages, madePage{language, "/" + r.prefix(language) + address, body})
		}
		for i := range statements {
			body, err := r.AppendRecord(nil, language, &statements[i])
			add("verify/"+statements[i].Number.String()+".html", body, err)
		}
		for _, search := range []SearchPage{
			{},
			{Query: hostileName},
			{Query: "x", Total: 1, Results: statements[:1], Status: certification.Active, Specialization: "crisis-care"},
			{Query: hostileName, Total: 12345, Results: statements},
			{Query: "x", Total: 100, TotalIsAtLeast: true, Results: statements, Sample: true},
			{
				Query: "x", Total: 5000, Results: statements, Matches: []NameMatch{ExactName, CloseName, OtherName}, Page: 2, MaxPage: 10,
				ByStatus: map[certification.Status]int{certification.NotIssued: 5000, certification.Active: 4000}, BySpecialization: map[string]int{"": 5000},
			},
			{Query: "x", Total: 2, Page: 3, MaxPage: 10},
			{Query: "x", Unfiltered: 3, Status: certification.Revoked},
			{Query: hostileName, DidYouMean: []string{hostileName, "Jane"}},
			{Query: hostileName, Guidance: []GuidanceHit{{Slug: "fees", Title: hostileName, Snippet: []SnippetPiece{{Text: hostileName, Marked: true}}}}, Asked: true},
			{Query: hostileName, AskedIn: map[string]string{"en": "es", "es": "en"}[language]},
		} {
			body, err := r.AppendSearch(nil, language, search)
			add("search", body, err)
		}
		for i := range statements {
			s := &statements[i]
			days := []certification.Date{s.CertifiedSince - 1, certification.DateOf(s.ThisUpdate)}
			for _, interval := range s.History {
				days = append(days, certification.DateOf(interval.From))
			}
			for _, text := range []string{hostileName, strings.ReplaceAll(strings.Join(advertisement.Correct(s), "\n"), "\n", "\n• ")} {
				body, err := r.AppendAdvertisement(nil, language, AdvertisementPage{Statement: s, Checked: true, Text: text, Findings: advertisement.Check(text, s, true)})
				add("advertisement", body, err)
			}
			for _, day := range days {
				body, err := r.AppendDay(nil, language, DayPage{Statement: s, On: s.OnDay(day)})
				add("verify", body, err)
			}
			body, err := r.AppendDay(nil, language, DayPage{Statement: s, Problem: DayMalformed, Typed: hostileName})
			add("verify", body, err)
		}
		for name, page := range toolCases(t, r) {
			body, err := r.AppendTool(nil, language, page)
			add("tools/"+name, body, err)
		}
		for answer := range numAnswers {
			for _, typed := range []string{"", hostileName, strings.Repeat("9", 5000)} {
				body, err := r.AppendAnswer(nil, language, AnswerPage{Answer: answer, Typed: typed, Number: statements[0].Number})
				add("verify", body, err)
			}
		}
	}
	return pages
}

func parsed(t testing.TB, p madePage) *html.Node {
	t.Helper()
	doc, err := html.Parse(bytes.NewReader(p.body))
	if err != nil {
		t.Fatalf("%s: %v", p.address, err)
	}
	return doc
}

func attribute(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// heading is the text of the page's first heading.
func heading(t testing.TB, page string) string {
	t.Helper()
	for n := range parsed(t, madePage{body: []byte(page)}).Descendants() {
		if n.Type == html.ElementNode && n.Data == "h1" {
			return textOf(n)
		}
	}
	t.Fatal("no heading of level 1")
	return ""
}

func inTemplate(n *html.Node) bool {
	for p := range n.Ancestors() {
		if p.Type == html.ElementNode && p.Data == "template" {
			return true
		}
	}
	return false
}

// What the strict policy of the site forbids stands on no page, and no text from outside
// became markup.
func TestPagesAreInert(t *testing.T) {
	for _, p := range everyPage(t, renderer(t)) {
		for n := range parsed(t, p).Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			if n.Data == "style" || n.Data == "b" || n.Data == "iframe" || n.Data == "base" {
				t.Errorf("%s has a %s element", p.address, n.Data)
			}
			if n.Data == "script" && (n.FirstChild != nil || !strings.HasPrefix(first(attribute(n, "src")), "/assets/")) {
				t.Errorf("%s has a script of its own", p.address)
			}
			for _, a := range n.Attr {
				value := strings.ToLower(strings.TrimSpace(a.Val))
				switch {
				case a.Key == "style", strings.HasPrefix(a.Key, "on"):
					t.Errorf("%s: %s has the attribute %s", p.address, n.Data, a.Key)
				case strings.HasPrefix(value, "javascript:"), strings.HasPrefix(value, "data:"):
					t.Errorf("%s: %s has %s=%q", p.address, n.Data, a.Key, a.Val)
				case a.Key == "src" && !strings.HasPrefix(value, "/assets/"):
					t.Errorf("%s: %s is loaded from %q", p.address, n.Data, a.Val)
				case n.Data == "link" && a.Key == "href" && !strings.HasPrefix(value, "/") && !strings.HasPrefix(value, testOptions.BaseURL+"/"):
					t.Errorf("%s: link to %q", p.address, a.Val)
				}
			}
		}
	}
}

func first(s string, _ bool) string { return s }

// The structure that a person who cannot see the page finds the way by.
func TestPagesAreStructured(t *testing.T) {
	for _, p := range everyPage(t, renderer(t)) {
		ids := make(map[string]bool)
		var labels, references []string
		level, h1, mains, titles := 0, 0, 0, 0
		for n := range parsed(t, p).Descendants() {
			if n.Type != html.ElementNode || inTemplate(n) {
				continue
			}
			if id, ok := attribute(n, "id"); ok {
				if ids[id] {
					t.Errorf("%s: the id %q stands twice", p.address, id)
				}
				ids[id] = true
			}
			for _, key := range []string{"aria-labelledby", "aria-describedby"} {
				value, _ := attribute(n, key)
				references = append(references, strings.Fields(value)...)
			}
			switch n.Data {
			case "html":
				if first(attribute(n, "lang")) != p.language {
					t.Errorf("%s: lang=%q", p.address, first(attribute(n, "lang")))
				}
			case "title":
				if n.Namespace == "" { // that of a drawing is "svg"
					titles++
				}
				if strings.TrimSpace(textOf(n)) == "" {
					t.Errorf("%s has an empty title", p.address)
				}
			case "main":
				mains++
			case "h1", "h2", "h3", "h4", "h5", "h6":
				now := int(n.Data[1] - '0')
				if now == 1 {
					h1++
				}
				if now > level+1 {
					t.Errorf("%s: heading %q of level %d follows level %d", p.address, textOf(n), now, level)
				}
				if strings.TrimSpace(textOf(n)) == "" {
					t.Errorf("%s has an empty heading", p.address)
				}
				level = now
			case "label":
				labels = append(labels, first(attribute(n, "for")))
			case "img":
				if _, ok := attribute(n, "alt"); !ok {
					t.Errorf("%s: an image without alt", p.address)
				}
			case "th":
				if _, ok := attribute(n, "scope"); !ok {
					t.Errorf("%s: a header cell without scope: %q", p.address, textOf(n))
				}
			}
		}
		if h1 != 1 || mains != 1 || titles != 1 {
			t.Errorf("%s has %d h1, %d main, %d title", p.address, h1, mains, titles)
		}
		for _, id := range append(labels, references...) {
			if !ids[id] {
				t.Errorf("%s refers to the id %q, which is not there", p.address, id)
			}
		}
	}
}

// Every link within the site leads to a file of it, to a record or to the handler, and every
// fragment to an id.
func TestLinksResolve(t *testing.T) {
	r := renderer(t)
	fixed, err := r.Fixed(false, instant)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{
		"/status.html": true, "/es/status.html": true, // of each build
		"/status.json": true, "/openapi.json": true, "/schema/record.json": true, // published beside these pages
	}
	ids := make(map[string]map[string]bool)
	for _, p := range fixed {
		address := "/" + p.Path
		known[address] = true
		if strings.HasSuffix(p.Path, ".html") {
			ids[address] = make(map[string]bool)
			for n := range parsed(t, madePage{body: p.Body}).Descendants() {
				if id, ok := attribute(n, "id"); ok {
					ids[address][id] = true
				}
			}
		}
	}
	for _, p := range everyPage(t, r) {
		for n := range parsed(t, p).Descendants() {
			for _, key := range []string{"href", "src", "action"} {
				link, ok := attribute(n, key)
				if !ok || strings.HasPrefix(link, "mailto:") || strings.HasPrefix(link, "tel:") || strings.HasPrefix(link, "https://") {
					continue
				}
				target, fragment, _ := strings.Cut(link, "#")
				fragment, err := url.PathUnescape(fragment)
				if err != nil {
					t.Errorf("%s: link to %s: %v", p.address, link, err)
				}
				path, _, _ := strings.Cut(target, "?")
				if strings.HasSuffix(path, "/") {
					path += "index.html"
				}
				bare := strings.TrimPrefix(path, "/es")
				switch {
				case path == "":
					if _, page := ids[p.address]; page && fragment != "" && !ids[p.address][fragment] {
						t.Errorf("%s: no #%s", p.address, fragment)
					}
				case strings.HasPrefix(bare, "/tools/") && !strings.HasSuffix(bare, ".html"):
				case strings.HasPrefix(bare, "/verify/MPSS"), bare == "/verify", bare == "/advertisement":
				case !known[path]:
					t.Errorf("%s: link to %s, which is not there", p.address, link)
				case fragment != "" && !ids[path][fragment]:
					t.Errorf("%s: link to %s: no such id", p.address, link)
				}
			}
		}
	}
}

// No text of one language stands on a page of the other.
func TestNoEnglishOnSpanishPages(t *testing.T) {
	r := renderer(t)
	english := make(map[string]string)
	spanish := r.theme.catalogs["es"]
	for key, m := range r.theme.catalogs["en"].messages {
		if strings.Contains(m.Other, " ") && m.Other != spanish.messages[key].Other && !strings.Contains(m.Other, "{{") {
			english[m.Other] = key
		}
	}
	same := 0
	for key, m := range r.theme.catalogs["en"].messages {
		if m.Other == spanish.messages[key].Other && len(m.Other) > 3 {
			same++
			t.Logf("the same in both languages: %s = %q", key, m.Other)
		}
	}
	if same > 2 {
		t.Errorf("%d messages are the same in both languages", same)
	}
	for _, p := range everyPage(t, r) {
		if p.language != "es" {
			continue
		}
		for n := range parsed(t, p).Descendants() {
			texts := []string{}
			if n.Type == html.TextNode {
				texts = append(texts, n.Data)
			}
			for _, a := range n.Attr {
				texts = append(texts, a.Val)
			}
			if inEnglish(n) {
				continue
			}
			for _, text := range texts {
				if key, ok := english[strings.TrimSpace(text)]; ok {
					t.Errorf("%s: %q is English (%s)", p.address, text, key)
				}
			}
		}
	}
}

// inEnglish reports whether an element says of itself that it is in English.
func inEnglish(n *html.Node) bool {
	for p := range n.Ancestors() {
		if p.Type == html.ElementNode && p.Data != "html" && first(attribute(p, "lang")) == "en" {
			return true
		}
	}
	return false
}

func TestTypedTextIsBounded(t *testing.T) {
	page, err := renderer(t).AppendAnswer(nil, "en", AnswerPage{Answer: Malformed, Typed: strings.Repeat("田", 3000) + "\xff"})
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(page), "田"); n > 2*maxTyped {
		t.Errorf("the page repeats %d characters of what was typed", n)
	}
}

// Guidance and record pages call a status, an action and an area by the same name.
func TestNamesAgreeWithGuidance(t *testing.T) {
	facts := library(t).Facts()
	for _, language := range languages {
		c := renderer(t).theme.catalogs[language]
		name := func(key string) string {
			m := c.messages[key]
			if m == nil {
				t.Fatalf("%s lacks %s", c.file, key)
			}
			return m.Other
		}
		for _, status := range facts.Statuses.List {
			family := "status."
			if status.Action {
				family = "action."
			}
			if got := name(family + status.ID + ".name"); got != status.Name[language] {
				t.Errorf("%s: %q in the translations, %q in the guidance", status.ID, got, status.Name[language])
			}
		}
		for _, area := range facts.Specializations.List {
			if got := name("area." + area.ID + ".name"); got != area.Title[language] {
				t.Errorf("%s: %q in the translations, %q in the guidance", area.ID, got, area.Title[language])
			}
		}
	}
}
