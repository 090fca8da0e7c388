package guidance

import "fmt"

// Lists are what a page enumerates whole, facts/lists.toml.
type Lists struct {
	Origin
	All []List `toml:"list"`
}

// List is one enumeration, in the order of its section.
type List struct {
	ID      string `toml:"id"`
	Section string `toml:"section"`
	Items   []Text `toml:"items"`
}

// List returns the list of that id.
func (l *Lists) List(id string) (List, bool) {
	for _, list := range l.All {
		if list.ID == id {
			return list, true
		}
	}
	return List{}, false
}

// listBlock is the list that the argument names.
func listBlock(f *Facts, id, _ string) (any, error) {
	list, ok := f.Lists.List(id)
	if !ok {
		return nil, fmt.Errorf("no list is named %q", id)
	}
	return list, nil
}

func (c *factChecker) checkLists() {
	const file = "facts/lists.toml"
	ids := c.unique(file)
	for i, list := range c.facts.Lists.All {
		key := fmt.Sprintf("list[%d]", i+1)
		ids(key+".id", list.ID)
		c.cites(file, key+".section", list.Section)
		if len(list.Items) == 0 {
			c.fault(file, key+".items", "has no entry")
		}
	}
}
