package guidance_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The competencies of each area in their order, typed from §212 and the appendixes for this test:
// a word of the name, and a word of what is known or done.
var areaCompetencies = map[string][][2]string{
	"parent-caregiver-family": { // App. H
		{"Professional responsibilities", "code of ethics"},
		{"systems", "special education"},
		{"natural supports", "support groups for families"},
		{"Wellness and resiliency", "grief and loss"},
		{"change", "where policy is made"},
	},
	"crisis-care": { // App. J
		{"Pathways", "losing a job"},
		{"calming", "involuntary holds"},
		{"Connecting", "rights of patients"},
		{"trauma-informed", "Does not judge"},
		{"substance use", "stages of change"},
		{"conflict", "trafficking and abuse"},
		{"in a crisis", "Matches people"},
		{"substance use together, in a crisis", "naloxone"},
		{"groups", "mobile crisis team"},
		{"planning and support", "mental health court"},
		{"self-care", "Burnout"},
	},
	"unhoused": { // App. K
		{"lived experience", "life without housing"},
		{"recovery", "appointments"},
		{"substance use", "naloxone"},
		{"Cultural", "veterans"},
		{"Trauma", "distrust"},
		{"self-care", "compassion fatigue"},
		{"conflict", "Advance directives"},
		{"boundaries", "dual relationships"},
		{"Safety", "infectious diseases"},
		{"systems", "HUD"},
	},
	"justice-involved": { // App. L
		{"lived experience", "from arrest to parole"},
		{"Advocacy", "wrong entries in a criminal record"},
		{"consumers", "stages of change"},
		{"Engaging", "must register"},
		{"Cultural", "racism"},
		{"Trauma", "unequal sentences"},
		{"self-care", "integrity at work"},
		{"substance use", "just after release"},
		{"boundaries", "duty to report"},
		{"Safety", "common ground"},
		{"community", "technology"},
		{"custody", "offend again"},
	},
}

func TestCompetenciesOfEachArea(t *testing.T) {
	for _, s := range shipped(t).Facts().Specializations.List {
		var listed [][2]string
		for _, group := range s.Groups {
			for _, c := range group.Competencies {
				var points []string
				for _, point := range append(c.Knows, c.Does...) {
					points = append(points, point["en"])
				}
				listed = append(listed, [2]string{c.Name["en"], strings.Join(points, "\n")})
			}
		}
		want := areaCompetencies[s.ID]
		if len(listed) != len(want) {
			t.Errorf("%s has %d competencies, want %d", s.ID, len(listed), len(want))
			continue
		}
		for i, words := range want {
			if !strings.Contains(listed[i][0], words[0]) || !strings.Contains(listed[i][1], words[1]) {
				t.Errorf("%s, competency %d is %q, want one about %q that says %q", s.ID, i+1, listed[i][0], words[0], words[1])
			}
		}
	}
}

// The parts of a crisis hold the competencies that App. J puts into them.
func TestPartsOfACrisis(t *testing.T) {
	for _, s := range shipped(t).Facts().Specializations.List {
		if s.ID != "crisis-care" {
			continue
		}
		var sizes []int
		for _, g := range s.Groups {
			sizes = append(sizes, len(g.Competencies))
		}
		if diff := cmp.Diff([]int{5, 4, 2}, sizes); diff != "" {
			t.Errorf("competencies before, during and after a crisis (-want +got)\n%s", diff)
		}
	}
}

// Each area has its page, with the title to advertise and every competency under its number.
func TestPageOfEachArea(t *testing.T) {
	for _, language := range languages {
		for _, s := range shipped(t).Facts().Specializations.List {
			for _, p := range shipped(t).Pages(language) {
				if p.Slug != "specialization-"+s.ID {
					continue
				}
				if !strings.Contains(string(p.Body), `<li lang="en">`+s.Official+`</li>`) {
					t.Errorf("%s/%s does not name the title %q", language, p.Slug, s.Official)
				}
				for n := range s.Count() {
					if id := fmt.Sprintf(`id="competency-%d"`, n+1); strings.Count(string(p.Body), id) != 1 {
						t.Errorf("%s/%s: %s is there %d times", language, p.Slug, id, strings.Count(string(p.Body), id))
					}
				}
			}
		}
	}
}
