package guidance

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// definitionsBlock is the definitions in the alphabetical order of the language.
func definitionsBlock(f *Facts, argument, language string) (any, error) {
	if argument != "" {
		return nil, fmt.Errorf("takes no argument, got %q", argument)
	}
	d := f.Definitions
	d.List = slices.Clone(d.List)
	slices.SortStableFunc(d.List, func(a, b Definition) int {
		return strings.Compare(sortKey(a.Term[language]), sortKey(b.Term[language]))
	})
	return &d, nil
}

var foldAccents = strings.NewReplacer("á", "a", "é", "e", "í", "i", "ó", "o", "ú", "u", "ü", "u", "ñ", "n\uffff")

// sortKey orders Latin words as a dictionary does, accents aside and ñ after n; words of other
// scripts stand by code point.
func sortKey(s string) string { return foldAccents.Replace(strings.ToLower(s)) }

// definedInOrder is a reference to one of the definitions of §102.
var definedInOrder = regexp.MustCompile(`^§102\.(\d+)$`)

// checkDefinitions refuses a list that leaves one of §102 out, and a form that two terms share:
// a page could not know which of the two its reader wants.
func (c *factChecker) checkDefinitions() {
	const file = "facts/definitions.toml"
	ids := c.unique(file)
	owner := make(map[string]string) // "es caducada" to the id of its definition
	next := 1
	for i, d := range c.facts.Definitions.List {
		key := fmt.Sprintf("definition[%d]", i+1)
		ids(key+".id", d.ID)
		if m := definedInOrder.FindStringSubmatch(d.Section); m != nil {
			if m[1] != fmt.Sprint(next) {
				c.fault(file, key+".section", "is %q where §102.%d is next", d.Section, next)
			}
			next++
		}
		if d.Section != "" {
			c.cites(file, key+".section", d.Section)
		}
		if d.See != "" && c.in.slugs[d.See] == "" {
			c.fault(file, key+".see", "no page is named %q", d.See)
		}
		for _, language := range sortedKeys(d.Also) {
			if !slices.Contains(c.in.known, language) {
				c.fault(file, key+".also", "%q is not a language of the content", language)
			}
		}
		for _, language := range c.in.languages {
			for _, form := range append([]string{d.Term[language]}, d.Also[language]...) {
				if strings.TrimSpace(form) != form || form == "" || strings.ContainsFunc(form, unicode.IsControl) {
					c.fault(file, key+".also", "the form %q in %q is empty, has spaces around it or control characters", form, language)
				}
				at := language + " " + strings.ToLower(form)
				if other, taken := owner[at]; taken {
					c.fault(file, key+".also", "the form %q in %q is there twice: it leads to %q", form, language, other)
				}
				owner[at] = d.ID
			}
		}
	}
}
