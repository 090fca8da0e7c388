package certification

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// ParseStatement reads a published statement, the JSON of /verify/NUMBER.json, back. It
// accepts nothing that AppendJSON could not have written of a statement, except white space,
// the order of keys and keys that it does not know: a later version may add some.
func ParseStatement(body []byte) (Statement, error) {
	var p publishedStatement
	dec := json.NewDecoder(bytes.NewReader(body))
	if err := dec.Decode(&p); err != nil {
		return Statement{}, fmt.Errorf("read statement: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Statement{}, errors.New("read statement: something follows the JSON object")
	}
	s, err := p.statement()
	if err != nil {
		return Statement{}, fmt.Errorf("read statement: %w", err)
	}
	return s, nil
}

type publishedStatement struct {
	Number          string     `json:"number"`
	LegalName       string     `json:"legal_name"`
	Status          string     `json:"status"`
	Valid           *bool      `json:"valid"`
	Actions         []string   `json:"actions"`
	CertifiedSince  *string    `json:"certified_since"`
	DateActive      *string    `json:"date_active"`
	DateExpires     *string    `json:"date_expires"`
	Renewal         *DraftTerm `json:"renewal"`
	Specializations []string   `json:"specializations"`
	History         []struct {
		From   time.Time  `json:"from"`
		Until  *time.Time `json:"until"`
		Status string     `json:"status"`
	} `json:"history"`
	ThisUpdate time.Time  `json:"this_update"`
	NextUpdate time.Time  `json:"next_update"`
	NextChange *time.Time `json:"next_change"`
	Sample     bool       `json:"sample"`
	Withdrawn  bool       `json:"withdrawn"`
}

func (p *publishedStatement) statement() (Statement, error) {
	s := Statement{LegalName: p.LegalName, ThisUpdate: p.ThisUpdate.UTC(), NextUpdate: p.NextUpdate.UTC(), Sample: p.Sample, Withdrawn: p.Withdrawn}
	var err error
	if s.Number, err = ParseNumber(p.Number); err != nil || s.Number.String() != p.Number {
		return s, fmt.Errorf("number %s is not in canonical form", QuoteShort(p.Number))
	}
	var ok bool
	if s.Status, ok = ParseStatus(p.Status); !ok {
		return s, fmt.Errorf("unknown status %s", QuoteShort(p.Status))
	}
	if p.Valid == nil || *p.Valid != s.Status.Valid() {
		return s, fmt.Errorf("valid does not agree with the status %s", s.Status)
	}
	for _, name := range p.Actions {
		kind := slices.Index(actionNames[:], name)
		if kind < 0 {
			return s, fmt.Errorf("unknown action %s", QuoteShort(name))
		}
		s.Actions |= 1 << kind
	}
	for _, name := range p.Specializations {
		area, ok := ParseSpecialization(name)
		if !ok {
			return s, fmt.Errorf("unknown specialization %s", QuoteShort(name))
		}
		s.Specializations |= 1 << area
	}
	if s.ThisUpdate.IsZero() || !s.NextUpdate.After(s.ThisUpdate) {
		return s, errors.New("next_update is not after this_update")
	}
	if p.NextChange != nil {
		s.NextChange = p.NextChange.UTC()
	}
	for i, interval := range p.History {
		status, ok := ParseStatus(interval.Status)
		if !ok {
			return s, fmt.Errorf("unknown status %s in the history", QuoteShort(interval.Status))
		}
		next := Interval{From: interval.From.UTC(), Status: status}
		last := i == len(p.History)-1
		if (interval.Until == nil) != last || i > 0 && !s.History[i-1].Until.Equal(next.From) {
			return s, errors.New("the history has a gap, or an end")
		}
		if !last {
			next.Until = interval.Until.UTC()
		}
		s.History = append(s.History, next)
	}
	if s.Status == Unavailable {
		return s, nil
	}
	if len(s.History) == 0 || s.History[len(s.History)-1].Status != s.Status {
		return s, errors.New("the history does not end in the status")
	}
	if r := p.Renewal; r != nil {
		from, fromErr := ParseDate(r.From)
		to, toErr := ParseDate(r.To)
		if err := errors.Join(fromErr, toErr); err != nil {
			return s, fmt.Errorf("renewal: %w", err)
		}
		s.Renewal = Term{from, to}
	}
	for _, d := range []struct {
		name string
		text *string
		date *Date
	}{{"certified_since", p.CertifiedSince, &s.CertifiedSince}, {"date_active", p.DateActive, &s.Term.From}, {"date_expires", p.DateExpires, &s.Term.To}} {
		if d.text == nil {
			return s, fmt.Errorf("no %s", d.name)
		}
		if *d.date, err = ParseDate(*d.text); err != nil {
			return s, fmt.Errorf("%s: %w", d.name, err)
		}
	}
	return s, nil
}
