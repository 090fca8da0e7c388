package render

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/cmpss/registry/generator/certification"
)

// hostileName is different after any escaping but the one that forms are filled with.
const hostileName = "<b>\"x\" & 'y'</b> + `{{.}}` ${1} \\ %41 é 田 =cmd()|x"

// proveForms checks of every form that filling it gives the bytes that html/template gives.
// It fails for a theme that puts a value where forms cannot escape it, such as a name in an
// address or in a script. What it returns identifies the pages that were compared.
func (r *Renderer) proveForms() ([32]byte, error) {
	sum := sha256.New()
	fmt.Fprintf(sum, "%+v\n", r.options)
	for _, language := range r.options.Languages {
		e := r.editions[language]
		for v := range variant(numVariants) {
			s, err := specimen(v)
			if err != nil {
				return [32]byte{}, err
			}
			if s.Status == certification.NotIssued {
				continue
			}
			plain, err := e.plainRecord(&s)
			if err != nil {
				return [32]byte{}, err
			}
			quick := e.appendRecord(nil, &s)
			if !bytes.Equal(plain, quick) {
				return [32]byte{}, misplaced("record", language, s.Status, plain, quick)
			}
			sum.Write(quick)
			for _, areas := range [...]certification.Specializations{0, s.Specializations} {
				s.Specializations = areas
				for match := range numNameMatches {
					plain, err := e.plainResult(&s, match)
					if err != nil {
						return [32]byte{}, err
					}
					if quick := e.appendResult(nil, &s, match); !bytes.Equal(plain, quick) {
						return [32]byte{}, misplaced("search", language, s.Status, plain, quick)
					}
				}
			}
		}
		for _, fragments := range [...][]string{asStrings(e.actions), asStrings(e.areas)} {
			fmt.Fprintf(sum, "%q\n", fragments)
		}
		for _, row := range e.rows {
			fmt.Fprintf(sum, "%q%v\n", row.pieces, row.slots)
		}
		for month := time.January; month <= time.December; month++ {
			sum.Write(e.calendar.appendYMD(nil, 2026, month, 1))
		}
		for hour := range 24 {
			sum.Write(e.calendar.appendClock(nil, hour, 0))
			sum.Write(e.calendar.appendClock(nil, hour, 5))
		}
	}
	return [32]byte(sum.Sum(nil)), nil
}

func misplaced(page, language string, status certification.Status, plain, quick []byte) error {
	return fmt.Errorf("theme: templates/%s.html in %q, status %s: a value stands where it cannot be escaped as text: html/template writes %q",
		page, language, status, firstDifference(plain, quick))
}

func asStrings[S ~string](list []S) []string {
	plain := make([]string, len(list))
	for i, s := range list {
		plain[i] = string(s)
	}
	return plain
}

// specimen is a statement of a variant with a value in every field.
func specimen(v variant) (certification.Statement, error) {
	number, err := certification.ParseNumber("MPSS012345")
	if err != nil {
		return certification.Statement{}, fmt.Errorf("render: the specimen: %w", err)
	}
	now := time.Date(2026, time.March, 9, 17, 7, 9, 0, time.UTC)
	s := certification.Statement{
		Number:     number,
		Status:     v.status(),
		ThisUpdate: now,
		NextUpdate: now.Add(certification.Window),
		Sample:     v.sample(),
	}
	if v.investigated() {
		s.Actions = 1 << certification.UnderInvestigation
	}
	if v.renewed() {
		s.Renewal = certification.Term{From: certification.NewDate(2027, 3, 2), To: certification.NewDate(2029, 3, 1)}
	}
	if s.Status == certification.Unavailable {
		return s, nil
	}
	s.LegalName = hostileName
	s.Specializations = 1<<certification.CrisisCare | 1<<certification.JusticeInvolved
	s.Term = certification.Term{From: certification.NewDate(2025, 3, 1), To: certification.NewDate(2027, 3, 1)}
	s.CertifiedSince = s.Term.From
	s.History = []certification.Interval{
		{From: s.Term.From.Start(), Until: s.Term.To.End(), Status: certification.Active},
		{From: s.Term.To.End(), Until: now.Add(-time.Hour), Status: certification.Lapsed},
		{From: now.Add(-time.Hour), Status: s.Status},
	}
	return s, nil
}

// firstDifference is what a has around the first place where b differs.
func firstDifference(a, b []byte) []byte {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	return a[max(0, i-60):min(len(a), i+60)]
}
