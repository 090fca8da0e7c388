package watch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const (
	never    = time.Hour       // longer than any test
	patience = 3 * time.Minute // how long a test waits for what must come, on a machine that is busy
)

// quick reports soon and relies on events alone.
var quick = pace{quiet: 2 * time.Millisecond, atMost: 50 * time.Millisecond, rescan: never}

// observer reads what is followed at every trigger, as a rebuild would.
type observer struct {
	t    *testing.T
	read func() string
	seen chan string // what the last trigger found
}

// follow follows the paths until the test ends. It returns after the first trigger.
func follow(t *testing.T, pace pace, read func() string, paths ...string) *observer {
	t.Helper()
	o := &observer{t: t, read: read, seen: make(chan string, 1)}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- followFiles(ctx, paths, func() {
			found := read()
			select {
			case <-o.seen:
			default:
			}
			o.seen <- found
		}, pace)
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("follow: %v", err)
		}
	})
	o.expect()
	return o
}

// expect waits for a trigger that finds what is there now.
func (o *observer) expect() {
	o.t.Helper()
	want := o.read()
	deadline := time.After(patience)
	last := "nothing"
	for {
		select {
		case got := <-o.seen:
			if got == want {
				return
			}
			last = got
		case <-deadline:
			o.t.Fatalf("no trigger found %q; the last found %s", want, last)
		}
	}
}

// contents reads a file.
func contents(path string) func() string {
	return func() string {
		b, err := os.ReadFile(path)
		if err != nil {
			return "none"
		}
		return string(b)
	}
}

// tree reads the files below a folder that are not ignored.
func tree(root string) func() string {
	return func() string {
		var out strings.Builder
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return nil
			case path != root && ignored(entry.Name()):
				if entry.IsDir() {
					return filepath.SkipDir
				}
				return nil
			case entry.IsDir():
				fmt.Fprintf(&out, "%s/\n", path)
			default:
				fmt.Fprintf(&out, "%s: %s\n", path, contents(path)())
			}
			return nil
		})
		if err != nil {
			return err.Error()
		}
		return out.String()
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path, body string) {
	t.Helper()
	must(t, os.WriteFile(path, []byte(body), 0o644))
}

func TestAFileIsFollowedHoweverItIsReplaced(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "in", "records.ndjson")
	must(t, os.Mkdir(filepath.Dir(path), 0o755))
	write(t, path, "one")
	o := follow(t, quick, contents(path), path)

	for _, step := range []struct {
		what   string
		change func()
	}{
		{"written in place", func() { write(t, path, "two") }},
		{"written in place with the same size", func() { write(t, path, "six") }},
		{"appended to", func() {
			f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			must(t, err)
			_, err = f.WriteString("three")
			must(t, errors.Join(err, f.Close()))
		}},
		{"truncated", func() { must(t, os.Truncate(path, 2)) }},
		{"replaced by a rename", func() {
			write(t, path+".tmp", "four")
			must(t, os.Rename(path+".tmp", path))
		}},
		{"kept as a backup and written anew", func() {
			must(t, os.Rename(path, path+"~"))
			write(t, path, "five")
		}},
		{"removed", func() { must(t, os.Remove(path)) }},
		{"written again", func() { write(t, path, "seven") }},
		{"its folder replaced", func() {
			must(t, os.Mkdir(filepath.Join(dir, "new"), 0o755))
			write(t, filepath.Join(dir, "new", "records.ndjson"), "eight")
			must(t, os.Rename(filepath.Join(dir, "in"), filepath.Join(dir, "old")))
			must(t, os.Rename(filepath.Join(dir, "new"), filepath.Join(dir, "in")))
		}},
		{"written in the new folder", func() { write(t, path, "nine") }},
		{"its folder moved away and back", func() {
			must(t, os.Rename(filepath.Join(dir, "in"), filepath.Join(dir, "away")))
			must(t, os.Rename(filepath.Join(dir, "away"), filepath.Join(dir, "in")))
			write(t, path, "ten")
		}},
		{"written after that", func() { write(t, path, "eleven") }},
		{"its folder removed", func() { must(t, os.RemoveAll(filepath.Join(dir, "in"))) }},
		{"its folder made again", func() {
			must(t, os.Mkdir(filepath.Dir(path), 0o755))
			write(t, path, "twelve")
		}},
		{"written at the end", func() { write(t, path, "thirteen") }},
	} {
		t.Log(step.what)
		step.change()
		o.expect()
	}
}

