package roster

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cmpss/registry/generator/certification"
)

// now is 2026-11-22, half past twelve in Los Angeles.
var now = time.Date(2026, 11, 22, 20, 30, 0, 0, time.UTC)

// registry answers from a few records. Number 999998 cannot be confirmed.
func registry(t testing.TB) LookUp {
	t.Helper()
	term := func(days ...string) []certification.DraftTerm {
		var terms []certification.DraftTerm
		for i := 0; i < len(days); i += 2 {
			terms = append(terms, certification.DraftTerm{From: days[i], To: days[i+1]})
		}
		return terms
	}
	records := make(map[string]*certification.Record)
	for _, d := range []certification.Draft{
		{Number: "MPSS100001", LegalName: "Jane Doe", Terms: term("2022-03-01", "2024-02-29", "2025-03-01", "2027-02-28")},
		{Number: "MPSS100002", LegalName: "=Sue Spended", Terms: term("2025-03-01", "2027-02-28"), Actions: []certification.DraftAction{{Kind: "suspended", From: "2026-02-01T09:00:00-08:00"}}},
		{Number: "MPSS100003", LegalName: "So On", Terms: term("2025-02-21", "2027-02-20")}, // 90 days from now
		{Number: "MPSS100004", LegalName: "Ann Alleged", Terms: term("2025-03-01", "2026-12-31", "2027-01-01", "2028-12-31"), Actions: []certification.DraftAction{{Kind: "under-investigation", From: "2026-02-01T09:00:00-08:00"}}},
	} {
		r, err := d.Record()
		if err != nil {
			t.Fatal(err)
		}
		records[r.Number().String()] = r
	}
	unavailable, _ := certification.ParseNumber("MPSS100005")
	records["MPSS100005"] = certification.NewUnavailable(unavailable, false)
	return func(_ context.Context, n certification.Number) (Finding, error) {
		if n.String() == "MPSS999998" {
			return Finding{}, errors.New("the line is dead")
		}
		if r := records[n.String()]; r != nil {
			s, issued := certification.StatementAt(r, now, now)
			return Finding{Issued: issued, Statement: s}, nil
		}
		return Finding{Confirmed: now, Reliable: now.Add(time.Hour)}, nil
	}
}

func check(t testing.TB, lines ...Line) []Result {
	t.Helper()
	for i := range lines {
		lines[i].Line = i + 1
	}
	results, err := Check(context.Background(), lines, now, registry(t), 4, nil)
	if err != nil {
		t.Fatal(err)
	}
	return results
}

func TestAttention(t *testing.T) {
	for _, c := range []struct {
		number, name, on string
		answer           Answer
		attention        string
	}{
		{"MPSS100001", "", "", Issued, ""},
		{"mpss 100-001", "JANE DOE", "", Issued, ""},
		{"MPSS100001", "Doe, Jane", "", Issued, "name-close"},
		{"MPSS100001", "John Roe", "", Issued, "name-differs"},
		{"MPSS100001", "—", "", Issued, "name-differs"},
		{"MPSS100001", "", "2024-02-29", Issued, ""},
		{"MPSS100001", "", "2024-03-01", Issued, "not-valid"},
		{"MPSS100001", "", "2020-01-01", Issued, "not-valid"},
		{"MPSS100001", "", "2026-11-22", Issued, ""},
		{"MPSS100001", "", "2026-11-23", Malformed, "future-day"},
		{"MPSS100001", "", "11/22/2026", Malformed, "malformed-day"},
		{"MPSS100001", strings.Repeat("é", 601), "", Malformed, "long-name"},
		{"12", "", "x", Malformed, "malformed-number malformed-day"},
		{"", "", "", Malformed, "malformed-number"},
		{"MPSS100002", "Sue Spended", "", Issued, "not-valid"},
		{"MPSS100002", "", "2026-01-31", Issued, ""}, // not valid now, but then
		{"MPSS100003", "", "", Issued, "expires-soon"},
		{"MPSS100003", "", "2026-11-22", Issued, ""},
		{"MPSS100004", "", "", Issued, "under-investigation"}, // the renewal is on file
		{"MPSS100005", "Anyone", "2024-01-01", Issued, "unavailable"},
		{"MPSS100006", "", "", NeverIssued, "never-issued"},
		{"MPSS999998", "", "", Unconfirmed, "unconfirmed"},
	} {
		r := check(t, Line{Number: c.number, Name: c.name, On: c.on})[0]
		if got := joined(r.Attention); got != c.attention || r.Answer != c.answer {
			t.Errorf("%+v: %s %q", c, r.Answer, got)
		}
	}
}

