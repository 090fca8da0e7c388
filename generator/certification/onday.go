package certification

import (
	"strconv"
	"time"
)

// Reason says why a certification had its status on a day.
type Reason uint8

// The reasons.
const (
	InTerm       Reason = iota // active: a term was running and nothing stood against it
	BeforeIssue                // the certificate was not yet issued
	BetweenTerms               // lapsed or expired, until the next term began
	AfterTerm                  // lapsed, expired or vacated: the last term had ended
	InSuspension
	InRevocation
	NotKnown // unavailable
	numReasons
)

var reasonNames = [numReasons]string{"in-term", "before-issue", "between-terms", "after-term", "suspension", "revocation", "unavailable"}

// String is the name of the reason in JSON.
func (r Reason) String() string { return reasonNames[r] }

// Reasons are all reasons.
func Reasons() []Reason {
	return []Reason{InTerm, BeforeIssue, BetweenTerms, AfterTerm, InSuspension, InRevocation, NotKnown}
}

// Statuses are those that have the reason.
func (r Reason) Statuses() []Status {
	switch r {
	case BeforeIssue:
		return []Status{NotIssued}
	case BetweenTerms:
		return []Status{Lapsed, Expired}
	case AfterTerm:
		return []Status{Lapsed, Expired, Vacated}
	case InSuspension:
		return []Status{Suspended}
	case InRevocation:
		return []Status{Revoked}
	case NotKnown:
		return []Status{Unavailable}
	default:
		return []Status{Active}
	}
}

// OnDay is what is known of a certification on a day in Los Angeles. Status is the gravest one
// of any moment of the day: a certificate counts as valid on a day only if it was valid all of it.
type OnDay struct {
	Date   Date
	Status Status
	Reason Reason

	// From and Until bound the stretch of time that the reason holds for, Until not included.
	// Without a gap between them, lapsed and expired are one stretch. From is zero before the
	// issue, Until where no end is known; both are where nothing is known.
	From, Until time.Time
}

// OnDay is what the record says of a day, as far as is known at the instant upTo. The day must
// not be after that of upTo.
func (r *Record) OnDay(day Date, upTo time.Time) OnDay {
	if r.unavailable {
		return OnDay{Date: day, Status: Unavailable, Reason: NotKnown}
	}
	return onDay(History(r, upTo), day)
}

// OnDay is what the statement says of a day. What is after the statement is not known: the
// caller refuses a later day.
func (s *Statement) OnDay(day Date) OnDay {
	if s.Status == Unavailable {
		return OnDay{Date: day, Status: Unavailable, Reason: NotKnown}
	}
	return onDay(s.History, day)
}

func onDay(history []Interval, day Date) OnDay {
	on := OnDay{Date: day, Status: NotIssued, Reason: BeforeIssue}
	gravest := -1
	start, end := day.Start(), day.End()
	for i, interval := range history {
		overlaps := interval.From.Before(end) && (interval.Until.IsZero() || interval.Until.After(start))
		if overlaps && interval.Status > on.Status {
			on.Status, gravest = interval.Status, i
		}
	}
	if gravest < 0 {
		if len(history) > 0 {
			on.Until = history[0].From
		}
		return on
	}
	first, last := gravest, gravest
	switch on.Status {
	case Suspended:
		on.Reason = InSuspension
	case Revoked:
		on.Reason = InRevocation
	case Lapsed, Expired, Vacated:
		for first > 0 && withoutTerm(history[first-1].Status) {
			first--
		}
		for last+1 < len(history) && withoutTerm(history[last+1].Status) {
			last++
		}
		on.Reason = AfterTerm
		if last+1 < len(history) && history[last+1].Status == Active {
			on.Reason = BetweenTerms
		}
	default:
		on.Reason = InTerm
	}
	on.From, on.Until = history[first].From, history[last].Until
	return on
}

// withoutTerm reports whether the status is that of a time in which no term ran.
func withoutTerm(s Status) bool { return s == Lapsed || s == Expired || s == Vacated }

// FirstDay is the first day of the stretch; false if the stretch has no beginning.
func (o *OnDay) FirstDay() (Date, bool) {
	return DateOf(o.From), !o.From.IsZero()
}

// LastDay is the last day of the stretch, in whole or in part; false if no end is known.
func (o *OnDay) LastDay() (Date, bool) {
	return DateOf(o.Until.Add(-1)), !o.Until.IsZero()
}

// PartOfDay reports whether the status held for a part of the day only, as far as is known.
func (o *OnDay) PartOfDay() bool {
	return o.From.After(o.Date.Start()) || !o.Until.IsZero() && o.Until.Before(o.Date.End())
}

// AppendJSON appends the answer as one JSON object: {"date","status","valid","reason","from",
// "through","part_of_day"}. The days from and through bound the stretch that the reason holds
// for and are null where there is none; part_of_day is there only if it is true.
func (o *OnDay) AppendJSON(dst []byte) []byte {
	dst = appendDate(append(dst, `{"date":`...), o.Date)
	dst = append(append(append(dst, `,"status":"`...), o.Status.String()...), `","valid":`...)
	dst = strconv.AppendBool(dst, o.Status.Valid())
	dst = append(append(append(dst, `,"reason":"`...), o.Reason.String()...), '"')
	first, begins := o.FirstDay()
	dst = appendDateOrNull(append(dst, `,"from":`...), first, begins)
	last, ends := o.LastDay()
	dst = appendDateOrNull(append(dst, `,"through":`...), last, ends)
	if o.PartOfDay() {
		dst = append(dst, `,"part_of_day":true`...)
	}
	return append(dst, '}')
}
