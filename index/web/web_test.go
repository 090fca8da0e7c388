package web

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cmpss/registry/generator/certification"
)

func TestVerify(t *testing.T) {
	f := newFixture(t, nil)
	const neverIssued, malformed = `{"answer":"never-issued"}`, `{"answer":"malformed"}`
	for target, want := range map[string]struct {
		status int
		body   string // all of it, or a part that begins with …
	}{
		"MPSS123456":                 {200, `…"status":"active","valid":true`},
		"123456":                     {200, `…"number":"MPSS123456"`},
		"%23MPSS-123%E2%80%93456":    {200, `…"number":"MPSS123456"`},
		"MPSS123457":                 {200, `…"status":"lapsed","valid":false`},
		"MPSS123458":                 {200, `…"status":"suspended","valid":false,"actions":["under-investigation","suspended"]`},
		"MPSS123460":                 {200, `…"legal_name":"","status":"unavailable","valid":false`},
		"MPSS123459":                 {404, neverIssued}, // begins on 1 December
		"MPSS999999":                 {404, neverIssued},
		"MPSS12345":                  {400, malformed},
		"jane":                       {400, malformed},
		"":                           {400, malformed},
		"..%2f..%2fetc%2fpasswd":     {400, malformed},
		"%00":                        {400, malformed},
		"%ff%fe":                     {400, malformed},
		strings.Repeat("1", 5000):    {400, malformed},
		"MPSS123456/":                {400, malformed},
		"MPSS123456?on=2025-06-30":   {200, `…"on":{"date":"2025-06-30","status":"active","valid":true,"reason":"in-term","from":"2024-06-01","through":null}}`},
		"MPSS123456?on=2024-04-15":   {200, `…"on":{"date":"2024-04-15","status":"lapsed","valid":false,"reason":"between-terms","from":"2024-03-02","through":"2024-05-31"}}`},
		"MPSS123456?on=2022-02-28":   {200, `…"on":{"date":"2022-02-28","status":"not-issued","valid":false,"reason":"before-issue","from":null,"through":"2022-02-28"}}`},
		"MPSS123458?on=2026-03-01":   {200, `…"on":{"date":"2026-03-01","status":"suspended","valid":false,"reason":"suspension","from":"2026-03-01","through":null,"part_of_day":true}}`},
		"MPSS123456?on=2026-11-22":   {200, `…"on":{"date":"2026-11-22","status":"active","valid":true,"reason":"in-term","from":"2024-06-01","through":null}}`},
		"MPSS123456?on=2026-11-23":   {400, `…"parameter":"on"`},
		"MPSS123456?on=2025-02-29":   {400, `…"parameter":"on"`},
		"MPSS123456?on=":             {400, `…"parameter":"on"`},
		"MPSS123456?name=jane+doe":   {200, `…"name_match":"exact"}`},
		"MPSS123456?name=Doe,+Jane":  {200, `…"name_match":"close"}`},
		"MPSS123456?name=John+Smith": {200, `…"name_match":"different"}`},
		"MPSS123456?name=":           {200, `…"name_match":"different"}`},
		"MPSS123456?name=%ff":        {400, `…"parameter":"name"`},
		"MPSS123456?name=" + strings.Repeat("x", 1300): {400, `…"parameter":"name"`},
		"MPSS123456?name=x&on=2025-06-30":              {200, `…"through":null},"name_match":"different"}`},
		"MPSS123460?name=x":                            {200, `…"next_change":null}}`},
		"MPSS123456?x=%zz":                             {400, `…"status":400`},
		"MPSS123456?x=" + strings.Repeat("y", 1<<20):   {400, `…"status":400`},
	} {
		response := f.ask("GET", "/api/v1/verify/"+target)
		got := bodyOf(t, response)
		if len(target) > 80 {
			target = target[:80] + "…"
		}
		if response.StatusCode != want.status {
			t.Errorf("%s: status %d, want %d", target, response.StatusCode, want.status)
		}
		if part, isPart := strings.CutPrefix(want.body, "…"); isPart && !strings.Contains(got, part) || !isPart && got != want.body {
			t.Errorf("%s: %s, want %s", target, got, want.body)
		}
		if !json.Valid([]byte(got)) {
			t.Errorf("%s: not JSON: %s", target, got)
		}
	}
}

