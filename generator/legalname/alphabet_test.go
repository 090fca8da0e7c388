package legalname

import (
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/mozillazg/go-unidecode"
)

// TestAlphabetIsWhole holds the alphabet to the transliteration, for every character that folding leaves in a word.
func TestAlphabetIsWhole(t *testing.T) {
	blocks := make(map[rune][]string)
	for name, text := range NewAlphabet().Letters {
		block, err := strconv.ParseInt(name, 16, 32)
		if err != nil {
			t.Fatal(err)
		}
		blocks[rune(block)] = strings.Split(text, " ")
	}
	for r := rune(0x80); r <= 0x2ffff; r++ {
		folded := strings.Join(Words(string(r)), "")
		for _, left := range folded {
			if left < unicode.MaxASCII {
				continue
			}
			got := ""
			if list := blocks[left>>8]; int(left&0xff) < len(list) {
				got = list[left&0xff]
			}
			if want := strings.ReplaceAll(unidecode.Unidecode(string(left)), " ", ""); got != want {
				t.Fatalf("%c (U+%04X, of U+%04X) is spelled %q, want %q", left, left, r, got, want)
			}
		}
	}
}
