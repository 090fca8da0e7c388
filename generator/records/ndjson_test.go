package records_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/records"
)

// A line that breaks a rule is rejected by place and reason; its number, if it can be read,
// becomes unavailable; the lines around it stand.
func TestRejectedLines(t *testing.T) {
	const terms = `"terms":[{"from":"2024-03-01","to":"2026-03-01"}]`
	tests := []struct {
		name, line string
		number     string // of the rejection
		reason     string
	}{
		{"not JSON", `Jane Doe`, "", "byte 1: expected an object"},
		{"an array", `[{"number":"MPSS123456"}]`, "", "expected an object"},
		{"a string", `"MPSS123456"`, "", "expected an object"},
		{"null", `null`, "", "expected an object"},
		{"nothing in it", `{}`, "", "no legal name"},
		{"no number", `{"legal_name":"Jane Doe",` + terms + `}`, "", "not a certification number"},
		{"a number out of the folder", `{"number":"../../etc/MPSS123456","legal_name":"Jane Doe",` + terms + `}`, "", "not a certification number"},
		{"a number that is a JSON number", `{"number":123456,"legal_name":"Jane Doe",` + terms + `}`, "", "expected a text"},
		{"unknown key", `{"number":"MPSS123456","legal_name":"Jane Doe",` + terms + `,"birth_date":"1970-01-01"}`, "MPSS123456", `unknown key "birth_date"`},
		{"unknown key before the number", `{"x":[{"y":"}]"},null,1e5],"number":"MPSS123456","legal_name":"Jane Doe",` + terms + `}`, "MPSS123456", `unknown key "x"`},
		{"key in another case", `{"Number":"MPSS123456","legal_name":"Jane Doe",` + terms + `}`, "", `unknown key "Number"`},
		{"unknown key of a term", `{"number":"MPSS123456","legal_name":"Jane Doe","terms":[{"from":"2024-03-01","until":"2026-03-01"}]}`, "MPSS123456", `unknown key "until"`},
		{"unknown key of an action", `{"number":"MPSS123456","legal_name":"Jane Doe",` + terms + `,"actions":[{"kind":"revoked","from":"2025-01-01T00:00:00Z","to":"x"}]}`, "MPSS123456", `unknown key "to"`},
		{"key twice", `{"number":"MPSS123456","legal_name":"Jane Doe",` + terms + `,"legal_name":"John Doe"}`, "MPSS123456", `"legal_name" stands twice`},
		{"escaped key twice", `{"number":"MPSS123456","legal_name":"Jane Doe",` + terms + `,"\u006cegal_name":"John Doe"}`, "MPSS123456", `"legal_name" stands twice`},
		{"number twice", `{"number":"MPSS123456","number":"MPSS123457","legal_name":"Jane Doe",` + terms + `}`, "MPSS123456", `"number" stands twice`},
		{"two records in a line", strings.TrimSpace(line("MPSS123456")) + line("MPSS123457"), "MPSS123456", "something follows"},
		{"trailing comma", `{"number":"MPSS123456","legal_name":"Jane Doe",` + terms + `,}`, "MPSS123456", "expected"},
		{"single quotation marks", `{'number':'MPSS123456'}`, "", "expected"},
		{"cut in the middle of the file", `{"number":"MPSS123456","legal_name":"Ja`, "MPSS123456", "ends in the middle"},
		{"bad UTF-8", `{"number":"MPSS123456","legal_name":"Jos` + "\xe9" + `",` + terms + `}`, "MPSS123456", "byte 41: not valid UTF-8"},
		{"half a surrogate pair", `{"number":"MPSS123456","legal_name":"Jos\ud800",` + terms + `}`, "MPSS123456", "surrogate"},
		{"surrogates the wrong way round", `{"number":"MPSS123456","legal_name":"Jos\udc00\ud800",` + terms + `}`, "MPSS123456", "surrogate"},
		{"control character", `{"number":"MPSS123456","legal_name":"Jane` + "\x01" + `",` + terms + `}`, "MPSS123456", "control character"},
		{"NUL", "{\"number\":\"MPSS123456\"\x00}", "MPSS123456", "expected"},
		{"bidirectional control", `{"number":"MPSS123456","legal_name":"Jane \u202eeoD",` + terms + `}`, "MPSS123456", "bidirectional"},
		{"no name", `{"number":"MPSS123456","legal_name":" ",` + terms + `}`, "MPSS123456", "no legal name"},
		{"null for a name", `{"number":"MPSS123456","legal_name":null,` + terms + `}`, "MPSS123456", "no legal name"},
		{"name of 10,000 characters", `{"number":"MPSS123456","legal_name":"` + strings.Repeat("x", 10_000) + `",` + terms + `}`, "MPSS123456", "10000 characters"},
		{"no terms", `{"number":"MPSS123456","legal_name":"Jane Doe"}`, "MPSS123456", "no term"},
		{"null for terms", `{"number":"MPSS123456","legal_name":"Jane Doe","terms":null}`, "MPSS123456", "no term"},
		{"null for a term", `{"number":"MPSS123456","legal_name":"Jane Doe","terms":[null]}`, "MPSS123456", "expected an object"},
		{"terms that are no array", `{"number":"MPSS123456","legal_name":"Jane Doe","terms":{"from":"2024-03-01","to":"2026-03-01"}}`, "MPSS123456", "expected an array"},
		{"impossible date", `{"number":"MPSS123456","legal_name":"Jane Doe","terms":[{"from":"2023-02-29","to":"2026-03-01"}]}`, "MPSS123456", "2023-02-29"},
		{"term that ends before it begins", `{"number":"MPSS123456","legal_name":"Jane Doe","terms":[{"from":"2024-03-01","to":"2024-02-29"}]}`, "MPSS123456", "ends before it begins"},
		{"overlapping terms", `{"number":"MPSS123456","legal_name":"Jane Doe","terms":[{"from":"2024-03-01","to":"2026-03-01"},{"from":"2026-03-01","to":"2028-03-01"}]}`, "MPSS123456", "overlaps"},
		{"term after the number was vacated", `{"number":"MPSS123456","legal_name":"Jane Doe","terms":[{"from":"2010-03-01","to":"2012-03-01"},{"from":"2016-03-02","to":"2018-03-01"}]}`, "MPSS123456", "vacated"},
		{"unknown kind", `{"number":"MPSS123456","legal_name":"Jane Doe",` + terms + `,"actions":[{"kind":"warned","from":"2025-01-01T00:00:00Z"}]}`, "MPSS123456", `"warned"`},
		{"action without an offset", `{"number":"MPSS123456","legal_name":"Jane Doe",` + terms + `,"actions":[{"kind":"revoked","from":"2025-01-01T00:00:00"}]}`, "MPSS123456", "RFC 3339"},
		{"unknown specialization", `{"number":"MPSS123456","legal_name":"Jane Doe",` + terms + `,"specializations":["Crisis-Care"]}`, "MPSS123456", "specialization"},
		{"null for a specialization", `{"number":"MPSS123456","legal_name":"Jane Doe",` + terms + `,"specializations":[null]}`, "MPSS123456", "expected a text"},
		{"sample that is a text", `{"number":"MPSS123456","legal_name":"Jane Doe",` + terms + `,"sample":"true"}`, "MPSS123456", "true or false"},
		{"updated at no instant", `{"number":"MPSS123456","legal_name":"Jane Doe",` + terms + `,"updated_at":"yesterday"}`, "MPSS123456", "updated_at"},
		{"deep", `{"number":"MPSS123456","x":` + strings.Repeat("[", 500_000), "MPSS123456", "unknown key"},
		{"longest line allowed", `{"number":"MPSS123456","legal_name":"` + strings.Repeat("x", 1<<20-39) + `"}`, "MPSS123456", "characters"},
		{"one byte longer", `{"number":"MPSS123456","legal_name":"` + strings.Repeat("x", 1<<20-38) + `"}`, "MPSS123456", "longer than 1048576 bytes"},
		{"far too long", `{"number":"MPSS123456","legal_name":"` + strings.Repeat("x", 5<<20), "MPSS123456", "longer than 1048576 bytes"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := write(t, "a.ndjson", line("MPSS000001")+strings.TrimSpace(test.line)+"\n"+line("MPSS000002")+line("MPSS000003"))
			snapshot := mustRead(t, path)
			if snapshot.Read != 4 || len(snapshot.Rejections) != 1 {
				t.Fatalf("%d read, rejections: %v", snapshot.Read, snapshot.Rejections)
			}
			rejection := snapshot.Rejections[0]
			if rejection.Place != path+":2" || rejection.Number.String() != test.number || !strings.Contains(rejection.Error(), test.reason) {
				t.Errorf("expected %q: %s: %v", test.reason, rejection.Number, rejection)
			}
			if message := rejection.Error(); strings.ContainsAny(message, "\n\x00") || len(message) > 500 || strings.Contains(message, "Doe") {
				t.Errorf("the message is not one short line without names: %q", message)
			}
			want := "MPSS000001 MPSS000002 MPSS000003"
			if test.number != "" {
				want += " " + test.number + "?"
			}
			if got := numbers(snapshot); got != want {
				t.Errorf("the records are %s, not %s", got, want)
			}
		})
	}
}

