package legalname

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mozillazg/go-unidecode"
)

// spelling is a word of a name in another script than Latin, or a family name and a given name that
// are written as one word, with how it may be spelled in Latin letters.
type spelling struct {
	word  string
	latin []string // folded; one that begins with skeletonMark is a skeleton
}

// skeletonMark begins the consonants of a word. Words gives none that begins with it.
const skeletonMark = "~"

// Spelled gives the words by which a name is found as well: the Latin spellings of those of its words, as
// Words gives them, that are in another script, and their consonants.
func Spelled(words []string) []string {
	var spelled []string
	for _, s := range spellingsOf(words) {
		spelled = append(spelled, s.latin...)
	}
	return spelled
}

// InLatin gives the words in Latin letters, with a spelling for each that is in another script; nil if none is.
func InLatin(words []string) []string {
	var latin []string
	for _, word := range words {
		spellings := spellingsOf([]string{word})
		for _, s := range spellings {
			if len(s.latin) > 0 {
				latin = append(latin, s.latin[0])
			}
		}
		if len(spellings) == 0 {
			latin = append(latin, word)
		}
	}
	if len(latin) == 0 || slices.Equal(latin, words) {
		return nil
	}
	return latin
}

// spellingsOf gives the spellings of those words, as Words gives them, that are not in Latin letters.
func spellingsOf(words []string) []spelling {
	var list []spelling
	for i, word := range words {
		first, _ := utf8.DecodeRuneInString(word)
		switch {
		case first < 0x370 || unicode.In(first, unicode.Latin, unicode.Nd):
		case unicode.In(first, unicode.Han, unicode.Hangul):
			family, given := splitFamily(word)
			for _, part := range []string{family, given} {
				if part != "" {
					list = append(list, spelling{part, romanized(part)})
				}
			}
		default:
			latin := romanized(word)
			if i > 0 && words[i-1] == "عبد" { // Abd al-Karim is Abdulkarim as well
				latin = append(latin, romanized(words[i-1]+word)...)
			}
			list = append(list, spelling{word, latin})
		}
	}
	return list
}

// romanized gives the Latin spellings of a word. The transliteration writes no vowels where the
// script does not, and for other scripts people write a sound in several ways: there a word is
// also found by its consonants. Chinese has too few of them for that.
func romanized(word string) []string {
	first, _ := utf8.DecodeRuneInString(word)
	sounds := word
	if unicode.Is(unicode.Hebrew, first) {
		sounds = string(first) + strings.ReplaceAll(word[utf8.RuneLen(first):], "ו", "") // a vowel more often than not
	}
	latin := strings.ReplaceAll(unidecode.Unidecode(sounds), " ", "")
	letters := strings.Join(Words(latin), "")
	if letters == "" {
		return nil
	}
	var list []string
	if !unicode.In(first, unicode.Arabic, unicode.Hebrew) {
		list = append(list, shortVowels.Replace(letters))
	}
	if skeleton := skeletonOf(letters); skeleton != "" && !unicode.Is(unicode.Han, first) {
		list = append(list, skeleton)
	}
	if rest, ok := strings.CutPrefix(word, "ال"); ok && utf8.RuneCountInString(rest) > 1 { // the article, which many leave out
		list = append(list, romanized(rest)...)
	}
	return list
}

// shortVowels undoes the doubling by which the transliteration marks a long vowel.
var shortVowels = strings.NewReplacer("aa", "a", "ii", "i", "uu", "u")

// skeletonOf gives the consonants of a word in Latin letters, those alike that the usual
// spellings mix up (k, q and g; b, p and v; d and t; j and ch; s, sh and z), behind skeletonMark: one key
// for Mohammed, Muhammad and Mohamad. It is empty for a word without consonants.
func skeletonOf(word string) string {
	var b strings.Builder
	b.WriteString(skeletonMark)
	var previous rune
	for i, r := range word {
		again := r == previous
		previous = r
		if again || r == 'h' && i > 0 { // as in sh and kh; at the end it is seldom heard
			continue
		}
		switch r {
		case 'c', 'j':
			b.WriteByte('j')
		case 'k', 'q', 'g':
			b.WriteByte('k')
		case 'b', 'p', 'v':
			b.WriteByte('b')
		case 'd', 't':
			b.WriteByte('d')
		case 's', 'z':
			b.WriteByte('s')
		case 'x':
			b.WriteString("ks")
		case 'f', 'h', 'l', 'm', 'n', 'r':
			b.WriteRune(r)
		}
	}
	if b.Len() == len(skeletonMark) {
		return ""
	}
	return b.String()
}

// splitFamily divides a Chinese or Korean name that is written as one word. Given is empty where
// the word is too short or too long for a name in full.
func splitFamily(word string) (family, given string) {
	runes := []rune(word)
	n := 1
	if len(runes) > 2 && slices.Contains(longFamilyNames, string(runes[:2])) {
		n = 2
	}
	if len(runes) < 2 || len(runes) > 4 {
		return word, ""
	}
	return string(runes[:n]), string(runes[n:])
}

// longFamilyNames are the usual Chinese and Korean family names of two characters.
var longFamilyNames = strings.Fields(`
	欧阳 歐陽 司徒 司马 司馬 上官 诸葛 諸葛 皇甫 尉迟 尉遲 夏侯 东方 東方 慕容 公孙 公孫 令狐 南宫 南宮 端木 长孙 長孫
	남궁 황보 제갈 선우 사공 독고 서문`)

// Readings gives the words as typed, and then with each two or three neighbours as one: what
// one person writes de la Cruz another writes Delacruz.
func Readings(words []string) [][]string {
	readings := [][]string{words}
	for size := 2; size <= 3; size++ {
		for i := 0; i+size <= len(words); i++ {
			reading := make([]string, 0, len(words))
			reading = append(reading, words[:i]...)
			reading = append(reading, strings.Join(words[i:i+size], ""))
			readings = append(readings, append(reading, words[i+size:]...))
		}
	}
	return readings
}
