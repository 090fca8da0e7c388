package guidance

import (
	"html"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"

	"pgregory.net/rapid"
)

func TestHeadingIDs(t *testing.T) {
	ids := newHeadingIDs()
	for _, tt := range []struct{ text, want string }{
		{"What you need", "what-you-need"},
		{"What you need", "what-you-need-2"},
		{"  Fees & refunds (§601)", "fees-refunds-601"},
		{"¿Cuándo se pierde una tarifa?", "cuándo-se-pierde-una-tarifa"},
		{"الرسوم والمبالغ المستردة", "الرسوم-والمبالغ-المستردة"},
		{"حَالَة", "حَالَة"}, // vowel marks are part of the word
		{"费用和退款", "费用和退款"},
		{"शुल्क और वापसी", "शुल्क-और-वापसी"},
		{"Lệ phí", "lệ-phí"},
		{"ԱՐԺԵՔՆԵՐ", "արժեքներ"},
		{"Source", "source-2"}, // the page has a part of that name
		{"!!!", "section"},
		{"", "section-2"},
		{`" onload="x`, "onload-x"},
	} {
		if got := string(ids.Generate([]byte(tt.text), 0)); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.text, got, tt.want)
		}
	}
}

// Whatever the headings, their ids are different, never empty, and safe in an attribute.
func TestHeadingIDsAreUniqueAndSafe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := newHeadingIDs()
		seen := map[string]bool{}
		for _, text := range rapid.SliceOf(rapid.OneOf(rapid.String(), rapid.StringMatching(`(a|b|a-2|-)+`))).Draw(t, "headings") {
			id := string(ids.Generate([]byte(text), 0))
			bad := strings.ContainsFunc(id, func(r rune) bool {
				return r != '-' && !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r)
			})
			if id == "" || seen[id] || bad {
				t.Fatalf("%q: id %q", text, id)
			}
			seen[id] = true
		}
	})
}

func TestLineOfKey(t *testing.T) {
	const file = `source = "§1"

[label]
fee = { en = "a = b" }
"quoted" = 1

[[group]]
id = "a"
  [[group.fee]]
  id = "x"
  [[group.fee]]
  id = "y"
  texts = [
    { en = "id = z" },
  ]
[[group]]
  [[group.fee]]
  id = "z"
  dollars = 5
`
	for key, want := range map[string]int{
		"source": 1, "label.fee": 4, "label.none": 3, "group[1].id": 8, "group[1].fee[2].id": 12, "group[1].fee[2].texts[1].en": 13,
		"group[2].fee[1].id": 18, "group[2].id": 16, "group.fee.dollars": 19, "nothing": 1, "group[3].id": 1, "group": 7,
	} {
		if got := lineOfKey([]byte(file), key); got != want {
			t.Errorf("%s: line %d, want %d", key, got, want)
		}
	}
}

// The decoder names the key of a value of the wrong type, and the last line that has this key.
func TestLineOfWrongType(t *testing.T) {
	const file = `[[group]]
  [[group.fee]]
  dollars = 5
  free = true
  [[group.fee]]
  dollars = "6"
  free = 1 # yes
  [[group.fee]]
  dollars = 7
  free = false
[other]
list = "a"
`
	for _, tt := range []struct {
		key, typ string
		want     int
	}{
		{"group.fee.dollars", "string", 6},
		{"group.fee.free", "int64", 7},
		{"group.fee.free", "bool", 4},
		{"other.list", "string", 12},
		{"group.fee.free", "string", 0},
		{"group.none", "string", 0},
		{"group.fee.dollars", "time.Time", 0},
	} {
		message := tt.key + ": incompatible types: TOML value has type " + tt.typ + "; destination has type other"
		if got := lineOfType([]byte(file), tt.key, message); got != tt.want {
			t.Errorf("%s of type %s: line %d, want %d", tt.key, tt.typ, got, tt.want)
		}
	}
}

func TestTelephoneLink(t *testing.T) {
	for phone, want := range map[string]string{
		"(279) 234-0699": "tel:+12792340699", "1-888-536-1460": "tel:+18885361460", "+52 55 1234 5678": "tel:+525512345678", "": "",
	} {
		if got := telephoneLink(phone); got != want {
			t.Errorf("%q: got %q, want %q", phone, got, want)
		}
	}
}

// FuzzFrontMatter: no bytes make the reader panic; what it accepts is complete, and what it
// refuses says in which line.
func FuzzFrontMatter(f *testing.F) {
	f.Add([]byte("+++\ntitle = \"T\"\nsummary = \"S\"\nsections = [\"§1\"]\nrevision = \"2025-05-15\"\nreviewed = \"2025-05-15\"\norder = 1\n+++\nbody\n"))
	f.Add([]byte("+++\n+++\n"))
	f.Add([]byte("+++\r\ntitle = 1\r\n+++\r\n"))
	f.Add([]byte("+++\n[title]\na=1\n+++\n"))
	place := regexp.MustCompile(`(?m)^en/x\.md:[1-9][0-9]*: `)
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := parseSource("en/x.md", data)
		if err != nil {
			for line := range strings.SplitSeq(err.Error(), "\n") {
				if !place.MatchString(line) && !strings.Contains(err.Error(), "front matter: ") {
					t.Fatalf("no file and line: %q", line)
				}
			}
			return
		}
		if s.front.Title == "" || s.front.Order < 1 || len(s.front.Sections) == 0 || !isDate(s.front.Revision) {
			t.Fatalf("accepted %+v", s.front)
		}
		if s.bodyLine < 2 || s.bodyLine > strings.Count(string(data), "\n")+1 {
			t.Fatalf("the body begins on line %d", s.bodyLine)
		}
	})
}

