package render

import (
	"bytes"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cmpss/registry/generator/certification"
)

// anyStatement draws a statement with a name that may be anything, whether or not a record
// could have it.
func anyStatement(t *rapid.T) certification.Statement {
	digits := rapid.StringMatching(`[0-9]{6,9}`).Draw(t, "digits")
	number, err := certification.ParseNumber(digits)
	if err != nil {
		t.Fatal(err)
	}
	moment := func(label string) time.Time {
		second := rapid.Int64Range(1_500_000_000, 2_000_000_000).Draw(t, label)
		if rapid.Bool().Draw(t, label+" at midnight") {
			return certification.DateOf(time.Unix(second, 0)).Start()
		}
		return time.Unix(second, rapid.Int64Range(0, 999_999_999).Draw(t, label+" ns")).UTC()
	}
	day := func(label string) certification.Date {
		return certification.Date(rapid.IntRange(-20_000, 80_000).Draw(t, label))
	}
	s := certification.Statement{
		Number:     number,
		Status:     rapid.SampledFrom(certification.Published()).Draw(t, "status"),
		ThisUpdate: moment("this_update"),
		NextUpdate: moment("next_update"),
		Sample:     rapid.Bool().Draw(t, "sample"),
	}
	if rapid.Bool().Draw(t, "changes") {
		s.NextChange = moment("next_change")
	}
	if s.Status == certification.Unavailable {
		return s
	}
	s.LegalName = rapid.OneOf(
		rapid.String(),
		rapid.StringMatching(`[A-Za-z'"<>&+=();:/\\ -]{0,300}`),
		rapid.SampledFrom([]string{hostileName, "<script>alert(1)</script>", "=cmd()", "محمد بن عبد الله", strings.Repeat("田", 300), "a\x00b", "\xff\xfe", slotName.mark()}),
	).Draw(t, "name")
	s.Actions = certification.Actions(rapid.IntRange(0, 7).Draw(t, "actions"))
	s.Specializations = certification.Specializations(rapid.IntRange(0, 15).Draw(t, "areas"))
	s.Term = certification.Term{From: day("from"), To: day("to")}
	if rapid.Bool().Draw(t, "renewed") {
		s.Renewal = certification.Term{From: day("renewal from"), To: day("renewal to")}
	}
	for range rapid.IntRange(0, 5).Draw(t, "intervals") {
		s.History = append(s.History, certification.Interval{
			From: moment("from"), Until: moment("until"),
			Status: rapid.SampledFrom(certification.Published()).Draw(t, "was"),
		})
	}
	if n := len(s.History); n > 0 {
		s.History[n-1].Until = time.Time{}
	}
	return s
}

// The way in which a hundred thousand pages are made gives what html/template gives.
func TestAppendRecordEqualsTemplate(t *testing.T) {
	r := renderer(t)
	rapid.Check(t, func(t *rapid.T) {
		s := anyStatement(t)
		language := rapid.SampledFrom(languages).Draw(t, "language")
		plain, err := r.editions[language].plainRecord(&s)
		if err != nil {
			t.Fatal(err)
		}
		quick, err := r.AppendRecord([]byte("before"), language, &s)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(quick, append([]byte("before"), plain...)) {
			t.Fatalf("html/template writes …%s…, AppendRecord …%s…", firstDifference(append([]byte("before"), plain...), quick), firstDifference(quick, append([]byte("before"), plain...)))
		}
	})
}

func TestAppendResultEqualsTemplate(t *testing.T) {
	r := renderer(t)
	rapid.Check(t, func(t *rapid.T) {
		s := anyStatement(t)
		e := r.editions[rapid.SampledFrom(languages).Draw(t, "language")]
		match := rapid.SampledFrom([]NameMatch{NoName, ExactName, CloseName, OtherName}).Draw(t, "match")
		plain, err := e.plainResult(&s, match)
		if err != nil {
			t.Fatal(err)
		}
		if quick := e.appendResult(nil, &s, match); !bytes.Equal(quick, plain) {
			t.Fatalf("html/template writes …%s…, appendResult …%s…", firstDifference(plain, quick), firstDifference(quick, plain))
		}
	})
}

