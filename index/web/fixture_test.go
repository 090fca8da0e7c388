package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cmpss/registry/generator/advertisement"
	"github.com/cmpss/registry/generator/advice"
	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/guidance"
	"github.com/cmpss/registry/generator/render"
	"github.com/cmpss/registry/index"
)

// read is when the records of the tests were read: 2026-11-22, ten in the morning in Los
// Angeles. Answers may be relied on until midnight.
var read = time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC)

// testRecords has one record of each kind that matters here.
func testRecords(t testing.TB) []*certification.Record {
	t.Helper()
	term := func(days ...string) []certification.DraftTerm {
		var terms []certification.DraftTerm
		for i := 0; i < len(days); i += 2 {
			terms = append(terms, certification.DraftTerm{From: days[i], To: days[i+1]})
		}
		return terms
	}
	var records []*certification.Record
	for _, d := range []certification.Draft{
		{Number: "MPSS123456", LegalName: "Jane Doe", Terms: term("2022-03-01", "2024-03-01", "2024-06-01", "2027-03-01"), Specializations: []string{"crisis-care", "unhoused"}},
		{Number: "MPSS123457", LegalName: "María García-López", Terms: term("2024-01-01", "2025-12-31")},
		{Number: "MPSS123458", LegalName: "Jane Roe", Terms: term("2026-01-01", "2027-12-31"), Actions: []certification.DraftAction{
			{Kind: "under-investigation", From: "2026-02-01T00:00:00Z"}, {Kind: "suspended", From: "2026-03-01T17:00:00Z"},
		}},
		{Number: "MPSS123459", LegalName: "Jane Future", Terms: term("2026-12-01", "2028-11-30")},
		{Number: "MPSS123461", LegalName: `<b onclick="x">Mallory</b> & "Sons"`, Terms: term("2026-01-01", "2027-12-31")},
	} {
		r, err := d.Record()
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, r)
	}
	number, err := certification.ParseNumber("MPSS123460")
	if err != nil {
		t.Fatal(err)
	}
	return slices.Insert(records, 4, certification.NewUnavailable(number, false))
}

// plainPages is a theme that says what it was given.
type plainPages struct{ fail bool }

func (p *plainPages) AppendSearch(dst []byte, language string, page render.SearchPage) ([]byte, error) {
	if p.fail {
		panic("the theme failed on " + page.Query)
	}
	dst = fmt.Appendf(dst, "<html lang=%s>search %q total %d", language, page.Query, page.Total)
	for _, s := range page.Results {
		dst = fmt.Appendf(dst, " [%s %s]", s.Number, s.Status)
	}
	for _, g := range page.Guidance {
		dst = fmt.Appendf(dst, " guidance %s#%s", g.Slug, g.Anchor)
	}
	if page.Asked {
		dst = append(dst, " asked"...)
	}
	if page.AskedIn != "" {
		dst = fmt.Appendf(dst, " asked in %s", page.AskedIn)
	}
	for _, text := range page.DidYouMean {
		dst = fmt.Appendf(dst, " meant %q", text)
	}
	return dst, nil
}

func (p *plainPages) AppendDay(dst []byte, language string, page render.DayPage) ([]byte, error) {
	if p.fail {
		return dst, fmt.Errorf("the theme failed on %s", page.Typed)
	}
	return fmt.Appendf(dst, "<html lang=%s>day %s problem %d typed %q on %s", language, page.Statement.Number, page.Problem, page.Typed, page.On.AppendJSON(nil)), nil
}

func (p *plainPages) AppendFiling(dst []byte, language string, page render.FilingPage) ([]byte, error) {
	if p.fail {
		return dst, fmt.Errorf("the theme failed on %s", page.Name)
	}
	dst = fmt.Appendf(dst, "<html lang=%s>filing %s typed %q name %q %s", language, page.Statement.Number, page.Number, page.Name, page.NameMatch)
	if page.On != nil {
		dst = fmt.Appendf(dst, " on %s %s", page.On.Date, page.On.Status)
	}
	if page.Problem != render.NoProblem {
		dst = fmt.Appendf(dst, " day %q problem %d", page.Day, page.Problem)
	}
	return dst, nil
}

func (p *plainPages) AppendQR(dst []byte, n certification.Number) ([]byte, error) {
	return fmt.Appendf(dst, "<svg>%s</svg>", n), nil
}