func TestAFileThatDoesNotExistYet(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a", "b", "c", "records.csv")
	o := follow(t, quick, contents(path), path)
	must(t, os.MkdirAll(filepath.Dir(path), 0o755))
	write(t, path, "one")
	o.expect()
	write(t, path, "two")
	o.expect()
	must(t, os.RemoveAll(filepath.Join(dir, "a")))
	o.expect()
	for folder := filepath.Join(dir, "a"); folder != path; {
		must(t, os.Mkdir(folder, 0o755))
		next, _, _ := strings.Cut(strings.TrimPrefix(path, folder+"/"), "/")
		folder = filepath.Join(folder, next)
	}
	write(t, path, "three")
	o.expect()
}

func TestARelativePath(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "records.csv", "one")
	o := follow(t, quick, contents("records.csv"), "records.csv")
	write(t, "records.csv", "two")
	o.expect()
}

func TestALinkThatIsTurnedElsewhere(t *testing.T) {
	dir := t.TempDir()
	for _, release := range []string{"1", "2"} {
		must(t, os.MkdirAll(filepath.Join(dir, "releases", release, "data", "deep"), 0o755))
		write(t, filepath.Join(dir, "releases", release, "data", "deep", "records.csv"), "release "+release)
	}
	turn := func(target, link string) {
		t.Helper()
		must(t, os.Symlink(target, link+".new"))
		must(t, os.Rename(link+".new", link))
	}
	must(t, os.MkdirAll(filepath.Join(dir, "srv", "app"), 0o755))
	current := filepath.Join(dir, "srv", "app", "current")
	turn("../../releases/1", current)
	path := filepath.Join(current, "data", "deep", "records.csv")
	o := follow(t, quick, contents(path), path)
	turn(filepath.Join(dir, "releases", "2"), current)
	o.expect()
	write(t, filepath.Join(dir, "releases", "2", "data", "deep", "records.csv"), "two")
	o.expect()
	must(t, os.Remove(current))
	o.expect()
	turn("../../releases/1", current)
	o.expect()
	turn("current", current) // to itself
	o.expect()
	turn("../../releases/2", current)
	o.expect()
}

// TestAVolumeOfKubernetes changes files the way its kubelet does, seen as one file and as a folder.
func TestAVolumeOfKubernetes(t *testing.T) {
	for _, name := range []string{"", "records.csv"} {
		t.Run("path="+name, func(t *testing.T) {
			volume := filepath.Join(t.TempDir(), "volume")
			fill := func(version string) {
				t.Helper()
				folder := filepath.Join(volume, "..2026_"+version)
				must(t, os.MkdirAll(folder, 0o755))
				write(t, filepath.Join(folder, "records.csv"), "version "+version)
				must(t, os.Symlink(filepath.Base(folder), filepath.Join(volume, "..data_tmp")))
				must(t, os.Rename(filepath.Join(volume, "..data_tmp"), filepath.Join(volume, "..data")))
			}
			fill("0")
			must(t, os.Symlink(filepath.Join("..data", "records.csv"), filepath.Join(volume, "records.csv")))
			o := follow(t, quick, contents(filepath.Join(volume, "records.csv")), filepath.Join(volume, name))
			for i := range 5 {
				fill(strconv.Itoa(i + 1))
				o.expect()
				must(t, os.RemoveAll(filepath.Join(volume, "..2026_"+strconv.Itoa(i))))
			}
		})
	}
}

