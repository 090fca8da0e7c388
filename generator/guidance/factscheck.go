package guidance

import (
	"fmt"
	"regexp"
	"strings"
)

var idPattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// unique returns a function that faults an id that is malformed or was seen before.
func (c *factChecker) unique(file string) func(key, id string) {
	seen := make(map[string]bool)
	return func(key, id string) {
		switch {
		case !idPattern.MatchString(id):
			c.fault(file, key, "%q is not an id of a-z, 0-9 and single hyphens", id)
		case seen[id]:
			c.fault(file, key, "%q is there twice", id)
		}
		seen[id] = true
	}
}

// checkFilled refuses a list without entries: its page would promise what is not there.
func (c *factChecker) checkFilled() {
	f := c.facts
	for _, list := range []struct {
		file, key string
		n         int
	}{
		{"facts/fees.toml", "group", len(f.Fees.Groups)},
		{"facts/code.toml", "value", len(f.Code.Values)},
		{"facts/sanctions.toml", "sanction", len(f.Sanctions.Rows)},
		{"facts/competencies.toml", "competency", len(f.Competencies.List)},
		{"facts/specializations.toml", "specialization", len(f.Specializations.List)},
		{"facts/definitions.toml", "definition", len(f.Definitions.List)},
		{"facts/blueprint.toml", "area", len(f.Blueprint.Areas)},
		{"facts/lists.toml", "list", len(f.Lists.All)},
		{"facts/deadlines.toml", "deadline", len(f.Deadlines.List)},
		{"facts/figures.toml", "figure", len(f.Figures.List)},
		{"facts/statuses.toml", "status", len(f.Statuses.List)},
		{"facts/contacts.toml", "contact", len(f.Contacts.List)},
		{"facts/supervisors.toml", "option", len(f.Supervisors.Options)},
		{"facts/trainings.toml", "training", len(f.Trainings.List)},
		{"facts/data.toml", "group", len(f.Data.Groups)},
		{"facts/dates.toml", "date", len(f.Dates.List)},
		{"facts/resources.toml", "resource", len(f.Resources.List)},
		{"facts/revisions.toml", "issue", len(f.Revisions.List)},
		{"facts/groups.toml", "group", len(f.Groups.List)},
		{"facts/sections.toml", "section", len(f.Sections.List)},
		{"facts/milestones.toml", "milestone", len(f.Milestones.List)},
		{"facts/costs.toml", "group", len(f.Costs.Groups)},
		{"facts/continuing-education.toml", "provider", len(f.ContinuingEducation.Providers)},
		{"facts/continuing-education.toml", "subject", len(f.ContinuingEducation.Subjects)},
		{"facts/continuing-education.toml", "condition", len(f.ContinuingEducation.Conditions)},
	} {
		if list.n == 0 {
			c.fault(list.file, list.key, "has no entry")
		}
	}
}

func (c *factChecker) checkFees() {
	const file = "facts/fees.toml"
	groups, fees := c.unique(file), c.unique(file)
	for i, g := range c.facts.Fees.Groups {
		groups(fmt.Sprintf("group[%d].id", i+1), g.ID)
		if len(g.Fees) == 0 {
			c.fault(file, fmt.Sprintf("group[%d].fee", i+1), "has no entry")
		}
		for j, fee := range g.Fees {
			key := fmt.Sprintf("group[%d].fee[%d]", i+1, j+1)
			fees(key+".id", fee.ID)
			if fee.Dollars < 0 || (fee.Dollars == 0) != fee.Free {
				c.fault(file, key+".dollars", "must be 1 or more, or 0 with free = true")
			}
		}
	}
}

func (c *factChecker) checkCode() {
	const file = "facts/code.toml"
	for i, v := range c.facts.Code.Values {
		// The letters of App. F count the values; one left out would shift every sanction.
		if want := string(rune('A' + i)); v.Letter != want {
			c.fault(file, fmt.Sprintf("value[%d].letter", i+1), "is %q where %q is next", v.Letter, want)
		}
		if len(v.Standards) == 0 {
			c.fault(file, fmt.Sprintf("value[%d].standards", i+1), "missing")
		}
	}
}

func (c *factChecker) checkSanctions() {
	const file = "facts/sanctions.toml"
	s := &c.facts.Sanctions
	codes := make(map[string]bool)
	used := make(map[string]bool)
	for i, row := range s.Rows {
		key := fmt.Sprintf("sanction[%d]", i+1)
		if row.Code == "" || codes[row.Code] {
			c.fault(file, key+".code", "%q is empty or there twice", row.Code)
		}
		codes[row.Code] = true
		if len(row.Standards) == 0 {
			c.fault(file, key+".standards", "names no standard of the code")
		}
		for _, id := range row.Standards {
			if _, ok := c.facts.Code.Standard(id); !ok {
				c.fault(file, key+".standards", "the code of ethics has no standard %q", id)
			}
		}
		if code := codeOf(row.Standards); row.Code != code && code != "" && row.Code != "" {
			c.fault(file, key+".code", "%q does not name its standards, which are %q", row.Code, code)
		}
		for name, options := range map[string][]Steps{"minimum": row.Minimum, "maximum": row.Maximum} {
			if len(options) == 0 {
				c.fault(file, key+"."+name, "missing")
			}
			for j, option := range options {
				if len(option.Steps) == 0 {
					c.fault(file, fmt.Sprintf("%s.%s[%d].steps", key, name, j+1), "missing")
				}
				for k, step := range option.Steps {
					used[step.Do] = true
					c.checkStep(file, fmt.Sprintf("%s.%s[%d].steps[%d]", key, name, j+1, k+1), step)
				}
			}
		}
	}
	for _, name := range sortedKeys(s.Phrases) {
		if !used[name] {
			c.fault(file, "phrase."+name, "no sanction uses it")
		}
	}
}

