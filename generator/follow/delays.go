package follow

import (
	"time"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/publish"
	"github.com/cmpss/registry/generator/site"
)

// delays adds to the log of delays those of a publication whose files stand in place now.
func (k *Keeper) delays(d publish.Difference, from reading, asOf time.Time, report *Report) site.Delays {
	now := k.options.Now()
	var delays []time.Duration
	for _, made := range k.made(d, from, asOf) {
		delays = append(delays, max(0, now.Sub(made)))
	}
	report.Delays = append(report.Delays, delays...)
	return k.options.Publisher.Manifest().Delays.With(certification.DateOf(now).String(), delays)
}

// made gives when each change of a difference was made: by the source, or by time alone. What
// the first publication brings is no change.
//
// A source's word for when it was made is, in this order, what the record says of itself
// (updated_at) and what is known of all the changes at once: by the outbox, or by the time of
// the file. It counts if it is after the look before, which did not see the change, and not
// after this one. Where no such word is, the change counts from the look before: it may be
// younger and cannot be older, but for the time that a transaction took.
func (k *Keeper) made(d publish.Difference, from reading, asOf time.Time) []time.Time {
	before := k.stands.looked
	if k.stands.snapshot == nil {
		before = k.options.Publisher.Manifest().Read
	}
	if before.IsZero() {
		return nil
	}
	bySource := func(r *certification.Record) time.Time {
		for _, word := range [...]time.Time{r.UpdatedAt(), from.told} {
			if word.After(before) && !word.After(asOf) {
				return word
			}
		}
		return before
	}
	var list []time.Time
	each := func(numbers []string, when func(*certification.Record) time.Time) {
		for _, number := range numbers {
			if r, ok := find(from.snapshot.Records, number); ok {
				list = append(list, when(r))
			}
		}
	}
	each(d.Changed, bySource)
	// Time alone turns a status at an instant; and a certificate appears because it was entered,
	// or because its first term has begun, whichever was later.
	byTime := func(r *certification.Record) time.Time {
		if history := certification.History(r, asOf); len(history) > 0 {
			return history[len(history)-1].From
		}
		return before
	}
	each(d.Turned, byTime)
	each(d.Added, func(r *certification.Record) time.Time {
		if begun := byTime(r); begun.After(before) && r.UpdatedAt().Before(begun) {
			return begun
		}
		return bySource(r)
	})
	return list
}

func find(list []*certification.Record, number string) (*certification.Record, bool) {
	wanted, err := certification.ParseNumber(number)
	if err != nil {
		return nil, false // no site of this program has such a record
	}
	at, found := search(list, wanted)
	if !found {
		return nil, false
	}
	return list[at], true
}

// earliest is the first of the instants, those that are zero left out; zero if all are.
func earliest(list []time.Time) time.Time {
	var first time.Time
	for _, t := range list {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	return first
}
