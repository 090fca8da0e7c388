package guidance_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The terms of §102 in its order, and a word of the meaning of each, typed from the Guidelines
// for this test.
var definedTerms = [][2]string{
	{"Adult", "18"},
	{"Beneficiary or recipient", "peer services"},
	{"California Mental Health Services Authority (CalMHSA)", "approved to certify"},
	{"Certificant", "CalMHSA has certified"},
	{"Certification", "official document"},
	{"Certification registry", "status of each certification"},
	{"Certified Medi-Cal Peer Support Specialist (CMPSS)", "lived through recovery"},
	{"Certifying entity", "counties chose"},
	{"Code of ethics", "values and standards"},
	{"Code of ethics violation", "breaks the code"},
	{"Continuing education", "law or a special field"},
	{"Core competencies", "knowledge, skills and attitudes"},
	{"County reciprocity", "participating county"},
	{"Culturally appropriate services", "beliefs, practices and needs"},
	{"Dual relationship", "outside the service"},
	{"Grandparenting", "January 1, 2022"},
	{"Initial certification", "first time"},
	{"Lived experience", "been through themselves"},
	{"Medi-Cal", "Medicaid"},
	{"Natural supports", "own community"},
	{"Out-of-state reciprocity", "another state"},
	{"Peer", "something similar"},
	{"Peer support services", "coaching"},
	{"Prevalent languages", "threshold languages"},
	{"Renewal", "another 2 years"},
	{"Recovery", "change"},
	{"Resiliency", "hard times"},
	{"Training provider", "approved to give training"},
	{"Trauma focused", "what trauma does"},
	{"Valid certificate", "active and in good standing"},
	{"Wellness", "emotional, financial, social, spiritual"},
}

func TestEveryDefinitionOfTheGuidelines(t *testing.T) {
	var body string
	for _, p := range shipped(t).Pages("en") {
		if p.Slug == "definitions" {
			body = string(p.Body)
		}
	}
	var want, got []string
	for _, term := range definedTerms {
		want = append(want, term[0])
	}
	for i, d := range shipped(t).Facts().Definitions.List {
		if !strings.HasPrefix(d.Section, "§102.") {
			continue
		}
		got = append(got, d.Term["en"])
		entry := regexp.MustCompile(`<div id="` + d.ID + `">(?s:.*?)</div>`).FindString(body)
		if i < len(definedTerms) && !strings.Contains(entry, definedTerms[i][1]) {
			t.Errorf("%s: nothing about %q: %s", d.ID, definedTerms[i][1], entry)
		}
		if !strings.Contains(entry, `<dt lang="es">`+d.Term["es"]+`</dt>`) {
			t.Errorf("%s: the Spanish does not stand beside the English: %s", d.ID, entry)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("terms of §102 (-want +got)\n%s", diff)
	}
}

// The registry's own words are explained too: each status, and what a page says about itself.
func TestWordsOfTheRegistryAreDefined(t *testing.T) {
	defined := map[string]bool{}
	for _, d := range shipped(t).Facts().Definitions.List {
		defined[d.ID] = true
	}
	for _, s := range shipped(t).Facts().Statuses.List {
		if !defined[s.ID] {
			t.Errorf("the status %s is not defined", s.ID)
		}
	}
	for _, id := range []string{"confirmed", "relied-on-until", "withdrawn", "status-unavailable", "never-issued", "history"} {
		if !defined[id] {
			t.Errorf("%s is not defined", id)
		}
	}
}

// The definitions stand in the order of the reader's own alphabet, accents aside.
func TestDefinitionsAreInOrder(t *testing.T) {
	term := regexp.MustCompile(`<div id="[^"]*"><dt>(.*?)</dt>`)
	fold := strings.NewReplacer("á", "a", "é", "e", "í", "i", "ó", "o", "ú", "u")
	for _, language := range languages {
		for _, p := range shipped(t).Pages(language) {
			if p.Slug != "definitions" {
				continue
			}
			var terms []string
			for _, m := range term.FindAllStringSubmatch(string(p.Body), -1) {
				terms = append(terms, fold.Replace(strings.ToLower(m[1])))
			}
			if len(terms) != len(shipped(t).Facts().Definitions.List) || !slices.IsSorted(terms) {
				t.Errorf("%s: %d terms in this order: %q", language, len(terms), terms)
			}
		}
	}
}