// TestVerifyIsTheSite says the same as /verify/NUMBER.json does, byte for byte.
func TestVerifyIsTheSite(t *testing.T) {
	f := newFixture(t, nil)
	for _, r := range testRecords(t) {
		s, issued := certification.StatementAt(r, read, f.now)
		if !issued {
			continue
		}
		want := `{"answer":"issued","record":` + string(s.AppendJSON(nil)) + `}`
		if got := bodyOf(t, f.ask("GET", "/api/v1/verify/"+r.Number().String())); got != want {
			t.Errorf("%s:\n%s, want\n%s", r.Number(), got, want)
		}
	}
}

func TestVerifyCaching(t *testing.T) {
	f := newFixture(t, nil)
	first := f.ask("GET", "/api/v1/verify/MPSS123456")
	tag := first.Header.Get("ETag")
	if got := first.Header.Get("Cache-Control"); got != "public, max-age=60" {
		t.Errorf("Cache-Control %q", got)
	}
	for asked, status := range map[string]int{tag: 304, "W/" + tag: 304, `"other", ` + tag: 304, "*": 304, `"other"`: 200, "": 200} {
		response := f.ask("GET", "/api/v1/verify/MPSS123456", withHeader("If-None-Match", asked))
		if response.StatusCode != status || status == 304 && bodyOf(t, response) != "" {
			t.Errorf("If-None-Match %s: %d, want %d", asked, response.StatusCode, status)
		}
	}
	_, until := certification.Confirmation(read)
	f.now = until.Add(-10 * time.Second)
	if got := f.ask("GET", "/api/v1/verify/MPSS123456").Header.Get("Cache-Control"); got != "public, max-age=10" {
		t.Errorf("ten seconds before next_update: Cache-Control %q", got)
	}
	for _, target := range []string{"MPSS123456?name=Jane", "MPSS999999", "x"} {
		if got := f.ask("GET", "/api/v1/verify/"+target).Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s: Cache-Control %q", target, got)
		}
	}
}

// TestOutOfDate asks everything a second before next_update, at it, and long after.
func TestOutOfDate(t *testing.T) {
	f := newFixture(t, nil)
	_, until := certification.Confirmation(read)
	for _, target := range []string{
		"/api/v1/verify/MPSS123456", "/api/v1/verify/MPSS999999", "/api/v1/search?q=jane", "/verify?number=MPSS123456", "/verify?number=MPSS999999",
		"/search?q=jane", "/es/search?q=MPSS123456", "/readyz", "/verify/mpss-123456.html",
	} {
		for at, stale := range map[time.Time]bool{until.Add(-time.Second): false, until: true, until.Add(1000 * time.Hour): true} {
			f.now = at
			response := f.ask("GET", target)
			if got := response.StatusCode == http.StatusServiceUnavailable; got != stale {
				t.Errorf("%s at %v: status %d", target, at, response.StatusCode)
			}
			if stale && response.Header.Get("Retry-After") == "" {
				t.Errorf("%s: no Retry-After", target)
			}
			if body := bodyOf(t, response); stale && (strings.Contains(body, "active") || strings.Contains(body, "never-issued")) {
				t.Errorf("%s: a status is given out of date: %s", target, body)
			}
		}
	}
	f.now = until
	for _, target := range []string{"/healthz", "/", "/verify/MPSS123456.html", "/guidance/"} {
		if got := f.ask("GET", target).StatusCode; got != http.StatusOK {
			t.Errorf("%s out of date: %d", target, got)
		}
	}
	if got := f.ask("GET", "/api/v1/verify/nonsense").StatusCode; got != http.StatusBadRequest && got != http.StatusServiceUnavailable {
		t.Errorf("a malformed number out of date: %d", got)
	}
}

