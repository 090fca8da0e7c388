package follow_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cmpss/registry/generator"
	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/follow"
	"github.com/cmpss/registry/generator/publish"
	"github.com/cmpss/registry/generator/records"
	"github.com/cmpss/registry/generator/site"
	"github.com/cmpss/registry/generator/watch"
)

// Whatever comes together (batches that are held, accepted or taken back, a source that is down or
// went back, a disk that is full at one moment or another, edits, restarts, a clock that is set), what
// was published last is byte for byte one full build of it, and no page is behind the time.
func TestWhateverHappensTheSiteIsThatOfOneBuild(t *testing.T) {
	seeds, steps := uint64(10), 250
	if testing.Short() {
		seeds, steps = 2, 100
	}
	editions := []follow.Pages{loadPagesAt(t, "https://registry.example.org"), loadPagesAt(t, "https://elsewhere.example.org")}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			h := &happenings{r: rand.New(rand.NewPCG(seed, 9)), fixture: newFixture(t), editions: editions, shown: map[string]bool{}}
			h.least = 4
			if seed%2 == 0 {
				h.source.clock = func() time.Time { return h.now }
			}
			for range 40 {
				h.enter()
			}
			h.open(t)
			h.rebuild(t, watch.Start)
			compared := 0
			for step := range steps {
				h.log = append(h.log, fmt.Sprintf("step %d at %s", step, h.now.Format(time.RFC3339Nano)))
				if h.step(t) {
					compared++
				}
			}
			if compared < steps/8 {
				t.Errorf("only %d of %d sites were compared", compared, steps)
			}
		})
	}
}

// happenings are what may befall a keeper.
type happenings struct {
	*fixture
	r        *rand.Rand
	editions []follow.Pages
	numbers  int             // given so far
	obstacle string          // in the way of a file of the state folder; empty if none is
	digest   string          // of the difference that was held last
	shown    map[string]bool // numbers of which somebody may have seen a page
	log      []string
}

func (h *happenings) number(i int) string { return fmt.Sprintf("MPSS%06d", 100000+i) }

// enter gives a new number to a record.
func (h *happenings) enter() {
	h.numbers++
	h.change(h.numbers - 1)
}

// change makes the record of a number another, whose status may change in the days around now.
func (h *happenings) change(i int) {
	day := func(from int) string {
		return h.now.In(certification.LosAngeles).AddDate(0, 0, from).Format("2006-01-02")
	}
	terms := [][]certification.DraftTerm{
		{{From: day(-700), To: day(h.r.IntN(4) - 1)}},
		{{From: day(h.r.IntN(3)), To: day(700)}},
		{{From: day(-700), To: day(1)}, {From: day(2), To: day(600)}},
		{{From: day(-300), To: day(400)}},
		{{From: day(-300), To: day(400)}},
	}
	d := certification.Draft{Number: h.number(i), LegalName: fmt.Sprintf("Jane Doe %c", 'A'+h.r.IntN(26)), Terms: terms[h.r.IntN(len(terms))]}
	if h.r.IntN(3) == 0 {
		from := h.now.Add(time.Duration(h.r.Int64N(int64(20*time.Hour))) - 12*time.Hour)
		a := certification.DraftAction{Kind: []string{"suspended", "revoked", "under-investigation"}[h.r.IntN(3)], From: from.Format(time.RFC3339Nano)}
		if h.r.IntN(2) == 0 {
			a.Until = from.Add(time.Duration(1 + h.r.Int64N(int64(30*time.Hour)))).Format(time.RFC3339Nano)
		}
		d.Actions = []certification.DraftAction{a}
	}
	if h.r.IntN(2) == 0 {
		d.UpdatedAt = h.now.Add(time.Duration(h.r.Int64N(int64(2*time.Hour))) - 90*time.Minute).Format(time.RFC3339Nano)
	}
	r, err := d.Record()
	if err != nil { // an action or a term that cannot be: so is an entry that cannot be understood
		r = certification.NewUnavailable(must(certification.ParseNumber(h.number(i))), true)
	}
	h.source.set(r)
}

