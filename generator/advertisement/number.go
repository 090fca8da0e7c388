package advertisement

import (
	"regexp"
	"strings"

	"github.com/cmpss/registry/generator/certification"
)

// The ways in which a number announces itself. What follows may be in groups.
var (
	afterPrefix   = regexp.MustCompile(`(?:^|[^a-z])mpss[ :.#_/-]*(?:(?:no|nr|num|number|numero|id)\b[ :.#_-]*)?(\d[\d _-]*)`)
	afterHash     = regexp.MustCompile(`#[ :]*(\d[\d _-]*)`)
	afterLabel    = regexp.MustCompile(`(?:^|[^a-z])(?:certificat\w*|cert|certificacion|registry|registration|registro|cmpss)\.?[ ,:(-]*(?:(?:no|nr|num|number|numero|id)\b|#)[ :.#_)-]*(\d[\d _-]*)`)
	afterOf       = regexp.MustCompile(`(?:^|[^a-z])(?:no|num|number|numero)\.? (?:of|de) (?:certification|certificate|certificacion|certificado|registro)[ :.#_-]*(\d[\d _-]*)`)
	afterInitials = regexp.MustCompile(`(?:^|[^a-z])cmpss[ ,:(/-]*(\d{6,9})(?:[^\d-]|$)`)
	bareDigits    = regexp.MustCompile(`(?:^|[^\da-z-])(\d[\d-]*)`)
)

// mention is a number in the text.
type mention struct {
	line   int
	number certification.Number // zero if malformed
}

// mentions finds the numbers that announce themselves as certification numbers.
func (t *text) mentions() []mention {
	var found []mention
	for i, line := range t.plain {
		seen := make(map[int]bool) // by where the digits begin
		for _, pattern := range [...]*regexp.Regexp{afterPrefix, afterLabel, afterOf, afterInitials, afterHash} {
			for _, at := range pattern.FindAllStringSubmatchIndex(line, -1) {
				if seen[at[2]] {
					continue
				}
				seen[at[2]] = true
				digits := joinGroups(line[at[2]:at[3]])
				number, err := certification.ParseNumber(digits)
				if err != nil && pattern == afterHash {
					continue // a suite or an apartment
				}
				found = append(found, mention{i, number})
			}
		}
	}
	return found
}

// joinGroups takes the groups of digits that are one number: as many as it needs, and those that
// only a hyphen joins to it.
func joinGroups(run string) string {
	var digits strings.Builder
	for i := range len(run) {
		c := run[i]
		switch {
		case c >= '0' && c <= '9':
			digits.WriteByte(c)
		case c == ' ' && digits.Len() >= 6:
			return digits.String()
		}
	}
	return digits.String()
}

// has finds the digits of a number that stand by themselves, and gives the line; -1 if nowhere.
// A number that does not announce itself may be anything else, so only the right one counts.
func (t *text) has(n certification.Number) int {
	for i, line := range t.plain {
		for _, match := range bareDigits.FindAllStringSubmatch(line, -1) {
			if strings.ReplaceAll(match[1], "-", "") == n.Digits() {
				return i
			}
		}
	}
	return -1
}

// FindNumber is the certification number that a text announces first; false if there is none
// that is well formed.
func FindNumber(s string) (certification.Number, bool) {
	for _, m := range read(s).mentions() {
		if !m.number.IsZero() {
			return m.number, true
		}
	}
	return certification.Number{}, false
}

func (t *text) checkNumber(own certification.Number) []Finding {
	var findings []Finding
	found := false
	told := make(map[int]bool)
	for _, m := range t.mentions() {
		switch {
		case m.number == own && !found:
			found = true
			findings = append(findings, t.at(NumberFound, m.line))
		case m.number == own || told[m.line]:
		case m.number.IsZero():
			told[m.line] = true
			findings = append(findings, t.at(NumberMalformed, m.line))
		default:
			told[m.line] = true
			findings = append(findings, t.at(NumberOther, m.line))
		}
	}
	if found {
		return findings
	}
	if line := t.has(own); line >= 0 {
		return append(findings, t.at(NumberFound, line))
	}
	if len(findings) == 0 {
		findings = append(findings, Finding{Reason: NumberMissing})
	}
	return findings
}
