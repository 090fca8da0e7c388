package guidance

import (
	"fmt"
	"slices"
)

// Resources are the documents of the program's resource library, facts/resources.toml.
type Resources struct {
	Checked string         `toml:"checked"` // the day they were last compared, YYYY-MM-DD
	Topics  []ResourceTerm `toml:"topic"`
	Roles   []ResourceTerm `toml:"role"`
	Kinds   []ResourceTerm `toml:"kind"`
	List    []Resource     `toml:"resource"`
}

// ResourceTerm is a topic, a role or a kind that documents are sorted by. See is the guidance
// page about it, or "".
type ResourceTerm struct {
	ID   string `toml:"id"`
	Name Text   `toml:"name"`
	See  string `toml:"see"`
}

// Resource is one document. Title is its own, in English; Topic, Kind and Roles are ids.
type Resource struct {
	ID     string   `toml:"id"`
	Title  string   `toml:"title"`
	Listed []string `toml:"listed"` // where it was found: "listing", "search"
	Topic  string   `toml:"topic"`
	Kind   string   `toml:"kind"`
	Roles  []string `toml:"roles"` // who needs it
	What   Text     `toml:"what"`
	Note   Text     `toml:"note" guidance:"optional"`
	See    string   `toml:"see"` // the guidance page about its subject, or ""
}

// resourceShelf is the documents of one topic or for one role.
type resourceShelf struct {
	ResourceTerm
	List []resourceEntry
}

// resourceEntry is a document with the terms that it names.
type resourceEntry struct {
	Resource
	Kind  ResourceTerm
	Roles []ResourceTerm
}

// resourcesBlock is the documents by topic, or with the argument "roles" by role.
func resourcesBlock(f *Facts, argument, _ string) (any, error) {
	terms, holds := f.Resources.Topics, func(r Resource, id string) bool { return r.Topic == id }
	switch argument {
	case "":
	case "roles":
		terms, holds = f.Resources.Roles, func(r Resource, id string) bool { return slices.Contains(r.Roles, id) }
	default:
		return nil, fmt.Errorf("takes no argument or \"roles\", got %q", argument)
	}
	var shelves []resourceShelf
	for _, term := range terms {
		shelf := resourceShelf{ResourceTerm: term}
		for _, r := range f.Resources.List {
			if holds(r, term.ID) {
				shelf.List = append(shelf.List, f.Resources.entry(r))
			}
		}
		shelves = append(shelves, shelf)
	}
	return struct {
		ByRole  bool
		Shelves []resourceShelf
	}{argument == "roles", shelves}, nil
}

func (rs *Resources) entry(r Resource) resourceEntry {
	entry := resourceEntry{Resource: r}
	entry.Kind, _ = findTerm(rs.Kinds, r.Kind) // checked when the facts were loaded
	for _, role := range rs.Roles {            // in the order of the roles, whatever that of the document
		if slices.Contains(r.Roles, role.ID) {
			entry.Roles = append(entry.Roles, role)
		}
	}
	return entry
}

func findTerm(terms []ResourceTerm, id string) (ResourceTerm, bool) {
	i := slices.IndexFunc(terms, func(t ResourceTerm) bool { return t.ID == id })
	if i < 0 {
		return ResourceTerm{}, false
	}
	return terms[i], true
}

func (c *factChecker) checkResources() {
	const file = "facts/resources.toml"
	rs := &c.facts.Resources
	if !isDate(rs.Checked) {
		c.fault(file, "checked", "%q is not a date YYYY-MM-DD", rs.Checked)
	}
	used := make(map[string]bool) // "topic exam"
	ids := c.unique(file)
	for i, r := range rs.List {
		key := fmt.Sprintf("resource[%d]", i+1)
		ids(key+".id", r.ID)
		if r.Title == "" {
			c.fault(file, key+".title", "missing")
		}
		if len(r.Listed) == 0 || slices.ContainsFunc(r.Listed, func(s string) bool { return s != "listing" && s != "search" }) {
			c.fault(file, key+".listed", "%q is not listing, search or both", r.Listed)
		}
		c.checkSee(file, key, r.See)
		if len(r.Roles) == 0 {
			c.fault(file, key+".roles", "names nobody who needs it")
		}
		term := func(name string, terms []ResourceTerm, id string) {
			used[name+" "+id] = true
			if _, ok := findTerm(terms, id); !ok {
				c.fault(file, key, "no %s has the id %q", name, id)
			}
		}
		term("topic", rs.Topics, r.Topic)
		term("kind", rs.Kinds, r.Kind)
		for _, role := range r.Roles {
			term("role", rs.Roles, role)
		}
	}
	for name, terms := range map[string][]ResourceTerm{"topic": rs.Topics, "role": rs.Roles, "kind": rs.Kinds} {
		ids := c.unique(file)
		for i, t := range terms {
			key := fmt.Sprintf("%s[%d]", name, i+1)
			ids(key+".id", t.ID)
			c.checkSee(file, key, t.See)
			if !used[name+" "+t.ID] {
				c.fault(file, key+".id", "no document has the %s %q", name, t.ID)
			}
		}
	}
}

// checkSee faults a reference to a guidance page that does not exist.
func (c *factChecker) checkSee(file, key, slug string) {
	if slug != "" && c.in.slugs[slug] == "" {
		c.fault(file, key+".see", "no page is named %q", slug)
	}
}
