// Package follow keeps a published site true to its source.
//
// A Keeper holds the snapshot that was read, and brings the site up to date each time it is
// asked to look again. It promises four things.
//
//   - A trigger carries no content. Whatever the reason to look, the Keeper reads what is
//     true now; a lost trigger costs delay and never truth.
//   - Time is a source of change of its own. What changes by the calendar is published before
//     the source is read, and when it cannot be read: a page does not go on saying Active
//     because a database is down.
//   - Only a complete, validated read confirms. An outage never extends what a page claims.
//   - It does not publish by a clock that it has reason to doubt.
//
// One build by hand is a Keeper used once.
package follow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cmpss/registry/generator"
	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/publish"
	"github.com/cmpss/registry/generator/records"
	"github.com/cmpss/registry/generator/render"
	"github.com/cmpss/registry/generator/site"
	"github.com/cmpss/registry/generator/watch"
)

// Index is where the records are written to for the query handler, beside the site.
type Index interface {
	// Write brings the index up to date with the records, sorted by number, as they were
	// confirmed by a complete read at the instant read. Only those of the numbers in changed
	// differ from the last Write, unless changed is nil.
	Write(ctx context.Context, records []*certification.Record, changed []certification.Number, read time.Time) error
}

// Pages are what a site is made of besides records.
type Pages struct {
	Renderer  *render.Renderer
	Interface []site.File
}

// Options are what a Keeper works with.
type Options struct {
	Source    records.Source
	Pages     Pages
	Load      func() (Pages, error) // reads theme and content anew
	Publisher *publish.Publisher
	Index     Index
	Now       func() time.Time
	Clock     func() time.Time // for durations; Now if nil
	Version   string           // of the program

	NoSpecializations bool
	Forget            []certification.Number // numbers that were published by mistake: they leave no withdrawn page
	Full              bool                   // the first publication writes every file again
	Accept            string                 // digest of a difference that a person has seen and accepts
	FixedNow          bool                   // Now is an instant that a person gave, not a clock to be compared
	AcceptOlder       bool                   // the source may be older than what was published from it

	// Unchanged reports that a source that cannot say what changed is as it was at the last
	// read, so that a poll need not read it again. May be nil.
	Unchanged func() bool
	// Progress may be nil.
	Progress func(stage string, done, total int)
}

// maxClockDifference is how far the host's clock may be from the source's.
const maxClockDifference = time.Minute

// How long a source may take, so that one which never answers is a failure: a connection can go
// dark in the middle of a transaction.
const (
	readTimeout    = 10 * time.Minute // for everything
	changesTimeout = 20 * time.Second // for what changed
)

// ErrClock says that the clock cannot be trusted. Nothing is published by it.
var ErrClock = errors.New("the clock cannot be trusted")

// Keeper keeps one site. It is not safe for concurrent use.
type Keeper struct {
	options  Options
	pages    Pages
	builder  generator.Builder
	snapshot *records.Snapshot // as read, with the records of numbers that vanished; nil before the first read
	read     time.Time         // of the last complete read
	asOf     time.Time         // of the last publication
	doubt    bool              // the clock jumped, and nothing has vouched for it since
	stale    bool              // what is held is not what is published
	pending  time.Time         // the oldest change that is read and not published; zero if there is none
	indexed  bool              // the index holds the snapshot but for changed
	changed  []certification.Number
}

// New gives a Keeper that has read nothing yet.
func New(options Options) *Keeper {
	if options.Clock == nil {
		options.Clock = options.Now
	}
	if options.Progress == nil {
		options.Progress = func(string, int, int) {}
	}
	return &Keeper{options: options, pages: options.Pages}
}

// Report says what a look did. Durations are of its stages.
type Report struct {
	AsOf         time.Time
	Read         int // entries of the source
	Rejections   []records.Rejection
	Records      map[string]int // by status
	Complete     bool           // the source was read completely
	Published    bool
	NextUpdate   time.Time // until when what was published may be relied on
	Publish      publish.Report
	OldestChange time.Time // of the changes that were published; zero if the source does not say
	PagesError   error     // theme or content could not be read anew; the former pages are used

	TimeTook                                    time.Duration // what time alone had changed; not in those below
	ReadTook, BuildTook, PublishTook, IndexTook time.Duration
}

// Rebuild looks again and publishes what changed. Its errors leave the published site as it
// was, but for what had changed by the calendar.
func (k *Keeper) Rebuild(ctx context.Context, why watch.Reason) (Report, error) {
	var report Report
	if why.Has(watch.ClockJumped) {
		k.doubt = true
	}
	k.load(why, &report)
	if err := k.passTime(ctx, &report); err != nil {
		return report, err
	}
	asOf, err := k.look(ctx, why, &report)
	if err != nil {
		return report, err
	}
	if !k.stale {
		return report, nil
	}
	if err := k.publish(ctx, asOf, &report); err != nil {
		return report, err
	}
	report.OldestChange, k.pending = k.pending, time.Time{}
	return report, nil
}

