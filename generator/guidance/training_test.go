package guidance_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Typed from §211: each way to become a supervisor, and the years that it asks for.
func TestSupervisors(t *testing.T) {
	checkFigures(t, map[string]int{"supervisor-years": 2, "supervisor-service-years": 4})
	body := pageBody(t, "en", "supervisors")
	for _, want := range []string{
		"2 years of work in the behavioral health system", "At least 2 years of work", "4 years of direct service",
		"high school diploma or a GED", "<strong>60 days</strong>",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	var needs []int
	for _, o := range shipped(t).Facts().Supervisors.Options {
		needs = append(needs, len(o.Needs))
	}
	if !slices.Equal(needs, []int{3, 3, 3}) {
		t.Errorf("each of the three ways needs three things, got %v", needs)
	}
}

// Typed from §301 and §601: what is taught, and what a provider pays to be approved for it.
func TestTrainings(t *testing.T) {
	checkFigures(t, map[string]int{"refresher-hours": 80, "training-hours": 80})
	facts := shipped(t).Facts()
	got := map[string]int{}
	for _, training := range facts.Trainings.List {
		fee, _ := facts.Fees.Fee(training.Fee)
		got[training.ID] = fee.Dollars
	}
	want := map[string]int{"core": 300, "specialization": 300, "continuing-education": 300, "refresher": 300, "supervisor": 0}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fees by training (-want +got)\n%s", diff)
	}
}

var blanks = regexp.MustCompile(`\s+`)

// pageBody is the body of a shipped page with white space joined, so that a sentence can be
// found wherever its lines break.
func pageBody(t testing.TB, language, slug string) string {
	t.Helper()
	for _, p := range shipped(t).Pages(language) {
		if p.Slug == slug {
			return blanks.ReplaceAllString(string(p.Body), " ")
		}
	}
	t.Fatalf("no page %s/%s", language, slug)
	return ""
}
