package guidance_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Typed from the log at the end of the Guidelines: what it says of each section it names, and
// "" for what it says of the whole document.
func TestRevisions(t *testing.T) {
	want := []string{
		"2025-05-15 §601 late renewal", "2025-05-15 §803 changing a curriculum",
		"2025-05-07 §209 lapsed certification", "2025-05-07 §500 vacated", "2025-05-07 App. B 2025", "2025-05-07 App. F H10",
		"2025-05-07 App. I 25-010",
		"2024-08-26  design", "2024-08-26 §102.25 “renewal”", "2024-08-26 §202 {figure:training-certificate} years", "2024-08-26 §207 at random",
		"2024-08-26 §401 languages", "2024-08-26 §600 (§602)", "2024-08-26 §802 {figure:renewal-opened-before}", "2024-08-26  begun",
	}
	var got []string
	for _, r := range shipped(t).Facts().Revisions.List {
		for _, c := range r.Changes {
			got = append(got, fmt.Sprint(r.Day, " ", c.Section, " "))
			if n := len(got) - 1; n < len(want) {
				if word, found := strings.CutPrefix(want[n], got[n]); found && strings.Contains(c.What["en"], word) {
					got[n] = want[n]
				}
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changes (-want +got)\n%s", diff)
	}
	checkFigures(t, map[string]int{"renewal-opened-before": 60, "renewal-opens": 90})
}

// Typed from §102.16.
func TestGrandparenting(t *testing.T) {
	for language, want := range map[string][]string{
		"en": {"January 1, 2022", "June 30, 2023"}, "es": {"1 de enero de 2022", "30 de junio de 2023"},
	} {
		for _, slug := range []string{"grandparenting", "definitions"} {
			body := pageBody(t, language, slug)
			for _, day := range want {
				if !strings.Contains(body, day) {
					t.Errorf("%s/%s does not name %s", language, slug, day)
				}
			}
		}
	}
	list, _ := shipped(t).Facts().Lists.List("grandparenting-training")
	if n := len(list.Items); n != 5 {
		t.Errorf("%d kinds of training, App. D has 5", n)
	}
}

// Typed from App. E: a word of each of its lines.
func TestCollectedData(t *testing.T) {
	want := map[int]string{
		1: "Age", 2: "Gender", 3: "Race", 4: "Languages", 5: "job", 6: "employer", 7: "lives", 8: "Certified specialists", 9: "grandparenting, from May to December 2022",
		10: "area of specialization", 11: "supervisors", 12: "another state", 13: "signed up for training", 14: "finished training", 15: "exam",
		16: "not certified", 17: "before", 18: "works, or lives", 19: "renewed, from the fiscal year 2024–2025",
	}
	parts := 0
	data := shipped(t).Facts().Data
	for _, g := range data.Groups {
		for _, e := range g.Elements {
			if !strings.Contains(e.What["en"], want[e.Number]) {
				t.Errorf("number %d is %q, want something about %q", e.Number, e.What["en"], want[e.Number])
			}
			delete(want, e.Number)
			parts += len(e.Parts)
		}
	}
	if len(want) != 0 || parts != 4 {
		t.Errorf("missing %v; %d areas of specialization, want 4", slices.Sorted(maps.Keys(want)), parts)
	}
	if year, due := data.Year["en"], data.Due["en"]; !strings.Contains(year, "July 1 to June 30") || !strings.Contains(due, "December 31") {
		t.Errorf("§808: %s %s", year, due)
	}
}
