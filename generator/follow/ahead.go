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

// ahead gives what the guard asks of records that the source changed: what becomes of their status
// after the instant that would not have become of it without that change.
//
// What the record was is known from what the guard let pass last, or from the record table where an
// earlier process wrote it. Where neither has the record that was published, as when the table is
// lost, the status that was published is taken to have lasted: that counts rather too much.
func (k *Keeper) ahead(ctx context.Context, from reading, asOf time.Time) func([]*site.RecordEntry) []publish.StatusChange {
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
	if k.passed.snapshot != nil {
		return k.passed.snapshot.Records
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

// firstChange is the first change of status after the instant that is in next and not in former,
// and that counts.
func firstChange(former, next *certification.Record, published *site.RecordEntry, asOf time.Time) (publish.StatusChange, bool) {
	if former != nil && slices.Equal(former.Terms(), next.Terms()) && slices.Equal(former.Actions(), next.Actions()) {
		return publish.StatusChange{}, false
	}
	for at := asOf; ; {
		following := []time.Time{certification.NextChange(next, at)}
		if former != nil {
			following = append(following, certification.NextChange(former, at))
		}
		at = earliest(following)
		if at.IsZero() {
			return publish.StatusChange{}, false
		}
		late := at.After(asOf.Add(horizon))
		becomes, was, counts := certification.StatusAt(next, at), published.Status, true
		if former != nil {
			status := certification.StatusAt(former, at)
			was, counts = status.String(), !late || !renews(status, becomes)
		} else if late { // it goes by the calendar in any case, but for an action
			counts = becomes == certification.Suspended || becomes == certification.Revoked
		}
		if counts && becomes.String() != was {
			return publish.StatusChange{Number: published.Number, From: was, To: becomes.String(), At: at.UTC()}, true
		}
	}
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
