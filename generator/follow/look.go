package follow

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/records"
	"github.com/cmpss/registry/generator/watch"
)

// look reads what changed, and gives the instant as of which the site can be built.
func (k *Keeper) look(ctx context.Context, why watch.Reason, report *Report) (asOf time.Time, err error) {
	began := k.clocks()
	start := began.monotonic
	defer func() { report.ReadTook = k.options.Clock().Sub(start) }()
	asOf = began.wall
	// A complete read that is owed stays owed: a look that fails before it, or finds the source
	// gone back, does not do away with the reason for it.
	k.unread = k.unread || k.latest.snapshot == nil || why.Has(watch.Reconcile|watch.Hangup|watch.FilesChanged|watch.ClockJumped)
	unconfirmed := k.latest.snapshot != nil && !asOf.Before(certification.NextConfirmation(k.latest.read))
	complete := k.unread || unconfirmed
	follower, follows := k.options.Source.(records.Follower)
	switch {
	case follows:
		// A source that follows is asked even before a complete read: it says if it has gone
		// back, as a restored backup has.
		delta, err := k.changes(ctx, follower)
		if err != nil {
			return asOf, fmt.Errorf("%w; nothing of it is published, and the site shows only what changes by the calendar", err)
		}
		// To read a standby again that stands still would confirm nothing.
		confirms := unconfirmed && !upTo(delta.KnownUpTo, asOf).Before(certification.NextConfirmation(k.latest.read))
		if complete = k.unread || confirms || delta.Reread; !complete {
			report.Read = len(delta.Changed) + len(delta.Gone)
			err := k.take(ctx, delta, began, report)
			k.warn(report, asOf)
			return asOf, err
		}
	default:
		// It is asked before every read, so that it knows the file that was read.
		unchanged := k.options.Unchanged != nil && k.options.Unchanged()
		complete = complete || !unchanged
	}
	if !complete {
		report.Rejections = k.latest.snapshot.Rejections
		k.latest.looked = asOf
		return asOf, nil
	}
	k.unread = true
	began = k.clocks()
	asOf = began.wall
	snapshot, err := k.snapshot(ctx)
	if err != nil {
		return asOf, fmt.Errorf("%w; nothing of it is published, and the site shows only what changes by the calendar", err)
	}
	if err := k.checkClock(began, snapshot.ServerTime); err != nil {
		return asOf, err
	}
	k.replace(ctx, snapshot, upTo(snapshot.KnownUpTo, asOf))
	k.unread, k.warning = false, snapshot.Warning
	report.Complete, report.Read, report.Rejections = true, snapshot.Read, k.latest.snapshot.Rejections
	k.warn(report, asOf)
	return asOf, nil
}

// upTo is up to when a look at the instant has seen every change.
func upTo(known, asOf time.Time) time.Time {
	if known.IsZero() || known.After(asOf) {
		return asOf
	}
	return known
}

// warn tells the operator what there is to know of the source.
func (k *Keeper) warn(report *Report, asOf time.Time) {
	if k.warning != "" {
		report.Warnings = append(report.Warnings, k.warning)
	}
	if read := k.latest.read; !asOf.Before(certification.NextConfirmation(read)) {
		report.Warnings = append(report.Warnings, fmt.Sprintf(
			"the source is a standby of which nobody knows whether it has the changes since %s; nothing is confirmed beyond that until it replays a later transaction", read.UTC().Format(time.RFC3339)))
	}
}

// snapshot reads everything. A read that stands still is given up; one that goes on may take its
// time.
func (k *Keeper) snapshot(ctx context.Context) (*records.Snapshot, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	still := time.AfterFunc(stillTimeout, func() {
		cancel(fmt.Errorf("nothing came of the source for %s", stillTimeout))
	})
	defer still.Stop()
	snapshot, err := k.options.Source.Snapshot(ctx, func(rows int) {
		still.Reset(stillTimeout)
		k.options.Progress("reading", rows, 0)
	})
	if err != nil && context.Cause(ctx) != nil {
		err = fmt.Errorf("%w: %w", err, context.Cause(ctx))
	}
	return snapshot, err
}

// changes asks what changed since the position that is held or, at the first look, since the
// one that was published.
func (k *Keeper) changes(ctx context.Context, follower records.Follower) (*records.Delta, error) {
	ctx, cancel := context.WithTimeout(ctx, changesTimeout)
	defer cancel()
	if k.latest.snapshot != nil {
		return follower.Changes(ctx, k.latest.snapshot.Position)
	}
	position := k.options.Publisher.Manifest().Position
	if position == "" || k.options.AcceptOlder {
		return new(records.Delta), nil
	}
	return follower.Changes(ctx, position)
}

// take takes a delta over if the clock can be trusted.
func (k *Keeper) take(ctx context.Context, delta *records.Delta, began clocks, report *Report) error {
	k.pending = earliest([]time.Time{k.pending, delta.OldestChange})
	if err := k.checkClock(began, delta.ServerTime); err != nil {
		return err
	}
	k.apply(ctx, delta)
	k.latest.looked = upTo(delta.KnownUpTo, began.wall)
	report.Rejections = k.latest.snapshot.Rejections
	return nil
}

