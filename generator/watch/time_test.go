package watch_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	_ "time/tzdata"

	"github.com/cmpss/registry/generator/watch"
)

type wallClock struct{ offset atomic.Int64 }

func (c *wallClock) now() time.Time             { return time.Now().Round(0).Add(time.Duration(c.offset.Load())) }
func (c *wallClock) move(d time.Duration)       { c.offset.Add(int64(d)) }
func (c *wallClock) set(t time.Time) *wallClock { c.move(t.Sub(c.now())); return c }

func losAngeles(t testing.TB) *time.Location {
	zone, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// TestAThousandExpiriesAroundMidnight lets certificates lapse at and around a midnight, with the
func TestAThousandExpiriesAroundMidnight(t *testing.T) {
	const took = 300 * time.Millisecond // a rebuild
	for _, day := range []string{"2026-11-22", "2026-03-08", "2026-11-01"} {
		t.Run(day, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				zone := losAngeles(t)
				midnight, err := time.ParseInLocation(time.DateOnly, day, zone)
				if err != nil {
					t.Fatal(err)
				}
				clock := new(wallClock).set(midnight.Add(-8 * time.Hour))
				random := rand.New(rand.NewPCG(1, 2))
				expiries := make([]time.Time, 1000)
				for i := range expiries {
					switch {
					case i < 700: // at that instant
						expiries[i] = midnight
					case i < 800: // while the rebuild of midnight runs, and just before and after it
						expiries[i] = midnight.Add(time.Duration(random.IntN(2000)-1000) * time.Millisecond)
					default: // over half a day
						expiries[i] = midnight.Add(time.Duration(random.IntN(12*3600)-6*3600) * time.Second)
					}
				}
				distinct := map[time.Time]bool{}
				for _, at := range expiries {
					distinct[at] = true
				}
				lapsedOnPage := make([]time.Time, len(expiries)) // when the page first said so
				rebuilds, early := 0, 0
				_, stop := start(t, watch.Options{
					Poll: time.Hour, // must not be what finds them
					Now:  clock.now,
					Rebuild: func(_ context.Context, why watch.Reason) (watch.Outcome, error) {
						asOf := clock.now()
						rebuilds++
						var outcome watch.Outcome
						changed := 0
						for i, at := range expiries {
							switch {
							case at.After(asOf):
								if outcome.Next.IsZero() || at.Before(outcome.Next) {
									outcome.Next = at
								}
							case lapsedOnPage[i].IsZero():
								changed++
								lapsedOnPage[i] = asOf.Add(took)
							}
						}
						if why == watch.TimeChanged && changed == 0 {
							early++
						}
						time.Sleep(took)
						return outcome, nil
					},
				})
				time.Sleep(16 * time.Hour)
				stop()
				for i, at := range expiries {
					shown := lapsedOnPage[i]
					if shown.IsZero() || shown.Before(at) {
						t.Fatalf("certificate %d lapsed at %s; its page said so at %s", i, at, shown)
					}
					// At worst a rebuild that began just before it is under way.
					if late := shown.Sub(at); late > 2*took+10*time.Millisecond {
						t.Errorf("certificate %d was shown Active for %s after its instant", i, late)
					}
				}
				if early > 0 {
					t.Errorf("%d rebuilds woke before their instant", early)
				}
				if most := len(distinct) + 24; rebuilds > most {
					t.Errorf("%d rebuilds for %d instants", rebuilds, len(distinct))
				}
			})
		})
	}
}

func TestAWakeUpIsNeverEarlyByTheWallClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// The wall clock is slewed: it goes a tenth slower than timers do.
		began := time.Now()
		now := func() time.Time { return began.Add(time.Since(began) * 9 / 10).Round(0) }
		next := began.Add(3 * time.Hour).Round(0)
		var j journal
		_, stop := start(t, watch.Options{Poll: 100 * time.Hour, Now: now, Rebuild: func(_ context.Context, why watch.Reason) (watch.Outcome, error) {
			j.add(why, now())
			if now().Before(next) {
				return watch.Outcome{Next: next}, nil
			}
			return watch.Outcome{}, nil
		}})
		time.Sleep(5 * time.Hour)
		stop()
		calls := j.all()
		if len(calls) != 2 || calls[1].why != watch.TimeChanged {
			t.Fatalf("rebuilds: %v", calls)
		}
		if late := calls[1].at.Sub(next); late < 0 || late > 10*time.Millisecond {
			t.Errorf("woke %s after the instant", late)
		}
	})
}

