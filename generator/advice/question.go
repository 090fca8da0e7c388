package advice

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/guidance"
)

// Fault is something wrong with a question: the field that it is about and which fault it is.
type Fault struct {
	Field string // the name of the parameter
	Code  string // one of FaultCodes
}

// The faults.
const (
	ExpiresMissing   = "expires-missing"
	ExpiresMalformed = "expires-malformed"
	ExpiresTooFar    = "expires-too-far"
	OnMalformed      = "on-malformed"
	PathUnknown      = "path-unknown"
	ProviderUnknown  = "provider-unknown"
	SubjectUnknown   = "subject-unknown"
	AnswerMissing    = "answer-missing"
	LengthMissing    = "length-missing"
	LengthTwice      = "length-twice"
	HoursMalformed   = "hours-malformed"
	BreaksMalformed  = "breaks-malformed"
	BreaksTooLong    = "breaks-too-long"
	UnitsMalformed   = "units-malformed"
	UnitsElsewhere   = "units-elsewhere"
	CodeMissing      = "code-missing"
	CodeUnknown      = "code-unknown"
)

// FaultCodes are all of them.
func FaultCodes() []string {
	return []string{
		ExpiresMissing, ExpiresMalformed, ExpiresTooFar, OnMalformed, PathUnknown,
		ProviderUnknown, SubjectUnknown, AnswerMissing, LengthMissing, LengthTwice,
		HoursMalformed, BreaksMalformed, BreaksTooLong, UnitsMalformed, UnitsElsewhere,
		CodeMissing, CodeUnknown,
	}
}

// ParseStanding reads the parameter expires, and on, a day to ask about instead of today.
func (a *Advisor) ParseStanding(values url.Values, today certification.Date) (StandingQuestion, []Fault) {
	q := StandingQuestion{On: today}
	var faults []Fault
	if text := strings.TrimSpace(values.Get("on")); text != "" {
		day, err := certification.ParseDate(text)
		if err != nil {
			faults = append(faults, Fault{"on", OnMalformed})
		} else {
			q.On = day
		}
	}
	text := strings.TrimSpace(values.Get("expires"))
	day, err := certification.ParseDate(text)
	switch {
	case text == "":
		faults = append(faults, Fault{"expires", ExpiresMissing})
	case err != nil:
		faults = append(faults, Fault{"expires", ExpiresMalformed})
	case day > a.latestExpiration(q.On):
		faults = append(faults, Fault{"expires", ExpiresTooFar})
	}
	q.Expires = day
	return q, faults
}

// ParseCost reads the parameter path.
func (a *Advisor) ParseCost(values url.Values) (CostQuestion, []Fault) {
	id := values.Get("path")
	for _, group := range a.facts.Costs.Groups {
		for _, path := range group.Paths {
			if path.ID == id {
				return CostQuestion{path}, nil
			}
		}
	}
	return CostQuestion{}, []Fault{{"path", PathUnknown}}
}

// ParseCourse reads the parameters provider and subject, one of the name of each condition
// with the value yes or no, and hours with breaks, or units.
func (a *Advisor) ParseCourse(values url.Values) (CourseQuestion, []Fault) {
	var q CourseQuestion
	var faults []Fault
	ce := &a.facts.ContinuingEducation
	fault := func(field, code string) { faults = append(faults, Fault{field, code}) }
	var ok bool
	if q.Provider, ok = find(ce.Providers, func(p guidance.CourseProvider) bool { return p.ID == values.Get("provider") }); !ok {
		fault("provider", ProviderUnknown)
	}
	if q.Subject, ok = find(ce.Subjects, func(s guidance.CourseSubject) bool { return s.ID == values.Get("subject") }); !ok {
		fault("subject", SubjectUnknown)
	}
	for _, condition := range ce.Conditions {
		answer := values.Get(condition.ID)
		if answer != "yes" && answer != "no" {
			fault(condition.ID, AnswerMissing)
		}
		q.Answers = append(q.Answers, answer == "yes")
	}
	return q, append(faults, q.parseLength(values)...)
}

// parseLength reads how long the course was, in hours or in units.
func (q *CourseQuestion) parseLength(values url.Values) []Fault {
	var faults []Fault
	read := func(field, code string) Hours {
		text := strings.TrimSpace(values.Get(field))
		hours, ok := parseHours(text)
		if !ok && text != "" {
			faults = append(faults, Fault{field, code})
		}
		return hours
	}
	q.Taught = read("hours", HoursMalformed)
	q.Breaks = read("breaks", BreaksMalformed)
	q.Units = read("units", UnitsMalformed)
	switch {
	case faults != nil:
	case q.Taught == 0 && q.Units == 0:
		faults = append(faults, Fault{"hours", LengthMissing})
	case q.Units > 0 && (q.Taught > 0 || q.Breaks > 0):
		faults = append(faults, Fault{"units", LengthTwice})
	case q.Units > 0 && q.Provider.ID != "" && !q.Provider.Units:
		faults = append(faults, Fault{"units", UnitsElsewhere})
	case q.Units == 0 && q.Breaks >= q.Taught:
		faults = append(faults, Fault{"breaks", BreaksTooLong})
	}
	return faults
}

// hoursPattern is a number below a thousand with at most two places; people write the decimal
// mark as a point or as a comma.
var hoursPattern = regexp.MustCompile(`^([0-9]{1,3})(?:[.,]([0-9]{1,2}))?$`)

func parseHours(text string) (Hours, bool) {
	match := hoursPattern.FindStringSubmatch(text)
	if match == nil {
		return 0, false
	}
	n, err := strconv.Atoi(match[1] + (match[2] + "00")[:2])
	return Hours(n), err == nil
}

// ParseSanction reads the parameter code: a standard, or a row of the violation guidelines as
// they print it, such as "H10", "h 10" or "J1/2/3".
func (a *Advisor) ParseSanction(values url.Values) (SanctionQuestion, []Fault) {
	code := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" .-#\u00a0", r) {
			return -1
		}
		return r
	}, strings.ToUpper(values.Get("code")))
	if code == "" {
		return SanctionQuestion{}, []Fault{{"code", CodeMissing}}
	}
	for _, row := range a.facts.Sanctions.Rows {
		if row.Code == code {
			return SanctionQuestion{row.Standards[0]}, nil
		}
	}
	if _, ok := a.facts.Code.Standard(code); ok {
		return SanctionQuestion{code}, nil
	}
	return SanctionQuestion{}, []Fault{{"code", CodeUnknown}}
}

func find[T any](list []T, is func(T) bool) (T, bool) {
	for _, value := range list {
		if is(value) {
			return value, true
		}
	}
	var none T
	return none, false
}
