package main

import (
	"fmt"
	"io"

	"github.com/cmpss/registry/generator/certification"
)

// reasonWords explain a status on a day.
var reasonWords = map[certification.Reason]string{
	certification.InTerm:       "the certification was active",
	certification.BeforeIssue:  "the certificate was not yet issued",
	certification.BetweenTerms: "one term had ended and the next had not begun",
	certification.AfterTerm:    "the term had ended and was not renewed",
	certification.InSuspension: "a suspension was in force",
	certification.InRevocation: "a revocation was in force",
	certification.NotKnown:     "the record cannot be understood, or is no longer there",
}

func printOnDay(w io.Writer, on *certification.OnDay) {
	verdict := "NOT valid"
	if on.Status.Valid() {
		verdict = "valid"
	}
	fmt.Fprintf(w, "  on %s  %s: %s\n", on.Date, verdict, on.Status)
	first, begins := on.FirstDay()
	last, ends := on.LastDay()
	span := ""
	switch {
	case begins && ends:
		span = fmt.Sprintf(", from %s through %s", first, last)
	case begins:
		span = fmt.Sprintf(", since %s", first)
	case ends:
		span = fmt.Sprintf(", through %s", last)
	}
	if on.PartOfDay() {
		span += "; that day in part, which is enough"
	}
	fmt.Fprintf(w, "              %s%s\n", reasonWords[on.Reason], span)
}