// numbers lists the records, those that are unavailable with a question mark.
func numbers(s *records.Snapshot) string {
	var list []string
	for _, r := range s.Records {
		name := r.Number().String()
		if r.IsUnavailable() {
			name += "?"
		}
		list = append(list, name)
	}
	return strings.Join(list, " ")
}

// No line of a number that stands twice is believed, though the others agree or are bad themselves.
func TestDuplicateNumbers(t *testing.T) {
	twin := strings.Replace(line("#mpss-000 001"), "Jane", "Joan", 1)
	bad := `{"number":"MPSS000001","legal_name":""}` + "\n"
	path := write(t, "a.ndjson", line("MPSS000001")+line("MPSS000002")+twin+"\n"+bad+line("MPSS000003")+line("MPSS000003"))
	snapshot := mustRead(t, path)
	if got, want := numbers(snapshot), "MPSS000001? MPSS000002 MPSS000003?"; got != want {
		t.Errorf("the records are %s, not %s", got, want)
	}
	want := []struct{ line, other, number int }{{1, 3, 1}, {3, 1, 1}, {5, 1, 1}, {6, 7, 3}, {7, 6, 3}}
	if len(snapshot.Rejections) != len(want) || snapshot.Read != 6 {
		t.Fatalf("%d read, rejections: %v", snapshot.Read, snapshot.Rejections)
	}
	for i, r := range snapshot.Rejections {
		place, other := fmt.Sprintf("%s:%d", path, want[i].line), fmt.Sprintf("%s:%d:", path, want[i].other)
		number := fmt.Sprintf("MPSS00000%d", want[i].number)
		if r.Place != place || r.Number.String() != number || !strings.Contains(r.Error(), other) {
			t.Errorf("expected %s, which names %s: %v", place, other, r)
		}
	}
	if reason := snapshot.Rejections[2].Error(); !strings.Contains(reason, "no legal name") {
		t.Errorf("the line's own fault is not told: %s", reason)
	}
}