// befall lets something happen, and gives what makes the keeper look.
func (h *happenings) befall(t *testing.T) (what string, why watch.Reason) {
	switch h.r.IntN(26) {
	case 0, 1, 2, 3, 4:
		for range 1 + h.r.IntN(2) {
			h.change(h.r.IntN(h.numbers))
		}
		return "changes", watch.Notified
	case 5:
		h.source.remove(must(certification.ParseNumber(h.number(h.r.IntN(h.numbers)))))
		return "a record vanishes", watch.Notified
	case 6:
		h.enter()
		return "a record is entered", watch.Notified
	case 7:
		for i := range h.numbers {
			if h.r.IntN(3) == 0 {
				h.change(i)
			}
		}
		return "a batch", watch.Notified
	case 8:
		h.source.fail = errors.New("the database is down")
		return "the source is down", watch.Polled
	case 9, 10:
		h.source.fail, h.source.back = nil, false
		return "the source is there", watch.Polled
	case 11:
		h.source.back = true
		return "the source goes back", watch.Polled
	case 12:
		h.pages = h.editions[h.r.IntN(len(h.editions))]
		return "an edit", watch.ContentChanged
	case 13:
		h.loadError = nil
		if h.r.IntN(2) == 0 {
			h.loadError = errors.New("fees.md:3: unknown key")
		}
		return fmt.Sprintf("pages: %v", h.loadError), watch.ContentChanged
	case 14:
		h.index.fail = errors.New("no space left on device")
		return "the index cannot be written", watch.Polled
	case 15:
		if h.obstacle == "" {
			h.obstacle = filepath.Join(h.state, []string{".manifest.json.new", ".publishing.txt.new"}[h.r.IntN(2)])
			if err := os.Mkdir(h.obstacle, 0o700); err != nil {
				t.Fatal(err)
			}
		}
		return h.obstacle + " is in the way", watch.Polled
	case 16, 17:
		h.index.fail = nil
		if h.obstacle != "" {
			if err := os.Remove(h.obstacle); err != nil {
				t.Fatal(err)
			}
			h.obstacle = ""
		}
		return "there is space", watch.Polled
	case 18:
		h.open(t)
		return "a restart", watch.Start
	case 19:
		h.accept = h.digest
		h.open(t)
		h.accept = ""
		return "a restart with --accept " + h.digest, watch.Start
	case 20:
		return "a look at everything", watch.Reconcile | watch.Hangup | watch.ContentChanged
	case 21:
		h.now = h.now.Add(-time.Duration(h.r.Int64N(int64(30 * time.Second))))
		return "the clock is set back a little", watch.Polled
	case 22, 23, 24:
		if next := h.Next(); next.After(h.now) {
			h.now = next
		}
		return "the next instant", watch.TimeChanged
	default:
		h.now = h.now.Add(time.Duration(h.r.Int64N(int64(5 * time.Hour))))
		return "hours pass", watch.Polled
	}
}

// step lets something happen, has the keeper look, and compares the site if one was published.
func (h *happenings) step(t *testing.T) (compared bool) {
	t.Helper()
	what, why := h.befall(t)
	if h.r.IntN(2) == 0 {
		h.now = h.now.Add(time.Duration(h.r.Int64N(int64(3 * time.Minute))))
	}
	report, err := h.Rebuild(t.Context(), why)
	h.log = append(h.log, fmt.Sprintf("  %s; look at %s: published %t, held %t, error %.120q", what, h.now.Format(time.RFC3339Nano), report.Published, h.Held(), fmt.Sprint(err)))
	if held, ok := errors.AsType[*publish.HeldError](err); ok {
		h.digest = held.Difference.Digest()
	}
	h.mustNotFallSilent(t)
	if h.index.fail != nil || h.obstacle != "" || errors.Is(err, follow.ErrClock) {
		return false
	}
	if report.TimeError != nil {
		h.fatalf(t, "nothing is in the way, and what time has changed is not published: %v", report.TimeError)
	}
	h.mustNotBeBehind(t)
	if !report.Published {
		return false
	}
	h.mustEqualOneBuild(t)
	return true
}

