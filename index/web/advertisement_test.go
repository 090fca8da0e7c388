package web

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/cmpss/registry/generator/advertisement"
)

// TestAdvertisementIsBoundedInCharacters sends the longest text that is checked, and one character more, in every way
// in which characters are written.
func TestAdvertisementIsBoundedInCharacters(t *testing.T) {
	f := newFixture(t, nil)
	for char, escaped := range map[string]string{"x": `x`, "ñ": `\u00f1`, "李": `\u674e`, "\U0001F600": `\ud83d\ude00`, "\n": `\n`} {
		for more, want := range []int{200, 413} {
			count := advertisement.MaxText - len("#MPSS123456 ") + more
			raw := strings.Replace(char, "\n", `\n`, 1)
			for _, written := range []string{raw, escaped} {
				body := fmt.Sprintf(`{"text":"#MPSS123456 %s"}`, strings.Repeat(written, count))
				if response := f.ask("POST", "/api/v1/advertisement", withBody("application/json", body)); response.StatusCode != want {
					t.Errorf("%q as %s and %d more: %d, want %d", char, written, more, response.StatusCode, want)
				}
			}
			text := "#MPSS123456 " + strings.Repeat(strings.Replace(char, "\n", "\r\n", 1), count) // as browsers send it
			response := f.ask("POST", "/advertisement", withBody("application/x-www-form-urlencoded", url.Values{"text": {text}}.Encode()))
			if tooLong := response.StatusCode == 400; tooLong != (want == 413) {
				t.Errorf("%q and %d more in the form: %d", char, more, response.StatusCode)
			}
		}
	}
}
