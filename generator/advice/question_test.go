package advice_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmpss/registry/generator/advice"
	"github.com/cmpss/registry/generator/guidance"
)

func values(t testing.TB, query string) url.Values {
	t.Helper()
	v, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func told(faults []advice.Fault) string {
	var list []string
	for _, f := range faults {
		list = append(list, f.Field+" "+f.Code)
	}
	return strings.Join(list, ", ")
}

func TestParseStanding(t *testing.T) {
	a, today := advisor(t), date(t, "2026-11-22")
	for query, want := range map[string]string{
		"expires=2026-03-01":                    "",
		"expires=%202026-03-01%20":              "",
		"expires=2029-02-20":                    "", // renewed today, 90 days early
		"expires=2029-02-21":                    "expires expires-too-far",
		"expires=2029-02-21&on=2027-01-01":      "",
		"expires=0026-03-01":                    "expires expires-malformed",
		"expires=2026-02-29":                    "expires expires-malformed",
		"expires=3/1/2026":                      "expires expires-malformed",
		"expires=":                              "expires expires-missing",
		"":                                      "expires expires-missing",
		"expires=2026-03-01&on=tomorrow":        "on on-malformed",
		"expires=%00&on=%ff":                    "on on-malformed, expires expires-malformed",
		"expires=2026-03-01&expires=2027-03-01": "", // the first one counts
	} {
		q, faults := a.ParseStanding(values(t, query), today)
		if told(faults) != want {
			t.Errorf("%q: %q, want %q", query, told(faults), want)
		}
		if want == "" {
			if _, err := a.Standing(q); err != nil {
				t.Errorf("%q: %v", query, err)
			}
		}
	}
}

// What each path costs, added up by hand from §601.
func TestCosts(t *testing.T) {
	want := map[string]string{
		"first": "250+ [0:250 1:400 2:550]", "out-of-state": "250 [0:250 1:400 2:550]", "retake": "150 [1:150 2:300]",
		"renew-on-time": "80", "renew-late": "130", "expired-exam": "280 [0:280 1:430 2:580]", "expired-refresher": "130+",
		"vacated": "250+ [0:250 1:400 2:550]", "reinstatement": "80", "supervisor-training": "0",
		"provider-core": "300", "provider-specialization": "300 [1:300 2:600 3:900 4:1200]", "provider-continuing-education": "300",
		"provider-refresher": "300", "provider-renewal": "300", "curriculum-change": "300",
	}
	got := map[string]string{}
	a := advisor(t)
	for _, group := range a.Facts().Costs.Groups {
		for _, path := range group.Paths {
			q, faults := a.ParseCost(url.Values{"path": {path.ID}})
			if faults != nil {
				t.Fatalf("%s: %v", path.ID, faults)
			}
			c := a.Cost(q)
			told := fmt.Sprint(c.Total)
			if c.TrainingFees {
				told += "+"
			}
			var totals []string
			for _, total := range c.Totals {
				totals = append(totals, fmt.Sprintf("%d:%d", total.Times, total.Total))
			}
			if totals != nil {
				told += fmt.Sprint(" ", totals)
			}
			got[path.ID] = told
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("costs (-want +got)\n%s", diff)
	}
	for _, id := range []string{"", "dinner", "FIRST", "first "} {
		if _, faults := a.ParseCost(url.Values{"path": {id}}); told(faults) != "path path-unknown" {
			t.Errorf("%q: %v", id, faults)
		}
	}
}

// The exam can be taken as often as §403 says, and every area can be applied for (§212).
func TestRepeatsFollowTheFacts(t *testing.T) {
	facts := advisor(t).Facts()
	attempts, _ := facts.Figure("exam-attempts")
	for _, group := range facts.Costs.Groups {
		for _, path := range group.Paths {
			want := map[string]int{"": 0, "exam-retake": attempts - 1, "provider-specialization": len(facts.Specializations.List)}[path.Repeat.Fee]
			if path.Repeat.Most != want {
				t.Errorf("%s: at most %d times, want %d", path.ID, path.Repeat.Most, want)
			}
		}
	}
}

const goodCourse = "provider=county&subject=law-ethics&before=yes&period=yes&repeated=no&scope=yes&sanction=no&proof=yes"

func TestCourses(t *testing.T) {
	a := advisor(t)
	for _, c := range []struct{ query, want string }{
		{goodCourse + "&hours=6", "counts 6 law 6"},
		{goodCourse + "&hours=1,5", "counts 1.5 law 1.5"},
		{goodCourse + "&hours=1.25", "counts 1.25 law 1.25"},
		{goodCourse + "&hours=8&breaks=1.5", "partly 6.5 law 6.5"},
		{goodCourse + "&hours=8&breaks=0", "counts 8 law 8"},
		{swap(goodCourse, "law-ethics", "developments") + "&hours=80", "counts 80 law 0"},
		{swap(goodCourse, "county", "school") + "&units=3", "counts 12 law 12"},
		{swap(goodCourse, "county", "school") + "&units=1.5", "counts 6 law 6"},
		{swap(goodCourse, "county", "school") + "&hours=3", "counts 3 law 3"},
		{swap(goodCourse, "county", "other") + "&hours=3", "ask 3 law 3: ask App. C"},
		{swap(goodCourse, "law-ethics", "other") + "&hours=3", "ask 3 law 0: ask App. C"},
		{swap(goodCourse, "proof=yes", "proof=no") + "&hours=3&breaks=1", "ask 2 law 2: ask §207, App. C"},
		{swap(goodCourse, "before=yes", "before=no") + "&hours=3", "no 0 law 0: no §207"},
		{swap(goodCourse, "period=yes", "period=no") + "&hours=3", "ask 3 law 3: ask §207, App. C"}, // our reading: no section says it
		{swap(goodCourse, "repeated=no", "repeated=yes") + "&hours=3", "no 0 law 0: no App. C"},
		{swap(goodCourse, "scope=yes", "scope=no") + "&hours=3", "no 0 law 0: no App. C"},
		{swap(goodCourse, "sanction=no", "sanction=yes") + "&hours=3", "no 0 law 0: no App. F"},
		// Whatever speaks against it is named.
		{"provider=other&subject=other&before=no&period=no&repeated=yes&scope=no&sanction=yes&proof=no&hours=3", "no 0 law 0: no §207; ask §207, App. C; no App. C; no App. C; no App. F; ask §207, App. C; ask App. C; ask App. C"},
	} {
		q, faults := a.ParseCourse(values(t, c.query))
		if faults != nil {
			t.Errorf("%s: %v", c.query, faults)
			continue
		}
		answer := a.Course(q)
		got := fmt.Sprintf("%s %s law %s", answer.Verdict, answer.Hours, answer.LawEthics)
		var reasons []string
		for _, r := range answer.Reasons {
			reasons = append(reasons, fmt.Sprint(r.Verdict, " ", r.Section))
		}
		if reasons != nil {
			got += ": " + strings.Join(reasons, "; ")
		}
		if got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.query, got, c.want)
		}
		if answer.Needed.String() != "20" || answer.NeededLawEthics.String() != "6" {
			t.Errorf("needed %s and %s", answer.Needed, answer.NeededLawEthics)
		}
	}
}

