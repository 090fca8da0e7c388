package legalname

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// FoldingVersion goes into the digest of an index: raise it when words change.
const FoldingVersion = "2"

// MaxWordRunes is where a longer word is cut, in characters.
const MaxWordRunes = 64

// Words are the words of a name as the search compares them: compatibility forms resolved, case
// and diacritics folded (Đặng and dang are the same word), apostrophes dropped (o'neil is
// oneil), split at everything that is neither letter, mark nor digit. A run of Chinese,
// Japanese or Korean is a word of its own. Words(strings.Join(Words(s), " ")) is Words(s).
func Words(name string) []string {
	folded := fold(name)
	words := make([]string, 0, 4)
	start, end, runes, ideographic := -1, 0, 0, false
	flush := func() {
		if start >= 0 {
			words = append(words, folded[start:end])
		}
		start, runes = -1, 0
	}
	for i, r := range folded {
		if !isWordRune(r) {
			flush()
			continue
		}
		if start < 0 && unicode.Is(unicode.M, r) {
			continue // a mark without a letter before it
		}
		if IsIdeographic(r) != ideographic && !unicode.Is(unicode.M, r) {
			flush()
			ideographic = !ideographic
		}
		if start < 0 {
			start = i
		}
		if runes < MaxWordRunes { // the rest of an endless word is passed over
			end = i + utf8.RuneLen(r)
		}
		runes++
	}
	flush()
	return words
}

func isWordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= '0' && r <= '9'
	}
	return unicode.In(r, unicode.L, unicode.M, unicode.Nd)
}

// IsIdeographic is true of scripts whose names are written without spaces and found by any of
// their characters.
func IsIdeographic(r rune) bool {
	return r >= 0x1100 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// fold gives the text without case, diacritics and apostrophes.
func fold(text string) string {
	if folded, ok := foldLatin(text); ok {
		return folded
	}
	return foldAny(text)
}

// foldedLatin are the letters that nearly all names are written with, up to U+02FF and from U+1E00 to U+1EFF, each
// folded by itself: they hold their diacritics, and none is a mark of the letter before.
var foldedLatin = sync.OnceValue(func() *[latinEnd + vietnameseEnd - vietnamese]string {
	var table [latinEnd + vietnameseEnd - vietnamese]string
	for i := range table {
		r := rune(i)
		if r >= latinEnd {
			r += vietnamese - latinEnd
		}
		table[i] = foldAny(string(r))
	}
	return &table
})

const (
	latinEnd      = 0x300
	vietnamese    = 0x1e00
	vietnameseEnd = 0x1f00
)

// foldLatin is fold for texts of those letters alone.
func foldLatin(text string) (string, bool) {
	table := foldedLatin()
	var store [128]byte
	folded := store[:0]
	for _, r := range text {
		switch {
		case r >= 'A' && r <= 'Z':
			folded = append(folded, byte(r)+'a'-'A')
		case r < utf8.RuneSelf && r != '\'' && r != '`':
			folded = append(folded, byte(r))
		case r < latinEnd:
			folded = append(folded, table[r]...)
		case r >= vietnamese && r < vietnameseEnd:
			folded = append(folded, table[latinEnd+r-vietnamese]...)
		default:
			return "", false
		}
	}
	return string(folded), true
}

// foldAny is fold for any text.
func foldAny(text string) string {
	var b strings.Builder
	b.Grow(len(text) + 8)
	text = strings.Map(dropApostrophe, text) // first, for some decompose into a space and an accent
	strip := false                           // whether the marks of the letter before are only diacritics
	for _, r := range norm.NFKD.String(text) {
		switch {
		case r < utf8.RuneSelf:
			strip = true
			if r >= 'A' && r <= 'Z' {
				r += 'a' - 'A'
			}
			b.WriteByte(byte(r))
		case unicode.Is(unicode.Mn, r):
			if !strip {
				b.WriteRune(r)
			}
		default:
			strip = unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Arabic, unicode.Hebrew, unicode.Armenian)
			r = unicode.ToLower(r)
			if plain, ok := plainLetters[r]; ok {
				b.WriteString(plain)
			} else {
				b.WriteRune(r)
			}
		}
	}
	return norm.NFC.String(b.String())
}

// dropApostrophe drops what people type for the apostrophe of O'Neil or the ʻokina of Hawaiʻi,
// and with it invisible format characters and the Arabic tatweel, which only stretches a word.
func dropApostrophe(r rune) rune {
	switch r {
	case '\'', '`', '’', '‘', '‛', 'ʼ', 'ʻ', 'ʽ', 'ʾ', 'ʿ', 'ˈ', '′', '´', '＇', 'ـ':
		return -1
	}
	if r >= utf8.RuneSelf && unicode.Is(unicode.Cf, r) {
		return -1
	}
	return r
}

// PlainLetters are the letters that Unicode does not decompose, with what people type for them, for an
// implementation of Compare in another language.
func PlainLetters() map[string]string {
	letters := make(map[string]string, len(plainLetters))
	for letter, plain := range plainLetters {
		letters[string(letter)] = plain
	}
	return letters
}

// plainLetters are letters that Unicode does not decompose, in lower case, with what people
// type for them.
var plainLetters = map[rune]string{
	'đ': "d", 'ð': "d", 'ø': "o", 'ł': "l", 'ß': "ss", 'æ': "ae", 'œ': "oe", 'þ': "th", 'ı': "i", 'ŋ': "ng",
	'ħ': "h", 'ŧ': "t", 'ƒ': "f", 'ɓ': "b", 'ɗ': "d", 'ƙ': "k", 'ə': "e", 'ǝ': "e", 'ƴ': "y",
	'ς': "σ", 'ґ': "г", 'ђ': "д", 'ә': "а", 'ө': "о", 'ү': "у", 'ұ': "у", 'қ': "к", 'ң': "н", 'ғ': "г", 'һ': "х",
	'ى': "ي", 'ی': "ي", 'ک': "ك", 'ة': "ه", 'ہ': "ه", 'ھ': "ه", 'ٱ': "ا", 'ے': "ي",
}
