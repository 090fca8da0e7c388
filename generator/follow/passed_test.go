package follow_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/follow"
	"github.com/cmpss/registry/generator/publish"
	"github.com/cmpss/registry/generator/records"
	"github.com/cmpss/registry/generator/site"
	"github.com/cmpss/registry/generator/watch"
)

// status is the published status.json.
func (f *fixture) status(t testing.TB) site.Status {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(f.out, "status.json"))
	if err != nil {
		t.Fatal(err)
	}
	var s site.Status
	if err := json.Unmarshal(body, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func (f *fixture) mustHold(t testing.TB, why watch.Reason) publish.Difference {
	t.Helper()
	_, err := f.Rebuild(t.Context(), why)
	held, ok := errors.AsType[*publish.HeldError](err)
	if !ok {
		t.Fatalf("%s: not held: %v", why, err)
	}
	return held.Difference
}

const (
	expiring = "MPSS100001" // lapses at the midnight after noon
	future   = "MPSS100002" // is issued then
	steady   = "MPSS100003"
	changed  = "MPSS100010" // and nine more after it
)

// heldFixture is a site of fourteen certificates of whose source a batch is held: ten suspensions,
// noted at half past twelve and read a minute later.
func heldFixture(t testing.TB) *fixture {
	t.Helper()
	list := []*certification.Record{
		draft(expiring, "2024-11-23", "2026-11-22"), draft(future, "2026-11-23", "2028-11-22"), draft(steady, "2025-03-01", "2027-02-28"),
	}
	for i := range 10 {
		list = append(list, draft(fmt.Sprintf("MPSS1000%d", 10+i), "2025-03-01", "2027-02-28"))
	}
	f := newFixture(t, list...)
	f.least = 5
	f.open(t)
	f.rebuild(t, watch.Start)
	f.suspend(10)
	f.now = noon.Add(time.Minute)
	return f
}

// suspend suspends so many, ten seconds after the time of the fixture.
func (f *fixture) suspend(count int) {
	at := f.now.Add(10 * time.Second).Format(time.RFC3339)
	for i := range count {
		r, err := certification.Draft{
			Number: fmt.Sprintf("MPSS1000%d", 10+i), LegalName: "Jane Doe", UpdatedAt: at,
			Terms:   []certification.DraftTerm{{From: "2025-03-01", To: "2027-02-28"}},
			Actions: []certification.DraftAction{{Kind: "suspended", From: at}},
		}.Record()
		if err != nil {
			panic(err)
		}
		f.source.set(r)
	}
}

// Time goes on while a batch is held: certificates lapse and are issued at midnight. Nothing of
// the batch is shown and nothing is confirmed anew.
func TestTimePassesWhileABatchIsHeld(t *testing.T) {
	f := heldFixture(t)
	if d := f.mustHold(t, watch.Notified); len(d.Status) != 10 {
		t.Fatalf("held %+v", d)
	}
	made := noon.Add(10 * time.Second)
	if s := f.status(t); s.Held == nil || *s.Held != (site.Held{Statuses: 10}) || s.OldestUnpublishedChange == nil || !s.OldestUnpublishedChange.Equal(made) {
		t.Errorf("status.json says %+v", s)
	}
	if !f.Pending().Equal(made) {
		t.Errorf("pending since %s", f.Pending())
	}
	if page, err := os.ReadFile(filepath.Join(f.out, "status.html")); err != nil || !strings.Contains(string(page), "10 changes of status") {
		t.Errorf("the page for people does not say what is held: %v", err)
	}
	before := f.says(t, steady)
	midnight := certification.NewDate(2026, 11, 23).Start()
	if !f.Next().Equal(midnight) {
		t.Errorf("next is %s", f.Next())
	}
	f.now = midnight
	f.mustHold(t, watch.TimeChanged)
	f.mustSay(t, expiring, certification.Lapsed)
	f.mustSay(t, future, certification.Active)
	f.mustSay(t, changed, certification.Active)
	for _, number := range []string{expiring, steady} {
		if s := f.says(t, number); s.NextUpdate != before.NextUpdate {
			t.Errorf("%s: while held the claim was extended from %s to %s", number, before.NextUpdate, s.NextUpdate)
		}
	}
	if strings.Contains(f.index.records[changed], "suspended") {
		t.Errorf("the index has what is held: %s", f.index.records[changed])
	}
	// An idle look writes nothing.
	f.now = f.now.Add(time.Minute)
	report, _ := f.Rebuild(t.Context(), watch.Polled)
	if report.Publish.Written+report.Publish.Removed != 0 {
		t.Errorf("an idle look wrote %d files", report.Publish.Written)
	}
	if f.source.reads > 2 {
		t.Errorf("%d complete reads", f.source.reads)
	}

	// The source is mended: nothing is held any more, and everything is confirmed.
	for i := range 10 {
		f.source.set(draft(fmt.Sprintf("MPSS1000%d", 10+i), "2025-03-01", "2027-02-28"))
	}
	f.rebuild(t, watch.Notified)
	if s := f.status(t); s.Held != nil || s.OldestUnpublishedChange != nil || !s.ThisUpdate.Equal(midnight) {
		t.Errorf("status.json says %+v", s)
	}
	if !f.Pending().IsZero() {
		t.Error("something is pending")
	}
	mustEqualFullBuild(t, f)
}

// A process that is started while a batch is held, or while the source is down, has what was
// published from the state folder.
func TestTimePassesAfterARestart(t *testing.T) {
	midnight := certification.NewDate(2026, 11, 23).Start()
	t.Run("a batch is held", func(t *testing.T) {
		f := heldFixture(t)
		f.mustHold(t, watch.Notified)
		f.open(t)
		f.now = midnight.Add(time.Second)
		f.mustHold(t, watch.Start)
		f.mustSay(t, expiring, certification.Lapsed)
		f.mustSay(t, future, certification.Active)
		f.mustSay(t, changed, certification.Active)
		if s := f.status(t); s.Held == nil || s.OldestUnpublishedChange == nil || !s.OldestUnpublishedChange.Equal(noon.Add(10*time.Second)) {
			t.Errorf("status.json says %+v", s)
		}
		if got := f.says(t, steady).NextUpdate; !got.Equal(certification.NewDate(2026, 11, 23).Start().Add(12 * time.Hour)) {
			t.Errorf("the claim was extended to %s", got)
		}
	})
	t.Run("the source is down", func(t *testing.T) {
		f := heldFixture(t)
		f.open(t)
		f.source.fail = errors.New("the database is down")
		f.now = midnight.Add(time.Second)
		if _, err := f.Rebuild(t.Context(), watch.Start); err == nil || !strings.Contains(err.Error(), "down") {
			t.Fatalf("error %v", err)
		}
		f.mustSay(t, expiring, certification.Lapsed)
		f.mustSay(t, changed, certification.Active)
		f.now = midnight.Add(25 * time.Hour)
		f.Rebuild(t.Context(), watch.Retry)
		f.source.fail = nil
		f.least = 100
		f.open(t)
		f.rebuild(t, watch.Start)
		f.mustSay(t, changed, certification.Suspended)
		mustEqualFullBuild(t, f)
	})
	t.Run("nothing was published yet", func(t *testing.T) {
		f := newFixture(t, draft(steady, "2025-03-01", "2027-02-28"))
		f.source.fail = errors.New("the database is down")
		if _, err := f.Rebuild(t.Context(), watch.Start); err == nil {
			t.Fatal("no error")
		}
		if _, err := os.Stat(filepath.Join(f.out, "status.json")); err == nil {
			t.Error("something was published")
		}
	})
	t.Run("the record table is damaged", func(t *testing.T) {
		f := heldFixture(t)
		f.mustHold(t, watch.Notified)
		f.open(t)
		f.index.fail = errors.New("records/00-x.ndjson: damaged")
		if _, err := f.Rebuild(t.Context(), watch.Start); err == nil || !strings.Contains(err.Error(), "damaged") || !strings.Contains(err.Error(), "--accept") {
			t.Errorf("error %v", err)
		}
	})
}

// A process that has read nothing does not publish by a clock that is far off, which nothing could
// take back; it believes one that an outage of a weekend explains.
func TestAClockThatNothingVouchedForIsBelievedForThreeDays(t *testing.T) {
	f := heldFixture(t)
	f.open(t)
	f.source.fail = errors.New("the database is down")
	f.now = noon.Add(72*time.Hour + time.Second)
	if _, err := f.Rebuild(t.Context(), watch.Start); !errors.Is(err, follow.ErrClock) || !strings.Contains(err.Error(), "down") {
		t.Errorf("error %v", err)
	}
	f.mustSay(t, expiring, certification.Active)
	f.now = noon.Add(72 * time.Hour)
	if _, err := f.Rebuild(t.Context(), watch.Retry); errors.Is(err, follow.ErrClock) {
		t.Errorf("error %v", err)
	}
	f.mustSay(t, expiring, certification.Lapsed)
	// A process that goes on publishes however long the outage lasts: its clock has gone on evenly.
	for range 4 {
		f.now = f.now.Add(24 * time.Hour)
		if _, err := f.Rebuild(t.Context(), watch.Retry); errors.Is(err, follow.ErrClock) {
			t.Errorf("at %s: error %v", f.now, err)
		}
	}
}

// What time has changed and could not be written at its instant is written as soon as it can be, also
// when the source cannot be read by then.
func TestWhatTimeChangedAndFailedIsPublishedWithoutTheSource(t *testing.T) {
	f := newFixture(t, draft(expiring, "2024-11-23", "2026-11-22"), draft(future, "2026-11-23", "2028-11-22"))
	f.rebuild(t, watch.Start)
	f.index.fail = errors.New("no space left on device")
	f.source.fail = errors.New("the database is down")
	f.now = certification.NewDate(2026, 11, 23).Start()
	if _, err := f.Rebuild(t.Context(), watch.TimeChanged); err == nil || !strings.Contains(err.Error(), "no space") {
		t.Errorf("error %v", err)
	}
	f.mustSay(t, expiring, certification.Active)
	f.now = f.now.Add(time.Second)
	if report, err := f.Rebuild(t.Context(), watch.Retry); err == nil || report.TimeError == nil || !strings.Contains(err.Error(), "no space") || !strings.Contains(err.Error(), "down") {
		t.Errorf("error %v, of time %v", err, report.TimeError)
	}
	f.index.fail = nil
	f.now = f.now.Add(time.Second)
	if report, err := f.Rebuild(t.Context(), watch.Retry); err == nil || report.TimeError != nil {
		t.Errorf("error %v, of time %v", err, report.TimeError)
	}
	f.mustSay(t, expiring, certification.Lapsed)
	f.mustSay(t, future, certification.Active)
}

// An edit of a page needs no record: it is published while the source is down.
func TestAnEditIsPublishedWithoutTheSource(t *testing.T) {
	f := newFixture(t, draft(steady, "2025-03-01", "2027-02-28"))
	f.rebuild(t, watch.Start)
	before, confirmed := f.status(t).Theme, f.says(t, steady).NextUpdate
	f.source.fail = errors.New("the database is down")
	f.pages = loadPagesAt(t, "https://elsewhere.example.org")
	if report, err := f.Rebuild(t.Context(), watch.ContentChanged); err == nil || report.TimeError != nil {
		t.Errorf("error %v, of time %v", err, report.TimeError)
	}
	if f.status(t).Theme == before {
		t.Error("the edit is not published")
	}
	if got := f.says(t, steady).NextUpdate; !got.Equal(confirmed) {
		t.Errorf("it extended the claim from %s to %s", confirmed, got)
	}
}

// mustStopBeforeManifest looks, and is stopped when every page stands and the manifest cannot be written.
func (f *fixture) mustStopBeforeManifest(t *testing.T, why watch.Reason) {
	t.Helper()
	obstacle := filepath.Join(f.state, ".manifest.json.new")
	if err := os.MkdirAll(obstacle, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Rebuild(t.Context(), why); err == nil || !strings.Contains(err.Error(), "commit manifest") {
		t.Fatalf("error %v", err)
	}
	if err := os.Remove(obstacle); err != nil {
		t.Fatal(err)
	}
}

// A batch that a person accepted, of which the publication was stopped after the record table was
// written, was let pass: when another is held then, time goes on from it.
func TestTimePassesAfterAnAcceptedBatchThatWasStopped(t *testing.T) {
	f := heldFixture(t)
	f.accept = f.mustHold(t, watch.Notified).Digest()
	f.open(t)
	f.mustStopBeforeManifest(t, watch.Start)
	f.mustSay(t, changed, certification.Suspended)
	f.accept = ""
	f.open(t)
	for i := range 10 {
		f.source.set(draft(fmt.Sprintf("MPSS1000%d", 10+i), "2025-03-01", "2027-02-28", revokedFrom(f.now)))
	}
	f.now = certification.NewDate(2026, 11, 23).Start()
	report, err := f.Rebuild(t.Context(), watch.Start)
	if _, held := errors.AsType[*publish.HeldError](err); !held || report.TimeError != nil {
		t.Fatalf("error %v, of time %v", err, report.TimeError)
	}
	f.mustSay(t, expiring, certification.Lapsed)
	f.mustSay(t, future, certification.Active)
	f.mustSay(t, changed, certification.Suspended)
	if s := f.status(t); s.Held == nil || s.Held.Statuses != 10 {
		t.Errorf("status.json says %+v", s)
	}
}

// What the guard let pass and what stands already, of a publication that could not be finished, does
// not go back when a batch is held then.
func TestWhatWasLetPassDoesNotGoBack(t *testing.T) {
	f := heldFixture(t)
	f.suspend(2)
	for i := 2; i < 10; i++ {
		f.source.set(draft(fmt.Sprintf("MPSS1000%d", 10+i), "2025-03-01", "2027-02-28"))
	}
	f.now = f.now.Add(time.Minute)
	f.mustStopBeforeManifest(t, watch.Notified)
	f.mustSay(t, changed, certification.Suspended)
	for i := 2; i < 10; i++ {
		f.source.set(draft(fmt.Sprintf("MPSS1000%d", 10+i), "2025-03-01", "2027-02-28", revokedFrom(f.now)))
	}
	f.mustHold(t, watch.Retry)
	f.mustSay(t, changed, certification.Suspended)
	f.mustSay(t, "MPSS100015", certification.Active)
}

// That time does not go on is told also while a source that went back waits for a person.
func TestAFailureIsToldOfWhileASourceThatWentBackWaits(t *testing.T) {
	f := newFixture(t, draft(expiring, "2024-11-23", "2026-11-22"))
	f.rebuild(t, watch.Start)
	f.source.back = true
	if report, err := f.Rebuild(t.Context(), watch.Polled); !errors.Is(err, records.ErrBackwards) || report.TimeError != nil {
		t.Errorf("error %v, of time %v", err, report.TimeError)
	}
	f.index.fail = errors.New("no space left on device")
	f.now = certification.NewDate(2026, 11, 23).Start()
	if report, err := f.Rebuild(t.Context(), watch.TimeChanged); !errors.Is(err, records.ErrBackwards) || report.TimeError == nil {
		t.Errorf("error %v, of time %v", err, report.TimeError)
	}
}

// What is held stays held for those who ask, through an outage and a restart.
func TestWhatIsHeldIsNotForgotten(t *testing.T) {
	f := heldFixture(t)
	f.mustHold(t, watch.Notified)
	made := noon.Add(10 * time.Second)
	f.source.fail = errors.New("the database is down")
	for _, restart := range []bool{false, true, true} {
		if restart {
			f.open(t)
		}
		f.now = f.now.Add(time.Hour)
		if _, err := f.Rebuild(t.Context(), watch.Retry); err == nil {
			t.Fatal("no error")
		}
		if s := f.status(t); s.Held == nil || s.Held.Statuses != 10 || s.OldestUnpublishedChange == nil || !s.OldestUnpublishedChange.Equal(made) {
			t.Errorf("restart %t: status.json says %+v", restart, s)
		}
		if !f.Held() || !f.Pending().Equal(made) {
			t.Errorf("restart %t: held %t, pending since %s", restart, f.Held(), f.Pending())
		}
		if want := noon.Add(time.Minute); !restart && !f.Seen().Equal(want) || restart && !f.Seen().Equal(noon) {
			t.Errorf("restart %t: everything was seen up to %s", restart, f.Seen())
		}
	}
	f.source.fail = nil
	f.least = 100
	f.open(t)
	f.rebuild(t, watch.Start)
	if s := f.status(t); s.Held != nil || s.OldestUnpublishedChange != nil || f.Held() || !f.Pending().IsZero() {
		t.Errorf("let pass: status.json says %+v", s)
	}
	mustEqualFullBuild(t, f)
}

// A source that went back is told of, time goes on, and it is forgotten once it came forward again.
func TestASourceThatWentBackIsToldOf(t *testing.T) {
	f := heldFixture(t)
	f.least = 100
	f.open(t)
	f.rebuild(t, watch.Start)
	f.source.back = true
	found := f.now
	for range 2 {
		f.Rebuild(t.Context(), watch.Polled)
		if s := f.status(t); s.Held == nil || *s.Held != (site.Held{Older: true}) || s.OldestUnpublishedChange == nil || !s.OldestUnpublishedChange.Equal(found) {
			t.Errorf("status.json says %+v", s)
		}
		if page, err := os.ReadFile(filepath.Join(f.out, "status.html")); err != nil || !strings.Contains(string(page), "went back") {
			t.Errorf("the page for people does not say it: %v", err)
		}
		if !f.Held() || !f.Pending().Equal(found) {
			t.Errorf("held %t, pending since %s", f.Held(), f.Pending())
		}
		f.now = f.now.Add(time.Minute)
	}
	f.now = certification.NewDate(2026, 11, 23).Start()
	f.Rebuild(t.Context(), watch.TimeChanged)
	f.mustSay(t, expiring, certification.Lapsed)
	f.source.back = false
	f.rebuild(t, watch.Polled)
	if s := f.status(t); s.Held != nil || s.OldestUnpublishedChange != nil || f.Held() || !f.Pending().IsZero() {
		t.Errorf("it came forward: status.json says %+v", s)
	}
	mustEqualFullBuild(t, f)
}

// Entries that were rejected and let pass are not held again with every change after them.
func TestWhatWasLetPassOnceIsNotHeldAgain(t *testing.T) {
	f := heldFixture(t)
	for i := range 7 {
		f.source.set(certification.NewUnavailable(must(certification.ParseNumber(fmt.Sprintf("MPSS1000%d", 10+i))), false))
	}
	f.source.rejected = 7
	digest := f.mustHold(t, watch.Hangup).Digest()
	f.accept = digest
	f.open(t)
	f.rebuild(t, watch.Start)
	f.accept = ""
	f.open(t)
	f.source.set(draft(steady, "2025-03-01", "2027-02-27"))
	f.rebuild(t, watch.Start)
	f.source.rejected = 8
	f.source.set(certification.NewUnavailable(must(certification.ParseNumber("MPSS100018")), false))
	f.mustHold(t, watch.Hangup)
}

func must(n certification.Number, err error) certification.Number {
	if err != nil {
		panic(err)
	}
	return n
}

// A number that came with a publication which failed is not forgotten because the record table, by which it may have
// been answered for, cannot be read when it goes.
func TestATableThatCannotBeReadForgetsNothing(t *testing.T) {
	f := newFixture(t, draft("MPSS100001", "2025-03-01", "2027-02-28"))
	f.rebuild(t, watch.Start)
	foreign := filepath.Join(f.out, "verify", "MPSS100002.html")
	if err := os.WriteFile(foreign, []byte("of somebody else"), 0o644); err != nil {
		t.Fatal(err)
	}
	r := draft("MPSS100002", "2025-03-01", "2027-02-28")
	f.source.set(r)
	if _, err := f.Rebuild(t.Context(), watch.Notified); err == nil || len(f.index.list) != 2 {
		t.Fatalf("error %v; the record table has %d", err, len(f.index.list))
	}
	if err := os.Remove(foreign); err != nil {
		t.Fatal(err)
	}
	f.source.remove(r.Number())
	f.index.fail = errors.New("too many open files")
	if _, err := f.Rebuild(t.Context(), watch.Notified); err == nil {
		t.Error("no error")
	}
	f.index.fail = nil
	f.rebuild(t, watch.Retry)
	if !f.says(t, "MPSS100002").Withdrawn {
		t.Error("it is not said to be withdrawn")
	}
}
