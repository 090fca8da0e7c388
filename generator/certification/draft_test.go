package certification

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestDraftsThatBreakARule(t *testing.T) {
	good := func() Draft {
		return Draft{
			Number: "MPSS123456", LegalName: "Jane Doe", UpdatedAt: "2025-05-01T16:00:00Z",
			Terms:           []DraftTerm{{"2022-03-01", "2024-03-01"}, {"2024-03-02", "2026-03-01"}},
			Specializations: []string{"crisis-care"},
			Actions:         []DraftAction{{"suspended", "2025-02-01T09:00:00-08:00", "2025-05-01T09:00:00-07:00"}},
		}
	}
	if _, err := good().Record(); err != nil {
		t.Fatalf("a good draft: %v", err)
	}
	for _, test := range []struct {
		want  string
		spoil func(*Draft)
	}{
		{"number", func(d *Draft) { d.Number = "MPSS12E456" }},
		{"no legal name", func(d *Draft) { d.LegalName = " \t " }},
		{"no letter", func(d *Draft) { d.LegalName = "123 -" }},
		{"not valid UTF-8", func(d *Draft) { d.LegalName = "Jane \xff" }},
		{"U+202E", func(d *Draft) { d.LegalName = "Jane \u202eeoD" }},
		{"U+200F", func(d *Draft) { d.LegalName = "\u200fJane" }},
		{"U+000A", func(d *Draft) { d.LegalName = "Jane\nDoe" }},
		{"U+2028", func(d *Draft) { d.LegalName = "Jane\u2028Doe" }},
		{"U+200B", func(d *Draft) { d.LegalName = "Jane\u200bDoe" }},
		{"U+FFFD", func(d *Draft) { d.LegalName = "Jane \ufffd" }},
		{"10000 characters", func(d *Draft) { d.LegalName = strings.Repeat("n", 10000) }},
		{"no term", func(d *Draft) { d.Terms = nil }},
		{"ends before it begins", func(d *Draft) { d.Terms[0] = DraftTerm{"2022-03-01", "2022-02-28"} }},
		{"overlaps", func(d *Draft) { d.Terms[1].From = "2024-03-01" }},
		{"calendar day", func(d *Draft) { d.Terms[0].From = "2023-02-29" }},
		{"calendar day", func(d *Draft) { d.Terms[0].From = "2022-3-1" }},
		{"calendar day", func(d *Draft) { d.Terms[0].To = "" }},
		{"year", func(d *Draft) { d.Terms[1].To = "9999-12-31" }},
		{"vacated", func(d *Draft) { d.Terms[1] = DraftTerm{"2028-03-02", "2030-03-01"} }},
		{"unknown kind", func(d *Draft) { d.Actions[0].Kind = "warned" }},
		{"instant", func(d *Draft) { d.Actions[0].From = "2025-02-01" }},
		{"instant", func(d *Draft) { d.Actions[0].From = "" }},
		{"ends before it begins", func(d *Draft) { d.Actions[0].Until = d.Actions[0].From }},
		{"unknown specialization", func(d *Draft) { d.Specializations = []string{"plumbing"} }},
		{"updated_at", func(d *Draft) { d.UpdatedAt = "yesterday" }},
		{"more than 200", func(d *Draft) { d.Terms = make([]DraftTerm, 1000) }},
		{"more than 200", func(d *Draft) { d.Actions = make([]DraftAction, 1000) }},
	} {
		d := good()
		test.spoil(&d)
		_, err := d.Record()
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v does not say %q", err, test.want)
		}
		if err != nil && (strings.Contains(err.Error(), "Jane") || (strings.Contains(err.Error(), "\u202e") || !utf8.ValidString(err.Error()))) {
			t.Errorf("error %q repeats the name", err)
		}
	}
}

func TestTheLastDayOnWhichATermMayBegin(t *testing.T) {
	d := Draft{Number: "MPSS123456", LegalName: "Jane Doe", Terms: []DraftTerm{{"2022-03-01", "2024-03-01"}, {"2028-03-01", "2030-02-28"}}}
	if _, err := d.Record(); err != nil {
		t.Errorf("a term may begin on the last day before the number is vacated: %v", err)
	}
}

func TestNamesOfManyShapes(t *testing.T) {
	for _, test := range []struct{ name, want string }{
		{"  María  José\tNúñez-O’Neil ", "María José Núñez-O’Neil"},
		{"مریم می\u200cخواهم", "مریم می\u200cخواهم"}, // a zero-width non-joiner is part of Persian spelling
		{"李小龍", "李小龍"},
		{"O", "O"},
		{"<script>alert(1)</script>", "<script>alert(1)</script>"}, // a name is text; the page escapes it
	} {
		r, err := Draft{Number: "123456", LegalName: test.name, Terms: []DraftTerm{{"2022-03-01", "2024-03-01"}}}.Record()
		if err != nil || r.LegalName() != test.want {
			t.Errorf("%q becomes %v, %v; want %q", test.name, r, err, test.want)
		}
	}
}
