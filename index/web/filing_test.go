package web

import (
	"strings"
	"testing"
)

// An answer for the files says what was asked; what cannot be answered gets the page that any look-up gets.
func TestFiling(t *testing.T) {
	f := newFixture(t, nil)
	for target, want := range map[string]struct {
		status int
		body   string
	}{
		"/verify/print?number=mpss-123456":                                     {200, `lang=en>filing MPSS123456 typed "mpss-123456" name "" `},
		"/es/verify/print?number=123457&name=Maria+Garcia+Lopez&on=2024-05-01": {200, `lang=es>filing MPSS123457 typed "123457" name "Maria Garcia Lopez" exact on 2024-05-01 active`},
		"/verify/print?number=123460&name=Anyone":                              {200, `filing MPSS123460 typed "123460" name "Anyone" `},
		"/verify/print?number=123456&on=2027-01-01":                            {400, `filing MPSS123456 typed "123456" name ""  day "2027-01-01" problem 2`},
		"/verify/print?number=123456&on=x&name=Jane":                           {400, `filing MPSS123456 typed "123456" name "Jane" different day "x" problem 1`},
		"/verify/print?number=12":                                              {400, `answer malformed`},
		"/verify/print/index.html?number=123456&on=2025-01-01":                 {200, `on 2025-01-01 active`},
		"/verify/print":               {400, `answer malformed`},
		"/verify/print?number=999999": {404, `answer never-issued`},
		"/verify/print?number=123459": {404, `answer never-issued`},
		"/verify/print?number=123456&name=" + strings.Repeat("x", 1201): {400, `answer bad-query`},
		"/verify/print?number=%zz":                                      {400, `answer bad-query`},
		"/qr/MPSS123456.svg":                                            {200, `<svg>MPSS123456</svg>`},
		"/qr/MPSS123456.png":                                            {404, `answer not-found`},
		"/qr/x.svg":                                                     {404, `answer not-found`},
		"/qr/MPSS999999.svg":                                            {404, `answer never-issued`},
	} {
		response := f.ask("GET", target)
		if body := bodyOf(t, response); response.StatusCode != want.status || !strings.Contains(body, want.body) {
			t.Errorf("%.60s: %d %s, want %d %s", target, response.StatusCode, body, want.status, want.body)
		}
		if got := response.Header.Get("X-Robots-Tag"); got != "noindex, noarchive" {
			t.Errorf("%.60s: X-Robots-Tag %q", target, got)
		}
	}
	f.now = f.now.AddDate(0, 0, 3)
	for _, target := range []string{"/verify/print?number=MPSS123456", "/qr/MPSS123456.svg"} {
		if response := f.ask("GET", target); response.StatusCode != 503 {
			t.Errorf("%s out of date: %d", target, response.StatusCode)
		}
	}
}
