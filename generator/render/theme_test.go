package render

import (
	"bytes"
	"io/fs"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cmpss/registry/themes"
)

// A theme with a fault is refused with a message that says where it is.
func TestLoadRefuses(t *testing.T) {
	edit := func(file, old, text string) func(fstest.MapFS) {
		return func(files fstest.MapFS) {
			f := files[file]
			if f == nil || !bytes.Contains(f.Data, []byte(old)) {
				t.Fatalf("%s lacks %q", file, old)
			}
			files[file] = &fstest.MapFile{Data: bytes.Replace(f.Data, []byte(old), []byte(text), 1)}
		}
	}
	remove := func(file string) func(fstest.MapFS) { return func(files fstest.MapFS) { delete(files, file) } }
	write := func(file, text string) func(fstest.MapFS) {
		return func(files fstest.MapFS) { files[file] = &fstest.MapFile{Data: []byte(text)} }
	}
	for _, c := range []struct {
		name   string
		damage func(fstest.MapFS)
		want   []string
	}{
		{"missing translation", edit("translations/es.toml", "none = \"Ninguna\"\n", ""), []string{"translations/es.toml", "missing key record.none", "record.html"}},
		{"missing month", edit("translations/es.toml", "month7 = \"julio\"\n", ""), []string{"translations/es.toml", "date.month7"}},
		{"figure that is not in the facts", edit("translations/en.toml", "{figure:appeal}", "{figure:appeall}"), []string{"translations/en.toml:" + lineOf(t, "translations/en.toml", "{figure:appeal}") + ":", `no figure "appeall"`}},
		{"unused translation", edit("translations/en.toml", "[site]\n", "[site]\nextra = \"Extra\"\n"), []string{"translations/en.toml", "key site.extra", "nothing uses it"}},
		{"dropped argument", edit("translations/es.toml", "Confirmado el {{.ThisUpdate}}.", "Confirmado."), []string{"translations/es.toml", "record.confirmed", "{{.ThisUpdate}} is missing"}},
		{"unknown argument", edit("translations/es.toml", "Confirmado el {{.ThisUpdate}}.", "Confirmado el {{.ThisUpdate}} por {{.Who}}."), []string{"record.confirmed", "nothing is given for {{.Who}}"}},
		{"program in a translation", edit("translations/es.toml", "Confirmado el {{.ThisUpdate}}.", "Confirmado el {{.ThisUpdate}} {{printf `x`}}."), []string{"translations/es.toml", "record.confirmed", "only .Name"}},
		{"missing plural", edit("translations/es.toml", "many = \"Se encontraron {{.Count}} de certificaciones", "few = \"Se encontraron {{.Count}} de certificaciones"), []string{"translations/es.toml", "search.count", "plural form for 1000000"}},
		{"empty translation", edit("translations/es.toml", `none = "Ninguna"`, `none = ""`), []string{"translations/es.toml", "record.none", "no text"}},
		{"not TOML", edit("translations/es.toml", `none = "Ninguna"`, `none = Ninguna`), []string{"translations/es.toml:"}},
		{"no translations", remove("translations/es.toml"), []string{"translations", `"es"`}},
		{"unknown field", edit("templates/record.html", "{{.Number}}</dd>", "{{.Nunber}}</dd>"), []string{"templates/record.html:", "Nunber"}},
		{"unknown function", edit("templates/record.html", `{{t "record.facts"}}</h2>`, `{{tt "record.facts"}}</h2>`), []string{"templates/record.html:", `"tt" not defined`}},
		{"computed key", edit("templates/home.html", `{{t "home.heading"}}`, `{{t (print "home." "heading")}}`), []string{"templates/home.html:", "written out"}},
		{"unknown family", edit("templates/record.html", `{{word "status" .Status "means"}}`, `{{word "state" .Status "means"}}`), []string{"record.html"}},
		{"unknown asset", edit("templates/layout.html", `{{asset "page.js"}}`, `{{asset "pages.js"}}`), []string{"templates/layout.html:", `no asset "pages.js"`}},
		{"unknown icon", remove("icons/lapsed.svg"), []string{`no icon "lapsed"`}},
		{"unknown guidance page", edit("templates/layout.html", `{{guide "registry"}}`, `{{guide "register"}}`), []string{"templates/layout.html:", `no guidance page "register"`}},
		{"unknown contact", edit("templates/part-contact.html", `"certification"`, `"nobody"`), []string{"part-contact.html:", `no contact "nobody"`}},
		{"missing page", remove("templates/answer.html"), []string{"templates/answer.html is missing"}},
		{"page of another name", write("templates/about.html", "x"), []string{"templates/about.html", "no page has this name"}},
		{"no templates", func(files fstest.MapFS) {
			for name := range files {
				if strings.HasPrefix(name, "templates/") {
					delete(files, name)
				}
			}
		}, []string{"templates"}},
		{"name of an asset", write("assets/Big Picture.svg", "<svg/>"), []string{"assets/Big Picture.svg", "lower-case"}},
		{"name in a script", edit("templates/record.html", `<h2>{{t "record.facts"}}</h2>`, `<script>let a = {{.Name}}</script><h2>{{t "record.facts"}}</h2>`), []string{"templates/record.html", "escaped"}},
		{"name in an address", edit("templates/record.html", `<h2>{{t "record.facts"}}</h2>`, `<a href="/?q={{.Name}}">x</a><h2>{{t "record.facts"}}</h2>`), []string{"templates/record.html", "escaped"}},
		{"name that is looked at", edit("templates/record.html", `<bdi>{{.Name}}</bdi>`, `<bdi>{{slice .Name 2}}</bdi>`), []string{"templates/record.html", "escaped"}},
		{"name in a match's address", edit("templates/search.html", `<bdi>{{.Name}}</bdi>`, `<a href="?{{.Name}}"></a>`), []string{"templates/search.html", "escaped"}},
		{"reserved text", edit("templates/record.html", "<article", "<!-- "+markPrefix+" --><article"), []string{"templates/record.html", "reserved"}},
		{"unquoted attribute", edit("templates/record.html", `data-status="{{.Status}}"`, `title={{.Name}}`), []string{"record.html"}},
	} {
		files := themeCopy(t)
		c.damage(files)
		r, err := Load(files, library(t), testOptions)
		if err == nil || r != nil {
			t.Errorf("%s: was accepted", c.name)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: the message lacks %q: %v", c.name, want, err)
			}
		}
	}
}

