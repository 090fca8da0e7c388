package guidance_test

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/cmpss/registry/generator/guidance"
)

var (
	hrefAttribute = regexp.MustCompile(`href="([^"]*)"`)
	idAttribute   = regexp.MustCompile(`\sid="([^"]*)"`)
)

// Every link of every body, those of fact blocks too, leads to a page of the same language and
// to a part that it has.
func TestEveryLinkResolves(t *testing.T) {
	lib := shipped(t)
	for _, language := range languages {
		prefix := map[string]string{"en": "", "es": "/es"}[language]
		ids := map[string]map[string]bool{}
		for _, p := range lib.Pages(language) {
			ids[p.Slug] = map[string]bool{}
			for _, m := range idAttribute.FindAllStringSubmatch(string(p.Body), -1) {
				ids[p.Slug][html.UnescapeString(m[1])] = true
			}
		}
		for _, p := range lib.Pages(language) {
			for _, m := range hrefAttribute.FindAllStringSubmatch(string(p.Body), -1) {
				u, err := url.Parse(html.UnescapeString(m[1]))
				if err != nil {
					t.Fatal(err)
				}
				switch path := u.Path; {
				case u.Scheme == "https" || u.Scheme == "mailto" || u.Scheme == "tel":
				case path == prefix+"/index.html" || path == prefix+"/day.html" || path == prefix+"/roster.html" || path == prefix+"/status.html" || path == prefix+"/tools/index.html" || path == "/schema/record.json" || path == "/openapi.json":
				default:
					slug, ok := strings.CutPrefix(path, prefix+"/guidance/")
					slug, html := strings.CutSuffix(slug, ".html")
					if path == "" {
						slug, ok, html = p.Slug, true, true
					}
					if !ok || !html || ids[slug] == nil || (u.Fragment != "" && !ids[slug][u.Fragment]) {
						t.Errorf("%s/%s: the link %s leads nowhere", language, p.Slug, m[1])
					}
				}
			}
		}
	}
}

func TestSanctionRowsLinkToTheCode(t *testing.T) {
	lib := shipped(t)
	for language, prefix := range map[string]string{"en": "", "es": "/es"} {
		for _, p := range lib.Pages(language) {
			if p.Slug != "violation-guidelines" {
				continue
			}
			for _, row := range lib.Facts().Sanctions.Rows {
				for _, id := range row.Standards {
					link := `<a href="` + prefix + `/guidance/code-of-ethics.html#` + strings.ToLower(id) + `">` + id + `</a>`
					if !strings.Contains(string(p.Body), link) {
						t.Errorf("%s: no %s", language, link)
					}
				}
			}
		}
	}
}

// The language that is named first stands at the root.
func TestFirstLanguageIsAtTheRoot(t *testing.T) {
	content, blocks := shippedFiles(t)
	lib, err := guidance.Load(content, blocks, []string{"es", "en"})
	if err != nil {
		t.Fatal(err)
	}
	for language, want := range map[string]string{"es": `href="/guidance/`, "en": `href="/en/guidance/`} {
		if body := string(lib.Pages(language)[0].Body); !strings.Contains(body, want) {
			t.Errorf("%s: no link with %s", language, want)
		}
	}
}

// What a person who cannot see a table needs of it, and what a phone needs to show it as a
// list: a caption, headings with a scope, a label on every cell.
func TestTables(t *testing.T) {
	table := regexp.MustCompile(`(?s)<table.*?</table>`)
	cell := regexp.MustCompile(`<(th|td)\b([^>]*)>`)
	lib := shipped(t)
	for _, language := range languages {
		n := 0
		for _, p := range lib.Pages(language) {
			for _, tbl := range table.FindAllString(string(p.Body), -1) {
				n++
				if !strings.Contains(tbl, "<caption>") {
					t.Errorf("%s/%s: a table without a caption", language, p.Slug)
				}
				for _, m := range cell.FindAllStringSubmatch(tbl, -1) {
					column := strings.Contains(m[2], `scope="col"`)
					row := strings.Contains(m[2], `scope="row"`)
					if (m[1] == "th" && !column && !row) || (!column && !strings.Contains(m[2], `data-label="`)) {
						t.Errorf("%s/%s: %s lacks a scope or a label", language, p.Slug, m[0])
					}
				}
			}
			if strings.Count(string(p.Body), "<table") != strings.Count(string(p.Body), `<div class="table-wrap"><table`) {
				t.Errorf("%s/%s: a table outside .table-wrap", language, p.Slug)
			}
		}
		if n < 10 {
			t.Errorf("%s: only %d tables", language, n)
		}
	}
}

func TestHeadings(t *testing.T) {
	lib := shipped(t)
	for _, language := range languages {
		for _, p := range lib.Pages(language) {
			level := 1
			seen := map[string]bool{}
			for _, h := range p.Headings {
				if h.Level > level+1 || h.Level < 2 {
					t.Errorf("%s/%s: heading %q of level %d after level %d", language, p.Slug, h.Text, h.Level, level)
				}
				level = h.Level
				if h.ID == "" || h.Text == "" || seen[h.ID] || strings.ContainsAny(h.Text, "<>") {
					t.Errorf("%s/%s: heading %+v", language, p.Slug, h)
				}
				seen[h.ID] = true
			}
			if strings.Count(string(p.Body), "<h2") == 0 || strings.Count(string(p.Body), "<h")-strings.Count(string(p.Body), "<hr") != len(p.Headings) {
				t.Errorf("%s/%s: %d headings listed, the body has others", language, p.Slug, len(p.Headings))
			}
		}
	}
}

// A strict policy for content forbids inline style and script, and so do these pages.
func TestNothingInline(t *testing.T) {
	forbidden := regexp.MustCompile(`(?i)<(script|style|iframe|img|form|input)|\sstyle=|\son[a-z]+=|javascript:|http://`)
	lib := shipped(t)
	for _, language := range languages {
		for _, p := range lib.Pages(language) {
			if m := forbidden.FindString(string(p.Body)); m != "" {
				t.Errorf("%s/%s: %q", language, p.Slug, m)
			}
		}
	}
}