// TestAnInstantDuringABackOff: a midnight must not wait for the end of a long back-off.
func TestAnInstantDuringABackOff(t *testing.T) {
	anyJitter(t, func(t *testing.T, jitter func() float64) {
		var j journal
		broken := false
		instant := time.Now().Add(100 * time.Second).Round(0)
		loop, stop := start(t, watch.Options{Poll: time.Hour, Now: time.Now, Jitter: jitter, Rebuild: func(_ context.Context, why watch.Reason) (watch.Outcome, error) {
			j.add(why, time.Now())
			if broken {
				return watch.Outcome{}, errors.New("disk full")
			}
			return watch.Outcome{Next: instant}, nil
		}})
		synctest.Wait()
		broken = true
		loop.Trigger(watch.Notified) // tries until the waits are a minute long
		time.Sleep(10 * time.Minute)
		stop()
		if !triedAt(j.all(), instant) {
			t.Errorf("no try at %s: %v", instant, j.all())
		}
		if n := len(j.all()); n > 22 { // while the waits grow, then one in 45 s
			t.Errorf("%d tries", n)
		}
	})
}

// A rebuild that fails, such as one without the source, may have published what time changed: it says
// when time changes something again, and that does not wait for the end of a back-off.
func TestEveryInstantOfAnOutageIsKept(t *testing.T) {
	anyJitter(t, func(t *testing.T, jitter func() float64) {
		var j journal
		first := time.Now().Add(100 * time.Second).Round(0)
		instants := []time.Time{first, first.Add(1000 * time.Second), first.Add(2000*time.Second + time.Millisecond)}
		_, stop := start(t, watch.Options{Poll: time.Hour, Now: time.Now, Jitter: jitter, Rebuild: func(_ context.Context, why watch.Reason) (watch.Outcome, error) {
			now := time.Now()
			j.add(why, now)
			var next time.Time
			if i := slices.IndexFunc(instants, now.Before); i >= 0 {
				next = instants[i]
			}
			return watch.Outcome{Next: next}, errors.New("the database is down")
		}})
		time.Sleep(time.Hour)
		stop()
		for _, instant := range instants {
			if !triedAt(j.all(), instant) {
				t.Errorf("no try at %s: %v", instant, j.all())
			}
		}
		if n := len(j.all()); n > 100 {
			t.Errorf("%d tries in an hour", n)
		}
	})
}

// anyJitter runs a test with back-offs from the shortest to the longest, so that a try comes now long
// before an instant and now just before it. They are the same ones in every run.
func anyJitter(t *testing.T, test func(t *testing.T, jitter func() float64)) {
	t.Helper()
	for i := range 101 {
		jitter := func() float64 { return float64(i) / 100 }
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, jitter) })
		})
	}
}

// triedAt says whether an instant was answered: at once, or a second after a try that failed just
// before it, which is the least there is between two.
func triedAt(calls []call, instant time.Time) bool {
	for i, c := range calls {
		if c.at.Before(instant) || !c.why.Has(watch.TimeChanged|watch.Retry) {
			continue
		}
		return c.at.Equal(instant) || i > 0 && c.at.Equal(calls[i-1].at.Add(time.Second))
	}
	return false
}

// TestAnInstantThatPassesDuringTheRebuild is answered at once: it is not work left over.
func TestAnInstantThatPassesDuringTheRebuild(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		instant := time.Now().Add(time.Second).Round(0)
		_, stop := start(t, watch.Options{Poll: time.Hour, Now: time.Now, Rebuild: func(_ context.Context, why watch.Reason) (watch.Outcome, error) {
			now := time.Now()
			j.add(why, now)
			time.Sleep(3 * time.Second)
			if now.Before(instant) {
				return watch.Outcome{Next: instant}, nil
			}
			return watch.Outcome{}, nil
		}})
		time.Sleep(time.Minute)
		stop()
		calls := j.all()
		if len(calls) != 2 || calls[1].why != watch.TimeChanged || calls[1].at.Sub(calls[0].at) != 3*time.Second {
			t.Errorf("rebuilds: %v", calls)
		}
	})
}

func TestReconcileAtItsTimeOnDaysWhoseClocksChange(t *testing.T) {
	for _, c := range []struct {
		from string
		want []string // UTC
	}{
		{"2026-03-06", []string{"2026-03-06T11:30:00Z", "2026-03-07T11:30:00Z", "2026-03-08T10:30:00Z", "2026-03-09T10:30:00Z"}},
		{"2026-10-30", []string{"2026-10-30T10:30:00Z", "2026-10-31T10:30:00Z", "2026-11-01T11:30:00Z", "2026-11-02T11:30:00Z"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			zone := losAngeles(t)
			from, err := time.ParseInLocation(time.DateOnly, c.from, zone)
			if err != nil {
				t.Fatal(err)
			}
			clock := new(wallClock).set(from)
			var got []string
			_, stop := start(t, watch.Options{Now: clock.now, Reconcile: watch.Daily(3, 30, zone), Rebuild: func(_ context.Context, why watch.Reason) (watch.Outcome, error) {
				if why.Has(watch.Reconcile) {
					got = append(got, clock.now().UTC().Format(time.RFC3339))
				}
				return watch.Outcome{}, nil
			}})
			time.Sleep(4 * 24 * time.Hour)
			stop()
			if !slices.Equal(got, c.want) {
				t.Errorf("from %s: %v, want %v", c.from, got, c.want)
			}
		})
	}
}

