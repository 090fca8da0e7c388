package web

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/cmpss/registry/generator/advice"
	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/render"
)

// ToolPages answers the questions of the tools and makes their pages.
type ToolPages interface {
	// Advisor answers the questions.
	Advisor() *advice.Advisor
	// AppendTool appends the page of a tool with its answer.
	AppendTool(dst []byte, language string, p render.ToolPage) ([]byte, error)
	// FaultText says what is wrong with a question.
	FaultText(language, code string) string
}

// consult answers the question that the parameters ask a tool. The answers need no record, so
// they are given past next_update as well.
func (x *exchange) consult(tool render.Tool, values url.Values) (render.ToolPage, error) {
	a := x.h.Pages.Advisor()
	page := render.ToolPage{Tool: tool, Typed: values}
	switch tool {
	case render.ToolStanding:
		question, faults := a.ParseStanding(values, certification.DateOf(x.now))
		if page.Faults = faults; faults != nil {
			break
		}
		answer, err := a.Standing(question)
		if err != nil {
			return page, err
		}
		page.Standing = &answer
	case render.ToolCost:
		question, faults := a.ParseCost(values)
		if page.Faults = faults; faults == nil {
			answer := a.Cost(question)
			page.Cost = &answer
		}
	case render.ToolCourse:
		question, faults := a.ParseCourse(values)
		if page.Faults = faults; faults == nil {
			answer := a.Course(question)
			page.Course = &answer
		}
	default:
		question, faults := a.ParseSanction(values)
		if page.Faults = faults; faults == nil {
			answer := a.Sanction(question)
			page.Sanction = &answer
		}
	}
	return page, nil
}

// toolFor answers GET /tools/{tool} with a page: the form alone where nothing was asked.
func (x *exchange) toolFor(tool render.Tool) {
	values, ok := x.query()
	if !ok {
		return
	}
	page := render.ToolPage{Tool: tool}
	if values != nil {
		var err error
		if page, err = x.consult(tool, values); err != nil {
			x.h.Log.Error("a question could not be answered", "route", x.route) // the error may hold what was asked
			x.failed()
			return
		}
	}
	x.sendTool(page)
}

func (x *exchange) sendTool(page render.ToolPage) {
	if set := x.h.Holder.Acquire(); set != nil {
		page.Sample = set.Generation().Sample // every page beside sample data says so
		set.Close()
	}
	buffer := getBuffer()
	defer putBuffer(buffer)
	var err error
	if *buffer, err = x.h.Pages.AppendTool((*buffer)[:0], x.language, page); err != nil {
		x.h.Log.Error("a page could not be made", "route", x.route)
		x.failed()
		return
	}
	status := http.StatusOK
	if page.Faults != nil {
		status = http.StatusBadRequest
	}
	x.page(status, *buffer)
}

// calendar answers GET /tools/standing.ics?expires= with the dates ahead (RFC 5545).
func (x *exchange) calendar() {
	values, ok := x.query()
	if !ok {
		return
	}
	page, err := x.consult(render.ToolStanding, values)
	if err != nil {
		x.h.Log.Error("a question could not be answered", "route", x.route)
		x.failed()
		return
	}
	if page.Faults != nil {
		x.sendTool(page) // which says what is wrong
		return
	}
	body := x.h.Pages.Advisor().AppendCalendar(nil, page.Standing, x.language, x.now)
	header := x.w.Header()
	header["Cache-Control"] = noStore
	header["X-Robots-Tag"] = noIndex
	header["Content-Disposition"] = calendarName
	x.compressed(http.StatusOK, "text/calendar; charset=utf-8", body)
}

var calendarName = []string{`attachment; filename="dates.ics"`}

// tool answers GET /api/v1/tools/{tool}. The parameter lang is one of the site's.
func (x *exchange) tool(name string) {
	tool, ok := render.ParseTool(name)
	if !ok {
		x.problem(problem{Status: http.StatusNotFound, Detail: "There is no such tool. The tools are described in /openapi.json."})
		return
	}
	values, ok := x.query()
	if !ok {
		return
	}
	if values.Has("lang") {
		if x.language = values.Get("lang"); !slices.Contains(x.h.Languages, x.language) {
			x.language = x.h.Languages[0]
			x.badRequest("lang", "The site has no such language.")
			return
		}
	}
	page, err := x.consult(tool, values)
	if err == nil && page.Faults != nil {
		x.badQuestion(page.Faults)
		return
	}
	var body []byte
	if err == nil {
		body, err = x.answerJSON(page)
	}
	if err != nil {
		x.h.Log.Error("a question could not be answered", "route", x.route)
		x.failed()
		return
	}
	x.w.Header()["Cache-Control"] = noStore
	x.json(http.StatusOK, body)
}

func (x *exchange) answerJSON(page render.ToolPage) ([]byte, error) {
	a := x.h.Pages.Advisor()
	switch page.Tool {
	case render.ToolStanding:
		return a.StandingJSON(page.Standing, x.language)
	case render.ToolCost:
		return a.CostJSON(page.Cost, x.language)
	case render.ToolCourse:
		return a.CourseJSON(page.Course, x.language)
	default:
		return a.SanctionJSON(page.Sanction, x.language)
	}
}

// badQuestion sends the problem of a question, with each parameter that is wrong.
func (x *exchange) badQuestion(faults []advice.Fault) {
	p := problem{Type: problemBadRequest, Status: http.StatusBadRequest, Title: "The request is not understood"}
	for _, fault := range faults {
		p.Errors = append(p.Errors, problemError{Parameter: fault.Field, Detail: x.h.Pages.FaultText(x.language, fault.Code)})
	}
	p.Detail = p.Errors[0].Detail
	x.problem(p)
}
