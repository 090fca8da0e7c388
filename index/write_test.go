package index

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cmpss/registry/generator/certification"
)

// files lists the files below dir, by path.
func files(t testing.TB, dir string) []string {
	t.Helper()
	var paths []string
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func TestWriteAndOpen(t *testing.T) {
	records := sampleRecords(t, 700)
	number, err := certification.ParseNumber("MPSS9999999")
	if err != nil {
		t.Fatal(err)
	}
	records = append(records, certification.NewUnavailable(number, true))
	dir := written(t, records)
	set, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	if g := set.Generation(); g.Total != 701 || !g.Sample || !g.Read.Equal(noon) {
		t.Errorf("generation: %d records, sample %v, read %v", g.Total, g.Sample, g.Read)
	}
	for _, want := range records {
		got, ok := set.Record(want.Number())
		if !ok || string(got.AppendJSON(nil)) != string(want.AppendJSON(nil)) {
			t.Errorf("%s: found %v, not the record that was written", want.Number(), ok)
		}
	}
	if got := len(slices.Collect(set.Records())); got != len(records) {
		t.Errorf("%d records of %d", got, len(records))
	}
	if _, until := certification.Confirmation(noon); !set.NextUpdate().Equal(until) {
		t.Errorf("next update %v, want %v", set.NextUpdate(), until)
	}
	for _, path := range files(t, dir) {
		if strings.Contains(path, temporaryPrefix) {
			t.Errorf("%s is left", path)
		}
	}
}

func TestWriteNothing(t *testing.T) {
	set := opened(t, nil)
	result, err := set.Search(context.Background(), Query{Text: "anyone"}, noon)
	if err != nil || result.Total != 0 {
		t.Errorf("a search of nothing: %d, %v", result.Total, err)
	}
}

func TestWriteRefusesDisorder(t *testing.T) {
	records := named(t, "A Person", "B Person")
	for _, wrong := range [][]*certification.Record{{records[1], records[0]}, {records[0], records[0]}} {
		dir := t.TempDir()
		if _, _, err := Write(context.Background(), dir, wrong, noon); err == nil {
			t.Error("records out of order, or twice, are written")
		}
		if left := files(t, dir); len(left) > 0 {
			t.Errorf("%v is left", left)
		}
	}
}

// TestWriteIsProportional holds Write to its work: a status rewrites one segment, a name one
// segment and the index, and nothing rewrites nothing.
func TestWriteIsProportional(t *testing.T) {
	records := sampleRecords(t, 700)
	dir := written(t, records)
	write := func(what string, records []*certification.Record, read time.Time, want Stats) {
		t.Helper()
		_, got, err := Write(context.Background(), dir, records, read)
		if err != nil {
			t.Fatal(err)
		}
		got.Removed = 0
		if got != want {
			t.Errorf("%s: %+v, want %+v", what, got, want)
		}
		set, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer set.Close()
		if r, ok := set.Record(records[3].Number()); !ok || r.LegalName() != records[3].LegalName() {
			t.Errorf("%s: the record is not there", what)
		}
	}
	write("the same", records, noon, Stats{})
	write("read again", records, noon.Add(time.Hour), Stats{})
	changed := slices.Clone(records)
	changed[3] = mustRecord(t, certification.Draft{
		Number: records[3].Number().String(), LegalName: records[3].LegalName(),
		Terms: []certification.DraftTerm{{From: "2020-01-01", To: "2021-12-31"}},
	})
	write("another status", changed, noon, Stats{SegmentsWritten: 1})
	changed = slices.Clone(changed)
	changed[3] = mustRecord(t, certification.Draft{
		Number: records[3].Number().String(), LegalName: "Someone Else",
		Terms: []certification.DraftTerm{{From: "2020-01-01", To: "2021-12-31"}},
	})
	write("another name", changed, noon, Stats{SegmentsWritten: 1, IndexBuilt: true})
	write("one fewer", changed[1:], noon, Stats{SegmentsWritten: 1, IndexBuilt: true})
}

func TestWriteKeepsTheGenerationBefore(t *testing.T) {
	dir := written(t, named(t, "First Person"))
	foreign := filepath.Join(dir, recordsDir, "notes.txt")
	if err := os.WriteFile(foreign, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	first, _, err := readGeneration(dir)
	if err != nil {
		t.Fatal(err)
	}
	has := func(g Generation) bool {
		_, err := os.Stat(filepath.Join(dir, indexDir, g.Index.Dir))
		return err == nil
	}
	second, _, err := Write(context.Background(), dir, named(t, "Second Person"), noon)
	if err != nil {
		t.Fatal(err)
	}
	if !has(first) || !has(second) {
		t.Error("the generation before was removed while a reader may be opening it")
	}
	third, stats, err := Write(context.Background(), dir, named(t, "Third Person"), noon)
	if err != nil {
		t.Fatal(err)
	}
	if has(first) || !has(second) || !has(third) || stats.Removed == 0 {
		t.Errorf("after the third: first %v, second %v, third %v; removed %d", has(first), has(second), has(third), stats.Removed)
	}
	if _, err := os.Stat(foreign); err != nil {
		t.Errorf("a file that Write did not make: %v", err)
	}
}

// TestWriteStopped stops a Write before each kind of step, as a crash would: nothing after it is
// done. The generation before must open, and the next Write must finish the work.
func TestWriteStopped(t *testing.T) {
	before, after := sampleRecords(t, 300), sampleRecords(t, 340)
	errStop := errors.New("stopped")
	for _, at := range []struct {
		step   string // the beginning of its name
		passed int    // so many before it
	}{
		{"folders", 0}, {recordsDir + "/", 0}, {recordsDir + "/", 1}, {recordsDir + "/", 20}, {indexDir, 0}, {indexDir + "/", 0}, {generationName, 0}, {"prune", 0},
	} {
		dir := written(t, before)
		var mu sync.Mutex
		passed, stopped := 0, false
		w := NewWriter(dir)
		w.fault = func(step string) error {
			mu.Lock()
			defer mu.Unlock()
			if strings.HasPrefix(filepath.ToSlash(step), at.step) {
				stopped = stopped || passed == at.passed
				passed++
			}
			if stopped {
				return errStop
			}
			return nil
		}
		if err := w.Write(context.Background(), after, nil, noon); !errors.Is(err, errStop) {
			t.Fatalf("stopped before %s: %v", at.step, err)
		}
		check := func(want int) {
			t.Helper()
			set, err := Open(dir)
			if err != nil {
				t.Fatalf("stopped before %s: %v", at.step, err)
			}
			defer set.Close()
			if set.Generation().Total != want {
				t.Errorf("stopped before %s: %d records, want %d", at.step, set.Generation().Total, want)
			}
		}
		if at.step == "prune" { // the commit is done
			check(len(after))
		} else {
			check(len(before))
		}
		if _, _, err := Write(context.Background(), dir, after, noon); err != nil {
			t.Fatalf("after a stop before %s: %v", at.step, err)
		}
		check(len(after))
	}
}

// TestWriteRepairs finds files left half written, under the names they should have.
func TestWriteRepairs(t *testing.T) {
	records := sampleRecords(t, 300)
	whole := written(t, records)
	for _, path := range files(t, whole) {
		name, err := filepath.Rel(whole, path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(name, recordsDir) && !strings.HasPrefix(filepath.Base(name), "00") {
			continue // one segment is like another
		}
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(filepath.Join(dir, name), 10); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		if _, _, err := Write(context.Background(), dir, records, noon); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		set, err := Open(dir)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		set.Close()
	}
}

func TestWriteFailsClearly(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, recordsDir), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, _, err := Write(context.Background(), dir, named(t, "Jane Doe"), noon)
	if err == nil || !strings.Contains(err.Error(), filepath.Join(dir, recordsDir)) {
		t.Errorf("a file in place of a folder: %v", err)
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := Write(ended, t.TempDir(), named(t, "Jane Doe"), noon); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context: %v", err)
	}
}
