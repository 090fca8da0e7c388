package render

import (
	"strings"
	"testing"

	"github.com/cmpss/registry/generator/certification"
)

// recordCase is a record whose page is looked at as a whole.
type recordCase struct {
	name  string
	draft certification.Draft
}

// cases have every status, and what else changes the shape of a page.
func cases() []recordCase {
	term := func(from, to string) certification.DraftTerm { return certification.DraftTerm{From: from, To: to} }
	action := func(kind, from, until string) certification.DraftAction {
		return certification.DraftAction{Kind: kind, From: from, Until: until}
	}
	current := []certification.DraftTerm{term("2022-03-01", "2024-03-01"), term("2024-03-02", "2026-03-01"), term("2026-03-02", "2028-03-01")}
	return []recordCase{
		{"active", certification.Draft{Number: "MPSS100001", LegalName: "Jane Doe", Terms: current, Specializations: []string{"crisis-care", "justice-involved"}}},
		{"under-investigation", certification.Draft{
			Number: "MPSS100002", LegalName: "José Luis García-Hernández", Terms: current[2:],
			Actions: []certification.DraftAction{action("under-investigation", "2026-11-01T09:00:00-07:00", "")},
		}},
		{"renewed-early", certification.Draft{
			Number: "MPSS100003", LegalName: "Nguyễn Thị Minh Khai",
			Terms: []certification.DraftTerm{term("2025-01-01", "2026-12-31"), term("2027-01-01", "2028-12-31")},
		}},
		{"suspended", certification.Draft{
			Number: "MPSS100004", LegalName: "Siobhán O’Connor", Terms: current,
			Actions: []certification.DraftAction{action("suspended", "2026-10-01T09:15:00-07:00", "")},
		}},
		{"revoked", certification.Draft{
			Number: "MPSS100005", LegalName: "Robert \"Bob\" <Smith> & Sons", Terms: current,
			Actions: []certification.DraftAction{
				action("suspended", "2023-02-01T09:00:00-08:00", "2023-05-01T09:00:00-07:00"),
				action("revoked", "2026-06-01T17:00:00-07:00", ""),
			},
		}},
		{"lapsed", certification.Draft{Number: "MPSS100006", LegalName: "محمد بن عبد الله", Terms: []certification.DraftTerm{term("2024-03-02", "2026-03-01")}}},
		{"expired", certification.Draft{Number: "MPSS100007", LegalName: "陳大文", Terms: []certification.DraftTerm{term("2022-03-02", "2024-03-01")}}},
		{"vacated", certification.Draft{Number: "MPSS100008", LegalName: strings.Repeat("Wolfeschlegelsteinhausenbergerdorff", 8), Terms: []certification.DraftTerm{term("2019-03-02", "2021-03-01")}}},
		{"unavailable", certification.Draft{Number: "MPSS100009"}},
		{"sample", certification.Draft{Number: "MPSS100010", LegalName: "Sample Person", Terms: current, Sample: true, Specializations: []string{"parent-caregiver-family", "crisis-care", "unhoused", "justice-involved"}}},
	}
}

func (c recordCase) statement(t testing.TB) certification.Statement {
	t.Helper()
	var record *certification.Record
	if c.draft.LegalName == "" {
		number, err := certification.ParseNumber(c.draft.Number)
		if err != nil {
			t.Fatal(err)
		}
		record = certification.NewUnavailable(number, false)
	} else {
		var err error
		if record, err = c.draft.Record(); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
	}
	s, issued := certification.StatementAt(record, instant, instant)
	if !issued {
		t.Fatalf("%s: not issued", c.name)
	}
	return s
}
