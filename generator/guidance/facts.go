package guidance

import (
	"fmt"
	"strings"
)

// Facts are the figures and lists of the Guidelines. Money is in whole United States dollars.
// The zero value holds nothing; Load fills it.
type Facts struct {
	Fees            Fees
	Code            Code
	Sanctions       Sanctions
	Competencies    Competencies
	Specializations Specializations
	Definitions     Definitions
	Lists           Lists
	Blueprint       Blueprint
	Deadlines       Deadlines
	Figures         Figures
	Statuses        Statuses
	Contacts        Contacts
	Supervisors     Supervisors
	Trainings       Trainings
	Data            CollectedData
	Dates           Dates
	Resources       Resources
	Revisions       Revisions
	Labels          Labels
	Groups          Groups
	Sections        Sections
	Synonyms        Synonyms

	Milestones          Milestones
	Costs               Costs
	ContinuingEducation ContinuingEducation
}

// Origin says where in the Guidelines a file of facts comes from.
type Origin struct {
	Source   string `toml:"source"`   // section or sections, as "§601"
	Revision string `toml:"revision"` // YYYY-MM-DD
}

func (o Origin) origin() Origin { return o }

// Fees is the fee schedule (§601), facts/fees.toml.
type Fees struct {
	Origin
	Groups []FeeGroup `toml:"group"`
}

// FeeGroup is a heading of the schedule and its fees.
type FeeGroup struct {
	ID   string `toml:"id"`
	Name Text   `toml:"name"`
	Fees []Fee  `toml:"fee"`
}

// Fee is one line of the schedule. What costs nothing is Free as well as 0 Dollars, so that an
// amount left out by mistake is not shown as no cost.
type Fee struct {
	ID      string `toml:"id"`
	Name    Text   `toml:"name"`
	Dollars int    `toml:"dollars"`
	Free    bool   `toml:"free"`
	Note    Text   `toml:"note" guidance:"optional"` // such as "for each specialization"
}

// Fee returns the fee of that id.
func (f *Fees) Fee(id string) (Fee, bool) {
	for _, g := range f.Groups {
		for _, fee := range g.Fees {
			if fee.ID == id {
				return fee, true
			}
		}
	}
	return Fee{}, false
}

// Code is the code of ethics (App. B), facts/code.toml: its values in order.
type Code struct {
	Origin
	Values []Value `toml:"value"`
}

// Value is a value of the code and its standards. App. F names a value by a letter, which
// counts the values in order, and a standard by its place below its value, from 1.
type Value struct {
	Letter    string `toml:"letter"`
	Name      Text   `toml:"name"`
	Note      Text   `toml:"note" guidance:"optional"`
	Standards []Text `toml:"standards"`
}

// Standard returns the text of a standard, as "H10".
func (c *Code) Standard(id string) (Text, bool) {
	for _, v := range c.Values {
		for i, text := range v.Standards {
			if fmt.Sprint(v.Letter, i+1) == id {
				return text, true
			}
		}
	}
	return nil, false
}

// Sanctions are the violation guidelines (App. F), facts/sanctions.toml.
type Sanctions struct {
	Origin
	Rows    []Sanction      `toml:"sanction"`
	Phrases map[string]Text `toml:"phrase" guidance:"phrase"` // by Step.Do; {n} and {topic} are put in
	Topics  map[string]Text `toml:"topic"`                    // by Step.Topic
}

// Sanction is the range for one violation. Minimum and Maximum are alternatives: one of
// them applies, and each is a list of steps that apply together.
type Sanction struct {
	Code      string   `toml:"code"`      // as App. F prints it, "J1/2/3"
	Standards []string `toml:"standards"` // the standards it names, "J1"
	Subject   Text     `toml:"subject"`
	Minimum   []Steps  `toml:"minimum"`
	Maximum   []Steps  `toml:"maximum"`
	Note      Text     `toml:"note" guidance:"optional"`
}

// Steps apply together.
type Steps struct {
	Steps []Step `toml:"steps"`
}

// Step is one measure. Do names a phrase, which says in words what N counts.
type Step struct {
	Do    string `toml:"do"`
	N     int    `toml:"n"`
	Topic string `toml:"topic"`
}

// Competencies are the core competencies (App. A) in order, facts/competencies.toml.
type Competencies struct {
	Origin
	List []Competency `toml:"competency"`
}

// Competency is something that a specialist is able to do, and what that means in practice.
type Competency struct {
	Name    Text `toml:"name"`
	Meaning Text `toml:"meaning"`
}

// Definitions are the words of the program: those that §102 defines, those that other sections
// use, and those of the registry itself, facts/definitions.toml.
type Definitions struct {
	Origin
	List []Definition `toml:"definition"`
}

// Definition is one word. Section is where the Guidelines define or use it, "§102.7", and empty
// for a word of this registry. See is a guidance page that says more.
type Definition struct {
	ID      string `toml:"id"`
	Section string `toml:"section"`
	Term    Text   `toml:"term"`
	Also    Forms  `toml:"also"`
	Text    Text   `toml:"text"`
	See     string `toml:"see"`

	Everyday bool `toml:"everyday"` // pages use it in its usual sense too: it is not linked
}

