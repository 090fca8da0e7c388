package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"
	"unicode/utf8"

	"github.com/cmpss/registry/generator/advertisement"
	"github.com/cmpss/registry/generator/certification"
)

type advertisementCommand struct {
	File   string `arg:"" help:"File with the text of the advertisement, or - for standard input."`
	Number string `help:"Certification number; that in the text, if it is left out." placeholder:"NUMBER"`
	Source string `help:"Compare with the records themselves." placeholder:"S" xor:"from"`
	Site   string `help:"Compare with a published site: its address, or its folder (public, if nothing is given)." placeholder:"URL|DIR" xor:"from"`
	JSON   bool   `help:"Answer as JSON." name:"json"`

	NoSpecializations bool `help:"Compare no areas of specialization: the registry publishes none. A published site says so by itself."`
}

// Help is shown below the flags.
func (*advertisementCommand) Help() string {
	return "Exit status: 0 no rule is broken, 1 one is, 2 there is no number, or wrong usage, 3 the number was never issued, 4 could not be confirmed."
}

// Run reads the text, looks its record up and says what was found.
func (c *advertisementCommand) Run(ctx context.Context, p *process) error {
	text, err := c.read()
	if err != nil {
		return usageError("%w", err)
	}
	number, found := advertisement.FindNumber(text)
	if c.Number != "" {
		if number, err = certification.ParseNumber(c.Number); err != nil {
			return usageError("--number: %w", err)
		}
	} else if !found {
		return usageError("%s has no certification number: give it with --number", c.File)
	}
	now := p.now()
	verify := verifyCommand{Source: c.Source, Site: c.Site}
	lookUp, err := verify.lookUp(ctx, now, 0)
	if err != nil {
		return &exitError{verifyUnconfirmed, err}
	}
	answer, err := lookUp(ctx, number)
	switch {
	case err != nil:
		return &exitError{verifyUnconfirmed, fmt.Errorf("the record of %s could not be confirmed: %w", number, err)}
	case !answer.Issued:
		return &exitError{verifyNeverIssued, fmt.Errorf("%s was never issued", number)}
	case answer.Statement.Status == certification.Unavailable:
		return &exitError{verifyUnconfirmed, fmt.Errorf("the record of %s is unavailable: there is nothing to compare with", number)}
	}
	published, err := c.areasPublished(ctx, now)
	if err != nil {
		return &exitError{verifyUnconfirmed, fmt.Errorf("whether specializations are published could not be confirmed: %w", err)}
	}
	findings := advertisement.Check(text, &answer.Statement, published)
	if err := c.print(p.stdout, &answer.Statement, findings); err != nil {
		return &exitError{verifyUnconfirmed, fmt.Errorf("print answer: %w", err)}
	}
	if !advertisement.Right(findings) {
		return &exitError{verifyNotValid, nil}
	}
	return nil
}

// areasPublished says whether there are areas of specialization to compare with: where the registry publishes
// none, nobody may be told that one is not held.
func (c *advertisementCommand) areasPublished(ctx context.Context, now time.Time) (bool, error) {
	if c.NoSpecializations || c.Source != "" {
		return !c.NoSpecializations, nil
	}
	status, err := newPublishedSite(cmp.Or(c.Site, "public"), now, 0).status(ctx)
	return !status.NoSpecializations, err
}

func (c *advertisementCommand) read() (string, error) {
	var in io.Reader = os.Stdin
	if c.File != "-" {
		file, err := os.Open(c.File)
		if err != nil {
			return "", err
		}
		defer file.Close()
		in = file
	}
	text, err := io.ReadAll(io.LimitReader(in, utf8.UTFMax*advertisement.MaxText+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("read %s: %w", c.File, err)
	case advertisement.TooLong(string(text)):
		return "", fmt.Errorf("%s has more than %d characters: give the text of one advertisement", c.File, advertisement.MaxText)
	}
	return string(text), nil
}

func (c *advertisementCommand) print(w io.Writer, s *certification.Statement, findings []advertisement.Finding) error {
	if c.JSON {
		body, err := json.Marshal(struct {
			Answer   string                  `json:"answer"`
			Right    bool                    `json:"right"`
			Findings []advertisement.Finding `json:"findings"`
			Record   json.RawMessage         `json:"record"`
			Correct  []string                `json:"correct,omitempty"`
		}{"checked", advertisement.Right(findings), findings, s.AppendJSON(nil), advertisement.Correct(s)})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(w, "%s\n", body)
		return err
	}
	for _, f := range findings {
		where := ""
		if f.Line > 0 {
			where = fmt.Sprintf("line %d: ", f.Line)
		}
		if _, err := fmt.Fprintf(w, "%-11s  %-14s  %s%s", f.Reason.Verdict(), f.Reason.Rule(), where, f.Reason.Advice()); err != nil {
			return err
		}
		if f.HasArea {
			fmt.Fprintf(w, " (%s)", advertisement.AreaTitle(f.Area))
		}
		fmt.Fprintln(w)
	}
	for _, text := range advertisement.Correct(s) {
		fmt.Fprintf(w, "\nThis follows the rules:\n%s\n", text)
	}
	return nil
}
