package publish

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cmpss/registry/generator/site"
)

var noon = time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)

// testSite is a site of records, whose pages say what the map says, and of fixed files.
func testSite(asOf time.Time, records, fixed map[string]string) *site.Site {
	s := &site.Site{AsOf: asOf, Layout: []string{"verify/*.json", "verify/*.html", "es/verify/*.html"}}
	for _, number := range slices.SortedFunc(maps.Keys(records), site.CompareNumbers) {
		status, _, _ := strings.Cut(records[number], " ")
		s.Records = append(s.Records, site.Record{
			Number: number, Status: status,
			Source: site.FingerprintOf([]byte(records[number])), Fingerprint: site.FingerprintOf([]byte(records[number])),
		})
	}
	for _, path := range slices.Sorted(maps.Keys(fixed)) {
		s.Fixed = append(s.Fixed, site.File{Path: path, Body: []byte(fixed[path])})
	}
	s.Status.Records = map[string]int{"active": len(records)}
	s.Render = func(i int, emit func(int, []byte) error) error {
		for k, layout := range s.Layout {
			if err := emit(k, []byte(layout+" "+records[s.Records[i].Number])); err != nil {
				return err
			}
		}
		return nil
	}
	return s
}

// folders are an output and a state folder for a test.
type folders struct{ out, state string }

func newFolders(t *testing.T) folders {
	dir := t.TempDir()
	return folders{filepath.Join(dir, "public"), filepath.Join(dir, "state")}
}

func (f folders) options() Options {
	return Options{Out: f.out, State: f.state, Limits: DefaultLimits(), Workers: 2}
}

// publishOnce opens, publishes and closes.
func publishOnce(ctx context.Context, s *site.Site, options Options, run Run) (Report, error) {
	p, err := Open(options)
	if err != nil {
		return Report{}, err
	}
	defer p.Close()
	return p.Publish(ctx, s, run)
}

func (f folders) publish(t *testing.T, s *site.Site) Report {
	t.Helper()
	report, err := publishOnce(t.Context(), s, f.options(), Run{})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// tree is every file below a folder with its content; status.json without its times.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		if rel == site.StatusPath {
			body = []byte("status")
		}
		files[filepath.ToSlash(rel)] = string(body)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// want is the tree that a site should have.
func want(s *site.Site) map[string]string {
	files := map[string]string{site.StatusPath: "status"}
	for _, f := range s.Fixed {
		files[f.Path] = string(f.Body)
	}
	for i, r := range s.Records {
		s.Render(i, func(k int, body []byte) error {
			files[site.RecordPath(s.Layout[k], r.Number)] = string(body)
			return nil
		})
	}
	return files
}

func mustEqual(t *testing.T, want, got map[string]string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("published files (-want +got):\n%s", diff)
	}
}

func TestOnlyWhatChangedIsWritten(t *testing.T) {
	f := newFolders(t)
	records := map[string]string{"MPSS100001": "active a", "MPSS100002": "active b", "MPSS1000000": "active c"}
	fixed := map[string]string{"index.html": "home", "guidance/fees.html": "fees", "assets/style.0123.css": "css"}
	first := testSite(noon, records, fixed)
	if r := f.publish(t, first); r.Written != 3*3+3+1 || r.Rendered != 3 || r.Removed != 0 {
		t.Errorf("first: %+v", r)
	}
	mustEqual(t, want(first), tree(t, f.out))

	status, _ := os.ReadFile(filepath.Join(f.out, site.StatusPath))
	idle := testSite(noon.Add(time.Minute), records, fixed)
	idle.Status.SourcePosition = "moved"
	if r := f.publish(t, idle); r.Written != 0 || r.Rendered != 0 || r.Files != 13 {
		t.Errorf("idle: %+v", r)
	}
	if again, _ := os.ReadFile(filepath.Join(f.out, site.StatusPath)); string(again) != string(status) {
		t.Errorf("an idle publication changed status.json to %s", again)
	}

	records["MPSS100002"] = "suspended b"
	delete(records, "MPSS100001")
	fixed["index.html"] = "new home"
	delete(fixed, "guidance/fees.html")
	second := testSite(noon.Add(time.Hour), records, fixed)
	if r := f.publish(t, second); r.Written != 3+1+1 || r.Rendered != 1 || r.Removed != 4 {
		t.Errorf("second: %+v", r)
	}
	mustEqual(t, want(second), tree(t, f.out))
	if _, err := os.Stat(filepath.Join(f.out, "guidance")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the empty folder is still there: %v", err)
	}
	var published site.Status
	body, _ := os.ReadFile(filepath.Join(f.out, site.StatusPath))
	if err := json.Unmarshal(body, &published); err != nil || !published.PublishedAt.Equal(noon.Add(time.Hour)) {
		t.Errorf("published at %s, %v", published.PublishedAt, err)
	}
}