func TestAppendRecordRefuses(t *testing.T) {
	r := renderer(t)
	good := cases()[0].statement(t)
	notIssued, numberless, strange := good, good, good
	notIssued.Status = certification.NotIssued
	numberless.Number = certification.Number{}
	strange.Actions = 1 << 6
	for name, s := range map[string]certification.Statement{"not issued": notIssued, "no number": numberless, "unknown action": strange} {
		if page, err := r.AppendRecord(nil, "en", &s); err == nil || len(page) > 0 {
			t.Errorf("%s: %d bytes, error %v", name, len(page), err)
		}
	}
	if _, err := r.AppendRecord(nil, "fr", &good); err == nil {
		t.Error("a language that the site does not have was accepted")
	}
}

// A page says nothing about a status without the time it was confirmed and the time until
// which it may be relied on, for a person and for a script.
func TestRecordCarriesItsTimes(t *testing.T) {
	r := renderer(t)
	for _, c := range cases() {
		s := c.statement(t)
		page := string(record(t, r, "en", &s))
		for _, want := range []string{
			`data-until="` + s.ReliableUntil().UTC().Format(time.RFC3339) + `"`,
			`data-confirmed="` + s.ThisUpdate.UTC().Format(time.RFC3339) + `"`,
			`data-status="` + s.Status.String() + `"`,
			`<meta name="robots" content="noindex, noarchive">`,
		} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the page lacks %s", c.name, want)
			}
		}
		sentence := heading(t, page)
		if day := string(r.first().calendar.appendDate(nil, certification.DateOf(s.ThisUpdate))); !strings.Contains(sentence, day) {
			t.Errorf("%s: the first sentence has no date: %q", c.name, sentence)
		}
		if valid := strings.Contains(sentence, "is valid through"); valid != s.Valid() {
			t.Errorf("%s: the first sentence is %q", c.name, sentence)
		}
		if strings.Contains(page, "An allegation is not a finding") != s.Actions.Has(certification.UnderInvestigation) {
			t.Errorf("%s: the sentence about an allegation stands where it should not, or lacks", c.name)
		}
		if strings.Contains(page, "This is sample data") != s.Sample {
			t.Errorf("%s: sample %v, banner otherwise", c.name, s.Sample)
		}
	}
}

func TestWholeDay(t *testing.T) {
	for _, c := range []struct {
		instant string
		day     string // "" if the instant is none's beginning
	}{
		{"2026-03-08T08:00:00Z", "2026-03-08"}, // clocks go forward later that day
		{"2026-03-09T07:00:00Z", "2026-03-09"},
		{"2026-11-01T07:00:00Z", "2026-11-01"}, // clocks go back later that day
		{"2026-11-02T08:00:00Z", "2026-11-02"},
		{"2026-11-01T08:00:00Z", ""},
		{"2026-03-09T07:00:00.5Z", ""},
		{"2026-03-09T07:00:01Z", ""},
		{"1900-01-01T08:00:00Z", "1900-01-01"},
	} {
		at, err := time.Parse(time.RFC3339Nano, c.instant)
		if err != nil {
			t.Fatal(err)
		}
		day, whole := wholeDay(at)
		if whole != (c.day != "") || whole && day.String() != c.day {
			t.Errorf("wholeDay(%s) = %v, %v", c.instant, day, whole)
		}
	}
	if _, whole := wholeDay(time.Time{}); whole {
		t.Error("the zero time begins a day")
	}
}