// TestClockBehind has a clock that is a minute behind the publisher's.
func TestClockBehind(t *testing.T) {
	f := newFixture(t, nil)
	f.now = read.Add(-time.Minute)
	if body := bodyOf(t, f.ask("GET", "/api/v1/verify/MPSS123456")); !strings.Contains(body, `"status":"active"`) {
		t.Error(body)
	}
}

func TestSearchJSON(t *testing.T) {
	f := newFixture(t, nil)
	for query, want := range map[string]string{
		"q=jane":                                `{"total":2,"results":[{"number":"MPSS123456"`,
		"q=Maria+Garcia+Lopez":                  `"legal_name":"María García-López","status":"lapsed","valid":false,"date_expires":"2025-12-31","specializations":[],"url":"/verify/MPSS123457.html","name_match":"exact"}`,
		"q=jane&status=suspended":               `{"total":1,"results":[{"number":"MPSS123458"`,
		"q=jane&specialization=unhoused":        `{"total":1,"results":[{"number":"MPSS123456"`,
		"q=jane&limit=1&page=2":                 `{"total":2,"results":[{"number":"MPSS123458"`,
		"q=jane+deo":                            `"name_match":"close"`,
		"q=jane+garcia":                         `"did_you_mean":["García","Jane"]`,
		"q=jane&status=lapsed":                  `{"total":0,"results":[],"by_status":{"active":1,"expired":0,"lapsed":0,"revoked":0,"suspended":1,`,
		"q=jane&limit=1":                        `{"total":2,"results":[{"number":"MPSS123456"`,
		"q=jane&status=":                        `{"total":2,`,
		"q=MPSS123458":                          `{"total":1,"results":[{"number":"MPSS123458"`,
		"q=MPSS123459":                          `{"total":0,"results":[],`,
		"q=future":                              `{"total":0,"results":[],`,
		"q=12345":                               `{"total":3,`,
		"q=123460":                              `"legal_name":"","status":"unavailable","valid":false,"date_expires":null`,
		"q=mallory":                             `\u003cb onclick=`,
		"q=" + url.QueryEscape("+jane -doe"):    `{"total":1,`,
		"q=" + url.QueryEscape("name:jane~2"):   `{"total":0,`,
		"q=" + url.QueryEscape("/.*.*.*.*/ OR"): `{"total":0,`,
	} {
		response := f.ask("GET", "/api/v1/search?"+query)
		if got := bodyOf(t, response); response.StatusCode != 200 || !strings.Contains(got, want) {
			t.Errorf("%s: %d %s, want %s", query, response.StatusCode, got, want)
		}
		if got := response.Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s: Cache-Control %q", query, got)
		}
	}
	for _, query := range []string{
		"", "q=", "q=%20", "q=***", "q=%ff", "q=" + strings.Repeat("a", 257), "q=jane&limit=0", "q=jane&limit=101", "q=jane&limit=-1",
		"q=jane&limit=x", "q=jane&status=valid", "q=jane&status=not-issued", "q=jane&specialization=all", "q=%zz", "q=jane&page=0", "q=jane&page=11", "q=jane&page=two", "q=" + strings.Repeat("a", 1<<20),
	} {
		response := f.ask("GET", "/api/v1/search?"+query)
		if response.StatusCode != 400 || response.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%.40s: %d %s", query, response.StatusCode, response.Header.Get("Content-Type"))
		}
	}
}

func TestSuggestJSON(t *testing.T) {
	f := newFixture(t, nil)
	for query, want := range map[string]string{
		"q=jan":         `{"names":["Jane Doe","Jane Roe"]}`, // no name of a certificate that is not issued
		"q=jan&limit=1": `{"names":["Jane Doe"]}`,
		"q=garcia+l":    `{"names":["María García-López"]}`,
		"q=j":           `{"names":[]}`,
		"q=12345":       `{"names":[]}`,
		"q=123456":      `{"names":[]}`,
		"q=mallo":       `{"names":["\u003cb onclick=\"x\"\u003eMallory\u003c/b\u003e \u0026 \"Sons\""]}`,
	} {
		response := f.ask("GET", "/api/v1/suggest?"+query)
		if got := bodyOf(t, response); response.StatusCode != 200 || got != want {
			t.Errorf("%s: %d %s, want %s", query, response.StatusCode, got, want)
		}
		if got := response.Header.Get("Cache-Control"); got != "private, max-age=60" {
			t.Errorf("%s: Cache-Control %q", query, got)
		}
	}
	for _, query := range []string{"", "q=", "q=%ff", "q=" + strings.Repeat("a", 257), "q=jane&limit=0", "q=jane&limit=11", "q=jane&limit=x"} {
		if response := f.ask("GET", "/api/v1/suggest?"+query); response.StatusCode != 400 {
			t.Errorf("%.40s: %d", query, response.StatusCode)
		}
	}
}

