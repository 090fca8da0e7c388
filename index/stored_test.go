package index

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/cmpss/registry/generator/certification"
)

// What was written is read back: all of it, or the records of some numbers, which needs no segment
// but theirs.
func TestReadGivesWhatWasWritten(t *testing.T) {
	dir := t.TempDir()
	records := sampleRecords(t, 600)
	if _, _, err := Write(t.Context(), dir, records, time.Date(2026, 11, 22, 20, 30, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	w := NewWriter(dir)
	same := func(a, b *certification.Record) bool { return string(a.AppendJSON(nil)) == string(b.AppendJSON(nil)) }
	if all, err := w.Read(t.Context(), nil); err != nil || !slices.EqualFunc(all, records, same) {
		t.Fatalf("read %d of %d records, error %v", len(all), len(records), err)
	}
	other, err := certification.ParseNumber("MPSS999999999")
	if err != nil {
		t.Fatal(err)
	}
	wanted := records[17:20]
	numbers := []certification.Number{other}
	var kept [segments]bool
	for _, r := range wanted {
		numbers = append(numbers, r.Number())
		kept[segmentOf(r.Number())] = true
	}
	kept[segmentOf(other)] = true
	for i, file := range w.mustRead(t).Records {
		if !kept[i] {
			if err := os.Remove(filepath.Join(dir, recordsDir, file.Name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if some, err := w.Read(t.Context(), numbers); err != nil || !slices.EqualFunc(some, wanted, same) {
		t.Errorf("read %d of %d records, error %v", len(some), len(wanted), err)
	}
	if none, err := w.Read(t.Context(), []certification.Number{}); err != nil || len(none) != 0 {
		t.Errorf("read %d records of no number, error %v", len(none), err)
	}
	if _, err := w.Read(t.Context(), nil); err == nil {
		t.Error("a table without most of its files was read")
	}
}

func (w *Writer) mustRead(t *testing.T) Generation {
	t.Helper()
	g, _, err := readGeneration(w.dir)
	if err != nil {
		t.Fatal(err)
	}
	return g
}
