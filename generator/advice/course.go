package advice

import (
	"strconv"
	"strings"

	"github.com/cmpss/registry/generator/guidance"
)

// Hours are hours of teaching, or units of course work, in hundredths.
type Hours int

// String is the number of hours with a decimal point and without needless noughts: "1.5".
func (h Hours) String() string {
	text := strconv.FormatFloat(float64(h)/100, 'f', 2, 64)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// CourseQuestion describes a course. It is measured by Taught, of which Breaks are no teaching,
// or else by Units.
type CourseQuestion struct {
	Provider guidance.CourseProvider
	Subject  guidance.CourseSubject
	Answers  []bool // to the conditions of the facts, in their order; true is yes
	Taught   Hours
	Breaks   Hours
	Units    Hours
}

// VerdictPartly is the verdict on a course of which some hours count and others do not.
const VerdictPartly guidance.Verdict = "partly"

// CourseAnswer says whether a course counts as continuing education for a renewal (App. C).
// Where the verdict is to ask, the hours are those that count if the answer is yes.
type CourseAnswer struct {
	Question  CourseQuestion
	Verdict   guidance.Verdict
	Hours     Hours // that count
	LawEthics Hours // of those, in law and ethics
	Reasons   []Reason

	Needed, NeededLawEthics Hours // for a renewal (§207)
}

// Reason is why a course does not simply count.
type Reason struct {
	Verdict guidance.Verdict
	Text    guidance.Text
	Section string
}

// Course answers the question. Whatever speaks against the course is named, not the first alone.
func (a *Advisor) Course(q CourseQuestion) CourseAnswer {
	answer := CourseAnswer{
		Question: q, Verdict: guidance.VerdictCounts, Hours: a.hours(q),
		Needed: Hours(a.figure("ce-hours")) * 100, NeededLawEthics: Hours(a.figure("law-ethics-hours")) * 100,
	}
	if q.Breaks > 0 {
		answer.Verdict = VerdictPartly
	}
	against := func(verdict guidance.Verdict, reason guidance.Text, section string) {
		if verdict == guidance.VerdictCounts {
			return
		}
		answer.Reasons = append(answer.Reasons, Reason{verdict, reason, section})
		if answer.Verdict != guidance.VerdictNo {
			answer.Verdict = verdict
		}
	}
	for i, condition := range a.facts.ContinuingEducation.Conditions {
		if q.Answers[i] == (condition.Unless == "yes") {
			against(condition.Verdict, condition.Reason, condition.Section)
		}
	}
	against(q.Provider.Verdict, q.Provider.Reason, q.Provider.Section)
	against(q.Subject.Verdict, q.Subject.Reason, q.Subject.Section)
	if answer.Verdict == guidance.VerdictNo {
		answer.Hours = 0
	}
	if q.Subject.LawEthics {
		answer.LawEthics = answer.Hours
	}
	return answer
}

// hours are the hours of direct teaching: breaks are none, and units become hours.
func (a *Advisor) hours(q CourseQuestion) Hours {
	if q.Units > 0 {
		return q.Units * Hours(a.figure("ce-unit-hours")) / Hours(a.figure("ce-units"))
	}
	return q.Taught - q.Breaks
}
