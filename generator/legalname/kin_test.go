package legalname

import (
	"slices"
	"strings"
	"testing"
)

// TestVariantsAreGroups finds lines in the files of variants that cannot work.
func TestVariantsAreGroups(t *testing.T) {
	groups := 0
	for group := range variantGroups {
		groups++
		if len(group) < 2 {
			t.Errorf("%q stands alone", group)
		}
		for i, word := range group {
			if !slices.Equal(Words(word), []string{word}) {
				t.Errorf("%q in %q is not one word", word, group)
			}
			if slices.Contains(group[:i], word) {
				t.Errorf("%q stands twice in %q", word, group)
			}
		}
	}
	if groups < 300 {
		t.Errorf("%d groups", groups)
	}
	for word, others := range variants() {
		if len(others) == MaxKin {
			t.Errorf("%q has too many variants", word)
		}
		for _, other := range others {
			if !slices.Contains(variants()[other], word) {
				t.Errorf("%q is a variant of %q, and not the other way round", other, word)
			}
		}
	}
}

func TestSpellings(t *testing.T) {
	for name, want := range map[string]string{
		"Jane Doe":     "",
		"José 2":       "",
		"李小龙":          "li xiaolong",
		"欧阳诗涵":         "ouyang shihan",
		"김민수":          "gim ~km minsu ~mns",
		"محمد":         "~mmd",
		"الحسن":        "~lsn ~hsn",
		"Дмитрий":      "dmitri ~dmdr",
		"प्रिया शर्मा": "priya ~br shrma ~srm",
		"נועה":         "~n",
		"タカシ":          "takashi ~dks",
		"Юлия Kim":     "iulia ~l",
	} {
		if got := strings.Join(Spelled(Words(name)), " "); got != want {
			t.Errorf("%s is spelled %q, want %q", name, got, want)
		}
	}
}

func TestSkeleton(t *testing.T) {
	for _, alike := range [][]string{
		{"mohammed", "muhammad", "mohamad", "mohamed", "mhmd"},
		{"khaled", "khalid", "kalid"},
		{"youssef", "yusuf", "yousef"},
		{"dmitri", "dmitriy", "dmitry"},
		{"chaturvedi", "caturvedi"},
		{"park", "bark"},
	} {
		for _, word := range alike {
			if got, want := skeletonOf(word), skeletonOf(alike[0]); got != want {
				t.Errorf("%s has the skeleton %s, and %s %s", word, got, alike[0], want)
			}
		}
	}
	if got := skeletonOf("aoi"); got != "" {
		t.Errorf("a word of vowels has the skeleton %q", got)
	}
}
