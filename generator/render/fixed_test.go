package render

import (
	"bytes"
	"compress/gzip"
	"encoding/xml"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func fixedPages(t testing.TB, at time.Time) map[string]string {
	t.Helper()
	pages, err := renderer(t).Fixed(false, at)
	if err != nil {
		t.Fatal(err)
	}
	byPath := make(map[string]string)
	for _, p := range pages {
		if _, twice := byPath[p.Path]; twice {
			t.Errorf("%s is made twice", p.Path)
		}
		byPath[p.Path] = string(p.Body)
	}
	return byPath
}

func TestFixedIsComplete(t *testing.T) {
	pages := fixedPages(t, instant)
	for _, want := range []string{
		"index.html", "es/index.html", "404.html", "es/404.html", "guidance/index.html", "es/guidance/fees.html",
		"tools/index.html", "es/tools/standing.html", "tools/cost.html", "es/tools/course.html", "tools/sanction.html",
		"robots.txt", "sitemap.xml", ".well-known/security.txt",
	} {
		if pages[want] == "" {
			t.Errorf("there is no %s", want)
		}
	}
	for _, g := range library(t).Pages("es") {
		if !strings.Contains(pages["es/guidance/"+g.Slug+".html"], string(g.Body)) {
			t.Errorf("the page es/%s lacks its text", g.Slug)
		}
	}
}

// A build of the same month makes the same files.
func TestFixedIsStableWithinAMonth(t *testing.T) {
	first := fixedPages(t, time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC))
	for path, body := range fixedPages(t, time.Date(2026, time.November, 30, 23, 59, 59, 0, time.UTC)) {
		if first[path] != body {
			t.Errorf("%s changed within a month", path)
		}
	}
}

func TestSecurityText(t *testing.T) {
	for _, c := range []struct{ build, expires string }{
		{"2026-11-22T20:00:00Z", "2027-05-01T00:00:00Z"},
		{"2026-08-31T23:59:59-07:00", "2027-03-01T00:00:00Z"},
	} {
		build, err := time.Parse(time.RFC3339, c.build)
		if err != nil {
			t.Fatal(err)
		}
		text := fixedPages(t, build)[".well-known/security.txt"]
		for _, want := range []string{
			"Contact: mailto:PeerCertification@calmhsa.org\n", "Expires: " + c.expires + "\n",
			"Preferred-Languages: en, es\n", "Canonical: https://registry.example.org/.well-known/security.txt\n",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("security.txt of %s lacks %q:\n%s", c.build, want, text)
			}
		}
	}
}

// The sitemap lists home and guidance in every language, and no page about a person.
func TestSitemap(t *testing.T) {
	var sitemap struct {
		URLs []struct {
			Loc   string `xml:"loc"`
			Links []struct {
				Language string `xml:"hreflang,attr"`
				Address  string `xml:"href,attr"`
			} `xml:"link"`
		} `xml:"url"`
	}
	pages := fixedPages(t, instant)
	if err := xml.Unmarshal([]byte(pages["sitemap.xml"]), &sitemap); err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, u := range sitemap.URLs {
		path := strings.TrimPrefix(u.Loc, testOptions.BaseURL+"/")
		if path == "" || strings.HasSuffix(path, "/") {
			path += "index.html"
		}
		listed = append(listed, path)
		if pages[path] == "" {
			t.Errorf("%s leads nowhere", u.Loc)
		}
		if len(u.Links) != len(languages) {
			t.Errorf("%s has %d alternates", u.Loc, len(u.Links))
		}
	}
	for path, body := range pages {
		indexable := strings.HasSuffix(path, ".html") && !strings.Contains(body, "noindex")
		if indexable != slices.Contains(listed, path) {
			t.Errorf("%s: may be indexed %v, in the sitemap %v", path, indexable, slices.Contains(listed, path))
		}
	}
}

// What a phone loads to show an answer stays small: page, style, script and icon, compressed.
func TestWeight(t *testing.T) {
	r := renderer(t)
	total := 0
	add := func(name string, body []byte) {
		var out bytes.Buffer
		w := gzip.NewWriter(&out)
		if _, err := w.Write(body); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		t.Logf("%-32s %6d bytes, %5d compressed", name, len(body), out.Len())
		total += out.Len()
	}
	s := cases()[9].statement(t)
	page := record(t, r, "es", &s)
	add("record", page)
	for _, p := range r.theme.published {
		if bytes.Contains(page, []byte(p.Path)) {
			add(p.Path, p.Body)
		}
	}
	if limit := 10 << 10; total > limit {
		t.Errorf("%d bytes over the wire, more than %d", total, limit)
	}
}

// Styles and scripts ask nothing of any other site. What they ask of this one, the pages' policy allows.
func TestAssetsAreSelfContained(t *testing.T) {
	asks := regexp.MustCompile(`(?i)\burl\(|@import|https?://|XMLHttpRequest|sendBeacon|innerHTML|\beval\b`)
	for _, p := range renderer(t).theme.published {
		body := bytes.ReplaceAll(p.Body, []byte("http://www.w3.org/2000/svg"), nil)
		if found := asks.Find(body); found != nil {
			t.Errorf("%s has %s", p.Path, found)
		}
		if !regexp.MustCompile(`^assets/[a-z0-9-]+\.[0-9a-f]{12}\.[a-z]+$`).MatchString(p.Path) {
			t.Errorf("%s is not named by its content", p.Path)
		}
	}
}
