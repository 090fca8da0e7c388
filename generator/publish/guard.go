package publish

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/cmpss/registry/generator/site"
)

// Limits bound what one publication may change without a person's consent. Each share is of
// the records, and a difference of at most Least is never held: in a small registry a few
// changes are a large share.
type Limits struct {
	StatusShare   float64 // statuses changed by the source, not by the calendar
	VanishedShare float64 // records that are no longer in the source
	RejectedShare float64 // rows that could not be understood
	Least         int
}

// DefaultLimits are 5 % of statuses, 0.5 % vanished, 0.1 % rejected, and never fewer than ten.
func DefaultLimits() Limits {
	return Limits{StatusShare: 0.05, VanishedShare: 0.005, RejectedShare: 0.001, Least: 10}
}

// Difference is the new site against the published one. The guard looks at some of it. Numbers
// are in order.
type Difference struct {
	Published  int // records of the published site
	Next       int // records of the new site
	Added      []string
	Vanished   []string       // no longer in the source, or no longer issued
	Status     []StatusChange // by the source, at once or soon (Run.Ahead); a change by the calendar alone is none
	Rejected   int            // rows
	Accepted   int            // rows that were rejected when the site was last published
	Unreadable bool           // not one record of the new site could be understood
	Emptied    bool           // the published site has records that are not withdrawn, the new one has none
	Changed    []string       // by the source in any way, but for those that were added
	Turned     []string       // whose status time alone has changed

	steady []int32 // places in the manifest of those in Changed whose status is the same now
}

// StatusChange is a record whose status the source changed.
type StatusChange struct{ Number, From, To string }

// difference is compare's, with the changes of status that lie a little ahead. They count as those
// of now do, or a batch dated a moment ahead would be published unseen when that moment comes: by
// then its source says nothing new. To ask for them can mean to read the record table, so it is
// done only where the answer can matter.
func (l Limits) difference(previous *site.Manifest, next *site.Site, p places, ahead func(*site.RecordEntry) (StatusChange, bool)) Difference {
	d := compare(previous, next, p)
	if ahead == nil || !l.exceeded(len(d.Status)+len(d.steady), d.Published, l.StatusShare) && l.Check(d, "") == nil {
		return d
	}
	for _, k := range d.steady {
		if change, ok := ahead(&previous.Records[k]); ok {
			d.Status = append(d.Status, change)
		}
	}
	slices.SortFunc(d.Status, func(a, b StatusChange) int { return site.CompareNumbers(a.Number, b.Number) })
	return d
}

// compare finds the difference between a published site and the next one.
func compare(previous *site.Manifest, next *site.Site, p places) Difference {
	d := Difference{Published: len(previous.Records), Next: len(next.Records), Rejected: next.Status.Rejected, Accepted: previous.Rejected}
	d.Unreadable = d.Rejected > d.Accepted && next.Status.Records["unavailable"] == len(next.Records)
	had, left := false, false // records that are not withdrawn
	for _, k := range p.removed {
		d.Vanished = append(d.Vanished, previous.Records[k].Number)
		had = had || previous.Records[k].Status != site.Withdrawn
	}
	for i := range next.Records {
		now, k := &next.Records[i], p.of(i)
		left = left || now.Status != site.Withdrawn
		if k < 0 {
			d.Added = append(d.Added, now.Number)
			continue
		}
		old := &previous.Records[k]
		had = had || old.Status != site.Withdrawn
		if old.Source == now.Source {
			if old.Status != now.Status {
				d.Turned = append(d.Turned, now.Number)
			}
			continue
		}
		d.Changed = append(d.Changed, now.Number)
		switch {
		case old.Status == now.Status:
			d.steady = append(d.steady, int32(k))
		case now.Status == site.Withdrawn:
			d.Vanished = append(d.Vanished, now.Number)
		default:
			d.Status = append(d.Status, StatusChange{now.Number, old.Status, now.Status})
		}
	}
	d.Emptied = had && !left
	return d
}

// Digest names exactly this difference, so that consent to it is consent to nothing else. A change
// that lies ahead has the digest that it has when it has come.
func (d Difference) Digest() string {
	h := sha256.New()
	fmt.Fprintf(h, "vanished %q\nrejected %d\n", d.Vanished, d.Rejected)
	for _, c := range d.Status {
		fmt.Fprintf(h, "%s %s %s\n", c.Number, c.From, c.To)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// HeldError says that the guard held a publication. Nothing of it was published.
type HeldError struct {
	Reasons    []string
	Difference Difference
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("held by the guard, nothing of it was published: %s; look at the difference, and if it is right run again with --accept %s",
		strings.Join(e.Reasons, "; "), e.Difference.Digest())
}

// Check returns a *HeldError if the difference exceeds a limit and accept is not its digest.
func (l Limits) Check(d Difference, accept string) error {
	var reasons []string
	exceeds := func(what string, count, of int, share float64) {
		if l.exceeded(count, of, share) {
			reasons = append(reasons, fmt.Sprintf("%d of %d %s, more than %g %%", count, of, what, share*100))
		}
	}
	if d.Rejected > d.Accepted { // what was let pass once is not asked about with every change after it
		exceeds("records rejected", d.Rejected, d.Next, l.RejectedShare)
	}
	if d.Unreadable {
		reasons = append(reasons, "no record could be understood")
	}
	if d.Published > 0 {
		exceeds("statuses changed by the source", len(d.Status), d.Published, l.StatusShare)
		exceeds("published records vanished from the source", len(d.Vanished), d.Published, l.VanishedShare)
		if d.Emptied {
			reasons = append(reasons, "no record is left")
		}
	}
	if len(reasons) == 0 || accept == d.Digest() {
		return nil
	}
	return &HeldError{Reasons: reasons, Difference: d}
}

// exceeded reports whether so many of so many are more than the share allows.
func (l Limits) exceeded(count, of int, share float64) bool {
	return count > l.Least && float64(count) > share*float64(of)
}
