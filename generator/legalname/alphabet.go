package legalname

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/mozillazg/go-unidecode/table"
	"golang.org/x/text/unicode/norm"
)

// Alphabet is what the Latin spellings of names go by, for an implementation of Compare in another language.
type Alphabet struct {
	// Letters has, by the number of a block of 256 characters in hexadecimal, their Latin spellings with a space
	// between them, without those at its end that have none.
	Letters map[string]string `json:"letters"`
	// Families are the family names of two characters that begin a name written as one word.
	Families []string `json:"families"`
}

// NewAlphabet gives the spellings of every character that a word can have.
func NewAlphabet() Alphabet {
	a := Alphabet{Letters: make(map[string]string), Families: longFamilyNames}
	for block, spellings := range table.Tables {
		var list [256]string
		for i, spelling := range spellings {
			r := block<<8 | rune(i)
			if r >= unicode.MaxASCII && isWordRune(r) && unicode.ToLower(r) == r && norm.NFKC.IsNormalString(string(r)) {
				list[i] = strings.ReplaceAll(spelling, " ", "")
			}
		}
		if joined := strings.TrimRight(strings.Join(list[:], " "), " "); joined != "" {
			a.Letters[strconv.FormatInt(int64(block), 16)] = joined
		}
	}
	return a
}
