package legalname

import (
	"embed"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Names that may stand for each other are data: files of groups, described in the first of them.
//
//go:embed variants/*.txt
var variantFiles embed.FS

// MaxKin is how many other names one may stand for.
const MaxKin = 32

// variants gives, by folded word, the names that may stand for it, in the order of the files.
var variants = sync.OnceValue(func() map[string][]string {
	related := make(map[string][]string)
	for group := range variantGroups {
		for _, word := range group {
			for _, other := range group {
				if other != word && !slices.Contains(related[word], other) && len(related[word]) < MaxKin {
					related[word] = append(related[word], other)
				}
			}
		}
	}
	return related
})

// variantGroups yields the folded words of each group. The files are part of the program, and a test
// reads them all.
func variantGroups(yield func([]string) bool) {
	files, err := variantFiles.ReadDir("variants")
	if err != nil {
		panic("legalname: read the variants of names: " + err.Error())
	}
	for _, file := range files {
		text, err := variantFiles.ReadFile("variants/" + file.Name())
		if err != nil {
			panic("legalname: read the variants of names: " + err.Error())
		}
		for line := range strings.Lines(string(text)) {
			if strings.HasPrefix(line, "#") {
				continue
			}
			var group []string
			for name := range strings.FieldsSeq(line) {
				group = append(group, strings.Join(Words(name), ""))
			}
			if !yield(group) {
				return
			}
		}
	}
}

// Variants gives the groups of words that may stand for each other in a name, for an implementation of
// Compare in another language. A word stands for at most MaxKin others, the first of the list.
func Variants() [][]string { return slices.Collect(variantGroups) }

// Kin gives the words that may stand for a word in a name: its variants; its consonants, by
// which names in other scripts are found; and for a word in another script its Latin spellings.
func Kin(word string) []string {
	kin := slices.Clone(variants()[word])
	if isLatin(word) {
		if skeleton := skeletonOf(word); skeleton != "" {
			kin = append(kin, skeleton)
		}
		return kin
	}
	for _, s := range spellingsOf([]string{word}) {
		if s.word == word {
			kin = append(kin, s.latin...)
		}
	}
	return kin
}

func isLatin(word string) bool {
	first, _ := utf8.DecodeRuneInString(word)
	return unicode.Is(unicode.Latin, first)
}

// areVariants reports whether two different words may stand for each other, by the files of variants.
func areVariants(a, b string) bool { return slices.Contains(variants()[a], b) }
