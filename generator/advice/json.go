package advice

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/guidance"
)

// The JSON forms of the answers. Names and sentences are in the language that was asked for;
// ids, dates and amounts are the same in all.

type standingJSON struct {
	Expires    string          `json:"expires"`
	On         string          `json:"on"`
	Status     string          `json:"status"`
	Windows    []windowJSON    `json:"windows"`
	Milestones []milestoneJSON `json:"milestones"`
	Ways       []wayJSON       `json:"ways"`
}

type windowJSON struct {
	Status string  `json:"status"`
	From   *string `json:"from"` // null: the running term began at any time
	To     *string `json:"to"`   // null: for ever
}

type milestoneJSON struct {
	ID      string `json:"id"`
	Date    string `json:"date"`
	Passed  bool   `json:"passed"`
	Name    string `json:"name"`
	Text    string `json:"text"`
	Section string `json:"section"`
}

type wayJSON struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Steps   []string `json:"steps"`
	State   string   `json:"state"`
	Opens   *string  `json:"opens"`  // null: as long as the status lasts
	Closes  *string  `json:"closes"` // null: as long as the status lasts
	Section string   `json:"section"`
	sumJSON
}

type sumJSON struct {
	Fees         []feeJSON `json:"fees"`
	TotalDollars int       `json:"total_dollars"`
	TrainingFees bool      `json:"training_fees"` // a training provider's own price comes on top
}

type feeJSON struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Dollars int    `json:"dollars"`
}

var wayStates = [...]string{WayOpen: "open", WayLater: "later", WayClosed: "closed"}

// StandingJSON is the answer as JSON in a language of the facts.
func (a *Advisor) StandingJSON(s *Standing, language string) ([]byte, error) {
	out := standingJSON{Expires: s.Expires.String(), On: s.On.String(), Status: s.Status.String()}
	for _, w := range s.Windows {
		out.Windows = append(out.Windows, windowJSON{w.Status.String(), dayOrNull(w.First), dayOrNull(w.Last)})
	}
	for _, m := range s.Milestones {
		out.Milestones = append(out.Milestones, milestoneJSON{
			m.ID, m.Date.String(), m.Date < s.On,
			a.facts.Words(m.Name, language), a.facts.Words(m.Text, language), m.Section,
		})
	}
	for _, w := range s.Ways {
		way := wayJSON{
			ID: w.ID, Name: a.facts.Words(w.Name, language), State: wayStates[w.State],
			Opens: dayOrNull(w.Opens), Closes: dayOrNull(w.Closes), Section: w.Section,
			sumJSON: sumJSON{a.feesJSON(w.Fees, language), w.Total, w.TrainingFees},
		}
		for _, step := range w.Steps {
			way.Steps = append(way.Steps, a.facts.Words(step, language))
		}
		out.Ways = append(out.Ways, way)
	}
	return encode("standing", out)
}

func dayOrNull(d certification.Date) *string {
	if d == 0 {
		return nil
	}
	day := d.String()
	return &day
}

func (a *Advisor) feesJSON(fees []guidance.Fee, language string) []feeJSON {
	list := make([]feeJSON, 0, len(fees))
	for _, fee := range fees {
		list = append(list, feeJSON{fee.ID, a.facts.Words(fee.Name, language), fee.Dollars})
	}
	return list
}

type costJSON struct {
	Path string `json:"path"`
	Name string `json:"name"`
	Note string `json:"note,omitempty"`
	sumJSON
	Repeat  *repeatJSON `json:"repeat,omitempty"`
	Section string      `json:"section"`
}

// repeatJSON is a fee that can be paid so many times, and the total for each. It is not in the
// list of fees.
type repeatJSON struct {
	Fee    feeJSON           `json:"fee"`
	Totals []repeatTotalJSON `json:"totals"`
}

type repeatTotalJSON struct {
	Times        int `json:"times"`
	TotalDollars int `json:"total_dollars"`
}

