package publish

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cmpss/registry/generator/site"
)

// Readers that hammer a site through 500 publications see no error and no torn page: what
// they read is one version, whole.
func TestReadersNeverSeeATornPage(t *testing.T) {
	const records, publications = 40, 500
	f := newFolders(t)
	version := 0
	page := func() []byte {
		line := fmt.Appendf(nil, "version %d\n", version)
		return bytes.Repeat(line, 8192/len(line))
	}
	next := func() *site.Site {
		s := &site.Site{AsOf: noon.Add(time.Duration(version) * time.Second), Layout: []string{"verify/*.json", "verify/*.html"}}
		body := page()
		for i := range records {
			s.Records = append(s.Records, site.Record{Number: fmt.Sprintf("MPSS%06d", 100000+i), Status: "active", Fingerprint: site.FingerprintOf(body)})
		}
		s.Fixed = []site.File{{Path: "index.html", Body: body}}
		s.Status.Records = map[string]int{"active": records}
		s.Render = func(_ int, emit func(int, []byte) error) error {
			for k := range s.Layout {
				if err := emit(k, body); err != nil {
					return err
				}
			}
			return nil
		}
		return s
	}
	p, err := Open(f.options())
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.Publish(t.Context(), next(), Run{}); err != nil {
		t.Fatal(err)
	}
	var stop atomic.Bool
	var reads atomic.Int64
	var group sync.WaitGroup
	for reader := range 4 {
		group.Go(func() {
			for i := reader; !stop.Load(); i++ {
				path := "index.html"
				if i%8 != 0 {
					path = fmt.Sprintf("verify/MPSS%06d.%s", 100000+i%records, []string{"json", "html"}[i%2])
				}
				body, err := os.ReadFile(filepath.Join(f.out, path))
				if err != nil {
					t.Error(err)
					return
				}
				line, _, _ := bytes.Cut(body, []byte("\n"))
				if want := bytes.Repeat(append(line, '\n'), 8192/(len(line)+1)); !bytes.Equal(body, want) {
					t.Errorf("%s is torn: %d bytes beginning with %q", path, len(body), line)
					return
				}
				reads.Add(1)
			}
		})
	}
	for version = 1; version <= publications && !t.Failed(); version++ {
		if _, err := p.Publish(t.Context(), next(), Run{}); err != nil {
			t.Error(err)
		}
	}
	stop.Store(true)
	group.Wait()
	t.Logf("%d reads during %d publications", reads.Load(), publications)
}