func TestPages(t *testing.T) {
	f := newFixture(t, nil)
	for target, want := range map[string]struct {
		status   int
		contains string
		location string
	}{
		"/verify?number=mpss-123456":                 {303, "", "/verify/MPSS123456.html"},
		"/es/verify?number=123456":                   {303, "", "/es/verify/MPSS123456.html"},
		"/verify?number=123":                         {400, `lang=en>answer malformed typed "123"`, ""},
		"/es/verify":                                 {400, `lang=es>answer malformed typed ""`, ""},
		"/verify?number=123456&on=2024-04-15":        {200, `lang=en>day MPSS123456 problem 0 typed "2024-04-15" on {"date":"2024-04-15","status":"lapsed",`, ""},
		"/verify?number=123456&on=":                  {303, "", "/verify/MPSS123456.html"},
		"/verify?number=123456&on=2026-11-23":        {400, `day MPSS123456 problem 2`, ""},
		"/verify?number=123456&on=2025-02-29":        {400, `day MPSS123456 problem 1 typed "2025-02-29"`, ""},
		"/verify?number=123460&on=2024-04-15":        {200, `"reason":"unavailable"`, ""},
		"/verify?number=123459&on=2024-04-15":        {404, "answer never-issued", ""},
		"/verify?number=999999&on=2024-04-15":        {404, "answer never-issued", ""},
		"/verify?number=x&on=2024-04-15":             {400, "answer malformed", ""},
		"/verify?number=999999":                      {404, "answer never-issued typed \"999999\" number MPSS999999", ""},
		"/verify?number=MPSS123459":                  {404, "answer never-issued", ""},
		"/verify?number=" + strings.Repeat("é", 200): {400, `typed "` + strings.Repeat("é", 100) + `"`, ""},
		"/verify?number=%zz":                         {400, "answer bad-query", ""},
		"/search?q=jane":                             {200, `lang=en>search "jane" total 2 [MPSS123456 active] [MPSS123458 suspended]`, ""},
		"/es/search?q=jane&status=active":            {200, `lang=es>search "jane" total 1`, ""},
		"/search?q=%23MPSS123456":                    {303, "", "/verify/MPSS123456.html"},
		"/es/search?q=123456":                        {303, "", "/es/verify/MPSS123456.html"},
		"/search?q=999999":                           {404, "never-issued", ""},
		"/search?q=is+MPSS+123456+still+valid%3F":    {303, "", "/verify/MPSS123456.html"},
		"/es/search?q=Jane+Doe,+%23123456":           {303, "", "/es/verify/MPSS123456.html"},
		"/search?q=jane+since+2026":                  {200, `search "jane since 2026"`, ""},
		"/search":                                    {200, `search "" total 0`, ""},
		"/search/":                                   {200, `search "" total 0`, ""},
		"/search/index.html?q=MPSS123456":            {303, "", "/verify/MPSS123456.html"},
		"/es/search/index.html?q=jane":               {200, `lang=es>search "jane" total 2`, ""},
		"/search?q=***":                              {400, "bad-query", ""},
		"/search?q=jane&limit=1000":                  {400, "bad-query", ""},
		"/search?q=" + strings.Repeat("a", 300):      {400, "bad-query", ""},
		"/verify/mpss-123456.html":                   {303, "", "/verify/MPSS123456.html"},
		"/es/verify/123456.html":                     {303, "", "/es/verify/MPSS123456.html"},
		"/verify/MPSS999999.html":                    {404, "never-issued", ""},
		"/verify/MPSS123457.html":                    {404, "lang=en>answer not-found", ""}, // issued, its page not published yet
		"/verify/nothing.html":                       {404, "lang=en>answer not-found", ""},
		"/es/nothing":                                {404, "lang=es>answer not-found", ""},
		"/fr/nothing":                                {404, "lang=en>answer not-found", ""},
		"/en/verify?number=123456":                   {404, "not-found", ""},
		"//evil.example/":                            {404, "not-found", ""},
	} {
		response := f.ask("GET", target)
		body := bodyOf(t, response)
		if response.StatusCode != want.status || !strings.Contains(body, want.contains) || response.Header.Get("Location") != want.location {
			t.Errorf("%.60s: %d %s to %q, want %d %s to %q", target, response.StatusCode, body, response.Header.Get("Location"), want.status, want.contains, want.location)
		}
		if got := response.Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("%.60s: Cache-Control %q", target, got)
		}
		if got := response.Header.Get("X-Robots-Tag"); got != "noindex, noarchive" {
			t.Errorf("%.60s: X-Robots-Tag %q", target, got)
		}
	}
}

