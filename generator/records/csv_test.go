package records_test

import (
	"strings"
	"testing"

	"github.com/cmpss/registry/generator/records"
)

func TestRowsOfANumberAreJoined(t *testing.T) {
	csv := header +
		"MPSS123456,Jane Doe,2022-03-01,2024-03-01,crisis-care,suspended,2023-02-01T09:00:00-08:00,2023-05-01T09:00:00-07:00\n" +
		"MPSS123457,\"Doe, John\",2024-03-01,2026-03-01,,,,\n" +
		"123456,Jane Doe,2024-03-02,2026-03-01,unhoused; crisis-care ;,suspended,2023-02-01T09:00:00-08:00,2023-05-01T09:00:00-07:00\n" +
		"mpss-123456, Jane Doe ,2024-03-02,2026-03-01,,under-investigation,2025-02-01T09:00:00-08:00,\n" +
		"MPSS123456,Jane Doe,,,,suspended,2025-02-02T09:00:00-08:00,\n"
	ndjson := `{"number":"MPSS123456","legal_name":"Jane Doe","terms":[{"from":"2022-03-01","to":"2024-03-01"},{"from":"2024-03-02","to":"2026-03-01"}],` +
		`"specializations":["crisis-care","unhoused"],"actions":[{"kind":"suspended","from":"2023-02-01T17:00:00Z","until":"2023-05-01T16:00:00Z"},` +
		`{"kind":"under-investigation","from":"2025-02-01T17:00:00Z"},{"kind":"suspended","from":"2025-02-02T17:00:00Z"}]}` + "\n" +
		`{"number":"MPSS123457","legal_name":"Doe, John","terms":[{"from":"2024-03-01","to":"2026-03-01"}]}` + "\n"
	got, want := mustRead(t, write(t, "a.csv", csv)), mustRead(t, write(t, "a.ndjson", ndjson))
	if describe("", got) != describe("", want) {
		t.Errorf("got\n%swant\n%s", describe("", got), describe("", want))
	}
	if got.Read != 2 {
		t.Errorf("%d entries read, not 2", got.Read)
	}
}