// Every provider and subject has an answer, and one that CalMHSA accepts counts.
func TestEveryCourseHasAnAnswer(t *testing.T) {
	a := advisor(t)
	ce := a.Facts().ContinuingEducation
	for _, p := range ce.Providers {
		for _, s := range ce.Subjects {
			q, faults := a.ParseCourse(values(t, swap(swap(goodCourse, "county", p.ID), "law-ethics", s.ID)+"&hours=2"))
			if faults != nil {
				t.Fatal(faults)
			}
			want := guidance.VerdictCounts
			if p.ID == "other" || s.ID == "other" {
				want = guidance.VerdictAsk
			}
			if got := a.Course(q).Verdict; got != want {
				t.Errorf("%s, %s: %s, want %s", p.ID, s.ID, got, want)
			}
		}
	}
}

func swap(s, from, to string) string { return strings.Replace(s, from, to, 1) }

func TestParseCourseFaults(t *testing.T) {
	a := advisor(t)
	for query, want := range map[string]string{
		"": "provider provider-unknown, subject subject-unknown, before answer-missing, period answer-missing, repeated answer-missing, scope answer-missing, " +
			"sanction answer-missing, proof answer-missing, hours length-missing",
		goodCourse:                                 "hours length-missing",
		goodCourse + "&hours=0":                    "hours length-missing",
		goodCourse + "&hours=six":                  "hours hours-malformed",
		goodCourse + "&hours=-1":                   "hours hours-malformed",
		goodCourse + "&hours=1:30":                 "hours hours-malformed",
		goodCourse + "&hours=1000":                 "hours hours-malformed",
		goodCourse + "&hours=1e2":                  "hours hours-malformed",
		goodCourse + "&hours=1.234":                "hours hours-malformed",
		goodCourse + "&hours=٣":                    "hours hours-malformed",
		goodCourse + "&hours=3&breaks=x":           "breaks breaks-malformed",
		goodCourse + "&hours=3&breaks=3":           "breaks breaks-too-long",
		goodCourse + "&hours=3&breaks=4":           "breaks breaks-too-long",
		goodCourse + "&units=3":                    "units units-elsewhere",
		goodCourse + "&units=x":                    "units units-malformed",
		goodCourse + "&units=3&hours=3":            "units length-twice",
		swap(goodCourse, "period=yes", "period=1"): "period answer-missing, hours length-missing",
	} {
		if _, faults := a.ParseCourse(values(t, query)); told(faults) != want {
			t.Errorf("%q:\n got %s\nwant %s", query, told(faults), want)
		}
	}
}

