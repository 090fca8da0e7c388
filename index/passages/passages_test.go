package passages_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/cmpss/registry/generator/guidance"
	"github.com/cmpss/registry/index/passages"
)

// small is an index of two pages.
func small(t *testing.T) *passages.Index {
	t.Helper()
	pages := []*guidance.Page{
		{
			Slug: "fees", Title: "Fees", Summary: "What certification costs.",
			Body: `<p>Money is paid online.</p><h2 id="refunds">Refunds</h2><p>A payment is returned when you paid twice. <em>Écoles</em> pay in bulk.</p>` +
				`<h2 id="late">Paying late</h2><table><tbody><tr><th>Late fee</th><td>$50</td></tr></tbody></table>`,
			Questions: []guidance.Question{
				{Text: "charged two times", Part: "refunds"},
				{Text: "I paid two times", Part: "refunds"},
				{Text: "the whole bill", Whole: true},
				{Text: "which bank accounts are taken"},
			},
		},
		{Slug: "exam", Title: "The exam", Summary: "Booking and taking it.", Body: `<h2 id="book">Booking</h2><p>Book the exam online. An appointment that you miss is lost.</p>`},
	}
	for _, page := range pages {
		page.Passages = guidance.PassagesOf(page.Body)
	}
	x, err := passages.New("en", pages, guidance.Synonyms{List: []guidance.Synonym{
		{Words: guidance.Forms{"en": {"money back"}}, Means: guidance.Forms{"en": {"refund"}}},
		{Words: guidance.Forms{"en": {"test"}}, Means: guidance.Forms{"en": {"exam"}}},
	}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestSearch(t *testing.T) {
	x := small(t)
	for _, tt := range []struct {
		text, slug, anchor, marked string
	}{
		{"refund", "fees", "refunds", ""},
		{"what happens when I paid twice?", "fees", "refunds", "paid twice"},
		{"late fees", "fees", "late", "Late fee"},
		{"they charged me two times", "fees", "refunds", ""},
		{"my money back", "fees", "refunds", ""},
		{"the test", "exam", "book", "exam"},
		{"appiontment", "exam", "book", "appointment"},
		{"ecoles", "fees", "refunds", "Écoles"},
		{"BOOKED", "exam", "book", "Book"},
		{"dinner", "", "", ""},
		{"the of and", "", "", ""},
		{"hello, thanks", "", "", ""},
		{"dooked", "", "", ""}, // the first letter is seldom mistaken
		{"?!", "", "", ""},
	} {
		hits, err := x.Search(passages.Query{Text: tt.text, Limit: 3})
		if err != nil {
			t.Fatal(err)
		}
		if len(hits) == 0 {
			if tt.slug != "" {
				t.Errorf("%q: nothing found", tt.text)
			}
			continue
		}
		var marked []string
		for _, p := range hits[0].Snippet {
			if p.Marked {
				marked = append(marked, p.Text)
			}
		}
		h := hits[0]
		if h.Page.Slug != tt.slug || (tt.anchor != "" && h.Passage.ID != tt.anchor) || !strings.Contains(strings.Join(marked, " "), tt.marked) {
			t.Errorf("%q: %s#%s marked %q, want %s#%s %q", tt.text, h.Page.Slug, h.Passage.ID, marked, tt.slug, tt.anchor, tt.marked)
		}
	}
}

func TestWholeQuestion(t *testing.T) {
	x := small(t)
	for text, want := range map[string]int{"late fee": 1, "late dinner": 0, "exam": 1} {
		hits, err := x.Search(passages.Query{Text: text, Limit: 3, Whole: true})
		if err != nil || len(hits) != want {
			t.Errorf("%q: %d hits, %v; want %d", text, len(hits), err, want)
		}
	}
}

// Whatever is typed, the answer is bounded, the same twice, and its snippets are text of the page.
func TestSearchHolds(t *testing.T) {
	_, set := shipped(t)
	words := rapid.SampledFrom(strings.Fields("exam fee refund cost código ética late * ( ) AND OR NOT title:x ~2 ^9 \" \\ / + - the 24 §102 a é 田中 \x00 \u202e"))
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.String(),
			rapid.Map(rapid.SliceOfN(words, 1, 12), func(w []string) string { return strings.Join(w, " ") }),
		).Draw(t, "text")
		language := rapid.SampledFrom(languages).Draw(t, "language")
		limit := rapid.IntRange(0, passages.MaxLimit+1).Draw(t, "limit")
		q := passages.Query{Text: text, Limit: limit}
		hits, err := set.Search(language, q)
		wrong := limit < 1 || limit > passages.MaxLimit || len(text) > passages.MaxQuery || !utf8.ValidString(text)
		if wrong != errors.Is(err, passages.ErrQuery) || (err != nil) != wrong {
			t.Fatalf("%q, limit %d: %v", text, limit, err)
		}
		if wrong {
			return
		}
		again, _ := set.Search(language, q)
		same := func(a, b passages.Hit) bool { return a.Page == b.Page && a.Passage == b.Passage }
		if len(hits) > limit || !slices.EqualFunc(hits, again, same) {
			t.Fatalf("%q: %d hits of %d, then %d", text, len(hits), limit, len(again))
		}
		for _, h := range hits {
			var b strings.Builder
			for _, p := range h.Snippet {
				b.WriteString(p.Text)
			}
			shown := strings.TrimSuffix(strings.TrimPrefix(b.String(), "… "), " …")
			if !strings.Contains(h.Passage.Text, shown) || !utf8.ValidString(shown) || shown == "" {
				t.Fatalf("%q: the snippet %q is not of the passage %q", text, shown, h.Passage.Text)
			}
		}
	})
}

