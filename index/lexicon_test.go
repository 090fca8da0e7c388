package index

import (
	"slices"
	"testing"

	index "github.com/blevesearch/bleve_index_api"
	"pgregory.net/rapid"

	"github.com/cmpss/registry/generator/legalname"
)

// listed is a dictionary of the engine made of a list.
type listed struct {
	index.FieldDict
	words []string
}

func (l *listed) Next() (*index.DictEntry, error) {
	if len(l.words) == 0 {
		return nil, nil
	}
	word := l.words[0]
	l.words = l.words[1:]
	return &index.DictEntry{Term: word, Count: uint64(len(word))}, nil
}

func (l *listed) Close() error { return nil }

// TestLexicon compares each look into the lexicon with a scan of all its words.
func TestLexicon(t *testing.T) {
	word := rapid.StringMatching(`[abcéச்李]{1,8}`)
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(word, 0, 200).Draw(t, "words")
		slices.Sort(words)
		words = slices.Compact(words)
		d, err := readDictionary(fieldWord, &listed{words: words})
		if err != nil {
			t.Fatal(err)
		}
		l := newLexicon(d)
		asked := word.Draw(t, "asked")
		if got, want := l.count(asked) > 0, slices.Contains(words, asked); got != want {
			t.Fatalf("count(%q): %v, want %v", asked, got, want)
		}
		var prefixed, mistaken, twice []string
		for _, other := range words {
			if naivePrefixed(asked, other) {
				prefixed = append(prefixed, other)
			}
			if other == asked || legalname.OneMistake(asked, other) {
				mistaken = append(mistaken, other)
			}
			if legalname.Mistakes(asked, other, 2) <= 2 {
				twice = append(twice, other)
			}
		}
		if got := l.withPrefix(asked); !slices.Equal(got, prefixed) {
			t.Fatalf("withPrefix(%q): %q, want %q", asked, got, prefixed)
		}
		if got := l.withMistakes(asked, 2); !slices.Equal(got, twice) {
			t.Fatalf("withMistakes(%q, 2): %q, want %q", asked, got, twice)
		}
		if !forgiving(asked) {
			return
		}
		if got := l.withMistake(asked); !slices.Equal(got, mistaken) {
			t.Fatalf("withMistake(%q): %q, want %q", asked, got, mistaken)
		}
	})
}

func naivePrefixed(prefix, word string) bool {
	return len(word) >= len(prefix) && word[:len(prefix)] == prefix
}
