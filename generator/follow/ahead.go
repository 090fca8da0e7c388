package follow

import (
	"context"
	"time"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/publish"
	"github.com/cmpss/registry/generator/site"
)

// horizon is how far ahead the guard looks: a long weekend, in which somebody can still mend what
// lies further ahead before it comes.
const horizon = 72 * time.Hour

// ahead gives what the guard asks of records that the source changed: what becomes of their status
// after the instant, up to the horizon, that would not have become of it without that change.
//
// What the record was is known from what the guard let pass last, or from the record table where an
// earlier process wrote it. Where neither has the record that was published, as when the table is
// lost, the status that was published is taken to have lasted: that holds rather too much.
func (k *Keeper) ahead(ctx context.Context, from reading, asOf time.Time) func(*site.RecordEntry) (publish.StatusChange, bool) {
	asked := false
	return func(published *site.RecordEntry) (publish.StatusChange, bool) {
		if k.passed.snapshot == nil && !asked {
			asked = true
			_ = k.restorePassed(ctx) // what fails leaves the record unknown, and the guard stricter
		}
		next, ok := find(from.snapshot.Records, published.Number)
		if !ok {
			return publish.StatusChange{}, false
		}
		return firstChange(k.formerly(published), next, published, asOf)
	}
}

// formerly is the record that was published; nil if it is not known.
func (k *Keeper) formerly(published *site.RecordEntry) *certification.Record {
	if k.passed.snapshot == nil {
		return nil
	}
	former, ok := find(k.passed.snapshot.Records, published.Number)
	if !ok || site.FingerprintOf(former.AppendJSON(nil)) != published.Source {
		return nil
	}
	return former
}

// firstChange is the first change of status after the instant, up to the horizon, that is in next
// and not in former.
func firstChange(former, next *certification.Record, published *site.RecordEntry, asOf time.Time) (publish.StatusChange, bool) {
	for at := asOf; ; {
		following := []time.Time{certification.NextChange(next, at)}
		if former != nil {
			following = append(following, certification.NextChange(former, at))
		}
		at = earliest(following)
		if at.IsZero() || at.After(asOf.Add(horizon)) {
			return publish.StatusChange{}, false
		}
		was := published.Status
		if former != nil {
			was = certification.StatusAt(former, at).String()
		}
		if becomes := certification.StatusAt(next, at).String(); becomes != was {
			return publish.StatusChange{Number: published.Number, From: was, To: becomes}, true
		}
	}
}
