package passages

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/cmpss/registry/generator/guidance"
)

// Bounds of a question and of its answer.
const (
	MaxQuery = 256 // bytes of text
	MaxLimit = 20  // pages
	maxWords = 8   // that carry meaning; those after are not read

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
	wanted := x.meanings(q.Text)
	if len(wanted) == 0 {
		return nil, nil
	}
	found := x.rank(wanted, q.Whole)
	marked := make(map[string]bool)
	for _, m := range wanted {
		for _, term := range m {
			marked[term] = true
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

// rank gives the pages that answer, best first: by the words of the question that the page has,
// by how much of the question one part of the page answers, and by how much of the title was typed.
func (x *Index) rank(wanted [][]string, whole bool) []ranked {
	var list []ranked
	for i := range x.pages {
		p := &x.pages[i]
		sum, met := 0.0, 0
		for _, meaning := range wanted {
			best := 0.0
			for k, term := range meaning {
				best = max(best, value(k)*x.score(p, term))
			}
			if sum += best; best > 0 {
				met++
			}
		}
		if met*3 < len(wanted) || met == 0 {
			continue
		}
		part, answered, all := p.best(wanted)
		if part == nil || whole && !all {
			continue
		}
		share := float64(met) / float64(len(wanted))
		named := p.named(wanted)
		list = append(list, ranked{p, part, sum * share * (1 + answered + 3*named)})
	}
	slices.SortStableFunc(list, func(a, b ranked) int { return cmp.Compare(b.score, a.score) })
	return list
}

// value is what a term of a meaning counts: the first as it was typed, the others stand in for it.
func value(k int) float64 {
	if k == 0 {
		return 1
	}
	return 0.85
}

// named is how much of the page's title was typed and of what was typed is in the title, from
// 0 to 1, where one is the other.
func (p *page) named(wanted [][]string) float64 {
	title := p.counts[inTitle]
	met := make(map[string]bool)
	inside := 0
	for _, meaning := range wanted {
		if i := slices.IndexFunc(meaning, func(term string) bool { return title[term] > 0 }); i >= 0 {
			inside++
			met[meaning[i]] = true
		}
	}
	return float64(len(met)) / float64(max(1, len(title))) * float64(inside) / float64(len(wanted))
}

// best is the part of a page that answers most of a question, how much of it, from 0 to 2, and
// whether it has a word for every meaning. A word in the heading counts twice, one in the title
// half as much again, and one in a long text less: it is there by chance.
func (p *page) best(wanted [][]string) (best *part, answered float64, all bool) {
	for i := range p.parts {
		part := &p.parts[i]
		sum, missing := 0.0, false
		for _, meaning := range wanted {
			worth := 0.0
			for k, term := range meaning {
				switch {
				case part.heading[term]:
					worth = max(worth, 2*value(k))
				case p.counts[inTitle][term] > 0:
					worth = max(worth, 1.5*value(k))
				case part.text[term]:
					worth = max(worth, value(k)*part.weight)
				}
			}
			missing = missing || worth == 0
			sum += worth / float64(len(wanted))
		}
		if best == nil || sum > answered {
			best, answered, all = part, sum, !missing
		}
	}
	return best, answered, all
}

// meanings are the terms of a question, each with what it may stand for after it. Several words
// that a synonym has together are one; filling words count in it, and nowhere else.
func (x *Index) meanings(text string) [][]string {
	words := x.reader.words(text)
	var list [][]string
	for i := 0; i < len(words) && len(list) < maxWords; {
		n := min(maxTogether, len(words)-i)
		for n > 1 && x.synonyms[keyOf(words[i:i+n])] == nil {
			n--
		}
		var meaning []string
		for _, w := range words[i : i+n] {
			if w.term != "" {
				meaning = append(meaning, w.term)
			}
		}
		means := x.synonyms[keyOf(words[i:i+n])]
		if n == 1 && len(meaning) == 1 && x.within[meaning[0]] == 0 && means == nil {
			means = x.mended(meaning[0])
		}
		if meaning = append(meaning, means...); len(meaning) > 0 {
			list = append(list, unique(meaning))
		}
		i += n
	}
	return list
}

// minMended is the shortest term, in characters, in which a typing mistake is looked for.
const minMended = 4

// mended are the terms of the guidance at one typing mistake from a term.
func (x *Index) mended(term string) []string {
	if utf8.RuneCountInString(term) < minMended {
		return nil
	}
	var list []string
	for known := range x.within {
		if oneMistake([]rune(term), []rune(known)) {
			list = append(list, known)
		}
	}
	slices.Sort(list) // a map has no order
	return list
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

func unique(list []string) []string {
	var kept []string
	for _, s := range list {
		if !slices.Contains(kept, s) {
			kept = append(kept, s)
		}
	}
	return kept
}
