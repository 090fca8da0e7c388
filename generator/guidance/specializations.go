package guidance

import (
	"fmt"
	"slices"
)

// Specializations are the areas of specialization (§212), facts/specializations.toml.
type Specializations struct {
	Origin
	List []Specialization `toml:"specialization"`
}

// Specialization is one area. ID is the name that records and the JSON of a record use; the page
// specialization-ID describes it.
type Specialization struct {
	ID       string            `toml:"id"`
	Official string            `toml:"official"` // the complete title to advertise (§213), in English
	Title    Text              `toml:"title"`
	About    Text              `toml:"about"`
	Section  string            `toml:"section"` // the appendix that lists its competencies
	Note     Text              `toml:"note" guidance:"optional"`
	Groups   []CompetencyGroup `toml:"group"` // numbered through, in order
}

// CompetencyGroup is a part of a specialization; the name is absent where there is only one.
type CompetencyGroup struct {
	Name         Text             `toml:"name" guidance:"optional"`
	Competencies []AreaCompetency `toml:"competency"`
}

// AreaCompetency is a competency of a specialization: what it means, what a specialist who has it
// knows, and what they do.
type AreaCompetency struct {
	Name    Text   `toml:"name"`
	Meaning Text   `toml:"meaning"`
	Knows   []Text `toml:"knows"`
	Does    []Text `toml:"does"`
}

// Count is the number of competencies of the specialization.
func (s Specialization) Count() int { return s.Before(len(s.Groups)) }

// Before is how many competencies stand before a group, for numbering through.
func (s Specialization) Before(group int) int {
	n := 0
	for _, g := range s.Groups[:group] {
		n += len(g.Competencies)
	}
	return n
}

// specializationBlock is the area that the argument names, with its competencies.
func specializationBlock(f *Facts, id, _ string) (any, error) {
	list := slices.DeleteFunc(slices.Clone(f.Specializations.List), func(s Specialization) bool { return s.ID != id })
	if len(list) == 0 {
		return nil, fmt.Errorf("no specialization is named %q", id)
	}
	return &Specializations{Origin: f.Specializations.Origin, List: list}, nil
}

// titlesBlock is the title to advertise of the area that the argument names, or of all.
func titlesBlock(f *Facts, id, language string) (any, error) {
	if id == "" {
		return &f.Specializations, nil
	}
	return specializationBlock(f, id, language)
}

func (c *factChecker) checkSpecializations() {
	const file = "facts/specializations.toml"
	ids := c.unique(file)
	for i, s := range c.facts.Specializations.List {
		key := fmt.Sprintf("specialization[%d]", i+1)
		ids(key+".id", s.ID)
		c.cites(file, key+".section", s.Section)
		if s.Official == "" {
			c.fault(file, key+".official", "missing")
		}
		if page := "specialization-" + s.ID; c.in.slugs[page] == "" {
			c.fault(file, key+".id", "no page is named %q", page)
		}
		if s.Count() == 0 {
			c.fault(file, key+".group", "lists no competency")
		}
		for j, g := range s.Groups {
			for k, competency := range g.Competencies {
				if len(competency.Knows) == 0 || len(competency.Does) == 0 {
					c.fault(file, fmt.Sprintf("%s.group[%d].competency[%d]", key, j+1, k+1), "says nothing of what is known or of what is done")
				}
			}
		}
	}
}