// A file that somebody removed comes back, although nothing changed.
func TestAMissingFileComesBack(t *testing.T) {
	f := newFolders(t)
	s := testSite(noon, map[string]string{"MPSS100001": "active a", "MPSS100002": "active b"}, map[string]string{"index.html": "home"})
	f.publish(t, s)
	for _, gone := range []string{"index.html", "es/verify/MPSS100002.html"} {
		if err := os.Remove(filepath.Join(f.out, gone)); err != nil {
			t.Fatal(err)
		}
	}
	if r := f.publish(t, s); r.Written != 2+1 {
		t.Errorf("%+v", r)
	}
	mustEqual(t, want(s), tree(t, f.out))
}

func TestALanguageThatIsDroppedIsRemoved(t *testing.T) {
	f := newFolders(t)
	records := map[string]string{"MPSS100001": "active a"}
	f.publish(t, testSite(noon, records, nil))
	s := testSite(noon, records, nil)
	s.Layout = s.Layout[:2]
	s.Records[0].Fingerprint = site.FingerprintOf([]byte("another layout"))
	f.publish(t, s)
	mustEqual(t, want(s), tree(t, f.out))
}

func TestWhatIsNotOursIsLeftAlone(t *testing.T) {
	s := testSite(noon, map[string]string{"MPSS100001": "active a"}, map[string]string{"index.html": "home"})

	t.Run("a folder of somebody else", func(t *testing.T) {
		f := newFolders(t)
		writeFile(t, filepath.Join(f.out, "thesis.txt"), "years of work")
		if _, err := publishOnce(t.Context(), s, f.options(), Run{}); err == nil || !strings.Contains(err.Error(), "is not empty") {
			t.Errorf("error %v", err)
		}
		mustEqual(t, map[string]string{"thesis.txt": "years of work"}, tree(t, f.out))
	})
	t.Run("a file beside ours", func(t *testing.T) {
		f := newFolders(t)
		f.publish(t, s)
		writeFile(t, filepath.Join(f.out, "CNAME"), "registry.example.org")
		writeFile(t, filepath.Join(f.out, "es/verify/README"), "theirs")
		empty := testSite(noon.Add(time.Hour), nil, map[string]string{"index.html": "home"})
		_, err := publishOnce(t.Context(), empty, f.options(), Run{})
		held, ok := errors.AsType[*HeldError](err)
		if !ok {
			t.Fatalf("an empty site was not held: %v", err)
		}
		if _, err := publishOnce(t.Context(), empty, f.options(), Run{Accept: held.Difference.Digest()}); err != nil {
			t.Fatal(err)
		}
		mustEqual(t, map[string]string{"status.json": "status", "index.html": "home", "CNAME": "registry.example.org", "es/verify/README": "theirs"}, tree(t, f.out))
	})
	t.Run("a file in our way", func(t *testing.T) {
		f := newFolders(t)
		f.publish(t, s)
		writeFile(t, filepath.Join(f.out, "verify/MPSS100002.html"), "theirs")
		before := tree(t, f.out)
		more := testSite(noon, map[string]string{"MPSS100001": "active changed", "MPSS100002": "active b"}, map[string]string{"index.html": "home"})
		for range 2 { // what the first try noted does not make the file ours
			if _, err := publishOnce(t.Context(), more, f.options(), Run{}); err == nil || !strings.Contains(err.Error(), "was not written by this program") {
				t.Errorf("error %v", err)
			}
			mustEqual(t, before, tree(t, f.out))
		}
	})
	t.Run("a link out of the folder", func(t *testing.T) {
		f := newFolders(t)
		outside := t.TempDir()
		f.publish(t, testSite(noon, nil, map[string]string{"index.html": "home"}))
		os.Remove(filepath.Join(f.out, "verify"))
		if err := os.Symlink(outside, filepath.Join(f.out, "verify")); err != nil {
			t.Fatal(err)
		}
		if _, err := publishOnce(t.Context(), s, f.options(), Run{}); err == nil {
			t.Error("published through a link")
		}
		mustEqual(t, map[string]string{}, tree(t, outside))
	})
	t.Run("the state of another folder", func(t *testing.T) {
		f := newFolders(t)
		f.publish(t, s)
		f.out += "2"
		if _, err := publishOnce(t.Context(), s, f.options(), Run{}); err == nil || !strings.Contains(err.Error(), "belongs to the output folder") {
			t.Errorf("error %v", err)
		}
	})
	t.Run("a path out of the folder", func(t *testing.T) {
		f := newFolders(t)
		for _, path := range []string{"../evil.html", "/etc/evil", "a/../../evil", "a//b", "", "a\x00b", `a\b`} {
			if _, err := publishOnce(t.Context(), testSite(noon, nil, map[string]string{path: "x"}), f.options(), Run{}); err == nil {
				t.Errorf("%q was published", path)
			}
		}
	})
}