// checkClock compares the host's clock with that of the source. A clock that jumped is
// trusted again when the source vouches for it, or the jump is undone; where the source has no
// clock, when it has gone on evenly up to the next look.
//
// The source said its time at some moment between the beginning of the look and now: one that took
// long to answer is no reason to doubt the clock. What is vouched for is the beginning, for the clock may
// have jumped since.
func (k *Keeper) checkClock(began clocks, server time.Time) error {
	if k.options.FixedNow {
		return nil
	}
	now := k.options.Now()
	if server.IsZero() {
		if k.doubt {
			k.doubt = false
			return fmt.Errorf("%w: it jumped, and the source has none to compare it with; the next look trusts it if it has gone on evenly", ErrClock)
		}
	} else if began.wall.Sub(server) > maxClockDifference || server.Sub(now) > maxClockDifference {
		k.doubt, k.vouched = true, clocks{}
		return fmt.Errorf("%w: the host says %s, the source %s; nothing is published until they agree within a minute",
			ErrClock, now.UTC().Format(time.RFC3339), server.UTC().Format(time.RFC3339))
	}
	if now.Before(k.asOf.Add(-maxClockDifference)) {
		return fmt.Errorf("%w: it says %s, the published site is as of %s", ErrClock, now.UTC().Format(time.RFC3339), k.asOf.UTC().Format(time.RFC3339))
	}
	k.doubt, k.vouched = false, began
	return nil
}

// clocks are what the clock of the host and the monotonic one said at one moment.
type clocks struct{ wall, monotonic time.Time }

func (k *Keeper) clocks() clocks { return clocks{k.options.Now(), k.options.Clock()} }

// isAsVouched reports whether the host's clock, however it was set meanwhile, has gone on from when it was
// last vouched for as the monotonic clock has: what moved it was undone.
func (k *Keeper) isAsVouched() bool {
	if k.vouched.wall.IsZero() {
		return false
	}
	now := k.clocks()
	moved := now.wall.Sub(k.vouched.wall) - now.monotonic.Sub(k.vouched.monotonic)
	return moved.Abs() <= maxClockDifference
}

// replace takes a complete read over, which confirms what it read as of an instant.
func (k *Keeper) replace(ctx context.Context, snapshot *records.Snapshot, read time.Time) {
	k.trim(snapshot.Records)
	withdrawn := withdrawnFrom(snapshot.Records, k.options.Publisher.Manifest())
	for _, number := range k.shown(ctx, func(n certification.Number) bool { return !has(snapshot.Records, n) }) {
		withdrawn = append(withdrawn, certification.NewWithdrawn(number))
	}
	slices.SortFunc(withdrawn, compareRecords)
	withdrawn = slices.DeleteFunc(withdrawn, func(r *certification.Record) bool { return slices.Contains(k.options.Forget, r.Number()) })
	told := snapshot.Modified
	if len(withdrawn) > 0 {
		position, serverTime := snapshot.Position, snapshot.ServerTime
		snapshot = snapshot.Apply(&records.Delta{Changed: withdrawn, Position: position, ServerTime: serverTime})
	}
	for _, former := range []reading{k.passed, k.latest} {
		if former.snapshot != nil {
			keepSame(snapshot.Records, former.snapshot.Records)
		}
	}
	k.latest, k.stale = reading{snapshot: snapshot, read: read, looked: read, told: told}, true
}

// apply takes over what changed since the last read.
func (k *Keeper) apply(ctx context.Context, delta *records.Delta) {
	k.trim(delta.Changed)
	taken := *delta
	taken.Changed, taken.Gone = slices.Clone(delta.Changed), nil
	shown := k.shown(ctx, func(n certification.Number) bool {
		_, gone := slices.BinarySearchFunc(delta.Gone, n, certification.Number.Compare)
		return gone
	})
	for _, number := range delta.Gone {
		if k.options.Publisher.Manifest().Has(number.String()) || slices.Contains(shown, number) {
			taken.Changed = append(taken.Changed, certification.NewWithdrawn(number))
		} else {
			taken.Gone = append(taken.Gone, number)
		}
	}
	slices.SortFunc(taken.Changed, compareRecords)
	k.latest.snapshot = k.latest.snapshot.Apply(&taken)
	if !k.stale {
		k.latest.told = time.Time{}
	}
	k.latest.told = earliest([]time.Time{k.latest.told, delta.OldestChange})
	k.stale = k.stale || len(taken.Changed)+len(taken.Gone) > 0
}

// trim leaves out what the operator does not publish.
func (k *Keeper) trim(list []*certification.Record) {
	if !k.options.NoSpecializations {
		return
	}
	for i, r := range list {
		list[i] = r.WithoutSpecializations()
	}
}