// CostJSON is the answer as JSON in a language of the facts.
func (a *Advisor) CostJSON(c *Cost, language string) ([]byte, error) {
	out := costJSON{
		Path: c.Path.ID, Name: a.facts.Words(c.Path.Name, language), Section: c.Path.Section,
		sumJSON: sumJSON{a.feesJSON(c.Fees, language), c.Total, c.TrainingFees},
	}
	if c.Path.Note != nil {
		out.Note = a.facts.Words(c.Path.Note, language)
	}
	if len(c.Totals) > 0 {
		out.Repeat = &repeatJSON{Fee: a.feesJSON([]guidance.Fee{c.Repeat}, language)[0]}
		for _, total := range c.Totals {
			out.Repeat.Totals = append(out.Repeat.Totals, repeatTotalJSON{total.Times, total.Total})
		}
	}
	return encode("cost", out)
}

type courseJSON struct {
	Verdict         string       `json:"verdict"`
	Hours           json.Number  `json:"hours"`
	LawEthics       json.Number  `json:"law_ethics_hours"`
	Needed          json.Number  `json:"needed_hours"`
	NeededLawEthics json.Number  `json:"needed_law_ethics_hours"`
	Reasons         []reasonJSON `json:"reasons"`
}

type reasonJSON struct {
	Verdict string `json:"verdict"`
	Text    string `json:"text"`
	Section string `json:"section"`
}

// CourseJSON is the answer as JSON in a language of the facts.
func (a *Advisor) CourseJSON(c *CourseAnswer, language string) ([]byte, error) {
	number := func(h Hours) json.Number { return json.Number(h.String()) }
	out := courseJSON{
		Verdict: string(c.Verdict), Hours: number(c.Hours), LawEthics: number(c.LawEthics),
		Needed: number(c.Needed), NeededLawEthics: number(c.NeededLawEthics), Reasons: []reasonJSON{},
	}
	for _, r := range c.Reasons {
		out.Reasons = append(out.Reasons, reasonJSON{string(r.Verdict), a.facts.Words(r.Text, language), r.Section})
	}
	return encode("course", out)
}

type sanctionJSON struct {
	Standard  string         `json:"standard"`
	Listed    bool           `json:"listed"`
	Code      string         `json:"code,omitempty"`
	Subject   string         `json:"subject,omitempty"`
	Minimum   [][]stepJSON   `json:"minimum"` // one of these applies, with all of its steps
	Maximum   [][]stepJSON   `json:"maximum"`
	Note      string         `json:"note,omitempty"`
	Standards []standardJSON `json:"standards"`
	Section   string         `json:"section"`
}

type stepJSON struct {
	Do    string `json:"do"`
	N     int    `json:"n,omitempty"`
	Topic string `json:"topic,omitempty"`
	Text  string `json:"text"`
}

type standardJSON struct {
	ID    string `json:"id"`
	Value string `json:"value"`
	Text  string `json:"text"`
}

// SanctionJSON is the answer as JSON in a language of the facts.
func (a *Advisor) SanctionJSON(s *SanctionAnswer, language string) ([]byte, error) {
	out := sanctionJSON{
		Standard: s.Standard, Listed: s.Listed, Code: s.Sanction.Code,
		Minimum: a.stepsJSON(s.Sanction.Minimum, language), Maximum: a.stepsJSON(s.Sanction.Maximum, language),
		Section: strings.Join([]string{a.facts.Code.Source, a.facts.Sanctions.Source}, ", "),
	}
	if s.Listed {
		out.Subject = a.facts.Words(s.Sanction.Subject, language)
	}
	if s.Sanction.Note != nil {
		out.Note = a.facts.Words(s.Sanction.Note, language)
	}
	for _, standard := range s.Standards {
		out.Standards = append(out.Standards, standardJSON{standard.ID, a.facts.Words(standard.Value, language), a.facts.Words(standard.Text, language)})
	}
	return encode("sanction", out)
}

func (a *Advisor) stepsJSON(alternatives []guidance.Steps, language string) [][]stepJSON {
	list := make([][]stepJSON, 0, len(alternatives))
	for _, alternative := range alternatives {
		var steps []stepJSON
		for _, step := range alternative.Steps {
			steps = append(steps, stepJSON{step.Do, step.N, step.Topic, a.facts.StepWords(step, language)})
		}
		list = append(list, steps)
	}
	return list
}

func encode(what string, answer any) ([]byte, error) {
	body, err := json.Marshal(answer)
	if err != nil {
		return nil, fmt.Errorf("encode the answer about %s: %w", what, err)
	}
	return body, nil
}
