package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Bounds of a bulk check.
const (
	maxChecks = 1_000
	maxBody   = 1 << 20 // bytes

	checksPerQuestion = 50 // that count as much as one question by itself
)

// bulk answers POST /api/v1/verify: many questions, the answers in their order. A question that is none is
// answered as that; the others are none the worse for it.
func (x *exchange) bulk() {
	if kind, _, err := mime.ParseMediaType(x.r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		x.problem(problem{Status: http.StatusUnsupportedMediaType, Detail: "The body must be application/json."})
		return
	}
	checks, err := readChecks(x.body(maxBody))
	if err != nil {
		x.bodyProblem(err)
		return
	}
	if !x.admit(len(checks) / checksPerQuestion) {
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
	buffer := getBuffer()
	defer putBuffer(buffer)
	body := append((*buffer)[:0], `{"answers":[`...)
	for i := range checks {
		if i > 0 {
			body = append(body, ',')
		}
		question, wrong := checks[i].parse(i, x.now)
		if len(wrong) > 0 {
			body = appendMalformed(body, wrong)
			continue
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

	unread string // the member that cannot be read, or "" and a reason
	reason string // why the question cannot be read
}

// parse understands the question at a place of the list, or says what is wrong with it.
func (c *bulkCheck) parse(place int, now time.Time) (check, []problemError) {
	var wrong []problemError
	note := func(member, detail string) {
		if detail != "" {
			pointer := "#/checks/" + strconv.Itoa(place)
			if member != "" {
				pointer += "/" + member
			}
			wrong = append(wrong, problemError{Pointer: pointer, Detail: detail})
		}
	}
	if c.reason != "" {
		note(c.unread, c.reason)
		return check{}, wrong
	}
	question := newCheck(c.Number)
	if question.none {
		note("number", "It is no certification number: MPSS and six to nine digits.")
	}
	if c.On != nil && *c.On != "" {
		var detail string
		question.day, detail = parseDay(*c.On, now)
		question.hasDay = true
		note("on", detail)
	}
	if c.Name != nil && *c.Name != "" {
		question.name, question.named = *c.Name, true
		note("name", checkName(*c.Name))
	}
	return question, wrong
}

// appendMalformed appends the answer to a question that is none.
func appendMalformed(dst []byte, wrong []problemError) []byte {
	reasons, err := json.Marshal(wrong)
	if err != nil {
		panic("web: the errors of a check cannot fail to encode")
	}
	dst = append(append(dst, `{"answer":"malformed","errors":`...), reasons...)
	return append(dst, '}')
}

// errTooMany is that of a body with more than maxChecks questions.
var errTooMany = fmt.Errorf("more than %d checks", maxChecks)

// readChecks reads the questions of a body.
func readChecks(body io.Reader) ([]bulkCheck, error) {
	var text strings.Builder
	if _, err := io.Copy(&text, body); err != nil {
		return nil, err
	}
	if checks, ok := scanChecks(text.String()); ok {
		return checks, nil
	}
	return decodeChecks(strings.NewReader(text.String()))
}

// scanChecks reads what nearly all bodies are: members that a check has, and strings without an escape. For
// any other it is false.
func scanChecks(body string) ([]bulkCheck, bool) {
	s := scanner{rest: body}
	if !utf8.ValidString(body) || !s.take('{') || s.text() != "checks" || !s.take(':') || !s.take('[') {
		return nil, false
	}
	checks := make([]bulkCheck, 0, min(maxChecks, strings.Count(body, "{")))
	for more := true; more; more = s.take(',') {
		if len(checks) == maxChecks || !s.take('{') {
			return nil, false
		}
		var c bulkCheck
		for member := true; member; member = s.take(',') {
			name := s.text()
			if !s.take(':') {
				return nil, false
			}
			value := s.text()
			switch name {
			case "number":
				c.Number = value
			case "name":
				c.Name = &value
			case "on":
				c.On = &value
			default:
				return nil, false
			}
		}
		if !s.take('}') {
			return nil, false
		}
		checks = append(checks, c)
	}
	return checks, s.take(']') && s.take('}') && s.isAtEnd()
}

// scanner reads JSON that has no surprises. After one, it takes nothing more.
type scanner struct {
	rest   string
	failed bool
}

func (s *scanner) isAtEnd() bool {
	s.rest = strings.TrimLeft(s.rest, " \t\r\n")
	return !s.failed && s.rest == ""
}

// take takes a sign, if it comes next.
func (s *scanner) take(sign byte) bool {
	if s.isAtEnd() || s.failed || s.rest[0] != sign {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

// text takes a string without an escape.
func (s *scanner) text() string {
	if !s.take('"') {
		s.failed = true
		return ""
	}
	for i := range len(s.rest) {
		switch c := s.rest[i]; {
		case c == '"':
			text := s.rest[:i]
			s.rest = s.rest[i+1:]
			return text
		case c == '\\' || c < ' ':
			s.failed = true
			return ""
		}
	}
	s.failed = true
	return ""
}

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
			if c.unread, c.reason = unreadable(err); c.reason == "" {
				return nil, fmt.Errorf("check %d: %w", len(checks), err)
			}
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

// unreadable says which member of a check is of the wrong type, or that it has a member of another name. Such
// a check was read to its end, so the next one can be. For any other error it says nothing.
func unreadable(err error) (member, reason string) {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if wrong.Field == "" {
			return "", "A check must be an object with the members number, name and on."
		}
		return wrong.Field, "It must be a string."
	}
	if strings.HasPrefix(err.Error(), "json: unknown field ") {
		return "", "A check has no members but number, name and on."
	}
	return "", ""
}

// bodyProblem answers a body that cannot be read. It does not repeat any of it.
func (x *exchange) bodyProblem(err error) {
	if errors.Is(err, errBodies) {
		x.overloaded()
		return
	}
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