func TestMethods(t *testing.T) {
	f := newFixture(t, nil)
	for target, allow := range map[string]string{
		"/": "GET, HEAD, OPTIONS", "/search?q=jane": "GET, HEAD, OPTIONS", "/api/v1/verify/MPSS123456": "GET, HEAD, OPTIONS", "/api/v1/verify": "POST, OPTIONS",
		"/healthz": "GET, HEAD, OPTIONS", "/api/v1/search?q=jane": "GET, HEAD, OPTIONS", "/verify/MPSS123456.html": "GET, HEAD, OPTIONS",
	} {
		for _, method := range []string{"PUT", "DELETE", "PATCH", "TRACE", "BREW"} {
			response := f.ask(method, target)
			if response.StatusCode != 405 || response.Header.Get("Allow") != allow {
				t.Errorf("%s %s: %d, Allow %q, want %q", method, target, response.StatusCode, response.Header.Get("Allow"), allow)
			}
		}
		response := f.ask("OPTIONS", target)
		if response.StatusCode != 204 || response.Header.Get("Allow") != allow {
			t.Errorf("OPTIONS %s: %d, Allow %q", target, response.StatusCode, response.Header.Get("Allow"))
		}
		if !strings.HasPrefix(allow, "GET") {
			continue
		}
		get, head := f.ask("GET", target), f.ask("HEAD", target)
		if head.StatusCode != get.StatusCode || head.Header.Get("Content-Length") != get.Header.Get("Content-Length") || bodyOf(t, head) != "" {
			t.Errorf("HEAD %s: %d with length %s, GET %d with %s", target, head.StatusCode, head.Header.Get("Content-Length"), get.StatusCode, get.Header.Get("Content-Length"))
		}
	}
}

func TestHeaders(t *testing.T) {
	f := newFixture(t, nil)
	for _, target := range []string{"/", "/nothing", "/search?q=jane", "/verify?number=x", "/api/v1/verify/MPSS123456", "/api/v1/nothing", "/api/v1/search", "/healthz", "/assets/style.0123456789ab.css"} {
		header := f.ask("GET", target).Header
		csp := header.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
			if !strings.Contains(csp, part) {
				t.Errorf("%s: no %s", target, part)
			}
		}
		if strings.Contains(csp, "unsafe") || strings.Contains(csp, "data:") {
			t.Errorf("%s: %s", target, csp)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin"} {
			if got := header.Get(name); got != want {
				t.Errorf("%s: %s %q", target, name, got)
			}
		}
		cors := header.Get("Access-Control-Allow-Origin")
		if strings.HasPrefix(target, "/api/") != (cors == "*") {
			t.Errorf("%s: Access-Control-Allow-Origin %q", target, cors)
		}
		if header.Get("Set-Cookie") != "" {
			t.Errorf("%s: a cookie", target)
		}
	}
	preflight := f.ask("OPTIONS", "/api/v1/verify", withHeader("Origin", "https://a.example"), withHeader("Access-Control-Request-Method", "POST"))
	if preflight.StatusCode != 204 || !strings.Contains(preflight.Header.Get("Access-Control-Allow-Methods"), "POST") || !strings.Contains(preflight.Header.Get("Access-Control-Allow-Headers"), "Content-Type") {
		t.Errorf("preflight: %d %v", preflight.StatusCode, preflight.Header)
	}
}

