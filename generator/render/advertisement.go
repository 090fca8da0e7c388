package render

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/cmpss/registry/generator/advertisement"
	"github.com/cmpss/registry/generator/certification"
)

// AdvertisementProblem is why an advertisement cannot be checked.
type AdvertisementProblem uint8

// The problems.
const (
	AdvertisementFine AdvertisementProblem = iota
	AdvertisementEmpty
	AdvertisementTooLong
	AdvertisementNoNumber    // no number was given, and the text has none
	AdvertisementMalformed   // the number that was given is none
	AdvertisementNeverIssued // the number has no record
	AdvertisementUnavailable // the record cannot be compared with
	numAdvertisementProblems
)

var advertisementProblemNames = [numAdvertisementProblems]string{"", "empty", "too-long", "no-number", "malformed", "never-issued", "unavailable"}

// AdvertisementPage says whether an advertisement is right, and how to advertise a certification.
type AdvertisementPage struct {
	Statement *certification.Statement // nil: none was found or asked for
	Checked   bool                     // Findings are those of Text
	Findings  []advertisement.Finding
	Text      string // the advertisement, which the page repeats
	Typed     string // the number as it was typed
	Problem   AdvertisementProblem
	Sample    bool
}

// advertisementView is what the template of the page is given.
type advertisementView struct {
	page
	Problem    string
	Of         string // the number in the form
	Text       string
	MaxText    int    // characters
	Characters string // the same for people
	Checked    bool
	Right      bool
	Number     string
	Name       string
	Record     string // address of the record's page
	Status     string
	Valid      bool
	Findings   []findingView
	Correct    []string
	Titles     []titleView // for the script, which writes what Correct writes
	ThisUpdate moment
	Reliable   moment
}

type findingView struct {
	Rule, Verdict, Reason string
	Line                  int
	Text                  string
	Area                  string // complete title, in English as §213 has it
}

type titleView struct{ Area, Title string }

// AppendAdvertisement appends the page about an advertisement.
func (r *Renderer) AppendAdvertisement(dst []byte, language string, p AdvertisementPage) ([]byte, error) {
	e, err := r.edition(language)
	if err != nil {
		return dst, err
	}
	if p.Problem >= numAdvertisementProblems || p.Checked && p.Statement == nil {
		return dst, fmt.Errorf("render: a page about an advertisement that was checked needs a statement and a problem that is known")
	}
	if p.Statement != nil {
		if err := publishable(p.Statement); err != nil {
			return dst, err
		}
	}
	view := e.advertisementView(p)
	view.Private, view.Canonical = true, ""
	body, err := e.execute(pageAdvertisement, view)
	return append(dst, body...), err
}

func (e *edition) advertisementView(p AdvertisementPage) advertisementView {
	view := advertisementView{
		page:    e.newPage(pageAdvertisement, "advertisement.html", p.Sample),
		Problem: advertisementProblemNames[p.Problem],
		Of:      shorten(p.Typed),
		Text:    strings.ToValidUTF8(p.Text, "\uFFFD"),
		MaxText: advertisement.MaxText, Characters: e.catalog.group(advertisement.MaxText),
	}
	view.OwnForms, view.HasContact = true, true
	for _, area := range areas {
		view.Titles = append(view.Titles, titleView{area.String(), advertisement.AreaTitle(area)})
	}
	s := p.Statement
	if s == nil {
		return view
	}
	view.Of, view.Number, view.Name = s.Number.String(), s.Number.String(), s.LegalName
	view.Record = "/" + e.prefix + "verify/" + view.Number + ".html"
	view.Status, view.Valid = s.Status.String(), s.Valid()
	view.Correct = advertisement.Correct(s)
	view.ThisUpdate, view.Reliable = e.calendar.at(s.ThisUpdate), e.calendar.at(s.ReliableUntil())
	if !p.Checked {
		return view
	}
	view.Checked, view.Right = true, advertisement.Right(p.Findings)
	for _, f := range p.Findings {
		found := findingView{
			Rule: f.Reason.Rule().String(), Verdict: f.Reason.Verdict().String(), Reason: f.Reason.String(),
			Line: f.Line, Text: f.Text,
		}
		if f.HasArea {
			found.Area = advertisement.AreaTitle(f.Area)
		}
		view.Findings = append(view.Findings, found)
	}
	return view
}

// english marks a text that stands in English in every language, such as an official title.
func english(s string) template.HTML {
	return template.HTML(`<span lang="en">` + escaped(s) + `</span>`)
}
