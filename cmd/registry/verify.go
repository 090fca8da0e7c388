package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/legalname"
	"github.com/cmpss/registry/generator/roster"
)

// The exit statuses of verify.
const (
	verifyValid       = 0
	verifyNotValid    = 1
	verifyMalformed   = 2
	verifyNeverIssued = 3
	verifyUnconfirmed = 4
)

type verifyCommand struct {
	Number string `arg:"" optional:"" help:"Certification number, in any way people write it."`
	On     string `help:"Also answer for this day." placeholder:"YYYY-MM-DD"`
	Name   string `help:"Also say how well this name agrees with the legal name." placeholder:"NAME"`
	Source string `help:"Answer from the records themselves." placeholder:"S" xor:"from"`
	Site   string `help:"Answer from a published site: its address, or its folder (public, if nothing is given)." placeholder:"URL|DIR" xor:"from"`
	JSON   bool   `help:"Answer as JSON." name:"json"`

	Roster string            `help:"Answer for every line of a roster instead: a CSV file, or - for standard input. The answers are CSV, what needs attention first." placeholder:"FILE"`
	Column map[string]string `help:"Column of the roster that holds number, name, given, family (halves of a name) or on (a day), by its heading or its place from 1. Found by itself where it has a usual name." placeholder:"ROLE=COLUMN"`
}

// Help is shown below the flags.
func (*verifyCommand) Help() string {
	return "Exit status: 0 valid (with --on: valid on that day), 1 issued but not valid, 2 not a certification number or wrong usage, 3 never issued, 4 could not be confirmed. " +
		"For a roster: 0 every line is valid, 1 at least one is not, 2 the roster cannot be read, 4 at least one could not be confirmed."
}

// answer is what verify says, and its form in JSON: that of the query handler.
type answer struct {
	Answer string          `json:"answer"`
	Record json.RawMessage `json:"record,omitempty"`
	On     json.RawMessage `json:"on,omitempty"`
	Name   string          `json:"name_match,omitempty"`

	statement certification.Statement
	onDay     *certification.OnDay // nil: not asked
}

// Run looks the number up and answers.
func (c *verifyCommand) Run(ctx context.Context, p *process) error {
	switch {
	case (c.Number == "") == (c.Roster == ""):
		return usageError("give a certification number, or --roster with a file")
	case c.Roster != "" && (c.On != "" || c.Name != ""):
		return usageError("--on and --name are for one number; a roster has columns for them")
	case c.Roster != "":
		return c.runRoster(ctx, p)
	}
	number, err := certification.ParseNumber(c.Number)
	if err != nil {
		if c.JSON {
			return printAnswer(p.stdout, answer{Answer: "malformed"}, verifyMalformed)
		}
		return &exitError{verifyMalformed, err}
	}
	now := p.now()
	var day certification.Date
	if c.On != "" {
		if day, err = certification.ParseDate(c.On); err != nil {
			return usageError("--on: %w", err)
		}
		if day > certification.DateOf(now) {
			return usageError("--on: %s is in the future: nobody can say what the status will be", c.On)
		}
	}
	lookUp, err := c.lookUp(ctx, now, 0)
	var found roster.Finding
	if err == nil {
		found, err = lookUp(ctx, number)
	}
	switch {
	case err != nil:
		return &exitError{verifyUnconfirmed, fmt.Errorf("the status of %s could not be confirmed: %w", number, err)}
	case !found.Issued:
		if c.JSON {
			return printAnswer(p.stdout, answer{Answer: "never-issued"}, verifyNeverIssued)
		}
		fmt.Fprintf(p.stdout, "%s was never issued. Compare it with the number on the certificate, digit by digit.\n", number)
		return &exitError{verifyNeverIssued, nil}
	}
	statement := found.Statement
	a := answer{Answer: "issued", Record: statement.AppendJSON(nil), statement: statement}
	status := statement.Status
	if c.On != "" {
		on := statement.OnDay(day)
		a.On, a.onDay, status = on.AppendJSON(nil), &on, on.Status
	}
	if c.Name != "" && statement.Status != certification.Unavailable { // there is no name to compare with
		a.Name = legalname.Compare(c.Name, statement.LegalName).String()
	}
	code := verifyNotValid
	switch {
	case status == certification.Unavailable:
		code = verifyUnconfirmed
	case status.Valid():
		code = verifyValid
	}
	if c.JSON {
		return printAnswer(p.stdout, a, code)
	}
	a.print(p.stdout)
	return &exitError{code, nil}
}

func printAnswer(w io.Writer, a answer, code int) error {
	body, err := json.Marshal(a)
	if err == nil {
		_, err = fmt.Fprintf(w, "%s\n", body)
	}
	if err != nil {
		return &exitError{verifyUnconfirmed, fmt.Errorf("print answer: %w", err)}
	}
	return &exitError{code, nil}
}

func (a *answer) print(w io.Writer) {
	s := &a.statement
	pacific := func(t time.Time) string { return t.In(certification.LosAngeles).Format("2006-01-02 15:04 MST") }
	switch {
	case s.Status == certification.Unavailable:
		fmt.Fprintf(w, "%s: the status is unavailable. Call CalMHSA Peer Certification, (279) 234-0699.\n", s.Number)
	case s.Valid():
		fmt.Fprintf(w, "%s is valid: active through %s.\n", s.Number, s.ValidThrough())
	default:
		fmt.Fprintf(w, "%s is NOT valid: %s.\n", s.Number, s.Status)
	}
	if s.LegalName != "" {
		fmt.Fprintf(w, "  name        %s\n", s.LegalName)
		fmt.Fprintf(w, "  term        %s to %s, certified since %s\n", s.Term.From, s.Term.To, s.CertifiedSince)
	}
	for kind := range s.Actions.All() {
		fmt.Fprintf(w, "  action      %s\n", kind)
		if kind == certification.UnderInvestigation {
			fmt.Fprintln(w, "              An allegation is not a finding.")
		}
	}
	if a.Name != "" {
		fmt.Fprintf(w, "  name match  %s\n", a.Name)
	}
	if a.onDay != nil {
		printOnDay(w, a.onDay)
	}
	fmt.Fprintf(w, "  confirmed   %s; may be relied on until %s\n", pacific(s.ThisUpdate), pacific(s.ReliableUntil()))
	if s.Sample {
		fmt.Fprintln(w, "  This is sample data: no such person is certified.")
	}
}

// lookUp gives how the registry that the flags name is asked.
func (c *verifyCommand) lookUp(ctx context.Context, now time.Time, patience int) (roster.LookUp, error) {
	if c.Source != "" {
		return lookUpSource(ctx, c.Source, now)
	}
	return lookUpSite(ctx, cmp.Or(c.Site, "public"), now, patience), nil
}
