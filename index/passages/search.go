package passages

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/cmpss/registry/generator/guidance"
)

// Bounds of a question and of its answer.
const (
	MaxQuery = 256 // bytes of text
	MaxLimit = 20  // pages
	maxWords = 24  // or words that mean something together; those after are not read

	maxTogether = 4 // words of a synonym
)

// ErrQuery is the mistake of a person or a program that asks: a text that is too long or not
// UTF-8, a limit out of range. The error's text is for them.
var ErrQuery = errors.New("not a question")

// Query asks for the pages that answer a text.
type Query struct {
	Text  string
	Limit int  // pages, 1 to MaxLimit
	Whole bool // only parts with every word of the text, or what it stands for
}

// Hit is a page, and the part of it that answers best, or its beginning and summary if none does clearly.
type Hit struct {
	Page    *guidance.Page
	Passage guidance.Passage
	Snippet []Piece // of the part's text
}

// Search answers a question, the best page first. A text of which the guidance does not know a third of the words that carry meaning
// has no answer, nor has one of filling words. The error wraps ErrQuery.
func (x *Index) Search(q Query) ([]Hit, error) {
	switch {
	case q.Limit < 1 || q.Limit > MaxLimit:
		return nil, fmt.Errorf("%w: the limit must be from 1 to %d", ErrQuery, MaxLimit)
	case len(q.Text) > MaxQuery:
		return nil, fmt.Errorf("%w: the text is longer than %d bytes", ErrQuery, MaxQuery)
	case !utf8.ValidString(q.Text):
		return nil, fmt.Errorf("%w: the text is not valid UTF-8", ErrQuery)
	}
	wanted := x.meanings(q.Text)
	asked := x.reader.features(q.Text)
	sums, like := x.learned.sums(x.features(asked, wanted))
	found := x.rank(wanted, sums, q.Whole)
	marked := make(map[string]bool)
	for _, m := range wanted {
		for _, alternative := range m.alternatives {
			for _, term := range alternative {
				marked[term] = true
			}
		}
	}
	var hits []Hit
	for _, r := range found[:min(len(found), q.Limit)] {
		passage := r.part.Passage
		if !q.Whole {
			passage = x.choose(r.page, asked, wanted, like)
		}
		hits = append(hits, Hit{r.page.Page, passage, x.snippet(passage.Text, marked)})
	}
	return hits, nil
}

// ranked is a page with its best part.
type ranked struct {
	page  *page
	part  *part
	whole bool    // the part has a word for every meaning
	said  float64 // how much the page says of the question
	score float64
}

// meaning is a word of a question, or words that mean something together: as it was typed, then
// what it may stand for.
type meaning struct {
	alternatives []phrase // terms, at least one
	known        bool     // the guidance has a term of them, or is asked for with it
	weight       float64  // how much it says about a page, among those of its question; they add up to 1
}

// best is the highest worth of the alternatives, of which each is worth the mean of its terms when
// it has them all.
func (m meaning) best(worth func(term string) float64) float64 {
	best := 0.0
	for _, alternative := range m.alternatives {
		sum, all := 0.0, true
		for _, term := range alternative {
			w := worth(term)
			sum, all = sum+w, all && w > 0
		}
		if all {
			best = max(best, sum/float64(len(alternative)))
		}
	}
	return best
}

// How the two ways to find a page are weighed: what the page says, beside which questions it is known to be for.
const (
	saying = 1.4
	silent = 0.05 // what a page that says nothing of the question counts, as a share of the one that says most

	likely = 0.02 // how likely a page must be that has no word of the question
)

// rank gives the pages that answer, best first: by the words of the question that the page has, by how much of it one part of the page
// answers, and by the questions that the page is known to be for. Wanted are the meanings of the question, sums what was learned says.
func (x *Index) rank(wanted []meaning, sums []float64, whole bool) []ranked {
	known := 0
	for _, m := range wanted {
		if m.known {
			known++
		}
	}
	if known*3 < len(wanted) || known == 0 {
		return nil
	}
	var list []ranked
	most := 0.0
	for i := range x.pages {
		p := &x.pages[i]
		sum, share := 0.0, 0.0
		for _, m := range wanted {
			if best := m.best(func(term string) float64 { return x.score(p, term) }); best > 0 {
				sum += best
				share += m.weight
			}
		}
		part, answered, all := p.best(wanted)
		r := ranked{page: p, part: part, whole: all, said: sum * share * (1 + answered)}
		most = max(most, r.said)
		list = append(list, r)
	}
	shares := slices.Clone(sums)
	for i := range list {
		if most > 0 {
			// The logarithm, as what was learned is the logarithm of how likely a page is.
			shares[i] += saying * math.Log(silent+list[i].said/most)
		}
		list[i].score = shares[i]
	}
	softmax(shares)
	var found []ranked
	for i, r := range list {
		if r.part != nil && (r.whole || !whole) && (r.said > 0 || shares[i] >= likely) {
			found = append(found, r)
		}
	}
	slices.SortStableFunc(found, func(a, b ranked) int { return cmp.Compare(b.score, a.score) })
	return found
}

