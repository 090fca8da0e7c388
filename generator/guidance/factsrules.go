package guidance

import "fmt"

// Milestones are the days that matter about a date of expiration, facts/milestones.toml.
type Milestones struct {
	Origin
	List []Milestone `toml:"milestone"`
}

// Milestone is the first or the last day of the window in which the calendar alone gives a
// status, or a day that lies before it by a deadline in days.
type Milestone struct {
	ID      string `toml:"id"`
	Window  string `toml:"window"` // id of a status
	Edge    string `toml:"edge"`   // "first" or "last"
	Before  string `toml:"before"` // id of a deadline; "" for the day itself
	Name    Text   `toml:"name"`
	Text    Text   `toml:"text"`
	Section string `toml:"section"`
}

// Costs are what people ask the price of, facts/costs.toml.
type Costs struct {
	Origin
	Groups []CostGroup `toml:"group"`
}

// CostGroup is a heading and the paths below it.
type CostGroup struct {
	ID    string     `toml:"id"`
	Name  Text       `toml:"name"`
	Paths []CostPath `toml:"path"`
}

// CostPath is something that a person sets out to do, and what it costs: the fees of a route, or
// fees of its own, and one that can be paid more than once.
type CostPath struct {
	ID           string     `toml:"id"`
	Name         Text       `toml:"name"`
	Note         Text       `toml:"note" guidance:"optional"`
	Route        string     `toml:"route"` // of facts/statuses.toml; "" for fees of its own
	Fees         []string   `toml:"fees"`  // ids of fees
	TrainingFees bool       `toml:"training_fees"`
	Repeat       CostRepeat `toml:"repeat"`
	Section      string     `toml:"section"`
}

// CostRepeat is a fee that a path has from Least to Most times. The zero value is none.
type CostRepeat struct {
	Fee   string `toml:"fee"` // id of a fee
	Least int    `toml:"least"`
	Most  int    `toml:"most"`
}

// ContinuingEducation says which courses count (App. C), facts/continuing-education.toml.
type ContinuingEducation struct {
	Origin
	Units      CourseUnits       `toml:"units"`
	Providers  []CourseProvider  `toml:"provider"`
	Subjects   []CourseSubject   `toml:"subject"`
	Conditions []CourseCondition `toml:"condition"`
}

// CourseUnits says how course work becomes hours. The numbers are the figures ce-units and
// ce-unit-hours.
type CourseUnits struct {
	Text    Text   `toml:"text"`
	Section string `toml:"section"`
}

// Verdict is what follows for a course: VerdictCounts, VerdictAsk or VerdictNo.
type Verdict string

// The verdicts, as they are written in the facts.
const (
	VerdictCounts Verdict = "counts"
	VerdictAsk    Verdict = "ask" // the Guidelines leave it open: ask the certifying entity
	VerdictNo     Verdict = "no"
)

// CourseProvider is a kind of source from which a course can come. Units is true where course work
// may be measured in units. Reason says why it does not simply count.
type CourseProvider struct {
	ID      string  `toml:"id"`
	Name    Text    `toml:"name"`
	Units   bool    `toml:"units"`
	Verdict Verdict `toml:"verdict"`
	Reason  Text    `toml:"reason" guidance:"optional"`
	Section string  `toml:"section"`
}

// CourseSubject is what a course can be about. Its hours count as law and ethics where LawEthics is
// true. Reason says why it does not simply count.
type CourseSubject struct {
	ID        string  `toml:"id"`
	Name      Text    `toml:"name"`
	LawEthics bool    `toml:"law_ethics"`
	Verdict   Verdict `toml:"verdict"`
	Reason    Text    `toml:"reason" guidance:"optional"`
	Section   string  `toml:"section"`
}

// CourseCondition is a question about a course that is answered yes or no. The answer Unless leads
// to the verdict, for the reason; the other one changes nothing.
type CourseCondition struct {
	ID       string  `toml:"id"`
	Question Text    `toml:"question"`
	Unless   string  `toml:"unless"` // "yes" or "no"
	Verdict  Verdict `toml:"verdict"`
	Reason   Text    `toml:"reason"`
	Section  string  `toml:"section"`
}

// Route returns the route of that id and the status that it leads out of.
func (s *Statuses) Route(id string) (Route, Status, bool) {
	for _, status := range s.List {
		for _, r := range status.Routes {
			if r.ID == id {
				return r, status, true
			}
		}
	}
	return Route{}, Status{}, false
}

// Milestone returns the milestone of that id.
func (m *Milestones) Milestone(id string) (Milestone, bool) {
	for _, milestone := range m.List {
		if milestone.ID == id {
			return milestone, true
		}
	}
	return Milestone{}, false
}

// Words is a text of the facts in a language of the library, with its figures put in.
func (f *Facts) Words(text Text, language string) string {
	words, err := f.expand(text, language)
	if err != nil {
		return "" // the texts were checked when they were loaded
	}
	return words
}

// StepWords is a measure of a sanction in words.
func (f *Facts) StepWords(step Step, language string) string {
	words, err := f.step(step, language)
	if err != nil {
		return "" // the steps were checked when they were loaded
	}
	return words
}