// mustNotFallSilent holds that a number which once had a page has one, unless its certificate is not yet
// issued by what is published.
func (h *happenings) mustNotFallSilent(t *testing.T) {
	t.Helper()
	pages, err := filepath.Glob(filepath.Join(h.out, "verify", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	standing := make(map[string]bool, len(pages))
	for _, page := range pages {
		standing[strings.TrimSuffix(filepath.Base(page), ".json")] = true
	}
	for number := range h.shown {
		if standing[number] {
			continue
		}
		if !slices.ContainsFunc(h.index.list, func(r *certification.Record) bool { return r.Number().String() == number }) {
			h.fatalf(t, "%s had a page, and has none", number)
		}
	}
	h.shown = standing
}

// mustNotBeBehind holds each page to what is to be said of what the guard let pass at this instant.
func (h *happenings) mustNotBeBehind(t *testing.T) {
	t.Helper()
	manifest := h.publisher.Manifest()
	if h.now.Before(manifest.AsOf) {
		return
	}
	for _, r := range h.index.list {
		s, issued := certification.StatementAt(r, manifest.Read, h.now)
		body, err := os.ReadFile(filepath.Join(h.out, "verify", r.Number().String()+".json"))
		if issued != (err == nil) || issued && string(body) != string(s.AppendJSON(nil))+"\n" {
			h.fatalf(t, "%s is issued: %t; its page: %v, %s", r.Number(), issued, err, body)
		}
	}
}

// mustEqualOneBuild compares what is published with one full build of what the guard let pass.
func (h *happenings) mustEqualOneBuild(t *testing.T) {
	t.Helper()
	manifest, err := publish.ReadManifest(h.state)
	if err != nil {
		t.Fatal(err)
	}
	full, err := generator.Build(generator.Input{
		Snapshot: &records.Snapshot{Records: slices.Clone(h.index.list), Rejections: make([]records.Rejection, manifest.Rejected), Position: manifest.Position},
		AsOf:     manifest.AsOf, Read: manifest.Read, Pages: h.Pages().Renderer, Version: "test",
		Delays: manifest.Delays, Held: manifest.Held, OldestUnpublished: manifest.Oldest,
	})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	p, err := publish.Open(publish.Options{Out: filepath.Join(dir, "public"), State: filepath.Join(dir, "state"), Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.Publish(t.Context(), full, publish.Run{Passed: true}); err != nil {
		t.Fatal(err)
	}
	want, got := tree(t, filepath.Join(dir, "public")), tree(t, h.out)
	for _, files := range []map[string]string{want, got} {
		maps.DeleteFunc(files, func(path, _ string) bool { return strings.HasPrefix(path, "assets/") }) // superseded ones stay
		var s site.Status
		if err := json.Unmarshal([]byte(files[site.StatusPath]), &s); err != nil {
			t.Fatal(err)
		}
		s.PublishedAt, s.SourcePosition = time.Time{}, "" // of the last publication that changed a file
		body, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		files[site.StatusPath] = string(body)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		h.fatalf(t, "one full build and what is published (-full +small):\n%.4000s", diff)
	}
	if diff := cmp.Diff(p.Manifest().Records, manifest.Records); diff != "" {
		h.fatalf(t, "the manifests of one full build and of what is published (-full +small):\n%.4000s", diff)
	}
}

func (h *happenings) fatalf(t *testing.T, format string, args ...any) {
	t.Helper()
	t.Fatalf("%s\n%s", fmt.Sprintf(format, args...), strings.Join(h.log[max(0, len(h.log)-60):], "\n"))
}
