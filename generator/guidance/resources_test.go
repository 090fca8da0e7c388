package guidance_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmpss/registry/generator/guidance"
)

// Typed from the two pages of the library, in their order; what stands twice on one is here once.
const (
	resourceListing = `Code of Ethics and Violation Guidelines
CMPSS Job Description Template
How To – Post A Job
Out of State Reciprocity Requirements
How To – Pay Exam Fee
Application Instructions for Initial Process
Training Providers – Application Checklist
Glossary – English/Spanish Translations
How To – Certification Renewal
Training Providers – Agency Bio Form Template
Training Providers – Application Guide
How To – Home Address Change
How To – Request Legal Name Change
Training Providers – Curriculum Modification Request
Best Practice Guidelines for Employing Certified Medi-Cal Peer Support Specialists
Fee Schedule
Training Curriculum – Crosswalk for CMPPS Certification
Certification Renewal & Continuing Education Requirements
Guidance for Advertisement of Certification
Code of Ethics Violation Guidelines
JAWS Screen Reader Accommodation
Exam Comfort Aid List
Training Curriculum – Working with Justice Involved
Training Curriculum – Working with Persons Unhoused
Training Curriculum – Crisis Care Core Competencies`
	resourceSearch = `CMPSS Job Description Template
How To – Post A Job
How To – Revise Application
Application Instructions for Initial Process
How To – Certification Renewal
How To – Home Address Change
In-Person Exam: What to Expect
How To – Upload Training Certificate
Online Exam Instruction Guide
How To – Apply`
)

func TestEveryResourceIsListed(t *testing.T) {
	for where, typed := range map[string]string{"listing": resourceListing, "search": resourceSearch} {
		var got []string
		for _, r := range shipped(t).Facts().Resources.List {
			if slices.Contains(r.Listed, where) {
				got = append(got, r.Title)
			}
		}
		want := strings.Split(typed, "\n")
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", where, diff)
		}
	}
}

// What the two pages of the library say of several documents in the same words fits one of them:
// the first. The others say that it is not theirs.
func TestSharedDescriptionsAreNoted(t *testing.T) {
	for _, shared := range [][]string{
		{"application-instructions", "how-to-apply"},
		{"name-change", "address-change"},
		{"provider-guide", "provider-checklist"},
		{"crosswalk", "curriculum-crisis", "curriculum-unhoused", "curriculum-justice"},
	} {
		for _, id := range shared[1:] {
			i := slices.IndexFunc(shipped(t).Facts().Resources.List, func(r guidance.Resource) bool { return r.ID == id })
			if i < 0 {
				t.Fatalf("there is no document %q", id)
			}
			for _, language := range languages {
				if shipped(t).Facts().Resources.List[i].Note[language] == "" {
					t.Errorf("%s: %s has the description of %s, and no note says so", language, id, shared[0])
				}
			}
		}
	}
}

// A reader finds every document by topic, and by every role that needs it.
func TestResourcesByRoleAndTopic(t *testing.T) {
	for _, language := range languages {
		body := pageBody(t, language, "resources")
		byRole, byTopic, _ := strings.Cut(body, `id="topic-`)
		for _, r := range shipped(t).Facts().Resources.List {
			if got := strings.Count(byRole, `href="#resource-`+r.ID+`"`); got != len(r.Roles) {
				t.Errorf("%s: %s is linked %d times by role, %d roles need it", language, r.ID, got, len(r.Roles))
			}
			if got := strings.Count(byTopic, `id="resource-`+r.ID+`"`); got != 1 {
				t.Errorf("%s: %s is there %d times by topic", language, r.ID, got)
			}
		}
	}
}
