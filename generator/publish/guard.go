package publish

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cmpss/registry/generator/site"
)

// Limits bound what may change without a person's consent, in one publication together with what
// was let pass within the window before it (site.LetPassWindow). Each share is of the records, and
// at most Least are never held: in a small registry a few changes are a large share. Rejected rows
// need no window: they are counted as they are, not as they change.
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
	Status     []StatusChange // by the source, at once or later (Run.Statuses); a change by the calendar alone is none
	Rejected   int            // rows
	Accepted   int            // rows that were rejected when the site was last published
	Unreadable bool           // not one record of the new site could be understood
	Emptied    bool           // the published site has records that are not withdrawn, the new one has none
	Changed    []string       // by the source in any way, but for those that were added
	Turned     []string       // whose status time alone has changed

	// How many Status and Vanished of earlier publications were let pass within the window before.
	StatusBefore, VanishedBefore int
}

// StatusChange is a record whose status the source changed.
type StatusChange struct {
	Number string    `json:"number"`
	From   string    `json:"from"`
	To     string    `json:"to"`
	At     time.Time `json:"at,omitzero"` // from when on, if that lies ahead
}

// difference is compare's, with the changes of status as whoever knows the records tells them.
func difference(previous *site.Manifest, next *site.Site, p places, statuses func([]*site.RecordEntry) []StatusChange) Difference {
	d, changed := compare(previous, next, p)
	if statuses != nil {
		d.Status = nil
		if len(changed) > 0 {
			d.Status = statuses(changed)
		}
	}
	d.StatusBefore, d.VanishedBefore = letPass(previous, next.AsOf).Sum()
	return d
}

// letPass is what was let pass within the window before the instant. While something is held the
// window stands still: waiting is no consent.
func letPass(previous *site.Manifest, instant time.Time) site.LetPass {
	if previous.Held != nil {
		return previous.LetPass
	}
	return previous.LetPass.Until(instant)
}

// compare finds the difference between a published site and the next one, and the published
// records that the source changed and has not withdrawn.
func compare(previous *site.Manifest, next *site.Site, p places) (d Difference, changed []*site.RecordEntry) {
	d = Difference{Published: len(previous.Records), Next: len(next.Records), Rejected: next.Status.Rejected, Accepted: previous.Rejected}
	d.Unreadable = d.Rejected > d.Accepted && next.Status.Records["unavailable"] == len(next.Records)
	for _, k := range p.removed {
		d.Vanished = append(d.Vanished, previous.Records[k].Number)
	}
	for i := range p.candidates(len(next.Records)) {
		now, k := &next.Records[i], p.of(i)
		if k < 0 {
			d.Added = append(d.Added, now.Number)
			if now.Status == site.Withdrawn { // it was shown by a publication that did not end
				d.Vanished = append(d.Vanished, now.Number)
			}
			continue
		}
		old := &previous.Records[k]
		if old.Source == now.Source {
			if old.Status != now.Status {
				d.Turned = append(d.Turned, now.Number)
			}
			continue
		}
		d.Changed = append(d.Changed, now.Number)
		if now.Status == site.Withdrawn {
			if old.Status != site.Withdrawn {
				d.Vanished = append(d.Vanished, now.Number)
			}
			continue
		}
		changed = append(changed, old)
		if old.Status != now.Status {
			d.Status = append(d.Status, StatusChange{Number: now.Number, From: old.Status, To: now.Status})
		}
	}
	had := slices.ContainsFunc(previous.Records, func(e site.RecordEntry) bool { return e.Status != site.Withdrawn })
	left := slices.ContainsFunc(next.Records, func(r site.Record) bool { return r.Status != site.Withdrawn })
	d.Emptied = had && !left
	return d, changed
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

// Check returns a *HeldError if the difference, with what was let pass before it, exceeds a limit
// and accept is not its digest.
func (l Limits) Check(d Difference, accept string) error {
	var reasons []string
	exceeds := func(what string, count, before, of int, share float64) {
		if count == 0 || !l.exceeded(count+before, of, share) {
			return
		}
		more := ""
		if before > 0 {
			more = fmt.Sprintf(", %d now and %d let pass within %d hours before", count, before, int(site.LetPassWindow.Hours()))
		}
		reasons = append(reasons, fmt.Sprintf("%d of %d %s%s, more than %g %%", count+before, of, what, more, share*100))
	}
	if d.Rejected > d.Accepted { // what was let pass once is not asked about with every change after it
		exceeds("records rejected", d.Rejected, 0, d.Next, l.RejectedShare)
	}
	if d.Unreadable {
		reasons = append(reasons, "no record could be understood")
	}
	if d.Published > 0 {
		exceeds("statuses changed by the source", len(d.Status), d.StatusBefore, d.Published, l.StatusShare)
		exceeds("published records vanished from the source", len(d.Vanished), d.VanishedBefore, d.Published, l.VanishedShare)
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