func TestLoadRefusesOptions(t *testing.T) {
	for name, o := range map[string]Options{
		"no language":       {},
		"language twice":    {Languages: []string{"en", "en"}},
		"language as path":  {Languages: []string{"../en"}},
		"unknown language":  {Languages: []string{"en", "fr"}},
		"address with path": {Languages: languages, BaseURL: "https://registry.example.org/"},
		"address of a file": {Languages: languages, BaseURL: "registry.example.org"},
		"address with text": {Languages: languages, BaseURL: `https://a"b`},
	} {
		if _, err := Load(themeCopy(t), library(t), o); err == nil {
			t.Errorf("%s: was accepted", name)
		}
	}
}

// One language alone is a site without links to another.
func TestOneLanguage(t *testing.T) {
	r, err := Load(themeCopy(t), library(t), Options{Languages: []string{"es"}})
	if err != nil {
		t.Fatal(err)
	}
	s := cases()[0].statement(t)
	page := string(record(t, r, "es", &s))
	if strings.Contains(page, "hreflang") || strings.Contains(page, "canonical") || strings.Contains(page, `href="/es/`) {
		t.Error("the page of a site with one language and no address links to another")
	}
	if path := r.RecordPath("es", s.Number); path != "verify/MPSS100001.html" {
		t.Errorf("the first language is at %s", path)
	}
	pages, err := r.Fixed(false, instant)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pages {
		if strings.HasPrefix(p.Path, "es/") || p.Path == "sitemap.xml" {
			t.Errorf("there is %s", p.Path)
		}
	}
}

func TestAppendEscaped(t *testing.T) {
	for in, want := range map[string]string{
		"":                "",
		"Jane Doe":        "Jane Doe",
		`<a b="c" d='e'>`: "&lt;a b=&#34;c&#34; d=&#39;e&#39;&gt;",
		"a&b+c\x00":       "a&amp;b&#43;c\uFFFD",
	} {
		if got := escaped(in); got != want {
			t.Errorf("escaped(%q) = %q, want %q", in, got, want)
		}
	}
}

// lineOf is the number of the first line of a file of the default theme that has the text.
func lineOf(t *testing.T, file, text string) string {
	t.Helper()
	data, err := fs.ReadFile(themes.Default(), file)
	if err != nil {
		t.Fatal(err)
	}
	before, _, found := strings.Cut(string(data), text)
	if !found {
		t.Fatalf("%s does not have %q", file, text)
	}
	return strconv.Itoa(strings.Count(before, "\n") + 1)
}
