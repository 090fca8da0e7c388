package watch_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cmpss/registry/generator/watch"
)

// wallClock is a wall clock that can be set. It goes with the fake clock of the bubble.
// start runs a loop and returns it with a function that stops it and waits for it.
func start(t *testing.T, options watch.Options) (*watch.Loop, func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	loop := watch.New(options)
	done := make(chan error, 1)
	go func() { done <- loop.Run(ctx) }()
	return loop, func() {
		t.Helper()
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	}
}

// journal records calls of Rebuild.
type journal struct {
	mu    sync.Mutex
	calls []call
}

type call struct {
	why watch.Reason
	at  time.Time
}

func (j *journal) add(why watch.Reason, at time.Time) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.calls = append(j.calls, call{why, at})
}

func (j *journal) all() []call {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.calls)
}

func (j *journal) rebuild(now func() time.Time) func(context.Context, watch.Reason) (watch.Outcome, error) {
	return func(_ context.Context, why watch.Reason) (watch.Outcome, error) {
		j.add(why, now())
		return watch.Outcome{}, nil
	}
}

// However many ask, one rebuild answers all who asked before it began.
func TestTriggersCoalesceAndRebuildsNeverOverlap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const triggers, senders = 100_000, 100
		var running, rebuilds atomic.Int32
		var asked, seen atomic.Int64
		var reasons watch.Reason
		loop, stop := start(t, watch.Options{
			Settle: 5 * time.Millisecond,
			Now:    time.Now,
			Rebuild: func(_ context.Context, why watch.Reason) (watch.Outcome, error) {
				if running.Add(1) != 1 {
					t.Error("two rebuilds at a time")
				}
				defer running.Add(-1)
				rebuilds.Add(1)
				reasons |= why
				seen.Store(asked.Load())
				time.Sleep(20 * time.Millisecond)
				return watch.Outcome{}, nil
			},
		})
		synctest.Wait()
		for range senders {
			go func() {
				for i := range triggers / senders {
					asked.Add(1)
					loop.Trigger([]watch.Reason{watch.Notified, watch.Hook, watch.FilesChanged}[i%3])
				}
			}()
		}
		time.Sleep(time.Second)
		stop()
		if seen.Load() != triggers {
			t.Errorf("the last rebuild saw %d of %d", seen.Load(), triggers)
		}
		if n := rebuilds.Load(); n > 3 {
			t.Errorf("%d rebuilds", n)
		}
		if want := watch.Start | watch.Notified | watch.Hook | watch.FilesChanged; reasons != want {
			t.Errorf("reasons: %s", reasons)
		}
	})
}

// TestABurstThatDoesNotEnd asks every millisecond for ten seconds.
func TestABurstThatDoesNotEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		loop, stop := start(t, watch.Options{Settle: 5 * time.Millisecond, Poll: time.Hour, Now: time.Now, Rebuild: j.rebuild(time.Now)})
		synctest.Wait()
		began := time.Now()
		for time.Since(began) < 10*time.Second {
			loop.Trigger(watch.Notified)
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Second)
		last := time.Now()
		loop.Trigger(watch.Hangup)
		time.Sleep(time.Second)
		stop()
		calls := j.all()
		if n := len(calls); n < 100 || n > 220 {
			t.Errorf("%d rebuilds in 10 s of triggers, settled for 50 ms at most", n)
		}
		for i := 2; i < len(calls)-1; i++ {
			if gap := calls[i].at.Sub(calls[i-1].at); gap > 60*time.Millisecond {
				t.Errorf("nothing was rebuilt for %s of a burst", gap)
			}
		}
		if got := calls[len(calls)-1]; got.why != watch.Hangup || got.at.Sub(last) != 5*time.Millisecond {
			t.Errorf("a single trigger was answered %s later, for %s", got.at.Sub(last), got.why)
		}
	})
}

func TestATriggerDuringARebuildIsAnsweredAfterIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		loop, stop := start(t, watch.Options{Poll: time.Hour, Now: time.Now, Rebuild: func(_ context.Context, why watch.Reason) (watch.Outcome, error) {
			j.add(why, time.Now())
			time.Sleep(time.Minute)
			return watch.Outcome{}, nil
		}})
		time.Sleep(time.Second)
		loop.Trigger(watch.ContentChanged)
		loop.Trigger(watch.Notified)
		time.Sleep(10 * time.Minute)
		stop()
		calls := j.all()
		if len(calls) != 2 || calls[1].why != watch.ContentChanged|watch.Notified || calls[1].at.Sub(calls[0].at) != time.Minute {
			t.Errorf("rebuilds: %v", calls)
		}
	})
}

func TestFailuresBackOffAndForgetNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		var broken atomic.Bool
		var waits []time.Duration
		broken.Store(true)
		loop, stop := start(t, watch.Options{
			Poll: time.Hour, Now: time.Now, Settle: 5 * time.Millisecond,
			Jitter: func() float64 { return 0 },
			Rebuild: func(_ context.Context, why watch.Reason) (watch.Outcome, error) {
				j.add(why, time.Now())
				if broken.Load() {
					return watch.Outcome{}, errors.New("no route to host")
				}
				return watch.Outcome{}, nil
			},
			Report: func(e watch.Event) {
				if e.Kind == watch.Failed {
					waits = append(waits, e.Wait)
				}
			},
		})
		time.Sleep(245 * time.Second) // tries after 0, 1, 3, 7, 15, 31, 63, 123, 183, 243 s
		synctest.Wait()
		want := []time.Duration{1, 2, 4, 8, 16, 32, 60, 60, 60, 60}
		for i := range want {
			want[i] *= time.Second
		}
		if !slices.Equal(waits, want) {
			t.Errorf("waits: %v, want %v", waits, want)
		}
		// A hint shortens the wait, and is remembered with what was asked before.
		hinted := time.Now()
		loop.Trigger(watch.Hook)
		time.Sleep(time.Second)
		synctest.Wait()
		last := func() call { calls := j.all(); return calls[len(calls)-1] }
		if got := last(); got.at.Sub(hinted) != 5*time.Millisecond || got.why != watch.Start|watch.Hook|watch.Retry {
			t.Errorf("after a hint: %s, %s later", got.why, got.at.Sub(hinted))
		}
		// But a stream of hints makes no busy loop of a failure.
		before := len(j.all())
		for range 10_000 {
			loop.Trigger(watch.Notified)
			time.Sleep(time.Millisecond)
		}
		if n := len(j.all()) - before; n < 9 || n > 11 {
			t.Errorf("%d tries in 10 s of hints", n)
		}
		broken.Store(false)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if got := last(); got.why != watch.Start|watch.Hook|watch.Notified|watch.Retry {
			t.Errorf("the try that succeeded: %s", got.why)
		}
		// What succeeded is forgotten, and the back-off begins anew.
		broken.Store(true)
		waits = nil
		loop.Trigger(watch.Notified)
		time.Sleep(500 * time.Millisecond)
		synctest.Wait()
		if got := last(); got.why != watch.Notified || len(waits) != 1 || waits[0] != time.Second {
			t.Errorf("after a success: %s, waits %v", got.why, waits)
		}
		stop()
	})
}

func TestThePollFindsWhatEveryNotificationLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const poll, took = 15 * time.Second, 2 * time.Second
		var source, page atomic.Int64
		var written atomic.Pointer[time.Time]
		var rebuilds atomic.Int64
		_, stop := start(t, watch.Options{Poll: poll, Settle: 5 * time.Millisecond, Now: time.Now, Rebuild: func(context.Context, watch.Reason) (watch.Outcome, error) {
			rebuilds.Add(1)
			read := source.Load()
			time.Sleep(took)
			page.Store(read)
			at := time.Now()
			written.Store(&at)
			return watch.Outcome{}, nil
		}})
		random := rand.New(rand.NewPCG(3, 4))
		for range 500 {
			time.Sleep(time.Duration(random.IntN(40_000)) * time.Millisecond)
			changed := time.Now()
			want := source.Add(1)
			time.Sleep(poll + took)
			synctest.Wait()
			if page.Load() < want {
				t.Fatalf("a change was not on its page %s later", time.Since(changed))
			}
		}
		began := time.Now()
		rebuilds.Store(0)
		time.Sleep(time.Hour)
		if n, want := rebuilds.Load(), int64(time.Since(began)/poll); n < want-1 || n > want+1 {
			t.Errorf("%d rebuilds in an idle hour", n)
		}
		stop()
	})
}

func TestASlowRebuildDoesNotFollowUponItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		_, stop := start(t, watch.Options{Poll: time.Second, Now: time.Now, Rebuild: func(_ context.Context, why watch.Reason) (watch.Outcome, error) {
			j.add(why, time.Now())
			time.Sleep(9 * time.Second)
			// Something that it could not do stays due.
			return watch.Outcome{Next: time.Now().Add(-time.Hour)}, nil
		}})
		time.Sleep(100*time.Second - time.Millisecond)
		stop()
		calls := j.all()
		if len(calls) != 10 || calls[1].why != watch.Polled|watch.TimeChanged {
			t.Errorf("%d rebuilds in 100 s: %v", len(calls), calls)
		}
	})
}

func TestAHeldRebuildWaitsForTheNextLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		held := 0
		_, stop := start(t, watch.Options{
			Poll: 15 * time.Second, Now: time.Now,
			Rebuild: func(_ context.Context, why watch.Reason) (watch.Outcome, error) {
				j.add(why, time.Now())
				return watch.Outcome{Held: true, Next: time.Now().Add(-time.Second)}, nil
			},
			Report: func(e watch.Event) {
				if e.Kind == watch.Held {
					held++
				}
			},
		})
		time.Sleep(time.Minute + time.Second)
		stop()
		calls := j.all()
		if len(calls) != 5 || held != 5 || calls[4].why.Has(watch.Start|watch.Retry) {
			t.Errorf("held %d times: %v", held, calls)
		}
	})
}

func TestStopWhileRebuilding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var events []watch.Kind
		rebuilds, finished := 0, false
		loop, stop := start(t, watch.Options{
			Now: time.Now,
			Rebuild: func(ctx context.Context, _ watch.Reason) (watch.Outcome, error) {
				rebuilds++
				<-ctx.Done()
				time.Sleep(time.Second) // it leaves each path whole first
				finished = true
				return watch.Outcome{}, ctx.Err()
			},
			Report: func(e watch.Event) { events = append(events, e.Kind) },
		})
		time.Sleep(time.Minute)
		loop.Trigger(watch.Notified)
		stop()
		if rebuilds != 1 || !finished || !slices.Equal(events, []watch.Kind{watch.Started}) {
			t.Errorf("%d rebuilds, finished %t, events %v", rebuilds, finished, events)
		}
		loop.Trigger(watch.Notified) // does not block
	})
}

func TestATriggerBeforeRunIsPartOfTheFirstRebuild(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		loop := watch.New(watch.Options{Poll: time.Hour, Now: time.Now, Rebuild: j.rebuild(time.Now)})
		loop.Trigger(watch.FilesChanged)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := loop.Run(ctx); err != nil {
			t.Error(err)
		}
		if calls := j.all(); len(calls) != 1 || calls[0].why != watch.Start|watch.FilesChanged {
			t.Errorf("rebuilds: %v", calls)
		}
		if err := watch.New(watch.Options{}).Run(t.Context()); err == nil {
			t.Error("a loop without Rebuild ran")
		}
	})
}

func TestReasonsAndKindsHaveNames(t *testing.T) {
	for want, r := range map[string]watch.Reason{
		"none":                  0,
		"start":                 watch.Start,
		"notified+time+hook":    watch.Hook | watch.Notified | watch.TimeChanged,
		"retry+clock-jumped":    watch.ClockJumped | watch.Retry,
		"polled+files+content":  watch.Polled | watch.FilesChanged | watch.ContentChanged,
		"hook+hangup+reconcile": watch.Hook | watch.Hangup | watch.Reconcile,
	} {
		if got := r.String(); got != want {
			t.Errorf("%d: %q, want %q", r, got, want)
		}
	}
	for kind, want := range []string{"started", "rebuilt", "failed", "held", "clock jumped"} {
		if got := watch.Kind(kind).String(); got != want {
			t.Errorf("%d: %q, want %q", kind, got, want)
		}
	}
}

// Whoever watches over the loop hears of it at least once a minute while it waits, even for long, and
// nothing while a rebuild is stuck.
func TestALoopSaysThatItIsAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var last time.Time
		alive := 0
		stuck := make(chan struct{})
		loop, stop := start(t, watch.Options{
			Poll: 24 * time.Hour, Now: time.Now,
			Alive: func() {
				if !last.IsZero() && time.Since(last) > time.Minute {
					t.Errorf("nothing was heard for %s", time.Since(last))
				}
				last = time.Now()
				alive++
			},
			Rebuild: func(_ context.Context, why watch.Reason) (watch.Outcome, error) {
				if why.Has(watch.Hook) {
					<-stuck
				}
				return watch.Outcome{}, nil
			},
		})
		time.Sleep(time.Hour)
		synctest.Wait()
		if alive < 60 {
			t.Errorf("heard of it %d times in an hour", alive)
		}
		loop.Trigger(watch.Hook)
		time.Sleep(time.Minute)
		synctest.Wait()
		before := alive
		time.Sleep(time.Hour)
		synctest.Wait()
		if alive != before {
			t.Errorf("heard of it %d times while it was stuck", alive-before)
		}
		last = time.Time{}
		close(stuck)
		stop()
	})
}
