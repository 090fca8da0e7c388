package advice

import "github.com/cmpss/registry/generator/guidance"

// CostQuestion asks what a path costs.
type CostQuestion struct {
	Path guidance.CostPath
}

// Cost is what a path costs, in whole dollars to the certifying entity. TrainingFees says that
// a training provider's own price comes on top.
type Cost struct {
	Path         guidance.CostPath
	Fees         []guidance.Fee
	Total        int
	TrainingFees bool
	Repeat       guidance.Fee // the fee that can be paid more than once; zero if there is none
	Totals       []RepeatTotal
}

// RepeatTotal is the sum where the repeated fee is paid so many times.
type RepeatTotal struct{ Times, Total int }

// Cost answers the question.
func (a *Advisor) Cost(q CostQuestion) Cost {
	c := Cost{Path: q.Path, TrainingFees: q.Path.TrainingFees}
	ids := q.Path.Fees
	if route, _, ok := a.facts.Statuses.Route(q.Path.Route); ok {
		ids, c.TrainingFees = route.Fees, route.TrainingFees
	}
	c.Fees, c.Total = a.fees(ids)
	repeat := q.Path.Repeat
	if repeat == (guidance.CostRepeat{}) {
		return c
	}
	c.Repeat, _ = a.facts.Fees.Fee(repeat.Fee) // checked when the facts were loaded
	once := c.Total
	for times := repeat.Least; times <= repeat.Most; times++ {
		c.Totals = append(c.Totals, RepeatTotal{times, once + times*c.Repeat.Dollars})
	}
	c.Total = c.Totals[0].Total
	return c
}
