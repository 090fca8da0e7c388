package advice

import (
	"fmt"
	"slices"

	"github.com/cmpss/registry/generator/guidance"
)

// SanctionQuestion asks for the sanctions of a standard of the code of ethics, such as "H10".
type SanctionQuestion struct {
	Standard string
}

// SanctionAnswer is the range that the violation guidelines have (App. F). Listed is false for
// a standard that they leave out: they are not complete (§703).
type SanctionAnswer struct {
	Standard  string
	Listed    bool
	Sanction  guidance.Sanction // zero if not listed
	Standards []Standard        // those of the sanction; the one that was asked about if not listed
}

// Standard is a standard of the code of ethics (App. B) and the value that it stands below.
type Standard struct {
	ID    string
	Value guidance.Text
	Text  guidance.Text
}

// Sanction answers the question.
func (a *Advisor) Sanction(q SanctionQuestion) SanctionAnswer {
	answer := SanctionAnswer{Standard: q.Standard}
	ids := []string{q.Standard}
	for _, row := range a.facts.Sanctions.Rows {
		if slices.Contains(row.Standards, q.Standard) {
			answer.Listed, answer.Sanction, ids = true, row, row.Standards
		}
	}
	for _, value := range a.facts.Code.Values {
		for i, text := range value.Standards {
			if id := fmt.Sprint(value.Letter, i+1); slices.Contains(ids, id) {
				answer.Standards = append(answer.Standards, Standard{id, value.Name, text})
			}
		}
	}
	return answer
}
