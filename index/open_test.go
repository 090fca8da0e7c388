package index

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"weak"

	"github.com/cmpss/registry/generator/certification"
)

// TestOpenFindsDamage changes, cuts short, lengthens and removes every file of a generation.
// Open must fail each time, and name the file.
func TestOpenFindsDamage(t *testing.T) {
	dir := written(t, sampleRecords(t, 300))
	for i, path := range files(t, dir) {
		if strings.Contains(path, recordsDir) && i%64 != 0 {
			continue // one segment is like another
		}
		body, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		damages := map[string][]byte{
			"cut to nothing": nil,
			"longer":         append(bytes.Clone(body), '\n'),
			"removed":        {0: 'x'}, // a mark, see below
		}
		for _, at := range []int{0, len(body) / 3, len(body) / 2, len(body) - 1} {
			if at < 0 || at >= len(body) {
				continue
			}
			flipped := bytes.Clone(body)
			flipped[at] ^= 1
			damages[fmt.Sprintf("byte %d changed", at)] = flipped
			damages[fmt.Sprintf("cut to %d", at)] = body[:at]
		}
		for what, damaged := range damages {
			if len(body) == 0 && len(damaged) == 0 {
				continue
			}
			if what == "removed" {
				err = os.Remove(path)
			} else {
				err = os.WriteFile(path, damaged, 0o644)
			}
			if err != nil {
				t.Fatal(err)
			}
			set, err := Open(dir)
			if err == nil {
				set.Close()
				t.Errorf("%s, %s: opens", path, what)
			} else if !strings.Contains(err.Error(), path) {
				t.Errorf("%s, %s: the error does not name it: %v", path, what, err)
			}
		}
		if err := os.WriteFile(path, body, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	set, err := Open(dir)
	if err != nil {
		t.Fatalf("after the repair: %v", err)
	}
	set.Close()
	extra := filepath.Join(dir, indexDir, set.Generation().Index.Dir, storeDir, "000000000003.zap")
	if err := os.WriteFile(extra, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if set, err := Open(dir); err == nil || !strings.Contains(err.Error(), extra) {
		t.Errorf("a file that does not belong there: %v, %v", set, err)
	}
}

// TestOpenRefusesForgery has whole files that contradict each other, or lead elsewhere.
func TestOpenRefusesForgery(t *testing.T) {
	dir := written(t, sampleRecords(t, 300))
	other := written(t, named(t, "Jane Doe"))
	g, _, err := readGeneration(dir)
	if err != nil {
		t.Fatal(err)
	}
	stranger, _, err := readGeneration(other)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(dir, indexDir), os.DirFS(filepath.Join(other, indexDir))); err != nil {
		t.Fatal(err)
	}
	for what, forge := range map[string]func(*Generation){
		"another index":        func(g *Generation) { g.Index = stranger.Index },
		"fewer segments":       func(g *Generation) { g.Records = g.Records[1:] },
		"segments in disorder": func(g *Generation) { g.Records[0], g.Records[1] = g.Records[1], g.Records[0] },
		"another total":        func(g *Generation) { g.Total++ },
		"another count":        func(g *Generation) { g.Records[7].Count++; g.Total++ },
		"another version":      func(g *Generation) { g.Version++ },
		"a name outside":       func(g *Generation) { g.Records[0].Name = "../../" + g.Records[0].Name },
		"a change left out":    func(g *Generation) { g.Total--; g.Index.Changed = []string{"MPSS999999998"}; g.Index.Total++ },
		"a known name dropped": func(g *Generation) { g.Index.Changed = []string{"MPSS999999998"}; g.Index.Total-- },
		"no number":            func(g *Generation) { g.Index.Changed = []string{"mpss 999999998"} },
		"changes in disorder":  func(g *Generation) { g.Index.Changed = []string{"MPSS999999998", "MPSS999999997"} },
		"no search index":      func(g *Generation) { g.Index = IndexFile{} },
		"an index outside":     func(g *Generation) { g.Index.Dir = "../../" + g.Index.Dir },
	} {
		forged := g
		forged.Records = append([]File(nil), g.Records...)
		forge(&forged)
		body, err := forged.encode()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, generationName), body, 0o644); err != nil {
			t.Fatal(err)
		}
		if set, err := Open(dir); err == nil {
			set.Close()
			t.Errorf("%s: opens", what)
		}
	}
}

