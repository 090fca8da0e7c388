package passages_test

import (
	"strings"
	"testing"

	"github.com/cmpss/registry/index/passages"
)

// Who looks here for help in a crisis sees whom to call in what is found first, and need not open a page for it.
func TestCrisis(t *testing.T) {
	_, set := shipped(t)
	for language, texts := range map[string][]string{
		"en": {"988", "911", "suicide", "i want to die", "i want to kill myself", "i need help right now", "who do i call in an emergency"},
		"es": {"988", "911", "suicidio", "quiero morir", "me quiero matar", "necesito ayuda ahora mismo", "a quien llamo en una emergencia"},
	} {
		for _, text := range texts {
			hits, err := set.Search(language, passages.Query{Text: text, Limit: 3})
			if err != nil {
				t.Fatal(err)
			}
			var first strings.Builder
			for _, h := range hits[:min(1, len(hits))] {
				for _, piece := range h.Snippet {
					first.WriteString(piece.Text)
				}
			}
			if !strings.Contains(first.String(), "988") {
				t.Errorf("%s: %q shows %q", language, text, &first)
			}
		}
	}
}
