package render

import (
	"encoding/xml"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/net/html"

	"github.com/cmpss/registry/generator/guidance"
	"github.com/cmpss/registry/themes"
)

// edited is a renderer of the shipped guidance after changes to its files.
func edited(t *testing.T, change func(name, text string) string) *Renderer {
	t.Helper()
	files := fstest.MapFS{}
	content := os.DirFS("../../content")
	for _, folder := range []string{"en", "es", "facts"} {
		entries, err := fs.ReadDir(content, folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			name := folder + "/" + e.Name()
			data, err := fs.ReadFile(content, name)
			if err != nil {
				t.Fatal(err)
			}
			files[name] = &fstest.MapFile{Data: []byte(change(name, string(data)))}
		}
	}
	blocks, err := fs.Sub(themes.Default(), "guidance")
	if err != nil {
		t.Fatal(err)
	}
	lib, err := guidance.Load(files, blocks, languages)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Load(themes.Default(), lib, testOptions)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// pagesOf are the fixed pages of a renderer, by path.
func pagesOf(t *testing.T, r *Renderer) map[string]string {
	t.Helper()
	pages, err := r.Fixed(false, instant)
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string]string)
	for _, p := range pages {
		files[p.Path] = string(p.Body)
	}
	return files
}

// A page that was compared with the Guidelines before its translation says so, and leads there.
func TestOlderTranslationSaysSo(t *testing.T) {
	const notice, aviso = "was compared with the Guidelines later", "se comparó después con los Lineamientos"
	reviewed := regexp.MustCompile(`reviewed = "[^"]*"`)
	files := pagesOf(t, edited(t, func(name, text string) string {
		day := map[string]string{"es/fees.md": "2026-12-02", "en/registry.md": "2026-12-03"}[name]
		if day == "" {
			day = "2026-12-01"
		}
		return reviewed.ReplaceAllString(text, `reviewed = "`+day+`"`)
	}))
	for path, want := range map[string]bool{
		"guidance/fees.html": true, "es/guidance/fees.html": false, "guidance/registry.html": false, "es/guidance/registry.html": true,
		"guidance/advertising.html": false,
	} {
		body := files[path]
		said := strings.Contains(body, notice) || strings.Contains(body, aviso)
		if said != want {
			t.Errorf("%s: says that a translation is newer: %v", path, said)
		}
	}
	for path, want := range map[string]string{
		"guidance/fees.html":        `<time datetime="2026-12-02">December 2, 2026</time>. Until this one is, read that one if you can: <a href="/es/guidance/fees.html" hreflang="es" lang="es">Español</a>`,
		"es/guidance/registry.html": `<a href="/guidance/registry.html" hreflang="en" lang="en">English</a>`,
	} {
		if !strings.Contains(files[path], want) {
			t.Errorf("%s: does not have %s", path, want)
		}
	}
}

// Feeds are Atom (RFC 4287): every element it asks for, ids that stand for one entry each, and
// the newest change first.
func TestFeeds(t *testing.T) {
	files := pagesOf(t, edited(t, func(name, text string) string {
		if name != "en/fees.md" && name != "es/fees.md" {
			return text
		}
		changes := "[[changes]]\non = \"2026-11-20\"\nwhat = \"A & <b>\"\n[[changes]]\non = \"2026-11-20\"\nwhat = \"Twice\"\n[[changes]]\non = \"2026-11-21\"\nwhat = \"Later\"\n+++\n\n"
		return strings.Replace(text, "+++\n\n", changes, 1)
	}))
	for path, language := range map[string]string{"guidance/feed.xml": "en", "es/guidance/feed.xml": "es"} {
		var feed struct {
			XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
			Lang    string   `xml:"http://www.w3.org/XML/1998/namespace lang,attr"`
			ID      string   `xml:"http://www.w3.org/2005/Atom id"`
			Title   string   `xml:"http://www.w3.org/2005/Atom title"`
			Updated string   `xml:"http://www.w3.org/2005/Atom updated"`
			Author  string   `xml:"http://www.w3.org/2005/Atom author>name"`
			Links   []struct {
				Rel  string `xml:"rel,attr"`
				Href string `xml:"href,attr"`
			} `xml:"http://www.w3.org/2005/Atom link"`
			Entries []struct {
				ID      string `xml:"http://www.w3.org/2005/Atom id"`
				Title   string `xml:"http://www.w3.org/2005/Atom title"`
				Updated string `xml:"http://www.w3.org/2005/Atom updated"`
				Summary string `xml:"http://www.w3.org/2005/Atom summary"`
				Link    struct {
					Href string `xml:"href,attr"`
				} `xml:"http://www.w3.org/2005/Atom link"`
			} `xml:"http://www.w3.org/2005/Atom entry"`
		}
		if err := xml.Unmarshal([]byte(files[path]), &feed); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if feed.Lang != language || feed.ID != "https://registry.example.org/"+path || feed.Title == "" || feed.Author == "" || len(feed.Links) != 2 || feed.Links[0].Href != feed.ID {
			t.Errorf("%s: %+v", path, feed)
		}
		ids := make(map[string]bool)
		newest, of := feed.Updated, make(map[string]string)
		for _, e := range feed.Entries {
			if _, err := time.Parse(time.RFC3339, e.Updated); err != nil || e.ID == "" || ids[e.ID] || e.Title == "" || e.Summary == "" || e.Updated > newest {
				t.Errorf("%s: entry %+v after %s", path, e, newest)
			}
			ids[e.ID], newest, of[e.Summary] = true, e.Updated, e.ID
			if page := strings.TrimPrefix(e.Link.Href, "https://registry.example.org/"); files[page] == "" {
				t.Errorf("%s: an entry leads to %s", path, e.Link.Href)
			}
		}
		fees := strings.TrimSuffix(feed.ID, "feed.xml") + "fees.html#"
		if of["A & <b>"] != fees+"2026-11-20" || of["Twice"] != fees+"2026-11-20-2" || of["Later"] != fees+"2026-11-21" {
			t.Errorf("%s: the changes of a page are %v", path, slices.Sorted(maps.Values(of)))
		}
		if !ids[fees+"2025-05-15"] || ids[strings.Replace(fees, "fees", "for-training-providers", 1)+"2025-05-15"] {
			t.Errorf("%s: a change of the Guidelines is not told once, by the page that explains it", path)
		}
		for _, slug := range []string{"fees", "revisions"} {
			page := files[strings.TrimSuffix(path, "feed.xml")+slug+".html"]
			for _, link := range []string{`<link rel="alternate" type="application/atom+xml" href="/` + path + `"`, `<a href="/` + path + `"`} {
				if !strings.Contains(page, link) {
					t.Errorf("%s in %s does not name its feed: %s", slug, language, link)
				}
			}
		}
	}
}

