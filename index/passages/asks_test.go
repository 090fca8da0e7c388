package passages_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cmpss/registry/generator/records/sample"
)

// Questions are told from names, and from questions in the other language, by their words. The figures are of the questions of two words
// and more, whatever the search was adjusted to, and of the names of the sample.
func TestAsks(t *testing.T) {
	_, set := shipped(t)
	files, err := filepath.Glob("testdata/*.toml")
	if err != nil {
		t.Fatal(err)
	}
	questions := make(map[string][]string) // by language
	for _, file := range files {
		if filepath.Base(file) == "parts.toml" {
			continue // of another form
		}
		for _, q := range readQuestions(t, file) {
			questions["en"], questions["es"] = append(questions["en"], q.English...), append(questions["es"], q.Spanish...)
		}
	}
	for language, other := range map[string]string{"en": "es", "es": "en"} {
		all, first, led, away := 0, 0, 0, 0
		for _, text := range questions[language] {
			if len(strings.Fields(text)) < 2 {
				continue
			}
			all++
			here, there := set.Asks(language, text), set.Asks(other, text)
			switch {
			case here && !there:
				first, led = first+1, led+1
			case here:
				first++
			case there:
				away++
			}
		}
		t.Logf("%s: of %d questions %d are answered first; asked in %s, %d lead here; asked here, %d lead there", language, all, first, other, led, away)
		if first*100 < all*95 || led*100 < all*85 || away*100 > all {
			t.Errorf("%s: want 95 of a hundred answered first, 85 led here, at most one led away", language)
		}
	}
	for text, language := range map[string]string{"¿cuánto cuesta?": "es", "cuanto tarda": "es", "how long": "en"} {
		for _, asked := range []string{"en", "es"} {
			if got := set.Asks(asked, text); got != (asked == language) {
				t.Errorf("%q is a question in %s: %v", text, asked, got)
			}
		}
	}
	var lines bytes.Buffer
	if err := sample.Write(&lines, 3000, 1); err != nil {
		t.Fatal(err)
	}
	names := make(map[string]bool)
	for decoder := json.NewDecoder(&lines); decoder.More(); {
		var record struct {
			LegalName string `json:"legal_name"`
		}
		if err := decoder.Decode(&record); err != nil {
			t.Fatal(err)
		}
		names[record.LegalName] = true
		for word := range strings.FieldsSeq(record.LegalName) {
			names[word] = true
		}
	}
	var taken []string
	for name := range names {
		if set.Asks("en", name) || set.Asks("es", name) {
			taken = append(taken, name)
		}
	}
	t.Logf("of %d names %d are taken for questions: %q", len(names), len(taken), taken)
	if len(taken)*200 > len(names) {
		t.Error("want one of two hundred at most")
	}
}
