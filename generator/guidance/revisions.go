package guidance

import (
	"fmt"
	"slices"
	"strings"
)

// Revisions are the changes of the Guidelines that their log records, newest first,
// facts/revisions.toml.
type Revisions struct {
	Origin
	List []Revision `toml:"issue"`
}

// Revision is one issue of the Guidelines and what it changed.
type Revision struct {
	Day     string   `toml:"day"` // YYYY-MM-DD
	Changes []Change `toml:"change"`
}

// Change is one line of the log. Section is "" where the whole text changed; See is the
// guidance page that explains the rule as it is now, and may have an #anchor; Also are the slugs of others
// that tell their readers of the change.
type Change struct {
	Section string   `toml:"section"`
	What    Text     `toml:"what"`
	See     string   `toml:"see"`
	Also    []string `toml:"also"`
}

// RuleChange is a change of the Guidelines in the words of a page's language.
type RuleChange struct {
	On      string // the day of the revision, YYYY-MM-DD
	Section string // as the language writes it; "" where the whole text changed
	What    string
	Here    bool // this page explains the rule as it is now
}

// ruleChanges are those that a page tells its readers of, newest first.
func (f *Facts) ruleChanges(s *source) ([]RuleChange, error) {
	var list []RuleChange
	for _, r := range f.Revisions.List {
		for _, change := range r.Changes {
			slug, _, _ := strings.Cut(change.See, "#")
			here := slug == s.Slug
			if !here && !slices.Contains(change.Also, s.Slug) {
				continue
			}
			section, err := f.localReference(change.Section, s.Language)
			if err != nil {
				return nil, err
			}
			what, err := f.expand(change.What, s.Language)
			if err != nil {
				return nil, err
			}
			list = append(list, RuleChange{On: r.Day, Section: section, What: what, Here: here})
		}
	}
	return list, nil
}

func (c *factChecker) checkRevisions() {
	const file = "facts/revisions.toml"
	for i, r := range c.facts.Revisions.List {
		key := fmt.Sprintf("issue[%d]", i+1)
		switch {
		case !isDate(r.Day):
			c.fault(file, key+".day", "%q is not a date YYYY-MM-DD", r.Day)
		case i > 0 && r.Day >= c.facts.Revisions.List[i-1].Day:
			c.fault(file, key+".day", "is not before the revision above it: the newest comes first")
		}
		if len(r.Changes) == 0 {
			c.fault(file, key+".change", "has no entry")
		}
		for j, change := range r.Changes {
			for _, slug := range change.Also {
				if c.in.slugs[slug] == "" {
					c.fault(file, fmt.Sprintf("%s.change[%d].also", key, j+1), "no page is named %q", slug)
				}
			}
			if change.Section != "" {
				c.cites(file, fmt.Sprintf("%s.change[%d].section", key, j+1), change.Section)
			}
		}
	}
}
