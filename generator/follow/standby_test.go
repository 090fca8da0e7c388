package follow_test

import (
	"errors"
	"testing"
	"time"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/follow"
	"github.com/cmpss/registry/generator/watch"
)

// A standby that stands still confirms nothing beyond what it has, and is not read again and again
// for it; what it does say is published, and time goes on.
func TestAStandbyConfirmsWhatItHas(t *testing.T) {
	f := newFixture(t, draft(expiring, "2024-11-23", "2026-11-22"), draft(steady, "2025-03-01", "2027-02-28"), draft(changed, "2025-03-01", "2027-02-28"))
	midnight := certification.NewDate(2026, 11, 23).Start()
	f.source.known = noon.Add(-time.Second)
	if report := f.rebuild(t, watch.Start); len(report.Warnings) != 0 {
		t.Errorf("warned of %q", report.Warnings)
	}
	before := f.says(t, steady)
	f.source.known = midnight.Add(-time.Second)
	f.now = midnight
	for i := range 3 {
		if i == 2 {
			f.source.set(draft(changed, "2025-03-01", "2027-02-28", certification.DraftAction{Kind: "revoked", From: noon.Format(time.RFC3339)}))
		}
		report := f.rebuild(t, watch.TimeChanged)
		if len(report.Warnings) != 1 || report.Complete {
			t.Errorf("look %d: complete %t, warned of %q", i, report.Complete, report.Warnings)
		}
		f.now = f.now.Add(15 * time.Second)
	}
	if !f.Seen().Equal(f.source.known) {
		t.Errorf("everything was seen up to %s", f.Seen())
	}
	f.mustSay(t, expiring, certification.Lapsed)
	f.mustSay(t, changed, certification.Revoked)
	if s := f.says(t, steady); s.NextUpdate != before.NextUpdate {
		t.Errorf("the claim was extended to %s", s.NextUpdate)
	}
	// A complete read for another reason confirms no more, in this process or another.
	for _, restart := range []bool{false, true} {
		if restart {
			f.open(t)
		}
		if report := f.rebuild(t, watch.Hangup); len(report.Warnings) != 1 || !report.Complete {
			t.Errorf("restart %t: complete %t, warned of %q", restart, report.Complete, report.Warnings)
		}
		if s := f.says(t, steady); s.NextUpdate != before.NextUpdate {
			t.Errorf("restart %t: the claim was extended to %s", restart, s.NextUpdate)
		}
	}
	f.source.known = midnight
	if report := f.rebuild(t, watch.Polled); len(report.Warnings) != 0 || !report.Complete {
		t.Errorf("complete %t, warned of %q", report.Complete, report.Warnings)
	}
	if s := f.says(t, steady); !s.ThisUpdate.Equal(midnight) {
		t.Errorf("confirmed at %s", s.ThisUpdate)
	}
	mustEqualFullBuild(t, f)
}

// A source that took long to answer is no reason to doubt the clock; one whose clock differs is.
func TestASlowAnswerIsNoReasonToDoubtTheClock(t *testing.T) {
	f := newFixture(t, draft(steady, "2025-03-01", "2027-02-28"))
	f.source.clock = func() time.Time { return f.now }
	f.rebuild(t, watch.Start)
	f.source.answers = func() { f.now = f.now.Add(90 * time.Second) }
	f.rebuild(t, watch.Polled)
	f.rebuild(t, watch.Hangup)
	f.source.answers = nil
	for _, off := range []time.Duration{-61 * time.Second, 61 * time.Second} {
		f.source.clock = func() time.Time { return f.now.Add(off) }
		if _, err := f.Rebuild(t.Context(), watch.Polled); !errors.Is(err, follow.ErrClock) {
			t.Errorf("a clock that differs by %s: error %v", off, err)
		}
	}
}
