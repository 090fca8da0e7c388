package watch

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

const (
	// step is the longest sleep. After each, the wall clock is looked at: a timer goes by the
	// monotonic clock, which knows nothing of a clock that was set and stands still while the
	// host is suspended.
	step = time.Minute
	// jump is how far wall clock and monotonic clock may drift apart between two looks.
	jump = time.Minute
	// leastSleep keeps a wall clock that is slewed or stuck just before an instant from
	// turning the sleep into a busy loop.
	leastSleep = time.Millisecond
	// settleAtMost bounds the wait for the end of a burst, in units of Options.Settle.
	settleAtMost = 10

	defaultPoll  = 15 * time.Second
	leastBackOff = time.Second
	mostBackOff  = time.Minute
)

// Outcome is what a rebuild leaves to the loop. Of one that failed only Next is looked at.
type Outcome struct {
	// Next is the next instant at which time alone changes something. Zero: none. One that is
	// not later than the beginning of the rebuild is work left over; it is looked at again with
	// the next poll.
	Next time.Time
	// Held says that the guard stopped the rebuild before it wrote anything. It is not a
	// failure: there is no back-off, its reasons count as seen, and the next poll or trigger
	// looks again. So a rebuild that is held keeps by itself what it has read.
	Held bool
}

// Options say what a loop calls and when.
type Options struct {
	// Rebuild brings the site up to date. It is never called while it runs. It looks at the
	// source and at the time whatever the reason, bounds its own waiting, and returns soon
	// after its context ends. Required.
	Rebuild func(ctx context.Context, why Reason) (Outcome, error)
	// Now is the wall clock. Required.
	Now func() time.Time
	// Poll is how long the loop goes without looking, from the beginning of one rebuild to the
	// next, when no trigger comes. Zero: 15 s.
	Poll time.Duration
	// Reconcile returns the first full reconcile after the instant; see Daily. Nil, or an
	// instant that is not later: none.
	Reconcile func(now time.Time) time.Time
	// Settle is how long triggers must be quiet before the rebuild begins, so that a burst is
	// one rebuild. A burst that does not end is given ten times as long.
	Settle time.Duration
	// Report is told what happens, on the goroutine of Run. May be nil.
	Report func(Event)
	// Alive is called on the goroutine of Run each time it is about to sleep, so at least once a
	// minute, but not while a rebuild runs. May be nil.
	Alive func()
	// Jitter returns a number from 0 to 1 that shortens a back-off by up to a quarter. Nil: a
	// random one.
	Jitter func() float64
}

// Loop turns triggers and time into rebuilds, one at a time.
type Loop struct {
	options Options
	pending atomic.Uint32 // reasons given since they were last taken
	wake    chan struct{} // one slot: there are pending reasons
}

// New makes a loop that Run will run, once.
func New(options Options) *Loop {
	if options.Poll <= 0 {
		options.Poll = defaultPoll
	}
	if options.Report == nil {
		options.Report = func(Event) {}
	}
	if options.Alive == nil {
		options.Alive = func() {}
	}
	if options.Jitter == nil {
		options.Jitter = rand.Float64
	}
	return &Loop{options: options, wake: make(chan struct{}, 1)}
}

// Trigger asks for a rebuild. It never blocks and may be called from any goroutine, before Run
// too. A trigger after a rebuild began is answered by a later one.
func (l *Loop) Trigger(why Reason) {
	l.pending.Or(uint32(why))
	select {
	case l.wake <- struct{}{}:
	default: // one is waiting already and will take these reasons with it
	}
}

// Run rebuilds at once, with Start, and then whenever there is a reason, until the context ends;
// it returns nil after the rebuild under way has returned. It fails only when a required option
// is missing.
func (l *Loop) Run(ctx context.Context) error {
	if l.options.Rebuild == nil || l.options.Now == nil {
		return errors.New("watch: run: Rebuild and Now are required")
	}
	// Only differences to this reading are used: the monotonic clock.
	r := &run{Options: l.options, loop: l, began: time.Now(), fresh: Start}
	r.wall, r.mono = r.clocks()
	r.reconcile = r.nextReconcile(r.wall)
	for r.wait(ctx) {
		r.rebuild(ctx)
	}
	return nil
}

// run is the state of one Run. Durations are readings of the monotonic clock since it began.
type run struct {
	Options
	loop  *Loop
	began time.Time

	wall time.Time     // the clocks when they were last looked at
	mono time.Duration //

	fresh Reason // not yet given to a rebuild
	kept  Reason // given to rebuilds that failed since the last success

	next      time.Time // due by the wall clock; zero: nothing
	overdue   bool      // the last rebuild left something that was due already
	reconcile time.Time // due by the wall clock; zero: never
	pollAt    time.Duration

	burst               bool          // fresh holds triggers, which came between these two:
	firstHint, lastHint time.Duration //

	failures int           // in a row
	failedAt time.Duration // the last of them
	retryAt  time.Duration
}

// clocks reads both clocks. The wall clock's monotonic part is dropped, or subtraction would use it.
func (r *run) clocks() (time.Time, time.Duration) {
	return r.Now().Round(0), time.Since(r.began)
}

func (r *run) nextReconcile(now time.Time) time.Time {
	if r.Reconcile == nil {
		return time.Time{}
	}
	at := r.Reconcile(now)
	if !at.After(now) {
		return time.Time{}
	}
	return at
}