func TestRejectedRows(t *testing.T) {
	tests := []struct {
		name, rows string
		number     string
		line       string
		reason     string
	}{
		{"too few fields", "MPSS123456,Jane Doe,2024-03-01", "MPSS123456", "3", ":3: the row has 3 fields, not 8"},
		{"a comma in the name", "MPSS123456,Doe, Jane,2024-03-01,2026-03-01,,,,", "MPSS123456", "3", "the row has 9 fields, not 8"},
		{"no number", ",Jane Doe,2024-03-01,2026-03-01,,,,", "", "3", "column number"},
		{"bad number in a short row", "../x,Jane", "", "3", "the row has 2 fields, not 8; a comma in a value needs quotation marks around the value; column number"},
		{"two names", "MPSS123456,Jane Doe,2022-03-01,2024-03-01,,,,\nMPSS123456,Jane Roe,2024-03-02,2026-03-01,,,,", "MPSS123456", "4", ":4: the legal name is not that of line 3"},
		{"a bad row among good ones", "MPSS123456,Jane Doe,2022-03-01,2024-03-01,,,,\nMPSS123456,Jane Doe,2024-03-02", "MPSS123456", "4", ":4: the row has 3 fields"},
		{"two bad rows", "MPSS123456,Jane Doe,2022-03-01,2024-03-01,,,,\nMPSS123456,Jane\nMPSS123456,Jane Roe,,,,,,", "MPSS123456", "4", "a comma in a value needs quotation marks around the value; and on line 5: the legal name is not that of line 3"},
		{"overlap between rows", "MPSS123456,Jane Doe,2022-03-01,2024-03-01,,,,\nMPSS123456,Jane Doe,2024-03-01,2026-03-01,,,,", "MPSS123456", "4", ":4: term of 2024-03-01 overlaps"},
		{"a bad term after good ones", "MPSS123456,Jane Doe,2022-03-01,2024-03-01,,,,\nMPSS123456,Jane Doe,2024-03-02,2026-03-01,,,,\nMPSS123456,Jane Doe,03/02/2026,2028-03-01,,,,", "MPSS123456", "5", "term begins"},
		{"a bad action before its term", "MPSS123456,Jane Doe,,,,revoked,2025-01-01T00:00:00Z,\nMPSS123456,Jane Doe,,,,None,2025-01-01T00:00:00Z,\nMPSS123456,Jane Doe,2024-03-02,2026-03-01,,,,", "MPSS123456", "4", "unknown kind"},
		{"a bad area of the second row", "MPSS123456,Jane Doe,2022-03-01,2024-03-01,unhoused,,,\nMPSS123456,Jane Doe,2024-03-02,2026-03-01,nothing,,,", "MPSS123456", "4", "unknown specialization"},
		{"no term in two rows", "MPSS123456,Jane Doe,,,,revoked,2025-01-01T00:00:00Z,\nMPSS123456,Jane Doe,,,,suspended,2025-01-01T00:00:00Z,", "MPSS123456", "3", "no term"},
		{"no term", "MPSS123456,Jane Doe,,,,,,", "MPSS123456", "3", "no term"},
		{"half a term", "MPSS123456,Jane Doe,2024-03-01,,,,,", "MPSS123456", "3", "not a calendar day"},
		{"no name", "MPSS123456,,2024-03-01,2026-03-01,,,,", "MPSS123456", "3", "no legal name"},
		{"Latin-1", "MPSS123456,Jos\xe9 Doe,2024-03-01,2026-03-01,,,,", "MPSS123456", "3", "column legal_name is not valid UTF-8"},
		{"action without a beginning", "MPSS123456,Jane Doe,2024-03-01,2026-03-01,,revoked,,", "MPSS123456", "3", "action begins"},
		{"dates without an action", "MPSS123456,Jane Doe,2024-03-01,2026-03-01,,,2025-01-01T00:00:00Z,", "MPSS123456", "3", "no action"},
		{"unknown action", "MPSS123456,Jane Doe,2024-03-01,2026-03-01,,None,2025-01-01T00:00:00Z,", "MPSS123456", "3", `unknown kind of action "None"`},
		{"American date", "MPSS123456,Jane Doe,03/01/2024,2026-03-01,,,,", "MPSS123456", "3", "YYYY-MM-DD"},
		{"specializations separated by commas", `MPSS123456,Jane Doe,2024-03-01,2026-03-01,"unhoused,crisis-care",,,`, "MPSS123456", "3", "unknown specialization"},
		{"line break in a name", "MPSS123456,\"Jane\nDoe\",2024-03-01,2026-03-01,,,,", "MPSS123456", "3", "control"},
		{"bidirectional control", "MPSS123456,Jane \u202eeoD,2024-03-01,2026-03-01,,,,", "MPSS123456", "3", "bidirectional"},
		{"white space", "  ", "", "3", "the row has 1 fields"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := write(t, "a.csv", header+"MPSS000001,Jane Doe,2024-03-01,2026-03-01,,,,\n"+test.rows+"\nMPSS000002,Jane Doe,2024-03-01,2026-03-01,,,,\n")
			snapshot := mustRead(t, path)
			if snapshot.Read != 3 || len(snapshot.Rejections) != 1 {
				t.Fatalf("%d read, rejections: %v", snapshot.Read, snapshot.Rejections)
			}
			rejection := snapshot.Rejections[0]
			if rejection.Place != path+":"+test.line || rejection.Number.String() != test.number || !strings.Contains(rejection.Error(), test.reason) {
				t.Errorf("expected %q: %s: %v", test.reason, rejection.Number, rejection)
			}
			if strings.Contains(rejection.Error(), "Jane") || strings.Contains(rejection.Error(), "\n") {
				t.Errorf("the message is not one line without names: %q", rejection.Error())
			}
			want := "MPSS000001 MPSS000002"
			if test.number != "" {
				want += " " + test.number + "?"
			}
			if got := numbers(snapshot); got != want {
				t.Errorf("the records are %s, not %s", got, want)
			}
		})
	}
}

// A formula in a name is text like any other here; what shows it must not run it.
func TestFormulaIsOnlyAName(t *testing.T) {
	snapshot := mustRead(t, write(t, "a.csv", header+`MPSS123456,"=HYPERLINK(""http://x"",""<b>"")",2024-03-01,2026-03-01,,,,`+"\n"))
	if got, want := snapshot.Records[0].LegalName(), `=HYPERLINK("http://x","<b>")`; got != want {
		t.Errorf("%s, not %s", got, want)
	}
}

func TestTooManyBadRowsRefuseTheFile(t *testing.T) {
	_, err := read(write(t, "a.csv", header+strings.Repeat("x\n", records.MaxRejections+1)))
	if err == nil || !strings.Contains(err.Error(), "more than 100000 rows are rejected") {
		t.Errorf("%v", err)
	}
}

func FuzzCSV(f *testing.F) {
	f.Add(header + "MPSS123456,Jane Doe,2022-03-01,2024-03-01,unhoused;crisis-care,suspended,2023-02-01T09:00:00-08:00,\nMPSS123456,Jane Doe,2024-03-02,2026-03-01,,,,\n")
	f.Add(header + "MPSS123456,\"Jane \"\"J\"\" Doe\",2022-03-01,2024-03-01,,,,\r\n,,,,,,,\r\nMPSS1234567,x\r\n")
	f.Add("\ufeffnumber;legal_name\n")
	f.Fuzz(func(t *testing.T, content string) {
		path := write(t, "a.csv", content)
		checkSnapshot(t, path, content)
	})
}