// Next is the next instant at which time alone changes something: a record, or what the
// statements need to be confirmed anew.
func (k *Keeper) Next() time.Time {
	next, confirm := k.builder.Next(), k.builder.NextConfirmation()
	if next.IsZero() || confirm.Before(next) {
		return confirm
	}
	return next
}

// Pending is when the oldest change that is read and not published was made; zero if there is none.
func (k *Keeper) Pending() time.Time { return k.pending }

// load reads theme and content anew when they changed. If an edit cannot be read the site goes
// on with the pages it has: a mistake in a text must not stop a status.
func (k *Keeper) load(why watch.Reason, report *Report) {
	if !why.Has(watch.ContentChanged) {
		return
	}
	pages, err := k.options.Load()
	if err != nil {
		report.PagesError = err
		return
	}
	k.pages, k.stale = pages, true
}

// passTime publishes what time alone has changed since the last publication.
func (k *Keeper) passTime(ctx context.Context, report *Report) error {
	if k.snapshot == nil || k.doubt {
		return nil
	}
	now := k.options.Now()
	if next := k.builder.Next(); next.IsZero() || now.Before(next) {
		return nil
	}
	k.stale = true
	err := k.publish(ctx, now, report)
	report.TimeTook, report.BuildTook, report.PublishTook = report.BuildTook+report.PublishTook, 0, 0
	return err
}

// look reads what changed, and gives the instant as of which the site can be built.
func (k *Keeper) look(ctx context.Context, why watch.Reason, report *Report) (asOf time.Time, err error) {
	start := k.options.Clock()
	defer func() { report.ReadTook = k.options.Clock().Sub(start) }()
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	asOf = k.options.Now()
	complete := k.snapshot == nil || why.Has(watch.Reconcile|watch.Hangup|watch.FilesChanged|watch.ClockJumped) ||
		!asOf.Before(k.builder.NextConfirmation())
	follower, follows := k.options.Source.(records.Follower)
	switch {
	case follows:
		// A source that follows is asked even before a complete read: it says if it has gone
		// back, as a restored backup has.
		delta, err := k.changes(ctx, follower)
		if err != nil {
			return asOf, fmt.Errorf("%w; the published site stays as it is", err)
		}
		complete = complete || delta.Reread
		if !complete {
			report.Read = len(delta.Changed) + len(delta.Gone)
			return asOf, k.take(delta, asOf, report)
		}
	case !complete:
		complete = k.options.Unchanged == nil || !k.options.Unchanged()
	}
	if !complete {
		report.Rejections = k.snapshot.Rejections
		return asOf, nil
	}
	snapshot, err := k.options.Source.Snapshot(ctx, func(rows int) { k.options.Progress("reading", rows, 0) })
	if err != nil {
		return asOf, fmt.Errorf("%w; the published site stays as it is", err)
	}
	if err := k.checkClock(asOf, snapshot.ServerTime); err != nil {
		return asOf, err
	}
	k.replace(snapshot)
	k.read = asOf
	report.Complete, report.Read, report.Rejections = true, snapshot.Read, k.snapshot.Rejections
	return asOf, nil
}

// changes asks what changed since the position that is held or, at the first look, since the
// one that was published.
func (k *Keeper) changes(ctx context.Context, follower records.Follower) (*records.Delta, error) {
	ctx, cancel := context.WithTimeout(ctx, changesTimeout)
	defer cancel()
	if k.snapshot != nil {
		return follower.Changes(ctx, k.snapshot.Position)
	}
	position := k.options.Publisher.Manifest().Position
	if position == "" || k.options.AcceptOlder {
		return new(records.Delta), nil
	}
	return follower.Changes(ctx, position)
}

// take takes a delta over if the clock can be trusted.
func (k *Keeper) take(delta *records.Delta, asOf time.Time, report *Report) error {
	if err := k.checkClock(asOf, delta.ServerTime); err != nil {
		return err
	}
	k.apply(delta)
	report.Rejections = k.snapshot.Rejections
	return nil
}