func TestUnavailableRecordsStaySamples(t *testing.T) {
	synthetic := func(number, name string) string {
		return fmt.Sprintf(`{"number":%q,"sample":true,"legal_name":%q,"terms":[{"from":"2024-03-01","to":"2026-03-01"}]}`+"\n", number, name)
	}
	snapshot := mustRead(t, write(t, "a.ndjson", synthetic("MPSS000001", "")+synthetic("MPSS000002", "A")+synthetic("MPSS000002", "B")+line("MPSS000003")))
	for i, want := range []bool{true, true, false} {
		if got := snapshot.Records[i].IsSample(); got != want {
			t.Errorf("%s: sample is %t", snapshot.Records[i].Number(), got)
		}
	}
}

func TestTooManyRejectionsRefuseTheFile(t *testing.T) {
	_, err := read(write(t, "a.ndjson", line("MPSS000001")+strings.Repeat("x\n", records.MaxRejections+1)))
	if err == nil || !strings.Contains(err.Error(), "more than 100000 lines are rejected") {
		t.Errorf("%v", err)
	}
}

func FuzzNDJSON(f *testing.F) {
	f.Add(line("MPSS123456") + line("MPSS123457"))
	f.Add(line("MPSS123456") + line("MPSS123456"))
	f.Add("\ufeff\r\n" + line("MPSS123456") + `{"number":"MPSS123457","x":[{}]}`)
	f.Fuzz(func(t *testing.T, content string) {
		path := write(t, "a.ndjson", content)
		checkSnapshot(t, path, content)
	})
}

// checkSnapshot reads the file and holds what comes to the promises of a snapshot.
func checkSnapshot(t *testing.T, path, content string) {
	snapshot, err := read(path)
	if err != nil {
		if snapshot != nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%v with the error %v", snapshot, err)
		}
		return
	}
	if len(snapshot.Records) == 0 || snapshot.Read > strings.Count(content, "\n")+1 || len(snapshot.Rejections) > snapshot.Read {
		t.Errorf("%d records and %d rejections of %d read", len(snapshot.Records), len(snapshot.Rejections), snapshot.Read)
	}
	unavailable := map[certification.Number]bool{}
	for _, r := range snapshot.Rejections {
		if r.Reason == nil || !strings.HasPrefix(r.Place, path+":") {
			t.Errorf("rejection without a place and a reason: %+v", r)
		}
		if !r.Number.IsZero() {
			unavailable[r.Number] = true
		}
	}
	var last certification.Number
	for _, r := range snapshot.Records {
		if last.Compare(r.Number()) >= 0 {
			t.Errorf("%s comes before %s", last, r.Number())
		}
		last = r.Number()
		if r.IsUnavailable() != unavailable[r.Number()] {
			t.Errorf("%s: unavailable is %t, rejected is %t", last, r.IsUnavailable(), unavailable[last])
		}
		delete(unavailable, last)
	}
	if len(unavailable) > 0 {
		t.Errorf("rejected numbers without a record: %v", unavailable)
	}
	again, err := read(path)
	if err != nil || describe(path, again) != describe(path, snapshot) || again.Position != snapshot.Position {
		t.Errorf("a second read differs: %v", err)
	}
}
