package certification

import "time"

// Status is where a certification stands at an instant (§209, §500.2.E).
type Status uint8

// The statuses, each graver than the one before. NotIssued is that of a number before its
// first term begins; it is never published, for there is no page yet. Unavailable is that of
// a record that cannot be understood: the registry says to call.
const (
	NotIssued Status = iota
	Active
	Lapsed
	Expired
	Suspended
	Vacated
	Revoked
	Unavailable
	numStatuses
)

var statusNames = [numStatuses]string{"not-issued", "active", "lapsed", "expired", "suspended", "vacated", "revoked", "unavailable"}

// String is the name of the status in JSON and filters.
func (s Status) String() string { return statusNames[s] }

// Published are the statuses that a page can show, in the order in which they are listed.
func Published() []Status {
	return []Status{Active, Suspended, Revoked, Lapsed, Expired, Vacated, Unavailable}
}

// ParseStatus reads the name of a published status.
func ParseStatus(name string) (Status, bool) {
	for _, s := range Published() {
		if name == statusNames[s] {
			return s, true
		}
	}
	return NotIssued, false
}

// Valid reports whether a certificate of this status is a valid certificate: active, in good
// standing, and not lapsed, expired, vacated, suspended or revoked (§102.30).
func (s Status) Valid() bool { return s == Active }

// How long after the last day of a term a certification that is not renewed stays lapsed,
// and then expired, before it is vacated (§209).
const (
	lapsedYears  = 1
	expiredYears = 4
)

func lastLapsedDay(t Term) Date  { return t.To.AddYears(lapsedYears) }
func lastExpiredDay(t Term) Date { return t.To.AddYears(expiredYears) }

// State is the status of a record at an instant and the actions then in force.
type State struct {
	Status  Status
	Actions Actions
}

// StatusAt is the status of the record at the instant.
func StatusAt(r *Record, instant time.Time) Status { return StateAt(r, instant).Status }

// StateAt decides the status. An action in force decides over the calendar: revoked first;
// then vacated, for the number is void; then suspended; then what the calendar says. An
// investigation changes nothing: an allegation is not a finding (§703.4).
func StateAt(r *Record, instant time.Time) State {
	if r.unavailable {
		return State{Status: Unavailable}
	}
	status := calendarStatus(r.terms, DateOf(instant))
	if status == NotIssued {
		return State{Status: NotIssued}
	}
	var inForce Actions
	for _, action := range r.actions {
		if action.InForceAt(instant) {
			inForce |= 1 << action.Kind
		}
	}
	switch {
	case inForce.Has(ActionRevoked):
		status = Revoked
	case status == Vacated:
	case inForce.Has(ActionSuspended):
		status = Suspended
	}
	return State{Status: status, Actions: inForce}
}

// calendarStatus is what the mere passage of time makes of the terms on a day (§207, §209).
// The last term that has begun decides: a renewal starts the count again.
func calendarStatus(terms []Term, day Date) Status {
	term, begun := latestBegun(terms, day)
	switch {
	case !begun:
		return NotIssued
	case day <= term.To:
		return Active
	case day <= lastLapsedDay(term):
		return Lapsed
	case day <= lastExpiredDay(term):
		return Expired
	default:
		return Vacated
	}
}

// latestBegun is the last of the terms that has begun by the day.
func latestBegun(terms []Term, day Date) (Term, bool) {
	for i := len(terms) - 1; i >= 0; i-- {
		if terms[i].From <= day {
			return terms[i], true
		}
	}
	return Term{}, false
}
