package passages

import "unicode"

// Asks reports whether a text is a question in the language of the index, as far as can be seen from its words: there are two at least,
// and the guidance knows them all as they are typed, or of five and more four fifths. Few names are like that, and few questions in
// another language: the test counts them.
func (x *Index) Asks(text string) bool {
	known, all := 0, 0
	words := x.reader.words(text)
	for i := 0; i < len(words); {
		n := x.together(words[i:])
		meant := x.synonyms[keyOf(words[i:i+n])] != nil
		for _, w := range words[i : i+n] {
			_, asked := x.learned.features[w.key()]
			if isNeutral(w.folded, asked) {
				continue
			}
			all++
			if meant || asked || w.term == "" || x.within[w.term] > 0 {
				known++
			}
		}
		i += n
	}
	return all >= 2 && (known == all || all >= 5 && known*5 >= all*4)
}

// isNeutral reports whether a word says nothing of the language of a question: it has a digit, or is a filling word that the questions
// of this language do not use, as those of another may.
func isNeutral(folded string, asked bool) bool {
	for _, c := range folded {
		if unicode.IsDigit(c) {
			return true
		}
	}
	return fillers[folded] && !asked
}

// together is how many of the words, from the first, a synonym has together; 1 if none has.
func (x *Index) together(words []word) int {
	n := min(maxTogether, len(words))
	for n > 1 && x.synonyms[keyOf(words[:n])] == nil {
		n--
	}
	return n
}
