package follow_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/watch"
)

// renamed is a certificate under another name each time, as noted at an instant.
func (f *fixture) renamed(number string, at time.Time) *certification.Record {
	f.names++
	d := certification.Draft{Number: number, LegalName: "Jane" + strings.Repeat(" Roe", f.names), Terms: []certification.DraftTerm{{From: "2025-03-01", To: "2027-02-28"}}}
	if !at.IsZero() {
		d.UpdatedAt = at.Format(time.RFC3339Nano)
	}
	r, err := d.Record()
	if err != nil {
		panic(err)
	}
	return r
}

// A change counts from when the source says that it was made, if that can be.
func TestDelaysCountFromTheChange(t *testing.T) {
	f := newFixture(t, draft(expiring, "2024-11-23", "2026-11-22"), draft(future, "2026-11-23", "2028-11-22"), draft(steady, "2025-03-01", "2027-02-28"))
	if r := f.rebuild(t, watch.Start); r.Delays != nil {
		t.Errorf("the first publication has delays: %v", r.Delays)
	}
	look := func(name string, after time.Duration, why watch.Reason, want ...time.Duration) {
		t.Helper()
		f.now = f.now.Add(after)
		report := f.rebuild(t, why)
		slices.Sort(report.Delays)
		if diff := cmp.Diff(want, report.Delays); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	look("nothing", time.Minute, watch.Polled)
	f.source.set(f.renamed(steady, f.now.Add(20*time.Second)))
	look("the record says when", 30*time.Second, watch.Notified, 10*time.Second)
	f.source.set(f.renamed(steady, time.Time{}))
	look("nobody says when", 30*time.Second, watch.Notified, 30*time.Second)
	f.source.set(f.renamed(steady, f.now.Add(-time.Hour)))
	look("before the look that did not see it", 40*time.Second, watch.Notified, 40*time.Second)
	f.source.set(f.renamed(steady, f.now.Add(2*time.Hour)))
	look("in the future", 50*time.Second, watch.Notified, 50*time.Second)
	f.source.modified = f.now.Add(15 * time.Second)
	f.source.set(f.renamed(steady, time.Time{}))
	look("the file says when", 20*time.Second, watch.Hangup, 5*time.Second)
	f.source.modified = time.Time{}
	f.source.remove(must(certification.ParseNumber(steady)))
	look("withdrawn", 25*time.Second, watch.Notified, 25*time.Second)

	// By the calendar: one certificate lapses at midnight and one is issued, five seconds before
	// it is looked at; what is only confirmed anew is no change.
	f.now = certification.NewDate(2026, 11, 23).Start()
	look("midnight", 5*time.Second, watch.TimeChanged, 5*time.Second, 5*time.Second)

	// A process that starts knows of the last complete read.
	f.open(t)
	f.source.set(f.renamed(steady, f.now.Add(time.Minute)))
	look("after a restart", 3*time.Minute, watch.Start, 2*time.Minute)

	// Today is told of tomorrow.
	if d := f.status(t).Delays; d.Changes != 6 || d.Through != "2026-11-22" || d.Late != 0 {
		t.Errorf("figures %+v", d)
	}
	f.now = f.now.Add(24 * time.Hour)
	f.rebuild(t, watch.Reconcile)
	if d := f.status(t).Delays; d.Changes != 9 || d.Through != "2026-11-23" {
		t.Errorf("figures %+v", d)
	}
	page, err := os.ReadFile(filepath.Join(f.out, "status.html"))
	if err != nil || !strings.Contains(string(page), "9 changes appeared") {
		t.Errorf("the page: %v", err)
	}
	mustEqualFullBuild(t, f)
	if head := tree(t, f.state)["manifest.json"]; strings.Contains(head, "MPSS") || strings.Contains(head, "Roe") {
		t.Error("the log of delays names somebody")
	}
}