func TestAFolderIsFollowedWithAllBelowIt(t *testing.T) {
	root := filepath.Join(t.TempDir(), "content")
	elsewhere := t.TempDir()
	at := func(names ...string) string { return filepath.Join(append([]string{root}, names...)...) }
	must(t, os.MkdirAll(at("en"), 0o755))
	write(t, at("en", "faq.md"), "one")
	o := follow(t, quick, tree(root), root)
	for _, change := range []func(){
		func() { write(t, at("en", "faq.md"), "two") },
		func() { write(t, at("en", "fees.md"), "fees") },
		func() {
			must(t, os.MkdirAll(at("es", "a", "b", "c"), 0o755))
			write(t, at("es", "a", "b", "c", "x.md"), "x")
		},
		func() { write(t, at("es", "a", "b", "c", "x.md"), "y") },
		func() { must(t, os.Rename(at("es", "a"), at("es", "z"))) },
		func() { write(t, at("es", "z", "b", "c", "x.md"), "z") },
		func() { must(t, os.RemoveAll(at("es"))) },
		func() { // a folder that comes with all that is in it
			must(t, os.MkdirAll(filepath.Join(elsewhere, "fr", "a"), 0o755))
			write(t, filepath.Join(elsewhere, "fr", "a", "x.md"), "x")
			must(t, os.Rename(filepath.Join(elsewhere, "fr"), at("fr")))
		},
		func() { write(t, at("fr", "a", "x.md"), "y") },
		func() { must(t, os.Symlink("..", at("fr", "up"))) }, // leads in a circle
		func() { write(t, at("fr", "a", "x.md"), "z") },
		func() { must(t, os.Rename(root, root+".old")) },
		func() { must(t, os.Rename(root+".old", root)) },
		func() { write(t, at("fr", "a", "x.md"), "at the end") },
	} {
		change()
		o.expect()
	}
}

// TestAnyChangesOfATree makes random changes, by renames of folders too, each of which must be found.
func TestAnyChangesOfATree(t *testing.T) {
	const seed, steps = 20261122, 300
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	root := filepath.Join(t.TempDir(), "content")
	must(t, os.Mkdir(root, 0o755))
	o := follow(t, quick, tree(root), root)
	folder := func() string {
		path := root
		for range random.IntN(4) {
			path = filepath.Join(path, string(rune('a'+random.IntN(3))))
		}
		return path
	}
	for step := range steps {
		before := o.read()
		for range 1 + random.IntN(3) { // what cannot be done is left out
			path, other := folder(), folder()
			switch random.IntN(6) {
			case 0, 1, 2:
				_ = os.MkdirAll(path, 0o755)
				_ = os.WriteFile(filepath.Join(path, "x.md"), []byte(strconv.Itoa(step)), 0o644)
			case 3:
				if path != root {
					_ = os.RemoveAll(path)
				}
			case 4:
				_ = os.Rename(path, other)
			case 5:
				_ = os.Rename(filepath.Join(path, "x.md"), filepath.Join(other, "y.md"))
			}
		}
		if o.read() != before {
			o.expect()
		}
	}
}

func TestABurstOfWritesIsOneChange(t *testing.T) {
	path := filepath.Join(t.TempDir(), "records.ndjson")
	var triggers atomic.Int32
	read := contents(path)
	const quiet = 500 * time.Millisecond
	o := follow(t, pace{quiet: quiet, atMost: never, rescan: never}, func() string {
		triggers.Add(1)
		return read()
	}, path)
	o.read = read
	began := time.Now()
	f, err := os.Create(path)
	must(t, err)
	for range 2000 {
		_, err := f.WriteString("a record\n")
		must(t, err)
	}
	must(t, f.Close())
	o.expect()
	// One for the beginning, one for the end, and one for each pause that a busy machine made of it.
	took := time.Since(began)
	if n := triggers.Load(); n > 2+int32(took/quiet) {
		t.Errorf("%d triggers in %s", n, took)
	}
}

func TestAChangeThatDoesNotEndIsReported(t *testing.T) {
	path := filepath.Join(t.TempDir(), "records.ndjson")
	o := follow(t, pace{quiet: never, atMost: 10 * time.Millisecond, rescan: never}, contents(path), path)
	write(t, path, "one")
	o.expect()
	write(t, path, "two")
	o.expect()
}

