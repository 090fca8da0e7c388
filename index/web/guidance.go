package web

import (
	"errors"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/cmpss/registry/generator/render"
	"github.com/cmpss/registry/index/passages"
)

// Guidance finds the part of the guidance that answers a question. It must be safe for
// concurrent use.
type Guidance interface {
	Search(language string, q passages.Query) ([]passages.Hit, error)
	// Asks reports whether a text is a question in a language, and no name.
	Asks(language, text string) bool
}

// How many pages of the guidance are shown beside people: more where there is nobody.
const (
	guidanceBesides = 2
	guidanceAlone   = 5
)

// addGuidance adds the guidance that answers to a page of search results. Beside people only what has
// every word that was typed, for a name is no question; where there is nobody, also the language in which
// it is one. That nothing was found, or could not be looked for, leaves the page without it.
func (x *exchange) addGuidance(page *render.SearchPage) {
	q := passages.Query{Text: page.Query, Limit: guidanceAlone}
	alone := page.Total == 0 && page.Unfiltered == 0
	if page.Total > 0 {
		q.Limit, q.Whole = guidanceBesides, true
	}
	hits, err := x.questions(x.language, q)
	if err != nil {
		return // what is wrong with the text was said of the search for people
	}
	for _, h := range hits {
		hit := render.GuidanceHit{Slug: h.Page.Slug, Title: h.Page.Title, Anchor: h.Passage.ID, Heading: h.Passage.Heading}
		for _, p := range h.Snippet {
			hit.Snippet = append(hit.Snippet, render.SnippetPiece{Text: p.Text, Marked: p.Marked})
		}
		page.Guidance = append(page.Guidance, hit)
	}
	if alone && x.h.Guidance != nil {
		page.Asked = len(hits) > 0 && x.h.Guidance.Asks(x.language, q.Text)
		if !page.Asked {
			page.AskedIn = x.askedIn(q.Text)
		}
		if page.AskedIn != "" {
			page.Guidance = nil // found by chance, where there are answers
		}
	}
}

// askedIn is another language in which a text is a question that the guidance answers; "" if there is none.
func (x *exchange) askedIn(text string) string {
	for _, language := range x.h.Languages {
		if language == x.language || !x.h.Guidance.Asks(language, text) {
			continue
		}
		if hits, err := x.questions(language, passages.Query{Text: text, Limit: 1}); err == nil && len(hits) > 0 {
			return language
		}
	}
	return ""
}

// errNoTurn says that too many search already.
var errNoTurn = errors.New("no turn to search")

// questions searches the guidance in a language, in turn.
func (x *exchange) questions(language string, q passages.Query) ([]passages.Hit, error) {
	if x.h.Guidance == nil {
		return nil, nil
	}
	if !x.h.enter(x.r) {
		return nil, errNoTurn
	}
	defer x.h.leave()
	return x.h.Guidance.Search(language, q)
}

// guidanceAnswer is the answer to GET /api/v1/guidance.
type guidanceAnswer struct {
	Language string           `json:"language"`
	Results  []guidanceResult `json:"results"`
}

type guidanceResult struct {
	Slug    string `json:"slug"`
	Title   string `json:"title"`
	Heading string `json:"heading"` // "": the part before the first
	URL     string `json:"url"`
	Snippet string `json:"snippet"` // HTML: escaped text, and mark elements
}

// guidanceLimit is how many pages are given where nothing else is asked for.
const guidanceLimit = 5

// guidance answers GET /api/v1/guidance.
func (x *exchange) guidance() {
	values, ok := x.query()
	if !ok {
		return
	}
	q := passages.Query{Text: strings.TrimSpace(values.Get("q")), Limit: guidanceLimit}
	if language := values.Get("lang"); language != "" {
		if !slices.Contains(x.h.Languages, language) {
			x.badRequest("lang", "The guidance is in "+strings.Join(x.h.Languages, ", ")+".")
			return
		}
		x.language = language
	}
	if text := values.Get("limit"); text != "" {
		limit, err := strconv.Atoi(text)
		if err != nil || limit < 1 || limit > passages.MaxLimit {
			x.badRequest("limit", "The limit must be a number from 1 to "+strconv.Itoa(passages.MaxLimit)+".")
			return
		}
		q.Limit = limit
	}
	hits, err := x.questions(x.language, q)
	switch {
	case errors.Is(err, passages.ErrQuery):
		x.badRequest("q", "The text must be valid UTF-8 of at most "+strconv.Itoa(passages.MaxQuery)+" bytes.")
		return
	case errors.Is(err, errNoTurn):
		x.overloaded()
		return
	case err != nil:
		x.h.Log.Error("a search of the guidance failed", "route", x.route) // the error may hold what was asked
		x.failed()
		return
	}
	answer := guidanceAnswer{Language: x.language, Results: make([]guidanceResult, 0, len(hits))}
	for _, h := range hits {
		answer.Results = append(answer.Results, guidanceResult{
			Slug: h.Page.Slug, Title: h.Page.Title, Heading: h.Passage.Heading,
			URL: x.guidancePath(h.Page.Slug, h.Passage.ID), Snippet: markedHTML(h.Snippet),
		})
	}
	x.marshal(answer, noStore)
}

// guidancePath is the address of a part of a guidance page in the language of the request.
func (x *exchange) guidancePath(slug, anchor string) string {
	u := url.URL{Path: "/guidance/" + slug + ".html", Fragment: anchor}
	if x.language != x.h.Languages[0] {
		u.Path = "/" + x.language + u.Path
	}
	return u.String()
}

func markedHTML(pieces []passages.Piece) string {
	var b strings.Builder
	for _, p := range pieces {
		if text := html.EscapeString(p.Text); p.Marked {
			b.WriteString("<mark>" + text + "</mark>")
		} else {
			b.WriteString(text)
		}
	}
	return b.String()
}