// Open Graph describes what may be shared; a page about a person carries nothing of the kind.
func TestOpenGraph(t *testing.T) {
	r := renderer(t)
	for path, body := range fixedPages(t, instant) {
		if !strings.HasSuffix(path, ".html") {
			continue
		}
		described, private := strings.Contains(body, `property="og:`), strings.Contains(body, `content="noindex`)
		if described == private {
			t.Errorf("%s: described for sharing %v, private %v", path, described, private)
		}
		if private {
			continue
		}
		locale, kind := "en_US", "website"
		if strings.HasPrefix(path, "es/") {
			locale = "es_US"
		}
		if strings.Contains(path, "guidance/") && !strings.HasSuffix(path, "/index.html") {
			kind = "article"
		}
		for property, want := range map[string]string{"locale": locale, "type": kind, "image": "https://registry.example.org/assets/"} {
			if !strings.Contains(body, `<meta property="og:`+property+`" content="`+want) {
				t.Errorf("%s: og:%s is not %s", path, property, want)
			}
		}
	}
	for v := range variant(numVariants) {
		if v.status() == 0 {
			continue
		}
		s, err := specimen(v)
		if err != nil {
			t.Fatal(err)
		}
		for _, language := range languages {
			page, err := r.AppendRecord(nil, language, &s)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(page), "og:") || strings.Contains(string(page), "itemscope") {
				t.Errorf("%s: the page of a person has structured data", language)
			}
		}
	}
}

// A guidance page tells what changed: on the page, and in the rules that it explains.
func TestPageTellsWhatChanged(t *testing.T) {
	files := fixedPages(t, instant)
	for path, want := range map[string]string{
		"guidance/fees.html":                      `<li><time datetime="2025-05-15">May 15, 2025</time>: In the Guidelines, §601: Two fees were added`,
		"guidance/for-training-providers.html":    `In the Guidelines, §803:`,
		"es/guidance/code-of-ethics.html":         `<time datetime="2025-05-07">7 de mayo de 2025</time>: En los Lineamientos, Ap. B: El código de ética`,
		"es/guidance/complaints-and-appeals.html": `<li><time datetime="2026-11-22">22 de noviembre de 2026</time>: `,
	} {
		if !strings.Contains(files[path], want) {
			t.Errorf("%s: does not have %s", path, want)
		}
	}
}

// Structured data are items of schema.org with a type, and every property stands in one.
func TestMicrodata(t *testing.T) {
	properties := map[string][]string{
		"https://schema.org/WebPage":        {"inLanguage", "lastReviewed", "breadcrumb", "name", "description"},
		"https://schema.org/BreadcrumbList": {"itemListElement"},
		"https://schema.org/ListItem":       {"item", "name", "position"},
	}
	for path, body := range fixedPages(t, instant) {
		if !strings.HasSuffix(path, ".html") || !strings.Contains(body, "itemscope") {
			continue
		}
		document, err := html.Parse(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		met := make(map[string]bool)
		var walk func(node *html.Node, in string)
		walk = func(node *html.Node, in string) {
			attributes := make(map[string]string)
			for _, a := range node.Attr {
				attributes[a.Key] = a.Val
			}
			if name := attributes["itemprop"]; name != "" {
				met[in+" "+name] = true
				if !slices.Contains(properties[in], name) {
					t.Errorf("%s: %q is no property of %q", path, name, in)
				}
			}
			if _, opens := attributes["itemscope"]; opens {
				if in = attributes["itemtype"]; properties[in] == nil {
					t.Errorf("%s: an item of type %q", path, in)
				}
			}
			for child := range node.ChildNodes() {
				walk(child, in)
			}
		}
		walk(document, "")
		for kind, names := range properties {
			for _, name := range names {
				if !met[kind+" "+name] {
					t.Errorf("%s: %s has no %s", path, kind, name)
				}
			}
		}
	}
}
