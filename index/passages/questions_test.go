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
	set, err := passages.NewSet(library, languages, nil)
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

func readQuestions(t testing.TB, name string) []question {
	t.Helper()
	var file struct {
		List []question `toml:"question"`
	}
	meta, err := toml.DecodeFile(name, &file)
	if err != nil {
		t.Fatal(err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		t.Fatalf("%s: unknown keys %v", name, unknown)
	}
	return file.List
}

// lists are the questions, and in how many of a hundred the page that answers must be the first,
// or one of the first three. The search was adjusted to all but the last, which says what becomes of a
// question that nobody has thought of.
var lists = []struct {
	file         string
	first, third int
}{
	{"testdata/questions.toml", 95, 100},
	{"testdata/reviewed.toml", 90, 100},
	{"testdata/roles.toml", 90, 100},
	{"testdata/heldout.toml", 90, 100},
	{"testdata/fresh.toml", 90, 100},
	{"testdata/blind.toml", 85, 100},
	{"testdata/situations.toml", 90, 98},
	{"testdata/people.toml", 90, 98},
}

// TestQuestions asks what people would type, and says how often the page that answers is the
// first, or one of the first three.
func TestQuestions(t *testing.T) {
	_, set := shipped(t)
	for _, list := range lists {
		questions := readQuestions(t, list.file)
		for _, language := range languages {
			asked, first, third := ask(t, set, language, questions)
			t.Logf("%s, %s: of %d questions, %d lead to the right page first and %d among three", list.file, language, asked, first, third)
			if first*100 < asked*list.first || third*100 < asked*list.third {
				t.Errorf("%s, %s: too few; %d %% and %d %% are asked for", list.file, language, list.first, list.third)
			}
		}
	}
}

// ask counts the questions of a language, those whose right page is found first, and those where
// it is one of the first three.
func ask(t *testing.T, set passages.Set, language string, questions []question) (asked, first, third int) {
	t.Helper()
	for _, q := range questions {
		right := append(slices.Clone(q.Also), q.Page)
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
	return asked, first, third
}
