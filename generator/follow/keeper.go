// Package follow keeps a published site true to its source.
//
// A Keeper holds the snapshot that was read, and brings the site up to date each time it is
// asked to look again. It promises four things.
//
//   - A trigger carries no content. Whatever the reason to look, the Keeper reads what is
//     true now; a lost trigger costs delay and never truth.
//   - Time is a source of change of its own. What changes by the calendar is published before
//     the source is read, and when it cannot be read or what was read is held: a page does not
//     go on saying Active because a database is down or a batch waits for a person.
//   - Only a complete, validated read that is published confirms. An outage never extends what a
//     page claims, nor does a read that is held.
//   - It does not publish by a clock that it has reason to doubt.
//
// One build by hand is a Keeper used once.
package follow

import (
	"context"
	"errors"
	"fmt"
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
	// Read gives the records that were last written, by this process or another, sorted by number:
	// those of the numbers, as far as there are, or all if numbers is nil.
	Read(ctx context.Context, numbers []certification.Number) ([]*certification.Record, error)
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
	Clock     func() time.Time // for durations, and to know how Now was set: by its monotonic reading; Now if nil
	Version   string           // of the program

	NoSpecializations bool
	Forget            []certification.Number // numbers that were published by mistake: they leave no withdrawn page
	Full              bool                   // the first publication writes every file again
	Accept            string                 // digest of a difference that a person has seen and accepts, once
	FixedNow          bool                   // Now is an instant that a person gave, not a clock to be compared
	AcceptOlder       bool                   // the source may be older than what was published from it

	// Unchanged reports that a source that cannot say what changed is as it was when this was
	// called before, so that a poll need not read it again. May be nil.
	Unchanged func() bool
	// Progress may be nil.
	Progress func(stage string, done, total int)
}

// maxClockDifference is how far the host's clock may be from the source's.
const maxClockDifference = time.Minute

// How long a source may be silent, so that one which never answers is a failure: a connection can go
// dark in the middle of a transaction.
const (
	stillTimeout   = 2 * time.Minute  // for everything, without another row
	changesTimeout = 20 * time.Second // for what changed
)

// ErrClock says that the clock cannot be trusted. Nothing is published by it.
var ErrClock = errors.New("the clock cannot be trusted")

// Keeper keeps one site. It is not safe for concurrent use.
type Keeper struct {
	options Options
	pages   Pages
	builder generator.Builder // of what was read
	behind  generator.Builder // of what the guard let pass, while something is held: the two may be confirmed by different reads
	latest  reading           // what was read; no snapshot before the first read
	passed  reading           // what the guard let pass last, of which the record table is
	stands  reading           // what is published: passed, but for a publication that failed
	asOf    time.Time
	unread  bool                    // a complete read was asked for or begun, and not taken over
	doubt   bool                    // the clock jumped, and nothing has vouched for it since
	vouched clocks                  // what they said when the source last vouched for that of the host; zero if it has not
	stale   bool                    // what was read is not what is published
	held    *site.Held              // what waits for a person; nil if nothing does
	pending time.Time               // the oldest change that is read and not published; zero if there is none
	indexed []*certification.Record // what the index holds; nil if that is not known
	warning string                  // of the last complete read; empty if there was none
}

// reading is what was read of the source.
type reading struct {
	snapshot *records.Snapshot // with the records of numbers that vanished
	read     time.Time         // of the last complete read; of a standby, up to when it had every change
	looked   time.Time         // of the last look: the source had no later change then
	told     time.Time         // when the changes in it were made, as far as the source says so of all at once; zero if it does not
}

// New gives a Keeper that has read nothing yet.
func New(options Options) *Keeper {
	if options.Clock == nil {
		options.Clock = options.Now
	}
	now := options.Now
	options.Now = func() time.Time { return now().Round(0) } // a monotonic reading would hide that the clock was set back
	if options.Progress == nil {
		options.Progress = func(string, int, int) {}
	}
	published := options.Publisher.Manifest() // what it says is held goes on until a look says otherwise
	return &Keeper{options: options, pages: options.Pages, held: published.Held, pending: published.Oldest}
}

