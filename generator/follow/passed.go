package follow

import (
	"context"
	"fmt"
	"time"

	"github.com/cmpss/registry/generator/records"
	"github.com/cmpss/registry/generator/site"
)

// maxUnvouched is how far after the published site the clock may be in a process that has read nothing
// of the source yet. A clock that is wrong by more publishes nothing, which could not be taken back
// before that time has come; and an outage of a weekend still lets certificates lapse.
const maxUnvouched = 72 * time.Hour

// passTimeUnread publishes what time alone has changed when a look failed, of what the guard let
// pass last. Where passTime has done that already there is nothing to do but what a publication that
// failed has left, and pages that were read anew since.
func (k *Keeper) passTimeUnread(ctx context.Context, report *Report) error {
	now := k.options.Now()
	published := k.options.Publisher.Manifest().AsOf
	if k.doubt || now.Before(published) {
		return nil
	}
	if k.latest.snapshot != nil && k.held == nil {
		if !k.stale {
			return nil
		}
		return k.publishLatest(ctx, now, report)
	}
	if k.latest.snapshot == nil && !published.IsZero() && !k.options.FixedNow && now.Sub(published) > maxUnvouched {
		return fmt.Errorf("%w: nothing has vouched for it since this process began, and it says %s, more than %d hours after the published site, which is as of %s; nothing is published by it until the source can be read",
			ErrClock, now.UTC().Format(time.RFC3339), int(maxUnvouched.Hours()), published.UTC().Format(time.RFC3339))
	}
	return k.publishPassed(ctx, now, report)
}

// holdOlder notes that the source went back. What it has to say from then on waits for a person, and
// nobody knows when the first of it was changed: it counts from now. Once the source has come
// forward again, what it says is published, so that the site does not go on saying that it waits.
func (k *Keeper) holdOlder() {
	held := site.Held{}
	if k.held != nil {
		held = *k.held
	}
	held.Older = true
	k.held, k.stale = &held, true
	if k.pending.IsZero() {
		k.pending = k.options.Now()
	}
}

// publishPassed brings the site up to the instant as of which the guard let it pass last: what
// has changed by the calendar since is published, and status.json and its page say what is
// held. Nothing is confirmed by it.
func (k *Keeper) publishPassed(ctx context.Context, asOf time.Time, report *Report) error {
	if k.passed.snapshot == nil {
		if err := k.restorePassed(ctx); err != nil || k.passed.snapshot == nil {
			return err
		}
	}
	if err := k.publish(ctx, asOf, k.passed, true, report); err != nil {
		return fmt.Errorf("publish what has changed by the calendar: %w", err)
	}
	return nil
}

// restorePassed finds in the state folder what an earlier process published: the record table.
// There is nothing if nothing was published yet.
func (k *Keeper) restorePassed(ctx context.Context) error {
	manifest := k.options.Publisher.Manifest()
	if manifest.Read.IsZero() {
		return nil
	}
	list, err := k.options.Index.Read(ctx, nil)
	if err != nil {
		return fmt.Errorf("read what was published, for what has changed by the calendar: %w", err)
	}
	if k.latest.snapshot != nil {
		keepSame(list, k.latest.snapshot.Records)
	}
	k.passed = reading{
		snapshot: &records.Snapshot{
			Records: list,
			// How many there were is all that is remembered of them.
			Rejections: make([]records.Rejection, manifest.Rejected),
			Position:   manifest.Position,
		},
		read:   manifest.Read,
		looked: manifest.Read,
	}
	k.stands = k.passed
	return nil
}
