package render

import (
	"slices"
	"strings"

	"github.com/cmpss/registry/generator/advice"
	"github.com/cmpss/registry/generator/guidance"
)

// choice is one of the values of a field.
type choice struct {
	Value    string
	Name     string
	Selected bool
}

// sum is a list of fees and what they come to.
type sum struct {
	Fees     []amount
	Total    string
	Training bool // and what a training provider asks
}

type amount struct{ Name, Dollars string }

func (e *edition) sum(fees []guidance.Fee, total int, training bool) sum {
	s := sum{Total: e.money(total), Training: training}
	for _, fee := range fees {
		s.Fees = append(s.Fees, amount{e.words(fee.Name), e.money(fee.Dollars)})
	}
	return s
}

// standingView is what the template of "Where do I stand?" is given.
type standingView struct {
	toolView
	Date   string // of expiration, as it was typed
	Answer standingAnswer
}

type standingAnswer struct {
	Status   string
	On       moment
	Expires  moment
	First    moment // of the window it stands in; zero for the running term
	Last     moment // of that window; zero if it never ends
	Opens    moment // renewal, where that is ahead
	Calendar string // the address of the dates as a file
	Ahead    []milestoneView
	Windows  []windowView
	Ways     []wayView
}

type milestoneView struct {
	Date                moment
	Name, Text, Section string
}

type windowView struct {
	Status      string
	First, Last moment // zero where it has none
	Now         bool
}

type wayView struct {
	Name          string
	Steps         []string
	Cost          sum
	Opens, Closes moment // zero where the status alone decides
	LastDay       string // what the day of Closes is
	Later, Closed bool
	Section       string
}

func (e *edition) standingView(view toolView, p ToolPage) standingView {
	v := standingView{toolView: view, Date: shorten(p.Typed.Get("expires"))}
	s := p.Standing
	if s == nil {
		return v
	}
	v.Date = s.Expires.String()
	a := standingAnswer{
		Status: s.Status.String(), On: e.calendar.day(s.On), Expires: e.calendar.day(s.Expires),
		Calendar: "/" + e.prefix + "tools/standing.ics?expires=" + s.Expires.String(),
	}
	for _, w := range s.Windows {
		window := windowView{Status: w.Status.String(), Now: w.Status == s.Status}
		if w.First != 0 {
			window.First = e.calendar.day(w.First)
		}
		if w.Last != 0 {
			window.Last = e.calendar.day(w.Last)
		}
		if window.Now {
			a.First, a.Last = window.First, window.Last
		}
		a.Windows = append(a.Windows, window)
	}
	for _, m := range s.Ahead() {
		a.Ahead = append(a.Ahead, milestoneView{e.calendar.day(m.Date), e.words(m.Name), e.words(m.Text), e.section(m.Section)})
	}
	for _, w := range s.Ways {
		way := e.wayView(w)
		if way.Later {
			a.Opens = way.Opens
		}
		a.Ways = append(a.Ways, way)
	}
	v.Answer = a
	return v
}

func (e *edition) wayView(w advice.Way) wayView {
	view := wayView{
		Name: e.words(w.Name), Cost: e.sum(w.Fees, w.Total, w.TrainingFees), Section: e.section(w.Section),
		Later: w.State == advice.WayLater, Closed: w.State == advice.WayClosed,
	}
	for _, step := range w.Steps {
		view.Steps = append(view.Steps, e.words(step))
	}
	if w.Opens != 0 {
		view.Opens = e.calendar.day(w.Opens)
	}
	if m, ok := e.facts().Milestones.Milestone(w.Route.Closes); ok {
		view.Closes, view.LastDay = e.calendar.day(w.Closes), e.words(m.Name)
	}
	return view
}

// costView is what the template of "What will it cost?" is given.
type costView struct {
	toolView
	Groups []choiceGroup
	Answer costAnswer
}

type choiceGroup struct {
	Name    string
	Choices []choice
}

type costAnswer struct {
	Name, Note, Section string
	Cost                sum
	Repeat              string // the name of the fee that can be paid more than once
	Totals              []repeatView
}

type repeatView struct {
	Times int
	Total string
}

func (e *edition) costView(view toolView, p ToolPage) costView {
	v := costView{toolView: view}
	for _, group := range e.facts().Costs.Groups {
		g := choiceGroup{Name: e.words(group.Name)}
		for _, path := range group.Paths {
			g.Choices = append(g.Choices, choice{path.ID, e.words(path.Name), path.ID == p.Typed.Get("path")})
		}
		v.Groups = append(v.Groups, g)
	}
	c := p.Cost
	if c == nil {
		return v
	}
	v.Answer = costAnswer{Name: e.words(c.Path.Name), Section: e.section(c.Path.Section)}
	if c.Path.Note != nil {
		v.Answer.Note = e.words(c.Path.Note)
	}
	fees := c.Fees
	for range c.Path.Repeat.Least {
		fees = append(slices.Clip(fees), c.Repeat)
	}
	v.Answer.Cost = e.sum(fees, c.Total, c.TrainingFees)
	if len(c.Totals) > 0 {
		v.Answer.Repeat = e.words(c.Repeat.Name)
		for _, total := range c.Totals[1:] {
			v.Answer.Totals = append(v.Answer.Totals, repeatView{total.Times, e.money(total.Total)})
		}
	}
	return v
}

