package passages

import (
	"math"
	"slices"

	"github.com/cmpss/registry/generator/guidance"
)

// How a part is chosen: by what it says, beside the questions that it is known to answer.
const (
	// What a word in a heading counts beside one in the text, and what it counts that a heading reads like the whole question:
	// in both, small words say whether somebody asks who, when or how much.
	inHeading = 2.0
	readsLike = 2.0

	enough  = 0.1  // what the known questions of a page count together that tell in full which part is meant
	unasked = 0.01 // what a part counts that answers none like it, as a share of all
	reading = 0.5  // what the words count beside them
	alone   = 1.0  // and how much more where no known question is like the one asked
)

// assign notes which part of the page has the answer to each of the texts that ask for it.
func (p *page) assign(texts []string) {
	part := make(map[string]int) // by its ID
	for i := range p.parts {
		part[p.parts[i].ID] = i
	}
	known := make(map[string]int) // by question
	for _, question := range p.Questions {
		i, found := part[question.Part]
		if question.Whole || !found {
			i = len(p.parts)
		}
		known[question.Text] = i
	}
	p.answer = make([]int, len(texts))
	for k, text := range texts {
		i, asked := known[text]
		if !asked {
			i = -1
		}
		p.answer[k] = i
	}
}

// choose gives the part of a page in which a reader finds the answer to a question: by its words (Okapi BM25, among the parts of
// this page), those of its heading, how like the heading is to the question, and how like the questions are that the part is known to
// answer. Where none is more likely than not it is what the page says of itself, and its beginning: a reader who is led to the wrong
// part takes it for the answer. Like is how like the question is to each example.
func (x *Index) choose(p *page, asked []string, wanted []meaning, like []float64) guidance.Passage {
	shares := make([]float64, len(p.parts)+1) // the last is the page as a whole
	all := 0.0
	for k, i := range p.answer {
		if i >= 0 {
			alike := like[p.first+k]
			vote := alike * alike * alike // the power to which it is raised says how much more the nearest count
			shares[i] += vote
			all += vote
		}
	}
	for i := range shares {
		shares[i] = math.Log(unasked + shares[i]/max(all, enough))
	}
	weight := reading + alone*max(0, 1-all/enough)
	for i := range p.parts {
		part := &p.parts[i]
		score := readsLike * x.alike(asked, part.features)
		for _, m := range wanted {
			score += m.weight * m.best(func(term string) float64 { return p.worth(part, term) })
		}
		shares[i] += weight * score
	}
	softmax(shares)
	for i := range p.parts {
		if shares[i] > 0.5 {
			return p.parts[i].Passage
		}
	}
	return guidance.Passage{Text: p.Summary}
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
