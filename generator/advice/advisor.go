package advice

import (
	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/guidance"
)

// Advisor answers questions from the facts. It never changes and is safe for concurrent use.
type Advisor struct {
	facts *guidance.Facts
}

// New gives the advisor of facts that guidance.Load has checked.
func New(facts *guidance.Facts) *Advisor { return &Advisor{facts} }

// Facts are those that the answers come from.
func (a *Advisor) Facts() *guidance.Facts { return a.facts }

// figure is a number of the facts. Loading the facts checked that it is there.
func (a *Advisor) figure(id string) int {
	n, _ := a.facts.Figure(id)
	return n
}

// fees are the fees of the ids, and their sum in dollars.
func (a *Advisor) fees(ids []string) (fees []guidance.Fee, total int) {
	for _, id := range ids {
		fee, _ := a.facts.Fees.Fee(id) // checked when the facts were loaded
		fees = append(fees, fee)
		total += fee.Dollars
	}
	return fees, total
}

// latestExpiration is the latest date of expiration that a certificate can have on a day: one
// that was renewed as early as §207 allows runs for another term from its old date.
func (a *Advisor) latestExpiration(on certification.Date) certification.Date {
	return (on + certification.Date(a.figure("renewal-opens"))).AddYears(a.figure("term-years"))
}
