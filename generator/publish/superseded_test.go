package publish

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/cmpss/registry/generator/site"
)

// A page in a cache finds its style for a week after the site has another; then it is removed,
// and nothing else ever stays.
func TestSupersededAssetsStayForAWhile(t *testing.T) {
	f := newFolders(t)
	records := map[string]string{"MPSS100001": "active a"}
	theme := func(asOf time.Time, style string) *site.Site {
		return testSite(asOf, records, map[string]string{"index.html": "home " + style, "assets/style." + style + ".css": "css " + style})
	}
	a, b := theme(noon, "a"), theme(noon.Add(time.Hour), "b")
	f.publish(t, a)
	f.publish(t, b)
	withA := want(b)
	withA["assets/style.a.css"] = "css a"
	mustEqual(t, withA, tree(t, f.out))

	// Publishing again writes nothing and does not lengthen its stay.
	late := theme(noon.Add(time.Hour+supersededFor-time.Second), "b")
	if r := f.publish(t, late); r.Written+r.Removed != 0 {
		t.Errorf("%+v", r)
	}
	mustEqual(t, withA, tree(t, f.out))
	gone := theme(noon.Add(time.Hour+supersededFor), "b")
	if r := f.publish(t, gone); r.Removed != 1 {
		t.Errorf("%+v", r)
	}
	mustEqual(t, want(b), tree(t, f.out))

	// A rollback makes it part of the site again; one that somebody removed is not listed.
	f.publish(t, theme(noon.Add(200*time.Hour), "a"))
	f.publish(t, theme(noon.Add(201*time.Hour), "b"))
	if err := os.Remove(filepath.Join(f.out, "assets/style.a.css")); err != nil {
		t.Fatal(err)
	}
	f.publish(t, theme(noon.Add(202*time.Hour), "b"))
	manifest, err := ReadManifest(f.state)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range manifest.Fixed {
		if entry.Path == "assets/style.a.css" {
			t.Errorf("the manifest lists %+v", entry)
		}
	}
}

func TestSupersededAssetsAreBounded(t *testing.T) {
	f := newFolders(t)
	for i := range 3 * maxSuperseded {
		files := map[string]string{"assets/style." + fmt.Sprint(i) + ".css": "css"}
		f.publish(t, testSite(noon.Add(time.Duration(i)*time.Second), map[string]string{"MPSS100001": "active a"}, files))
	}
	manifest, err := ReadManifest(f.state)
	if err != nil {
		t.Fatal(err)
	}
	published := tree(t, f.out)
	if want := 1 + maxSuperseded + 1; len(manifest.Fixed) != want || len(published) != want+3 {
		t.Errorf("%d entries and %d files, want %d and %d", len(manifest.Fixed), len(published), want, want+3)
	}
	for _, i := range []int{2*maxSuperseded - 1, 3*maxSuperseded - 1} {
		if _, there := published["assets/style."+fmt.Sprint(i)+".css"]; !there {
			t.Errorf("style.%d is not there", i)
		}
	}
}
