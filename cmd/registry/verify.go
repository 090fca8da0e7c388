package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/legalname"
	"github.com/cmpss/registry/generator/site"
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
	Number string `arg:"" help:"Certification number, in any way people write it."`
	On     string `help:"Also answer for this day." placeholder:"YYYY-MM-DD"`
	Name   string `help:"Also say how well this name agrees with the legal name." placeholder:"NAME"`
	Source string `help:"Answer from the records themselves." placeholder:"S" xor:"from"`
	Site   string `help:"Answer from a published site: its address, or its folder (public, if nothing is given)." placeholder:"URL|DIR" xor:"from"`
	JSON   bool   `help:"Answer as JSON." name:"json"`
}

// Help is shown below the flags.
func (*verifyCommand) Help() string {
	return "Exit status: 0 valid (with --on: valid on that day), 1 issued but not valid, 2 not a certification number or wrong usage, 3 never issued, 4 could not be confirmed."
}

// answer is what verify says, and its form in JSON: that of the query handler.
type answer struct {
	Answer string          `json:"answer"`
	Record json.RawMessage `json:"record,omitempty"`
	On     *answerOn       `json:"on,omitempty"`
	Name   string          `json:"name_match,omitempty"`

	statement certification.Statement
}

type answerOn struct {
	Date   string `json:"date"`
	Status string `json:"status"`
	Valid  bool   `json:"valid"`
}

// errNeverIssued says that a source is whole and has no such number.
var errNeverIssued = errors.New("never issued")

// Run looks the number up and answers.
func (c *verifyCommand) Run(ctx context.Context, p *process) error {
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
	if c.Site == "" {
		c.Site = "public"
	}
	statement, err := c.lookUp(ctx, number, now)
	switch {
	case errors.Is(err, errNeverIssued):
		if c.JSON {
			return printAnswer(p.stdout, answer{Answer: "never-issued"}, verifyNeverIssued)
		}
		fmt.Fprintf(p.stdout, "%s was never issued. Compare it with the number on the certificate, digit by digit.\n", number)
		return &exitError{verifyNeverIssued, nil}
	case err != nil:
		return &exitError{verifyUnconfirmed, fmt.Errorf("the status of %s could not be confirmed: %w", number, err)}
	}
	a := answer{Answer: "issued", Record: statement.AppendJSON(nil), statement: statement}
	status := statement.Status
	if c.On != "" {
		status = statement.StatusOn(day)
		a.On = &answerOn{day.String(), status.String(), status.Valid()}
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
	if a.On != nil {
		verdict := "NOT valid"
		if a.On.Valid {
			verdict = "valid"
		}
		fmt.Fprintf(w, "  on %s  %s: %s\n", a.On.Date, verdict, a.On.Status)
	}
	fmt.Fprintf(w, "  confirmed   %s; may be relied on until %s\n", pacific(s.ThisUpdate), pacific(s.ReliableUntil()))
	if s.Sample {
		fmt.Fprintln(w, "  This is sample data: no such person is certified.")
	}
}

// lookUp gives the statement about the number, errNeverIssued, or why it cannot be confirmed.
func (c *verifyCommand) lookUp(ctx context.Context, number certification.Number, now time.Time) (certification.Statement, error) {
	if c.Source != "" {
		return c.lookUpSource(ctx, number, now)
	}
	get := getFile
	if strings.HasPrefix(c.Site, "http://") || strings.HasPrefix(c.Site, "https://") {
		get = getURL
	}
	body, err := get(ctx, c.Site, "verify/"+number.String()+".json")
	if errors.Is(err, fs.ErrNotExist) {
		// Only a registry that is up to date can say that a number was never issued.
		return certification.Statement{}, c.neverIssued(ctx, get, now)
	}
	if err != nil {
		return certification.Statement{}, err
	}
	s, err := certification.ParseStatement(body)
	if err != nil {
		return s, err
	}
	if s.Number != number {
		return s, fmt.Errorf("%s answers for %s", c.Site, s.Number)
	}
	if what := site.Overdue(s.ThisUpdate, s.NextUpdate, s.NextChange, now); what != "" {
		return s, fmt.Errorf("the published statement is out of date: it %s", strings.TrimPrefix(what, "its "))
	}
	return s, nil
}

func (c *verifyCommand) lookUpSource(ctx context.Context, number certification.Number, now time.Time) (certification.Statement, error) {
	source, err := openSource(c.Source)
	if err != nil {
		return certification.Statement{}, err
	}
	snapshot, err := source.Snapshot(ctx, nil)
	if err != nil {
		return certification.Statement{}, err
	}
	for _, r := range snapshot.Records {
		if r.Number() == number {
			if s, issued := certification.StatementAt(r, now, now); issued {
				return s, nil
			}
		}
	}
	return certification.Statement{}, errNeverIssued
}

func (c *verifyCommand) neverIssued(ctx context.Context, get getter, now time.Time) error {
	body, err := get(ctx, c.Site, site.StatusPath)
	if err != nil {
		return fmt.Errorf("%s has no such record, and is not a registry that can say so: %w", c.Site, err)
	}
	var status site.Status
	if err := json.Unmarshal(body, &status); err != nil || status.NextUpdate.IsZero() {
		return fmt.Errorf("%s has no such record, and its %s is not that of a registry", c.Site, site.StatusPath)
	}
	if !now.Before(status.NextUpdate) {
		return fmt.Errorf("%s has no such record, but it is out of date since %s", c.Site, status.NextUpdate.Format(time.RFC3339))
	}
	return errNeverIssued
}

// getter gives the bytes of a file of a site; the error wraps fs.ErrNotExist if it has none.
type getter func(ctx context.Context, site, name string) ([]byte, error)

func getFile(_ context.Context, dir, name string) ([]byte, error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("there is no site at %s; give --site or --source", dir)
	}
	return os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
}

// maxAnswer bounds what is read of a published file, in bytes.
const maxAnswer = 1 << 20

func getURL(ctx context.Context, base, name string) ([]byte, error) {
	address, err := url.JoinPath(base, name)
	if err != nil {
		return nil, fmt.Errorf("--site %q: %w", base, err)
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("--site %q: %w", base, err)
	}
	request.Header.Set("Cache-Control", "no-cache")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound:
		return nil, fmt.Errorf("%s: %w", address, fs.ErrNotExist)
	default:
		return nil, fmt.Errorf("%s: %s", address, response.Status)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", address, err)
	}
	return body, nil
}
