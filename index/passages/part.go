package passages

import (
	"math"
	"slices"

	"github.com/cmpss/registry/generator/guidance"
)

const (
	// What a word in a heading counts beside one in the text, and what it counts that a heading reads like the whole question:
	// in both, small words say whether somebody asks who, when or how much.
	inHeading = 2.0
	readsLike = 2.0

	// By how much a part must answer better than the next best to be shown for its page.
	clearly = 0.2
)

// choose gives the part of a page in which a reader finds the answer to a question: by its words (Okapi BM25, among the parts of
// this page), those of its heading, and how like the heading is to the question. Where two parts answer about as well it is what the page says of
// itself, and its beginning: a reader who is led to the wrong part takes it for the answer.
func (x *Index) choose(p *page, asked []string, wanted []meaning) guidance.Passage {
	var best *part
	most, next := math.Inf(-1), math.Inf(-1)
	for i := range p.parts {
		part := &p.parts[i]
		score := readsLike * x.alike(asked, part.features)
		for _, m := range wanted {
			score += m.weight * m.best(func(term string) float64 { return p.worth(part, term) })
		}
		if score > most {
			best, most, next = part, score, most
		} else {
			next = max(next, score)
		}
	}
	if most-next < clearly {
		return guidance.Passage{Text: p.Summary}
	}
	return best.Passage
}

// worth is what a term says for a part of the page.
func (p *page) worth(part *part, term string) float64 {
	n := float64(part.counts[term])
	worth := n * (saturation + 1) / (n + saturation*(1-fairness+fairness*part.length/p.usual))
	if part.heading[term] {
		worth += inHeading
	}
	return worth * rareness(p.having[term], len(p.parts))
}

// alike is how like the features of a heading are to those of a question, from 0 to 1: the cosine of the two, by how rare each
// feature is among headings.
func (x *Index) alike(asked, heading []string) float64 {
	both, of, in := 0.0, 0.0, 0.0
	for _, feature := range asked {
		if x.headed[feature] > 0 {
			of += x.tells(feature)
		}
	}
	for _, feature := range heading {
		in += x.tells(feature)
		if _, found := slices.BinarySearch(asked, feature); found {
			both += x.tells(feature)
		}
	}
	if both == 0 {
		return 0
	}
	return both / math.Sqrt(of*in)
}

// tells is how much a feature tells one heading from another.
func (x *Index) tells(feature string) float64 {
	r := rareness(x.headed[feature], x.parts)
	return r * r
}
