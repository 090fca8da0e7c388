package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"
)

// Bounds of a bulk check.
const (
	maxChecks = 1_000
	maxBody   = 1 << 20 // bytes
)

// bulk answers POST /api/v1/verify: many questions, the answers in their order.
func (x *exchange) bulk() {
	if kind, _, err := mime.ParseMediaType(x.r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		x.problem(problem{Status: http.StatusUnsupportedMediaType, Detail: "The body must be application/json."})
		return
	}
	checks, err := decodeChecks(http.MaxBytesReader(x.w, x.r.Body, maxBody))
	if err != nil {
		x.bodyProblem(err)
		return
	}
	if !x.h.enter(x.r) { // only now: a body that comes slowly takes no one's turn
		x.overloaded()
		return
	}
	defer x.h.leave()
	set := x.current()
	if set == nil {
		return
	}
	defer set.Close()
	questions, wrong := parseChecks(checks, x.now)
	if len(wrong) > 0 {
		x.problem(problem{
			Type: problemBadRequest, Status: http.StatusBadRequest, Title: "The request is not understood",
			Detail: strconv.Itoa(len(wrong)) + " parts of the request are wrong; nothing was checked.", Errors: wrong,
		})
		return
	}
	buffer := getBuffer()
	defer putBuffer(buffer)
	body := append((*buffer)[:0], `{"answers":[`...)
	for i, question := range questions {
		if i > 0 {
			body = append(body, ',')
		}
		body, _, _ = appendAnswer(body, set, question, x.now)
	}
	*buffer = append(body, `]}`...)
	x.w.Header()["Cache-Control"] = noStore
	x.json(http.StatusOK, *buffer)
}

// bulkCheck is one question in the body.
type bulkCheck struct {
	Number string  `json:"number"`
	Name   *string `json:"name"`
	On     *string `json:"on"`
}

// parseChecks reads days and names. A malformed number is an answer and no error.
func parseChecks(checks []bulkCheck, now time.Time) ([]check, []problemError) {
	const most = 20 // errors that are told
	questions := make([]check, 0, len(checks))
	var wrong []problemError
	note := func(i int, member, detail string) {
		if detail != "" && len(wrong) < most {
			wrong = append(wrong, problemError{Pointer: "#/checks/" + strconv.Itoa(i) + "/" + member, Detail: detail})
		}
	}
	for i, c := range checks {
		question := check{number: c.Number}
		if c.On != nil && *c.On != "" {
			var detail string
			question.day, detail = parseDay(*c.On, now)
			question.hasDay = true
			note(i, "on", detail)
		}
		if c.Name != nil && *c.Name != "" {
			question.name, question.named = *c.Name, true
			note(i, "name", checkName(*c.Name))
		}
		questions = append(questions, question)
	}
	return questions, wrong
}

// errTooMany is that of a body with more than maxChecks questions.
var errTooMany = fmt.Errorf("more than %d checks", maxChecks)

// decodeChecks reads {"checks":[…]} strictly and one by one, so that the memory it takes is that
// of the questions allowed.
func decodeChecks(body io.Reader) ([]bulkCheck, error) {
	decoder := json.NewDecoder(body)
	decoder.DisallowUnknownFields()
	for _, want := range []json.Token{json.Delim('{'), "checks", json.Delim('[')} {
		got, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		if got != want {
			return nil, errors.New(`the body must have the form {"checks":[…]}`)
		}
	}
	var checks []bulkCheck
	for decoder.More() {
		if len(checks) == maxChecks {
			return nil, errTooMany
		}
		var c bulkCheck
		if err := decoder.Decode(&c); err != nil {
			return nil, fmt.Errorf("check %d: %w", len(checks), err)
		}
		checks = append(checks, c)
	}
	for _, want := range []json.Token{json.Delim(']'), json.Delim('}')} {
		got, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		if got != want {
			return nil, errors.New(`the body must have the form {"checks":[…]}, and nothing else`)
		}
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errors.New("there is something after the body")
	}
	if len(checks) == 0 {
		return nil, errors.New("there is nothing to check")
	}
	return checks, nil
}

// bodyProblem answers a body that cannot be read. It does not repeat any of it.
func (x *exchange) bodyProblem(err error) {
	var tooLarge *http.MaxBytesError
	p := problem{Type: problemBadRequest, Status: http.StatusBadRequest, Title: "The request is not understood"}
	switch {
	case errors.As(err, &tooLarge):
		p.Status, p.Title = http.StatusRequestEntityTooLarge, "The request is too large"
		p.Detail = "The body is larger than 1 MiB. Send the checks in several requests."
	case errors.Is(err, errTooMany):
		p.Status, p.Title = http.StatusRequestEntityTooLarge, "The request is too large"
		p.Detail = "There are more than 1,000 checks. Send them in several requests."
	default:
		p.Detail = `The body must be JSON of the form {"checks":[{"number":"MPSS123456","name":"Jane Doe","on":"2025-11-22"}]}, ` +
			`with one to 1,000 checks, and nothing else. "name" and "on" may be left out.`
	}
	x.problem(p)
}
