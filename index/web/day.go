package web

import (
	"net/http"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/render"
	"github.com/cmpss/registry/index"
)

// onDay answers GET /verify?number=&on= with a page: what is known of an issued number on a day.
func (x *exchange) onDay(set *index.Set, number certification.Number, typedNumber, typedDay string) {
	record, known := set.Record(number)
	var statement certification.Statement
	if known {
		statement, known = certification.StatementAt(record, set.Generation().Read, x.now)
	}
	if !known {
		x.answer(http.StatusNotFound, render.AnswerPage{Answer: render.NeverIssued, Typed: bounded(typedNumber), Number: number})
		return
	}
	page := render.DayPage{Statement: &statement, Typed: bounded(typedDay)}
	status := http.StatusOK
	day, err := certification.ParseDate(typedDay)
	switch {
	case err != nil:
		page.Problem, status = render.DayMalformed, http.StatusBadRequest
	case day > certification.DateOf(x.now):
		page.Problem, status = render.DayFuture, http.StatusBadRequest
	default:
		page.On = record.OnDay(day, x.now)
	}
	buffer := getBuffer()
	defer putBuffer(buffer)
	if *buffer, err = x.h.Pages.AppendDay((*buffer)[:0], x.language, page); err != nil {
		x.h.Log.Error("a page could not be made", "route", x.route)
		x.failed()
		return
	}
	x.page(status, *buffer)
}
