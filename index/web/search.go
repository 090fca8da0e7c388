package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/legalname"
	"github.com/cmpss/registry/generator/render"
	"github.com/cmpss/registry/index"
)

// searchTime bounds one search that runs.
const searchTime = 2 * time.Second

// searchAnswer is the answer to GET /api/v1/search.
type searchAnswer struct {
	Total            int            `json:"total"`
	TotalIsAtLeast   bool           `json:"total_is_at_least,omitempty"`
	Results          []searchResult `json:"results"`
	ByStatus         map[string]int `json:"by_status"`         // how many each filter would leave
	BySpecialization map[string]int `json:"by_specialization"` // likewise
	DidYouMean       []string       `json:"did_you_mean,omitempty"`
	ThisUpdate       time.Time      `json:"this_update"` // when the records were confirmed
	NextUpdate       time.Time      `json:"next_update"` // until when all that is said here holds
}

type searchResult struct {
	Number          string   `json:"number"`
	LegalName       string   `json:"legal_name"`
	Status          string   `json:"status"`
	Valid           bool     `json:"valid"`
	DateExpires     *string  `json:"date_expires"`
	Specializations []string `json:"specializations"`
	URL             string   `json:"url"`
	NameMatch       string   `json:"name_match,omitempty"` // none where a number was searched for
}

// parsedSearch is a search as the parameters give it.
type parsedSearch struct {
	index.Query
	area string
	page int // from 1
}

// maxPage is the last page of results that is shown.
const maxPage = index.MaxOffset / index.MaxLimit

// parseSearch reads the parameters. The last two results name the one that is wrong.
func parseSearch(values url.Values) (q parsedSearch, parameter, problem string) {
	q.Text = strings.TrimSpace(values.Get("q"))
	if len(q.Text) > index.MaxQuery {
		return q, "q", "The text to search for is longer than " + strconv.Itoa(index.MaxQuery) + " bytes."
	}
	if name := values.Get("status"); name != "" {
		status, ok := certification.ParseStatus(name)
		if !ok {
			return q, "status", "There is no such status."
		}
		q.Status = status
	}
	if name := values.Get("specialization"); name != "" {
		area, ok := certification.ParseSpecialization(name)
		if !ok {
			return q, "specialization", "There is no such specialization."
		}
		q.Specializations, q.area = 1<<area, area.String()
	}
	q.Limit = index.DefaultLimit
	if text := values.Get("limit"); text != "" {
		limit, err := strconv.Atoi(text)
		if err != nil || limit < 1 || limit > index.MaxLimit {
			return q, "limit", "The limit must be a number from 1 to " + strconv.Itoa(index.MaxLimit) + "."
		}
		q.Limit = limit
	}
	q.page = 1
	if text := values.Get("page"); text != "" {
		page, err := strconv.Atoi(text)
		if err != nil || page < 1 || page > maxPage {
			return q, "page", "The page must be a number from 1 to " + strconv.Itoa(maxPage) + "."
		}
		q.page = page
	}
	q.Offset = (q.page - 1) * q.Limit
	return q, "", ""
}

// find searches in turn. Where it cannot, it answers and is false.
func (x *exchange) find(set *index.Set, q index.Query) (index.Result, bool) {
	var result index.Result
	ok := x.inTurn(q.Text, func(ctx context.Context) (err error) {
		result, err = set.Search(ctx, q, x.now)
		return err
	})
	return result, ok
}

// inTurn waits for a turn to search for the text. Where the search fails, it answers and is false.
func (x *exchange) inTurn(text string, search func(context.Context) error) bool {
	if !x.h.enter(x.r) {
		x.overloaded()
		return false
	}
	defer x.h.leave()
	ctx, cancel := context.WithTimeout(x.r.Context(), searchTime)
	defer cancel()
	err := search(ctx)
	switch {
	case err == nil:
		return true
	case errors.Is(err, index.ErrQuery) && x.isAPI:
		x.badRequest("q", "The text to search for must be valid UTF-8 and have a letter or a digit.")
	case errors.Is(err, index.ErrQuery):
		x.answer(http.StatusBadRequest, render.AnswerPage{Answer: render.BadQuery, Typed: bounded(text)})
	case ctx.Err() != nil:
		x.overloaded()
	default:
		x.h.Log.Error("a search failed", "route", x.route) // the error may hold what was asked
		x.failed()
	}
	return false
}

