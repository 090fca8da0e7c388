package records

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/cmpss/registry/generator/certification"
)

// ErrBackwards: the source is older than the position, or its history is another one. A backup
// was restored, a standby took over, or the source was replaced. What is published may be newer
// than what can be read, so that nothing should be published until a person has looked.
var ErrBackwards = errors.New("the source has gone back to an earlier state, or is another one")

// Delta is what changed in a source since a position: of the numbers that changed, the records
// as they are now. A number may be in it that did not change after all.
type Delta struct {
	// Changed are the records that were added or changed, in the order of their numbers, each
	// number once. The record of a rejected entry is certification.NewUnavailable.
	Changed []*certification.Record
	// Gone are the numbers that the source no longer has, in order.
	Gone []certification.Number
	// Rejections of the changed numbers, at most one for each entry. They replace the
	// rejections of all the numbers in Changed and Gone.
	Rejections []Rejection
	// Reread says that something changed that cannot be told by number, or that too much did.
	// Changed, Gone and Rejections are empty then: a Snapshot has to be taken instead.
	Reread bool
	// Position is that of the state which was read, to be given to the next Changes. If Reread
	// is set, the position to go on from is that of the Snapshot.
	Position string
	// ServerTime is what the clock of the source said when it was read; zero if it has none.
	ServerTime time.Time
	// KnownUpTo is the instant up to which the source is known to have every change; zero if it is
	// the origin of them, and so has all that there were when it was read.
	KnownUpTo time.Time
	// OldestChange is when the oldest of the changes was made, by the clock of the source,
	// before it was committed; zero if there is none or the source does not say.
	OldestChange time.Time
}

// Follower is a source that can say what changed.
type Follower interface {
	Source

	// Changes gives what changed since a position that a Snapshot or a Delta has given, from
	// one consistent read. No change is ever left out: a position that the source does not
	// understand, or after which it no longer knows everything, gives a Delta with Reread. The
	// error is ErrBackwards if the source is older than the position. One call at a time.
	Changes(ctx context.Context, since string) (*Delta, error)

	// Listen calls look each time the source hints that something changed, and once after each
	// connection, until ctx ends; its error is then that of ctx. Hints that come together are
	// one. A lost hint costs delay, never truth: look asks Changes, and is called now and then
	// by the caller as well.
	//
	// A connection that fails is made again, after a time that grows with each failure. report
	// is called with the reason of each failure, and with nil when hints are heard again. Both
	// functions are called by one goroutine, and should return soon.
	Listen(ctx context.Context, look func(), report func(error)) error
}

// Fill puts into a Delta what was read of the numbers that were asked for: entries are those of
// the source with one of the numbers. As in Assemble, a number that stands in two entries is
// rejected.
func (d *Delta) Fill(asked []certification.Number, entries []Entry, place func(*Entry) string) {
	d.Changed, d.Rejections = join(entries, place)
	missing := slices.Clone(asked)
	slices.SortFunc(missing, certification.Number.Compare)
	missing = slices.Compact(missing)
	d.Gone = slices.DeleteFunc(missing, func(number certification.Number) bool {
		_, found := find(d.Changed, number)
		return found
	})
}

// Apply gives the snapshot that a Delta without Reread makes of the one whose position it is
// since. Neither is changed, and the records are shared. Rejections without a number come first,
// the others follow in the order of their numbers.
func (s *Snapshot) Apply(d *Delta) *Snapshot {
	touched := func(number certification.Number) bool {
		_, changed := find(d.Changed, number)
		_, gone := slices.BinarySearchFunc(d.Gone, number, certification.Number.Compare)
		return changed || gone
	}
	// Each entry of a source is a record or a rejection.
	next := &Snapshot{Position: d.Position, ServerTime: d.ServerTime, Read: s.Read - len(s.Rejections)}
	count := func(r *certification.Record, n int) {
		if !r.IsUnavailable() {
			next.Read += n
		}
	}
	next.Records = make([]*certification.Record, 0, len(s.Records)+len(d.Changed))
	rest := s.Records
	for changed, gone := d.Changed, d.Gone; len(changed)+len(gone) > 0; {
		// The lesser of the two numbers is next: no number is in both.
		isGone := len(changed) == 0 || len(gone) > 0 && gone[0].Compare(changed[0].Number()) < 0
		var number certification.Number
		if isGone {
			number = gone[0]
		} else {
			number = changed[0].Number()
		}
		before, held := find(rest, number)
		next.Records = append(next.Records, rest[:before]...)
		if rest = rest[before:]; held {
			count(rest[0], -1)
			rest = rest[1:]
		}
		if isGone {
			gone = gone[1:]
		} else {
			next.Records = append(next.Records, changed[0])
			count(changed[0], +1)
			changed = changed[1:]
		}
	}
	next.Records = append(next.Records, rest...)

	for _, r := range s.Rejections {
		if r.Number.IsZero() || !touched(r.Number) {
			next.Rejections = append(next.Rejections, r)
		}
	}
	next.Rejections = append(next.Rejections, d.Rejections...)
	slices.SortStableFunc(next.Rejections, func(a, b Rejection) int { return a.Number.Compare(b.Number) })
	next.Read += len(next.Rejections)
	return next
}

// find gives the place of a number in a list in the order of numbers, or where it would be.
func find(list []*certification.Record, number certification.Number) (int, bool) {
	return slices.BinarySearchFunc(list, number, func(r *certification.Record, n certification.Number) int {
		return r.Number().Compare(n)
	})
}
