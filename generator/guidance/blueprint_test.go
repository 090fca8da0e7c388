package guidance_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The blueprint as App. G prints it, typed for this test: name, share, and the items of each task.
var blueprint = [][3]string{
	{"Administrative responsibilities", "9.9", "2 2 3 1 1 1"},
	{"Behavioral health foundations", "11.6", "2 3 3 3"},
	{"Interpersonal skills", "16.9", "2 2 2 2 2 2 2 2 1"},
	{"Recovery support", "15.0", "1 1 1 2 1 1 2 1 1 1 2 1"},
	{"Advocacy", "12.1", "5 5 2"},
	{"Community inclusion", "9.6", "2 2 2 2 2"},
	{"Resource linkage", "12.7", "4 2 2 5"},
	{"Crisis management", "12.1", "3 3 2 4"},
}

func TestBlueprint(t *testing.T) {
	b := shipped(t).Facts().Blueprint
	var got [][3]string
	for _, area := range b.Areas {
		var items []string
		for _, task := range area.Tasks {
			items = append(items, strconv.Itoa(task.Questions))
		}
		got = append(got, [3]string{area.Name["en"], area.Share, strings.Join(items, " ")})
	}
	if diff := cmp.Diff(blueprint, got); diff != "" {
		t.Errorf("areas (-want +got)\n%s", diff)
	}
	for i, want := range []int{10, 11, 17, 15, 12, 10, 13, 12} { // the totals that App. G prints
		if n := b.Areas[i].Questions(); n != want {
			t.Errorf("%s has %d questions, want %d", b.Areas[i].ID, n, want)
		}
	}
	if b.Questions() != 100 || b.Shares() != "99.9" {
		t.Errorf("%d questions, %s percent in all, want 100 and 99.9", b.Questions(), b.Shares())
	}
	// A word of a task of each area: a list that is shifted would keep its counts.
	for at, word := range map[string]string{
		"0.3": "team", "1.1": "substance use problems", "2.8": "equal", "3.1": "clinical", "3.3": "stigma", "4.2": "right to services",
		"5.3": "link between", "6.0": "Medicaid", "6.3": "change in care", "7.3": "until the crisis is over",
	} {
		var area, task int
		fmt.Sscanf(at, "%d.%d", &area, &task)
		if text := b.Areas[area].Tasks[task].Text["en"]; !strings.Contains(text, word) {
			t.Errorf("task %s is %q, want something about %q", at, text, word)
		}
	}
}

// The note names figures in its text. They are those that the facts add up to.
func TestBlueprintNote(t *testing.T) {
	b := shipped(t).Facts().Blueprint
	for _, language := range languages {
		for _, figure := range []string{b.Shares(), b.Areas[1].Share, strconv.Itoa(b.Areas[1].Questions()) + " ", strconv.Itoa(b.Questions())} {
			if !strings.Contains(b.Note[language], figure) {
				t.Errorf("%s: the note does not name %s", language, figure)
			}
		}
	}
}

// The bars of the chart are as long as the numbers beside it say, and stay inside the drawing.
func TestBlueprintChart(t *testing.T) {
	bar := regexp.MustCompile(`<rect x="0" y="(\d+)" width="(\d+)" height="(\d+)"[^>]*/><text class="value" x="(\d+)" y="(\d+)">(\d+)</text>`)
	box := regexp.MustCompile(`viewBox="0 0 (\d+) (\d+)"`)
	number := func(s string) int { n, _ := strconv.Atoi(s); return n }
	for _, language := range languages {
		for _, p := range shipped(t).Pages(language) {
			if p.Slug != "exam-blueprint" {
				continue
			}
			view := box.FindStringSubmatch(string(p.Body))
			bars := bar.FindAllStringSubmatch(string(p.Body), -1)
			if view == nil || len(bars) != len(blueprint) {
				t.Fatalf("%s: %d bars in the box %q", language, len(bars), view)
			}
			end := 0
			for i, m := range bars {
				y, width, height, questions := number(m[1]), number(m[2]), number(m[3]), number(m[6])
				if questions != shipped(t).Facts().Blueprint.Areas[i].Questions() {
					t.Errorf("%s: bar %d says %d", language, i+1, questions)
				}
				if perQuestion := float64(width) / float64(questions); perQuestion < 17.9 || perQuestion > 18.1 {
					t.Errorf("%s: bar %d is %d wide for %d questions", language, i+1, width, questions)
				}
				if y < end || number(m[4])+20 > number(view[1]) || y+height > number(view[2]) {
					t.Errorf("%s: bar %d overlaps another or leaves the drawing: %s", language, i+1, m[0])
				}
				end = y + height
			}
		}
	}
}