// search answers GET /api/v1/search.
func (x *exchange) search() {
	values, ok := x.query()
	if !ok {
		return
	}
	q, parameter, problem := parseSearch(values)
	if problem != "" {
		x.badRequest(parameter, problem)
		return
	}
	set := x.current()
	if set == nil {
		return
	}
	defer set.Close()
	result, ok := x.find(set, q.Query)
	if !ok {
		return
	}
	boundary, until := certification.Confirmation(set.Generation().Read)
	answer := searchAnswer{
		Total: result.Total, TotalIsAtLeast: result.TotalIsAtLeast,
		ByStatus: make(map[string]int), BySpecialization: make(map[string]int), DidYouMean: result.DidYouMean,
		Results:    make([]searchResult, 0, len(result.Statements)),
		ThisUpdate: boundary, NextUpdate: until,
	}
	for _, status := range certification.Published() {
		answer.ByStatus[status.String()] = result.ByStatus[status]
	}
	for area, count := range result.ByArea {
		answer.BySpecialization[certification.Specialization(area).String()] = count
	}
	for i := range result.Statements {
		s := &result.Statements[i]
		one := x.searchResult(s)
		if result.ByName {
			one.NameMatch = legalname.Compare(q.Text, s.LegalName).String()
		}
		answer.Results = append(answer.Results, one)
		if holds := s.ReliableUntil(); holds.Before(answer.NextUpdate) {
			answer.NextUpdate = holds
		}
	}
	x.marshal(answer, noStore)
}

func (x *exchange) searchResult(s *certification.Statement) searchResult {
	result := searchResult{
		Number: s.Number.String(), LegalName: s.LegalName, Status: s.Status.String(), Valid: s.Valid(),
		Specializations: []string{}, URL: x.pagePath(s.Number),
	}
	if s.Status != certification.Unavailable {
		day := s.Term.To.String()
		result.DateExpires = &day
	}
	for area := range s.Specializations.All() {
		result.Specializations = append(result.Specializations, area.String())
	}
	return result
}

// searchFor answers GET /search?q= with a page of results. A number in full leads straight to
// its page.
func (x *exchange) searchFor() {
	values, ok := x.query()
	if !ok {
		return
	}
	q, _, problem := parseSearch(values)
	if problem != "" {
		x.answer(http.StatusBadRequest, render.AnswerPage{Answer: render.BadQuery, Typed: bounded(q.Text)})
		return
	}
	set := x.current()
	if set == nil {
		return
	}
	defer set.Close()
	page := render.SearchPage{
		Query: q.Text, Status: q.Status, Specialization: q.area, Limit: q.Limit, Page: q.page, MaxPage: maxPage, Sample: set.Generation().Sample,
	}
	if q.Text != "" {
		if number, err := certification.ParseNumber(q.Text); err == nil {
			x.toPage(set, number, q.Text)
			return
		}
		result, ok := x.find(set, q.Query)
		if !ok {
			return
		}
		addResult(&page, result)
		page.Guidance = x.beside(q.Text, result.Total)
	}
	buffer := getBuffer()
	defer putBuffer(buffer)
	var err error
	if *buffer, err = x.h.Pages.AppendSearch((*buffer)[:0], x.language, page); err != nil {
		x.h.Log.Error("a page could not be made", "route", x.route)
		x.failed()
		return
	}
	x.page(http.StatusOK, *buffer)
}

// addResult puts what a search found on its page.
func addResult(page *render.SearchPage, result index.Result) {
	page.Results, page.Total, page.TotalIsAtLeast = result.Statements, result.Total, result.TotalIsAtLeast
	page.Unfiltered, page.DidYouMean = result.WithoutFilters, result.DidYouMean
	page.ByStatus = map[certification.Status]int{certification.NotIssued: result.WithoutStatus}
	for _, status := range certification.Published() {
		page.ByStatus[status] = result.ByStatus[status]
	}
	page.BySpecialization = map[string]int{"": result.WithoutArea}
	for area, count := range result.ByArea {
		page.BySpecialization[certification.Specialization(area).String()] = count
	}
	if !result.ByName {
		return
	}
	for i := range result.Statements {
		page.Matches = append(page.Matches, nameMatches[legalname.Compare(page.Query, result.Statements[i].LegalName)])
	}
}

var nameMatches = [...]render.NameMatch{legalname.Different: render.OtherName, legalname.Close: render.CloseName, legalname.Exact: render.ExactName}