func (p *plainPages) AppendAdvertisement(dst []byte, language string, page render.AdvertisementPage) ([]byte, error) {
	if p.fail {
		return dst, fmt.Errorf("the theme failed on %s", page.Text)
	}
	dst = fmt.Appendf(dst, "<html lang=%s>advertisement of %q problem %d checked %t right %t", language, page.Typed, page.Problem, page.Checked, advertisement.Right(page.Findings))
	if page.Statement != nil {
		dst = fmt.Appendf(dst, " correct %q", advertisement.Correct(page.Statement))
	}
	return dst, nil
}

func (p *plainPages) AppendAnswer(dst []byte, language string, page render.AnswerPage) ([]byte, error) {
	if p.fail {
		return dst, fmt.Errorf("the theme failed on %s", page.Typed)
	}
	return fmt.Appendf(dst, "<html lang=%s>answer %s typed %q number %s", language, page.Answer, page.Typed, page.Number), nil
}

// Advisor reckons with the facts of the repository.
func (p *plainPages) Advisor() *advice.Advisor {
	facts, err := loadFacts()
	if err != nil {
		panic(err)
	}
	return advice.New(facts)
}

var loadFacts = sync.OnceValues(func() (*guidance.Facts, error) {
	library, err := guidance.Load(os.DirFS("../../content"), os.DirFS("../../themes/default/guidance"), []string{"en", "es"})
	if err != nil {
		return nil, err
	}
	return library.Facts(), nil
})

func (p *plainPages) AppendTool(dst []byte, language string, page render.ToolPage) ([]byte, error) {
	if p.fail {
		return dst, fmt.Errorf("the theme failed on %s", page.Typed)
	}
	answered := page.Standing != nil || page.Cost != nil || page.Course != nil || page.Sanction != nil
	return fmt.Appendf(dst, "<html lang=%s>tool %s answered %v faults %v", language, page.Tool, answered, page.Faults), nil
}

func (p *plainPages) FaultText(language, code string) string { return language + " " + code }

// fixture is a handler over the records of the tests and a small site.
type fixture struct {
	handler http.Handler
	now     time.Time
	pages   plainPages
	state   string
	public  string

	guidance plainGuidance
}

func newFixture(t testing.TB, change func(*Options)) *fixture {
	t.Helper()
	f := &fixture{now: read.Add(time.Minute), state: t.TempDir(), public: t.TempDir()}
	if _, _, err := index.Write(context.Background(), f.state, testRecords(t), read); err != nil {
		t.Fatal(err)
	}
	holder, err := index.OpenHolder(f.state)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { holder.Close() })
	for name, body := range siteFiles {
		path := filepath.Join(f.public, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	o := Options{
		Holder: holder, Pages: &f.pages, Guidance: &f.guidance, Languages: []string{"en", "es"}, Public: f.public,
		Now: func() time.Time { return f.now },
	}
	if change != nil {
		change(&o)
	}
	if f.handler, err = New(o); err != nil {
		t.Fatal(err)
	}
	return f
}

// siteFiles are a published site in small.
var siteFiles = map[string]string{
	"index.html":                     "<html>home",
	"404.html":                       "<html>not found",
	"guidance/index.html":            "<html>guidance",
	"es/index.html":                  "<html lang=es>inicio",
	"verify/MPSS123456.html":         `<html data-until="2026-11-23T08:00:00Z">Jane`,
	"es/verify/MPSS123456.html":      `<html lang=es data-until="2026-11-23T08:00:00Z">Jane`,
	"verify/MPSS123456.json":         `{"number":"MPSS123456","next_update":"2026-11-23T08:00:00Z","next_change":null}`,
	"assets/style.0123456789ab.css":  strings.Repeat("p { color: black }\n", 100),
	"assets/logo.svg":                "<svg/>",
	"robots.txt":                     "User-agent: *\n",
	".well-known/security.txt":       "Contact: mailto:x@example.org\n",
	".htpasswd":                      "secret",
	"guidance/.draft.html":           "secret",
	"guidance/folder/only.html":      "<html>only",
	"openapi.json":                   "{}",
	"guidance/with space & more.txt": "odd",
}

// ask sends a request and gives the answer.
func (f *fixture) ask(method, target string, edit ...func(*http.Request)) *http.Response {
	r := httptest.NewRequest(method, "http://registry.example"+target, nil)
	for _, e := range edit {
		e(r)
	}
	w := httptest.NewRecorder()
	f.handler.ServeHTTP(w, r)
	return w.Result()
}

func withHeader(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func withBody(contentType, body string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Set("Content-Type", contentType)
		r.Body = io.NopCloser(strings.NewReader(body))
	}
}

func bodyOf(t testing.TB, response *http.Response) string {
	t.Helper()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
