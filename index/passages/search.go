package passages

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/search/query"

	"github.com/cmpss/registry/generator/guidance"
)

// Bounds of a question and of its answer.
const (
	MaxQuery = 256 // bytes of text
	MaxLimit = 20  // pages
	maxWords = 8   // that carry meaning; those after are not read
	maxPages = 50  // that are looked at
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
// has no answer. The error wraps ErrQuery, or the context's.
func (x *Index) Search(ctx context.Context, q Query) ([]Hit, error) {
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
	found, err := x.rank(ctx, wanted, q.Whole)
	if err != nil {
		return nil, err
	}
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

// rank gives the pages that answer, best first: by the engine's score, by how much of the
// question one part of the page answers, and by how much of the title was typed.
func (x *Index) rank(ctx context.Context, wanted [][]string, whole bool) ([]ranked, error) {
	request := bleve.NewSearchRequestOptions(x.query(wanted), maxPages, 0, false)
	request.SortBy([]string{"-_score", "_id"})
	result, err := x.engine.SearchInContext(ctx, request)
	if err != nil {
		return nil, fmt.Errorf("search the guidance: %w", err)
	}
	var list []ranked
	for _, hit := range result.Hits {
		at, err := strconv.Atoi(hit.ID)
		if err != nil || at >= len(x.pages) {
			return nil, fmt.Errorf("search the guidance: no page has the number %q", hit.ID)
		}
		best, answered, all := x.pages[at].best(wanted)
		if best != nil && (all || !whole) {
			named := x.pages[at].named(wanted)
			list = append(list, ranked{&x.pages[at], best, hit.Score * (1 + answered + named*named)})
		}
	}
	slices.SortStableFunc(list, func(a, b ranked) int { return cmp.Compare(b.score, a.score) })
	return list, nil
}

// named is how much of the page's title was typed, from 0 to 1.
func (p *page) named(wanted [][]string) float64 {
	n := 0
	for term := range p.title {
		if slices.ContainsFunc(wanted, func(meaning []string) bool { return slices.Contains(meaning, term) }) {
			n++
		}
	}
	return float64(n) / float64(max(1, len(p.title)))
}

// best is the part of a page that answers most of a question, how much of it, from 0 to 2, and
// whether it has a word for every meaning. A word in the heading counts twice.
func (p *page) best(wanted [][]string) (best *part, answered float64, all bool) {
	for i := range p.parts {
		part := &p.parts[i]
		sum, missing := 0.0, false
		for _, meaning := range wanted {
			worth := 0.0
			for k, term := range meaning {
				value := typedBoost
				if k > 0 {
					value = standInBoost
				}
				if part.heading[term] {
					worth = max(worth, 2*value)
				} else if part.text[term] {
					worth = max(worth, value)
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

// meanings are the terms of a question, each with what it may stand for after it. A synonym of
// several words stands for them all.
func (x *Index) meanings(text string) [][]string {
	terms := x.reader.terms(text)
	terms = terms[:min(len(terms), maxWords)]
	var list [][]string
	for i := 0; i < len(terms); i++ {
		for n := min(3, len(terms)-i); n > 0; n-- {
			together := strings.Join(terms[i:i+n], " ")
			means := x.synonyms[together]
			if n > 1 && means == nil {
				continue
			}
			meaning := terms[i : i+n : i+n]
			if n == 1 && !x.known[together] && means == nil {
				meaning = append(meaning, x.mended(together)...)
			}
			list = append(list, unique(append(meaning, means...)))
			i += n - 1
			break
		}
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
	for known := range x.known {
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

// What a word counts that was typed as the guidance has it, and one that it may stand for.
const (
	typedBoost   = 1.0
	standInBoost = 0.7
)

// query looks for the meanings. The more of them a page has, the better it answers.
func (x *Index) query(wanted [][]string) query.Query {
	var all []query.Query
	for _, meaning := range wanted {
		var either []query.Query
		for i, term := range meaning {
			boost := standInBoost
			if i == 0 {
				boost = typedBoost
			}
			for _, f := range fields {
				q := bleve.NewTermQuery(term)
				q.SetField(f.name)
				// The engine divides a score by the number of alternatives; none counts less for
				// having others.
				q.SetBoost(boost * f.boost * float64(len(meaning)))
				either = append(either, q)
			}
		}
		all = append(all, bleve.NewDisjunctionQuery(either...))
	}
	q := bleve.NewDisjunctionQuery(all...)
	q.SetMin(float64((len(all) + 2) / 3))
	return q
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
