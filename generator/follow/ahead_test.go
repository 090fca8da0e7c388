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
		if len(d.Status) != 10 || d.Status[0] != (publish.StatusChange{Number: changed, From: "active", To: to}) {
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
	t.Run("beyond the horizon", func(t *testing.T) {
		f := batchFixture(t)
		f.batch(10, "2027-02-28", revokedFrom(noon.Add(73*time.Hour)))
		f.rebuild(t, watch.Notified)
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
	for _, mended := range []int{5, 10} { // so few at a time are not held
		f.batch(mended, "2027-02-28")
		f.rebuild(t, watch.Notified)
	}
	f.mustSay(t, changed, certification.Active)
	f.batch(10, "2027-02-28", revoked)
	f.mustHold(t, watch.Notified)
}
