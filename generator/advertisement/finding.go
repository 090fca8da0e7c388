package advertisement

import (
	"encoding/json"
	"unicode/utf8"

	"github.com/cmpss/registry/generator/certification"
)

// MaxText bounds, in characters (Unicode code points), what is checked.
const MaxText = 20_000

// TooLong reports whether a text has more characters than are checked.
func TooLong(text string) bool { return len(text) > MaxText && utf8.RuneCountInString(text) > MaxText }

// Rule is a rule of §213 as far as it can be checked.
type Rule uint8

// The rules, in the order in which they are told.
const (
	Name   Rule = iota // the full name of the person (§213.1)
	Title              // the complete title or its initials (§213.2)
	Number             // the certification number (§213.3)
	Status             // no misrepresented status (§213.5)
	Area               // the complete title of each specialization, and only those held (§213.4)
	numRules
)

var ruleNames = [numRules]string{"name", "title", "number", "status", "specialization"}

// String is the name of the rule in JSON.
func (r Rule) String() string { return ruleNames[r] }

// Verdict is whether a rule is kept at a place.
type Verdict uint8

// The verdicts. NotClaimed is that of a rule about something the advertisement does not mention.
const (
	Kept Verdict = iota
	Broken
	NotClaimed
)

// String is the name of the verdict in JSON.
func (v Verdict) String() string { return [...]string{"kept", "broken", "not-claimed"}[v] }

// Reason says what was found about a rule.
type Reason uint8

// The reasons.
const (
	NameFound Reason = iota
	NameDiffers
	NameMissing
	TitleFound
	InitialsFound
	TitleWrong
	InitialsWrong
	TitleLicensed
	TitleMissing
	NumberFound
	NumberOther
	NumberMalformed
	NumberMissing
	StatusValid
	StatusNotValid
	StatusClaimed
	AreaFound
	AreaIncomplete
	AreaNotHeld
	AreaUnknown
	AreaNone
	AreaUnpublished
	numReasons
)

// reasons have each its name in JSON, its rule, its verdict and what to do, in English.
var reasons = [numReasons]struct {
	name    string
	rule    Rule
	verdict Verdict
	advice  string
}{
	NameFound:       {"name-found", Name, Kept, "The full legal name is there."},
	NameDiffers:     {"name-differs", Name, Broken, "Write the full name as it is on record."},
	NameMissing:     {"name-missing", Name, Broken, "Add the full name as it is on record."},
	TitleFound:      {"title-found", Title, Kept, "The complete title is there."},
	InitialsFound:   {"initials-found", Title, Kept, "The initials CMPSS are there."},
	TitleWrong:      {"title-wrong", Title, Broken, "Write the complete title, Certified Medi-Cal Peer Support Specialist, or CMPSS."},
	InitialsWrong:   {"initials-wrong", Title, Broken, "Write the initials as CMPSS."},
	TitleLicensed:   {"title-licensed", Title, Broken, "This is a certification and no licence: leave the word out."},
	TitleMissing:    {"title-missing", Title, Broken, "Add the title, Certified Medi-Cal Peer Support Specialist, or CMPSS."},
	NumberFound:     {"number-found", Number, Kept, "The certification number is there."},
	NumberOther:     {"number-other", Number, Broken, "This number is not that of the record: correct it or take it out."},
	NumberMalformed: {"number-malformed", Number, Broken, "A certification number is MPSS and six to nine digits: correct it."},
	NumberMissing:   {"number-missing", Number, Broken, "Add the certification number, such as #MPSS123456."},
	StatusValid:     {"status-valid", Status, Kept, "The certification is valid."},
	StatusNotValid:  {"status-not-valid", Status, Broken, "The certification is not valid: do not advertise it."},
	StatusClaimed:   {"status-claimed", Status, Broken, "This says that the certification is valid, which it is not: take it out."},
	AreaFound:       {"specialization-found", Area, Kept, "The complete title of a specialization on record."},
	AreaIncomplete:  {"specialization-incomplete", Area, Broken, "Write the complete title of the specialization."},
	AreaNotHeld:     {"specialization-not-held", Area, Broken, "This specialization is not on record: take it out."},
	AreaUnknown:     {"specialization-unknown", Area, Broken, "This is no recognised specialization: take it out."},
	AreaNone:        {"specialization-none", Area, NotClaimed, "No specialization is claimed."},
	AreaUnpublished: {"specialization-unpublished", Area, NotClaimed, "This registry does not publish specializations: ask the certifying entity."},
}

// String is the name of the reason in JSON.
func (r Reason) String() string { return reasons[r].name }

// Rule is the rule that the reason is about.
func (r Reason) Rule() Rule { return reasons[r].rule }

// Verdict is whether the rule is kept.
func (r Reason) Verdict() Verdict { return reasons[r].verdict }

// Advice is what to do, in English.
func (r Reason) Advice() string { return reasons[r].advice }

// Reasons are all reasons.
func Reasons() []Reason {
	list := make([]Reason, numReasons)
	for i := range list {
		list[i] = Reason(i)
	}
	return list
}

// Finding is one thing that was found.
type Finding struct {
	Reason Reason
	Line   int    // where it stands, from 1; 0 if it stands nowhere
	Text   string // the line, at most maxShown characters; empty if there is none

	// Area is the specialization that is meant, of the reasons about one that is recognised.
	Area    certification.Specialization
	HasArea bool
}

// MarshalJSON writes {"rule","verdict","reason","line","text","specialization","advice"}; what there is none
// of is left out.
func (f Finding) MarshalJSON() ([]byte, error) {
	area := ""
	if f.HasArea {
		area = f.Area.String()
	}
	return json.Marshal(struct {
		Rule           string `json:"rule"`
		Verdict        string `json:"verdict"`
		Reason         string `json:"reason"`
		Line           int    `json:"line,omitempty"`
		Text           string `json:"text,omitempty"`
		Specialization string `json:"specialization,omitempty"`
		Advice         string `json:"advice"`
	}{f.Reason.Rule().String(), f.Reason.Verdict().String(), f.Reason.String(), f.Line, f.Text, area, f.Reason.Advice()})
}

// maxShown bounds, in characters, what is repeated of a line.
const maxShown = 120

// Right reports whether no rule is broken.
func Right(findings []Finding) bool {
	for _, f := range findings {
		if f.Reason.Verdict() == Broken {
			return false
		}
	}
	return true
}
