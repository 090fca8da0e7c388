package advice

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/guidance"
)

// StandingQuestion asks where a certification stands on a day, by its date of expiration.
type StandingQuestion struct {
	Expires certification.Date
	On      certification.Date
}

// Standing is where a certification stands that was not renewed after its date of expiration,
// and about which no action was taken.
type Standing struct {
	StandingQuestion
	Status     certification.Status
	Windows    []Window    // from the running term on, without gaps
	Milestones []Milestone // by date
	Ways       []Way       // to stay or to become current
}

// Window is a stretch of days with one status. First is zero for the running term, whose beginning
// is not known; Last is zero for a window that never ends.
type Window struct {
	Status      certification.Status
	First, Last certification.Date
}

// Milestone is a day that matters.
type Milestone struct {
	guidance.Milestone
	Date certification.Date
}

// Way is a route and what it costs. Opens and Closes are the first day on which it can be taken
// and the last on which it can be begun; they are zero where the status alone decides.
type Way struct {
	guidance.Route
	Fees          []guidance.Fee
	Total         int // dollars, without what a training provider asks
	Opens, Closes certification.Date
	State         WayState
}

// WayState says whether a way can be taken on the day that was asked about.
type WayState uint8

// The states of a way.
const (
	WayOpen   WayState = iota
	WayLater           // not yet: its day of opening is ahead
	WayClosed          // no longer
)

// Standing answers the question. It fails if the dates are not those of a certification.
func (a *Advisor) Standing(q StandingQuestion) (Standing, error) {
	// The record has one term, which is running or over: that it began earlier changes nothing.
	record, err := certification.Draft{
		Number: "MPSS000000", LegalName: "Nobody",
		Terms: []certification.DraftTerm{{From: min(q.On, q.Expires).String(), To: q.Expires.String()}},
	}.Record()
	if err != nil {
		return Standing{}, fmt.Errorf("standing of a certification that expires on %s: %w", q.Expires, err)
	}
	s := Standing{StandingQuestion: q, Status: certification.StatusAt(record, q.On.Start())}
	forEver := q.Expires.AddYears(a.figure("vacated-years") + 1).Start()
	for i, interval := range certification.History(record, forEver) {
		w := Window{Status: interval.Status}
		if i > 0 {
			w.First = certification.DateOf(interval.From)
		}
		if !interval.Until.IsZero() {
			w.Last = certification.DateOf(interval.Until) - 1
		}
		s.Windows = append(s.Windows, w)
	}
	for _, m := range a.facts.Milestones.List {
		s.Milestones = append(s.Milestones, Milestone{m, a.dayOf(m, s.Windows)})
	}
	slices.SortStableFunc(s.Milestones, func(a, b Milestone) int { return cmp.Compare(a.Date, b.Date) })
	s.Ways = a.ways(&s)
	return s, nil
}

// dayOf finds a milestone in the windows.
func (a *Advisor) dayOf(m guidance.Milestone, windows []Window) certification.Date {
	var day certification.Date
	for _, w := range windows {
		if w.Status.String() == m.Window {
			day = w.Last
			if m.Edge == "first" {
				day = w.First
			}
		}
	}
	if deadline, ok := a.facts.Deadlines.Deadline(m.Before); ok {
		day -= certification.Date(deadline.N)
	}
	return day
}

// ways are the routes that lead on from the status, with what they cost.
func (a *Advisor) ways(s *Standing) []Way {
	var ways []Way
	for _, status := range a.facts.Statuses.List {
		if status.ID != s.Status.String() {
			continue
		}
		for _, r := range status.Routes {
			w := Way{Route: r}
			w.Fees, w.Total = a.fees(r.Fees)
			w.Opens, w.Closes = s.date(r.Opens), s.date(r.Closes)
			switch {
			case s.On < w.Opens:
				w.State = WayLater
			case w.Closes != 0 && s.On > w.Closes:
				w.State = WayClosed
			}
			ways = append(ways, w)
		}
	}
	return ways
}

// date is the day of a milestone; zero for no milestone.
func (s *Standing) date(id string) certification.Date {
	for _, m := range s.Milestones {
		if m.ID == id {
			return m.Date
		}
	}
	return 0
}

// Ahead are the milestones that have not passed.
func (s *Standing) Ahead() []Milestone {
	first := slices.IndexFunc(s.Milestones, func(m Milestone) bool { return m.Date >= s.On })
	if first < 0 {
		return nil
	}
	return s.Milestones[first:]
}