// wait returns true when a rebuild is due, and false when the context has ended.
func (r *run) wait(ctx context.Context) bool {
	for {
		if ctx.Err() != nil {
			return false
		}
		r.look()
		sleep := r.due() - r.mono
		if sleep <= 0 {
			return true
		}
		r.Alive()
		timer := time.NewTimer(min(sleep, r.untilInstant(), step))
		select {
		case <-ctx.Done():
		case <-r.loop.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// look reads the clocks and collects every reason there is by now.
func (r *run) look() {
	wall, mono := r.clocks()
	moved := wall.Sub(r.wall) - (mono - r.mono)
	r.wall, r.mono = wall, mono

	if hints := Reason(r.loop.pending.Swap(0)); hints != 0 {
		r.fresh |= hints
		r.lastHint = mono
		if !r.burst {
			r.burst, r.firstHint = true, mono
		}
	}
	if !r.next.IsZero() && !wall.Before(r.next) {
		r.fresh |= TimeChanged
		r.next = time.Time{}
	}
	if !r.reconcile.IsZero() && !wall.Before(r.reconcile) {
		r.fresh |= Reconcile
		r.reconcile = r.nextReconcile(wall)
	}
	if r.failures == 0 && r.pollAt > 0 && mono >= r.pollAt { // a retry is a look as well
		r.fresh |= Polled
		if r.overdue {
			r.fresh |= TimeChanged
		}
	}
	if moved.Abs() > jump {
		r.fresh |= ClockJumped
		r.reconcile = r.nextReconcile(wall) // the old one may be of a clock that was far ahead
		r.Report(Event{Kind: Jumped, At: wall, Jump: moved})
	}
}

// due is when the next rebuild is, as far as the monotonic clock can say.
func (r *run) due() time.Duration {
	at := r.pollAt
	if r.failures > 0 {
		at = r.retryAt
	}
	if r.fresh == 0 {
		return at
	}
	ready := r.mono
	if !r.fresh.Has(atOnce) {
		ready = min(r.lastHint+r.Settle, r.firstHint+settleAtMost*r.Settle)
	}
	if r.failures == 0 {
		return ready
	}
	// Something is new, so the next try may succeed where the last did not: but not at once,
	// or a stream of triggers would make of every failure a busy loop.
	return min(at, max(ready, r.failedAt+leastBackOff))
}

// untilInstant is how long the wall clock has to go to the next instant that matters by it.
func (r *run) untilInstant() time.Duration {
	sleep := step
	for _, at := range []time.Time{r.next, r.reconcile} {
		if !at.IsZero() {
			sleep = min(sleep, max(at.Sub(r.wall), leastSleep))
		}
	}
	return sleep
}

// rebuild runs one rebuild with every reason there is.
func (r *run) rebuild(ctx context.Context) {
	why := r.kept | r.fresh
	// A jump is told once. Told again with the retries, it could never be trusted again that
	// the clock has gone on evenly since.
	r.kept = why &^ ClockJumped
	r.fresh, r.burst = 0, false
	if r.failures > 0 {
		why |= Retry
	}
	began, beganMono := r.clocks()
	r.Report(Event{Kind: Started, Why: why, At: began})

	outcome, err := r.Rebuild(ctx, why)

	ended, endedMono := r.clocks()
	event := Event{Kind: Rebuilt, Why: why, At: ended, Took: endedMono - beganMono}
	if err != nil {
		if ctx.Err() != nil {
			return // it was stopped
		}
		if outcome.Next.After(ended) {
			r.next = outcome.Next // what time changes does not wait for the next try
		}
		r.failures++
		r.failedAt = endedMono
		event.Kind, event.Err, event.Failures = Failed, err, r.failures
		event.Wait = backOff(r.failures, r.Jitter())
		r.retryAt = endedMono + event.Wait
		r.Report(event)
		return
	}
	r.kept, r.failures = 0, 0
	// A rebuild that takes longer than the poll interval must not follow upon itself.
	r.pollAt = max(beganMono+r.Poll, endedMono+min(r.Poll, time.Second))
	r.next, r.overdue = outcome.Next, false
	if !r.next.IsZero() && !r.next.After(began) {
		r.next, r.overdue = time.Time{}, true
	}
	event.Next = outcome.Next
	if outcome.Held {
		event.Kind = Held
	}
	r.Report(event)
}

// backOff is how long to wait after so many failures in a row: 1 s, doubled each time, to a
// minute, less up to a quarter of it, but never less than a second.
func backOff(failures int, jitter float64) time.Duration {
	wait := mostBackOff
	if doublings := failures - 1; doublings < 6 {
		wait = leastBackOff << doublings
	}
	return max(leastBackOff, wait-time.Duration(jitter*float64(wait)/4))
}

// Daily returns a function for Options.Reconcile: every day at that time by the clocks of the
// zone. On a day whose clocks leave that time out it is an hour earlier or later, and on a day that
// has it twice it is one of the two: once a day it is.
func Daily(hour, minute int, zone *time.Location) func(time.Time) time.Time {
	return func(now time.Time) time.Time {
		year, month, day := now.In(zone).Date()
		at := time.Date(year, month, day, hour, minute, 0, 0, zone)
		for !at.After(now) {
			day++
			at = time.Date(year, month, day, hour, minute, 0, 0, zone)
		}
		return at
	}
}