func TestHolder(t *testing.T) {
	dir := t.TempDir()
	if _, err := OpenHolder(dir); !errors.Is(err, ErrNone) {
		t.Errorf("no index: %v", err)
	}
	var h Holder
	if h.Acquire() != nil {
		t.Error("a set out of nothing")
	}
	write := func(names ...string) {
		t.Helper()
		if _, _, err := Write(context.Background(), dir, named(t, names...), noon); err != nil {
			t.Fatal(err)
		}
	}
	refresh := func(want bool) {
		t.Helper()
		if changed, err := h.Refresh(dir); changed != want || err != nil {
			t.Fatalf("Refresh: %v, %v", changed, err)
		}
	}
	write("Jane Doe")
	refresh(true)
	refresh(false)
	old := h.Acquire()
	write("Jane Roe", "John Doe")
	refresh(true)
	if result, err := old.Search(context.Background(), Query{Text: "doe"}, noon); err != nil || result.Total != 1 {
		t.Errorf("the old set, still held: %d, %v", result.Total, err)
	}
	if err := old.Close(); err != nil {
		t.Error(err)
	}
	if old.names.refs.Load() != 0 {
		t.Error("the old index is open after its last request")
	}
	if old.retain() {
		t.Error("a set that was given up is held again")
	}
	// A damaged generation leaves the one before in place.
	if err := os.WriteFile(filepath.Join(dir, generationName), []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	if changed, err := h.Refresh(dir); changed || err == nil {
		t.Errorf("a damaged generation: %v, %v", changed, err)
	}
	set := h.Acquire()
	if set == nil || set.Generation().Total != 2 {
		t.Fatal("the generation before is gone")
	}
	set.Close()
	if err := h.Close(); err != nil {
		t.Error(err)
	}
	if h.Acquire() != nil {
		t.Error("a set after Close")
	}
}

// TestHolderSharesWhatIsTheSame refreshes after a change of status: the index and 255 segments
// are those of the set before.
func TestHolderSharesWhatIsTheSame(t *testing.T) {
	records := sampleRecords(t, 600)
	dir := written(t, records)
	h, err := OpenHolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	first := h.Acquire()
	defer first.Close()
	changed := append(records[:0:0], records...)
	changed[5] = changed[5].WithoutSpecializations()
	for i := range changed {
		if changed[i].Specializations() != 0 && i != 5 {
			changed[i] = changed[i].WithoutSpecializations()
			break
		}
	}
	if _, _, err := Write(context.Background(), dir, changed, noon); err != nil {
		t.Fatal(err)
	}
	if swapped, err := h.Refresh(dir); !swapped || err != nil {
		t.Fatal(swapped, err)
	}
	second := h.Acquire()
	defer second.Close()
	if first.names.names != second.names.names {
		t.Error("the index was opened again")
	}
	fresh := 0
	for i := range first.parts {
		if len(first.parts[i]) > 0 && &first.parts[i][0] != &second.parts[i][0] {
			fresh++
		}
	}
	if fresh == 0 || fresh > 2 {
		t.Errorf("%d segments were read again", fresh)
	}
}

// TestMemoryOfSwappedSetsReturns swaps names and records many times, with a search in each set, and looks which
// sets are still in memory.
func TestMemoryOfSwappedSetsReturns(t *testing.T) {
	dir := t.TempDir()
	w := NewWriter(dir)
	var h Holder
	defer h.Close()
	records := sampleRecords(t, 300)
	var changed []certification.Number
	var sets []weak.Pointer[Set]
	for i := range 10 {
		read := noon.Add(time.Duration(i) * time.Minute)
		if i%5 == 4 {
			changed = nil // everything is written anew
		}
		if err := w.Write(context.Background(), records, changed, read); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Refresh(dir); err != nil {
			t.Fatal(err)
		}
		set := h.Acquire()
		if _, err := set.Search(context.Background(), Query{Text: "maria"}, read.Add(time.Hour*24*time.Duration(i))); err != nil {
			t.Fatal(err)
		}
		sets = append(sets, weak.Make(set))
		if err := set.Close(); err != nil {
			t.Fatal(err)
		}
		records = slices.Clone(records)
		records[i] = mustRecord(t, certification.Draft{
			Number: records[i].Number().String(), LegalName: "Jane Changed",
			Terms: []certification.DraftTerm{{From: "2026-01-01", To: "2027-12-31"}},
		})
		changed = []certification.Number{records[i].Number()}
	}
	runtime.GC()
	runtime.GC() // what the first one finalized
	for i, set := range sets {
		if isThere := set.Value() != nil; isThere != (i == len(sets)-1) {
			t.Errorf("set %d of %d in memory: %v", i+1, len(sets), isThere)
		}
	}
	runtime.KeepAlive(&h)
}

// TestHolderUnderLoad swaps generations while searches run. Each must see one whole generation.
func TestHolderUnderLoad(t *testing.T) {
	dirs := make([]string, 2)
	for i := range dirs {
		names := make([]string, 50*(i+1))
		for j := range names {
			names[j] = fmt.Sprintf("Maria Number%c%c", 'a'+j/26, 'a'+j%26)
		}
		dirs[i] = written(t, named(t, names...))
	}
	h, err := OpenHolder(dirs[0])
	if err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var wait sync.WaitGroup

	for range 4 {
		wait.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				set := h.Acquire()
				total := set.Generation().Total
				result, err := set.Search(context.Background(), Query{Text: "maria", Limit: 100}, noon)
				if err != nil || result.Total != total || len(result.Statements) != total {
					t.Errorf("a search in a set of %d: %d, %v", total, result.Total, err)
				}
				set.Close()
			}
		})
	}
	for swaps := range 60 {
		if changed, err := h.Refresh(dirs[(swaps+1)%2]); !changed || err != nil {
			t.Error(changed, err)
		}
		set := h.Acquire()
		if _, err := set.Search(context.Background(), Query{Text: "mariq"}, noon); err != nil {
			t.Error(err)
		}

		set.Close()
		runtime.Gosched()
	}
	close(stop)
	wait.Wait()
	last := h.Acquire()
	if err := h.Close(); err != nil {
		t.Error(err)
	}
	if got := last.refs.Load(); got != 1 {
		t.Errorf("%d holders are left", got)
	}
	if err := last.Close(); err != nil {
		t.Error(err)
	}
}
