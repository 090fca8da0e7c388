package advertisement

import (
	"slices"

	"github.com/cmpss/registry/generator/legalname"
)

// The title and its initials (§213.2).
const (
	FullTitle = "Certified Medi-Cal Peer Support Specialist"
	Initials  = "CMPSS"
)

var titleWords = legalname.Words(FullTitle)

// Words that titles like this one are made of. A run of them that speaks of peers and of support or
// specialists is a title; with a word of official it is an imitation of this one.
var (
	plainTitleWords    = []string{"peer", "support", "specialist", "specialists", "counselor", "worker", "professional", "supporter"}
	officialTitleWords = []string{"certified", "medi", "cal", "medical", "medicaid", "licensed", "registered", "licenced", "accredited"}
	licenceWords       = []string{"licensed", "licenced", "licence", "license"}
)

// checkTitle looks for the complete title or its initials, and for what imitates them.
func (t *text) checkTitle() []Finding {
	var findings []Finding
	if i := t.sequence(titleWords, 0); i >= 0 {
		findings = append(findings, t.at(TitleFound, t.words[i].line))
	} else if i := slices.IndexFunc(t.words, func(w word) bool { return w.text == "cmpss" }); i >= 0 {
		findings = append(findings, t.at(InitialsFound, t.words[i].line))
	}
	right := len(findings) > 0
	findings = append(findings, t.titleRuns(right)...)
	findings = append(findings, t.wrongInitials(right)...)
	if len(findings) == 0 {
		findings = append(findings, Finding{Reason: TitleMissing})
	}
	return findings
}

// titleRuns finds titles that are not the right one. Where the right one stands too, a plain "peer
// support specialist" is a word of the language.
func (t *text) titleRuns(right bool) []Finding {
	var findings []Finding
	covered := t.covered(titleWords)
	for i := 0; i < len(t.words); {
		end := i
		peer, kind, official, licence := false, false, false, false
		for ; end < len(t.words) && !covered[end] && t.words[end].line == t.words[i].line; end++ {
			w := t.words[end].text
			isPlain, isOfficial := isLike(w, plainTitleWords), isLike(w, officialTitleWords)
			if !isPlain && !isOfficial {
				break
			}
			peer = peer || w == "peer"
			kind = kind || isPlain && w != "peer"
			official = official || isOfficial
			licence = licence || slices.Contains(licenceWords, w)
		}
		line := t.words[i].line
		switch {
		case licence && (peer && kind || t.hasAt(titleWords, end)):
			findings = append(findings, t.at(TitleLicensed, line))
		case peer && kind && (official || !right):
			findings = append(findings, t.at(TitleWrong, line))
		}
		i = max(end, i+1)
	}
	return findings
}

// covered marks the words that belong to the sequence.
func (t *text) covered(sequence []string) []bool {
	marks := make([]bool, len(t.words))
	for i := t.sequence(sequence, 0); i >= 0; i = t.sequence(sequence, i+len(sequence)) {
		for k := range sequence {
			marks[i+k] = true
		}
	}
	return marks
}

// isLike reports whether a word is one of the list, or one typing mistake from one.
func isLike(w string, list []string) bool {
	return slices.ContainsFunc(list, func(known string) bool {
		return w == known || len(known) > 5 && legalname.OneMistake(w, known)
	})
}

// wrongInitials finds initials that are nearly the right ones. CPSS and MPSS are another
// certification and the head of a number, unless the right initials are missing.
func (t *text) wrongInitials(right bool) []Finding {
	for i, w := range t.words {
		wrong := t.hasAt([]string{"c", "m", "p", "s", "s"}, i)
		if len(w.text) >= 4 && len(w.text) <= 6 && legalname.OneMistake(w.text, "cmpss") {
			switch w.text {
			case "mpss":
				wrong = !right && !t.numberFollows(i)
			case "cpss":
				wrong = !right
			default:
				wrong = true
			}
		}
		if wrong {
			return []Finding{t.at(InitialsWrong, w.line)}
		}
	}
	return nil
}

// numberFollows reports whether digits follow the word, with "number" or the like between them.
func (t *text) numberFollows(i int) bool {
	for k := i + 1; k < len(t.words) && k <= i+2; k++ {
		if c := t.words[k].text[0]; c >= '0' && c <= '9' {
			return true
		}
	}
	return false
}
