package web

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/records/sample"
	"github.com/cmpss/registry/index"
)

// One question that is none is answered as that, with the place of what is wrong; the others are answered.
func TestBulkAnswersEveryQuestionForItself(t *testing.T) {
	f := newFixture(t, nil)
	for check, want := range map[string]string{
		`{"number":"MPSS12"}`:                   `0/number`,
		`{}`:                                    `0/number`,
		`null`:                                  `0/number`,
		`{"number":123456}`:                     `0/number`,
		`{"number":"MPSS123456","on":20250101}`: `0/on`,
		`{"number":"MPSS123456","on":"today"}`:  `0/on`,
		`{"number":"MPSS123456","on":"2027-01-01"}`:                 `0/on`,
		`{"number":"MPSS123456","name":["Jane"]}`:                   `0/name`,
		`{"number":"?","on":"?"}`:                                   `0/number 0/on`,
		`{"number":"MPSS123456","ssn":"1"}`:                         `0`,
		`"MPSS123456"`:                                              `0`,
		`[[{"number":"MPSS123456"}],{"x":"]}"}]`:                    `0`,
		`{"number":"1","name":"` + strings.Repeat("x", 2000) + `"}`: `0/number 0/name`,
	} {
		response := f.ask("POST", "/api/v1/verify", withBody("application/json", `{"checks":[`+check+`,{"number":"MPSS123456"}]}`))
		var got struct {
			Answers []struct {
				Answer string
				Errors []struct{ Pointer, Detail string }
			}
		}
		if err := json.Unmarshal([]byte(bodyOf(t, response)), &got); err != nil || response.StatusCode != 200 || len(got.Answers) != 2 {
			t.Errorf("%s: %d, %v, %+v", check, response.StatusCode, err, got)
			continue
		}
		var pointers []string
		for _, e := range got.Answers[0].Errors {
			if e.Detail == "" {
				t.Errorf("%s: nothing is said about %s", check, e.Pointer)
			}
			pointers = append(pointers, strings.TrimPrefix(e.Pointer, "#/checks/"))
		}
		if got.Answers[0].Answer != "malformed" || strings.Join(pointers, " ") != want || got.Answers[1].Answer != "issued" {
			t.Errorf("%s: %+v, want %s", check, got, want)
		}
	}
}

func TestBulk(t *testing.T) {
	f := newFixture(t, nil)
	response := f.ask("POST", "/api/v1/verify", withBody("application/json; charset=utf-8",
		`{"checks":[{"number":"MPSS999999"},{"number":"mpss 123456","name":"jane doe","on":"2024-04-15"},{"number":"?"},{"number":"123457","name":"","on":null},{}]}`))
	var got struct {
		Answers []struct {
			Answer string
			Record *struct{ Number, Status string }
			On     *struct{ Status string }
			Match  string `json:"name_match"`
		}
	}
	if err := json.Unmarshal([]byte(bodyOf(t, response)), &got); err != nil || response.StatusCode != 200 || len(got.Answers) != 5 {
		t.Fatalf("%d, %v, %+v", response.StatusCode, err, got)
	}
	a := got.Answers
	if a[0].Answer != "never-issued" || a[1].Record.Number != "MPSS123456" || a[1].On.Status != "lapsed" || a[1].Match != "exact" ||
		a[2].Answer != "malformed" || a[3].Record.Status != "lapsed" || a[3].On != nil || a[3].Match != "" || a[4].Answer != "malformed" {
		t.Errorf("%+v", a)
	}
	full := `{"checks":[` + strings.Repeat(`{"number":"MPSS123456"},`, 999) + `{"number":"MPSS999999"}]}`
	if response := f.ask("POST", "/api/v1/verify", withBody("application/json", full)); response.StatusCode != 200 {
		t.Errorf("a thousand checks: %d", response.StatusCode)
	}
	for what, c := range map[string]struct {
		status int
		body   string
	}{
		"empty":           {400, ``},
		"no JSON":         {400, `number=MPSS123456`},
		"array":           {400, `[{"number":"MPSS123456"}]`},
		"no checks":       {400, `{"checks":[]}`},
		"null":            {400, `{"checks":null}`},
		"other member":    {400, `{"number":"MPSS123456"}`},
		"unknown after":   {400, `{"checks":[{"number":"MPSS123456"}],"x":1}`},
		"something after": {400, `{"checks":[{"number":"MPSS123456"}]} {}`},
		"cut":             {400, `{"checks":[{"number":"MPSS123456"}`},
		"too many":        {413, `{"checks":[` + strings.Repeat(`{},`, 1000) + `{}]}`},
		"too large":       {413, `{"checks":[{"number":"` + strings.Repeat(" ", 1<<20) + `"}]}`},
		"deep":            {400, `{"checks":` + strings.Repeat("[", 100_000)},
	} {
		response := f.ask("POST", "/api/v1/verify", withBody("application/json", c.body))
		if response.StatusCode != c.status || response.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s, want %d", what, response.StatusCode, bodyOf(t, response), c.status)
		}
	}
	if got := f.ask("POST", "/api/v1/verify", withBody("text/plain", full)).StatusCode; got != 415 {
		t.Errorf("text/plain: %d", got)
	}
}

