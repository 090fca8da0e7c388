package index

import (
	"context"
	"slices"
	"testing"

	"github.com/cmpss/registry/generator/certification"
)

func TestSuggest(t *testing.T) {
	records := named(t, "María García", "Maria Garcia", "María García", "Mario Gallo", "Alejandro María", "Bob Stone", "Robert Stone", "李小龙")
	records = append(records, mustRecord(t, certification.Draft{
		Number: "MPSS900001", LegalName: "Maribel Future", Terms: []certification.DraftTerm{{From: "2026-11-23", To: "2028-11-22"}},
	}))
	set := opened(t, records)
	for text, want := range map[string][]string{
		"mar":          {"María García", "Maria Garcia", "Mario Gallo", "Alejandro María"}, // who begin so come first
		"maria":        {"María García", "Maria Garcia", "Alejandro María", "Mario Gallo"},
		"mari ga":      {"María García", "Maria Garcia", "Mario Gallo", "Alejandro María"},
		"maria garcia": {"María García", "Maria Garcia"},
		"bob st":       {"Bob Stone", "Robert Stone"},
		"m":            {},
		"李小":           {"李小龙"},
		"李":            {},
		"zzz":          {},
		"100":          {},
		"MPSS100001":   {},
		"future":       {},
	} {
		got, err := set.Suggest(context.Background(), text, MaxSuggested, noon)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q suggests %q (%v), want %q", text, got, err, want)
		}
	}
	if _, err := set.Suggest(context.Background(), "\xff", 5, noon); err == nil {
		t.Error("a text that is not UTF-8 is no mistake")
	}
	if got, err := set.Suggest(context.Background(), "mar", 2, noon); err != nil || len(got) != 2 {
		t.Errorf("two suggestions: %q, %v", got, err)
	}
}

func TestDidYouMean(t *testing.T) {
	set := opened(t, append(named(t, "Renée Núñez-Ortiz", "Guillermo Echeverría", "Esperanza Villalobos", "Ann Li"), mustRecord(t, certification.Draft{
		Number: "MPSS900001", LegalName: "Zacharias Unissued", Terms: []certification.DraftTerm{{From: "2026-11-23", To: "2028-11-22"}},
	})))
	for text, want := range map[string][]string{
		"esperanza echeverria":  {"Esperanza", "Echeverría"}, // of two people
		"gwilerno etcheverriaz": {"Guillermo Echeverría", "Guillermo", "Echeverría"},
		"renee villalobso":      {"Renée", "Villalobos"},
		"nunez smith":           {"Núñez"},
		"zacharias unissued":    nil,
		"zachariasq":            nil,
		"xq":                    nil,
	} {
		result, err := set.Search(context.Background(), Query{Text: text}, noon)
		if err != nil {
			t.Fatal(err)
		}
		if result.Total != 0 || !slices.Equal(result.DidYouMean, want) {
			t.Errorf("%q finds %d and offers %q, want %q", text, result.Total, result.DidYouMean, want)
		}
		for _, offered := range result.DidYouMean {
			again, err := set.Search(context.Background(), Query{Text: offered}, noon)
			if err != nil || again.Total == 0 {
				t.Errorf("%q offers %q, which finds nothing (%v)", text, offered, err)
			}
		}
	}
	if result, err := set.Search(context.Background(), Query{Text: "renee nunez", Status: certification.Revoked}, noon); err != nil || result.DidYouMean != nil {
		t.Errorf("where only a filter hides what is found, %q is offered (%v)", result.DidYouMean, err)
	}
}
