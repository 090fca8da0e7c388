package publish

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/cmpss/registry/generator/site"
)

// injector makes one operation fail. It counts operations, so that a test can go through all
// of them.
type injector struct {
	mu      sync.Mutex
	count   int
	at      int   // the operation that fails; -1 for none
	err     error // what it fails with
	done    bool  // it is done all the same
	forGood bool  // every operation after it fails too, and is not done: for errKilled, as if the process were gone
	failed  string
}

var errKilled = errors.New("killed")

func (in *injector) do(operation, name string, do func() error) error {
	in.mu.Lock()
	n := in.count
	in.count++
	in.mu.Unlock()
	switch {
	case n == in.at:
		in.failed = operation + " " + filepath.Base(name)
		if in.done {
			do()
		}
		return fmt.Errorf("%s %s: %w", operation, name, in.err)
	case in.at >= 0 && n > in.at && in.forGood:
		return fmt.Errorf("%s %s: %w", operation, name, in.err)
	}
	return do()
}

// scenario is a series of sites, each published over the one before: files that are new,
// changed, gone and unchanged, a language that comes and one that goes, more files than are
// synced one by one.
func scenario() []*site.Site {
	records := map[string]string{}
	for i := range 8 {
		records[fmt.Sprintf("MPSS%06d", 100000+i)] = fmt.Sprint("active ", i)
	}
	fixed := map[string]string{"index.html": "home", "guidance/fees.html": "fees", "assets/style.01.css": "css"}
	first := testSite(noon, records, fixed)

	records = maps.Clone(records)
	records["MPSS100003"] = "suspended 3"
	delete(records, "MPSS100005")
	records["MPSS200000"] = "active new"
	second := testSite(noon.Add(time.Hour), records, map[string]string{"index.html": "home 2", "guidance/fees.html": "fees", "assets/style.02.css": "css 2"})

	third := testSite(noon.Add(2*time.Hour), records, map[string]string{"index.html": "home 2", "assets/style.02.css": "css 2"})
	third.Layout = third.Layout[:2]
	for i := range third.Records {
		third.Records[i].Fingerprint = site.FingerprintOf([]byte(third.Records[i].Number), []byte("two files"))
	}

	records = maps.Clone(records)
	for i := range 30 {
		records[fmt.Sprintf("MPSS%06d", 300000+i)] = fmt.Sprint("active ", i)
	}
	fourth := testSite(noon.Add(3*time.Hour), records, map[string]string{"index.html": "home 4", "assets/style.02.css": "css 2"})

	// By now what was superseded first is gone, and what is superseded stays.
	fifth := testSite(noon.Add(supersededFor+2*time.Hour), records, map[string]string{"index.html": "home 4", "assets/style.03.css": "css 3"})
	return []*site.Site{first, second, third, fourth, fifth}
}

// wantAll is the tree that a series of sites should leave: the last one, and assets of those
// before that were superseded not long ago.
func wantAll(sites []*site.Site) map[string]string {
	if len(sites) == 0 {
		return map[string]string{}
	}
	last := sites[len(sites)-1]
	files := want(last)
	for i, s := range sites[:len(sites)-1] {
		for path, body := range want(s) {
			if _, there := files[path]; isAsset(path) && !there && last.AsOf.Sub(sites[i+1].AsOf) < supersededFor {
				files[path] = body
			}
		}
	}
	return files
}

// Whatever operation fails, however, whether it was done or not, once or for good: every path
// stays whole, old or new; the next run ends where it should; and nothing of a run is lost or
// left.
func TestEveryOperationMayFail(t *testing.T) {
	sites := scenario()
	points := 0
	for step := range sites {
		// The operations of this step, counted on a run without a fault.
		counter := &injector{at: -1}
		f := newFolders(t)
		before(t, f, sites[:step])
		publishWith(t, f, sites[step], counter)
		stride := 1
		if testing.Short() {
			stride = 9
		}
		for at := 0; at < counter.count; at += stride {
			for _, failure := range []struct {
				name    string
				err     error
				forGood bool
			}{
				{"EIO once", syscall.EIO, false},
				{"EIO for good", syscall.EIO, true},
				{"ENOSPC once", syscall.ENOSPC, false},
				{"ENOSPC for good", syscall.ENOSPC, true},
				{"killed", errKilled, true},
			} {
				for _, done := range []bool{false, true} {
					points++
					in := &injector{at: at, err: failure.err, done: done, forGood: failure.forGood}
					failAndRecover(t, sites, step, in, fmt.Sprintf("step %d, operation %d, %s, done %v", step, at, failure.name, done))
				}
			}
		}
	}
	t.Logf("%d points", points)
	if points < 2000 && !testing.Short() {
		t.Errorf("%d points, fewer than 2000", points)
	}
}

