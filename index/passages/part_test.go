package passages_test

import (
	"slices"
	"testing"

	"github.com/BurntSushi/toml"

	"github.com/cmpss/registry/index/passages"
)

// TestParts says how often the part that is shown of the right page is one that answers, and how often
// none is, so that a reader begins at its top. To be led to another part is worse than that.
func TestParts(t *testing.T) {
	library, set := shipped(t)
	var file struct {
		List []struct {
			Language string   `toml:"language"`
			Text     string   `toml:"text"`
			Page     string   `toml:"page"`
			Parts    []string `toml:"parts"`
		} `toml:"question"`
	}
	if _, err := toml.DecodeFile("testdata/parts.toml", &file); err != nil {
		t.Fatal(err)
	}
	ids := make(map[string][]string) // of the parts, by language and page
	for _, language := range languages {
		for _, page := range library.Pages(language) {
			key := language + " " + page.Slug
			ids[key] = []string{""}
			for _, part := range page.Passages {
				ids[key] = append(ids[key], part.ID)
			}
		}
	}
	asked, right, top := 0, 0, 0
	for _, q := range file.List {
		for _, part := range q.Parts {
			if key := q.Language + " " + q.Page; !slices.Contains(ids[key], part) {
				t.Errorf("%q: %s has no part %q", q.Text, key, part)
			}
		}
		hits, err := set.Search(q.Language, passages.Query{Text: q.Text, Limit: passages.MaxLimit})
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(hits, func(h passages.Hit) bool { return h.Page.Slug == q.Page })
		if at < 0 {
			continue
		}
		asked++
		switch part := hits[at].Passage.ID; {
		case slices.Contains(q.Parts, part):
			right++
		case part == "":
			top++
		default:
			t.Logf("%s %q: %s#%s", q.Language, q.Text, q.Page, part)
		}
	}
	wrong := asked - right - top
	t.Logf("of %d questions whose page was found, %d are shown a part that answers, %d the top of the page, %d another part", asked, right, top, wrong)
	if right*100 < asked*42 || wrong*100 > asked*30 {
		t.Error("at least 42 % are asked for, and at most 30 % of another part")
	}
}