// Report says what a look did. Durations are of its stages.
type Report struct {
	AsOf       time.Time
	Read       int // entries of the source
	Rejections []records.Rejection
	Records    map[string]int // by status
	Complete   bool           // the source was read completely
	Published  bool           // a publication was finished, whether or not it had anything to write
	NextUpdate time.Time      // until when what was published may be relied on
	Publish    publish.Report
	Delays     []time.Duration // of the changes that were published, by the source or by time, in no order
	Warnings   []string        // what the operator should know of the source, each as at the look before if it still holds
	PagesError error           // theme or content could not be read anew; the former pages are used
	TimeError  error           // what changes by the calendar could not be published either; part of the error of the look

	LoadTook                                    time.Duration // theme and content
	TimeTook                                    time.Duration // what time alone had changed; not in those below
	ReadTook, BuildTook, PublishTook, IndexTook time.Duration
}

// Rebuild looks again and publishes what changed. Its errors leave the published site as it
// was, but for what had changed by the calendar; and where the guard held what was read, a
// *publish.HeldError, the site says besides that something is held.
func (k *Keeper) Rebuild(ctx context.Context, why watch.Reason) (Report, error) {
	var report Report
	if why.Has(watch.ClockJumped) {
		k.doubt = !k.isAsVouched()
	}
	k.load(why, &report)
	if err := k.passTime(ctx, &report); err != nil {
		return report, err
	}
	asOf, err := k.look(ctx, why, &report)
	if errors.Is(err, records.ErrBackwards) {
		k.holdOlder()
	}
	if err != nil {
		report.TimeError = k.passTimeUnread(ctx, &report)
		return report, errors.Join(err, report.TimeError)
	}
	if !k.stale {
		k.passed.looked, k.stands.looked = k.latest.looked, k.latest.looked
		return report, nil
	}
	return report, k.publishLatest(ctx, asOf, &report)
}

// Next is the next instant at which time alone changes something: a record, or what the
// statements need to be confirmed anew. While they wait for that, since the source cannot be read or
// is held, it is that of a record, if there is one.
func (k *Keeper) Next() time.Time {
	turn, confirm := k.builder.Next(), certification.NextConfirmation(k.latest.read)
	if k.held != nil || k.latest.snapshot == nil {
		turn = k.behind.Next()
	}
	if turn.IsZero() || confirm.Before(turn) && confirm.After(k.options.Now()) {
		return confirm
	}
	return turn
}

// Pending is when the oldest change that is read and not published was made; zero if there is none.
func (k *Keeper) Pending() time.Time { return k.pending }

// Seen is up to when every change of the source was read, as far as that is known; zero if nothing
// was ever read.
func (k *Keeper) Seen() time.Time {
	if k.latest.snapshot == nil {
		return k.options.Publisher.Manifest().Read
	}
	return k.latest.looked
}

// Stands reports whether a site has been published, by this process or another.
func (k *Keeper) Stands() bool { return !k.options.Publisher.Manifest().AsOf.IsZero() }

// Held reports whether something waits for a person: a difference, or a source that went back.
func (k *Keeper) Held() bool { return k.held != nil }

// Pages are what the site was last made of.
func (k *Keeper) Pages() Pages { return k.pages }

// load reads theme and content anew when they changed. If an edit cannot be read the site goes
// on with the pages it has: a mistake in a text must not stop a status.
func (k *Keeper) load(why watch.Reason, report *Report) {
	if !why.Has(watch.ContentChanged) {
		return
	}
	start := k.options.Clock()
	pages, err := k.options.Load()
	report.LoadTook = k.options.Clock().Sub(start)
	if err != nil {
		report.PagesError = err
		return
	}
	k.pages, k.stale = pages, true
}

