package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/cmpss/registry/generator/roster"
)

// The exit statuses of verify for a roster, beside those of a number.
const (
	rosterFine  = 0
	rosterFault = 1 // at least one line cannot be taken as a yes
)

// rosterPatience is how often a site that says that it is asked too much is waited for, in all.
const rosterPatience = 10

// runRoster answers for every line of a roster.
func (c *verifyCommand) runRoster(ctx context.Context, p *process) error {
	body, err := readRoster(c.Roster)
	if err != nil {
		return usageError("%w", err)
	}
	asked := make(map[roster.Role]string)
	for name, column := range c.Column {
		role, err := roster.ParseRole(name)
		if err != nil {
			return usageError("--column: %w", err)
		}
		asked[role] = column
	}
	list, err := roster.Read(body, asked)
	if err != nil {
		return usageError("%s: %w", c.Roster, err)
	}
	now := p.now()
	lookUp, err := c.lookUp(ctx, now, rosterPatience)
	if err != nil {
		return &exitError{verifyUnconfirmed, err}
	}
	progress := newProgress(p.stderr, false)
	results, err := roster.Check(ctx, list.Lines, now, lookUp, hostWorkers, func(done, total int) { progress.step("checking", done, total) })
	progress.done()
	if err != nil {
		return fmt.Errorf("check the roster: %w", err)
	}
	if err := c.printRoster(p.stdout, results, now); err != nil {
		return &exitError{verifyUnconfirmed, fmt.Errorf("print the answers: %w", err)}
	}
	return c.reportRoster(p.stderr, list, results)
}

// readRoster reads the file, or standard input for "-".
func readRoster(name string) ([]byte, error) {
	in := os.Stdin
	if name != "-" {
		var err error
		if in, err = os.Open(name); err != nil {
			return nil, fmt.Errorf("read the roster: %w", err)
		}
		defer in.Close()
	}
	body, err := io.ReadAll(io.LimitReader(in, roster.MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read the roster: %w", err)
	}
	return body, nil
}

// rosterLine is the answer to a line in JSON: that of the query handler, with what was asked.
type rosterLine struct {
	Line      int         `json:"line"`
	Attention []string    `json:"attention"`
	Check     rosterCheck `json:"check"`
	answer
	Problem string `json:"problem,omitempty"` // why it could not be confirmed
}

type rosterCheck struct {
	Number string `json:"number"`
	Name   string `json:"name,omitempty"`
	On     string `json:"on,omitempty"`
}

func (c *verifyCommand) printRoster(w io.Writer, results []roster.Result, now time.Time) error {
	if !c.JSON {
		_, err := w.Write(roster.AppendCSV(nil, results))
		return err
	}
	lines := make([]rosterLine, len(results))
	for i := range results {
		r := &results[i]
		line := rosterLine{
			Line: r.Line.Line, Attention: []string{}, Check: rosterCheck{r.Number, r.Name, r.On},
			answer: answer{Answer: string(r.Answer), Name: r.Match},
		}
		for _, reason := range r.Attention {
			line.Attention = append(line.Attention, reason.String())
		}
		if r.Statement != nil {
			line.Record = r.Statement.AppendJSON(nil)
			if r.HasDay() {
				on := r.Statement.OnDay(r.Day)
				line.On = on.AppendJSON(nil)
			}
		}
		if r.Err != nil {
			line.Problem = r.Err.Error()
		}
		lines[i] = line
	}
	body, err := json.Marshal(struct {
		CheckedAt time.Time    `json:"checked_at"`
		Lines     []rosterLine `json:"lines"`
	}{now.UTC(), lines})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", body)
	return err
}

// reportRoster says in a few lines what the answers come to, and gives the exit status.
func (c *verifyCommand) reportRoster(w io.Writer, list *roster.Roster, results []roster.Result) error {
	if list.Encoding != roster.UTF8 {
		fmt.Fprintf(w, "%s is in %s; the answers are in UTF-8\n", c.Roster, list.Encoding)
	}
	faults, first := 0, error(nil)
	counts := make(map[roster.Reason]int)
	for i := range results {
		r := &results[i]
		for _, reason := range r.Attention {
			counts[reason]++
		}
		if slices.ContainsFunc(r.Attention, roster.Reason.IsFault) {
			faults++
		}
		if first == nil {
			first = r.Err
		}
	}
	fmt.Fprintf(w, "lines checked: %d, that cannot be taken as valid: %d\n", len(results), faults)
	for _, reason := range roster.Reasons() {
		if n := counts[reason]; n > 0 {
			fmt.Fprintf(w, "%6d %s\n", n, reason)
		}
	}
	switch {
	case first != nil:
		return &exitError{verifyUnconfirmed, fmt.Errorf("%d lines could not be confirmed; the first: %w", counts[roster.NotConfirmed], first)}
	case counts[roster.NotAvailable] > 0:
		return &exitError{verifyUnconfirmed, errors.New("the registry has no status for some lines: call CalMHSA Peer Certification, (279) 234-0699")}
	case faults > 0:
		return &exitError{rosterFault, nil}
	}
	return &exitError{rosterFine, nil}
}
