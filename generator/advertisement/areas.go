package advertisement

import (
	"regexp"
	"slices"
	"strings"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/legalname"
)

// areas are the specializations with their complete titles (§213.4) and the words by which one is
// recognised where the title is not complete.
var areas = [...]struct {
	area  certification.Specialization
	title string
	hints [][]string
}{
	{certification.ParentCaregiverFamily, "Parent, Caregiver, Family Member Peer", [][]string{{"parent"}, {"caregiver"}, {"family", "member"}, {"family", "peer"}, {"parents"}, {"caregivers"}}},
	{certification.CrisisCare, "Peer Services in Crisis Care", [][]string{{"crisis"}}},
	{certification.Unhoused, "Peer Services for Unhoused", [][]string{{"unhoused"}, {"homeless"}, {"homelessness"}, {"houseless"}}},
	{certification.JusticeInvolved, "Peer Services for Justice Involved", [][]string{{"justice"}, {"forensic"}, {"reentry"}, {"re", "entry"}}},
}

// AreaTitle is the complete title of a specialization.
func AreaTitle(area certification.Specialization) string {
	for _, a := range areas {
		if a.area == area {
			return a.title
		}
	}
	return area.String()
}

// areaLabel announces specializations: what follows on its line, or on the short lines below it, is claimed
// as one. areaPhrase is looser: what it claims is only looked through for those that are known.
var (
	areaLabel  = regexp.MustCompile(`(?:^|[^a-z])(?:areas? (?:of|de) (?:speciali[sz]ations?|especializacion)|speciali[sz]ations?|specialized training|especializacion(?:es)?)[ :,-]*(.*)`)
	areaPhrase = regexp.MustCompile(`(?:^|[^a-z])(?:speciali[sz](?:ed|es|ing|e) in|specialist in|peer services|family member peer)(?:[^a-z]|$)`)
)

// checkAreas looks for specializations: each complete title, and where one is only hinted at. A hint
// counts in a line that claims a specialization; elsewhere, "crisis line" may be a telephone.
func (t *text) checkAreas(held certification.Specializations) []Finding {
	var findings []Finding
	claims := t.claimLines()
	understood := make(map[int]bool) // lines
	for _, a := range areas {
		title := legalname.Words(a.title)
		complete := t.sequence(title, 0)
		hinted := -1
		for i, w := range t.words {
			if claims[w.line] != noClaim && slices.ContainsFunc(a.hints, func(hint []string) bool { return t.hasAt(hint, i) }) {
				hinted = i
				break
			}
		}
		tell := func(reason Reason, at int) {
			line := t.words[at].line
			understood[line] = true
			f := t.at(reason, line)
			f.Area, f.HasArea = a.area, true
			findings = append(findings, f)
		}
		if complete >= 0 {
			understood[t.words[complete+len(title)-1].line] = true
		}
		switch {
		case complete >= 0 && !held.Has(a.area):
			tell(AreaNotHeld, complete)
		case complete >= 0:
			tell(AreaFound, complete)
		case hinted >= 0 && !held.Has(a.area):
			tell(AreaNotHeld, hinted)
		case hinted >= 0:
			tell(AreaIncomplete, hinted)
		}
	}
	findings = append(findings, t.unknownAreas(claims, understood)...)
	if len(findings) == 0 {
		return []Finding{{Reason: AreaNone}}
	}
	return findings
}

// lineClaim is how a line claims a specialization.
type lineClaim uint8

const (
	noClaim   lineClaim = iota
	phrase              // in a sentence
	labelled            // behind a label
	firstItem           // in the first line below a label that ends its line
	item                // in a further one
)

func (t *text) claimLines() []lineClaim {
	claims := make([]lineClaim, len(t.lines))
	next := noClaim // what the next line is, if it looks like one of a list
	for i, line := range t.plain {
		label := areaLabel.FindStringSubmatch(line)
		switch {
		case label != nil && hasLetter(label[1]):
			claims[i], next = labelled, noClaim
		case label != nil:
			next = firstItem
		case next != noClaim && t.isListItem(i):
			claims[i], next = next, item
		case next != firstItem || strings.TrimSpace(line) != "":
			next = noClaim
		}
		if claims[i] == noClaim && areaPhrase.MatchString(line) {
			claims[i] = phrase
		}
	}
	return claims
}

// unknownAreas are the claims that are understood as none of the areas. Of a list, they are its first
// line and those above one that is understood: below the last, a list may have ended.
func (t *text) unknownAreas(claims []lineClaim, understood map[int]bool) []Finding {
	var findings []Finding
	inList := false
	for line := len(claims) - 1; line >= 0; line-- {
		claim := claims[line]
		inList = (claim == item || claim == firstItem) && (inList || understood[line])
		if !understood[line] && (claim == labelled || claim == firstItem || claim == item && inList) {
			findings = append(findings, t.at(AreaUnknown, line))
		}
	}
	return findings
}

// isListItem reports whether a line below a label may be one of its list: short, with a letter, and
// neither an address nor a number.
func (t *text) isListItem(line int) bool {
	s := t.plain[line]
	return hasLetter(s) && len(s) <= 60 && !strings.ContainsAny(s, "@0123456789") && !strings.Contains(s, "://") && !strings.Contains(s, "www.")
}

func hasLetter(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r >= 'a' && r <= 'z' || r > 0x7f })
}
