package follow

import (
	"context"
	"slices"
	"time"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/publish"
	"github.com/cmpss/registry/generator/site"
)

// horizon is how far ahead every change of status counts: a long weekend, in which nobody may be
// there to mend what comes. Beyond it renewals do not count, for that is how they are entered.
const horizon = 72 * time.Hour

// statuses gives what the guard asks of records that the source changed: what became of their status,
// or becomes of it after the instant, that would not have without that change.
//
// What the record was is known from what this process published last, or from the record table where an
// earlier process wrote it. Where neither has the record that was published, as when the table is
// lost, the status that was published is taken to have lasted: that counts rather too much.
func (k *Keeper) statuses(ctx context.Context, from reading, asOf time.Time) func([]*site.RecordEntry) []publish.StatusChange {
	return func(published []*site.RecordEntry) []publish.StatusChange {
		var list []publish.StatusChange
		formers := k.formers(ctx, published)
		for _, entry := range published {
			next, ok := find(from.snapshot.Records, entry.Number)
			if !ok {
				continue
			}
			former, ok := find(formers, entry.Number)
			if !ok || site.Fingerprint(former.Digest()) != entry.Source {
				former = nil
			}
			if change, ok := firstChange(former, next, entry, asOf); ok {
				list = append(list, change)
			}
		}
		return list
	}
}

// formers are records as they may have been published, those of the entries among them as far as
// they are known.
func (k *Keeper) formers(ctx context.Context, published []*site.RecordEntry) []*certification.Record {
	if k.stands.snapshot != nil {
		return k.stands.snapshot.Records
	}
	numbers := make([]certification.Number, 0, len(published))
	for _, entry := range published {
		if number, err := certification.ParseNumber(entry.Number); err == nil {
			numbers = append(numbers, number)
		}
	}
	list, err := k.options.Index.Read(ctx, numbers)
	if err != nil {
		return nil // what cannot be read is not known, and the guard stricter
	}
	return list
}

// firstChange is the first change of status, at the instant or after it, that is in next and not in
// former, and that counts.
func firstChange(former, next *certification.Record, published *site.RecordEntry, asOf time.Time) (publish.StatusChange, bool) {
	if former != nil && haveOneCourse(former, next) {
		return publish.StatusChange{}, false
	}
	for at := asOf; !at.IsZero(); {
		late := at.After(asOf.Add(horizon))
		becomes, was, counts := certification.StatusAt(next, at), published.Status, true
		following := []time.Time{certification.NextChange(next, at)}
		switch {
		case former == nil: // it goes by the calendar in any case, but for an action
			counts = !late || becomes == certification.Suspended || becomes == certification.Revoked
		case !former.IsUnavailable():
			status := certification.StatusAt(former, at)
			was, counts = status.String(), !late || !renews(status, becomes)
			following = append(following, certification.NextChange(former, at))
		}
		if counts && becomes.String() != was {
			change := publish.StatusChange{Number: published.Number, From: was, To: becomes.String()}
			if at.After(asOf) {
				change.At = at.UTC()
			}
			return change, true
		}
		at = earliest(following)
	}
	return publish.StatusChange{}, false
}

// haveOneCourse reports whether the status of two records of a number is the same at every instant,
// as far as can be seen without asking for it.
func haveOneCourse(a, b *certification.Record) bool {
	return slices.Equal(a.Terms(), b.Terms()) && slices.Equal(a.Actions(), b.Actions()) &&
		a.IsUnavailable() == b.IsUnavailable() && a.IsWithdrawn() == b.IsWithdrawn()
}

// renews reports whether a later status is what a longer term makes of one to which the calendar
// would have come.
func renews(was, becomes certification.Status) bool {
	switch was {
	case certification.Lapsed, certification.Expired, certification.Vacated:
		return becomes < was
	}
	return false
}