func (c *factChecker) checkMilestones() {
	const file = "facts/milestones.toml"
	ids := c.unique(file)
	windows := make(map[string]Status)
	for _, s := range c.facts.Statuses.List {
		if s.Window != nil {
			windows[s.ID] = s
		}
	}
	for i, m := range c.facts.Milestones.List {
		key := fmt.Sprintf("milestone[%d]", i+1)
		ids(key+".id", m.ID)
		c.cites(file, key+".section", m.Section)
		window, ok := windows[m.Window]
		begins := window.FromYears != 0 || window.UntilYears != 0 // the running term began at any time
		switch {
		case !ok:
			c.fault(file, key+".window", "%q is not a status that the calendar gives", m.Window)
		case m.Edge != "first" && m.Edge != "last":
			c.fault(file, key+".edge", "%q is neither first nor last", m.Edge)
		case m.Edge == "first" && !begins, m.Edge == "last" && begins && window.UntilYears == 0:
			c.fault(file, key+".edge", "the window has no %s day", m.Edge)
		}
		if d, ok := c.facts.Deadlines.Deadline(m.Before); m.Before != "" && (!ok || d.Unit != "days" && d.Unit != "calendar-days") {
			c.fault(file, key+".before", "no deadline in days has the id %q", m.Before)
		}
	}
	c.checkRoutes()
}

// checkRoutes checks what the rules need of the routes.
func (c *factChecker) checkRoutes() {
	const file = "facts/statuses.toml"
	ids := c.unique(file)
	for i, s := range c.facts.Statuses.List {
		for j, r := range s.Routes {
			key := fmt.Sprintf("status[%d].route[%d]", i+1, j+1)
			ids(key+".id", r.ID)
			c.cites(file, key+".section", r.Section)
			for name, id := range map[string]string{"opens": r.Opens, "closes": r.Closes} {
				if _, ok := c.facts.Milestones.Milestone(id); id != "" && !ok {
					c.fault(file, key+"."+name, "no milestone has the id %q", id)
				}
			}
		}
	}
}

func (c *factChecker) checkCosts() {
	const file = "facts/costs.toml"
	groups, paths := c.unique(file), c.unique(file)
	for i, g := range c.facts.Costs.Groups {
		groups(fmt.Sprintf("group[%d].id", i+1), g.ID)
		for j, p := range g.Paths {
			key := fmt.Sprintf("group[%d].path[%d]", i+1, j+1)
			paths(key+".id", p.ID)
			c.cites(file, key+".section", p.Section)
			c.checkPath(file, key, p)
		}
	}
}

func (c *factChecker) checkPath(file, key string, p CostPath) {
	for _, id := range p.Fees {
		if _, ok := c.facts.Fees.Fee(id); !ok {
			c.fault(file, key+".fees", "no fee has the id %q", id)
		}
	}
	if _, _, ok := c.facts.Statuses.Route(p.Route); p.Route != "" && !ok {
		c.fault(file, key+".route", "no route has the id %q", p.Route)
	}
	if p.Route != "" && (len(p.Fees) > 0 || p.TrainingFees) {
		c.fault(file, key+".route", "the route says the fees, the path must not")
	}
	if p.Route == "" && len(p.Fees) == 0 && p.Repeat == (CostRepeat{}) {
		c.fault(file, key+".fees", "missing")
	}
	if r := p.Repeat; r != (CostRepeat{}) {
		if _, ok := c.facts.Fees.Fee(r.Fee); !ok {
			c.fault(file, key+".repeat.fee", "no fee has the id %q", r.Fee)
		}
		if r.Least < 0 || r.Most < 1 || r.Most < r.Least {
			c.fault(file, key+".repeat.most", "must be 1 or more, and not less than least")
		}
	}
}

func (c *factChecker) checkContinuingEducation() {
	const file = "facts/continuing-education.toml"
	ce := &c.facts.ContinuingEducation
	c.cites(file, "units"+".section", ce.Units.Section)
	for _, id := range []string{"ce-units", "ce-unit-hours", "ce-hours", "law-ethics-hours", "term-years", "renewal-opens"} {
		if _, ok := c.facts.Figure(id); !ok {
			c.fault("facts/figures.toml", "figure", "none has the id %q, which the rules need", id)
		}
	}
	providers, subjects, conditions := c.unique(file), c.unique(file), c.unique(file)
	for i, p := range ce.Providers {
		key := fmt.Sprintf("provider[%d]", i+1)
		providers(key+".id", p.ID)
		c.cites(file, key+".section", p.Section)
		c.checkVerdict(file, key, p.Verdict, p.Reason)
	}
	for i, s := range ce.Subjects {
		key := fmt.Sprintf("subject[%d]", i+1)
		subjects(key+".id", s.ID)
		c.cites(file, key+".section", s.Section)
		c.checkVerdict(file, key, s.Verdict, s.Reason)
	}
	for i, d := range ce.Conditions {
		key := fmt.Sprintf("condition[%d]", i+1)
		conditions(key+".id", d.ID)
		c.cites(file, key+".section", d.Section)
		c.checkVerdict(file, key, d.Verdict, d.Reason)
		if d.Unless != "yes" && d.Unless != "no" {
			c.fault(file, key+".unless", "%q is neither yes nor no", d.Unless)
		}
	}
}

// checkVerdict faults a verdict that is unknown, or that is against a course without a reason.
func (c *factChecker) checkVerdict(file, key string, v Verdict, reason Text) {
	switch {
	case v != VerdictCounts && v != VerdictAsk && v != VerdictNo:
		c.fault(file, key+".verdict", "%q is none of counts, ask and no", v)
	case v != VerdictCounts && reason == nil:
		c.fault(file, key+".reason", "missing")
	}
}