func TestNothingGoesBackInTime(t *testing.T) {
	f := newFolders(t)
	f.publish(t, testSite(noon, map[string]string{"MPSS100001": "active a"}, nil))
	if _, err := publishOnce(t.Context(), testSite(noon.Add(-time.Second), nil, nil), f.options(), Run{}); err == nil || !strings.Contains(err.Error(), "back in time") {
		t.Errorf("error %v", err)
	}
}

func TestTwoPublishersDoNotMeet(t *testing.T) {
	f := newFolders(t)
	s := testSite(noon, map[string]string{"MPSS100001": "active a"}, nil)
	beside := func(ctx context.Context) error {
		if _, err := Open(f.options()); err == nil || !strings.Contains(err.Error(), "another publisher") {
			t.Errorf("same state: error %v", err)
		}
		other := f.options()
		other.State += "2"
		if _, err := Open(other); err == nil || !strings.Contains(err.Error(), "another publisher") {
			t.Errorf("same output: error %v", err)
		}
		return nil
	}
	if _, err := publishOnce(t.Context(), s, f.options(), Run{Beside: beside}); err != nil {
		t.Fatal(err)
	}
}

// Whatever fails before the first rename leaves the site as it was, and the next run ends
// where it should.
func TestAFailedRunLeavesTheSiteAsItWas(t *testing.T) {
	broken := errors.New("broken")
	old := testSite(noon, map[string]string{"MPSS100001": "active a", "MPSS100002": "active b"}, map[string]string{"index.html": "home"})
	next := testSite(noon.Add(time.Hour), map[string]string{"MPSS100001": "lapsed a", "MPSS100003": "active c"}, map[string]string{"index.html": "new", "new.html": "new"})
	render := next.Render
	for name, spoil := range map[string]func(ctx context.Context, s *site.Site, o *Run) context.Context{
		"render": func(ctx context.Context, s *site.Site, _ *Run) context.Context {
			s.Render = func(i int, emit func(int, []byte) error) error {
				if i == 1 {
					return broken
				}
				return render(i, emit)
			}
			return ctx
		},
		"beside": func(ctx context.Context, _ *site.Site, o *Run) context.Context {
			o.Beside = func(context.Context) error { return broken }
			return ctx
		},
		"interrupt": func(ctx context.Context, s *site.Site, _ *Run) context.Context {
			ctx, cancel := context.WithCancel(ctx)
			s.Render = func(i int, emit func(int, []byte) error) error {
				cancel()
				return render(i, emit)
			}
			return ctx
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFolders(t)
			f.publish(t, old)
			run, s := Run{}, *next
			ctx := spoil(t.Context(), &s, &run)
			if _, err := publishOnce(ctx, &s, f.options(), run); !errors.Is(err, broken) && !errors.Is(err, context.Canceled) {
				t.Fatalf("error %v", err)
			}
			mustEqual(t, want(old), tree(t, f.out))
			f.publish(t, next)
			mustEqual(t, want(next), tree(t, f.out))
		})
	}
}

