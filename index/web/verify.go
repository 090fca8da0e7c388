package web

import (
	"net/http"
	"net/url"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/legalname"
	"github.com/cmpss/registry/generator/render"
	"github.com/cmpss/registry/index"
)

// Bounds of a request, in bytes.
const (
	maxQueryString = 4096
	maxName        = 4 * certification.MaxNameLength
)

// The answers that have no record.
var (
	answerMalformed   = []byte(`{"answer":"malformed"}`)
	answerNeverIssued = []byte(`{"answer":"never-issued"}`)
)

// check is one question about a certification.
type check struct {
	number certification.Number
	none   bool // what was typed is no number
	day    certification.Date
	hasDay bool
	name   string
	named  bool
}

func newCheck(typed string) check {
	number, err := certification.ParseNumber(typed)
	return check{number: number, none: err != nil}
}

// verify answers GET /api/v1/verify/{number}.
func (x *exchange) verify(typed string) {
	query, ok := x.query()
	if !ok {
		return
	}
	c := newCheck(typed)
	if values, given := query["on"]; given {
		day, problem := parseDay(values[0], x.now)
		if problem != "" {
			x.badRequest("on", problem)
			return
		}
		c.day, c.hasDay = day, true
	}
	if values, given := query["name"]; given {
		if problem := checkName(values[0]); problem != "" {
			x.badRequest("name", problem)
			return
		}
		c.name, c.named = values[0], true
	}
	set := x.current()
	if set == nil {
		return
	}
	defer set.Close()
	buffer := getBuffer()
	defer putBuffer(buffer)
	body, status, until := appendAnswer((*buffer)[:0], set, c, x.now)
	*buffer = body
	header := x.w.Header()
	switch {
	case status != http.StatusOK || c.named:
		header["Cache-Control"] = noStore
	default:
		header["Cache-Control"] = []string{"public, max-age=" + strconv.Itoa(maxAge(x.now, until))}
		if x.unchanged(entityTag(body)) {
			return
		}
	}
	x.json(status, body)
}

// maxAge is how long, in seconds, an answer that holds until then may be kept: a minute at most.
func maxAge(now, until time.Time) int {
	return int(min(time.Minute, max(0, until.Sub(now))) / time.Second)
}

// appendAnswer appends the answer to one question, with its HTTP status and the instant until
// which it holds.
func appendAnswer(dst []byte, set *index.Set, c check, now time.Time) (body []byte, status int, until time.Time) {
	if c.none {
		return append(dst, answerMalformed...), http.StatusBadRequest, until
	}
	record, known := set.Record(c.number)
	if !known {
		return append(dst, answerNeverIssued...), http.StatusNotFound, until
	}
	statement, issued := certification.StatementAt(record, set.Generation().Read, now)
	if !issued {
		return append(dst, answerNeverIssued...), http.StatusNotFound, until
	}
	dst = statement.AppendJSON(append(dst, `{"answer":"issued","record":`...))
	if c.hasDay {
		on := statement.OnDay(c.day)
		dst = on.AppendJSON(append(dst, `,"on":`...))
	}
	if c.named && statement.Status != certification.Unavailable { // there is no name to compare with
		dst = append(append(dst, `,"name_match":"`...), legalname.Compare(c.name, statement.LegalName).String()...)
		dst = append(dst, '"')
	}
	return append(dst, '}'), http.StatusOK, statement.ReliableUntil()
}

// parseDay reads a day that has begun. The second result says what is wrong.
func parseDay(text string, now time.Time) (certification.Date, string) {
	day, problem := parseDayTyped(text, now)
	switch problem {
	case render.DayMalformed:
		return 0, "The date must be a calendar day of the form YYYY-MM-DD."
	case render.DayFuture:
		return 0, "The date is in the future: a status is known for days that have begun in Los Angeles."
	}
	return day, ""
}

func checkName(name string) string {
	switch {
	case len(name) > maxName:
		return "The name is longer than " + strconv.Itoa(maxName) + " bytes."
	case !utf8.ValidString(name):
		return "The name is not valid UTF-8."
	}
	return ""
}

// query reads the parameters of the address. Where they cannot be read it answers.
func (x *exchange) query() (url.Values, bool) {
	raw := x.r.URL.RawQuery
	if raw == "" {
		return nil, true
	}
	detail := "The part of the address after the question mark is longer than " + strconv.Itoa(maxQueryString) + " bytes."
	if len(raw) <= maxQueryString {
		values, err := url.ParseQuery(raw)
		if err == nil {
			return values, true
		}
		detail = "The part of the address after the question mark is not encoded as it should be."
	}
	if x.isAPI {
		x.badRequest("", detail)
	} else {
		x.answer(http.StatusBadRequest, render.AnswerPage{Answer: render.BadQuery})
	}
	return nil, false
}

// verifyTo answers GET /verify?number= with the way to the record's page, and with &on= with a
// page about that day.
func (x *exchange) verifyTo() {
	query, ok := x.query()
	if !ok {
		return
	}
	typed := query.Get("number")
	number, err := certification.ParseNumber(typed)
	if err != nil {
		x.answer(http.StatusBadRequest, render.AnswerPage{Answer: render.Malformed, Typed: bounded(typed)})
		return
	}
	set := x.current()
	if set == nil {
		return
	}
	defer set.Close()
	if day := query.Get("on"); day != "" {
		x.onDay(set, number, typed, day)
		return
	}
	x.toPage(set, number, typed)
}

// toPage leads to the page of a number, or says that it was never issued.
func (x *exchange) toPage(set *index.Set, number certification.Number, typed string) {
	if _, issued := set.Statement(number, x.now); !issued {
		x.answer(http.StatusNotFound, render.AnswerPage{
			Answer: render.NeverIssued, Typed: bounded(typed), Number: number,
		})
		return
	}
	header := x.w.Header()
	header["Cache-Control"] = noStore
	header["X-Robots-Tag"] = noIndex
	header["Location"] = []string{x.pagePath(number)}
	x.send(http.StatusSeeOther, "", nil)
}

// bounded is at most the first hundred characters of what was typed.
func bounded(typed string) string {
	n := 0
	for i := range typed {
		if n == 100 {
			return typed[:i]
		}
		n++
	}
	return typed
}
