package sample

import (
	"math/rand/v2"
	"time"

	"github.com/cmpss/registry/generator/certification"
)

// Anchor is the day that the records are dated around, in Los Angeles. Nothing in a sample was
// updated after noon of it.
const Anchor = "2026-11-22"

var (
	anchor     = certification.NewDate(2026, time.November, 22)
	anchorNoon = anchor.Start().Add(12 * time.Hour)
	// Certifications that are kept up are covered by a term until horizon at the least, so that a
	// sample looks alike whenever it is shown before then.
	horizon = certification.NewDate(2028, time.January, 1)
)

// days are the days that a sample can name, as text: formatting them is otherwise a fifth of the work.
var days = func() []string {
	list := make([]string, certification.NewDate(2036, time.January, 1)-firstDay)
	for i := range list {
		list[i] = (firstDay + certification.Date(i)).String()
	}
	return list
}()

var firstDay = certification.NewDate(2016, time.January, 1)

func dayText(d certification.Date) string { return days[d-firstDay] }

// instant is RFC 3339 in UTC, to the second.
func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// term is a period of certification, to is its last day.
type term struct{ from, to certification.Date }

// action has a zero until while no end is known.
type action struct {
	kind        string
	from, until time.Time
}

const (
	investigation = "under-investigation"
	suspended     = "suspended"
	revoked       = "revoked"
)

// history is a record without its number and name.
type history struct {
	terms   []term
	actions []action
	areas   []string
}

// terms is n terms of two years without a gap, the first of which begins on from (§207).
func terms(from certification.Date, n int) []term {
	list := []term{{from, from.AddYears(2)}}
	for len(list) < n {
		list = append(list, renewal(list))
	}
	return list
}

// termsUntil is as many terms without a gap as it takes to cover the day last.
func termsUntil(from, last certification.Date) []term {
	list := terms(from, 1)
	for list[len(list)-1].to < last {
		list = append(list, renewal(list))
	}
	return list
}

// renewal is the term after the last of list. It ends two years after that one does.
func renewal(list []term) term {
	last := list[len(list)-1]
	return term{last.to + 1, last.to.AddYears(2)}
}

// ended is n terms without a gap, the last of which ends on the day to.
func ended(to certification.Date, n int) []term {
	list := make([]term, n)
	for i := range list {
		back := 2 * (n - 1 - i)
		list[i].to = to.AddYears(-back)
		if i == 0 {
			list[i].from = to.AddYears(-back - 2)
		} else {
			list[i].from = list[i-1].to + 1
		}
	}
	return list
}

// ordinary draws a history as most are. The shares are of 100.
func ordinary(r *rand.Rand) history {
	var h history
	switch share := r.IntN(100); {
	case share < 76: // certified and kept up
		h.terms = termsUntil(between(r, certification.NewDate(2022, time.July, 1), certification.NewDate(2025, time.December, 31)), horizon)
	case share < 80: // new: some of them are not issued yet at the anchor
		h.terms = terms(between(r, certification.NewDate(2026, time.January, 1), horizon), 1)
	case share < 96: // left: active, lapsed, expired or vacated at the anchor
		h.terms = ended(between(r, certification.NewDate(2021, time.June, 1), horizon), 1+r.IntN(2))
	default: // came back, late or very late
		h.terms = terms(between(r, certification.NewDate(2020, time.July, 1), certification.NewDate(2022, time.December, 31)), 1)
		gap := 2 + r.IntN(500)
		h.terms = append(h.terms, termsUntil(h.terms[0].to+certification.Date(gap), horizon)...)
	}
	h.areas = anyAreas(r)
	if first := h.terms[0].from; first+30 < anchor && r.IntN(100) < 4 {
		h.actions = anyActions(r, max(first+30, anchor-1000))
	}
	return h
}

// anyActions draws what was done about a certification between the day earliest and the anchor.
func anyActions(r *rand.Rand, earliest certification.Date) []action {
	from := officeHour(r, between(r, earliest, anchor-1))
	later := func(days int) time.Time {
		return officeHour(r, certification.DateOf(from)+certification.Date(days))
	}
	switch share := r.IntN(100); {
	case share < 25: // open; decided in 90 days, or 30 more (§805)
		return []action{{kind: investigation, from: officeHour(r, max(earliest, anchor-1-certification.Date(r.IntN(110))))}}
	case share < 75:
		closed := later(20 + r.IntN(90))
		if closed.After(anchorNoon) {
			return []action{{kind: investigation, from: from}}
		}
		if share < 45 { // without a finding
			return []action{{investigation, from, closed}}
		}
		begin := closed // suspended for some months, reinstated
		return []action{
			{investigation, from, begin},
			{suspended, begin, officeHour(r, certification.DateOf(begin)+certification.Date(90+r.IntN(270)))},
		}
	case share < 82: // suspended until further notice
		return []action{{kind: suspended, from: from}}
	case share < 95:
		return []action{{kind: revoked, from: from}}
	default: // reversed on appeal (§702)
		return []action{{revoked, from, later(20 + r.IntN(60))}}
	}
}

// anyAreas draws areas of specialization (§212): most people have none.
func anyAreas(r *rand.Rand) []string {
	if r.IntN(100) < 65 {
		return nil
	}
	var areas []string
	for _, area := range allAreas {
		if r.IntN(3) == 0 {
			areas = append(areas, area)
		}
	}
	return areas
}

var allAreas = []string{"parent-caregiver-family", "crisis-care", "unhoused", "justice-involved"}

// updated is when the source last changed the record: within three days of the last thing that had
// happened by the anchor (§805). What lies ahead was entered in the weeks before the anchor.
func (h history) updated(r *rand.Rand) time.Time {
	var begun certification.Date
	ahead := false
	for _, t := range h.terms {
		if t.from > anchor {
			ahead = true
			break
		}
		begun = t.from
	}
	last := begun.Start()
	for _, a := range h.actions {
		for _, t := range [...]time.Time{a.from, a.until} {
			if t.After(anchorNoon) {
				ahead = true
			} else if t.After(last) {
				last = t
			}
		}
	}
	entered := last.Add(time.Duration(r.IntN(72*60*60)) * time.Second)
	if ahead {
		entered = anchorNoon.Add(-time.Duration(r.IntN(60*24*60*60)) * time.Second)
		if entered.Before(last) {
			entered = last
		}
	}
	if entered.After(anchorNoon) {
		return anchorNoon
	}
	return entered
}

// between draws a day from first to last, both included.
func between(r *rand.Rand, first, last certification.Date) certification.Date {
	return first + certification.Date(r.IntN(int(last-first)+1))
}

// officeHour draws a whole minute of the day between nine and five in Los Angeles.
func officeHour(r *rand.Rand, day certification.Date) time.Time {
	year, month, dayOfMonth := day.YMD()
	return time.Date(year, month, dayOfMonth, 9+r.IntN(8), r.IntN(60), 0, 0, certification.LosAngeles)
}
