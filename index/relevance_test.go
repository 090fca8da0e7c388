package index

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"github.com/cmpss/registry/generator/certification"
)

// What is asked of the relevance cases, of which there are to be so many.
const (
	minRelevanceCases = 200
	minRecallAt5      = 0.97
	minReciprocalRank = 0.9
)

// relevanceFile is one of testdata/relevance, whose README describes the form.
type relevanceFile struct {
	Others []string          `toml:"others"`
	Cases  map[string]string `toml:"cases"`
}

func relevanceFiles(t testing.TB) map[string]relevanceFile {
	t.Helper()
	paths, err := filepath.Glob("testdata/relevance/*.toml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no relevance cases: %v", err)
	}
	files := make(map[string]relevanceFile)
	for _, path := range paths {
		var f relevanceFile
		meta, err := toml.DecodeFile(path, &f)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if unknown := meta.Undecoded(); len(unknown) > 0 {
			t.Fatalf("%s: unknown key %s", path, unknown[0])
		}
		files[strings.TrimSuffix(filepath.Base(path), ".toml")] = f
	}
	return files
}

// relevanceRecords are the names of the cases, each once, among sample records.
func relevanceRecords(t testing.TB, files map[string]relevanceFile, samples int) (records []*certification.Record, names []string) {
	for _, f := range files {
		names = slices.Concat(names, f.Others, slices.Collect(maps.Values(f.Cases)))
	}
	slices.Sort(names)
	names = slices.Compact(names)
	records = sampleRecords(t, samples)
	for i, name := range names {
		records = append(records, mustRecord(t, certification.Draft{
			Number: fmt.Sprintf("MPSS%d", 80_000_000+i), LegalName: name,
			Terms: []certification.DraftTerm{{From: "2026-01-01", To: "2027-12-31"}},
		}))
	}
	return byNumber(records), names
}

// relevance is how well cases were answered.
type relevance struct {
	cases, inFive int
	reciprocal    float64 // sum of the reciprocal ranks; beyond the first page it counts zero
}

func (r *relevance) add(rank int) {
	r.cases++
	if rank > 0 {
		r.reciprocal += 1 / float64(rank)
	}
	if rank > 0 && rank <= 5 {
		r.inFive++
	}
}

func (r *relevance) recall() float64      { return float64(r.inFive) / float64(r.cases) }
func (r *relevance) reciprocals() float64 { return r.reciprocal / float64(r.cases) }

// rankOfName is the place of the name among the results, from 1; 0 if it is not among them.
func rankOfName(t testing.TB, set *Set, query, name string) int {
	t.Helper()
	result, err := set.Search(context.Background(), Query{Text: query}, noon)
	if err != nil {
		t.Fatalf("%q: %v", query, err)
	}
	return 1 + slices.IndexFunc(result.Statements, func(s certification.Statement) bool { return s.LegalName == name })
}

// TestRelevance asks the cases of testdata/relevance, and each of their names in full.
func TestRelevance(t *testing.T) {
	samples := 20_000
	if testing.Short() {
		samples = 3_000
	}
	files := relevanceFiles(t)
	records, names := relevanceRecords(t, files, samples)
	set := opened(t, records)
	var all relevance
	for _, file := range slices.Sorted(maps.Keys(files)) {
		var one relevance
		cases := files[file].Cases
		for _, query := range slices.SortedFunc(maps.Keys(cases), func(a, b string) int { return cmp.Compare(cases[a]+a, cases[b]+b) }) {
			rank := rankOfName(t, set, query, cases[query])
			if rank == 0 || rank > 5 {
				t.Logf("%s: %q does not find %q among the first five: %d", file, query, cases[query], rank)
			}
			one.add(rank)
			all.add(rank)
		}
		t.Logf("%-9s %3d cases, recall at 5 %.3f, mean reciprocal rank %.3f", file, one.cases, one.recall(), one.reciprocals())
	}
	t.Logf("%-9s %3d cases, recall at 5 %.3f, mean reciprocal rank %.3f", "all", all.cases, all.recall(), all.reciprocals())
	if all.cases < minRelevanceCases || all.recall() < minRecallAt5 || all.reciprocals() < minReciprocalRank {
		t.Errorf("%d cases with recall %.3f and mean reciprocal rank %.3f; wanted %d, %.2f and %.2f",
			all.cases, all.recall(), all.reciprocals(), minRelevanceCases, minRecallAt5, minReciprocalRank)
	}
	for _, name := range names {
		if rank := rankOfName(t, set, name, name); rank != 1 {
			t.Errorf("%q in full is result %d", name, rank)
		}
	}
}
