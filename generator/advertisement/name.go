package advertisement

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cmpss/registry/generator/legalname"
)

// checkName looks for the full legal name: its words one after the other, or all of them in another
// order; what comes near to it is told as such.
func (t *text) checkName(legal string) []Finding {
	name := legalname.Words(legal)
	if len(name) == 0 {
		return nil
	}
	if i := t.sequence(name, 0); i >= 0 {
		return []Finding{t.at(NameFound, t.words[i].line)}
	}
	joined := strings.Join(name, "")
	if first, _ := utf8.DecodeRuneInString(joined); legalname.IsIdeographic(first) {
		for i, line := range t.lines { // these are written without spaces
			if strings.Contains(strings.Join(legalname.Words(line), ""), joined) {
				return []Finding{t.at(NameFound, i)}
			}
		}
	}
	known := make(map[string]bool, len(name))
	for _, w := range name {
		known[w] = true
	}
	sorted := slices.Sorted(slices.Values(name))
	near := -1
	for i := range t.words {
		for size := max(1, len(name)-1); size <= len(name)+1 && i+size <= len(t.words); size++ {
			window := t.words[i : i+size]
			if !slices.ContainsFunc(window, func(w word) bool { return known[w.text] }) && !strings.HasPrefix(joined, window[0].text[:1]) {
				continue // no word of the name, and no beginning of it
			}
			given := make([]string, size)
			for k, w := range window {
				given[k] = w.text
			}
			if size == len(name) && slices.Equal(slices.Sorted(slices.Values(given)), sorted) {
				return []Finding{t.at(NameFound, window[0].line)}
			}
			switch match := legalname.Compare(strings.Join(given, " "), legal); {
			case match == legalname.Exact:
				return []Finding{t.at(NameFound, window[0].line)}
			case match == legalname.Close && near < 0 && alone(t, i, size, known):
				near = window[0].line
			}
		}
	}
	if near >= 0 {
		return []Finding{t.at(NameDiffers, near)}
	}
	return []Finding{{Reason: NameMissing}}
}

// alone reports whether a window that is near to the name leaves no word of it beside it: else
// the windows around it come nearer.
func alone(t *text, i, size int, known map[string]bool) bool {
	return (i == 0 || !known[t.words[i-1].text]) && (i+size == len(t.words) || !known[t.words[i+size].text])
}
