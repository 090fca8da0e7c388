package guidance

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Blueprint is what the exam asks (App. G), facts/blueprint.toml.
type Blueprint struct {
	Origin
	Note  Text   `toml:"note" guidance:"optional"`
	Areas []Area `toml:"area"` // numbered from 1
}

// Area is a field of the exam. Share is the percentage as it is printed, "9.9".
type Area struct {
	ID    string `toml:"id"`
	Share string `toml:"share"`
	Name  Text   `toml:"name"`
	Tasks []Task `toml:"tasks"` // numbered from 1 in each area
}

// Task is something that a specialist does or knows, and how many questions ask about it.
type Task struct {
	Questions int  `toml:"questions"`
	Text      Text `toml:"text"`
}

// Questions is how many questions the area has.
func (a Area) Questions() int {
	n := 0
	for _, task := range a.Tasks {
		n += task.Questions
	}
	return n
}

// Questions is how many questions all areas have.
func (b *Blueprint) Questions() int {
	n := 0
	for _, area := range b.Areas {
		n += area.Questions()
	}
	return n
}

// Shares is the sum of the percentages as they are printed.
func (b *Blueprint) Shares() string {
	tenths := 0
	for _, area := range b.Areas {
		n, _ := strconv.Atoi(strings.ReplaceAll(area.Share, ".", "")) // checked when the facts were loaded
		tenths += n
	}
	return fmt.Sprintf("%d.%d", tenths/10, tenths%10)
}

var sharePattern = regexp.MustCompile(`^[0-9]{1,2}\.[0-9]$`)

func (c *factChecker) checkBlueprint() {
	const file = "facts/blueprint.toml"
	ids := c.unique(file)
	for i, area := range c.facts.Blueprint.Areas {
		key := fmt.Sprintf("area[%d]", i+1)
		ids(key+".id", area.ID)
		if !sharePattern.MatchString(area.Share) {
			c.fault(file, key+".share", "%q is not a percentage with one decimal, such as 9.9", area.Share)
		}
		if len(area.Tasks) == 0 {
			c.fault(file, key+".tasks", "has no entry")
		}
		for j, task := range area.Tasks {
			if task.Questions < 1 {
				c.fault(file, fmt.Sprintf("%s.tasks[%d].questions", key, j+1), "must be 1 or more")
			}
		}
	}
}

// BarChart is a drawing of bars below each other, each with its label above, in the units of its
// view box. It is laid out for the width of a phone, so that its letters can be read there.
type BarChart struct {
	Width, Height int
	BarHeight     int
	Bars          []Bar
}

// Bar is one bar and where it stands.
type Bar struct {
	Label  Text
	Value  int
	LabelY int // base line of the label
	Y      int // upper edge of the bar
	Width  int // of the bar
	ValueX int // where the value is written, behind the bar
	ValueY int // base line of the value
}

// What a chart measures, in its own units.
const (
	chartWidth = 340
	barPitch   = 44 // from one bar to the next
	barHeight  = 16
	valueRoom  = 34 // behind the longest bar
)

// blueprintChartBlock draws the questions of each area.
func blueprintChartBlock(f *Facts, argument, _ string) (any, error) {
	if argument != "" {
		return nil, fmt.Errorf("takes no argument, got %q", argument)
	}
	longest := 1
	for _, area := range f.Blueprint.Areas {
		longest = max(longest, area.Questions())
	}
	chart := &BarChart{Width: chartWidth, Height: barPitch * len(f.Blueprint.Areas), BarHeight: barHeight}
	for i, area := range f.Blueprint.Areas {
		top, width := barPitch*i, area.Questions()*(chartWidth-valueRoom)/longest
		chart.Bars = append(chart.Bars, Bar{
			Label: area.Name, Value: area.Questions(),
			LabelY: top + 15, Y: top + 21, Width: width, ValueX: width + 6, ValueY: top + 34,
		})
	}
	return chart, nil
}