func TestSanctionOfEachStandard(t *testing.T) {
	a := advisor(t)
	for typed, want := range map[string]string{
		"H10": "H10 of H10", "h10": "H10 of H10", " h-10 ": "H10 of H10", "J1/2/3": "J1 of J1/2/3", "j1/2/3": "J1 of J1/2/3",
		"J2": "J2 of J1/2/3", "K5": "K5 of K4/5", "A1": "A1 of none", "H1": "H1 of none",
		"": "code code-missing", " ": "code code-missing", "H15": "code code-unknown", "H1/2": "code code-unknown", "10": "code code-unknown",
		"Q1": "code code-unknown", "H01": "code code-unknown", "<b>": "code code-unknown",
	} {
		q, faults := a.ParseSanction(url.Values{"code": {typed}})
		if faults != nil {
			if told(faults) != want {
				t.Errorf("%q: %s, want %s", typed, told(faults), want)
			}
			continue
		}
		answer := a.Sanction(q)
		row := "none"
		if answer.Listed {
			row = answer.Sanction.Code
		}
		if got := answer.Standard + " of " + row; got != want {
			t.Errorf("%q: %s, want %s", typed, got, want)
		}
	}
	// Each row is found by its own code and by each standard that it names, with their texts.
	for _, row := range a.Facts().Sanctions.Rows {
		for _, code := range append([]string{row.Code}, row.Standards...) {
			q, faults := a.ParseSanction(url.Values{"code": {code}})
			if faults != nil {
				t.Errorf("%s: %v", code, faults)
				continue
			}
			answer := a.Sanction(q)
			var ids []string
			for _, s := range answer.Standards {
				ids = append(ids, s.ID)
			}
			if answer.Sanction.Code != row.Code || !slices.Equal(ids, row.Standards) {
				t.Errorf("%s: row %s with %v", code, answer.Sanction.Code, ids)
			}
		}
	}
}

func TestFaultCodesAreAll(t *testing.T) {
	codes := advice.FaultCodes()
	slices.Sort(codes)
	if len(slices.Compact(codes)) != len(advice.FaultCodes()) {
		t.Error("a code stands twice")
	}
}

// Whatever is asked gets an answer that can be told in both languages, or faults that are known.
func FuzzQuestions(f *testing.F) {
	for _, query := range []string{
		"expires=2026-03-01&on=2024-02-29", "expires=2199-12-31&on=2199-12-31", "expires=1900-01-01", "path=expired-exam",
		goodCourse + "&hours=8&breaks=1,5", goodCourse + "&units=3", "code=J1/2/3", "code=%00", "hours=٣&expires=0000-00-00",
	} {
		f.Add(query)
	}
	known := advice.FaultCodes()
	f.Fuzz(func(t *testing.T, query string) {
		v, err := url.ParseQuery(query)
		if err != nil {
			return // no question reaches a tool in this form
		}
		a, today := advisor(t), date(t, "2026-11-22")
		encoded := func(faults []advice.Fault, encode func(language string) ([]byte, error)) {
			for _, fault := range faults {
				if !slices.Contains(known, fault.Code) || fault.Field == "" {
					t.Errorf("unknown fault %v", fault)
				}
			}
			for _, language := range []string{"en", "es"} {
				if faults != nil {
					break
				}
				body, err := encode(language)
				if err != nil || !json.Valid(body) {
					t.Errorf("%q: %v: %s", query, err, body)
				}
			}
		}
		standing, faults := a.ParseStanding(v, today)
		encoded(faults, func(language string) ([]byte, error) {
			s, err := a.Standing(standing)
			if err != nil {
				return nil, err
			}
			parseCalendar(t, string(a.AppendCalendar(nil, &s, language, stamp)))
			return a.StandingJSON(&s, language)
		})
		cost, faults := a.ParseCost(v)
		encoded(faults, func(language string) ([]byte, error) {
			c := a.Cost(cost)
			return a.CostJSON(&c, language)
		})
		course, faults := a.ParseCourse(v)
		encoded(faults, func(language string) ([]byte, error) {
			c := a.Course(course)
			if c.Hours < 0 || c.LawEthics > c.Hours {
				t.Errorf("%q: %s hours, %s in law and ethics", query, c.Hours, c.LawEthics)
			}
			return a.CourseJSON(&c, language)
		})
		sanction, faults := a.ParseSanction(v)
		encoded(faults, func(language string) ([]byte, error) {
			s := a.Sanction(sanction)
			if len(s.Standards) == 0 {
				t.Errorf("%q: no standard", query)
			}
			return a.SanctionJSON(&s, language)
		})
	})
}