// TestDailyIsOnceADay walks three years, also by a time that a day leaves out and one it has twice.
func TestDailyIsOnceADay(t *testing.T) {
	zone := losAngeles(t)
	for _, at := range [][2]int{{0, 0}, {1, 30}, {2, 30}, {3, 30}, {23, 59}} {
		daily := watch.Daily(at[0], at[1], zone)
		now := time.Date(2026, 1, 1, 12, 0, 0, 0, zone)
		first := daily(now)
		now = first
		for range 3 * 365 {
			next := daily(now)
			if gap := next.Sub(now); gap < 22*time.Hour || gap > 26*time.Hour {
				t.Fatalf("%02d:%02d: after %s comes %s", at[0], at[1], now, next)
			}
			if before := daily(next.Add(-time.Nanosecond)); !before.Equal(next) {
				t.Fatalf("%02d:%02d: just before %s comes %s", at[0], at[1], next, before)
			}
			now = next
		}
		if days := now.Sub(first).Hours() / 24; days < 3*365-0.1 || days > 3*365+0.1 {
			t.Errorf("%02d:%02d: %.2f days", at[0], at[1], days)
		}
	}
}

func TestAClockThatJumpsIsReported(t *testing.T) {
	for _, c := range []struct {
		move  time.Duration
		jumps bool
	}{
		{time.Hour, true},
		{-time.Hour, true},
		{61 * time.Second, true},
		{-61 * time.Second, true},
		{59 * time.Second, false},
		{-59 * time.Second, false},
		{0, false},
	} {
		t.Run(fmt.Sprint(c.move), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				zone := losAngeles(t)
				clock := new(wallClock).set(time.Date(2026, 11, 22, 3, 0, 0, 0, zone))
				instant := clock.now().Add(30 * time.Minute)
				var j journal
				var jumps []time.Duration
				_, stop := start(t, watch.Options{
					Poll: 100 * time.Hour, Now: clock.now, Reconcile: watch.Daily(3, 30, zone),
					Rebuild: func(_ context.Context, why watch.Reason) (watch.Outcome, error) {
						now := clock.now()
						j.add(why, now)
						if now.Before(instant) {
							return watch.Outcome{Next: instant}, nil
						}
						return watch.Outcome{}, nil
					},
					Report: func(e watch.Event) {
						if e.Kind == watch.Jumped {
							jumps = append(jumps, e.Jump)
						}
					},
				})
				time.Sleep(10 * time.Minute)
				clock.move(c.move)
				time.Sleep(time.Minute + time.Millisecond)
				synctest.Wait()
				calls := j.all()
				if got := calls[len(calls)-1].why.Has(watch.ClockJumped); got != c.jumps || (len(jumps) == 1) != c.jumps {
					t.Errorf("a minute after a move by %s: jumps %v, rebuilds %v", c.move, jumps, calls)
				}
				if c.jumps && jumps[0] != c.move {
					t.Errorf("moved by %s, reported %s", c.move, jumps[0])
				}
				// Wherever the clock went, the instant and the reconcile come at their time by it.
				time.Sleep(2 * time.Hour)
				stop()
				times, reconciles := 0, 0
				for _, c := range j.all() {
					if c.why.Has(watch.TimeChanged) {
						times++
					}
					if c.why.Has(watch.Reconcile) {
						reconciles++
					}
					if c.why.Has(watch.TimeChanged|watch.Reconcile) && c.at.Before(instant) {
						t.Errorf("%s at %s, before %s", c.why, c.at, instant)
					}
				}
				if times != 1 || reconciles != 1 {
					t.Errorf("the instant came %d times, the reconcile %d times: %v", times, reconciles, j.all())
				}
			})
		})
	}
}

// TestAClockThatWasAYearAhead: what was planned by a wrong clock does not outlast it.
func TestAClockThatWasAYearAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		zone := losAngeles(t)
		clock := new(wallClock).set(time.Date(2026, 11, 22, 12, 0, 0, 0, zone))
		var j journal
		_, stop := start(t, watch.Options{Now: clock.now, Reconcile: watch.Daily(3, 30, zone), Rebuild: j.rebuild(clock.now)})
		time.Sleep(time.Hour)
		clock.move(365 * 24 * time.Hour)
		time.Sleep(48 * time.Hour)
		clock.move(-365 * 24 * time.Hour)
		time.Sleep(time.Minute)
		synctest.Wait()
		before := len(j.all())
		time.Sleep(48 * time.Hour)
		stop()
		reconciles := 0
		for _, c := range j.all()[before:] {
			if c.why.Has(watch.Reconcile) {
				reconciles++
			}
		}
		if reconciles != 2 {
			t.Errorf("%d reconciles in the two days after the clock was set right", reconciles)
		}
	})
}