// FuzzScanChecks compares the quick reading of a body with the strict one: what the first reads, the second
// reads alike.
func FuzzScanChecks(f *testing.F) {
	for _, seed := range []string{
		`{"checks":[{"number":"MPSS123456"}]}`, ` { "checks" : [ {"number":"1","name":"Núñez","on":""} , {"on":"2026-01-01","number":"2","number":"3"} ] } `,
		`{"checks":[{"number":"1"}]`, `{"checks":[{"number":"1"},]}`, `{"checks":[{}]}`, `{"checks":[]}`, `{"checks":[{"number":"a\"b"}]}`, `{"checks":[{"name":null}]}`, `{"checks":[{"number":"1"}]} x`,
		`{"checks":[{"Number":"1"}]}`, `{"checks":[{"number":"1",}]}`, "{\"checks\":[{\"number\":\"\xff\"}]}", "{\"checks\":[{\"number\":\"\n\"}]}", `{"checks":[{"number" "1"}]}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		quick, ok := scanChecks(body)
		if !ok {
			return
		}
		strict, err := decodeChecks(strings.NewReader(body))
		if err != nil || !reflect.DeepEqual(quick, strict) {
			t.Fatalf("%q: %+v, want %+v (%v)", body, quick, strict, err)
		}
	})
}

// BenchmarkBulk is a roster of a thousand lines, each with a number, a name to compare and a day.
func BenchmarkBulk(b *testing.B) {
	var lines bytes.Buffer
	if err := sample.Write(&lines, maxChecks, 1); err != nil {
		b.Fatal(err)
	}
	var records []*certification.Record
	var body struct {
		Checks []map[string]string `json:"checks"`
	}
	for line := range bytes.Lines(lines.Bytes()) {
		var d certification.Draft
		if err := json.Unmarshal(line, &d); err != nil {
			b.Fatal(err)
		}
		r, err := d.Record()
		if err != nil {
			b.Fatal(err)
		}
		records = append(records, r)
		body.Checks = append(body.Checks, map[string]string{"number": d.Number, "name": strings.ToUpper(d.LegalName), "on": "2026-01-15"})
	}
	slices.SortFunc(records, func(x, y *certification.Record) int { return x.Number().Compare(y.Number()) })
	state := b.TempDir()
	if _, _, err := index.Write(context.Background(), state, records, read); err != nil {
		b.Fatal(err)
	}
	holder, err := index.OpenHolder(state)
	if err != nil {
		b.Fatal(err)
	}
	defer holder.Close()
	f := newFixture(b, func(o *Options) { o.Holder = holder })
	request, err := json.Marshal(body)
	if err != nil {
		b.Fatal(err)
	}
	before := processorTime(b)
	for b.Loop() {
		if response := f.ask("POST", "/api/v1/verify", withBody("application/json", string(request))); response.StatusCode != http.StatusOK {
			b.Fatal(response.Status)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/maxChecks, "ns/check")
	b.ReportMetric((processorTime(b)-before).Seconds()*1e3/float64(b.N), "cpu-ms")
}