// A run that was killed has left files that no manifest lists. They are taken for our own:
// kept where they have a place, removed where they have none.
func TestWhatAKilledRunLeftIsFinished(t *testing.T) {
	f := newFolders(t)
	old := testSite(noon, map[string]string{"MPSS100001": "active a"}, map[string]string{"index.html": "home"})
	f.publish(t, old)
	killed := testSite(noon.Add(time.Hour), map[string]string{"MPSS100001": "active a", "MPSS100002": "active b", "MPSS100003": "active c"}, map[string]string{"index.html": "home", "extra.html": "x"})
	manifest, err := ReadManifest(f.state)
	if err != nil {
		t.Fatal(err)
	}
	state, err := openState(f.state, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := state.begin(manifest, newIntent(manifest, killed, nil, align(manifest.Records, killed.Records), nil)); err != nil {
		t.Fatal(err)
	}
	state.close()
	for path, body := range want(killed) {
		writeFile(t, filepath.Join(f.out, path), body)
	}
	writeFile(t, filepath.Join(f.out, stagingName, "0", "17"), "half a pa")

	next := testSite(noon.Add(2*time.Hour), map[string]string{"MPSS100001": "active a", "MPSS100003": "suspended c"}, map[string]string{"index.html": "home"})
	f.publish(t, next)
	mustEqual(t, want(next), tree(t, f.out))
	if left, _ := os.ReadFile(filepath.Join(f.state, intentName)); left != nil {
		t.Errorf("the intent is still there: %s", left)
	}
}

// The first run of all is killed: the output folder is known to be ours all the same.
func TestAKilledFirstRunIsFinished(t *testing.T) {
	f := newFolders(t)
	s := testSite(noon, map[string]string{"MPSS100001": "active a"}, map[string]string{"index.html": "home"})
	state, err := openState(f.state, nil)
	if err != nil {
		t.Fatal(err)
	}
	nothing := &site.Manifest{Version: site.ManifestVersion, Out: f.out, Layout: s.Layout}
	if err := state.begin(nothing, newIntent(nothing, s, nil, align(nil, s.Records), nil)); err != nil {
		t.Fatal(err)
	}
	state.close()
	writeFile(t, filepath.Join(f.out, "verify/MPSS100001.html"), "old")
	f.publish(t, s)
	mustEqual(t, want(s), tree(t, f.out))
}

// Many small publications and one large one end in the same files.
func TestSmallPublicationsEndLikeOneLargeOne(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	f := newFolders(t)
	records := map[string]string{}
	var s *site.Site
	for step := range 60 {
		for range r.IntN(4) {
			number := fmt.Sprintf("MPSS%06d", 100000+r.IntN(20))
			if r.IntN(4) == 0 {
				delete(records, number)
			} else {
				records[number] = fmt.Sprint("active ", r.IntN(1000))
			}
		}
		s = testSite(noon.Add(time.Duration(step)*time.Minute), records, map[string]string{"index.html": fmt.Sprint(r.IntN(3))})
		options := f.options()
		options.Limits.Least = 1000
		if len(s.Records) == 0 {
			continue
		}
		if _, err := publishOnce(t.Context(), s, options, Run{}); err != nil {
			t.Fatal(err)
		}
	}
	g := newFolders(t)
	g.publish(t, s)
	mustEqual(t, tree(t, g.out), tree(t, f.out))
}

func TestFullWritesEveryFileAgain(t *testing.T) {
	f := newFolders(t)
	s := testSite(noon, map[string]string{"MPSS100001": "active a"}, map[string]string{"index.html": "home"})
	f.publish(t, s)
	writeFile(t, filepath.Join(f.out, "index.html"), "defaced")
	if r, err := publishOnce(t.Context(), s, f.options(), Run{Full: true}); err != nil || r.Written != r.Files {
		t.Errorf("%+v, %v", r, err)
	}
	mustEqual(t, want(s), tree(t, f.out))
}

func TestTheGuard(t *testing.T) {
	records := func(n int, status string) map[string]string {
		m := map[string]string{}
		for i := range n {
			m[fmt.Sprintf("MPSS%06d", 100000+i)] = status
		}
		return m
	}
	set := func(m map[string]string, from, to int, status string) map[string]string {
		for i := from; i < to; i++ {
			number := fmt.Sprintf("MPSS%06d", 100000+i)
			if status == "" {
				delete(m, number)
			} else {
				m[number] = status
			}
		}
		return m
	}
	for _, test := range []struct {
		name     string
		next     map[string]string
		rejected int
		held     string
	}{
		{"nothing", records(1000, "active"), 0, ""},
		{"50 statuses of 1000", set(records(1000, "active"), 0, 50, "revoked"), 0, ""},
		{"51 statuses of 1000", set(records(1000, "active"), 0, 51, "revoked"), 0, "51 of 1000 statuses"},
		{"10 vanished", set(records(1000, "active"), 0, 10, ""), 0, ""},
		{"11 vanished", set(records(1000, "active"), 0, 11, ""), 0, "11 of 1000 published records vanished"},
		{"10 rejected", records(1000, "active"), 10, ""},
		{"11 rejected", records(1000, "active"), 11, "11 of 1000 records rejected"},
		{"a thousand added", records(2000, "active"), 0, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFolders(t)
			f.publish(t, testSite(noon, records(1000, "active"), nil))
			before := tree(t, f.out)
			s := testSite(noon.Add(time.Hour), test.next, nil)
			s.Status.Rejected = test.rejected
			_, err := publishOnce(t.Context(), s, f.options(), Run{})
			if test.held == "" {
				if err != nil {
					t.Fatalf("held: %v", err)
				}
				return
			}
			held, ok := errors.AsType[*HeldError](err)
			if !ok || !strings.Contains(err.Error(), test.held) {
				t.Fatalf("error %v does not say %q", err, test.held)
			}
			mustEqual(t, before, tree(t, f.out))
			if _, err := publishOnce(t.Context(), s, f.options(), Run{Accept: "0123456789abcdef"}); err == nil {
				t.Fatal("accepted with the digest of something else")
			}
			if _, err := publishOnce(t.Context(), s, f.options(), Run{Accept: held.Difference.Digest()}); err != nil {
				t.Fatalf("accepted, and still: %v", err)
			}
		})
	}
}

