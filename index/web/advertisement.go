package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cmpss/registry/generator/advertisement"
	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/render"
	"github.com/cmpss/registry/index"
)

// maxAdvertisementBody bounds, in bytes, the body with an advertisement: the most text that is checked, with
// every character of it escaped as the longest that JSON and forms have.
const maxAdvertisementBody = int64(len(`\ud83d\ude00`)*advertisement.MaxText + 1024)

// advertisementAnswer is the answer to POST /api/v1/advertisement.
type advertisementAnswer struct {
	Answer     string                  `json:"answer"`
	Right      bool                    `json:"right"`
	Findings   []advertisement.Finding `json:"findings"`
	Record     json.RawMessage         `json:"record"`
	Correct    []string                `json:"correct"`
	NextUpdate time.Time               `json:"next_update"` // until when all that is said here holds
}

// checkedAdvertisement is an advertisement with what was found.
type checkedAdvertisement struct {
	statement certification.Statement
	findings  []advertisement.Finding
	problem   render.AdvertisementProblem
}

// checkAdvertisement finds the record that an advertisement is about and holds the text against it.
// The number may be empty: then it is that of the text.
func (x *exchange) checkAdvertisement(set *index.Set, typed, text string) checkedAdvertisement {
	var c checkedAdvertisement
	number, err := certification.ParseNumber(typed)
	switch {
	case strings.TrimSpace(text) == "":
		c.problem = render.AdvertisementEmpty
		return c
	case advertisement.TooLong(text):
		c.problem = render.AdvertisementTooLong
		return c
	case typed == "":
		var found bool
		if number, found = advertisement.FindNumber(text); !found {
			c.problem = render.AdvertisementNoNumber
			return c
		}
	case err != nil:
		c.problem = render.AdvertisementMalformed
		return c
	}
	statement, issued := set.Statement(number, x.now)
	if !issued {
		c.problem = render.AdvertisementNeverIssued
		return c
	}
	c.statement = statement
	if statement.Status == certification.Unavailable {
		c.problem = render.AdvertisementUnavailable
		return c
	}
	c.findings = advertisement.Check(text, &statement, !x.h.NoSpecializations)
	return c
}

// advertisement answers POST /api/v1/advertisement.
func (x *exchange) advertisement() {
	if kind, _, err := mime.ParseMediaType(x.r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		x.problem(problem{Status: http.StatusUnsupportedMediaType, Detail: "The body must be application/json."})
		return
	}
	var question struct {
		Number string `json:"number"`
		Text   string `json:"text"`
	}
	decoder := json.NewDecoder(x.body(maxAdvertisementBody))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&question)
	if err == nil {
		if _, after := decoder.Token(); after != io.EOF {
			err = errors.New("there is something after the body")
		}
	}
	if err != nil || strings.TrimSpace(question.Text) == "" || advertisement.TooLong(question.Text) {
		x.advertisementProblem(err, advertisement.TooLong(question.Text))
		return
	}
	if !x.h.enter(x.r) {
		x.overloaded()
		return
	}
	defer x.h.leave()
	set := x.current()
	if set == nil {
		return
	}
	defer set.Close()
	x.w.Header()["Cache-Control"] = noStore
	c := x.checkAdvertisement(set, question.Number, question.Text)
	switch c.problem {
	case render.AdvertisementFine:
	case render.AdvertisementNeverIssued:
		x.json(http.StatusNotFound, answerNeverIssued)
		return
	case render.AdvertisementUnavailable:
		x.json(http.StatusOK, appendUncheckable(&c.statement))
		return
	default:
		x.json(http.StatusBadRequest, answerMalformed)
		return
	}
	answer := advertisementAnswer{
		Answer: "checked", Right: advertisement.Right(c.findings), Findings: c.findings, Record: c.statement.AppendJSON(nil),
		Correct: advertisement.Correct(&c.statement), NextUpdate: c.statement.ReliableUntil(),
	}
	if answer.Correct == nil {
		answer.Correct = []string{}
	}
	x.marshal(answer, noStore)
}

// appendUncheckable is the answer about a record that there is nothing to compare with.
func appendUncheckable(s *certification.Statement) []byte {
	return append(s.AppendJSON([]byte(`{"answer":"unavailable","record":`)), '}')
}

// advertisementProblem answers a body that cannot be checked. It does not repeat any of it.
func (x *exchange) advertisementProblem(err error, tooLong bool) {
	if errors.Is(err, errBodies) {
		x.overloaded()
		return
	}
	var tooLarge *http.MaxBytesError
	if tooLong || errors.As(err, &tooLarge) {
		x.problem(problem{
			Type: problemBadRequest, Status: http.StatusRequestEntityTooLarge, Title: "The request is too large",
			Detail: fmt.Sprintf("The text has more than %d characters.", advertisement.MaxText),
		})
		return
	}
	x.problem(problem{
		Type: problemBadRequest, Status: http.StatusBadRequest, Title: "The request is not understood",
		Detail: `The body must be JSON of the form {"number":"MPSS123456","text":"Jane Doe, CMPSS, #MPSS123456"} and nothing else. "number" may be left out where the text has it.`,
	})
}

// advertisementPage answers POST /advertisement, the form of a page, and GET with a form to fill in or, with
// ?number=, the texts that advertise a certification correctly.
func (x *exchange) advertisementPage() {
	var form url.Values
	if x.r.Method == http.MethodPost {
		body, err := io.ReadAll(x.body(maxAdvertisementBody))
		if err == nil {
			form, err = url.ParseQuery(string(body))
		}
		if errors.Is(err, errBodies) {
			x.overloaded()
			return
		}
		if err != nil {
			x.answer(http.StatusBadRequest, render.AnswerPage{Answer: render.BadQuery})
			return
		}
		if !x.h.enter(x.r) {
			x.overloaded()
			return
		}
		defer x.h.leave()
	} else {
		var ok bool
		if form, ok = x.query(); !ok {
			return
		}
	}
	set := x.current()
	if set == nil {
		return
	}
	defer set.Close()
	typed := strings.TrimSpace(form.Get("number"))
	page := render.AdvertisementPage{Typed: bounded(typed), Sample: set.Generation().Sample}
	status := http.StatusOK
	if x.r.Method == http.MethodPost {
		// The newline of a form is two characters, of what was typed one (WHATWG HTML, 4.10.11).
		text := strings.ReplaceAll(form.Get("text"), "\r\n", "\n")
		c := x.checkAdvertisement(set, typed, text)
		page.Problem = c.problem
		if c.problem == render.AdvertisementFine {
			page.Statement, page.Findings, page.Checked = &c.statement, c.findings, true
		} else {
			status = http.StatusBadRequest
		}
		if c.problem != render.AdvertisementTooLong && utf8.ValidString(text) {
			page.Text = text
		}
	} else if typed != "" {
		number, err := certification.ParseNumber(typed)
		statement, issued := set.Statement(number, x.now)
		switch {
		case err != nil:
			page.Problem, status = render.AdvertisementMalformed, http.StatusBadRequest
		case !issued:
			page.Problem, status = render.AdvertisementNeverIssued, http.StatusNotFound
		case statement.Status == certification.Unavailable:
			page.Problem = render.AdvertisementUnavailable
		default:
			page.Statement = &statement
		}
	}
	buffer := getBuffer()
	defer putBuffer(buffer)
	var err error
	if *buffer, err = x.h.Pages.AppendAdvertisement((*buffer)[:0], x.language, page); err != nil {
		x.h.Log.Error("a page could not be made", "route", x.route)
		x.failed()
		return
	}
	x.page(status, *buffer)
}
