package render

import (
	"errors"
	"html/template"
	"net/url"
	"time"

	"github.com/cmpss/registry/generator/certification"
)

// FilingPage is an answer on one sheet, for an employer's files: what was asked and when, the answer,
// when it was confirmed and until when it may be relied on, and where to look again.
type FilingPage struct {
	Statement *certification.Statement
	Number    string               // as typed; the page repeats at most 100 characters of it, and of the name
	Name      string               // as typed, or ""
	NameMatch string               // "exact", "close" or "different"; "" where nothing was compared
	On        *certification.OnDay // nil: no day was asked about, or there is a problem with it
	Problem   DayProblem           // what is wrong with the day: then there is no answer, but the form to ask again
	Day       string               // as typed; the page repeats at most 100 characters of it
	Asked     time.Time
}

// filingView is what the template of the page is given.
type filingView struct {
	recordView
	AskedNumber string
	AskedName   string
	NameMatch   string
	OtherName   bool // the name that was asked about is not that on record
	AskedAt     moment
	HasDay      bool
	Day         moment
	DayTyped    string
	Problem     string        // name of what is wrong with the day, or ""
	Answer      template.HTML // of the day that was asked about; empty: the answer is the status now
	Address     string
	QR          template.HTML
}

// AppendFiling appends an answer for the files.
func (r *Renderer) AppendFiling(dst []byte, language string, p FilingPage) ([]byte, error) {
	e, err := r.edition(language)
	if err != nil {
		return dst, err
	}
	if p.Statement == nil || int(p.Problem) >= len(dayProblemNames) {
		return dst, errors.New("render: an answer for the files needs a statement and a problem that is known")
	}
	if err := publishable(p.Statement); err != nil {
		return dst, err
	}
	view, err := e.filingView(p)
	if err != nil {
		return dst, err
	}
	body, err := e.execute(pageFiling, view)
	return append(dst, body...), err
}

func (e *edition) filingView(p FilingPage) (filingView, error) {
	s := p.Statement
	view := filingView{
		recordView:  e.shape(variantOf(s), s.Number.String()),
		AskedNumber: shorten(p.Number), AskedName: shorten(p.Name), NameMatch: p.NameMatch, AskedAt: e.calendar.at(p.Asked),
		Address:  e.renderer.pageAddress(e.language, s.Number),
		DayTyped: shorten(p.Day), Problem: dayProblemNames[p.Problem],
	}
	view.Kind, view.OwnForms, view.HasContact, view.Canonical = pageFiling, true, false, ""
	query := url.Values{"number": {view.AskedNumber}}
	view.ThisUpdate, view.ThisDay, view.Reliable = e.calendar.at(s.ThisUpdate), e.calendar.day(certification.DateOf(s.ThisUpdate)), e.calendar.at(s.ReliableUntil())
	if view.Known {
		view.Name, view.Through, view.Expires, view.Active = s.LegalName, e.calendar.day(s.ValidThrough()), e.calendar.day(s.Term.To), e.calendar.day(s.Term.From)
		view.Actions = e.actions[s.Actions]
	}
	if p.Day != "" {
		query.Set("on", view.DayTyped)
	}
	if p.On != nil {
		view.HasDay, view.Day = true, e.calendar.day(p.On.Date)
		answer := e.dayAnswer(s, p.On)
		answer.Heads = true
		fragment, err := e.executePart(pageFiling, "day-answer", answer)
		if err != nil {
			return view, err
		}
		view.Answer = template.HTML(fragment)
	}
	view.OtherName = p.NameMatch == "different"
	if p.Name != "" {
		query.Set("name", view.AskedName)
	}
	view.Alternates = e.alternates(FilingPath + "?" + query.Encode())
	drawing, err := appendQR(nil, view.Address)
	view.QR = template.HTML(drawing)
	return view, err
}
