package follow_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/publish"
	"github.com/cmpss/registry/generator/site"
	"github.com/cmpss/registry/generator/watch"
)

// batchFixture is a site of twenty certificates, whose guard holds more than five changes.
func batchFixture(t testing.TB) *fixture {
	t.Helper()
	f := newFixture(t)
	f.batch(20, "2027-02-28")
	f.least = 5
	f.open(t)
	f.rebuild(t, watch.Start)
	return f
}

// batch sets the first so many of the certificates.
func (f *fixture) batch(count int, to string, actions ...certification.DraftAction) {
	for i := range count {
		f.source.set(draft(fmt.Sprintf("MPSS1000%d", 10+i), "2025-03-01", to, actions...))
	}
}

func revokedFrom(at time.Time) certification.DraftAction {
	return certification.DraftAction{Kind: "revoked", From: at.Format(time.RFC3339)}
}

// A batch that is dated a moment ahead changes no status when it is read, and is nothing new when
// its moment comes: it is held when it is read.
func TestABatchDatedAheadIsHeld(t *testing.T) {
	moment := noon.Add(12 * time.Second)
	becomes := func(t *testing.T, d publish.Difference, to string) {
		t.Helper()
		if len(d.Status) != 10 || d.Status[0].Number != changed || d.Status[0].From != "active" || d.Status[0].To != to {
			t.Errorf("held %+v", d.Status)
		}
	}
	t.Run("and accepted", func(t *testing.T) {
		f := batchFixture(t)
		f.batch(10, "2027-02-28", revokedFrom(moment))
		digest := f.mustHold(t, watch.Notified).Digest()
		if s := f.status(t); s.Held == nil || *s.Held != (site.Held{Statuses: 10}) {
			t.Errorf("status.json says %+v", s.Held)
		}
		f.now = moment
		d := f.mustHold(t, watch.TimeChanged)
		becomes(t, d, "revoked")
		f.mustSay(t, changed, certification.Active)
		if d.Digest() != digest {
			t.Error("its digest changed when its moment came")
		}
		f.accept = digest
		f.open(t)
		f.batch(11, "2027-02-28", revokedFrom(moment)) // one more than was accepted
		f.mustHold(t, watch.Start)
		f.batch(11, "2027-02-28")
		f.batch(10, "2027-02-28", revokedFrom(moment))
		f.rebuild(t, watch.Notified)
		f.mustSay(t, changed, certification.Revoked)
	})
	t.Run("and accepted before its moment", func(t *testing.T) {
		f := batchFixture(t)
		f.batch(10, "2027-02-28", revokedFrom(moment))
		f.accept = f.mustHold(t, watch.Notified).Digest()
		f.open(t)
		f.rebuild(t, watch.Start)
		f.mustSay(t, changed, certification.Active)
		f.now = f.Next()
		f.rebuild(t, watch.TimeChanged)
		f.mustSay(t, changed, certification.Revoked)
	})
	t.Run("terms that end today", func(t *testing.T) {
		f := batchFixture(t)
		f.batch(10, "2026-11-22")
		becomes(t, f.mustHold(t, watch.Notified), "lapsed")
		f.now = certification.NewDate(2026, 11, 23).Start()
		f.mustHold(t, watch.TimeChanged)
		f.mustSay(t, changed, certification.Active)
	})
	t.Run("beyond the horizon", func(t *testing.T) {
		f := batchFixture(t)
		f.batch(10, "2027-02-28", revokedFrom(noon.AddDate(0, 0, 10)))
		d := f.mustHold(t, watch.Notified)
		becomes(t, d, "revoked")
		if at := d.Status[0].At; !at.Equal(noon.AddDate(0, 0, 10)) {
			t.Errorf("it says that it comes at %s", at)
		}
		f.open(t)
		becomes(t, f.mustHold(t, watch.Start), "revoked")
		f.open(t)
		f.index.fail = errors.New("records/00-x.ndjson: damaged")
		_, err := f.Rebuild(t.Context(), watch.Start)
		if _, ok := errors.AsType[*publish.HeldError](err); !ok {
			t.Errorf("error %v", err)
		}
	})
	t.Run("terms that are shortened to an end beyond the horizon", func(t *testing.T) {
		f := batchFixture(t)
		f.batch(10, "2026-12-10")
		becomes(t, f.mustHold(t, watch.Notified), "lapsed")
	})
	t.Run("suspensions that end early", func(t *testing.T) {
		f := newFixture(t)
		f.batch(20, "2027-02-28", certification.DraftAction{Kind: "suspended", From: "2026-11-01T00:00:00Z"})
		f.least = 5
		f.open(t)
		f.rebuild(t, watch.Start)
		f.batch(10, "2027-02-28", certification.DraftAction{Kind: "suspended", From: "2026-11-01T00:00:00Z", Until: "2026-12-10T00:00:00Z"})
		f.mustHold(t, watch.Notified)
	})
	t.Run("read by a process that starts", func(t *testing.T) {
		f := batchFixture(t)
		f.batch(10, "2027-02-28", revokedFrom(moment))
		f.open(t)
		becomes(t, f.mustHold(t, watch.Start), "revoked")
	})
	t.Run("and the record table cannot be read", func(t *testing.T) {
		f := batchFixture(t)
		f.batch(10, "2027-02-28", revokedFrom(moment))
		f.open(t)
		damaged := errors.New("records/00-x.ndjson: damaged")
		f.index.fail = damaged
		_, err := f.Rebuild(t.Context(), watch.Start)
		held, ok := errors.AsType[*publish.HeldError](err)
		if !ok || !errors.Is(err, damaged) {
			t.Fatalf("error %v", err)
		}
		becomes(t, held.Difference, "revoked")
	})
	t.Run("and the record table is not of what was published", func(t *testing.T) {
		f := batchFixture(t)
		f.batch(10, "2027-02-28", revokedFrom(moment))
		f.open(t)
		for i, r := range f.index.list {
			f.index.list[i] = f.source.records[r.Number()] // a publication failed after its index was written
		}
		becomes(t, f.mustHold(t, watch.Start), "revoked")
	})
}

