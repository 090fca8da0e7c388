package guidance

import "fmt"

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
// guidance page that explains the rule as it is now, and may have an #anchor.
type Change struct {
	Section string `toml:"section"`
	What    Text   `toml:"what"`
	See     string `toml:"see"`
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
			if change.Section != "" {
				c.cites(file, fmt.Sprintf("%s.change[%d].section", key, j+1), change.Section)
			}
		}
	}
}
