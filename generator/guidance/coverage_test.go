package guidance_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cmpss/registry/generator/guidance"
)

// minSubjects is how many subjects the guidance has at least, in every language.
const minSubjects = 30

func TestSubjects(t *testing.T) {
	for _, language := range languages {
		if n := len(shipped(t).Pages(language)); n < minSubjects {
			t.Errorf("%s: %d subjects, fewer than %d", language, n, minSubjects)
		}
	}
}

// citedBy are the pages of a language that cite each section, in their front matter or text.
func citedBy(t *testing.T, language string) map[string][]string {
	t.Helper()
	inText := regexp.MustCompile(`§(\d+)|\bAp{1,2}\. ([A-Z])\b`)
	cited := make(map[string][]string)
	for _, p := range shipped(t).Pages(language) {
		ids := make(map[string]bool)
		for _, c := range p.Sections {
			ids[c.ID] = true
		}
		for _, passage := range p.Passages {
			for _, m := range inText.FindAllStringSubmatch(passage.Text, -1) {
				if m[1] != "" {
					ids["§"+m[1]] = true
				} else {
					ids["App. "+m[2]] = true
				}
			}
		}
		for id := range ids {
			cited[id] = append(cited[id], p.Slug)
		}
	}
	return cited
}

// Every section and appendix of the Guidelines has a page that cites it, in every language. The
// table of all is printed by go test -v.
func TestEverySectionIsCited(t *testing.T) {
	for _, language := range languages {
		cited := citedBy(t, language)
		var table strings.Builder
		for _, s := range shipped(t).Facts().Sections.List {
			pages := cited[s.ID]
			slices.Sort(pages)
			fmt.Fprintf(&table, "%-12s %-55s %s\n", s.ID, s.Title[language], strings.Join(pages, ", "))
			if len(pages) == 0 {
				t.Errorf("%s: no page cites %s, %s", language, s.ID, s.Title[language])
			}
		}
		t.Logf("%s\n%s", language, table.String())
	}
}

// Grades of reading, in years of school: pages above the first are listed, and one above the
// second fails.
const (
	gradeToLookAt = 9
	gradeTooHigh  = 12
)

func TestReadingLevel(t *testing.T) {
	var above []string
	sum := 0.0
	pages := shipped(t).Pages("en")
	for _, p := range pages {
		grade := readingGrade(textOf(p))
		sum += grade
		t.Logf("%5.1f %s", grade, p.Slug)
		if grade > gradeToLookAt {
			above = append(above, fmt.Sprintf("%s %.1f", p.Slug, grade))
		}
		if grade > gradeTooHigh {
			t.Errorf("%s asks for %.1f years of school: shorten its sentences and words", p.Slug, grade)
		}
	}
	t.Logf("on average %.1f; above grade %d: %s", sum/float64(len(pages)), gradeToLookAt, strings.Join(above, ", "))
}

var (
	proseElement = regexp.MustCompile(`(?s)<(p|li|dd)(?: [^>]*)?>(.*?)</(?:p|li|dd)>`)
	prose        = regexp.MustCompile(`(?s)<[^>]*>`)
	citation     = regexp.MustCompile(`\((§|App\.)[^)]*\)`)
)

// textOf is the prose of a page, each paragraph and item ended by a full stop.
func textOf(p *guidance.Page) string {
	var b strings.Builder
	for _, m := range proseElement.FindAllStringSubmatch(string(p.Body), -1) {
		text := strings.TrimSpace(citation.ReplaceAllString(prose.ReplaceAllString(m[2], ""), ""))
		b.WriteString(strings.TrimRight(text, ".:;?! ") + ". ")
	}
	return b.String()
}

// readingGrade is the Flesch-Kincaid grade of an English text, in years of school: 0.39 times the
// words of a sentence, plus 11.8 times the syllables of a word, less 15.59 (Kincaid and others,
// 1975). Names that every page must use, such as "Certified Medi-Cal Peer Support Specialist",
// count as they are, so the grade of this guidance is rather too high than too low.
func readingGrade(text string) float64 {
	sentences, words, syllables := 0, 0, 0
	for _, sentence := range regexp.MustCompile(`[.?!:]\s`).Split(text, -1) {
		found := regexp.MustCompile(`[A-Za-z’']+`).FindAllString(sentence, -1)
		if len(found) == 0 {
			continue
		}
		sentences++
		words += len(found)
		for _, word := range found {
			syllables += syllablesOf(word)
		}
	}
	if words == 0 {
		return 0
	}
	return 0.39*float64(words)/float64(sentences) + 11.8*float64(syllables)/float64(words) - 15.59
}

// syllablesOf counts the groups of vowels of an English word, without a silent e at its end.
func syllablesOf(word string) int {
	word = strings.ToLower(word)
	n := len(regexp.MustCompile(`[aeiouy]+`).FindAllString(word, -1))
	if strings.HasSuffix(word, "e") && !strings.HasSuffix(word, "le") || strings.HasSuffix(word, "ed") && !strings.HasSuffix(word, "ted") && !strings.HasSuffix(word, "ded") {
		n--
	}
	return max(1, n)
}

func TestReadingGrade(t *testing.T) {
	for text, want := range map[string][2]float64{
		"The cat sat on the mat. It was warm.": {-3, 1},
		"Certification is not transferable between organizations, notwithstanding contractual stipulations to the contrary.": {18, 30},
		"You pay the fee when you apply. It is not returned if you change your mind.":                                        {0, 4},
	} {
		if got := readingGrade(text); got < want[0] || got > want[1] {
			t.Errorf("%q: grade %.1f, want %v", text, got, want)
		}
	}
	for word, want := range map[string]int{"fee": 1, "table": 2, "renewal": 3, "passed": 1, "needed": 2, "certification": 5, "the": 1} {
		if got := syllablesOf(word); got != want {
			t.Errorf("%s: %d syllables, want %d", word, got, want)
		}
	}
}
