package web

import (
	"net/http"
	"time"

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
	day, problem := parseDayTyped(typedDay, x.now)
	if page.Problem = problem; problem == render.NoProblem {
		page.On = record.OnDay(day, x.now)
	} else {
		status = http.StatusBadRequest
	}
	buffer := getBuffer()
	defer putBuffer(buffer)
	var err error
	if *buffer, err = x.h.Pages.AppendDay((*buffer)[:0], x.language, page); err != nil {
		x.h.Log.Error("a page could not be made", "route", x.route)
		x.failed()
		return
	}
	x.page(status, *buffer)
}

// parseDayTyped reads a day that a person typed and that has begun.
func parseDayTyped(text string, now time.Time) (certification.Date, render.DayProblem) {
	day, err := certification.ParseDate(text)
	switch {
	case err != nil:
		return 0, render.DayMalformed
	case day > certification.DateOf(now):
		return 0, render.DayFuture
	}
	return day, render.NoProblem
}