func TestCheckPutsFirstWhatNeedsAttention(t *testing.T) {
	results := check(t, Line{Number: "MPSS100001"}, Line{Number: "MPSS100003"}, Line{Number: "x"}, Line{Number: "MPSS100001"}, Line{Number: "MPSS100001", On: "2026-01-01"},
		Line{Number: "MPSS100006"}, Line{Number: "MPSS100002"}, Line{Number: "y"}, Line{Number: "100002"})
	var order []int
	for _, r := range results {
		order = append(order, r.Line.Line)
	}
	if want := []int{7, 9, 6, 3, 8, 2, 4, 1, 5}; !slices.Equal(order, want) {
		t.Errorf("order %v, want %v", order, want)
	}
	if got := joined(results[1].Attention) + "," + joined(results[6].Attention); got != "not-valid repeated,repeated" {
		t.Errorf("repeated: %s", got)
	}
}

func TestCheckAsksOnceForEachNumberAndStops(t *testing.T) {
	var asked, told atomic.Int64
	inner := registry(t)
	lookUp := func(ctx context.Context, n certification.Number) (Finding, error) {
		asked.Add(1)
		return inner(ctx, n)
	}
	lines := make([]Line, 300)
	for i := range lines {
		lines[i] = Line{Line: i + 1, Number: fmt.Sprint(100001 + i%100)}
	}
	if _, err := Check(context.Background(), lines, now, lookUp, 8, func(done, total int) { told.Add(1) }); err != nil || asked.Load() != 100 || told.Load() != 100 {
		t.Errorf("%v, %d asked, %d told", err, asked.Load(), told.Load())
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Check(ctx, lines, now, lookUp, 8, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

// Whatever stands in a roster, every line is answered, the file of the answers is read back as it was written, and
// nothing of it that is not the registry's is a formula, also where a spreadsheet cuts it at another mark.
func TestAnswersAsCSV(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("=+-@＝＋－＠ ,;|\t\r\n\"'A1é\u00a0")))
		numbers := rapid.OneOf(text, rapid.SampledFrom([]string{"MPSS100001", "#100002", "MPSS100005", "MPSS999998", "100006"}))
		days := rapid.OneOf(text, rapid.SampledFrom([]string{"", "2024-02-29", "2026-11-23"}))
		var lines []Line
		for range rapid.IntRange(0, 6).Draw(r, "lines") {
			lines = append(lines, Line{Number: numbers.Draw(r, "number"), Name: text.Draw(r, "name"), On: days.Draw(r, "on")})
		}
		results := check(t, lines...)
		body := string(AppendCSV(nil, results))
		reader := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\ufeff")))
		rows, err := reader.ReadAll()
		if err != nil || len(rows) != len(lines)+1 {
			r.Fatalf("%v: %d rows of %d lines\n%s", err, len(rows), len(lines), body)
		}
		for _, cells := range rows[1:] {
			for _, cell := range cells {
				for _, part := range strings.FieldsFunc(cell, func(c rune) bool { return strings.ContainsRune(",;|\t\r\n\"", c) }) {
					if part = strings.TrimLeft(part, " \u00a0"); part != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(part)[0]) {
						r.Fatalf("%q could be a formula", cell)
					}
				}
			}
		}
	})
}
