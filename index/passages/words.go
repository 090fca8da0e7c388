package passages

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/standard"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/bleve/v2/analysis/lang/es"
	"github.com/blevesearch/bleve/v2/registry"
	"golang.org/x/text/unicode/norm"
)

// reader reads words as a language inflects them.
type reader struct{ analyzer analysis.Analyzer }

// newReader knows the endings and the filling words of English and Spanish; words of another
// language are taken as they are.
func newReader(language string) (*reader, error) {
	name := standard.Name
	switch base, _, _ := strings.Cut(language, "-"); base {
	case "en":
		name = en.AnalyzerName
	case "es":
		name = es.AnalyzerName
	}
	analyzer, err := registry.NewCache().AnalyzerNamed(name)
	if err != nil {
		return nil, fmt.Errorf("passages: the words of %q: %w", language, err)
	}
	return &reader{analyzer}, nil
}

// word is a word of a text: where it stands, and the term it is found by.
type word struct {
	start, end int // bytes
	term       string
}

// words are those of a text that carry meaning, in order.
func (r *reader) words(text string) []word {
	var list []word
	start := -1
	for i, c := range text + " " {
		inside := unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c)
		switch {
		case inside && start < 0:
			start = i
		case !inside && start >= 0:
			if term := r.term(text[start:i]); term != "" {
				list = append(list, word{start, i, term})
			}
			start = -1
		}
	}
	return list
}

// term is the stem of a word without accents, or "" for a filling word.
func (r *reader) term(written string) string {
	tokens := r.analyzer.Analyze([]byte(fold(written)))
	if len(tokens) == 0 {
		return ""
	}
	return string(tokens[0].Term)
}

// fold makes a word lower case and takes its accents away.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(s))
}

// terms are the terms of a text, in order.
func (r *reader) terms(text string) []string {
	var list []string
	for _, w := range r.words(text) {
		list = append(list, w.term)
	}
	return list
}
