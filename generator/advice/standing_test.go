package advice_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cmpss/registry/generator/advice"
	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/guidance"
)

var loadFacts = sync.OnceValues(func() (*guidance.Library, error) {
	return guidance.Load(os.DirFS("../../content"), os.DirFS("../../themes/default/guidance"), []string{"en", "es"})
})

func advisor(t testing.TB) *advice.Advisor {
	t.Helper()
	library, err := loadFacts()
	if err != nil {
		t.Fatal(err)
	}
	return advice.New(library.Facts())
}

type fataler interface {
	Helper()
	Fatal(...any)
}

func date(t fataler, text string) certification.Date {
	t.Helper()
	day, err := certification.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return day
}

func standing(t testing.TB, expires, on string) advice.Standing {
	t.Helper()
	s, err := advisor(t).Standing(advice.StandingQuestion{Expires: date(t, expires), On: date(t, on)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ways tells each way with its total and its state.
func ways(s advice.Standing) string {
	var told []string
	for _, w := range s.Ways {
		what := fmt.Sprintf("%s $%d", w.ID, w.Total)
		if w.TrainingFees {
			what += "+"
		}
		told = append(told, what+[]string{"", " later", " closed"}[w.State])
	}
	return strings.Join(told, ", ")
}

// The days on either side of each boundary, typed from §207, §209 and §601 for this test.
func TestStandingAtEachBoundary(t *testing.T) {
	const expires = "2026-03-01"
	for _, c := range []struct{ on, status, ways string }{
		{"2024-03-02", "active", "renew-on-time $80 later"},
		{"2025-11-30", "active", "renew-on-time $80 later"},
		{"2025-12-01", "active", "renew-on-time $80"}, // 90 days before
		{"2026-03-01", "active", "renew-on-time $80"}, // the last valid day
		{"2026-03-02", "lapsed", "renew-late $130"},
		{"2027-03-01", "lapsed", "renew-late $130"}, // a year after
		{"2027-03-02", "expired", "expired-exam $280, expired-refresher $130+"},
		{"2030-02-15", "expired", "expired-exam $280, expired-refresher $130+"}, // 14 days before the end
		{"2030-02-16", "expired", "expired-exam $280 closed, expired-refresher $130+"},
		{"2030-03-01", "expired", "expired-exam $280 closed, expired-refresher $130+"}, // four years after
		{"2030-03-02", "vacated", "apply-again $250+"},
		{"2199-12-31", "vacated", "apply-again $250+"},
	} {
		s := standing(t, expires, c.on)
		if s.Status.String() != c.status || ways(s) != c.ways {
			t.Errorf("on %s: %s, %s; want %s, %s", c.on, s.Status, ways(s), c.status, c.ways)
		}
	}
}

func TestMilestones(t *testing.T) {
	for expires, want := range map[string]string{
		"2026-03-01": "2025-12-01 renewal-opens, 2026-03-01 last-valid-day, 2026-03-02 lapses, 2027-03-01 late-renewal-closes, " +
			"2030-02-15 exam-request-closes, 2030-03-01 reinstatement-closes, 2030-03-02 vacated",
		// 29 February plus a year is 28 February, and plus four is 29 February again.
		"2024-02-29": "2023-12-01 renewal-opens, 2024-02-29 last-valid-day, 2024-03-01 lapses, 2025-02-28 late-renewal-closes, " +
			"2028-02-15 exam-request-closes, 2028-02-29 reinstatement-closes, 2028-03-01 vacated",
	} {
		var got []string
		for _, m := range standing(t, expires, "2024-01-01").Milestones {
			got = append(got, fmt.Sprint(m.Date, " ", m.ID))
		}
		if diff := cmp.Diff(want, strings.Join(got, ", ")); diff != "" {
			t.Errorf("expires %s (-want +got)\n%s", expires, diff)
		}
	}
	s := standing(t, "2026-03-01", "2026-03-01")
	if ahead := s.Ahead(); ahead[0].ID != "last-valid-day" {
		t.Errorf("the first milestone ahead on the last valid day is %s", ahead[0].ID)
	}
	s = standing(t, "2026-03-01", "2030-03-03")
	if len(s.Ahead()) != 0 {
		t.Error("something is ahead of a vacated certification")
	}
}

// TestStandingAgreesWithCertification holds windows and status to what package certification
// says of a certificate with such a term, from any beginning.
func TestStandingAgreesWithCertification(t *testing.T) {
	a := advisor(t)
	first, last := date(t, "2020-01-01"), date(t, "2099-12-31")
	rapid.Check(t, func(t *rapid.T) {
		expires := certification.Date(rapid.Int32Range(int32(first), int32(last)).Draw(t, "expires"))
		on := expires + certification.Date(rapid.Int32Range(-900, 2500).Draw(t, "on"))
		s, err := a.Standing(advice.StandingQuestion{Expires: expires, On: on})
		if err != nil {
			t.Fatal(err)
		}
		began := min(on, expires) - certification.Date(rapid.Int32Range(0, 1000).Draw(t, "began"))
		record, err := certification.Draft{Number: "MPSS123456", LegalName: "Jane Doe", Terms: []certification.DraftTerm{{From: began.String(), To: expires.String()}}}.Record()
		if err != nil {
			t.Fatal(err)
		}
		statusOn := func(day certification.Date) certification.Status {
			return certification.StatusAt(record, day.End().Add(-1))
		}
		if got := statusOn(on); s.Status != got {
			t.Fatalf("expires %s, on %s: %s, certification says %s", expires, on, s.Status, got)
		}
		for i, w := range s.Windows {
			if w.First != 0 && (statusOn(w.First) != w.Status || statusOn(w.First-1) == w.Status) {
				t.Fatalf("%s does not begin on %s", w.Status, w.First)
			}
			if w.Last != 0 && (statusOn(w.Last) != w.Status || s.Windows[i+1].First != w.Last+1) {
				t.Fatalf("%s does not end on %s", w.Status, w.Last)
			}
		}
		if n := len(s.Windows); n != 4 || s.Windows[0].First != 0 || s.Windows[0].Last != expires || s.Windows[n-1].Last != 0 {
			t.Fatalf("windows %v", s.Windows)
		}
		if !slices.IsSortedFunc(s.Milestones, func(a, b advice.Milestone) int { return int(a.Date - b.Date) }) {
			t.Fatalf("milestones out of order: %v", s.Milestones)
		}
	})
}

// The windows that the guidance tells are those that package certification decides by.
func TestFactsAgreeWithCertification(t *testing.T) {
	s := standing(t, "2026-03-01", "2026-01-01")
	for _, w := range s.Windows[1:] {
		for _, status := range advisor(t).Facts().Statuses.List {
			if status.ID != w.Status.String() {
				continue
			}
			if want := s.Expires.AddYears(status.FromYears) + 1; w.First != want {
				t.Errorf("%s begins on %s, by the facts on %s", w.Status, w.First, want)
			}
			if status.UntilYears != 0 && w.Last != s.Expires.AddYears(status.UntilYears) {
				t.Errorf("%s ends on %s, by the facts on %s", w.Status, w.Last, s.Expires.AddYears(status.UntilYears))
			}
		}
	}
}