// The table of a history tells days as days and instants as instants, the last day covered
// and not the first one after it, newest first.
func TestHistoryRows(t *testing.T) {
	for _, c := range cases() {
		if c.name != "revoked" {
			continue
		}
		s := c.statement(t)
		page := string(record(t, renderer(t), "en", &s))
		var last int
		for _, want := range []string{
			"Revoked</th>", "June 1, 2026 at 5:00 p.m. Pacific time", "No later change",
			"Active</th>", "May 1, 2023 at 9:00 a.m.", "June 1, 2026 at 5:00 p.m.",
			"Suspended</th>", "February 1, 2023 at 9:00 a.m.", "May 1, 2023 at 9:00 a.m.",
			"Active</th>", `<time datetime="2022-03-01">March 1, 2022</time>`, "February 1, 2023 at 9:00 a.m.",
		} {
			at := strings.Index(page[last:], want)
			if at < 0 {
				t.Fatalf("after byte %d the page lacks %q", last, want)
			}
			last += at
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	r := renderer(t)
	s := cases()[0].statement(t)
	want := record(t, r, "es", &s)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			var buffer []byte
			for range 50 {
				var err error
				buffer, err = r.AppendRecord(buffer[:0], "es", &s)
				if err != nil || !bytes.Equal(buffer, want) {
					t.Error("a page made beside others differs")
					return
				}
				if _, err := r.AppendSearch(nil, "en", SearchPage{Query: "a", Total: 1, Results: []certification.Statement{s}}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
}

// Loading the same theme again gives the same pages and the same digest; another theme,
// version or address gives another digest.
func TestDigest(t *testing.T) {
	r := renderer(t)
	load := func(change func(files map[string][]byte, o *Options)) *Renderer {
		t.Helper()
		files, options := themeCopy(t), testOptions
		options.Languages = slices.Clone(languages)
		plain := make(map[string][]byte)
		for name, file := range files {
			plain[name] = file.Data
		}
		change(plain, &options)
		for name := range files {
			files[name].Data = plain[name]
		}
		loaded, err := Load(files, library(t), options)
		if err != nil {
			t.Fatal(err)
		}
		return loaded
	}
	replace := func(file, old, text string) func(map[string][]byte, *Options) {
		return func(files map[string][]byte, _ *Options) {
			if !bytes.Contains(files[file], []byte(old)) {
				t.Fatalf("%s lacks %q", file, old)
			}
			files[file] = bytes.Replace(files[file], []byte(old), []byte(text), 1)
		}
	}
	if again := load(func(map[string][]byte, *Options) {}); again.Digest() != r.Digest() {
		t.Error("the same theme has two digests")
	}
	for name, change := range map[string]func(map[string][]byte, *Options){
		"version":     func(_ map[string][]byte, o *Options) { o.Version = "other" },
		"address":     func(_ map[string][]byte, o *Options) { o.BaseURL = "https://other.example" },
		"languages":   func(_ map[string][]byte, o *Options) { o.Languages = []string{"es", "en"} },
		"style":       replace("assets/style.css", "--page: #f6f7f9", "--page: #f6f7f8"),
		"template":    replace("templates/record.html", `class="banner"`, `class="banner big"`),
		"translation": replace("translations/es.toml", `month12 = "diciembre"`, `month12 = "Diciembre"`),
		"area":        replace("translations/en.toml", "Peer Services for Unhoused", "Peer services for unhoused"),
	} {
		if load(change).Digest() == r.Digest() {
			t.Errorf("another %s has the same digest", name)
		}
	}
	searchOnly := load(replace("translations/en.toml", "Try the family name alone", "Try only the family name"))
	if searchOnly.Digest() != r.Digest() {
		t.Error("the digest changed with a text that stands on no record page: every page would be made again")
	}
}

func record(t testing.TB, r *Renderer, language string, s *certification.Statement) []byte {
	t.Helper()
	page, err := r.AppendRecord(nil, language, s)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func BenchmarkRecord(b *testing.B) {
	r := renderer(b)
	var statements []certification.Statement
	for _, c := range cases() {
		statements = append(statements, c.statement(b))
	}
	var buffer []byte
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		var err error
		if buffer, err = r.AppendRecord(buffer[:0], "en", &statements[i%len(statements)]); err != nil {
			b.Fatal(err)
		}
		i++
	}
	b.SetBytes(int64(len(buffer)))
}

func BenchmarkRecordByTemplate(b *testing.B) {
	e := renderer(b).first()
	s := cases()[4].statement(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.plainRecord(&s); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSearchPage(b *testing.B) {
	r := renderer(b)
	page := SearchPage{Query: "jane", Total: 143, Limit: 20}
	for i := range 20 {
		page.Results = append(page.Results, cases()[i%10].statement(b))
	}
	var buffer []byte
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if buffer, err = r.AppendSearch(buffer[:0], "en", page); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	files, lib := themeCopy(b), library(b)
	for b.Loop() {
		if _, err := Load(files, lib, testOptions); err != nil {
			b.Fatal(err)
		}
	}
}
