package render

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"html"
	"html/template"
	"slices"
	"strconv"
	"time"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/guidance"
)

// A feed lists what changed in the guidance of a language, the newest first (Atom, RFC 4287).
// It is made from the pages alone: the same pages, the same bytes.
type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"` // RFC 3339
	Author  string      `xml:"author>name"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID      string   `xml:"id"`
	Title   string   `xml:"title"`
	Updated string   `xml:"updated"`
	Link    atomLink `xml:"link"`
	Summary string   `xml:"summary"`
}

// maxEntries bounds a feed.
const maxEntries = 100

// feedName is the path of a feed in the folder of its language.
const feedName = "guidance/feed.xml"

// feedPath is the address of the feed of a language, or "" where the site has none: a feed needs
// to know where it is published.
func (e *edition) feedPath() string {
	if e.renderer.options.BaseURL == "" {
		return ""
	}
	return "/" + e.prefix + feedName
}

// feeds are the feeds of all languages.
func (r *Renderer) feeds() ([]Page, error) {
	var pages []Page
	for _, language := range r.options.Languages {
		e := r.editions[language]
		body, err := e.feed()
		if err != nil {
			return nil, fmt.Errorf("feed of %q: %w", language, err)
		}
		pages = append(pages, Page{e.prefix + feedName, body})
	}
	return pages, nil
}

func (e *edition) feed() ([]byte, error) {
	root := e.renderer.options.BaseURL + "/" + e.prefix
	site, err1 := e.catalog.text("site.name")
	title, err2 := e.catalog.text("feed.title")
	reviewed, err3 := e.catalog.text("feed.reviewed")
	if err := cmp.Or(err1, err2, err3); err != nil {
		return nil, err
	}
	feed := atomFeed{
		Lang: e.language, ID: root + feedName, Title: plain(title), Author: plain(site),
		Links: []atomLink{
			{Rel: "self", Type: "application/atom+xml", Href: root + feedName},
			{Rel: "alternate", Type: "text/html", Href: root + "guidance/index.html"},
		},
	}
	for _, g := range e.guides() {
		entries, err := entriesOf(g, root+"guidance/"+g.Slug+".html", plain(reviewed))
		if err != nil {
			return nil, err
		}
		feed.Entries = append(feed.Entries, entries...)
	}
	slices.SortStableFunc(feed.Entries, func(a, b atomEntry) int { return cmp.Compare(b.Updated, a.Updated) })
	feed.Entries = feed.Entries[:min(len(feed.Entries), maxEntries)]
	if len(feed.Entries) > 0 {
		feed.Updated = feed.Entries[0].Updated
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	encoder := xml.NewEncoder(&b)
	encoder.Indent("", " ")
	if err := encoder.Encode(feed); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// entriesOf are the changes of a page and of the rules that it explains, and its last review where it lists no
// change of its own.
func entriesOf(g *guidance.Page, address, reviewed string) ([]atomEntry, error) {
	changes := slices.Clone(g.Changes)
	if len(changes) == 0 {
		changes = []guidance.Edit{{On: g.Reviewed, What: reviewed + " " + g.Summary}}
	}
	for _, rule := range g.RuleChanges {
		if rule.Here {
			changes = append(changes, guidance.Edit{On: rule.On, What: rule.Section + ": " + rule.What})
		}
	}
	var entries []atomEntry
	count := make(map[string]int) // of the changes of a day
	for _, change := range changes {
		day, err := certification.ParseDate(change.On)
		if err != nil {
			return nil, fmt.Errorf("guidance page %s/%s: %w", g.Language, g.Slug, err)
		}
		id := address + "#" + change.On
		if count[change.On]++; count[change.On] > 1 {
			id += "-" + strconv.Itoa(count[change.On])
		}
		entries = append(entries, atomEntry{
			ID: id, Title: g.Title, Summary: change.What,
			Updated: day.Start().UTC().Format(time.RFC3339),
			Link:    atomLink{Rel: "alternate", Type: "text/html", Href: address},
		})
	}
	return entries, nil
}

// plain is the text of a message that has no arguments.
func plain(message template.HTML) string { return html.UnescapeString(string(message)) }
