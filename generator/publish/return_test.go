package publish

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cmpss/registry/generator/site"
)

// A publication that was stopped anywhere may have put pages in place that no manifest knows of.
// The run after it may be for another site, such as the one before, because the source has gone
// back: its pages are those of that site all the same, and none is taken for standing.
func TestAStoppedRunIsNotBelieved(t *testing.T) {
	sites := scenario()
	for step := 1; step < len(sites); step++ {
		counter := &injector{at: -1}
		f := newFolders(t)
		before(t, f, sites[:step])
		if err := publishWith(t, f, sites[step], counter); err != nil {
			t.Fatal(err)
		}
		back := later(sites[step-1], sites[step].AsOf.Add(time.Minute))
		aside := later(sites[0], sites[step].AsOf.Add(time.Minute))
		stride := 1
		if testing.Short() {
			stride = 11
		}
		for at := 0; at < counter.count; at += stride {
			for _, failure := range []struct {
				name string
				err  error
			}{{"killed", errKilled}, {"EIO", syscall.EIO}} {
				for _, done := range []bool{false, true} {
					for name, next := range map[string]*site.Site{"the site before": back, "the first site": aside} {
						in := &injector{at: at, err: failure.err, done: done, forGood: failure.err == errKilled}
						what := fmt.Sprintf("step %d, operation %d, %s, done %v, then %s", step, at, failure.name, done, name)
						f := newFolders(t)
						before(t, f, sites[:step])
						publishWith(t, f, sites[step], in)
						options := f.options()
						options.Limits.Least = 1000
						if _, err := publishOnce(t.Context(), next, options, Run{}); err != nil {
							t.Fatalf("%s (%s): %v", what, in.failed, err)
						}
						mustEqualQuickly(t, what+" ("+in.failed+")", withoutAssets(want(next)), withoutAssets(tree(t, f.out)))
						os.RemoveAll(filepath.Dir(f.out))
					}
				}
			}
		}
	}
}

// later is the site as built at another instant.
func later(s *site.Site, asOf time.Time) *site.Site {
	copied := *s
	copied.AsOf = asOf
	return &copied
}

// withoutAssets leaves out the assets, which stay for a while after they were superseded.
func withoutAssets(files map[string]string) map[string]string {
	for path := range files {
		if strings.HasPrefix(path, "assets/") {
			delete(files, path)
		}
	}
	return files
}
