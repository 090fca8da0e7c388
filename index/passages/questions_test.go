package passages_test

import (
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/BurntSushi/toml"

	"github.com/cmpss/registry/generator/guidance"
	"github.com/cmpss/registry/index/passages"
)

var languages = []string{"en", "es"}

var loadShipped = sync.OnceValues(func() (*guidance.Library, error) {
	return guidance.Load(os.DirFS("../../content"), os.DirFS("../../themes/default/guidance"), languages)
})

// shipped is the guidance of the repository, ready to be searched.
func shipped(t testing.TB) (*guidance.Library, passages.Set) {
	t.Helper()
	library, err := loadShipped()
	if err != nil {
		t.Fatal(err)
	}
	set, err := passages.NewSet(library, languages)
	if err != nil {
		t.Fatal(err)
	}
	return library, set
}

// question is an entry of testdata/questions.toml.
type question struct {
	English []string `toml:"en"`
	Spanish []string `toml:"es"`
	Page    string   `toml:"page"`
	Also    []string `toml:"also"`
}

func readQuestions(t testing.TB) []question {
	t.Helper()
	var file struct {
		List []question `toml:"question"`
	}
	meta, err := toml.DecodeFile("testdata/questions.toml", &file)
	if err != nil {
		t.Fatal(err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		t.Fatalf("testdata/questions.toml: unknown keys %v", unknown)
	}
	return file.List
}

// TestQuestions asks what people would type, and says how often the page that answers is the
// first, or one of the first three.
func TestQuestions(t *testing.T) {
	library, set := shipped(t)
	for _, language := range languages {
		asked, first, third := 0, 0, 0
		for _, q := range readQuestions(t) {
			right := append(slices.Clone(q.Also), q.Page)
			if !slices.ContainsFunc(library.Pages(language), func(p *guidance.Page) bool { return slices.Contains(right, p.Slug) }) {
				continue
			}
			typed := q.English
			if language == "es" {
				typed = q.Spanish
			}
			for _, text := range typed {
				hits, err := set.Search(language, passages.Query{Text: text, Limit: 3})
				if err != nil {
					t.Fatal(err)
				}
				var found []string
				for _, h := range hits {
					found = append(found, h.Page.Slug)
				}
				at := slices.IndexFunc(found, func(slug string) bool { return slices.Contains(right, slug) })
				asked++
				if at == 0 {
					first++
				} else {
					t.Logf("%s: %q: %s where %s is right", language, text, strings.Join(found, ", "), q.Page)
				}
				if at >= 0 {
					third++
				}
			}
		}
		if first*10 < asked*9 || third < asked {
			t.Errorf("%s: of %d questions only %d lead to the right page first, of nine in ten, and %d among three, of all", language, asked, first, third)
		}
		t.Logf("%s: %d questions: the first page is right for %.0f %%, one of three for %.0f %%", language, asked, 100*float64(first)/float64(asked), 100*float64(third)/float64(asked))
	}
}
