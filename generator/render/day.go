package render

import (
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strings"

	"github.com/cmpss/registry/generator/certification"
)

// DayProblem is what is wrong with a day that was asked about.
type DayProblem uint8

// The problems.
const (
	NoProblem DayProblem = iota
	DayMalformed
	DayFuture
)

var dayProblemNames = [...]string{"", "malformed", "future"}

// DayPage answers "was it valid on that day?".
type DayPage struct {
	Statement *certification.Statement
	On        certification.OnDay // if there is no problem
	Typed     string              // the day as it was typed; the page repeats at most 100 characters of it
	Problem   DayProblem
}

// dayView is what the template of the page is given.
type dayView struct {
	page
	Static     bool   // the page is a file: its script answers
	Number     string // in the form
	DayTyped   string
	Problem    string        // name of the problem, or ""
	Answer     template.HTML // the fragment "day-answer", or ""
	Answers    []namedFragment
	History    template.HTML
	ThisUpdate moment
	Reliable   moment
}

// namedFragment is an answer for the script to fill in.
type namedFragment struct {
	Name string
	HTML template.HTML
}

// dayAnswer is what the fragment "day-answer" is given. What differs between answers of one
// status and reason is a slot for the script, or else a moment or text.
type dayAnswer struct {
	Status, Reason                       string
	Known                                bool // false where the status is unavailable
	Number, Name                         any
	Record                               string // address of the record's page
	Day, From, Through, First, Confirmed any
	Closed, Open                         bool // the stretch has an end, has none; the script is given both
	Part                                 bool
	Heads                                bool // it is the heading of its page
}

// AppendDay appends the page that answers about a day.
func (r *Renderer) AppendDay(dst []byte, language string, p DayPage) ([]byte, error) {
	e, err := r.edition(language)
	if err != nil {
		return dst, err
	}
	if p.Statement == nil || int(p.Problem) >= len(dayProblemNames) {
		return dst, fmt.Errorf("render: a page about a day needs a statement and a problem that is known")
	}
	if err := publishable(p.Statement); err != nil {
		return dst, err
	}
	view, err := e.dayView(p)
	if err != nil {
		return dst, err
	}
	body, err := e.execute(pageDay, view)
	return append(dst, body...), err
}

func (e *edition) dayView(p DayPage) (dayView, error) {
	s := p.Statement
	view := dayView{
		page:     e.newPage(pageDay, "day.html", s.Sample),
		Number:   s.Number.String(),
		DayTyped: shorten(p.Typed),
		Problem:  dayProblemNames[p.Problem],
	}
	view.Private, view.OwnForms, view.HasContact, view.Canonical = true, true, true, ""
	view.Alternates = e.alternates("verify?" + url.Values{"number": {view.Number}, "on": {view.DayTyped}}.Encode())
	if p.Problem != NoProblem {
		return view, nil
	}
	answer := e.dayAnswer(s, &p.On)
	fragment, err := e.executePart(pageDay, "day-answer", answer)
	if err != nil {
		return view, err
	}
	view.Answer = template.HTML(fragment)
	if answer.Known {
		view.ThisUpdate, view.Reliable = e.calendar.at(s.ThisUpdate), e.calendar.at(s.ReliableUntil())
		var history []byte
		for _, interval := range slices.Backward(s.History) {
			history = e.appendRow(history, interval)
		}
		view.History = template.HTML(history)
	}
	return view, nil
}

// dayAnswer is what is known of a certification on a day.
func (e *edition) dayAnswer(s *certification.Statement, on *certification.OnDay) dayAnswer {
	number := s.Number.String()
	answer := dayAnswer{
		Status: on.Status.String(), Reason: on.Reason.String(), Known: s.Status != certification.Unavailable,
		Number: number, Name: template.HTML("<bdi>" + escaped(s.LegalName) + "</bdi>"),
		Record: "/" + e.prefix + "verify/" + number + ".html",
		Day:    e.calendar.day(on.Date), First: e.calendar.day(s.CertifiedSince),
		Confirmed: e.calendar.day(certification.DateOf(s.ThisUpdate)),
		Part:      on.PartOfDay(),
	}
	if first, begins := on.FirstDay(); begins {
		answer.From = e.calendar.day(first)
		last, ends := on.LastDay()
		answer.Through, answer.Closed, answer.Open = e.calendar.day(last), ends, !ends
	}
	return answer
}

// staticDay is the page as a file, with every answer in it for the script to fill in.
func (e *edition) staticDay(sample bool) (dayView, error) {
	view := dayView{page: e.newPage(pageDay, "day.html", sample), Static: true}
	view.OwnForms, view.HasContact = true, true
	for _, reason := range certification.Reasons() {
		for _, status := range reason.Statuses() {
			answer := dayAnswer{
				Status: status.String(), Reason: reason.String(), Known: status != certification.Unavailable,
				Number: slotFor("number"), Name: slotFor("name"), Record: "/" + e.prefix + "day.html",
				Day: slotFor("day"), From: slotFor("from"), Through: slotFor("through"), First: slotFor("first"), Confirmed: slotFor("confirmed"),
			}
			if known := reason != certification.NotKnown; known {
				answer.Closed, answer.Open = true, true
				answer.Part = reason == certification.InSuspension || reason == certification.InRevocation
			}
			fragment, err := e.executePart(pageDay, "day-answer", answer)
			if err != nil {
				return view, err
			}
			view.Answers = append(view.Answers, namedFragment{answer.Reason + " " + answer.Status, template.HTML(strings.TrimSpace(string(fragment)))})
		}
	}
	return view, nil
}

// slotFor is the place of a value that a script puts in.
func slotFor(name string) template.HTML {
	return template.HTML(`<span data-slot="` + escaped(name) + `"></span>`)
}