// FuzzMarkdown: whatever a page holds, either it is refused with file and line, or its HTML
// has no element and no attribute that Markdown and fact blocks do not make.
func FuzzMarkdown(f *testing.F) {
	for _, seed := range []string{
		"## A\n\n- [x](/guidance/fees.html)\n\n{{ fees }}\n", "> **note** {{ fee renewal }}\n", "<script>x</script>",
		"[x](javascript:alert(1))", "[x](  <data:text/html,x> \"t\")", "![x](y)", "<http://a.b/\"onclick=x>", "`{{ fees }}`",
		"[a]: javascript:x\n\n[a]", "1. {{ deadlines }}\n   {{ contacts }}", "{{\n{{ fee renewal }}", "&lt;script&gt; &#x6a;avascript:",
		"[x](https://e.org \"a\\\"onx=1\")", "## {{ fee renewal }} <b>", "~~~\" onclick=x\n~~~",
	} {
		f.Add(seed)
	}
	in, err := readInputs(os.DirFS("../../content"), os.DirFS("../../themes/default/guidance"), []string{"en", "es"})
	if err != nil {
		f.Fatal(err)
	}
	facts, err := loadFacts(in)
	if err != nil {
		f.Fatal(err)
	}
	templates, err := loadBlocks(in, facts)
	if err != nil {
		f.Fatal(err)
	}
	const elements = " p h2 h3 h4 h5 h6 ul ol li a strong em code pre hr br div section dl dt dd address table caption thead tbody tr th td span "
	tag := regexp.MustCompile(`<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-z-]+="[^"<>]*")*)\s*/?>`)
	attribute := regexp.MustCompile(`\s([a-z-]+)="([^"]*)"`)
	f.Fuzz(func(t *testing.T, body string) {
		source := &source{file: "es/x.md", Language: "es", Slug: "x", body: []byte(body), bodyLine: 9}
		r, err := renderPage(source, templates, facts, newGlossary(facts, "es"), newRoutes(in, "es"))
		if err != nil {
			if !regexp.MustCompile(`^es/x\.md:[1-9][0-9]*: `).MatchString(err.Error()) {
				t.Fatalf("no file and line: %v", err)
			}
			return
		}
		out := string(r.page.Body)
		if rest := tag.ReplaceAllString(out, ""); strings.ContainsAny(rest, "<") {
			t.Fatalf("%q gives a tag that is not well formed: %q", body, rest)
		}
		for _, m := range tag.FindAllStringSubmatch(out, -1) {
			if !strings.Contains(elements, " "+m[2]+" ") {
				t.Fatalf("%q gives <%s>", body, m[2])
			}
			for _, a := range attribute.FindAllStringSubmatch(m[3], -1) {
				switch a[1] {
				case "id", "class", "scope", "data-label", "role", "lang", "start", "title", "aria-label", "aria-labelledby":
				case "href":
					href := html.UnescapeString(a[2])
					if !regexp.MustCompile(`^(https://|mailto:|tel:|/[a-z]|#)`).MatchString(strings.ToLower(href)) {
						t.Fatalf("%q links to %q", body, href)
					}
				default:
					t.Fatalf("%q gives the attribute %s", body, a[1])
				}
			}
		}
	})
}

// A byte more in any file, or another order of languages, is another digest.
func TestDigestCoversEveryInput(t *testing.T) {
	content := fstest.MapFS{"en/a.md": {}, "es/a.md": {}, "facts/a.toml": {}, "facts/b.toml": {}}
	blocks := fstest.MapFS{"a.html": {}}
	digest := func(languages ...string) [32]byte {
		in, err := readInputs(content, blocks, languages)
		if err != nil {
			t.Fatal(err)
		}
		return in.digest(in.pages, in.facts, in.blocks)
	}
	seen := map[[32]byte]string{digest("en", "es"): "unchanged", digest("es", "en"): "other order", digest("en"): "English alone"}
	if len(seen) != 3 {
		t.Error("the languages are not in the digest")
	}
	for _, files := range []fstest.MapFS{content, blocks} {
		for name, file := range files {
			file.Data = []byte("\n")
			if was, ok := seen[digest("en", "es")]; ok {
				t.Errorf("a byte more in %s gives the digest of %s", name, was)
			}
			seen[digest("en", "es")] = name
			file.Data = nil
		}
	}
}