// codeOf is how App. F names standards of one value together, such as J1/2/3.
func codeOf(standards []string) string {
	var code strings.Builder
	for i, id := range standards {
		if i > 0 {
			code.WriteByte('/')
			id = strings.TrimLeft(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
		}
		code.WriteString(id)
	}
	return code.String()
}

func (c *factChecker) checkStep(file, key string, step Step) {
	phrase, ok := c.facts.Sanctions.Phrases[step.Do]
	if !ok {
		c.fault(file, key+".do", "no phrase is named %q", step.Do)
		return
	}
	if _, ok := c.facts.Sanctions.Topics[step.Topic]; step.Topic != "" && !ok {
		c.fault(file, key+".topic", "no topic is named %q", step.Topic)
	}
	for _, language := range c.in.languages {
		c.checkPlaceholder(file, key+".n", phrase[language], "{n}", step.N != 0)
		c.checkPlaceholder(file, key+".topic", phrase[language], "{topic}", step.Topic != "")
		if _, err := c.facts.step(step, language); err != nil {
			c.fault(file, key, "%s: %v", language, err)
		}
	}
	if step.N < 0 {
		c.fault(file, key+".n", "is negative")
	}
}

// checkPlaceholder faults a phrase that shows a value it was not given, or drops one.
func (c *factChecker) checkPlaceholder(file, key, phrase, placeholder string, given bool) {
	if strings.Contains(phrase, placeholder) != given {
		c.fault(file, key, "the phrase %q and the value do not fit together", phrase)
	}
}

func (c *factChecker) checkFigures() {
	const file = "facts/deadlines.toml"
	ids := c.unique(file) // figures share the ids: {figure:ID} looks in both
	for i, d := range c.facts.Deadlines.List {
		key := fmt.Sprintf("deadline[%d]", i+1)
		ids(key+".id", d.ID)
		c.cites(file, key+".section", d.Section)
		if d.N < 1 {
			c.fault(file, key+".n", "must be 1 or more")
		}
		if !idPattern.MatchString(d.Group) {
			c.fault(file, key+".group", "%q is not an id", d.Group)
		}
		unit, ok := c.facts.Deadlines.Units[d.Unit]
		if !ok {
			c.fault(file, key+".unit", "no unit is named %q", d.Unit)
			continue
		}
		for _, language := range c.in.languages {
			c.checkPlaceholder(file, "unit."+d.Unit, unit[language], "{n}", true)
			if _, err := c.facts.duration(d, language); err != nil {
				c.fault(file, "unit."+d.Unit, "%s: %v", language, err)
			}
		}
	}
	for i, g := range c.facts.Figures.List {
		key := fmt.Sprintf("figure[%d]", i+1)
		ids(key+".id", g.ID)
		c.cites("facts/figures.toml", key+".section", g.Section)
		if g.N < 1 {
			c.fault("facts/figures.toml", key+".n", "must be 1 or more")
		}
	}
}

func (c *factChecker) checkStatuses() {
	const file = "facts/statuses.toml"
	ids := c.unique(file)
	end := 0
	for i, s := range c.facts.Statuses.List {
		key := fmt.Sprintf("status[%d]", i+1)
		ids(key+".id", s.ID)
		c.cites(file, key+".section", s.Section)
		if s.FromYears != 0 || s.UntilYears != 0 {
			// The windows follow each other without a gap, as the calendar does.
			if s.FromYears != end || (s.UntilYears != 0 && s.UntilYears <= s.FromYears) {
				c.fault(file, key+".from_years", "the window does not begin where the one before ends")
			}
			end = s.UntilYears
		}
		for j, r := range s.Routes {
			for _, id := range r.Fees {
				if _, ok := c.facts.Fees.Fee(id); !ok {
					c.fault(file, fmt.Sprintf("%s.route[%d].fees", key, j+1), "no fee has the id %q", id)
				}
			}
			if len(r.Steps) == 0 {
				c.fault(file, fmt.Sprintf("%s.route[%d].steps", key, j+1), "missing")
			}
		}
	}
}

var (
	emailPattern   = regexp.MustCompile(`^[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$`)
	phonePattern   = regexp.MustCompile(`^\+?[0-9() .-]{7,20}$`)
	websitePattern = regexp.MustCompile(`^https://[A-Za-z0-9.-]+(/[A-Za-z0-9./_-]*)?$`)
)

func (c *factChecker) checkContacts() {
	const file = "facts/contacts.toml"
	ids := c.unique(file)
	for i, contact := range c.facts.Contacts.List {
		key := fmt.Sprintf("contact[%d]", i+1)
		ids(key+".id", contact.ID)
		if contact.Email == "" && contact.Phone == "" && contact.Website == "" && len(contact.Address) == 0 {
			c.fault(file, key, "gives no way to reach anyone")
		}
		if contact.Email != "" && !emailPattern.MatchString(contact.Email) {
			c.fault(file, key+".email", "%q is not an address", contact.Email)
		}
		if contact.Phone != "" && !phonePattern.MatchString(contact.Phone) {
			c.fault(file, key+".phone", "%q is not a telephone number", contact.Phone)
		}
		if contact.Website != "" && !websitePattern.MatchString(contact.Website) {
			c.fault(file, key+".website", "%q is not an https address", contact.Website)
		}
	}
}
