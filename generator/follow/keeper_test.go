package follow_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cmpss/registry/content"
	"github.com/cmpss/registry/generator"
	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/follow"
	"github.com/cmpss/registry/generator/guidance"
	"github.com/cmpss/registry/generator/publish"
	"github.com/cmpss/registry/generator/records"
	"github.com/cmpss/registry/generator/records/sample"
	"github.com/cmpss/registry/generator/render"
	"github.com/cmpss/registry/generator/watch"
	"github.com/cmpss/registry/themes"
)

var noon = time.Date(2026, 11, 22, 20, 30, 0, 0, time.UTC) // half past twelve in Los Angeles

// source is a database in memory: records by number, and an outbox of the numbers that changed.
type source struct {
	records  map[certification.Number]*certification.Record
	outbox   []certification.Number
	clock    func() time.Time // of the server; nil: it has none
	fail     error
	reads    int                                    // complete reads
	slow     func(context.Context, func(int)) error // before a complete read
	back     bool
	rejected int       // entries
	modified time.Time // of the file, if the source is one
	known    time.Time // up to when a standby has every change; zero: the source is none
	answers  func()    // before it says what changed; may be nil
	lie      bool      // a change is not in the outbox, as after a dropped trigger
}

func (s *source) set(r *certification.Record) {
	s.records[r.Number()] = r
	s.note(r.Number())
}

func (s *source) remove(n certification.Number) {
	delete(s.records, n)
	s.note(n)
}

func (s *source) note(n certification.Number) {
	if !s.lie {
		s.outbox = append(s.outbox, n)
	}
}

func (s *source) now() time.Time {
	if s.clock == nil {
		return time.Time{}
	}
	return s.clock()
}

func (s *source) Snapshot(ctx context.Context, progress func(int)) (*records.Snapshot, error) {
	if s.slow != nil {
		if err := s.slow(ctx, progress); err != nil {
			return nil, err
		}
	}
	if s.fail != nil {
		return nil, s.fail
	}
	s.reads++
	list := slices.SortedFunc(maps.Values(s.records), func(a, b *certification.Record) int { return a.Number().Compare(b.Number()) })
	return &records.Snapshot{Records: list, Rejections: make([]records.Rejection, s.rejected), Read: len(list), Position: fmt.Sprint(len(s.outbox)), ServerTime: s.now(), KnownUpTo: s.known, Modified: s.modified}, nil
}

func (s *source) Changes(_ context.Context, since string) (*records.Delta, error) {
	if s.fail != nil {
		return nil, s.fail
	}
	if s.back {
		return nil, records.ErrBackwards
	}
	var from int
	if _, err := fmt.Sscan(since, &from); err != nil || from > len(s.outbox) {
		return &records.Delta{Reread: true}, nil
	}
	if s.answers != nil {
		s.answers()
	}
	d := &records.Delta{Position: fmt.Sprint(len(s.outbox)), ServerTime: s.now(), KnownUpTo: s.known}
	asked := slices.Clone(s.outbox[from:])
	slices.SortFunc(asked, certification.Number.Compare)
	for _, n := range slices.Compact(asked) {
		if r, ok := s.records[n]; ok {
			d.Changed = append(d.Changed, r)
		} else {
			d.Gone = append(d.Gone, n)
		}
	}
	return d, nil
}

func (s *source) Listen(ctx context.Context, _ func(), _ func(error)) error {
	<-ctx.Done()
	return ctx.Err()
}

// table is an index that remembers what it was given.
type table struct {
	records map[string]string
	list    []*certification.Record // as they were last written
	fail    error
}

func (x *table) Read(_ context.Context, numbers []certification.Number) ([]*certification.Record, error) {
	return slices.DeleteFunc(slices.Clone(x.list), func(r *certification.Record) bool {
		return numbers != nil && !slices.Contains(numbers, r.Number())
	}), x.fail
}

func (x *table) Write(_ context.Context, list []*certification.Record, changed []certification.Number, read time.Time) error {
	if x.fail != nil {
		return x.fail
	}
	if changed == nil {
		x.records = map[string]string{}
	}
	for _, n := range changed {
		delete(x.records, n.String())
	}
	x.list = slices.Clone(list)
	for _, r := range list {
		if changed == nil || slices.Contains(changed, r.Number()) {
			x.records[r.Number().String()] = string(r.AppendJSON(nil))
		}
	}
	return nil
}

