package guidance

import "fmt"

// CollectedData is what the certifying entity collects for its reports (§808, App. E),
// facts/data.toml.
type CollectedData struct {
	Origin
	Year   Text        `toml:"year"` // of a report
	Due    Text        `toml:"due"`  // when a report is sent
	Groups []DataGroup `toml:"group"`
}

// DataGroup is a kind of data, such as what is asked of each applicant.
type DataGroup struct {
	ID       string        `toml:"id"`
	Name     Text          `toml:"name"`
	Elements []DataElement `toml:"element"`
}

// DataElement is one line of App. E. Number is its place there; Parts are counted apart.
type DataElement struct {
	Number int    `toml:"number"`
	What   Text   `toml:"what"`
	Parts  []Text `toml:"parts"`
}

func (c *factChecker) checkData() {
	const file = "facts/data.toml"
	groups := c.unique(file)
	place := make(map[int]string)
	for i, g := range c.facts.Data.Groups {
		groups(fmt.Sprintf("group[%d].id", i+1), g.ID)
		for j, e := range g.Elements {
			key := fmt.Sprintf("group[%d].element[%d].number", i+1, j+1)
			if place[e.Number] != "" {
				c.fault(file, key, "%d is there twice", e.Number)
			}
			place[e.Number] = key
		}
	}
	// The numbers are those of App. E, where none is left out.
	for n := 1; n <= len(place); n++ {
		if place[n] == "" {
			c.fault(file, "group", "no element has the number %d", n)
		}
	}
}
