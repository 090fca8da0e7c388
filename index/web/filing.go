package web

import (
	"net/http"
	"strings"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/legalname"
	"github.com/cmpss/registry/generator/render"
)

// filing answers GET /verify/print?number=&name=&on= with an answer on one sheet, for the files.
func (x *exchange) filing() {
	query, ok := x.query()
	if !ok {
		return
	}
	typed, name, on := query.Get("number"), query.Get("name"), query.Get("on")
	number, err := certification.ParseNumber(typed)
	if err != nil {
		x.answer(http.StatusBadRequest, render.AnswerPage{Answer: render.Malformed, Typed: bounded(typed)})
		return
	}
	if checkName(name) != "" {
		x.answer(http.StatusBadRequest, render.AnswerPage{Answer: render.BadQuery})
		return
	}
	set := x.current()
	if set == nil {
		return
	}
	defer set.Close()
	statement, issued := set.Statement(number, x.now)
	if !issued {
		x.answer(http.StatusNotFound, render.AnswerPage{Answer: render.NeverIssued, Typed: bounded(typed), Number: number})
		return
	}
	page := render.FilingPage{Statement: &statement, Number: bounded(typed), Name: bounded(name), Day: bounded(on), Asked: x.now}
	status := http.StatusOK
	if on != "" {
		var day certification.Date
		if day, page.Problem = parseDayTyped(on, x.now); page.Problem != render.NoProblem {
			status = http.StatusBadRequest
		} else {
			of := statement.OnDay(day)
			page.On = &of
		}
	}
	if name != "" && statement.Status != certification.Unavailable { // there is no name to compare with
		page.NameMatch = legalname.Compare(name, statement.LegalName).String()
	}
	buffer := getBuffer()
	defer putBuffer(buffer)
	if *buffer, err = x.h.Pages.AppendFiling((*buffer)[:0], x.language, page); err != nil {
		x.h.Log.Error("a page could not be made", "route", x.route)
		x.failed()
		return
	}
	x.page(status, *buffer)
}

// code answers GET /qr/NUMBER.svg with a drawing that opens the page of an issued number.
func (x *exchange) code(name string) {
	typed, isSVG := strings.CutSuffix(name, ".svg")
	number, err := certification.ParseNumber(typed)
	if !isSVG || err != nil {
		x.answer(http.StatusNotFound, render.AnswerPage{Answer: render.NotFound})
		return
	}
	set := x.current()
	if set == nil {
		return
	}
	defer set.Close()
	if _, issued := set.Statement(number, x.now); !issued {
		x.answer(http.StatusNotFound, render.AnswerPage{Answer: render.NeverIssued, Typed: bounded(typed), Number: number})
		return
	}
	drawing, err := x.h.Pages.AppendQR(nil, number)
	if err != nil {
		x.h.Log.Error("a code could not be drawn", "route", x.route)
		x.failed()
		return
	}
	header := x.w.Header()
	header["Cache-Control"] = []string{"public, max-age=86400"} // the address of a number's page never changes
	header["X-Robots-Tag"] = noIndex
	x.compressed(http.StatusOK, "image/svg+xml", drawing)
}
