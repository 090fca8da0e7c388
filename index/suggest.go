package index

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/legalname"
)

const (
	// MinSuggested is how many characters must be typed before names are suggested.
	MinSuggested = 2
	// MaxSuggested is how many names are suggested at most.
	MaxSuggested = 10
)

// Suggest gives names that someone who typed so much may mean, best first, each once: those that begin
// with the one word typed, and then in the order of Search; only names on issued certificates, whatever
// their status. It is empty for a text that is shorter than MinSuggested, or a number. The error wraps ErrQuery, or the context's.
func (s *Set) Suggest(ctx context.Context, text string, limit int, now time.Time) ([]string, error) {
	words, err := wordsOf(text)
	if err != nil {
		return nil, err
	}
	if utf8.RuneCountInString(strings.Join(words, "")) < MinSuggested {
		return nil, nil
	}
	if _, err := certification.ParseNumber(text); err == nil {
		return nil, nil
	}
	if _, ok := firstDigits(text); ok {
		return nil, nil
	}
	c := collector{limit: min(max(limit, 1), MaxSuggested), distinct: true}
	f := s.newFinder(ctx, &c, Query{}, now)
	defer f.close()
	f.uncounted = true
	if len(words) == 1 { // of several, the order of Search puts those first that begin so
		f.takeBeginning(words[0])
	}
	f.search(words)
	names := make([]string, 0, len(c.found))
	for _, rank := range c.found {
		names = append(names, s.names.records[rank].LegalName())
	}
	return names, f.err
}

// Bounds of a correction.
const (
	maxCorrected   = 3 // texts that are offered
	maxCorrections = 4 // words that are corrected
)

// correct gives up to three texts that find something, for words that find nothing: with every word
// that no name has replaced by the one that resembles it most; then the parts of that text that find
// something by themselves.
func (f *finder) correct(words []string) []string {
	words = words[:min(len(words), maxCorrections)]
	corrected := make([]string, 0, len(words))
	for _, word := range words {
		if other, ok := f.nearest(word); ok {
			corrected = append(corrected, other)
		}
	}
	exact := f.exactly()
	var texts []string
	if set := f.common(corrected, exact, nil); len(corrected) > 1 && set.countIn(f.standing.issued) > 0 {
		texts = append(texts, f.asWritten(corrected, set))
	}
	slices.SortStableFunc(corrected, func(a, b string) int { return cmp.Compare(f.countWord(a), f.countWord(b)) })
	for _, word := range slices.Compact(corrected) {
		if set := f.exact(word); len(texts) < maxCorrected && utf8.RuneCountInString(word) >= minLenientRunes && set.countIn(f.standing.issued) > 0 {
			texts = append(texts, f.asWritten([]string{word}, set))
		}
	}
	return texts
}

// nearest gives the word itself if any name has it, or else the one with the fewest mistakes, and of
// those the one that most names have.
func (f *finder) nearest(word string) (string, bool) {
	if f.countWord(word) > 0 {
		return word, true
	}
	most := lenientMistakes(word)
	if most == 0 {
		return "", false
	}
	words, _ := f.names.wordsWithMistakes(word, most+1, maxTerms)
	if len(words) == 0 {
		return "", false
	}
	pattern := legalname.NewPattern(word)
	return slices.MinFunc(words, func(a, b string) int {
		return cmp.Or(
			cmp.Compare(pattern.Mistakes(a, most+1), pattern.Mistakes(b, most+1)),
			cmp.Compare(f.countWord(b), f.countWord(a)),
		)
	}), true
}

// asWritten gives folded words in the way in which the first issued name of the set, which has them all, is
// written.
func (f *finder) asWritten(words []string, set *rankSet) string {
	written := slices.Clone(words)
	for rank := range f.names.inOrder(set, f.anyIssued) {
		for part := range strings.FieldsFuncSeq(f.names.records[rank].LegalName(), func(r rune) bool { return r == ' ' || r == '-' || r == ',' }) {
			for i, word := range words {
				if slices.Equal(legalname.Words(part), []string{word}) {
					written[i] = part
				}
			}
		}
		break
	}
	return strings.Join(written, " ")
}
