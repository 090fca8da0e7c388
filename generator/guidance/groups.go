package guidance

import (
	"errors"
	"fmt"
	"slices"
)

// Groups are the themes that pages are listed under, facts/groups.toml, in the order of the list.
type Groups struct {
	List []GroupName `toml:"group"`
}

// GroupName is what a theme is called. A page belongs to it by naming its ID.
type GroupName struct {
	ID    string `toml:"id"`
	Name  Text   `toml:"name"`
	About Text   `toml:"about"`
}

// Group is a theme in one language and its pages, by order.
type Group struct {
	ID    string
	Name  string // plain text
	About string // plain text, one sentence
	Pages []*Page
}

// Groups returns the themes of a language, or nil where the language was not loaded. Each page
// of the language stands in one of them. The groups belong to the library.
func (l *Library) Groups(language string) []Group { return l.groups[language] }

func (c *factChecker) checkGroups() {
	const file = "facts/groups.toml"
	ids := c.unique(file)
	taken := newHeadingIDs().used // by the page that lists the themes, where their ids are anchors
	for i, g := range c.facts.Groups.List {
		key := fmt.Sprintf("group[%d].id", i+1)
		ids(key, g.ID)
		if taken[g.ID] {
			c.fault(file, key, "%q names another part of the page", g.ID)
		}
	}
}

// checkGroups refuses a page of no theme that is known or, by language, of two, and a theme
// that no page belongs to: it would be a heading over nothing.
func checkGroups(sources []*source, groups Groups) []error {
	var errs []error
	first := make(map[string]*source)
	used := make(map[string]bool)
	for _, s := range sources {
		group := s.front.Group
		used[group] = true
		if !slices.ContainsFunc(groups.List, func(g GroupName) bool { return g.ID == group }) {
			errs = append(errs, fmt.Errorf("%s:%d: group: facts/groups.toml has no group %q", s.file, s.keyLine("group"), group))
		}
		if other := first[s.Slug]; other == nil {
			first[s.Slug] = s
		} else if other.front.Group != group {
			errs = append(errs, fmt.Errorf("%s:%d: group is %q here and %q in %s", s.file, s.keyLine("group"), group, other.front.Group, other.file))
		}
	}
	for i, g := range groups.List {
		if !used[g.ID] {
			errs = append(errs, fmt.Errorf("facts/groups.toml: group[%d]: no page belongs to %q", i+1, g.ID))
		}
	}
	return errs
}

// grouped sorts the pages of every language, which are in order, into the themes.
func grouped(pages map[string][]*Page, facts *Facts) (map[string][]Group, error) {
	groups := make(map[string][]Group)
	var errs []error
	for language, list := range pages {
		for _, g := range facts.Groups.List {
			name, err1 := facts.expand(g.Name, language)
			about, err2 := facts.expand(g.About, language)
			errs = append(errs, err1, err2)
			group := Group{ID: g.ID, Name: name, About: about}
			for _, p := range list {
				if p.Group == g.ID {
					group.Pages = append(group.Pages, p)
				}
			}
			groups[language] = append(groups[language], group)
		}
	}
	return groups, errors.Join(errs...)
}
