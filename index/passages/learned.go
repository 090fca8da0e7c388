package passages

import (
	"math"
	"slices"
)

// learned tells which page a question is for, from the questions that are known to be for each: multinomial logistic regression on
// the words, the pairs of words that follow each other, and the runs of letters in them, by which a word is known in another form,
// as part of a longer one, or with a typing mistake. A page with a question that is much like the one asked counts more.
type learned struct {
	from     [][]string // the texts that ask for each page
	pages    int
	features map[string]int // where the weights of a feature begin
	rarity   []float64      // of a feature, by that place divided by pages
	weights  []float32      // of each feature for each page
	first    []int          // the first example of each page, and how many there are
	having   []having       // the examples that have each feature, one feature after the other
	begins   []int          // where those of a feature begin, by its place divided by pages, and where the last ends
}

// having is an example that has a feature, and how much the feature counts in it.
type having struct {
	example int32
	value   float32
}

// example is the features of a question, in order, and the page that it is for.
type example struct {
	features []string
	page     int
}

// run is how many letters in a row are a feature. A word is read with a mark where it begins and ends.
const run = 5

// features are those of a text, each once.
func (r *reader) features(text string) []string {
	var list []string
	before := ""
	for _, w := range r.words(text) {
		key := w.key()
		list = append(list, key, before+" "+key)
		before = key
		marked := "<" + w.folded + ">"
		for i := range len(marked) - run + 1 {
			list = append(list, "…"+marked[i:i+run])
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// How the weights are found: by stochastic gradient descent, in rounds through all examples, with ever smaller steps. More rounds,
// other steps and a penalty on weights change the outcome by less than one question in a hundred.
const (
	rounds = 3
	step   = 4.0
	least  = 0.01 // by how much a page must be mistaken to be corrected
)

// learn finds the weights from the texts that ask for each page. The same texts give the same.
func learn(asked [][]string, r *reader) *learned {
	var examples []example
	pages := len(asked)
	l := &learned{from: asked, pages: pages, features: make(map[string]int)}
	for page, texts := range asked {
		l.first = append(l.first, len(examples))
		for _, text := range texts {
			examples = append(examples, example{r.features(text), page})
		}
	}
	l.first = append(l.first, len(examples))
	var in []float64 // how many examples have a feature
	for _, e := range examples {
		for _, f := range e.features {
			if _, known := l.features[f]; !known {
				l.features[f] = len(in) * pages
				in = append(in, 0)
			}
			in[l.features[f]/pages]++
		}
	}
	l.rarity = make([]float64, len(in))
	for i, n := range in {
		l.rarity[i] = math.Pow(1+math.Log(float64(len(examples))/n), 0.5)
	}
	l.weights = make([]float32, len(in)*pages)
	l.begins = make([]int, len(in)+1)
	for i, n := range in {
		l.begins[i+1] = l.begins[i] + int(n)
	}
	l.having = make([]having, l.begins[len(in)])
	next := slices.Clone(l.begins)
	places, values := make([][]int, len(examples)), make([][]float64, len(examples))
	for i, e := range examples {
		places[i], values[i] = l.vector(e.features)
		for k, place := range places[i] {
			feature := place / pages
			l.having[next[feature]] = having{int32(i), float32(values[i][k])}
			next[feature]++
		}
	}
	shares := make([]float64, pages)
	apart := stride(len(examples))
	for round := range rounds {
		for k := range examples {
			now := step * (1 - (float64(round)+float64(k)/float64(len(examples)))/rounds)
			i := (k*apart + round) % len(examples)
			l.add(shares, places[i], values[i])
			softmax(shares)
			shares[examples[i].page]--
			for page, wrong := range shares {
				if math.Abs(wrong) < least {
					continue
				}
				for k, place := range places[i] {
					l.weights[place+page] -= float32(now * wrong * values[i][k])
				}
			}
		}
	}
	return l
}

// stride is a step through n examples that comes by each of them once, and by those of a page far from each other.
func stride(n int) int {
	s := max(1, n*618/1000)
	for gcd(s, n) != 1 {
		s++
	}
	return s
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// vector is where the weights of the features begin, and how much each feature counts: more when it is rare, and all together by one.
func (l *learned) vector(features []string) (places []int, values []float64) {
	sum := 0.0
	for _, f := range features {
		if place, known := l.features[f]; known {
			value := l.rarity[place/l.pages]
			places, values = append(places, place), append(values, value)
			sum += value * value
		}
	}
	for i := range values {
		values[i] /= math.Sqrt(sum)
	}
	return places, values
}

// add puts the sum of the weights for each page into sums.
func (l *learned) add(sums []float64, places []int, values []float64) {
	clear(sums)
	for k, place := range places {
		value := values[k]
		for page, weight := range l.weights[place : place+l.pages] {
			sums[page] += value * float64(weight)
		}
	}
}

// softmax makes shares of sums.
func softmax(sums []float64) {
	highest, total := slices.Max(sums), 0.0
	for i, sum := range sums {
		sums[i] = math.Exp(sum - highest)
		total += sums[i]
	}
	for i := range sums {
		sums[i] /= total
	}
}

// likeness is what the question of a page that is most like the one asked counts, where it is the same.
const likeness = 2

// sums are how much a question seems to be for each page, of which only the differences say something, and how like it is to
// each example, from 0 to 1: the cosine of the two.
func (l *learned) sums(features []string) (sums, like []float64) {
	sums = make([]float64, l.pages)
	places, values := l.vector(features)
	l.add(sums, places, values)
	like = make([]float64, l.first[l.pages])
	for k, place := range places {
		feature := place / l.pages
		for _, h := range l.having[l.begins[feature]:l.begins[feature+1]] {
			like[h.example] += values[k] * float64(h.value)
		}
	}
	for page := range sums {
		sums[page] += likeness * slices.Max(like[l.first[page]:l.first[page+1]])
	}
	return sums, like
}
