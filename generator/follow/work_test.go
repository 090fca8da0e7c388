package follow_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/watch"
)

// What is held across a boundary and what is published are confirmed by different reads. To look
// at both again, with nothing new, is no more work than it was before the boundary.
func TestALookAtWhatIsHeldIsSmallWork(t *testing.T) {
	const records = 3000
	f := newFixture(t)
	for i := range records {
		f.source.set(draft(fmt.Sprintf("MPSS2%05d", i), "2025-03-01", "2027-02-28"))
	}
	f.batch(10, "2027-02-28")
	f.least = 5
	f.open(t)
	f.rebuild(t, watch.Start)
	for i := range records / 10 {
		f.source.set(draft(fmt.Sprintf("MPSS2%05d", i), "2025-03-01", "2027-02-28", revokedFrom(noon.Add(-time.Hour))))
	}
	look := func() float64 {
		f.mustHold(t, watch.Polled)
		return testing.AllocsPerRun(3, func() { f.mustHold(t, watch.Polled) })
	}
	before := look()
	f.now = certification.NewDate(2026, 11, 23).Start()
	after := look()
	t.Logf("%.0f allocations a look before the boundary, %.0f after it", before, after)
	if after > before+records/2 {
		t.Errorf("%.0f allocations a look before the boundary, %.0f after it", before, after)
	}
}
