package certification

import (
	"slices"
	"time"
)

// Interval is a stretch of time with one status, from From up to, not including, Until. The
// last interval of a history has no end: its Until is zero.
type Interval struct {
	From, Until time.Time
	Status      Status
}

// changes are the states of a record in order, each with the instant at which it began;
// neighbours differ. The first is the issue of the certificate. They run over the whole of
// what is known, future terms and ends of actions included.
type change struct {
	at    time.Time
	state State
}

// appendChanges appends the changes to an empty list. It finds them by asking StateAt at every instant at which
// a change is possible, so that no rule is stated twice.
func appendChanges(changes []change, r *Record) []change {
	var store [16]time.Time
	instants := possibleChanges(store[:0], r)
	for _, at := range instants {
		state := StateAt(r, at)
		if state.Status == NotIssued || len(changes) > 0 && changes[len(changes)-1].state == state {
			continue
		}
		changes = append(changes, change{at, state})
	}
	return changes
}

// possibleChanges are the instants at which the state of the record can change, in order.
func possibleChanges(dst []time.Time, r *Record) []time.Time {
	for i, term := range r.terms {
		dst = append(dst, term.From.Start())
		for _, last := range [...]Date{term.To, lastLapsedDay(term), lastExpiredDay(term)} {
			if i+1 < len(r.terms) && r.terms[i+1].From <= last+1 {
				break // the next term begins first
			}
			dst = append(dst, last.End())
		}
	}
	for _, action := range r.actions {
		dst = append(dst, action.From)
		if !action.Until.IsZero() {
			dst = append(dst, action.Until)
		}
	}
	slices.SortFunc(dst, time.Time.Compare)
	return dst
}

// History is the status of the record from the issue of the certificate up to the instant,
// without gaps, equal neighbours joined. It is empty before the issue and for an
// unavailable record.
func History(r *Record, instant time.Time) []Interval {
	var store [16]change
	return historyUpTo(appendChanges(store[:0], r), instant)
}

func historyUpTo(changes []change, instant time.Time) []Interval {
	if len(changes) == 0 {
		return nil
	}
	history := make([]Interval, 0, len(changes))
	for _, c := range changes {
		if c.at.After(instant) {
			break
		}
		last := len(history) - 1
		if last >= 0 {
			if history[last].Status == c.state.Status {
				continue // only an action changed
			}
			history[last].Until = c.at
		}
		history = append(history, Interval{From: c.at, Status: c.state.Status})
	}
	return history
}

// NextChange is the first instant after the given one at which the status or the actions
// change by what is already known: the calendar, or an action's beginning or end. The first
// instant of a certificate that is not yet issued is one. It is zero if there is none.
func NextChange(r *Record, instant time.Time) time.Time {
	var store [16]change
	_, next := around(appendChanges(store[:0], r), instant)
	return next
}

// around gives the last change at or before the instant, which began the state at the instant,
// and when the first after it comes; each is zero where there is none.
func around(changes []change, instant time.Time) (last change, next time.Time) {
	for _, c := range changes {
		if c.at.After(instant) {
			return last, c.at
		}
		last = c
	}
	return last, time.Time{}
}
