package passages

import (
	"fmt"

	"github.com/cmpss/registry/generator/guidance"
)

// Set is the guidance of every language of a site.
type Set map[string]*Index

// NewSet makes the indexes of the languages of a library.
func NewSet(library *guidance.Library, languages []string) (Set, error) {
	set := make(Set)
	for _, language := range languages {
		x, err := New(language, library.Pages(language), library.Facts().Synonyms)
		if err != nil {
			return nil, err
		}
		set[language] = x
	}
	return set, nil
}

// Search answers a question from the pages of a language.
func (s Set) Search(language string, q Query) ([]Hit, error) {
	x := s[language]
	if x == nil {
		return nil, fmt.Errorf("%w: there is no guidance in %q", ErrQuery, language)
	}
	return x.Search(q)
}