// courseView is what the template of "Does this course count?" is given.
type courseView struct {
	toolView
	Providers, Subjects  []choice
	Conditions           []conditionView
	Hours, Breaks, Units string // typed
	UnitsText            string
	Answer               courseAnswer
}

type conditionView struct {
	ID, Question string
	Yes, No      bool
}

type courseAnswer struct {
	Verdict                 string
	Hours, LawEthics        string
	HasHours, HasLawEthics  bool
	Taught, Breaks, Units   string // empty where there are none
	Needed, NeededLawEthics string
	Reasons                 []reasonView
}

type reasonView struct{ Text, Section string }

func (e *edition) courseView(view toolView, p ToolPage) courseView {
	ce := &e.facts().ContinuingEducation
	typed := func(field string) string { return shorten(strings.TrimSpace(p.Typed.Get(field))) }
	v := courseView{toolView: view, Hours: typed("hours"), Breaks: typed("breaks"), Units: typed("units"), UnitsText: e.words(ce.Units.Text)}
	for _, provider := range ce.Providers {
		v.Providers = append(v.Providers, choice{provider.ID, e.words(provider.Name), provider.ID == p.Typed.Get("provider")})
	}
	for _, subject := range ce.Subjects {
		v.Subjects = append(v.Subjects, choice{subject.ID, e.words(subject.Name), subject.ID == p.Typed.Get("subject")})
	}
	for _, c := range ce.Conditions {
		answer := p.Typed.Get(c.ID)
		v.Conditions = append(v.Conditions, conditionView{c.ID, e.words(c.Question), answer == "yes", answer == "no"})
	}
	a := p.Course
	if a == nil {
		return v
	}
	v.Answer = courseAnswer{
		Verdict: string(a.Verdict), Hours: a.Hours.String(), LawEthics: a.LawEthics.String(),
		HasHours: a.Hours > 0, HasLawEthics: a.LawEthics > 0,
		Needed: a.Needed.String(), NeededLawEthics: a.NeededLawEthics.String(),
	}
	if a.Question.Units > 0 {
		v.Answer.Units = a.Question.Units.String()
	} else if a.Question.Breaks > 0 {
		v.Answer.Taught, v.Answer.Breaks = a.Question.Taught.String(), a.Question.Breaks.String()
	}
	for _, r := range a.Reasons {
		v.Answer.Reasons = append(v.Answer.Reasons, reasonView{e.words(r.Text), e.section(r.Section)})
	}
	return v
}

// sanctionView is what the template of "Which sanction?" is given.
type sanctionView struct {
	toolView
	Choices []choice
	Answer  sanctionAnswer
}

type sanctionAnswer struct {
	Standard, Code, Subject, Note string
	Listed                        bool
	Standards                     []standardView
	Minimum, Maximum              [][]string // alternatives, each of steps that apply together
	Training                      bool       // a step is a training
}

type standardView struct{ ID, Value, Text string }

func (e *edition) sanctionView(view toolView, p ToolPage) sanctionView {
	facts := e.facts()
	v := sanctionView{toolView: view}
	for _, row := range facts.Sanctions.Rows {
		chosen := p.Sanction != nil && p.Sanction.Listed && p.Sanction.Sanction.Code == row.Code
		v.Choices = append(v.Choices, choice{row.Code, row.Code + ": " + e.words(row.Subject), chosen})
	}
	a := p.Sanction
	if a == nil {
		return v
	}
	v.Answer = sanctionAnswer{Standard: a.Standard, Listed: a.Listed}
	for _, s := range a.Standards {
		v.Answer.Standards = append(v.Answer.Standards, standardView{s.ID, e.words(s.Value), e.words(s.Text)})
	}
	if !a.Listed {
		return v
	}
	v.Answer.Code, v.Answer.Subject = a.Sanction.Code, e.words(a.Sanction.Subject)
	if a.Sanction.Note != nil {
		v.Answer.Note = e.words(a.Sanction.Note)
	}
	told := func(alternatives []guidance.Steps) [][]string {
		var list [][]string
		for _, alternative := range alternatives {
			var steps []string
			for _, step := range alternative.Steps {
				steps = append(steps, facts.StepWords(step, e.language))
				v.Answer.Training = v.Answer.Training || step.Topic != ""
			}
			list = append(list, steps)
		}
		return list
	}
	v.Answer.Minimum, v.Answer.Maximum = told(a.Sanction.Minimum), told(a.Sanction.Maximum)
	return v
}