// Forms are the other forms of a term, such as its plural, by language. A language may have none.
type Forms map[string][]string

// Deadlines are the times that the program sets for itself and for others, facts/deadlines.toml.
type Deadlines struct {
	Origin
	Units map[string]Text `toml:"unit" guidance:"phrase"` // by Deadline.Unit; {n} is put in
	List  []Deadline      `toml:"deadline"`
}

// Deadline is one time limit: N of Unit.
type Deadline struct {
	ID      string `toml:"id"`
	Group   string `toml:"group"`
	N       int    `toml:"n"`
	Unit    string `toml:"unit"`
	What    Text   `toml:"what"`
	Section string `toml:"section"`
}

// Deadline returns the deadline of that id.
func (d *Deadlines) Deadline(id string) (Deadline, bool) {
	for _, deadline := range d.List {
		if deadline.ID == id {
			return deadline, true
		}
	}
	return Deadline{}, false
}

// Figures are other numbers that several pages name, facts/figures.toml.
type Figures struct {
	Origin
	List []Figure `toml:"figure"`
}

// Figure is a number and what it counts.
type Figure struct {
	ID      string `toml:"id"`
	N       int    `toml:"n"`
	What    Text   `toml:"what"`
	Section string `toml:"section"`
}

// Figure returns the number of a figure or a deadline; their ids are one set.
func (f *Facts) Figure(id string) (int, bool) {
	for _, d := range f.Deadlines.List {
		if d.ID == id {
			return d.N, true
		}
	}
	for _, g := range f.Figures.List {
		if g.ID == id {
			return g.N, true
		}
	}
	return 0, false
}

// Statuses are what a certification can be, and how to become current again (§209, §500),
// facts/statuses.toml.
type Statuses struct {
	Origin
	List []Status `toml:"status"`
}

// Status is one status, or an action shown beside it. ID is its name in the JSON of a record.
// FromYears and UntilYears are the window after the date of expiration in which the calendar
// alone gives this status; both are 0 where the calendar does not, and UntilYears is 0 where
// the window never ends.
type Status struct {
	ID         string  `toml:"id"`
	Name       Text    `toml:"name"`
	Action     bool    `toml:"action"` // an action beside the status, not a status
	Valid      bool    `toml:"valid"`  // a valid certificate (§102.30)
	FromYears  int     `toml:"from_years"`
	UntilYears int     `toml:"until_years"`
	Window     Text    `toml:"window" guidance:"optional"`
	Meaning    Text    `toml:"meaning"`
	Routes     []Route `toml:"route"`
	Section    string  `toml:"section"`
}

// Route is one way to stay or to become current: steps, and the fees it costs. It is open for
// as long as its status lasts, unless Opens or Closes names a milestone.
type Route struct {
	ID           string   `toml:"id"`
	Name         Text     `toml:"name"`
	Opens        string   `toml:"opens"`  // the milestone on whose day it can first be taken
	Closes       string   `toml:"closes"` // the milestone after whose day it can no longer be begun
	Steps        []Text   `toml:"steps"`
	Fees         []string `toml:"fees"`          // ids of fees, paid to the certifying entity
	TrainingFees bool     `toml:"training_fees"` // and fees to the training provider, which it sets
	Section      string   `toml:"section"`
}

// Contacts are the people to write to or call, facts/contacts.toml.
type Contacts struct {
	Origin
	List []Contact `toml:"contact"`
}

// Contact is one office. It can be reached in one way at least; the others are empty.
type Contact struct {
	ID      string   `toml:"id"`
	Name    Text     `toml:"name"`
	Purpose Text     `toml:"purpose"`
	Email   string   `toml:"email"`
	Phone   string   `toml:"phone"` // as printed, "(279) 234-0699"
	Website string   `toml:"website"`
	Address []string `toml:"address"` // lines
}

// Contact returns the contact of that id.
func (c *Contacts) Contact(id string) (Contact, bool) {
	for _, contact := range c.List {
		if contact.ID == id {
			return contact, true
		}
	}
	return Contact{}, false
}

// Tel is the address of a telephone link (RFC 3966), or "" where there is no telephone.
func (c Contact) Tel() string { return telephoneLink(c.Phone) }

// telephoneLink makes a link of a number as it is printed. A number without a country code is
// one of North America.
func telephoneLink(phone string) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, phone)
	switch {
	case digits == "":
		return ""
	case strings.HasPrefix(phone, "+"):
		return "tel:+" + digits
	default:
		return "tel:+1" + strings.TrimPrefix(digits, "1")
	}
}

// Labels are the words around the facts: captions, column headings, "or", facts/labels.toml.
type Labels struct {
	Texts map[string]Text `toml:"label"`
}

// money is an amount as people write it, or the words for what costs nothing.
func (f *Facts) money(dollars int, language string) (string, error) {
	if dollars == 0 {
		return f.label("no-cost", language)
	}
	return fmt.Sprint("$", dollars), nil
}

func (f *Facts) label(name, language string) (string, error) {
	text, ok := f.Labels.Texts[name]
	if !ok {
		return "", fmt.Errorf("facts/labels.toml: label.%s: missing", name)
	}
	return f.expand(text, language)
}
