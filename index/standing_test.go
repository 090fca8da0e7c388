package index

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/legalname"
)

// TestStandingIsThatOfEachRecord compares the counts of a search with the status of each record,
// asked one by one, at instants before, after and far from one another, and as records change.
func TestStandingIsThatOfEachRecord(t *testing.T) {
	dir := t.TempDir()
	records := sampleRecords(t, 700)
	w := NewWriter(dir)
	w.mayDiffer = func(int) int { return 50 } // names beside the search index as well
	var holder Holder
	defer holder.Close()
	random := rand.New(rand.NewPCG(3, 5))
	read := noon
	var changed []certification.Number
	for round := range 6 {
		if err := w.Write(context.Background(), records, changed, read); err != nil {
			t.Fatal(err)
		}
		if _, err := holder.Refresh(dir); err != nil {
			t.Fatal(err)
		}
		set := holder.Acquire()
		for range 40 {
			at := read.Add(time.Duration(random.Int64N(int64(48 * time.Hour))))
			if random.IntN(10) == 0 {
				at = read.AddDate(random.IntN(8)-2, 0, 0)
			}
			if random.IntN(4) == 0 { // exactly when something changes
				if change := certification.NextChange(records[random.IntN(len(records))], at); !change.IsZero() {
					at = change.Add(-time.Duration(random.IntN(2)))
				}
			}
			compareStanding(t, set, records, at)
		}
		if err := set.Close(); err != nil {
			t.Fatal(err)
		}
		records, changed = slices.Clone(records), []certification.Number{}
		for range 20 {
			i := random.IntN(len(records))
			r := mustRecord(t, certification.Draft{
				Number: records[i].Number().String(), LegalName: []string{"Maria Changed", "Jane Other"}[random.IntN(2)],
				Terms:           []certification.DraftTerm{{From: "2026-01-01", To: "2026-11-2" + string(rune('0'+random.IntN(10)))}},
				Specializations: []string{"unhoused"},
			})
			records[i], changed = r, append(changed, r.Number())
		}
		read = read.Add(time.Duration(round+1) * time.Hour)
	}
}

func compareStanding(t *testing.T, set *Set, records []*certification.Record, at time.Time) {
	t.Helper()
	var want Result
	for _, r := range records {
		status := certification.StatusAt(r, at)
		words := legalname.Words(r.LegalName())
		if !slices.Contains(slices.Concat(words, legalname.Spelled(words)), "maria") || status == certification.NotIssued {
			continue
		}
		want.Total++
		want.ByStatus[status]++
		for area := range r.Specializations().All() {
			want.ByArea[area]++
		}
	}
	f := set.newFinder(context.Background(), &collector{limit: 1}, Query{}, at)
	defer f.close()
	f.takeAll(f.exact("maria"), 1)
	var got Result
	f.count(&got)
	if got.Total != want.Total || got.ByStatus != want.ByStatus || got.ByArea != want.ByArea {
		t.Fatalf("at %s: %d %v %v, want %d %v %v", at, got.Total, got.ByStatus, got.ByArea, want.Total, want.ByStatus, want.ByArea)
	}
}

// TestCountsOfFilters compares what each filter finds with what was said that it would find.
func TestCountsOfFilters(t *testing.T) {
	set := opened(t, sampleRecords(t, 2000))
	for _, text := range []string{"maria", "garcia", "jo", "zzzz"} {
		search := func(q Query) Result {
			q.Text = text
			result, err := set.Search(context.Background(), q, noon)
			if err != nil {
				t.Fatal(err)
			}
			return result
		}
		all := search(Query{})
		sum := 0
		for status, count := range all.ByStatus {
			sum += count
			if status == int(certification.NotIssued) {
				continue
			}
			one := search(Query{Status: certification.Status(status)})
			if one.Total != count || one.ByStatus != all.ByStatus {
				t.Errorf("%q, status %d: %d, counts %v; of all %v", text, status, one.Total, one.ByStatus, all.ByStatus)
			}
		}
		if sum != all.Total {
			t.Errorf("%q: %d of every status, %d in all", text, sum, all.Total)
		}
		for area, count := range all.ByArea {
			if one := search(Query{Specializations: 1 << area}); one.Total != count || one.ByArea != all.ByArea {
				t.Errorf("%q, area %d: %d, counts %v; of all %v", text, area, one.Total, one.ByArea, all.ByArea)
			}
		}
	}
}

// TestPagesAreOneList puts pages together and compares them with the list they are cut from.
func TestPagesAreOneList(t *testing.T) {
	set := opened(t, sampleRecords(t, 2000))
	whole, err := set.Search(context.Background(), Query{Text: "maria", Limit: MaxLimit}, noon)
	if err != nil {
		t.Fatal(err)
	}
	var together []certification.Number
	for offset := 0; offset < MaxLimit; offset += 7 {
		page, err := set.Search(context.Background(), Query{Text: "maria", Limit: 7, Offset: offset}, noon)
		if err != nil {
			t.Fatal(err)
		}
		if page.Total != whole.Total {
			t.Errorf("at %d the total is %d, at first %d", offset, page.Total, whole.Total)
		}
		for _, s := range page.Statements {
			together = append(together, s.Number)
		}
	}
	for i, s := range whole.Statements {
		if together[i] != s.Number {
			t.Fatalf("result %d is %s on its page, %s in the list", i, together[i], s.Number)
		}
	}
}
