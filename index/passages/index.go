package passages

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/whitespace"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/mapping"
	index "github.com/blevesearch/bleve_index_api"

	"github.com/cmpss/registry/generator/guidance"
)

// Index is the guidance of one language. It is safe for concurrent use until it is closed.
type Index struct {
	reader   *reader
	pages    []page // by document number
	engine   bleve.Index
	known    map[string]bool     // the terms that the guidance has
	synonyms map[string][]string // terms that a term, or several with spaces between, may stand for
}

// page is one document of the engine.
type page struct {
	*guidance.Page
	title map[string]bool
	parts []part
}

// part is a passage and the terms that it has.
type part struct {
	guidance.Passage
	heading, text map[string]bool
}

// fields are where in a page a word can stand, and what it counts there.
var fields = []struct {
	name  string
	boost float64
}{{"title", 3}, {"headings", 1.5}, {"summary", 1}, {"text", 1}}

// New makes the index of the pages of a language. Close it.
func New(language string, pages []*guidance.Page, synonyms guidance.Synonyms) (*Index, error) {
	r, err := newReader(language)
	if err != nil {
		return nil, err
	}
	x := &Index{reader: r, known: make(map[string]bool), synonyms: make(map[string][]string)}
	m, err := ofTerms()
	if err != nil {
		return nil, err
	}
	if x.engine, err = bleve.NewUsing("", m, scorch.Name, scorch.Name, nil); err != nil {
		return nil, fmt.Errorf("passages: create the index of %q: %w", language, err)
	}
	batch := x.engine.NewBatch()
	for i, p := range pages {
		if err := batch.Index(strconv.Itoa(i), x.add(p)); err != nil {
			return nil, fmt.Errorf("passages: index %s/%s: %w", language, p.Slug, err)
		}
	}
	if err := x.engine.Batch(batch); err != nil {
		return nil, fmt.Errorf("passages: write the index of %q: %w", language, err)
	}
	x.addSynonyms(synonyms, language)
	return x, nil
}

// Close frees what the index holds.
func (x *Index) Close() error { return x.engine.Close() }

// add keeps a page, and gives it as the engine takes it: the terms of each field, with spaces
// between.
func (x *Index) add(g *guidance.Page) map[string]any {
	p := page{Page: g}
	var headings, text []string
	for _, passage := range g.Passages() {
		heading, body := x.reader.terms(passage.Heading), x.reader.terms(passage.Text)
		p.parts = append(p.parts, part{passage, setOf(heading), setOf(body)})
		headings, text = append(headings, heading...), append(text, body...)
	}
	title := x.reader.terms(g.Title)
	p.title = setOf(title)
	x.pages = append(x.pages, p)
	document := make(map[string]any)
	for i, terms := range [...][]string{title, headings, x.reader.terms(g.Summary), text} {
		for _, term := range terms {
			x.known[term] = true
		}
		document[fields[i].name] = strings.Join(terms, " ")
	}
	return document
}

func setOf(list []string) map[string]bool {
	set := make(map[string]bool, len(list))
	for _, s := range list {
		set[s] = true
	}
	return set
}

// analyzer takes the terms of a field apart again.
const analyzer = "terms"

func ofTerms() (mapping.IndexMapping, error) {
	m := bleve.NewIndexMapping()
	if err := m.AddCustomAnalyzer(analyzer, map[string]any{"type": custom.Name, "tokenizer": whitespace.Name}); err != nil {
		return nil, fmt.Errorf("passages: the mapping: %w", err)
	}
	m.DefaultMapping = bleve.NewDocumentStaticMapping()
	m.ScoringModel = index.BM25Scoring
	for _, f := range fields {
		terms := bleve.NewTextFieldMapping()
		terms.Analyzer = analyzer
		terms.Store, terms.IncludeInAll, terms.IncludeTermVectors, terms.DocValues = false, false, false, false
		m.DefaultMapping.AddFieldMappingsAt(f.name, terms)
	}
	return m, nil
}

// addSynonyms makes terms of the words. What no page says is left out.
func (x *Index) addSynonyms(synonyms guidance.Synonyms, language string) {
	for _, s := range synonyms.List {
		for _, typed := range s.Words[language] {
			from := strings.Join(x.reader.terms(typed), " ")
			for _, means := range s.Means[language] {
				for _, term := range x.reader.terms(means) {
					if x.known[term] && term != from {
						x.synonyms[from] = append(x.synonyms[from], term)
					}
				}
			}
		}
	}
}
