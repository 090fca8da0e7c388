package guidance

import "fmt"

// Supervisors are the ways to qualify as a supervisor (§211), facts/supervisors.toml.
type Supervisors struct {
	Origin
	Options []SupervisorOption `toml:"option"`
}

// SupervisorOption is one way; everything that it needs is needed.
type SupervisorOption struct {
	ID    string `toml:"id"`
	Name  Text   `toml:"name"`
	Needs []Text `toml:"needs"`
}

// Trainings are the kinds of training (§202, §209, §211, §301), facts/trainings.toml.
type Trainings struct {
	Origin
	List []Training `toml:"training"`
}

// Training is one kind. Fee is the id of what a provider pays to apply for approval, or ""
// where a provider cannot.
type Training struct {
	ID     string `toml:"id"`
	Name   Text   `toml:"name"`
	Covers Text   `toml:"covers"`
	For    Text   `toml:"for"`
	Fee    string `toml:"fee"`
}

func (c *factChecker) checkTraining() {
	options := c.unique("facts/supervisors.toml")
	for i, o := range c.facts.Supervisors.Options {
		key := fmt.Sprintf("option[%d]", i+1)
		options(key+".id", o.ID)
		if len(o.Needs) == 0 {
			c.fault("facts/supervisors.toml", key+".needs", "missing")
		}
	}
	trainings := c.unique("facts/trainings.toml")
	for i, t := range c.facts.Trainings.List {
		key := fmt.Sprintf("training[%d]", i+1)
		trainings(key+".id", t.ID)
		if _, ok := c.facts.Fees.Fee(t.Fee); t.Fee != "" && !ok {
			c.fault("facts/trainings.toml", key+".fee", "no fee has the id %q", t.Fee)
		}
	}
}
