package certification

import (
	"strconv"
	"time"
)

// Window is how long a statement may be relied on after the boundary at which it was
// confirmed. Boundaries come twice in a window, so a site that is rebuilt in time never runs out.
const Window = 24 * time.Hour

// Confirmation gives the last confirmation boundary, 00:00 or 12:00 in Los Angeles, at or before the instant of a complete,
// validated read of the source, and the end of the window that begins there. Tying a
// statement to the boundary rather than to the read makes it a function of record and
// boundary: reading again between two boundaries changes no page.
func Confirmation(read time.Time) (boundary, until time.Time) {
	today := DateOf(read)
	boundary = today.noon()
	if boundary.After(read) {
		boundary = today.Start()
	}
	return boundary, boundary.Add(Window)
}

// NextConfirmation is the first confirmation boundary after the instant. Thirteen hours are
// half a window and a change of clocks: they pass one boundary and never two.
func NextConfirmation(instant time.Time) time.Time {
	boundary, _ := Confirmation(instant)
	next, _ := Confirmation(boundary.Add(13 * time.Hour))
	return next
}

// Statement is what may be said in public about a record at an instant, and for how long it
// may be relied on. Its JSON form is that of /verify/NUMBER.json.
type Statement struct {
	Number          Number
	LegalName       string // empty if unavailable
	Status          Status
	Actions         Actions // in force
	Specializations Specializations
	CertifiedSince  Date       // first day of the first term
	Term            Term       // the last term that has begun; it holds date active and date of expiration
	Renewal         Term       // the last term of those that follow Term without a gap and have not begun; zero if none
	History         []Interval // runs to ThisUpdate and beyond, as far as is known now
	ThisUpdate      time.Time  // when the statement was confirmed, UTC
	NextUpdate      time.Time  // until when it may be relied on, UTC, not included
	NextChange      time.Time  // when status or actions change by what is known, UTC; zero if never
	HoldsUntil      time.Time  // as the function HoldsUntil has it
	Sample          bool
	Withdrawn       bool // the number is no longer in the source; the status is Unavailable
}

// StatementAt is the statement about the record at the instant, from a complete read of the
// source at the instant read, which is not after it. It is false for a certificate that is not
// yet issued: nothing is said about it.
func StatementAt(r *Record, read, instant time.Time) (Statement, bool) {
	boundary, until := Confirmation(read)
	s := Statement{
		Number:     r.number,
		ThisUpdate: boundary,
		NextUpdate: until,
		Sample:     r.sample,
	}
	if r.unavailable {
		s.Status, s.Withdrawn = Unavailable, r.withdrawn
		return s, true
	}
	var store [16]change
	changes := appendChanges(store[:0], r)
	last, next := around(changes, instant)
	if last.at.IsZero() {
		return Statement{}, false
	}
	day := DateOf(instant)
	s.LegalName = r.legalName
	s.Status = last.state.Status
	s.Actions = last.state.Actions
	s.Specializations = r.specializations
	s.CertifiedSince = r.terms[0].From
	s.Term, _ = latestBegun(r.terms, day)
	s.Renewal = renewalOf(r.terms, day, s.Term)
	s.History = historyUpTo(changes, instant)
	for _, at := range [...]time.Time{last.at, r.updatedAt} {
		if at.After(s.ThisUpdate) && !at.After(instant) {
			s.ThisUpdate = at.UTC()
		}
	}
	if !next.IsZero() {
		s.NextChange = next.UTC()
	}
	s.HoldsUntil = holdsUntil(r, instant, next)
	return s, true
}

// HoldsUntil is the first instant after the given one at which the statement about the record
// says something else although it is confirmed by the same read: its status or actions change,
// its next term begins, or the change that its source has noted for later is reached. It is
// zero if there is none.
func HoldsUntil(r *Record, instant time.Time) time.Time {
	return holdsUntil(r, instant, NextChange(r, instant))
}