func TestFiles(t *testing.T) {
	f := newFixture(t, nil)
	outside := filepath.Join(t.TempDir(), "outside.html")
	if err := os.WriteFile(outside, []byte("secret"), 0o644); err != nil {
		t.Fatal(err)
	}
	for link, to := range map[string]string{"guidance/out.html": outside, "guidance/up.html": "../../../../etc/passwd", "guidance/in.html": "index.html"} {
		if err := os.Symlink(to, filepath.Join(f.public, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(f.public, "empty"), 0o755); err != nil {
		t.Fatal(err)
	}
	for target, want := range map[string]struct {
		status int
		kind   string
		body   string
		cache  string
	}{
		"/":                                     {200, "text/html; charset=utf-8", "<html>home", "no-cache"},
		"/index.html":                           {200, "text/html; charset=utf-8", "<html>home", "no-cache"},
		"/index.html?x=1":                       {200, "text/html; charset=utf-8", "<html>home", "no-cache"},
		"/es/":                                  {200, "text/html; charset=utf-8", "<html lang=es>inicio", "no-cache"},
		"/es":                                   {301, "", "", "no-cache"},
		"/guidance":                             {301, "", "", "no-cache"},
		"/verify/MPSS123456.html":               {200, "text/html; charset=utf-8", siteFiles["verify/MPSS123456.html"], "no-cache"},
		"/verify/MPSS123456.json":               {200, "application/json", siteFiles["verify/MPSS123456.json"], "no-cache"},
		"/assets/style.0123456789ab.css":        {200, "text/css; charset=utf-8", siteFiles["assets/style.0123456789ab.css"], "public, max-age=31536000, immutable"},
		"/assets/logo.svg":                      {200, "image/svg+xml", "<svg/>", "no-cache"},
		"/robots.txt":                           {200, "text/plain; charset=utf-8", "User-agent: *\n", "no-cache"},
		"/.well-known/security.txt":             {200, "text/plain; charset=utf-8", "Contact: mailto:x@example.org\n", "no-cache"},
		"/openapi.json":                         {200, "application/json", "{}", "no-cache"},
		"/guidance/with%20space%20&%20more.txt": {200, "text/plain; charset=utf-8", "odd", "no-cache"},
		"/guidance/in.html":                     {200, "text/html; charset=utf-8", "<html>guidance", "no-cache"},
		"/guidance/out.html":                    {404, "", "answer not-found", "no-store"},
		"/guidance/up.html":                     {404, "", "answer not-found", "no-store"},
		"/.htpasswd":                            {404, "", "answer not-found", "no-store"},
		"/guidance/.draft.html":                 {404, "", "answer not-found", "no-store"},
		"/.well-known/.x":                       {404, "", "answer not-found", "no-store"},
		"/.well-known/":                         {404, "", "answer not-found", "no-store"},
		"/assets/":                              {404, "", "answer not-found", "no-store"},
		"/assets":                               {404, "", "answer not-found", "no-store"},
		"/empty":                                {404, "", "answer not-found", "no-store"},
		"/guidance/folder":                      {404, "", "answer not-found", "no-store"},
		"/guidance/../.htpasswd":                {404, "", "answer not-found", "no-store"},
		"/guidance/%2e%2e/.htpasswd":            {404, "", "answer not-found", "no-store"},
		"/%2e%2e/%2e%2e/etc/passwd":             {404, "", "answer not-found", "no-store"},
		"/..%2f..%2fetc%2fpasswd":               {404, "", "answer not-found", "no-store"},
		"/..%5c..%5cetc":                        {404, "", "answer not-found", "no-store"},
		"/index.html%00.txt":                    {404, "", "answer not-found", "no-store"},
		"/%ff":                                  {404, "", "answer not-found", "no-store"},
		"//index.html":                          {404, "", "answer not-found", "no-store"},
		"/index.html/":                          {404, "", "answer not-found", "no-store"},
		"/assets/none.0123456789ab.css":         {404, "", "answer not-found", "no-store"},
		"/" + strings.Repeat("a", 5000):         {404, "", "answer not-found", "no-store"},
		"/" + strings.Repeat("a/", 2000):        {404, "", "answer not-found", "no-store"},
	} {
		response := f.ask("GET", target)
		body := bodyOf(t, response)
		if response.StatusCode != want.status || !strings.Contains(body, want.body) || want.status == 200 && body != want.body {
			t.Errorf("%.60s: %d %s, want %d %s", target, response.StatusCode, body, want.status, want.body)
		}
		if kind := response.Header.Get("Content-Type"); want.kind != "" && kind != want.kind {
			t.Errorf("%.60s: Content-Type %q", target, kind)
		}
		if cache := response.Header.Get("Cache-Control"); cache != want.cache {
			t.Errorf("%.60s: Cache-Control %q, want %q", target, cache, want.cache)
		}
		if strings.Contains(body, "secret") || strings.Contains(body, "root:") {
			t.Errorf("%.60s leads out", target)
		}
	}
	if got := f.ask("GET", "/guidance").Header.Get("Location"); got != "/guidance/" {
		t.Errorf("Location %q", got)
	}
	// A record's page past its time is served as it is, and kept nowhere.
	f.now = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	for _, target := range []string{"/verify/MPSS123456.html", "/es/verify/MPSS123456.html", "/verify/MPSS123456.json"} {
		response := f.ask("GET", target)
		if response.StatusCode != 200 || response.Header.Get("Cache-Control") != "no-store" || response.Header.Get("X-Robots-Tag") == "" {
			t.Errorf("%s past its time: %d %v", target, response.StatusCode, response.Header)
		}
	}
}

func TestCompression(t *testing.T) {
	f := newFixture(t, nil)
	const target = "/assets/style.0123456789ab.css"
	for accept, compressed := range map[string]bool{
		"gzip": true, "gzip, br": true, "br;q=1.0, gzip;q=0.5": true, "*": true, "GZIP": true,
		"": false, "br": false, "gzip;q=0": false, "gzip;q=0.000": false, "gzip;q=x": false, "identity": false, "gzipped": false,
	} {
		for range 2 { // read, and from memory
			response := f.ask("GET", target, withHeader("Accept-Encoding", accept))
			body := bodyOf(t, response)
			if got := response.Header.Get("Content-Encoding") == "gzip"; got != compressed {
				t.Errorf("%q: compressed %v", accept, got)
				continue
			}
			if response.Header.Get("Vary") != "Accept-Encoding" {
				t.Errorf("%q: Vary %q", accept, response.Header.Get("Vary"))
			}
			if compressed {
				reader, err := gzip.NewReader(strings.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				plain, err := io.ReadAll(reader)
				if err != nil {
					t.Fatal(err)
				}
				if len(body) >= len(plain) {
					t.Errorf("%d bytes became %d", len(plain), len(body))
				}
				body = string(plain)
			}
			if body != siteFiles["assets/style.0123456789ab.css"] {
				t.Errorf("%q: another body", accept)
			}
			tag := response.Header.Get("ETag")
			if strings.HasSuffix(tag, `-gz"`) != compressed {
				t.Errorf("%q: ETag %s", accept, tag)
			}
			if again := f.ask("GET", target, withHeader("If-None-Match", tag)); again.StatusCode != 304 {
				t.Errorf("If-None-Match %s: %d", tag, again.StatusCode)
			}
		}
	}
}

// TestLivePagesSayTheirTag: the script of a page that was edited while it loaded can only see it by the tag that the
// page came with.
func TestLivePagesSayTheirTag(t *testing.T) {
	f := newFixture(t, func(o *Options) { o.Live = true })
	var tags []string
	for _, text := range []string{"<html><head></head>one", "<html><head></head>another"} {
		if err := os.WriteFile(filepath.Join(f.public, "page.html"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, encoding := range []string{"", "gzip"} {
			header := f.ask("HEAD", "/page.html", withHeader("Accept-Encoding", encoding)).Header.Get("ETag")
			_, tag, said := strings.Cut(bodyOf(t, f.ask("GET", "/page.html")), ` data-tag="`)
			tag, _, _ = strings.Cut(tag, `"`)
			if !said || len(tag) < 16 || !strings.Contains(header, tag) {
				t.Errorf("%q, accepting %q: the page says %q, its header %s", text, encoding, tag, header)
			}
			tags = append(tags, tag)
		}
	}
	if tags[0] == tags[2] {
		t.Errorf("two pages have the tag %s", tags[0])
	}
}

// TestLogHasNothingLookedUp asks for things that can be told apart and looks for them in the log.
func TestLogHasNothingLookedUp(t *testing.T) {
	var log bytes.Buffer
	f := newFixture(t, func(o *Options) {
		o.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	ask := func() {
		for _, target := range []string{
			"/api/v1/verify/MPSS123456?name=Quetzalcoatl", "/api/v1/verify/Quetzalcoatl", "/api/v1/search?q=Quetzalcoatl", "/search?q=Quetzalcoatl&limit=1", "/verify?number=Quetzalcoatl",
			"/verify/MPSS123456.html", "/Quetzalcoatl", "/api/Quetzalcoatl", "/verify?number=MPSS123456", "/verify?number=MPSS123456&on=2024-04-15", "/search?q=123456",
		} {
			f.ask("GET", target, withHeader("User-Agent", "Quetzalcoatl"), withHeader("Referer", "https://Quetzalcoatl"), withHeader("X-Forwarded-For", "Quetzalcoatl"))
		}
		f.ask("POST", "/api/v1/verify", withBody("application/json", `{"checks":[{"number":"MPSS123456","name":"Quetzalcoatl"}]}`))
		f.ask("POST", "/api/v1/verify", withBody("application/json", `{"Quetzalcoatl`))
		f.ask("POST", "/api/v1/advertisement", withBody("application/json", `{"text":"Quetzalcoatl #MPSS123456"}`))
		f.ask("POST", "/advertisement", withBody("application/x-www-form-urlencoded", "text=Quetzalcoatl&number=123456"))
	}
	ask()
	f.pages.fail = true // panics and errors that hold what was asked
	ask()
	f.now = f.now.Add(100 * time.Hour)
	ask()
	text := log.String()
	for _, secret := range []string{"Quetzalcoatl", "quetzalcoatl", "123456", "192.0.2.1", "registry.example"} {
		if strings.Contains(text, secret) {
			t.Errorf("the log has %s:\n%s", secret, text)
		}
	}
	for _, wanted := range []string{"route=/api/v1/verify/{number} status=200", "route=/search status=500", "a request failed", "status=503"} {
		if !strings.Contains(text, wanted) {
			t.Errorf("the log lacks %q:\n%s", wanted, text)
		}
	}
}

func TestFailuresSayNothing(t *testing.T) {
	f := newFixture(t, nil)
	f.pages.fail = true
	for _, target := range []string{"/search?q=jane", "/verify?number=x", "/nothing"} {
		response := f.ask("GET", target)
		body := bodyOf(t, response)
		if response.StatusCode != 500 || strings.Contains(body, "theme") || strings.Contains(body, "jane") || response.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: %d %s", target, response.StatusCode, body)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	f := newFixture(t, nil)
	for what, change := range map[string]func(*Options){
		"no index":     func(o *Options) { o.Holder = nil },
		"no pages":     func(o *Options) { o.Pages = nil },
		"no clock":     func(o *Options) { o.Now = nil },
		"no languages": func(o *Options) { o.Languages = nil },
		"no folder":    func(o *Options) { o.Public = filepath.Join(f.public, "none") },
	} {
		o := Options{Holder: f.handler.(*handler).Holder, Pages: &f.pages, Languages: []string{"en"}, Now: time.Now}
		change(&o)
		if _, err := New(o); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}