// Requests search at the same time.
func TestSearchTogether(t *testing.T) {
	_, set := shipped(t)
	want, err := set.Search("es", passages.Query{Text: "cuánto cuesta el examen", Limit: 5})
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 20 {
				got, err := set.Search("es", passages.Query{Text: "cuánto cuesta el examen", Limit: 5})
				if err != nil || len(got) != len(want) || got[0].Page != want[0].Page {
					t.Errorf("%d hits, %v; want %d", len(got), err, len(want))
				}
			}
		})
	}
	group.Wait()
}

// A question of which the whole page is the answer leads to its top, with what it says of itself; one that is answered before the
// first heading leads there, with what stands there.
func TestTopOfThePage(t *testing.T) {
	x := small(t)
	for text, want := range map[string]string{"the whole bill please": "What certification costs.", "which bank accounts": "Money is paid online."} {
		hits, err := x.Search(passages.Query{Text: text, Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		if len(hits) == 0 || hits[0].Passage.ID != "" || hits[0].Passage.Text != want {
			t.Errorf("%q: %v, want %q", text, hits, want)
		}
	}
}

func BenchmarkSearch(b *testing.B) {
	_, set := shipped(b)
	for b.Loop() {
		if _, err := set.Search("en", passages.Query{Text: "how much does it cost to take the exam again", Limit: 5}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkNew makes the indexes of all languages, first and after an edit of no question.
func BenchmarkNew(b *testing.B) {
	library, set := shipped(b)
	for name, former := range map[string]passages.Set{"first": nil, "again": set} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := passages.NewSet(library, languages, former); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// An index made after another, of which it keeps what was learned where it can, answers like one that was made by itself.
func TestWhatWasLearnedIsKeptOnlyWhereItHolds(t *testing.T) {
	library, set := shipped(t)
	edits := map[string]func(p *guidance.Page){
		"nothing": func(*guidance.Page) {},
		"a body": func(p *guidance.Page) {
			p.Passages = guidance.PassagesOf(p.Body + "<p>Marmalade is free of charge.</p>")
		},
		"a title": func(p *guidance.Page) { p.Title = "Marmalade" },
		"a question": func(p *guidance.Page) {
			p.Questions = append(slices.Clone(p.Questions), guidance.Question{Text: "who pays for the marmalade", Whole: true})
		},
		"no question": func(p *guidance.Page) { p.Questions = nil },
		"the part of a question": func(p *guidance.Page) {
			p.Questions = slices.Clone(p.Questions)
			for i := range p.Questions {
				p.Questions[i].Whole, p.Questions[i].Part = false, "paying-for-a-group"
			}
		},
	}
	for what, edit := range edits {
		var pages []*guidance.Page
		for _, p := range library.Pages("en") {
			page := *p
			if page.Slug == "fees" {
				edit(&page)
			}
			pages = append(pages, &page)
		}
		after, err := passages.New("en", pages, library.Facts().Synonyms, set["en"])
		if err != nil {
			t.Fatal(err)
		}
		alone, err := passages.New("en", pages, library.Facts().Synonyms, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"marmalade", "who pays for marmalade", "what does it cost", "refund", "my card was charged twice", "late fee"} {
			query := passages.Query{Text: text, Limit: 5}
			got, err := after.Search(query)
			if err != nil {
				t.Fatal(err)
			}
			want, err := alone.Search(query)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("after an edit of %s, %q finds other pages than without an index before", what, text)
			}
		}
	}
}