func before(t *testing.T, f folders, sites []*site.Site) {
	t.Helper()
	for _, s := range sites {
		options := f.options()
		options.Limits.Least = 1000
		if _, err := publishOnce(t.Context(), s, options, Run{}); err != nil {
			t.Fatal(err)
		}
	}
}

func publishWith(t *testing.T, f folders, s *site.Site, in *injector) error {
	t.Helper()
	options := f.options()
	options.Workers = 1 // so that the operations come in the same order each time
	options.faults = in.do
	_, err := publishOnce(t.Context(), s, options, Run{})
	return err
}

func failAndRecover(t *testing.T, sites []*site.Site, step int, in *injector, what string) {
	t.Helper()
	f := newFolders(t)
	defer os.RemoveAll(filepath.Dir(f.out))
	before(t, f, sites[:step])
	old, next := wantAll(sites[:step]), wantAll(sites[:step+1])

	err := publishWith(t, f, sites[step], in)
	what += " (" + in.failed + ")"
	if err != nil && !errors.Is(err, in.err) {
		t.Fatalf("%s: error %v does not wrap %v", what, err, in.err)
	}
	for path, body := range tree(t, f.out) {
		if strings.HasPrefix(path, stagingName+"/") {
			continue
		}
		wasOld, isOld := old[path]
		isNew, willBe := next[path]
		if !(isOld && body == wasOld) && !(willBe && body == isNew) {
			t.Fatalf("%s: %s is neither old nor new: %q", what, path, body)
		}
	}
	for path := range old {
		if _, stays := next[path]; stays {
			if _, err := os.Stat(filepath.Join(f.out, path)); err != nil {
				t.Fatalf("%s: %s disappeared: %v", what, path, err)
			}
		}
	}
	// A process that did not notice goes on, or another one comes: the same code, one run.
	options := f.options()
	options.Limits.Least = 1000
	if _, err := publishOnce(t.Context(), sites[step], options, Run{}); err != nil {
		t.Fatalf("%s: recovery: %v", what, err)
	}
	mustEqualQuickly(t, what, next, tree(t, f.out))
	if _, err := os.Stat(filepath.Join(f.state, intentName)); err == nil {
		t.Fatalf("%s: the intent was left", what)
	}
	manifest, err := ReadManifest(f.state)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if segments, _ := filepath.Glob(filepath.Join(f.state, segmentsName, "*")); len(segments) > len(manifest.Records) {
		t.Fatalf("%s: %d segments for %d records", what, len(segments), len(manifest.Records))
	}
}

func mustEqualQuickly(t *testing.T, what string, want, got map[string]string) {
	t.Helper()
	if maps.Equal(want, got) {
		return
	}
	t.Log(what)
	mustEqual(t, want, got)
}

// One Publisher that lives through faults ends like one that met none.
func TestAPublisherLivesThroughFaults(t *testing.T) {
	f := newFolders(t)
	in := &injector{at: -1}
	options := f.options()
	options.Workers, options.Limits.Least = 1, 1000
	options.faults = in.do
	p, err := Open(options)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	records := map[string]string{"MPSS100000": "active 0"}
	for step := range 300 {
		number := fmt.Sprintf("MPSS%06d", 100001+step%17)
		if step%5 == 0 {
			delete(records, number)
		} else {
			records[number] = fmt.Sprint("active ", step)
		}
		s := testSite(noon.Add(time.Duration(step)*time.Minute), records, map[string]string{"index.html": fmt.Sprint(step / 10)})
		in.at, in.count, in.err, in.done, in.forGood = step%13, 0, syscall.EIO, step%2 == 0, false
		for try := 0; ; try++ {
			if _, err = p.Publish(t.Context(), s, Run{}); err == nil {
				break
			}
			if try == 3 {
				t.Fatalf("step %d: %v", step, err)
			}
			in.at = -1
		}
		mustEqualQuickly(t, fmt.Sprint("step ", step), want(s), tree(t, f.out))
	}
}
