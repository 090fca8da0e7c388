package passages

import (
	"math"
	"slices"
	"strings"

	"github.com/cmpss/registry/generator/guidance"
)

// Index is the guidance of one language. It never changes and is safe for concurrent use.
type Index struct {
	reader   *reader
	pages    []page
	average  [len(boosts)]float64 // words of a field
	within   map[string]int       // how many pages have a term
	headed   map[string]int       // how many headings have a feature
	parts    int                  // of all pages
	learned  *learned
	synonyms map[string][]phrase // what a term, or words that follow each other, may stand for
}

// phrase is terms that mean something together.
type phrase []string

// boosts are what a word counts by where it stands: in the title, in a heading, in the summary,
// in the text, in a question that the page answers.
var boosts = [...]float64{4, 2, 1.5, 1, 1.5}

const inTitle = 0 // of boosts

// page is a page and how often it has each term.
type page struct {
	*guidance.Page
	counts [len(boosts)]map[string]int
	length [len(boosts)]int // words
	parts  []part
	usual  float64        // length of a part
	having map[string]int // how many parts have a term
	first  int            // of the examples of what is asked of the page
	answer []int          // of each of them: which part has it, len(parts) for the page as a whole, or -1 where that is not known
}

// part is a passage and the terms that it has.
type part struct {
	guidance.Passage
	heading  map[string]bool
	features []string       // of the heading
	counts   map[string]int // of the terms in the text
	length   float64        // of the text, in words
	weight   float64        // of a word in the text, up to 1
}

// usualLength is the length, in bytes, of a passage in which every word counts in full.
const usualLength = 1000

// New makes the index of the pages of a language. Former is one of the language before, see NewSet, or nil.
func New(language string, pages []*guidance.Page, synonyms guidance.Synonyms, former *Index) (*Index, error) {
	r, err := newReader(language)
	if err != nil {
		return nil, err
	}
	x := &Index{reader: r, within: make(map[string]int), headed: make(map[string]int), synonyms: make(map[string][]phrase)}
	for _, p := range pages {
		x.add(p)
	}
	for i := range x.average {
		x.average[i] /= float64(max(1, len(pages)))
	}
	x.addSynonyms(synonyms, language)
	if asked := x.asked(synonyms, language); former != nil && slices.EqualFunc(asked, former.learned.from, slices.Equal) {
		x.learned = former.learned
	} else {
		x.learned = learn(asked, r)
	}
	for i := range x.pages {
		x.pages[i].assign(x.learned.from[i])
		x.pages[i].first = x.learned.first[i]
	}
	r.learns = false
	return x, nil
}

func (x *Index) add(g *guidance.Page) {
	p := page{Page: g, having: make(map[string]int)}
	var questions []string
	for _, question := range g.Questions {
		questions = append(questions, x.reader.terms(question.Text)...)
	}
	var headings, text []string
	for _, passage := range g.Passages {
		heading, body := x.reader.terms(passage.Heading), x.reader.terms(passage.Text)
		weight := min(1, usualLength/float64(max(1, len(passage.Text))))
		next := part{
			Passage: passage, heading: setOf(heading), features: x.reader.features(passage.Heading),
			counts: make(map[string]int), length: float64(len(body)), weight: weight,
		}
		for _, term := range body {
			next.counts[term]++
		}
		for term := range setOf(slices.Concat(heading, body)) {
			p.having[term]++
		}
		for _, feature := range next.features {
			x.headed[feature]++
		}
		p.parts = append(p.parts, next)
		headings, text = append(headings, heading...), append(text, body...)
	}
	p.usual = max(1, float64(len(text))/float64(max(1, len(p.parts))))
	x.parts += len(p.parts)
	title := x.reader.terms(g.Title)
	seen := make(map[string]bool)
	for i, terms := range [...][]string{title, headings, x.reader.terms(g.Summary), text, questions} {
		p.counts[i], p.length[i] = make(map[string]int), len(terms)
		x.average[i] += float64(len(terms))
		for _, term := range terms {
			p.counts[i][term]++
			if !seen[term] {
				seen[term] = true
				x.within[term]++
			}
		}
	}
	x.pages = append(x.pages, p)
}

func setOf(list []string) map[string]bool {
	set := make(map[string]bool, len(list))
	for _, s := range list {
		set[s] = true
	}
	return set
}

// The parameters of Okapi BM25, as they are usual: how soon more of a word counts no more, and how
// much a long field is held against it.
const (
	saturation = 1.2
	fairness   = 0.75
)

// score is what a term counts for a page: Okapi BM25, summed over the fields. A word that few
// pages have counts more, but only by the root of what is usual: in a question as people type it, a rare
// word is often one that has nothing to do with the matter.
func (x *Index) score(p *page, term string) float64 {
	sum := 0.0
	for i, boost := range boosts {
		if n := float64(p.counts[i][term]); n > 0 {
			long := 1 - fairness + fairness*float64(p.length[i])/max(1, x.average[i])
			sum += boost * n * (saturation + 1) / (n + saturation*long)
		}
	}
	return math.Sqrt(x.rarity(term)) * sum
}

// rarity is how much a term says about a page: more when fewer pages have it.
func (x *Index) rarity(term string) float64 { return rareness(x.within[term], len(x.pages)) }

// rareness is the weight of what some of all have, as in Okapi BM25.
func rareness(some, all int) float64 {
	return math.Log(1 + (float64(all-some)+0.5)/(float64(some)+0.5))
}

// asked are the texts that are known to ask for each page: the questions that it answers, its title, its summary, and the
// synonyms that ask for it.
func (x *Index) asked(synonyms guidance.Synonyms, language string) [][]string {
	var list [][]string
	for _, p := range x.pages {
		texts := []string{p.Title, p.Summary}
		for _, question := range p.Questions {
			texts = append(texts, question.Text)
		}
		for _, s := range synonyms.List {
			if s.Page == p.Slug {
				texts = append(texts, s.Words[language]...)
			}
		}
		slices.Sort(texts) // where a question stands in its file says nothing of its page
		list = append(list, texts)
	}
	return list
}

// addSynonyms makes terms of the words. What no page says is left out.
func (x *Index) addSynonyms(synonyms guidance.Synonyms, language string) {
	for _, s := range synonyms.List {
		for _, typed := range s.Words[language] {
			from := keyOf(x.reader.words(typed))
			for _, means := range s.Means[language] {
				terms := x.reader.terms(means)
				unknown := slices.ContainsFunc(terms, func(term string) bool { return x.within[term] == 0 })
				if len(terms) > 0 && !unknown && strings.Join(terms, " ") != from {
					x.synonyms[from] = append(x.synonyms[from], terms)
				}
			}
		}
	}
}

// keyOf is what words that follow each other are known by in the list of synonyms.
func keyOf(words []word) string {
	keys := make([]string, len(words))
	for i, w := range words {
		keys[i] = w.key()
	}
	return strings.Join(keys, " ")
}
