package guidance

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Synonyms are everyday words and the words of the program that they stand for in a search,
// facts/synonyms.toml.
type Synonyms struct {
	List []Synonym `toml:"synonym"`
}

// Synonym says what words mean. Each is a list by language; a language may have none.
type Synonym struct {
	Words Forms  `toml:"words"` // as people type them: a word, or two or three
	Means Forms  `toml:"means"` // as the pages say it; empty when Page says where to look
	Page  string `toml:"page"`  // slug of the page that is meant; "" when none is before the others
}

func (c *factChecker) checkSynonyms() {
	const file = "facts/synonyms.toml"
	for i, s := range c.facts.Synonyms.List {
		if s.Page != "" && c.in.slugs[s.Page] == "" {
			c.fault(file, fmt.Sprintf("synonym[%d].page", i+1), "no page is named %q", s.Page)
		}
		for name, forms := range map[string]Forms{"words": s.Words, "means": s.Means} {
			key := fmt.Sprintf("synonym[%d].%s", i+1, name)
			for _, language := range sortedKeys(forms) {
				if !slices.Contains(c.in.known, language) {
					c.fault(file, key, "%q is not a language of the content", language)
				}
				if len(s.Words[language]) == 0 || len(s.Means[language]) == 0 && s.Page == "" {
					c.fault(file, key, "in %q, words or means are missing: each needs the other", language)
				}
				for _, word := range forms[language] {
					if !strings.ContainsFunc(word, unicode.IsLetter) {
						c.fault(file, key, "%q in %q is no word", word, language)
					}
				}
			}
		}
	}
}
