package roster

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/legalname"
)

// maxName bounds, in bytes, a name that is compared, as the query handler does.
const maxName = 4 * certification.MaxNameLength

// SoonDays is how many days before its last day a certification is said to expire soon: when renewal
// opens (§207).
const SoonDays = 90

// Finding is what a registry says about a number.
type Finding struct {
	Issued    bool
	Statement certification.Statement // if issued

	// When it was confirmed that the number was never issued, and until when that holds.
	Confirmed, Reliable time.Time
}

// LookUp asks a registry about a number. An error means that the answer could not be confirmed. It is called
// from several goroutines.
type LookUp func(context.Context, certification.Number) (Finding, error)

// Answer is the kind of an answer; the query handler gives the same.
type Answer string

// The answers.
const (
	Issued      Answer = "issued"
	NeverIssued Answer = "never-issued"
	Malformed   Answer = "malformed"   // the number, the day or the name is none
	Unconfirmed Answer = "unconfirmed" // the registry could not say
)

// Result is a line with its answer.
type Result struct {
	Line
	Attention []Reason // gravest first; empty if there is nothing to do
	Answer    Answer
	Canonical certification.Number     // zero if malformed
	Statement *certification.Statement // if issued
	Day       certification.Date       // if one was asked about
	OnDay     certification.Status     // on that day, if issued
	Match     string                   // how well the name agrees; empty if there is none to compare
	Confirmed time.Time                // zero if unconfirmed or malformed
	Reliable  time.Time                // until when, not included
	Err       error                    // why it is unconfirmed
}

// HasDay reports whether a day was asked about.
func (r *Result) HasDay() bool { return r.On != "" }

// Check answers every line of a roster, the one that most needs attention first and otherwise in the order
// of the file. At most workers questions are asked at a time, one for each number. progress is
// told how many were answered, from any goroutine; it may be nil. The error is that of the context.
func Check(ctx context.Context, lines []Line, now time.Time, lookUp LookUp, workers int, progress func(done, total int)) ([]Result, error) {
	results := make([]Result, len(lines))
	byNumber := make(map[certification.Number][]*Result)
	var numbers []certification.Number
	for i, line := range lines {
		r := &results[i]
		r.Line = line
		if r.read(now); r.Answer == Malformed {
			continue
		}
		if byNumber[r.Canonical] == nil {
			numbers = append(numbers, r.Canonical)
		}
		byNumber[r.Canonical] = append(byNumber[r.Canonical], r)
	}
	var done atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(1, workers))
	for _, number := range numbers {
		group.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			finding, err := lookUp(ctx, number)
			for _, r := range byNumber[number] {
				r.answer(finding, err, now)
			}
			if progress != nil {
				progress(int(done.Add(1)), len(numbers))
			}
			return ctx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	markRepeated(results)
	slices.SortStableFunc(results, func(a, b Result) int { return gravity(a.Attention) - gravity(b.Attention) })
	return results, nil
}

// read understands the words of a line, or says what is malformed.
func (r *Result) read(now time.Time) {
	var err error
	if r.Canonical, err = certification.ParseNumber(r.Number); err != nil {
		r.note(MalformedNumber)
	}
	if r.HasDay() {
		switch r.Day, err = certification.ParseDate(r.On); {
		case err != nil:
			r.note(MalformedDay)
		case r.Day > certification.DateOf(now):
			r.note(FutureDay)
		}
	}
	if len(r.Name) > maxName {
		r.note(LongName)
	}
	if len(r.Attention) > 0 {
		r.Answer = Malformed
	}
}

// answer takes in what the registry says about the number.
func (r *Result) answer(f Finding, err error, now time.Time) {
	if err != nil {
		r.Answer, r.Err = Unconfirmed, err
		r.note(NotConfirmed)
		return
	}
	if !f.Issued {
		r.Answer, r.Confirmed, r.Reliable = NeverIssued, f.Confirmed, f.Reliable
		r.note(NoSuchNumber)
		return
	}
	s := &f.Statement
	r.Answer, r.Statement, r.Confirmed, r.Reliable = Issued, s, s.ThisUpdate, s.ReliableUntil()
	if s.Status == certification.Unavailable {
		r.OnDay = s.Status
		r.note(NotAvailable)
		return
	}
	status := s.Status
	if r.HasDay() {
		r.OnDay = s.OnDay(r.Day).Status
		status = r.OnDay
	}
	if !status.Valid() {
		r.note(NotValid)
	}
	if r.Name != "" {
		match := legalname.Compare(r.Name, s.LegalName)
		r.Match = match.String()
		switch match {
		case legalname.Different:
			r.note(NameDiffers)
		case legalname.Close:
			r.note(NameClose)
		}
	}
	if s.Actions.Has(certification.UnderInvestigation) {
		r.note(Investigated)
	}
	if !r.HasDay() && status.Valid() && s.ValidThrough()-certification.DateOf(now) <= SoonDays {
		r.note(ExpiresSoon)
	}
}

// markRepeated notes the questions that an earlier line asks as well.
func markRepeated(results []Result) {
	type question struct {
		number certification.Number
		hasDay bool
		day    certification.Date
	}
	seen := make(map[question]bool)
	for i := range results {
		r := &results[i]
		if r.Canonical.IsZero() || r.Answer == Malformed {
			continue
		}
		q := question{r.Canonical, r.HasDay(), r.Day}
		if seen[q] {
			r.note(Repeated)
		}
		seen[q] = true
	}
}

// note adds a reason in its place.
func (r *Result) note(reason Reason) {
	i, _ := slices.BinarySearch(r.Attention, reason)
	r.Attention = slices.Insert(r.Attention, i, reason)
}