func holdsUntil(r *Record, instant, nextChange time.Time) time.Time {
	first := nextChange
	sooner := func(at time.Time) {
		if at.After(instant) && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	sooner(r.updatedAt)
	for _, term := range r.terms {
		sooner(term.From.Start())
	}
	return first
}

// renewalOf joins the terms that follow the current one without a gap.
func renewalOf(terms []Term, day Date, current Term) Term {
	var renewal Term
	end := current.To
	for _, term := range terms {
		if term.From <= day || term.From != end+1 {
			continue
		}
		if renewal == (Term{}) {
			renewal.From = term.From
		}
		renewal.To, end = term.To, term.To
	}
	return renewal
}

// Valid reports whether the certificate is a valid certificate (§102.30).
func (s *Statement) Valid() bool { return s.Status.Valid() }

// ValidThrough is the last day that the terms on file cover without a gap.
func (s *Statement) ValidThrough() Date { return max(s.Term.To, s.Renewal.To) }

// ReliableUntil is the instant until which the statement as a whole stays true: the end of
// its window, or the next known change if that comes first.
func (s *Statement) ReliableUntil() time.Time {
	if !s.NextChange.IsZero() && s.NextChange.Before(s.NextUpdate) {
		return s.NextChange
	}
	return s.NextUpdate
}

// AppendJSON appends the statement as one JSON object, without white space. What is not
// known of an unavailable record is null or empty; renewal, sample and withdrawn
// are there only if they apply.
func (s *Statement) AppendJSON(dst []byte) []byte {
	known := s.Status != Unavailable
	dst = append(append(append(dst, `{"number":"`...), s.Number.canonical...), '"')
	dst = appendString(append(dst, `,"legal_name":`...), s.LegalName)
	dst = append(append(append(dst, `,"status":"`...), s.Status.String()...), `","valid":`...)
	if s.Valid() {
		dst = append(dst, `true,"actions":[`...)
	} else {
		dst = append(dst, `false,"actions":[`...)
	}
	i := 0
	for kind := range s.Actions.All() {
		dst = append(append(append(appendComma(dst, i), '"'), kind.String()...), '"')
		i++
	}
	dst = appendDateOrNull(append(dst, `],"certified_since":`...), s.CertifiedSince, known)
	dst = appendDateOrNull(append(dst, `,"date_active":`...), s.Term.From, known)
	dst = appendDateOrNull(append(dst, `,"date_expires":`...), s.Term.To, known)
	if s.Renewal != (Term{}) {
		dst = appendDate(append(dst, `,"renewal":{"from":`...), s.Renewal.From)
		dst = append(appendDate(append(dst, `,"to":`...), s.Renewal.To), '}')
	}
	dst = appendSpecializations(append(dst, `,"specializations":`...), s.Specializations)
	dst = append(dst, `,"history":[`...)
	for i, interval := range s.History {
		dst = appendInstant(append(appendComma(dst, i), `{"from":`...), interval.From)
		dst = appendInstantOrNull(append(dst, `,"until":`...), interval.Until)
		dst = append(append(append(dst, `,"status":"`...), interval.Status.String()...), `"}`...)
	}
	dst = appendInstant(append(dst, `],"this_update":`...), s.ThisUpdate)
	dst = appendInstant(append(dst, `,"next_update":`...), s.NextUpdate)
	dst = appendInstantOrNull(append(dst, `,"next_change":`...), s.NextChange)
	if s.Sample {
		dst = append(dst, `,"sample":true`...)
	}
	if s.Withdrawn {
		dst = append(dst, `,"withdrawn":true`...)
	}
	return append(dst, '}')
}

// AppendSummary appends what a list of certificates says of each, as members of a JSON object without its
// braces: those that the whole statement has as well.
func (s *Statement) AppendSummary(dst []byte) []byte {
	dst = append(append(append(dst, `"number":"`...), s.Number.canonical...), '"')
	dst = appendString(append(dst, `,"legal_name":`...), s.LegalName)
	dst = append(append(append(dst, `,"status":"`...), s.Status.String()...), `","valid":`...)
	dst = strconv.AppendBool(dst, s.Valid())
	dst = appendDateOrNull(append(dst, `,"date_expires":`...), s.Term.To, s.Status != Unavailable)
	return appendSpecializations(append(dst, `,"specializations":`...), s.Specializations)
}

func appendDateOrNull(dst []byte, d Date, known bool) []byte {
	if !known {
		return append(dst, "null"...)
	}
	return appendDate(dst, d)
}

func appendInstantOrNull(dst []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(dst, "null"...)
	}
	return appendInstant(dst, t)
}