// What is ordinary is let pass: a suspension or two dated ahead, and any number of records that
// are changed in another way shortly before they lapse by the calendar.
func TestWhatLiesAheadAndIsOrdinaryPasses(t *testing.T) {
	t.Run("one suspension", func(t *testing.T) {
		f := batchFixture(t)
		f.batch(1, "2027-02-28", certification.DraftAction{Kind: "suspended", From: noon.Add(time.Hour).Format(time.RFC3339)})
		f.rebuild(t, watch.Notified)
		f.mustSay(t, changed, certification.Active)
		f.now = f.Next()
		f.rebuild(t, watch.TimeChanged)
		f.mustSay(t, changed, certification.Suspended)
	})
	t.Run("names before a lapse", func(t *testing.T) {
		f := newFixture(t)
		f.batch(20, "2026-11-22")
		f.least = 5
		f.open(t)
		f.rebuild(t, watch.Start)
		for i := range 20 {
			r, err := certification.Draft{
				Number: fmt.Sprintf("MPSS1000%d", 10+i), LegalName: "Jane Roe", Terms: []certification.DraftTerm{{From: "2025-03-01", To: "2026-11-22"}},
			}.Record()
			if err != nil {
				t.Fatal(err)
			}
			f.source.set(r)
		}
		f.rebuild(t, watch.Notified)
		f.open(t)
		f.rebuild(t, watch.Start)
	})
	t.Run("names, when a lapse went by between two builds", func(t *testing.T) {
		f := newFixture(t)
		f.batch(20, "2026-11-22")
		f.least = 5
		f.open(t)
		f.rebuild(t, watch.Start)
		for i := range 20 {
			r, err := certification.Draft{
				Number: fmt.Sprintf("MPSS1000%d", 10+i), LegalName: "Jane Roe", Terms: []certification.DraftTerm{{From: "2025-03-01", To: "2026-11-22"}},
			}.Record()
			if err != nil {
				t.Fatal(err)
			}
			f.source.set(r)
		}
		f.now = noon.Add(24 * time.Hour)
		f.open(t)
		f.rebuild(t, watch.Start)
		f.mustSay(t, changed, certification.Lapsed)
		if counted := f.publisher.Manifest().LetPass; len(counted) != 0 {
			t.Errorf("counted %v", counted)
		}
	})
	t.Run("renewals beyond the horizon", func(t *testing.T) {
		f := batchFixture(t)
		f.batch(20, "2029-02-28")
		f.rebuild(t, watch.Notified)
		f.batch(20, "2029-02-28", revokedFrom(noon.Add(-time.Hour)))
		f.accept = f.mustHold(t, watch.Notified).Digest()
		f.open(t)
		f.rebuild(t, watch.Start)
		f.batch(20, "2031-02-28", revokedFrom(noon.Add(-time.Hour)))
		f.rebuild(t, watch.Notified)
	})
	t.Run("names, after a publication that failed when its record table was written", func(t *testing.T) {
		f := batchFixture(t)
		for i := range 20 {
			r, err := certification.Draft{
				Number: fmt.Sprintf("MPSS1000%d", 10+i), LegalName: "Jane Roe", Terms: []certification.DraftTerm{{From: "2025-03-01", To: "2027-02-28"}},
			}.Record()
			if err != nil {
				t.Fatal(err)
			}
			f.source.set(r)
		}
		f.open(t)
		for i, r := range f.index.list {
			f.index.list[i] = f.source.records[r.Number()]
		}
		f.rebuild(t, watch.Start)
	})
}

