package web

import (
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cmpss/registry/generator/guidance"
	"github.com/cmpss/registry/index/passages"
)

// plainGuidance has one page, which answers every question that holds "fee" or "tarifa".
type plainGuidance struct {
	err error

	mu    sync.Mutex
	asked []passages.Query
}

func (g *plainGuidance) Search(language string, q passages.Query) ([]passages.Hit, error) {
	g.mu.Lock()
	g.asked = append(g.asked, q)
	g.mu.Unlock()
	word := map[string]string{"en": "fee", "es": "tarifa"}[language]
	switch {
	case g.err != nil:
		return nil, g.err
	case len(q.Text) > passages.MaxQuery:
		return nil, passages.ErrQuery
	case !strings.Contains(q.Text, word):
		return nil, nil
	}
	return []passages.Hit{{
		Page:    &guidance.Page{Slug: "fees", Title: "Fees & refunds"},
		Passage: guidance.Passage{ID: "qué-cuesta", Heading: "What it <costs>"},
		Snippet: []passages.Piece{{Text: "A <b>"}, {Text: word + "&", Marked: true}, {Text: " is paid"}},
	}}, nil
}

// Asks takes every text with the language's own article for a question.
func (g *plainGuidance) Asks(language, text string) bool {
	return strings.Contains(" "+text, map[string]string{"en": " the ", "es": " la "}[language])
}

func TestGuidanceJSON(t *testing.T) {
	f := newFixture(t, nil)
	for _, tt := range []struct {
		target string
		want   string
	}{
		{"/api/v1/guidance?q=the+fee", `{"language":"en","results":[{"slug":"fees","title":"Fees & refunds","heading":"What it <costs>","url":"/guidance/fees.html#qu%C3%A9-cuesta","snippet":"A &lt;b&gt;<mark>fee&amp;</mark> is paid"}]}`},
		{"/api/v1/guidance?q=la+tarifa&lang=es", `{"language":"es","results":[{"slug":"fees","title":"Fees & refunds","heading":"What it <costs>","url":"/es/guidance/fees.html#qu%C3%A9-cuesta","snippet":"A &lt;b&gt;<mark>tarifa&amp;</mark> is paid"}]}`},
		{"/api/v1/guidance?q=dinner", `{"language":"en","results":[]}`},
	} {
		response := f.ask("GET", tt.target)
		var got, want any
		body := bodyOf(t, response)
		if err := errors.Join(json.Unmarshal([]byte(body), &got), json.Unmarshal([]byte(tt.want), &want)); err != nil {
			t.Fatalf("%s: %v\n%s", tt.target, err, body)
		}
		a, _ := json.Marshal(got)
		b, _ := json.Marshal(want)
		if response.StatusCode != 200 || string(a) != string(b) {
			t.Errorf("%s: %d\n got %s\nwant %s", tt.target, response.StatusCode, a, b)
		}
	}
	for target, parameter := range map[string]string{
		"/api/v1/guidance?q=fee&lang=xx": `"lang"`, "/api/v1/guidance?q=fee&limit=21": `"limit"`, "/api/v1/guidance?q=fee&limit=x": `"limit"`,
		"/api/v1/guidance?q=" + strings.Repeat("x", 300): `"q"`,
	} {
		response := f.ask("GET", target)
		if body := bodyOf(t, response); response.StatusCode != 400 || !strings.Contains(body, parameter) {
			t.Errorf("%s: %d %s", target, response.StatusCode, body)
		}
	}
}

// Where nobody is found an answer comes first, and who asked in another language is led to it there. A name
// is no question, and a question to which there is no answer leads nowhere.
func TestGuidanceAsked(t *testing.T) {
	f := newFixture(t, nil)
	for target, want := range map[string]string{
		"/search?q=the+fee":             " asked",
		"/search?q=la+tarifa":           " asked in es",
		"/es/search?q=the+fee":          " asked in en",
		"/es/search?q=la+tarifa":        " asked",
		"/search?q=la+garcia+nobody":    "",
		"/search?q=the+dinner":          "",
		"/search?q=la+cena":             "",
		"/search?q=fee+doe":             "",
		"/search?q=jane":                "",
		"/search?q=jane&status=revoked": "",
	} {
		body := bodyOf(t, f.ask("GET", target))
		if got := regexp.MustCompile(" asked( in ..)?").FindString(body); got != want {
			t.Errorf("%s: %q, want %q", target, got, want)
		}
	}
}

// Guidance says nothing about anybody's status, so it is there when the records are out of date.
func TestGuidanceWhenOutOfDate(t *testing.T) {
	f := newFixture(t, nil)
	f.now = read.Add(48 * time.Hour)
	if response := f.ask("GET", "/api/v1/guidance?q=fee"); response.StatusCode != 200 {
		t.Errorf("status %d", response.StatusCode)
	}
}

// On a page of results guidance stands beside people; beside somebody, only what was asked for in full.
func TestGuidanceBesidePeople(t *testing.T) {
	f := newFixture(t, nil)
	for target, want := range map[string]struct {
		whole bool
		body  string
	}{
		"/search?q=jane":               {true, "total 2"},
		"/search?q=nobody+pays+a+fee":  {false, "guidance fees#qué-cuesta"},
		"/es/search?q=nadie+la+tarifa": {false, "guidance fees#qué-cuesta"},
	} {
		f.guidance.asked = nil
		body := bodyOf(t, f.ask("GET", target))
		if len(f.guidance.asked) != 1 || f.guidance.asked[0].Whole != want.whole || !strings.Contains(body, want.body) {
			t.Errorf("%s: asked %+v, answered %s", target, f.guidance.asked, body)
		}
	}
	for text, meant := range map[string]bool{"jane garcia": true, "jane garcia fee": false, "jane garcia pays": true, "garcia fee": true} {
		body := bodyOf(t, f.ask("GET", "/search?q="+url.QueryEscape(text)))
		if strings.Contains(body, "meant") != meant {
			t.Errorf("%q: other names offered or not: %s", text, body)
		}
	}
	f.guidance.err = errors.New("broken")
	if response := f.ask("GET", "/search?q=jane"); response.StatusCode != 200 {
		t.Errorf("people are not found without guidance: %d", response.StatusCode)
	}
}