// TestWhatIsNotReportedIsFoundByLooking writes through another name of the file, which lies
// outside of the folders that are watched.
func TestWhatIsNotReportedIsFoundByLooking(t *testing.T) {
	root, elsewhere := filepath.Join(t.TempDir(), "content"), filepath.Join(t.TempDir(), "x.md")
	must(t, os.Mkdir(root, 0o755))
	write(t, elsewhere, "one")
	must(t, os.Link(elsewhere, filepath.Join(root, "x.md")))
	often := quick
	often.rescan = 10 * time.Millisecond
	o := follow(t, often, tree(root), root)
	write(t, elsewhere, "another size")
	o.expect()
	must(t, os.Chtimes(elsewhere, time.Time{}, time.Unix(1, 0)))
	o.expect()
}

// TestEventsThatTheSystemLost fills its queue with events that do not concern, and then changes a
// file: that event is lost, and only the notice of the loss remains.
func TestEventsThatTheSystemLost(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Log("elsewhere queues are not bounded the same way")
		return
	}
	limit, err := os.ReadFile("/proc/sys/fs/inotify/max_queued_events")
	must(t, err)
	queue, err := strconv.Atoi(strings.TrimSpace(string(limit)))
	must(t, err)
	root := t.TempDir()
	path := filepath.Join(root, "faq.md")
	write(t, path, "one")

	blocked, release := make(chan struct{}), make(chan struct{})
	var block atomic.Bool
	read := contents(path)
	o := follow(t, quick, func() string {
		found := read()
		if block.Swap(false) {
			close(blocked)
			<-release
		}
		return found
	}, root)
	o.read = read
	block.Store(true)
	write(t, path, "two")
	<-blocked // nobody reads events now
	// The queue, and what the library has read from it already: 64 KiB, some 2,000 events.
	for range queue/2 + 4000 {
		f, err := os.Create(filepath.Join(root, "x.tmp"))
		must(t, err)
		must(t, f.Close())
		must(t, os.Remove(f.Name()))
	}
	write(t, path, "three")
	close(release)
	o.expect()
	write(t, path, "four")
	o.expect()
}

func TestFilesBeginsWithATriggerAndEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	triggered := make(chan struct{})
	go func() { done <- Files(ctx, []string{t.TempDir()}, time.Millisecond, func() { close(triggered) }) }()
	<-triggered
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestWhatConcerns(t *testing.T) {
	dir := t.TempDir()
	content, hidden := filepath.Join(dir, "srv", "content"), filepath.Join(dir, "in", ".records.tmp")
	must(t, os.MkdirAll(filepath.Join(content, "en"), 0o755))
	must(t, os.MkdirAll(filepath.Join(content, ".git"), 0o755))
	must(t, os.MkdirAll(filepath.Dir(hidden), 0o755))
	f := &follower{paths: []string{content, hidden}, last: scanPaths([]string{content, hidden})}
	for name, want := range map[string]bool{
		"srv":                      true,
		"srv/content":              true,
		"srv/other":                false,
		"srv/content/new.md":       true,
		"srv/content/en/faq.md":    true,
		"srv/content/en/faq.md~":   false,
		"srv/content/en/4913":      false,
		"srv/content/en/#faq.md#":  false,
		"srv/content/en/.#faq.md":  false,
		"srv/content/en/.faq.swp":  false,
		"srv/content/en/faq.tmp":   false,
		"srv/content/..data":       true,
		"srv/content/.git":         false,
		"srv/content/.git/index":   false,
		"in":                       true,
		"in/.records.tmp":          true, // it was asked for by its name
		"in/records.tmp":           false,
		"in/records.ndjson":        false,
		"elsewhere":                false,
		"srv/content/en/deep/x.md": false, // its folder is not known; that it came concerns
		"srv/content/en/deep":      true,
	} {
		if got := f.concerns(filepath.Join(dir, name)); got != want {
			t.Errorf("%s: %t, want %t", name, got, want)
		}
	}
}