// Many small batches weigh as much as one large one, through restarts and for as long as what
// goes beyond the limit waits.
func TestManySmallBatchesAreHeld(t *testing.T) {
	revoked := revokedFrom(noon.Add(-time.Hour))
	batches := func(t *testing.T, f *fixture, from, count int, apart time.Duration) {
		t.Helper()
		for i := range count {
			f.now = f.now.Add(apart)
			f.batch(from+i+1, "2027-02-28", revoked)
			f.rebuild(t, watch.Notified)
		}
	}
	t.Run("and accepted", func(t *testing.T) {
		f := batchFixture(t)
		batches(t, f, 0, 3, time.Hour)
		f.open(t)
		f.rebuild(t, watch.Start)
		batches(t, f, 3, 2, time.Hour)
		f.batch(6, "2027-02-28", revoked)
		d := f.mustHold(t, watch.Notified)
		if len(d.Status) != 1 || d.StatusBefore != 5 {
			t.Errorf("held %+v", d)
		}
		f.now = f.now.Add(48 * time.Hour)
		f.mustHold(t, watch.Polled)
		f.open(t)
		f.mustHold(t, watch.Start)
		f.mustSay(t, "MPSS100015", certification.Active)
		f.accept = d.Digest()
		f.open(t)
		f.rebuild(t, watch.Start)
		f.mustSay(t, "MPSS100015", certification.Revoked)
		// What a person accepted does not count again, nor what was before it.
		batches(t, f, 6, 5, time.Minute)
		f.batch(12, "2027-02-28", revoked)
		f.mustHold(t, watch.Notified)
	})
	t.Run("dated ahead", func(t *testing.T) {
		f := batchFixture(t)
		for i := range 6 {
			f.now = f.now.Add(time.Minute)
			f.batch(i+1, "2027-02-28", revokedFrom(noon.AddDate(0, 1, 0)))
			if i < 5 {
				f.rebuild(t, watch.Notified)
			}
		}
		f.mustHold(t, watch.Notified)
	})
	t.Run("records that vanish", func(t *testing.T) {
		f := batchFixture(t)
		for i := range 6 {
			f.source.remove(must(certification.ParseNumber(fmt.Sprintf("MPSS1000%d", 10+i))))
			if i < 5 {
				f.rebuild(t, watch.Notified)
			}
		}
		if d := f.mustHold(t, watch.Notified); len(d.Vanished) != 1 || d.VanishedBefore != 5 {
			t.Errorf("held %+v", d)
		}
	})
	t.Run("but not over days", func(t *testing.T) {
		batches(t, batchFixture(t), 0, 20, 6*time.Hour)
	})
	t.Run("nor by the calendar", func(t *testing.T) {
		f := newFixture(t)
		f.least = 5
		for i := range 20 {
			f.source.set(draft(fmt.Sprintf("MPSS1000%d", 10+i), "2025-03-01", fmt.Sprintf("2026-11-%d", 22+i/10)))
		}
		f.open(t)
		f.rebuild(t, watch.Start)
		f.now = certification.NewDate(2026, 11, 23).Start()
		f.rebuild(t, watch.TimeChanged)
		f.mustSay(t, changed, certification.Lapsed)
		f.source.set(draft("MPSS100029", "2025-03-01", "2026-11-21"))
		f.rebuild(t, watch.Notified)
		f.mustSay(t, "MPSS100029", certification.Lapsed)
	})
}

// Consent is to one publication, not to the same change for as long as the process lives.
func TestConsentIsUsedOnce(t *testing.T) {
	f := batchFixture(t)
	revoked := revokedFrom(noon.Add(-time.Hour))
	f.batch(10, "2027-02-28", revoked)
	f.accept = f.mustHold(t, watch.Notified).Digest()
	f.open(t)
	f.rebuild(t, watch.Start)
	f.mustSay(t, changed, certification.Revoked)
	for _, mended := range []int{5, 10} { // so few a day are not held
		f.now = f.now.Add(25 * time.Hour)
		f.batch(mended, "2027-02-28")
		f.rebuild(t, watch.Notified)
	}
	f.mustSay(t, changed, certification.Active)
	f.batch(10, "2027-02-28", revoked)
	f.mustHold(t, watch.Notified)
}