// A status that changes while the source says the same has changed by the calendar.
func TestTheGuardDoesNotCountTheCalendar(t *testing.T) {
	f := newFolders(t)
	records := map[string]string{}
	for i := range 100 {
		records[fmt.Sprintf("MPSS%06d", 100000+i)] = "active"
	}
	f.publish(t, testSite(noon, records, nil))
	s := testSite(noon.Add(time.Hour), records, nil)
	for i := range s.Records {
		s.Records[i].Status, s.Records[i].Fingerprint = "lapsed", site.FingerprintOf([]byte("lapsed"))
	}
	f.publish(t, s)
}

// A site that loses its last record is held, however many numbers stand on it as withdrawn.
func TestTheLastRecordIsHeld(t *testing.T) {
	f := newFolders(t)
	f.publish(t, testSite(noon, map[string]string{"MPSS100001": "withdrawn", "MPSS100002": "active"}, nil))
	none := map[string]string{"MPSS100001": "withdrawn", "MPSS100002": "withdrawn b"}
	if _, err := publishOnce(t.Context(), testSite(noon, none, nil), f.options(), Run{}); err == nil || !strings.Contains(err.Error(), "no record is left") {
		t.Errorf("error %v", err)
	}
	withdrawn := newFolders(t)
	withdrawn.publish(t, testSite(noon, none, nil))
	withdrawn.publish(t, testSite(noon, map[string]string{"MPSS100001": "withdrawn"}, nil)) // the other is forgotten
}

func TestADamagedManifestIsNotBelieved(t *testing.T) {
	f := newFolders(t)
	s := testSite(noon, map[string]string{"MPSS100001": "active a"}, nil)
	f.publish(t, s)
	segments, _ := filepath.Glob(filepath.Join(f.state, segmentsName, "*"))
	for _, path := range append(segments, filepath.Join(f.state, manifestName)) {
		body, _ := os.ReadFile(path)
		for _, spoilt := range [][]byte{body[:len(body)/2], append([]byte("x"), body...), nil} {
			os.WriteFile(path, spoilt, 0o600)
			if _, err := publishOnce(t.Context(), s, f.options(), Run{}); err == nil {
				t.Errorf("%s of %d instead of %d bytes was believed", path, len(spoilt), len(body))
			}
		}
		os.WriteFile(path, body, 0o600)
	}
	f.publish(t, s)
}

func writeFile(t *testing.T, path, body string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
		t.Fatal(err)
	}
}