// checkClock compares the host's clock with that of the source. A clock that jumped is
// trusted again when the source vouches for it; where the source has no clock, when it has
// gone on evenly up to the next look.
func (k *Keeper) checkClock(now, server time.Time) error {
	if k.options.FixedNow {
		return nil
	}
	if server.IsZero() {
		if k.doubt {
			k.doubt = false
			return fmt.Errorf("%w: it jumped, and the source has none to compare it with; the next look trusts it if it has gone on evenly", ErrClock)
		}
	} else if d := now.Sub(server).Abs(); d > maxClockDifference {
		k.doubt = true
		return fmt.Errorf("%w: the host says %s, the source %s; nothing is published until they agree within a minute",
			ErrClock, now.UTC().Format(time.RFC3339), server.UTC().Format(time.RFC3339))
	}
	if now.Before(k.asOf.Add(-maxClockDifference)) {
		return fmt.Errorf("%w: it says %s, the published site is as of %s", ErrClock, now.UTC().Format(time.RFC3339), k.asOf.UTC().Format(time.RFC3339))
	}
	k.doubt = false
	return nil
}

// publish builds the site as of the instant and publishes it.
func (k *Keeper) publish(ctx context.Context, asOf time.Time, report *Report) error {
	if asOf.Before(k.asOf) {
		asOf = k.asOf // by less than checkClock allows: clocks are corrected by small steps
	}
	start := k.options.Clock()
	built, err := k.builder.Build(generator.Input{
		Snapshot: k.snapshot, AsOf: asOf, Read: k.read,
		Pages: k.pages.Renderer, Interface: k.pages.Interface, Version: k.options.Version,
	})
	if err != nil {
		return err
	}
	report.AsOf, report.Records, report.NextUpdate = asOf, built.Status.Records, built.Status.NextUpdate
	report.BuildTook += k.options.Clock().Sub(start)
	start = k.options.Clock()
	result, err := k.options.Publisher.Publish(ctx, built, publish.Run{
		Accept: k.options.Accept,
		Full:   k.options.Full,
		Beside: func(ctx context.Context) error { return k.writeIndex(ctx, report) },
	})
	report.Publish = add(report.Publish, result)
	report.PublishTook += k.options.Clock().Sub(start)
	if err != nil {
		return err
	}
	report.Published, k.asOf, k.options.Full, k.stale = true, asOf, false, false
	return nil
}

// writeIndex brings the index up to date. What failed to be written is written the next time.
func (k *Keeper) writeIndex(ctx context.Context, report *Report) error {
	start := k.options.Clock()
	defer func() { report.IndexTook += k.options.Clock().Sub(start) }()
	changed := k.changed
	if !k.indexed {
		changed = nil
	} else if changed == nil {
		changed = []certification.Number{}
	}
	k.indexed = false
	if err := k.options.Index.Write(ctx, k.snapshot.Records, changed, k.read); err != nil {
		return err
	}
	k.indexed, k.changed = true, nil
	return nil
}

// add joins the reports of the publications of one look.
func add(a, b publish.Report) publish.Report {
	b.Rendered += a.Rendered
	b.Written += a.Written
	b.Removed += a.Removed
	b.Bytes += a.Bytes
	return b
}

// replace takes a complete read over.
func (k *Keeper) replace(snapshot *records.Snapshot) {
	k.trim(snapshot.Records)
	withdrawn := withdrawnFrom(snapshot.Records, k.options.Publisher.Manifest())
	withdrawn = slices.DeleteFunc(withdrawn, func(r *certification.Record) bool { return slices.Contains(k.options.Forget, r.Number()) })
	if len(withdrawn) > 0 {
		position, serverTime := snapshot.Position, snapshot.ServerTime
		snapshot = snapshot.Apply(&records.Delta{Changed: withdrawn, Position: position, ServerTime: serverTime})
	}
	if k.snapshot != nil {
		keepSame(snapshot.Records, k.snapshot.Records)
	}
	k.snapshot, k.indexed, k.stale = snapshot, false, true
}

// apply takes over what changed since the last read.
func (k *Keeper) apply(delta *records.Delta) {
	k.trim(delta.Changed)
	taken := *delta
	taken.Changed, taken.Gone = slices.Clone(delta.Changed), nil
	for _, number := range delta.Gone {
		if isPublished(k.options.Publisher.Manifest(), number) {
			taken.Changed = append(taken.Changed, certification.NewWithdrawn(number))
		} else {
			taken.Gone = append(taken.Gone, number)
		}
	}
	slices.SortFunc(taken.Changed, compareRecords)
	for _, r := range taken.Changed {
		k.changed = append(k.changed, r.Number())
	}
	k.changed = append(k.changed, taken.Gone...)
	k.snapshot = k.snapshot.Apply(&taken)
	k.stale = k.stale || len(taken.Changed)+len(taken.Gone) > 0
	if at := delta.OldestChange; !at.IsZero() && (k.pending.IsZero() || at.Before(k.pending)) {
		k.pending = at
	}
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
