package passages

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/bleve/v2/analysis/lang/es"
	"github.com/blevesearch/bleve/v2/analysis/token/porter"
	"github.com/blevesearch/bleve/v2/registry"
	"golang.org/x/text/unicode/norm"
)

// reader reads words as a language inflects them.
type reader struct {
	filters []analysis.TokenFilter // leave nothing of a filling word, and the stem of another
	mend    func(string) string    // what the stemmer needs of a word without accents; may be nil

	// The terms of words that were read while it learns, which it does as long as one goroutine has it: a text
	// has the same words over and over.
	known  map[string]string
	learns bool
}

// newReader knows the endings and the filling words of English and Spanish; words of another
// language are taken as they are.
func newReader(language string) (*reader, error) {
	var names []string
	r := &reader{known: make(map[string]string), learns: true}
	switch base, _, _ := strings.Cut(language, "-"); base {
	case "en":
		names = []string{en.StopName, porter.Name}
	case "es":
		names = []string{es.StopName, es.SnowballStemmerName}
		r.mend = func(word string) string {
			if stem, ok := strings.CutSuffix(word, "cion"); ok {
				return stem + "ción" // the ending is known with its accent alone
			}
			return word
		}
	}
	cache := registry.NewCache()
	for _, name := range names {
		filter, err := cache.TokenFilterNamed(name)
		if err != nil {
			return nil, fmt.Errorf("passages: the words of %q: %w", language, err)
		}
		r.filters = append(r.filters, filter)
	}
	return r, nil
}

// fillers are words of a question that say nothing of its subject, and that the lists of filling
// words do not have.
var fillers = map[string]bool{
	"get": true, "can": true, "need": true, "want": true, "please": true, "much": true, "many": true, "long": true, "happens": true,
	"take": true, "mean": true, "means": true, "meaning": true, "soon": true, "someone": true, "somebody": true, "tell": true, "go": true, "put": true,
	"know": true, "find": true, "use": true, "good": true, "got": true, "let": true, "still": true, "may": true, "must": true, "work": true, "working": true,
	"hello": true, "hi": true, "thanks": true, "thank": true, "hola": true, "gracias": true, "favor": true,
	"puedo": true, "necesito": true, "quiero": true, "debo": true, "cuanto": true, "cuanta": true, "cuantas": true, "cuantos": true, "pasa": true,
	"tengo": true, "tiene": true, "tener": true, "hacer": true, "hago": true, "tomar": true, "significa": true, "cuando": true, "puede": true, "pueden": true,
	"necesita": true, "debe": true, "trabajo": true, "trabajar": true, "poner": true, "pongo": true, "sirve": true,
}

// contracted are words that people write as one, with an apostrophe or without.
var contracted = map[string]string{
	"im": "i am", "ive": "i have", "cant": "cannot", "dont": "do not", "didnt": "did not", "doesnt": "does not", "isnt": "is not", "arent": "are not",
	"wasnt": "was not", "havent": "have not", "hasnt": "has not", "wont": "will not", "couldnt": "could not", "shouldnt": "should not",
	"whats": "what is", "wheres": "where is", "hows": "how is", "whos": "who is", "whens": "when is", "thats": "that is", "theres": "there is",
	"hes": "he is", "shes": "she is", "theyre": "they are", "youre": "you are", "wanna": "want to", "gonna": "going to", "gotta": "got to",
	"u": "you", "ur": "your", "pls": "please", "plz": "please", "cuz": "because", "q": "que", "xq": "por que", "porq": "por que", "pa": "para",
}

// word is a word of a text: where it stands, how it is written without accents, and the term
// it is found by, which is "" for a filling word.
type word struct {
	start, end   int // bytes
	folded, term string
}

// key is what a word is known by in a list of synonyms.
func (w word) key() string {
	if w.term == "" {
		return w.folded
	}
	return w.term
}

// words are those of a text, in order.
func (r *reader) words(text string) []word {
	var list []word
	start := -1
	for i, c := range text + " " {
		inside := unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c) || start >= 0 && isApostrophe(c)
		switch {
		case inside && start < 0:
			start = i
		case !inside && start >= 0:
			end := start + len(strings.TrimRight(text[start:i], "'’"))
			folded := fold(text[start:end])
			if long, ok := contracted[folded]; ok {
				folded = long
			}
			for folded := range strings.FieldsSeq(folded) {
				list = append(list, word{start, end, folded, r.term(folded)})
			}
			start = -1
		}
	}
	return list
}

func isApostrophe(c rune) bool { return c == '\'' || c == '’' }

// term is the stem of a word, or "" for a filling word.
func (r *reader) term(folded string) string {
	term, known := r.known[folded]
	if !known {
		term = r.stem(folded)
		if r.learns {
			r.known[folded] = term
		}
	}
	return term
}

func (r *reader) stem(folded string) string {
	if r.mend != nil {
		folded = r.mend(folded)
	}
	if fillers[folded] {
		return ""
	}
	stream := analysis.TokenStream{{Term: []byte(folded), Type: analysis.AlphaNumeric}}
	for _, filter := range r.filters {
		stream = filter.Filter(stream)
	}
	if len(stream) == 0 {
		return ""
	}
	return fold(string(stream[0].Term))
}

// fold makes a word lower case and takes its accents and apostrophes away.
func fold(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return strings.ToLower(strings.ReplaceAll(s, "'", ""))
	}
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) || isApostrophe(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(s))
}

// terms are those of a text that carry meaning, in order.
func (r *reader) terms(text string) []string {
	var list []string
	for _, w := range r.words(text) {
		if w.term != "" {
			list = append(list, w.term)
		}
	}
	return list
}
