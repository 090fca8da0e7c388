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

	maxTogether = 4  // words of a synonym
	maxPages    = 50 // that are looked at
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

// Hit is a page, and the part of it that answers best.
type Hit struct {
	Page    *guidance.Page
	Passage guidance.Passage
	Snippet []Piece // of the part's text
}

// Search answers a question, the best page first. A text without a word that carries meaning
// has no answer. The error wraps ErrQuery.
func (x *Index) Search(q Query) ([]Hit, error) {
	switch {
	case q.Limit < 1 || q.Limit > MaxLimit:
		return nil, fmt.Errorf("%w: the limit must be from 1 to %d", ErrQuery, MaxLimit)
	case len(q.Text) > MaxQuery:
		return nil, fmt.Errorf("%w: the text is longer than %d bytes", ErrQuery, MaxQuery)
	case !utf8.ValidString(q.Text):
		return nil, fmt.Errorf("%w: the text is not valid UTF-8", ErrQuery)
	}
	said := x.meanings(q.Text)
	wanted := slices.DeleteFunc(slices.Clone(said), func(m meaning) bool { return len(m.alternatives) == 0 })
	if len(wanted) == 0 {
		return nil, nil
	}
	found := x.rank(said, wanted, q.Whole)
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
		hits = append(hits, Hit{r.page.Page, r.part.Passage, x.snippet(r.part.Text, marked)})
	}
	return hits, nil
}

// ranked is a page with its best part.
type ranked struct {
	page  *page
	part  *part
	score float64
}

// meaning is a word of a question, or words that mean something together: as it was typed, then
// what it may stand for.
type meaning struct {
	ways         []phrase // keys of its words, then the alternatives
	telling      float64  // how much the first of these says about a question of the front matter
	alternatives []phrase // terms; none for a filling word
	weight       float64  // how much it says about a page, among those of its question; they add up to 1
}

// best is the highest worth of the alternatives, of which each is worth the mean of its terms when
// it has them all.
func (m meaning) best(worth func(term string) float64) float64 {
	best := 0.0
	for k, alternative := range m.alternatives {
		sum, all := 0.0, true
		for _, term := range alternative {
			w := worth(term)
			sum, all = sum+w, all && w > 0
		}
		if all {
			best = max(best, value(k)*sum/float64(len(alternative)))
		}
	}
	return best
}

// value is what an alternative of a meaning counts: the first as it was typed, the others stand in for it.
func value(k int) float64 {
	if k == 0 {
		return 1
	}
	return standIn
}

// standIn is what another word than the one that was typed counts.
const standIn = 0.85

// rank gives the pages that answer, best first: by the words of the question that the page has,
// by how much of the question one part of the page answers, by how much of the title was typed, and most by how
// like it is to a question that the page is known to answer. Wanted are the meanings without the filling words.
func (x *Index) rank(said, wanted []meaning, whole bool) []ranked {
	var list []ranked
	for i := range x.pages {
		p := &x.pages[i]
		sum, met, share := 0.0, 0, 0.0
		for _, m := range wanted {
			best := m.best(func(term string) float64 { return x.score(p, term) })
			if sum += best; best > 0 {
				met++
				share += m.weight
			}
		}
		if met*3 < len(wanted) || met == 0 {
			continue
		}
		part, answered, all := p.best(wanted)
		if part == nil || whole && !all {
			continue
		}
		list = append(list, ranked{p, part, sum * share * (1 + answered + 3*p.named(wanted) + 8*x.resembles(p, said))})
	}
	slices.SortStableFunc(list, func(a, b ranked) int { return cmp.Compare(b.score, a.score) })
	return list
}

// resembles is how much what was said is like one of the questions that the page answers, from 0 to 1: how much of
// it is in the question, by the root of how much of the question is in it. Filling words count here, little as they say: "how
// long" and "how much" ask different things of one subject.
func (x *Index) resembles(p *page, said []meaning) float64 {
	total := 0.0
	for _, m := range said {
		total += m.telling
	}
	best := 0.0
	for i := range p.asked {
		question := &p.asked[i]
		covered, met := 0.0, 0.0
		for _, m := range said {
			for k, keys := range m.ways {
				if question.has(keys) {
					covered += value(k) * m.telling
					met += x.mass(keys)
					break
				}
			}
		}
		if covered > 0 {
			// Two words may have met one of the question.
			best = max(best, covered/total*math.Sqrt(min(1, met/question.mass)))
		}
	}
	return best
}

// named is how much of the page's title was typed and of what was typed is in the title, from
// 0 to 1, where one is the other. The term that is the page's own is no word of the title.
func (p *page) named(wanted []meaning) float64 {
	title := p.counts[inTitle]
	met := make(map[string]bool)
	inside := 0.0
	for _, m := range wanted {
		for _, alternative := range m.alternatives {
			if !slices.ContainsFunc(alternative, func(term string) bool { return title[term] == 0 }) {
				inside += m.weight
				for _, term := range alternative {
					met[term] = true
				}
				break
			}
		}
	}
	return min(1, float64(len(met))/float64(max(1, len(title)-1))) * inside
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
				case part.text[term]:
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
// that a synonym has together are one. A filling word by itself has no alternatives.
func (x *Index) meanings(text string) []meaning {
	words := x.reader.words(text)
	var list []meaning
	for i := 0; i < len(words) && len(list) < maxWords; {
		n := min(maxTogether, len(words)-i)
		for n > 1 && x.synonyms[keyOf(words[i:i+n])] == nil {
			n--
		}
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
		var keys phrase
		for _, w := range words[i : i+n] {
			keys = append(keys, w.key())
		}
		m.telling = x.mass(keys)
		if len(typed) > 0 {
			m.alternatives = append(m.alternatives, typed)
		}
		m.alternatives = append(m.alternatives, means...)
		m.ways = append([]phrase{keys}, m.alternatives...)
		list = append(list, m)
		i += n
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
		if len(list[i].alternatives) == 0 {
			continue
		}
		list[i].weight = least
		for _, alternative := range list[i].alternatives {
			for _, term := range alternative {
				if x.within[term] > 0 {
					list[i].weight = max(list[i].weight, math.Sqrt(x.rarity(term)))
				}
			}
		}
		sum += list[i].weight
	}
	for i := range list {
		list[i].weight /= max(sum, least) // only filling words add up to less: they have no weight
	}
}

// minMended is the shortest term, in characters, in which a typing mistake is looked for.
const minMended = 4

// mended are the terms of the guidance that a term may have been meant to be: those at one typing mistake
// from it that begin with the same letter, or else those that begin alike, as another form of the word does.
func (x *Index) mended(term string) []phrase {
	if utf8.RuneCountInString(term) < minMended {
		return nil
	}
	typed := []rune(term)
	var list, alike []string
	for known := range x.within {
		letters := []rune(known)
		switch {
		case letters[0] == typed[0] && oneMistake(typed, letters):
			list = append(list, known)
		case beginAlike(typed, letters):
			alike = append(alike, known)
		}
	}
	if len(list) == 0 {
		list = alike
	}
	slices.Sort(list) // a map has no order
	phrases := make([]phrase, len(list))
	for i, term := range list {
		phrases[i] = phrase{term}
	}
	return phrases
}

// beginAlike reports whether two terms have their first six letters and two thirds of the longer one in common.
func beginAlike(a, b []rune) bool {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n >= 6 && 3*n >= 2*max(len(a), len(b))
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
