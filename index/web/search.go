package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cmpss/registry/generator/advertisement"
	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/legalname"
	"github.com/cmpss/registry/generator/render"
	"github.com/cmpss/registry/index"
)

// searchTime bounds one search that runs.
const searchTime = 2 * time.Second

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
	buffer := getBuffer()
	defer putBuffer(buffer)
	*buffer = x.appendResult((*buffer)[:0], set, &result)
	x.w.Header()["Cache-Control"] = noStore
	x.json(http.StatusOK, *buffer)
}

// appendResult appends the answer to GET /api/v1/search: what was found, how many each filter would leave,
// when the records were confirmed, and until when all that is said holds.
func (x *exchange) appendResult(dst []byte, set *index.Set, result *index.Result) []byte {
	dst = strconv.AppendInt(append(dst, `{"total":`...), int64(result.Total), 10)
	if result.TotalIsAtLeast {
		dst = append(dst, `,"total_is_at_least":true`...)
	}
	dst = append(dst, `,"results":[`...)
	boundary, until := certification.Confirmation(set.Generation().Read)
	for i := range result.Statements {
		s := &result.Statements[i]
		dst = s.AppendSummary(append(appendComma(dst, i), '{'))
		dst = append(append(append(dst, `,"url":"`...), x.pagePath(s.Number)...), '"')
		if result.ByName {
			dst = append(append(append(dst, `,"name_match":"`...), result.Matches[i].String()...), '"')
		}
		dst = append(dst, '}')
		if holds := s.ReliableUntil(); holds.Before(until) {
			until = holds
		}
	}
	dst = append(dst, `],"by_status":{`...)
	for i, status := range statusesByName {
		dst = appendCount(appendComma(dst, i), status.String(), result.ByStatus[status])
	}
	dst = append(dst, `},"by_specialization":{`...)
	for i, area := range areasByName {
		dst = appendCount(appendComma(dst, i), area.String(), result.ByArea[area])
	}
	dst = append(dst, '}')
	if len(result.DidYouMean) > 0 {
		texts, err := json.Marshal(result.DidYouMean)
		if err != nil {
			panic("web: a list of texts cannot fail to encode")
		}
		dst = append(append(dst, `,"did_you_mean":`...), texts...)
	}
	dst = boundary.AppendFormat(append(dst, `,"this_update":"`...), time.RFC3339Nano)
	dst = until.AppendFormat(append(dst, `","next_update":"`...), time.RFC3339Nano)
	return append(dst, `"}`...)
}

// The members of the counts, in the order of their names.
var (
	statusesByName = slices.SortedFunc(slices.Values(certification.Published()), byName)
	areasByName    = slices.SortedFunc(everyArea, byName)
)

func byName[T fmt.Stringer](a, b T) int { return strings.Compare(a.String(), b.String()) }

func everyArea(yield func(certification.Specialization) bool) {
	var none index.Result
	for area := range none.ByArea {
		if !yield(certification.Specialization(area)) {
			return
		}
	}
}

func appendComma(dst []byte, i int) []byte {
	if i > 0 {
		return append(dst, ',')
	}
	return dst
}

// appendCount appends a member of an object. The name has nothing to escape.
func appendCount(dst []byte, name string, count int) []byte {
	dst = append(append(append(dst, '"'), name...), `":`...)
	return strconv.AppendInt(dst, int64(count), 10)
}

// searchFor answers GET /search?q= with a page of results. A number in full leads straight to
// its page, also out of a sentence that announces it.
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
		number, err := certification.ParseNumber(q.Text)
		announced := false
		if err != nil {
			number, announced = advertisement.FindNumber(q.Text)
		}
		if err == nil || announced {
			x.toPage(set, number, q.Text)
			return
		}
		result, ok := x.find(set, q.Query)
		if !ok {
			return
		}
		addResult(&page, result)
		x.addGuidance(&page)
		if len(page.Guidance) > 0 || page.AskedIn != "" {
			page.DidYouMean = likely(page.DidYouMean, q.Text)
		}
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

// likely leaves out of other texts for what was typed those that take up less than half of its words: a
// question that the guidance answers is no misspelled name, though one of its words resembles one.
func likely(texts []string, typed string) []string {
	words := len(strings.Fields(typed))
	return slices.DeleteFunc(texts, func(text string) bool { return 2*len(strings.Fields(text)) < words })
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
	for _, match := range result.Matches {
		page.Matches = append(page.Matches, nameMatches[match])
	}
}

var nameMatches = [...]render.NameMatch{legalname.Different: render.OtherName, legalname.Close: render.CloseName, legalname.Exact: render.ExactName}
