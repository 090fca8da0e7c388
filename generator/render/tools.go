package render

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/cmpss/registry/generator/advice"
	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/guidance"
)

// Tool is a page that does the arithmetic of the guidance for a person. Its form is a file of the
// site; the query handler answers it at the same address without the ending.
type Tool uint8

// The tools.
const (
	ToolStanding Tool = iota
	ToolCost
	ToolCourse
	ToolSanction
	numTools
)

var toolNames = [numTools]string{"standing", "cost", "course", "sanction"}

// String is the name of the tool in addresses and translation keys.
func (t Tool) String() string { return toolNames[t] }

// ParseTool reads the name of a tool.
func ParseTool(name string) (Tool, bool) {
	for t, known := range toolNames {
		if name == known {
			return Tool(t), true
		}
	}
	return 0, false
}

// toolGuides are the guidance pages that a tool belongs to. The first one has its figures as a
// table, for when nobody is there to answer.
var toolGuides = [numTools][]string{
	ToolStanding: {"status-and-renewal", "renewal", "for-certificants"},
	ToolCost:     {"fees", "status-and-renewal", "apply", "exam", "reciprocity", "renewal", "training-providers", "for-training-providers"},
	ToolCourse:   {"continuing-education", "renewal", "for-certificants"},
	ToolSanction: {"violation-guidelines", "code-of-ethics", "ethical-violations"},
}

// toolTemplates are the templates of the tools.
var toolTemplates = [numTools]string{pageStanding, pageCost, pageCourse, pageSanction}

// ToolPage is a tool with what a person typed, and the answer or what is wrong with the question.
type ToolPage struct {
	Tool   Tool
	Typed  url.Values
	Faults []advice.Fault
	Sample bool

	// The answer of the tool; nil for the form alone.
	Standing *advice.Standing
	Cost     *advice.Cost
	Course   *advice.CourseAnswer
	Sanction *advice.SanctionAnswer
}

// toolView is what the templates of all tools are given.
type toolView struct {
	page
	Tool     string
	Action   string // the address that answers
	Answered bool
	Faults   []faultView
	Guide    *guidance.Page // has the figures as a table
	Sections string         // of the Guidelines
	Revision moment
}

// faultView is something wrong with a question. About says which of several fields of one kind.
type faultView struct {
	Field string
	Code  string
	About string
}

// Fault is the code of what is wrong with a field; empty if nothing is.
func (v toolView) Fault(field string) string {
	for _, fault := range v.Faults {
		if fault.Field == field {
			return fault.Code
		}
	}
	return ""
}

// Advisor answers the questions that the tools ask.
func (r *Renderer) Advisor() *advice.Advisor { return r.advisor }

// FaultText says in a language what is wrong with a question, as plain text.
func (r *Renderer) FaultText(language, code string) string {
	e, err := r.edition(language)
	if err != nil {
		return ""
	}
	return e.catalog.messages["fault."+code+".text"].Other // Load checked that each is there
}

// AppendTool appends the page of a tool.
func (r *Renderer) AppendTool(dst []byte, language string, p ToolPage) ([]byte, error) {
	e, err := r.edition(language)
	if err != nil {
		return dst, err
	}
	if p.Tool >= numTools {
		return dst, fmt.Errorf("render: there is no tool %d", p.Tool)
	}
	view := e.toolView(p)
	if p.Typed != nil {
		view.Private, view.Canonical = true, ""
		view.Alternates = e.alternates("tools/" + view.Tool + "?" + e.repeated(p).Encode())
	}
	body, err := e.executeTool(view, p)
	return append(dst, body...), err
}

// repeated are the fields of the form as they were typed, for the same page in another language.
func (e *edition) repeated(p ToolPage) url.Values {
	fields := [numTools][]string{{"expires"}, {"path"}, {"provider", "subject", "hours", "breaks", "units"}, {"code"}}[p.Tool]
	if p.Tool == ToolCourse {
		for _, condition := range e.facts().ContinuingEducation.Conditions {
			fields = append(fields, condition.ID)
		}
	}
	values := make(url.Values)
	for _, field := range fields {
		if p.Typed.Has(field) {
			values.Set(field, shorten(p.Typed.Get(field)))
		}
	}
	return values
}

func (e *edition) executeTool(view toolView, p ToolPage) ([]byte, error) {
	kind := toolTemplates[p.Tool]
	switch p.Tool {
	case ToolStanding:
		return e.execute(kind, e.standingView(view, p))
	case ToolCost:
		return e.execute(kind, e.costView(view, p))
	case ToolCourse:
		return e.execute(kind, e.courseView(view, p))
	default:
		return e.execute(kind, e.sanctionView(view, p))
	}
}

func (e *edition) toolView(p ToolPage) toolView {
	facts := e.facts()
	name := p.Tool.String()
	view := toolView{
		page:     e.newPage(toolTemplates[p.Tool], "tools/"+name+".html", p.Sample),
		Tool:     name,
		Action:   "/" + e.prefix + "tools/" + name,
		Answered: p.Standing != nil || p.Cost != nil || p.Course != nil || p.Sanction != nil,
		Guide:    e.toolGuide(p.Tool),
	}
	origin := [numTools]guidance.Origin{facts.Milestones.Origin, facts.Costs.Origin, facts.ContinuingEducation.Origin, facts.Sanctions.Origin}[p.Tool]
	view.Sections = e.section(origin.Source)
	if day, err := certification.ParseDate(origin.Revision); err == nil { // checked when the facts were loaded
		view.Revision = e.calendar.day(day)
	}
	for _, fault := range p.Faults {
		about := ""
		for _, condition := range facts.ContinuingEducation.Conditions {
			if fault.Code == advice.AnswerMissing && condition.ID == fault.Field {
				about = e.words(condition.Question)
			}
		}
		view.Faults = append(view.Faults, faultView{fault.Field, fault.Code, about})
	}
	return view
}

