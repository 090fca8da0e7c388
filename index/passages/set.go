package passages

import (
	"errors"
	"fmt"
	"sync"

	"github.com/cmpss/registry/generator/guidance"
)

// Set is the guidance of every language of a site.
type Set map[string]*Index

// NewSet makes the indexes of the languages of a library. Of a former set, which may be nil, it keeps what
// was learned where the questions are the same: the set is the one that it would be without.
func NewSet(library *guidance.Library, languages []string, former Set) (Set, error) {
	list, errs := make([]*Index, len(languages)), make([]error, len(languages))
	var group sync.WaitGroup
	for i, language := range languages {
		group.Go(func() {
			list[i], errs[i] = New(language, library.Pages(language), library.Facts().Synonyms, former[language])
		})
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	set := make(Set)
	for i, language := range languages {
		set[language] = list[i]
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

// Asks reports whether a text is a question in a language, see Index.Asks.
func (s Set) Asks(language, text string) bool {
	x := s[language]
	return x != nil && x.Asks(text)
}
