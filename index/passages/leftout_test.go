package passages_test

import (
	"slices"
	"testing"

	"github.com/cmpss/registry/generator/guidance"
	"github.com/cmpss/registry/index/passages"
)

// folds are how many parts the questions of every page are cut into, to leave one out at a time.
const folds = 5

// TestLeftOut says how the search does with questions that it does not have: those of every page are cut into folds, each is left
// out in turn, and asked of an index of the others. It is what to look at when the search itself is changed: no list was adjusted to it.
// A question that is left out by itself may still have its like next to it; of a stretch, most that the same part answers are left out together. The figures are far below
// those of the lists, for each question has one right page here, where two may do, and many say what they are about by the page they stand on.
func TestLeftOut(t *testing.T) {
	library, _ := shipped(t)
	cuts := []struct {
		name         string
		fold         func(k, n int) int // of question k of n
		first, third int                // of a hundred, at least
		right, wrong int                // likewise: by the part that is shown of the right page, and at most by another
	}{
		{"one by one", func(k, _ int) int { return k % folds }, 60, 83, 55, 12},
		{"in stretches", func(k, n int) int { return k * folds / n }, 50, 75, 30, 25},
	}
	if testing.Short() {
		cuts = cuts[1:]
	}
	for _, language := range languages {
		for _, cut := range cuts {
			var asked, first, third int
			var part shown
			for fold := range folds {
				var pages []*guidance.Page
				left := make(map[string][]guidance.Question) // by slug
				for _, p := range library.Pages(language) {
					page := *p
					page.Questions = nil
					for k, question := range p.Questions {
						if cut.fold(k, len(p.Questions)) == fold {
							left[p.Slug] = append(left[p.Slug], question)
						} else {
							page.Questions = append(page.Questions, question)
						}
					}
					pages = append(pages, &page)
				}
				x, err := passages.New(language, pages, library.Facts().Synonyms, nil)
				if err != nil {
					t.Fatal(err)
				}
				for _, p := range pages {
					for _, question := range left[p.Slug] {
						hits, err := x.Search(passages.Query{Text: question.Text, Limit: 3})
						if err != nil {
							t.Fatal(err)
						}
						at := slices.IndexFunc(hits, func(h passages.Hit) bool { return h.Page.Slug == p.Slug })
						asked++
						if at == 0 {
							first++
						}
						if at >= 0 {
							third++
							part.add(hits[at].Passage.ID, question.Part)
						}
					}
				}
			}
			share := func(n int) float64 { return 100 * float64(n) / float64(asked) }
			t.Logf("%s, left out %s: of %d questions, %.1f %% lead to their page first and %.1f %% among three", language, cut.name, asked, share(first), share(third))
			if first*100 < asked*cut.first || third*100 < asked*cut.third {
				t.Errorf("%s, left out %s: too few; %d %% and %d %% are asked for", language, cut.name, cut.first, cut.third)
			}
			t.Logf("%s, left out %s: %v", language, cut.name, part)
			if part.right*100 < part.asked*cut.right || part.wrong*100 > part.asked*cut.wrong {
				t.Errorf("%s, left out %s: at least %d %% are asked for, and at most %d %% of another part", language, cut.name, cut.right, cut.wrong)
			}
		}
	}
}