// toolGuide is the first guidance page of a tool that the library has; nil if it has none.
func (e *edition) toolGuide(t Tool) *guidance.Page {
	for _, slug := range toolGuides[t] {
		for _, page := range e.guides() {
			if page.Slug == slug {
				return page
			}
		}
	}
	return nil
}

// tools are the names of the tools that belong to a guidance page, or of all for "".
func (e *edition) tools(slug string) []string {
	var list []string
	for t, name := range toolNames {
		if slug == "" {
			list = append(list, name)
			continue
		}
		for _, guide := range toolGuides[t] {
			if guide == slug {
				list = append(list, name)
			}
		}
	}
	return list
}

// toolPages are the list of the tools and the form of each, which are files of the site.
func (e *edition) toolPages(sample bool) ([]Page, error) {
	list, err := e.execute(pageTools, struct{ page }{e.newPage(pageTools, "tools/index.html", sample)})
	if err != nil {
		return nil, err
	}
	pages := []Page{{e.prefix + "tools/index.html", list}}
	for t, name := range toolNames {
		p := ToolPage{Tool: Tool(t), Sample: sample}
		body, err := e.executeTool(e.toolView(p), p)
		if err != nil {
			return nil, err
		}
		pages = append(pages, Page{e.prefix + "tools/" + name + ".html", body})
	}
	return pages, nil
}

// tryTools makes the tools with each shape of an answer and every fault, so that Load finds what
// is wrong with their templates.
func (e *edition) tryTools() error {
	a, facts := e.renderer.advisor, e.facts()
	expires := certification.NewDate(2026, 3, 1)
	var tries []ToolPage
	for t := range numTools {
		page := ToolPage{Tool: t, Typed: url.Values{}}
		for _, code := range advice.FaultCodes() {
			page.Faults = append(page.Faults, advice.Fault{Field: strings.Split(code, "-")[0], Code: code})
		}
		tries = append(tries, page)
	}
	for _, days := range [...]certification.Date{-200, -1, 1, 500, 1460, 2000} {
		s, err := a.Standing(advice.StandingQuestion{Expires: expires, On: expires + days})
		if err != nil {
			return err
		}
		tries = append(tries, ToolPage{Tool: ToolStanding, Standing: &s})
	}
	full := facts.Costs.Groups[0].Paths[0]
	full.Note, full.Repeat = full.Name, guidance.CostRepeat{Fee: facts.Fees.Groups[0].Fees[0].ID, Least: 1, Most: 2}
	cost := a.Cost(advice.CostQuestion{Path: full})
	cost.TrainingFees = true
	tries = append(tries, ToolPage{Tool: ToolCost, Cost: &cost}, ToolPage{Tool: ToolCost, Cost: &advice.Cost{}})
	for _, verdict := range verdicts {
		question := advice.CourseQuestion{Taught: 150, Breaks: 50}
		tries = append(tries, ToolPage{Tool: ToolCourse, Course: &advice.CourseAnswer{
			Question: question, Verdict: verdict, Hours: 100, LawEthics: 100, Reasons: []advice.Reason{{}},
		}})
	}
	units := advice.CourseAnswer{Question: advice.CourseQuestion{Units: 300}, Verdict: guidance.VerdictCounts}
	tries = append(tries, ToolPage{Tool: ToolCourse, Course: &units})
	sanction := a.Sanction(advice.SanctionQuestion{Standard: facts.Sanctions.Rows[0].Standards[0]})
	sanction.Sanction.Note = sanction.Sanction.Subject
	sanction.Sanction.Minimum = slices.Concat(sanction.Sanction.Minimum, sanction.Sanction.Minimum) // alternatives
	tries = append(tries, ToolPage{Tool: ToolSanction, Sanction: &sanction}, ToolPage{Tool: ToolSanction, Sanction: &advice.SanctionAnswer{}})
	for _, try := range tries {
		if _, err := e.executeTool(e.toolView(try), try); err != nil {
			return err
		}
	}
	return nil
}

// verdicts are those on a course.
var verdicts = []guidance.Verdict{guidance.VerdictCounts, advice.VerdictPartly, guidance.VerdictAsk, guidance.VerdictNo}

func (e *edition) facts() *guidance.Facts { return e.renderer.library.Facts() }

// words is a text of the facts in the language.
func (e *edition) words(text guidance.Text) string { return e.facts().Words(text, e.language) }

// section is a reference to the Guidelines, with "App." in the language's own word.
func (e *edition) section(s string) string {
	return strings.ReplaceAll(s, "App.", e.words(e.facts().Labels.Texts["appendix"]))
}

// money is an amount as people write it, or the words for what costs nothing.
func (e *edition) money(dollars int) string {
	if dollars == 0 {
		return e.words(e.facts().Labels.Texts["no-cost"])
	}
	return "$" + e.catalog.group(dollars)
}
