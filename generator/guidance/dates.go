package guidance

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Dates are days that pages name, facts/dates.toml.
type Dates struct {
	Origin
	List []Date `toml:"date"`
}

// Date is a calendar day, YYYY-MM-DD, and what happened or ended on it.
type Date struct {
	ID      string `toml:"id"`
	Group   string `toml:"group"` // {{ dates GROUP }} shows those of a group
	Day     string `toml:"day"`
	What    Text   `toml:"what"`
	Section string `toml:"section"`
}

// Date returns the date of that id.
func (d *Dates) Date(id string) (Date, bool) {
	for _, date := range d.List {
		if date.ID == id {
			return date, true
		}
	}
	return Date{}, false
}

// day is a calendar day, YYYY-MM-DD, as people write it in the language.
func (f *Facts) day(day, language string) (string, error) {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return "", fmt.Errorf("%q is not a date YYYY-MM-DD", day)
	}
	form, err := f.label("date", language)
	if err != nil {
		return "", err
	}
	month, err := f.label("month-"+strconv.Itoa(int(t.Month())), language)
	if err != nil {
		return "", err
	}
	return strings.NewReplacer("MONTH", month, "DAY", strconv.Itoa(t.Day()), "YEAR", strconv.Itoa(t.Year())).Replace(form), nil
}

// datesBlock is the dates of the group that the argument names.
func datesBlock(f *Facts, group, _ string) (any, error) {
	d := f.Dates
	d.List = slices.DeleteFunc(slices.Clone(d.List), func(d Date) bool { return d.Group != group })
	if len(d.List) == 0 {
		return nil, fmt.Errorf("no date is in the group %q", group)
	}
	return &d, nil
}

func (c *factChecker) checkDates() {
	const file = "facts/dates.toml"
	ids := c.unique(file)
	for i, d := range c.facts.Dates.List {
		key := fmt.Sprintf("date[%d]", i+1)
		ids(key+".id", d.ID)
		c.cites(file, key+".section", d.Section)
		if !idPattern.MatchString(d.Group) {
			c.fault(file, key+".group", "%q is not an id", d.Group)
		}
		if !isDate(d.Day) {
			c.fault(file, key+".day", "%q is not a date YYYY-MM-DD", d.Day)
		}
	}
}