// features are those of a question, with what a word may stand for that no example has.
func (x *Index) features(asked []string, wanted []meaning) []string {
	list := slices.Clone(asked)
	for _, m := range wanted {
		if _, known := x.learned.features[m.alternatives[0][0]]; known {
			continue
		}
		for _, alternative := range m.alternatives {
			list = append(list, alternative...)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// best is the part of a page that answers most of a question, how much of it, from 0 to 2, and
// whether it has a word for every meaning. A word in the heading counts twice, one in the title
// half as much again, and one in a long text less: it is there by chance.
func (p *page) best(wanted []meaning) (best *part, answered float64, all bool) {
	for i := range p.parts {
		part := &p.parts[i]
		sum, missing := 0.0, false
		for _, m := range wanted {
			worth := m.best(func(term string) float64 {
				switch {
				case part.heading[term]:
					return 2
				case p.counts[inTitle][term] > 0:
					return 1.5
				case part.counts[term] > 0:
					return part.weight
				}
				return 0
			})
			missing = missing || worth == 0
			sum += worth * m.weight
		}
		if best == nil || sum > answered {
			best, answered, all = part, sum, !missing
		}
	}
	return best, answered, all
}

// meanings are the terms of a question, each with what it may stand for after it. Several words
// that a synonym has together are one. A filling word by itself has none.
func (x *Index) meanings(text string) []meaning {
	words := x.reader.words(text)
	var list []meaning
	for i := 0; i < len(words) && len(list) < maxWords; {
		n := x.together(words[i:])
		var typed phrase
		for _, w := range words[i : i+n] {
			if w.term != "" {
				typed = append(typed, w.term)
			}
		}
		means := x.synonyms[keyOf(words[i:i+n])]
		if n == 1 && len(typed) == 1 && x.within[typed[0]] == 0 && means == nil {
			means = x.mended(typed[0])
		}
		var m meaning
		if len(typed) > 0 {
			m.alternatives = append(m.alternatives, typed)
		}
		m.alternatives = append(m.alternatives, means...)
		if i += n; len(m.alternatives) > 0 {
			list = append(list, m)
		}
	}
	x.weigh(list)
	return list
}

// weigh gives meanings their weights: that of the rarest alternative that the guidance has. What it
// never says still counts a little: a page without it is no whole answer.
func (x *Index) weigh(list []meaning) {
	const least = 0.3
	sum := 0.0
	for i := range list {
		list[i].weight = least
		for _, alternative := range list[i].alternatives {
			for _, term := range alternative {
				if _, asked := x.learned.features[term]; asked {
					list[i].known = true
				}
				if x.within[term] > 0 {
					list[i].known = true
					list[i].weight = max(list[i].weight, math.Sqrt(x.rarity(term)))
				}
			}
		}
		sum += list[i].weight
	}
	for i := range list {
		list[i].weight /= sum
	}
}

// minMended is the shortest term, in characters, in which a typing mistake is looked for.
const minMended = 4

// mended are the terms of the guidance that a term may have been meant to be: those at one typing mistake
// from it that begin with the same letter.
func (x *Index) mended(term string) []phrase {
	if utf8.RuneCountInString(term) < minMended {
		return nil
	}
	typed := []rune(term)
	var list []string
	for known := range x.within {
		if letters := []rune(known); letters[0] == typed[0] && oneMistake(typed, letters) {
			list = append(list, known)
		}
	}
	slices.Sort(list) // a map has no order
	phrases := make([]phrase, len(list))
	for i, term := range list {
		phrases[i] = phrase{term}
	}
	return phrases
}

// oneMistake reports whether a letter more, a letter less, another letter or two letters that
// changed places make one word of the other.
func oneMistake(a, b []rune) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	switch {
	case len(a) < len(b):
		return slices.Equal(a[i:], b[i+1:])
	case i == len(a) || slices.Equal(a[i+1:], b[i+1:]):
		return true
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && slices.Equal(a[i+2:], b[i+2:])
}