// fixture is a keeper with everything it works with.
type fixture struct {
	*follow.Keeper
	source    *source
	index     *table
	out       string
	state     string
	now       time.Time
	pages     follow.Pages
	loadError error
	publisher *publish.Publisher
	accept    string
	names     int // given so far
	least     int // the guard holds no fewer changes than these
}

func loadPages(t testing.TB) follow.Pages {
	t.Helper()
	return loadPagesAt(t, "https://registry.example.org")
}

func loadPagesAt(t testing.TB, baseURL string) follow.Pages {
	t.Helper()
	blocks, err := fs.Sub(themes.Default(), "guidance")
	if err != nil {
		t.Fatal(err)
	}
	library, err := guidance.Load(content.FS, blocks, []string{"en"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := render.Load(themes.Default(), library, render.Options{Languages: []string{"en"}, BaseURL: baseURL, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return follow.Pages{Renderer: r}
}

func newFixture(t testing.TB, list ...*certification.Record) *fixture {
	t.Helper()
	dir := t.TempDir()
	f := &fixture{
		source: &source{records: map[certification.Number]*certification.Record{}}, index: &table{}, now: noon, least: 100,
		out: filepath.Join(dir, "public"), state: filepath.Join(dir, "state"), pages: loadPages(t),
	}
	for _, r := range list {
		f.source.set(r)
	}
	f.open(t)
	return f
}

// open opens the folders with a new keeper, as a process that starts.
func (f *fixture) open(t testing.TB) {
	t.Helper()
	if f.publisher != nil {
		f.publisher.Close()
	}
	limits := publish.DefaultLimits()
	limits.Least = f.least
	var err error
	if f.publisher, err = publish.Open(publish.Options{Out: f.out, State: f.state, Limits: limits, Workers: 2}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.publisher.Close)
	f.Keeper = follow.New(follow.Options{
		Source: f.source, Publisher: f.publisher, Index: f.index, Pages: f.pages, Version: "test", Accept: f.accept,
		Now: func() time.Time { return f.now }, Clock: time.Now, // which hardly moves while a test sets the other
		Load: func() (follow.Pages, error) { return f.pages, f.loadError },
	})
}

func (f *fixture) rebuild(t testing.TB, why watch.Reason) follow.Report {
	t.Helper()
	report, err := f.Rebuild(t.Context(), why)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// says is what the published JSON of a number says.
func (f *fixture) says(t testing.TB, number string) certification.Statement {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(f.out, "verify", number+".json"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := certification.ParseStatement(body)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (f *fixture) mustSay(t testing.TB, number string, want certification.Status) {
	t.Helper()
	if got := f.says(t, number).Status; got != want {
		t.Fatalf("%s is %s, want %s", number, got, want)
	}
}

func draft(number, from, to string, actions ...certification.DraftAction) *certification.Record {
	r, err := certification.Draft{Number: number, LegalName: "Jane Doe", Terms: []certification.DraftTerm{{From: from, To: to}}, Actions: actions}.Record()
	if err != nil {
		panic(err)
	}
	return r
}

func TestAChangeIsPublishedAndNothingElse(t *testing.T) {
	a, b := draft("MPSS100001", "2025-03-01", "2027-02-28"), draft("MPSS100002", "2025-03-01", "2027-02-28")
	f := newFixture(t, a, b)
	if r := f.rebuild(t, watch.Start); !r.Complete || r.Publish.Rendered != 2 {
		t.Errorf("start: %+v", r)
	}
	f.source.set(draft("MPSS100002", "2025-03-01", "2027-02-28", certification.DraftAction{Kind: "suspended", From: "2026-11-22T12:00:00-08:00"}))
	if r := f.rebuild(t, watch.Notified); r.Complete || r.Publish.Rendered != 1 || r.Publish.Written != 3 {
		t.Errorf("change: %+v", r)
	}
	f.mustSay(t, "MPSS100002", certification.Suspended)
	if r := f.rebuild(t, watch.Polled); r.Published || r.Publish.Written != 0 {
		t.Errorf("nothing: %+v", r)
	}
	if f.source.reads != 1 {
		t.Errorf("%d complete reads", f.source.reads)
	}
}

// At midnight certificates lapse; the source is read later, or cannot be.
func TestTimePassesWithoutTheSource(t *testing.T) {
	f := newFixture(t, draft("MPSS100001", "2024-11-23", "2026-11-22"), draft("MPSS100002", "2025-03-01", "2027-02-28"))
	f.rebuild(t, watch.Start)
	midnight := certification.NewDate(2026, 11, 23).Start()
	if !f.Next().Equal(midnight) {
		t.Errorf("next is %s", f.Next())
	}
	before := f.says(t, "MPSS100002")
	f.source.fail = errors.New("the database is down")
	f.now = midnight
	if _, err := f.Rebuild(t.Context(), watch.TimeChanged); err == nil {
		t.Error("no error")
	}
	f.mustSay(t, "MPSS100001", certification.Lapsed)
	if after := f.says(t, "MPSS100002"); after.NextUpdate != before.NextUpdate {
		t.Errorf("an outage extended the claim from %s to %s", before.NextUpdate, after.NextUpdate)
	}
	if s := f.says(t, "MPSS100001"); s.NextUpdate.After(before.NextUpdate) {
		t.Errorf("an outage extended the claim to %s", s.NextUpdate)
	}
	if want := certification.NewDate(2027, 3, 1).Start(); !f.Next().Equal(want) {
		t.Errorf("next is %s, want %s", f.Next(), want)
	}
	f.source.fail = nil
	f.now = midnight.Add(time.Minute)
	if r := f.rebuild(t, watch.Retry); !r.Complete {
		t.Error("the source was not read completely")
	}
	if after := f.says(t, "MPSS100002"); !after.NextUpdate.After(before.NextUpdate) {
		t.Error("a complete read did not confirm")
	}
}

// A certificate whose first term begins appears at that instant.
func TestACertificateAppearsAtItsInstant(t *testing.T) {
	f := newFixture(t, draft("MPSS100001", "2025-03-01", "2027-02-28"), draft("MPSS100002", "2026-11-23", "2028-11-22"))
	f.rebuild(t, watch.Start)
	page := filepath.Join(f.out, "verify/MPSS100002.html")
	if _, err := os.Stat(page); err == nil {
		t.Fatal("it is there too early")
	}
	f.now = f.Next()
	f.rebuild(t, watch.TimeChanged)
	if _, err := os.Stat(page); err != nil {
		t.Fatal(err)
	}
}

func TestAClockInDoubtPublishesNothing(t *testing.T) {
	expiring := draft("MPSS100001", "2024-11-23", "2026-11-22")
	f := newFixture(t, expiring)
	server := noon
	f.source.clock = func() time.Time { return server }
	f.rebuild(t, watch.Start)

	t.Run("the host runs ahead of the source", func(t *testing.T) {
		f.now = noon.Add(48 * time.Hour)
		if _, err := f.Rebuild(t.Context(), watch.ClockJumped|watch.TimeChanged); !errors.Is(err, follow.ErrClock) {
			t.Errorf("error %v", err)
		}
		f.mustSay(t, "MPSS100001", certification.Active)
		if _, err := f.Rebuild(t.Context(), watch.Polled); !errors.Is(err, follow.ErrClock) {
			t.Errorf("the next look: error %v", err)
		}
		f.mustSay(t, "MPSS100001", certification.Active)
	})
	t.Run("they agree again", func(t *testing.T) {
		f.now, server = noon.Add(time.Hour), noon.Add(time.Hour)
		f.rebuild(t, watch.Polled)
		f.now, server = noon.Add(48*time.Hour), noon.Add(48*time.Hour)
		f.rebuild(t, watch.ClockJumped)
		f.mustSay(t, "MPSS100001", certification.Lapsed)
	})
	t.Run("a source without a clock is believed when time goes on evenly", func(t *testing.T) {
		f.source.clock = nil
		f.now = f.now.Add(24 * time.Hour)
		if _, err := f.Rebuild(t.Context(), watch.ClockJumped); !errors.Is(err, follow.ErrClock) {
			t.Errorf("error %v", err)
		}
		f.rebuild(t, watch.Retry)
	})
	t.Run("back in time", func(t *testing.T) {
		f.now = f.now.Add(-time.Hour)
		if _, err := f.Rebuild(t.Context(), watch.Reconcile); !errors.Is(err, follow.ErrClock) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("back by a moment", func(t *testing.T) {
		f.now = f.now.Add(time.Hour - time.Second)
		f.rebuild(t, watch.Reconcile)
	})
}

// A clock that jumped while the source is down stops what changes by the calendar, until it is set back to
// where it was: it need not wait for the source then.
func TestAJumpThatIsUndoneIsNoDoubt(t *testing.T) {
	midnight := certification.NewDate(2026, 11, 23).Start()
	f := newFixture(t, draft("MPSS100001", "2024-11-23", "2026-11-22"))
	f.source.clock = func() time.Time { return f.now }
	f.now = midnight.Add(-time.Second)
	f.rebuild(t, watch.Start)
	f.source.fail = errors.New("the database is down")
	look := func(now time.Time, why watch.Reason, want certification.Status) {
		t.Helper()
		f.now = now
		if _, err := f.Rebuild(t.Context(), why); err == nil {
			t.Error("no error")
		}
		f.mustSay(t, "MPSS100001", want)
	}
	look(midnight.Add(48*time.Hour), watch.ClockJumped|watch.TimeChanged, certification.Active)
	look(midnight.Add(48*time.Hour), watch.Retry, certification.Active)
	look(midnight.Add(24*time.Hour), watch.ClockJumped, certification.Active) // set, and still wrong
	look(midnight.Add(time.Second), watch.ClockJumped, certification.Lapsed)
	if s := f.says(t, "MPSS100001"); s.ThisUpdate.After(midnight) {
		t.Errorf("it was confirmed at %s, without the source", s.ThisUpdate)
	}
	// The source had another time before it went down: then there is nothing to go back to.
	g := newFixture(t, draft("MPSS100001", "2024-11-23", "2026-11-22"))
	server := midnight.Add(-time.Minute)
	g.source.clock = func() time.Time { return server }
	g.now = server
	g.rebuild(t, watch.Start)
	server = server.Add(time.Hour)
	if _, err := g.Rebuild(t.Context(), watch.Polled); !errors.Is(err, follow.ErrClock) {
		t.Errorf("error %v", err)
	}
	g.source.fail = errors.New("the database is down")
	for _, now := range []time.Time{midnight.Add(2 * time.Hour), midnight} {
		g.now = now
		g.Rebuild(t.Context(), watch.ClockJumped)
		g.mustSay(t, "MPSS100001", certification.Active)
	}
}

// A clock that jumps while the source answers was not vouched for where it jumped to: once the jump is known nothing is
// published by it.
func TestAJumpDuringALookIsDoubted(t *testing.T) {
	for name, look := range map[string]func(f *fixture, jump func()){
		"what changed": func(f *fixture, jump func()) {
			f.source.answers = jump
			f.rebuild(t, watch.Polled)
		},
		"everything": func(f *fixture, jump func()) {
			f.source.slow = func(context.Context, func(int)) error { jump(); return nil }
			f.rebuild(t, watch.Reconcile)
		},
	} {
		f := newFixture(t, draft("MPSS100001", "2024-11-23", "2026-11-22"))
		f.source.clock = func() time.Time { return noon }
		f.rebuild(t, watch.Start)
		look(f, func() { f.now = noon.Add(48 * time.Hour) })
		if f.Rebuild(t.Context(), watch.ClockJumped|watch.TimeChanged); f.says(t, "MPSS100001").Status != certification.Active {
			t.Errorf("%s: it lapsed by a clock that nothing vouches for", name)
		}
	}
}

// Instants are compared by the wall clock: by a monotonic reading a clock that is set back seems to go on, and the
// site would go back in time with it.
func TestInstantsAreOfTheWallClock(t *testing.T) {
	f := newFixture(t, draft("MPSS100001", "2025-03-01", "2027-02-28"))
	f.now = time.Now() // has a monotonic reading
	if f.now == f.now.Round(0) {
		t.Fatal("it has none")
	}
	f.rebuild(t, watch.Start)
	if at := f.publisher.Manifest().AsOf; at != at.Round(0) {
		t.Errorf("it was published as of %s", at)
	}
}

// A loop and a keeper of a file get over a jump together: the try after it trusts a clock that has
// gone on evenly, and what the file has said since is published.
func TestAfterAJumpAFileIsPublishedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, draft("MPSS100001", "2025-03-01", "2027-02-28"))
		var offset atomic.Int64
		offset.Store(int64(time.Until(noon)))
		now := func() time.Time { return time.Now().Add(time.Duration(offset.Load())) }
		f.Keeper = follow.New(follow.Options{
			Source: struct{ records.Source }{f.source}, // cannot say what changed, and has no clock
			Pages:  f.pages, Publisher: f.publisher, Index: f.index, Version: "test", Now: now, Clock: time.Now,
			Unchanged: func() bool { return true },
		})
		var mu sync.Mutex // held by the loop while it looks, and by the test while it changes the source
		failures, published := 0, 0
		loop := watch.New(watch.Options{
			Now: now,
			Rebuild: func(ctx context.Context, why watch.Reason) (watch.Outcome, error) {
				mu.Lock()
				defer mu.Unlock()
				report, err := f.Rebuild(ctx, why)
				if err != nil {
					failures++
					return watch.Outcome{}, err
				}
				if report.Published {
					published++
				}
				return watch.Outcome{Next: f.Next()}, nil
			},
		})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- loop.Run(ctx) }()
		time.Sleep(20 * time.Second)
		for jump := range 2 {
			mu.Lock()
			f.source.set(draft("MPSS100001", "2025-03-01", "2027-02-28", certification.DraftAction{Kind: "revoked", From: fmt.Sprintf("2026-11-22T12:0%d:00-08:00", jump)}))
			before := published
			mu.Unlock()
			offset.Add(int64(time.Hour))
			time.Sleep(2 * time.Minute)
			synctest.Wait()
			mu.Lock()
			if failures != jump+1 || published == before {
				t.Errorf("jump %d: %d failures, %d publications after it", jump, failures, published-before)
			}
			mu.Unlock()
		}
		cancel()
		<-ended
		f.mustSay(t, "MPSS100001", certification.Revoked)
	})
}

func TestAVanishedNumberIsWithdrawn(t *testing.T) {
	a, b := draft("MPSS100001", "2025-03-01", "2027-02-28"), draft("MPSS100002", "2025-03-01", "2027-02-28")
	f := newFixture(t, a, b)
	f.rebuild(t, watch.Start)
	f.source.remove(a.Number())
	f.rebuild(t, watch.Notified)
	if s := f.says(t, "MPSS100001"); !s.Withdrawn || s.Status != certification.Unavailable || s.LegalName != "" {
		t.Errorf("%+v", s)
	}
	if !strings.Contains(f.index.records["MPSS100001"], "withdrawn") {
		t.Errorf("index: %v", f.index.records)
	}
	// It stays withdrawn for a process that starts later, and comes back when the source has it again.
	f.open(t)
	f.rebuild(t, watch.Start)
	if s := f.says(t, "MPSS100001"); !s.Withdrawn {
		t.Errorf("after a restart: %+v", s)
	}
	f.source.set(a)
	f.rebuild(t, watch.Notified)
	f.mustSay(t, "MPSS100001", certification.Active)
}

// A number that was never published leaves nothing behind.
func TestANumberThatWasNeverPublishedIsForgotten(t *testing.T) {
	a, later := draft("MPSS100001", "2025-03-01", "2027-02-28"), draft("MPSS100002", "2026-12-01", "2028-11-30")
	f := newFixture(t, a, later)
	f.rebuild(t, watch.Start)
	f.source.remove(later.Number())
	f.rebuild(t, watch.Notified)
	if _, there := f.index.records["MPSS100002"]; there {
		t.Error("it is still in the index")
	}
}

func TestADroppedTriggerIsFoundByTheReconcile(t *testing.T) {
	f := newFixture(t, draft("MPSS100001", "2025-03-01", "2027-02-28"))
	f.rebuild(t, watch.Start)
	f.source.lie = true
	f.source.set(draft("MPSS100001", "2025-03-01", "2027-02-28", certification.DraftAction{Kind: "revoked", From: "2026-11-22T12:00:00-08:00"}))
	f.rebuild(t, watch.Polled)
	f.mustSay(t, "MPSS100001", certification.Active)
	f.rebuild(t, watch.Reconcile)
	f.mustSay(t, "MPSS100001", certification.Revoked)
}

func TestASourceThatWentBackIsHeld(t *testing.T) {
	f := newFixture(t, draft("MPSS100001", "2025-03-01", "2027-02-28"))
	f.rebuild(t, watch.Start)
	f.source.back = true
	f.source.set(draft("MPSS100001", "2025-03-01", "2027-02-28", certification.DraftAction{Kind: "revoked", From: "2026-11-22T12:00:00-08:00"}))
	for _, why := range []watch.Reason{watch.Notified, watch.Reconcile, watch.Hangup} {
		if _, err := f.Rebuild(t.Context(), why); !errors.Is(err, records.ErrBackwards) {
			t.Errorf("%s: error %v", why, err)
		}
	}
	f.mustSay(t, "MPSS100001", certification.Active)
	// What asked for a complete read is not lost with the look that was held.
	f.source.back = false
	if r, err := f.Rebuild(t.Context(), watch.Polled); err != nil || !r.Complete {
		t.Errorf("once it has come back: complete %t, error %v", r.Complete, err)
	}
	f.mustSay(t, "MPSS100001", certification.Revoked)
	f.source.back = true
	f.open(t) // a restart does not forget
	if _, err := f.Rebuild(t.Context(), watch.Start); !errors.Is(err, records.ErrBackwards) {
		t.Errorf("after a restart: error %v", err)
	}
	f.mustSay(t, "MPSS100001", certification.Revoked)
}

func TestAMistakeInTheGuidanceDoesNotStopAStatus(t *testing.T) {
	f := newFixture(t, draft("MPSS100001", "2025-03-01", "2027-02-28"))
	f.rebuild(t, watch.Start)
	f.loadError = errors.New("fees.md:3: unknown key")
	f.source.set(draft("MPSS100001", "2025-03-01", "2027-02-28", certification.DraftAction{Kind: "revoked", From: "2026-11-22T12:00:00-08:00"}))
	if r := f.rebuild(t, watch.ContentChanged|watch.Notified); r.PagesError == nil {
		t.Error("the mistake is not reported")
	}
	f.mustSay(t, "MPSS100001", certification.Revoked)
}

// What failed is tried again with the next look, although no number is in the outbox any more.
func TestWhatFailedIsNotLost(t *testing.T) {
	f := newFixture(t, draft("MPSS100001", "2025-03-01", "2027-02-28"))
	f.rebuild(t, watch.Start)
	f.index.fail = errors.New("no space left on device")
	f.source.set(draft("MPSS100001", "2025-03-01", "2027-02-28", certification.DraftAction{Kind: "revoked", From: "2026-11-22T12:00:00-08:00"}))
	if _, err := f.Rebuild(t.Context(), watch.Notified); err == nil {
		t.Error("no error")
	}
	f.mustSay(t, "MPSS100001", certification.Active)
	f.index.fail = nil
	f.rebuild(t, watch.Retry)
	f.mustSay(t, "MPSS100001", certification.Revoked)
	if !strings.Contains(f.index.records["MPSS100001"], "revoked") {
		t.Errorf("index: %v", f.index.records)
	}
}

// fileSource is a source that cannot say what changed, only whether it did.
type fileSource struct{ *source }

func (s fileSource) Changes() {} // it is no Follower

// A source that cannot say what changed is read when it has changed, once, and until a read of
// it succeeds.
func TestAFileIsReadWhenItChanged(t *testing.T) {
	f := newFixture(t, draft("MPSS100001", "2025-03-01", "2027-02-28"))
	seen, version := -1, 0
	unchanged := func() bool {
		same := seen == version
		seen = version
		return same
	}
	f.Keeper = follow.New(follow.Options{
		Source: fileSource{f.source}, Publisher: f.publisher, Index: f.index, Pages: f.pages, Version: "test",
		Now: func() time.Time { return f.now }, Unchanged: unchanged,
	})
	look := func(what string, reads int) {
		t.Helper()
		f.Rebuild(t.Context(), watch.Polled)
		if f.source.reads != reads {
			t.Errorf("%s: %d reads, want %d", what, f.source.reads, reads)
		}
	}
	look("start", 1)
	look("nothing happened", 1)
	version++
	f.source.fail = errors.New("it is empty")
	look("it changed and cannot be read", 1)
	f.source.fail = nil
	look("it can be read again", 2)
	look("nothing happened", 2)
}

// A read that stands still is given up; one that goes on is waited for, however long it takes.
func TestAReadThatStandsStillIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, draft("MPSS100001", "2025-03-01", "2027-02-28"))
		f.source.slow = func(ctx context.Context, progress func(int)) error {
			progress(1)
			<-ctx.Done()
			return ctx.Err()
		}
		start := time.Now()
		_, err := f.Rebuild(t.Context(), watch.Start)
		if err == nil || !strings.Contains(err.Error(), "nothing came of the source for 2m0s") || time.Since(start) != 2*time.Minute {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
		f.source.slow = func(ctx context.Context, progress func(int)) error {
			for range 60 {
				time.Sleep(time.Minute)
				progress(1)
			}
			return ctx.Err()
		}
		f.rebuild(t, watch.Retry)
	})
}

// Ten thousand small publications, through restarts, outages and the passing of days, end in
// the bytes of one full build.
func TestSmallPublicationsEndLikeOneFullBuild(t *testing.T) {
	publications := 10_000
	if testing.Short() {
		publications = 500
	}
	const seed = 20261122
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	var ndjson bytes.Buffer
	if err := sample.Write(&ndjson, 240, seed); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "s.ndjson")
	if err := os.WriteFile(path, ndjson.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := records.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	pool, err := file.Snapshot(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	all := pool.Records
	f := newFixture(t, all[:120]...)
	f.least = math.MaxInt
	f.open(t)
	f.rebuild(t, watch.Start)
	kinds := []string{"suspended", "revoked", "under-investigation"}
	for published := 0; published < publications; published++ {
		switch r.IntN(40) {
		case 0:
			f.open(t)
			f.rebuild(t, watch.Start)
		case 1:
			f.source.fail = errors.New("the database is down")
			f.Rebuild(t.Context(), watch.Polled)
			f.source.fail = nil
		case 2:
			f.now = f.Next()
		}
		f.now = f.now.Add(time.Duration(r.Int64N(int64(2 * time.Minute))))
		for range 1 + r.IntN(3) {
			old := all[r.IntN(len(all))]
			switch r.IntN(8) {
			case 0:
				f.source.remove(old.Number())
			case 1:
				f.source.set(old)
			case 2:
				f.source.set(certification.NewUnavailable(old.Number(), true))
			default:
				from := f.now.Add(-time.Duration(r.Int64N(int64(time.Hour))))
				a := certification.DraftAction{Kind: kinds[r.IntN(3)], From: from.Format(time.RFC3339Nano)}
				if r.IntN(2) == 0 {
					a.Until = from.Add(time.Duration(1 + r.Int64N(int64(100*time.Hour)))).Format(time.RFC3339Nano)
				}
				f.source.set(draft(old.Number().String(), "2025-03-01", "2027-02-28", a))
			}
		}
		f.rebuild(t, watch.Notified)
		if published%(publications/10) == publications/10-1 {
			mustEqualFullBuild(t, f)
		}
	}
}

// mustEqualFullBuild compares what is published with one full build of what is held.
func mustEqualFullBuild(t *testing.T, f *fixture) {
	t.Helper()
	manifest := f.publisher.Manifest()
	snapshot, err := f.source.Snapshot(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range manifest.Records {
		number, err := certification.ParseNumber(manifest.Records[i].Number)
		if err != nil {
			t.Fatal(err)
		}
		if _, there := f.source.records[number]; !there {
			snapshot = snapshot.Apply(&records.Delta{Changed: []*certification.Record{certification.NewWithdrawn(number)}, Position: snapshot.Position})
		}
	}
	full, err := generator.Build(generator.Input{Snapshot: snapshot, AsOf: manifest.AsOf, Read: manifest.Read, Pages: f.pages.Renderer, Version: "test", Delays: manifest.Delays})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	p, err := publish.Open(publish.Options{Out: filepath.Join(dir, "public"), State: filepath.Join(dir, "state"), Limits: publish.DefaultLimits(), Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.Publish(t.Context(), full, publish.Run{}); err != nil {
		t.Fatal(err)
	}
	want, got := tree(t, filepath.Join(dir, "public")), tree(t, f.out)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("one full build and many small ones (-full +small):\n%.4000s", diff)
	}
	for _, r := range snapshot.Records {
		if got := f.index.records[r.Number().String()]; got != string(r.AppendJSON(nil)) {
			t.Fatalf("the index holds %q for %s", got, r.Number())
		}
	}
	if len(f.index.records) != len(snapshot.Records) {
		t.Fatalf("the index holds %d records of %d", len(f.index.records), len(snapshot.Records))
	}
}

func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		files[filepath.ToSlash(rel)] = string(body)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
