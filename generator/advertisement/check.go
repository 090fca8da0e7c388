package advertisement

import (
	"slices"
	"strings"

	"github.com/cmpss/registry/generator/certification"
)

// Check holds an advertisement against the rules and the record. The findings are in the order of
// the rules, then of the lines; every rule has one at least. It gives none for a record that is
// unavailable: there is nothing to compare with. areasPublished is false where the registry does
// not publish specializations.
func Check(advertisement string, s *certification.Statement, areasPublished bool) []Finding {
	if s.Status == certification.Unavailable {
		return nil
	}
	t := read(advertisement)
	findings := t.checkName(s.LegalName)
	findings = append(findings, t.checkTitle()...)
	findings = append(findings, t.checkNumber(s.Number)...)
	findings = append(findings, t.checkStatus(s.Status)...)
	if areasPublished {
		findings = append(findings, t.checkAreas(s.Specializations)...)
	} else {
		findings = append(findings, Finding{Reason: AreaUnpublished})
	}
	slices.SortStableFunc(findings, func(a, b Finding) int {
		if d := int(a.Reason.Rule()) - int(b.Reason.Rule()); d != 0 {
			return d
		}
		return a.Line - b.Line
	})
	return findings
}

// claims of a valid certification, as words one after the other.
var claims = [][]string{
	{"active"},
	{"valid"},
	{"current"},
	{"currently", "certified"},
	{"good", "standing"},
	{"up", "to", "date"},
	{"vigente"},
	{"valida"},
	{"activa"},
	{"activo"},
}

// checkStatus holds what is said of the status against the record. To advertise a certification
// at all is to say that it is valid.
func (t *text) checkStatus(status certification.Status) []Finding {
	if status.Valid() {
		return []Finding{{Reason: StatusValid}}
	}
	var findings []Finding
	told := make(map[int]bool)
	for i, w := range t.words {
		if told[w.line] || i > 0 && slices.Contains([]string{"not", "no"}, t.words[i-1].text) {
			continue
		}
		if slices.ContainsFunc(claims, func(claim []string) bool { return t.hasAt(claim, i) }) {
			told[w.line] = true
			findings = append(findings, t.at(StatusClaimed, w.line))
		}
	}
	return append([]Finding{{Reason: StatusNotValid}}, findings...)
}

// Correct are texts that advertise a valid certification as the rules ask: in short, and in full with
// the specializations on record. There are none for a certification that is not valid.
func Correct(s *certification.Statement) []string {
	if !s.Valid() {
		return nil
	}
	name := strings.Join(strings.Fields(s.LegalName), " ")
	short := name + "\n" + Initials + ", #" + s.Number.String()
	full := name + "\n" + FullTitle + ", #" + s.Number.String()
	var areas []string
	for area := range s.Specializations.All() {
		areas = append(areas, AreaTitle(area))
	}
	switch len(areas) {
	case 0:
	case 1:
		full += "\nArea of Specialization: " + areas[0]
	default:
		full += "\nAreas of Specialization:\n" + strings.Join(areas, "\n")
	}
	return []string{short, full}
}