// passTime publishes what time alone has changed since the last publication. What is held is
// looked at after the source, see publishLatest.
func (k *Keeper) passTime(ctx context.Context, report *Report) error {
	if k.latest.snapshot == nil || k.held != nil || k.doubt {
		return nil
	}
	now := k.options.Now()
	if next := k.builder.Next(); next.IsZero() || now.Before(next) {
		return nil
	}
	k.stale = true
	err := k.publishLatest(ctx, now, report)
	report.TimeTook, report.BuildTook, report.PublishTook = report.BuildTook+report.PublishTook, 0, 0
	return err
}

// publishLatest publishes what was read last.
func (k *Keeper) publishLatest(ctx context.Context, asOf time.Time, report *Report) error {
	err := k.publish(ctx, asOf, k.latest, false, report)
	if err == nil {
		k.held, k.stale, k.pending = nil, false, time.Time{}
		k.behind = generator.Builder{}
		return nil
	}
	if oldest := earliest(k.made(report.Publish.Difference, k.latest, asOf)); !oldest.IsZero() {
		k.pending = oldest
	}
	held, isHeld := errors.AsType[*publish.HeldError](err)
	if !isHeld {
		return err
	}
	d := held.Difference
	k.held = &site.Held{Statuses: len(d.Status), Vanished: len(d.Vanished), Rejected: d.Rejected}
	if report.TimeError = k.publishPassed(ctx, asOf, report); report.TimeError != nil {
		return fmt.Errorf("%w; and then: %w", err, report.TimeError)
	}
	return err
}

// publish builds the site of a reading as of the instant and publishes it. If it is behind, the
// site says what is held of a later state of the source.
func (k *Keeper) publish(ctx context.Context, asOf time.Time, from reading, behind bool, report *Report) error {
	if asOf.Before(k.asOf) {
		asOf = k.asOf // by less than checkClock allows: clocks are corrected by small steps
	}
	in := generator.Input{
		Snapshot: from.snapshot, AsOf: asOf, Read: from.read,
		Pages: k.pages.Renderer, Interface: k.pages.Interface, Version: k.options.Version,
		Delays: k.options.Publisher.Manifest().Delays,
	}
	builder := &k.builder
	if behind {
		builder, in.Held, in.OldestUnpublished = &k.behind, k.held, k.pending
	}
	start := k.options.Clock()
	built, err := builder.Build(in)
	if err != nil {
		return err
	}
	report.AsOf, report.Records, report.NextUpdate = asOf, built.Status.Records, built.Status.NextUpdate
	report.BuildTook += k.options.Clock().Sub(start)
	start = k.options.Clock()
	written := false // the record table
	result, err := k.options.Publisher.Publish(ctx, built, publish.Run{
		Accept:   k.options.Accept,
		Full:     k.options.Full,
		Statuses: k.statuses(ctx, from, asOf),
		Delays:   func(d publish.Difference) site.Delays { return k.delays(d, from, asOf, report) },
		Beside: func(ctx context.Context) error {
			err := k.writeIndex(ctx, from, report)
			written = err == nil
			return err
		},
		Passed: behind,
	})
	report.Publish = add(report.Publish, result)
	report.PublishTook += k.options.Clock().Sub(start)
	if written {
		k.passed = from // its pages may stand already, and do not go back
	}
	if err != nil {
		return err
	}
	report.Published, k.stands, k.asOf, k.options.Full = true, from, asOf, false
	if k.options.Accept != "" && k.options.Accept == result.Difference.Digest() {
		k.options.Accept = "" // the same difference another day is another decision
	}
	return nil
}

// writeIndex brings the index up to date. What failed to be written is written the next time.
func (k *Keeper) writeIndex(ctx context.Context, from reading, report *Report) error {
	start := k.options.Clock()
	defer func() { report.IndexTook += k.options.Clock().Sub(start) }()
	list := from.snapshot.Records
	var changed []certification.Number
	if k.indexed != nil {
		changed = differing(k.indexed, list)
	}
	k.indexed = nil
	if err := k.options.Index.Write(ctx, list, changed, from.read); err != nil {
		return err
	}
	k.indexed = list
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
