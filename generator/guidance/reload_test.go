package guidance_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cmpss/registry/generator/guidance"
)

// What Reload gives is what Load gives, faults too, whatever was edited since the former library and
// whether or not an edit in between failed.
func TestReloadGivesWhatLoadGives(t *testing.T) {
	edits := []struct{ file, from, to string }{
		{"en/fees.md", "\n## Refunds", "\nMore text.\n\n## Refunds"},
		{"en/fees.md", "\n## Refunds", "\n## Money back"}, // others link to it, and questions are for it
		{"es/fees.md", "title = \"", "title = \"Las "},
		{"en/renewal.md", "order = ", "order = 1"},
		{"en/fees.questions.toml", "how much does it cost", "how much is it exactly"},
		{"es/exam.questions.toml", "[[part]]\nheading = \"", "[[part]]\nheading = \"x"},
		{"facts/fees.toml", "dollars = 100", "dollars = 101"},
		{"facts/definitions.toml", "term = { en = \"", "term = { en = \"The "},
		{"facts/labels.toml", "en = \"", "en = \"The "},
		{"facts/fees.toml", "dollars = 100", "euros = 100"},
		{"fees.html", "<table", "<table class=\"x\""},
		{"fees.html", "<table", "{{ nothing }}<table"},
	}
	guide, blocks := shippedFiles(t)
	languages := []string{"en", "es"}
	var former *guidance.Library
	r := rand.New(rand.NewPCG(1, 2))
	refused := 0
	for step := range 40 {
		now, nowBlocks := maps.Clone(guide), maps.Clone(blocks)
		var what []string
		for range r.IntN(3) {
			e := edits[r.IntN(len(edits))]
			files := now
			if nowBlocks[e.file] != nil {
				files = nowBlocks
			}
			body := string(files[e.file].Data)
			if !strings.Contains(body, e.from) && !slices.Contains(what, e.file) {
				t.Fatalf("%s does not hold %q", e.file, e.from)
			}
			files[e.file] = &fstest.MapFile{Data: []byte(strings.Replace(body, e.from, e.to, 1))}
			what = append(what, e.file, e.to)
		}
		asked := slices.Clone(languages)
		switch r.IntN(12) {
		case 0:
			slices.Reverse(asked)
			what = append(what, "languages the other way round")
		case 1:
			asked = asked[:1]
			what = append(what, "one language")
		case 2:
			delete(now, "en/questions.md")
			what = append(what, "a page less")
		case 3: // a page more, to which nothing leads
			for _, language := range languages {
				now[language+"/new.md"] = &fstest.MapFile{Data: []byte(page + "text\n")}
			}
			what = append(what, "a page more")
		}
		step := fmt.Sprint(step, " ", what)
		want, wantErr := guidance.Load(now, nowBlocks, asked)
		got, err := guidance.Reload(former, now, nowBlocks, asked)
		if fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Fatalf("%s: %v\nwant %v", step, err, wantErr)
		}
		if err != nil {
			refused++
			continue
		}
		same(t, step, got, want, asked)
		former = got
	}
	if refused < 8 || refused > 32 {
		t.Errorf("%d of 40 were refused", refused)
	}
}

func same(t *testing.T, step string, got, want *guidance.Library, languages []string) {
	t.Helper()
	if got.Digest() != want.Digest() || got.FactsDigest() != want.FactsDigest() {
		t.Errorf("%s: another digest", step)
	}
	if !reflect.DeepEqual(got.Facts(), want.Facts()) {
		t.Errorf("%s: other facts", step)
	}
	for _, language := range languages {
		if !reflect.DeepEqual(got.Groups(language), want.Groups(language)) {
			t.Errorf("%s: other groups", step)
		}
		pages, wanted := got.Pages(language), want.Pages(language)
		if len(pages) != len(wanted) {
			t.Fatalf("%s: %d pages, want %d", step, len(pages), len(wanted))
		}
		for i := range pages {
			if !reflect.DeepEqual(pages[i], wanted[i]) {
				t.Errorf("%s: %s/%s differs", step, language, wanted[i].Slug)
			}
		}
	}
}

// A page is rendered again if its own files are others, and every page if the facts are.
func TestReloadRendersWhatWasEdited(t *testing.T) {
	for _, c := range []struct {
		file, from, to string
		again          func(*guidance.Page) bool
	}{
		{"en/fees.md", "\n## Refunds", "\nMore text.\n\n## Refunds", func(p *guidance.Page) bool { return p.Language == "en" && p.Slug == "fees" }},
		{"es/fees.questions.toml", "whole = [", "whole = [\n  \"cuánto vale eso exactamente\",", func(p *guidance.Page) bool { return p.Language == "es" && p.Slug == "fees" }},
		{"facts/fees.toml", "dollars = 100", "dollars = 101", func(*guidance.Page) bool { return true }},
	} {
		guide, blocks := shippedFiles(t)
		languages := []string{"en", "es"}
		former, err := guidance.Load(guide, blocks, languages)
		if err != nil {
			t.Fatal(err)
		}
		body := string(guide[c.file].Data)
		guide[c.file] = &fstest.MapFile{Data: []byte(strings.Replace(body, c.from, c.to, 1))}
		if string(guide[c.file].Data) == body {
			t.Fatalf("%s does not hold %q", c.file, c.from)
		}
		library, err := guidance.Reload(former, guide, blocks, languages)
		if err != nil {
			t.Fatal(err)
		}
		for _, language := range languages {
			for i, p := range library.Pages(language) {
				if again := p != former.Pages(language)[i]; again != c.again(p) {
					t.Errorf("%s: %s/%s was rendered again: %v", c.file, language, p.Slug, again)
				}
			}
		}
	}
}
