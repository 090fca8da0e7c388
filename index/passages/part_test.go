package passages_test

import (
	"fmt"
	"slices"
	"strings"
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
	ids, beside := make(map[string][]string), make(map[string][]string) // of the parts, and what they are known to answer, by language and page
	for _, language := range languages {
		for _, page := range library.Pages(language) {
			key := language + " " + page.Slug
			ids[key] = []string{""}
			for _, part := range page.Passages {
				ids[key] = append(ids[key], part.ID)
			}
			for _, q := range page.Questions {
				beside[key] = append(beside[key], strings.ToLower(q.Text))
			}
		}
	}
	const adjusted = 115 // questions, the first, that the choice was once adjusted to
	var first, rest shown
	for i, q := range file.List {
		key := q.Language + " " + q.Page
		for _, part := range q.Parts {
			if !slices.Contains(ids[key], part) {
				t.Errorf("%q: %s has no part %q", q.Text, key, part)
			}
		}
		if slices.Contains(beside[key], strings.ToLower(q.Text)) {
			t.Logf("%s %q stands beside its page and is not counted", q.Language, q.Text)
			continue
		}
		hits, err := set.Search(q.Language, passages.Query{Text: q.Text, Limit: passages.MaxLimit})
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(hits, func(h passages.Hit) bool { return h.Page.Slug == q.Page })
		if at < 0 {
			continue
		}
		counted := &rest
		if i < adjusted {
			counted = &first
		}
		if part := hits[at].Passage.ID; !counted.add(part, q.Parts...) {
			t.Logf("%s %q: %s#%s", q.Language, q.Text, q.Page, part)
		}
	}
	t.Logf("of the first %d: %v", adjusted, first)
	t.Logf("of the rest: %v", rest)
	for _, s := range []shown{first, rest} {
		if s.right*100 < s.asked*65 || s.wrong*100 > s.asked*10 {
			t.Error("at least 65 % are asked for, and at most 10 % of another part")
		}
	}
}

// shown counts questions whose page was found by the part of it that is shown.
type shown struct{ asked, right, wrong int }

// add counts a question and the part that is shown for it, "" for the top of the page. It reports whether that is one that answers, or the top.
func (s *shown) add(part string, answers ...string) bool {
	s.asked++
	switch {
	case slices.Contains(answers, part):
		s.right++
	case part != "":
		s.wrong++
		return false
	}
	return true
}

func (s shown) String() string {
	share := func(n int) float64 { return 100 * float64(n) / float64(s.asked) }
	return fmt.Sprintf("%d questions whose page was found, %d (%.1f %%) are shown a part that answers, %d (%.1f %%) the top of the page, %d (%.1f %%) another part",
		s.asked, s.right, share(s.right), s.asked-s.right-s.wrong, share(s.asked-s.right-s.wrong), s.wrong, share(s.wrong))
}
