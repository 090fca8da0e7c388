package legalname

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestWords(t *testing.T) {
	long := strings.Repeat("x", 100)
	for name, want := range map[string]string{
		"Jane Doe":                "jane doe",
		"  JANE\tDOE ":            "jane doe",
		"María José Núñez":        "maria jose nunez",
		"Mari\u0301a Nu\u0303nez": "maria nunez",
		"Đặng Thị Ngọc Ánh":       "dang thi ngoc anh",
		"Søren Ørsted":            "soren orsted",
		"Łukasz Weiß":             "lukasz weiss",
		"LUKASZ WEISS":            "lukasz weiss",
		"Æsa Þórsdóttir":          "aesa thorsdottir",
		"İbrahim Işık":            "ibrahim isik",
		"O'Neil":                  "oneil",
		"O’Neil":                  "oneil",
		"O´Neil":                  "oneil",
		"O`Neil":                  "oneil",
		"O＇Neil":                  "oneil",
		"Kealiʻi":                 "kealii",
		"García-López":            "garcia lopez",
		"García‐López":            "garcia lopez",
		"Garcia – Lopez":          "garcia lopez",
		"Doe, Jane Q.":            "doe jane q",
		"John Smith III":          "john smith iii",
		"Ｊａｎｅ　Ｄｏｅ":                "jane doe",
		"李小龙":                     "李小龙",
		"김민수 Minsu":               "김민수 minsu",
		"Kim민수":                   "kim 민수",
		"ヤマダ タロウ":                 "ヤマダ タロウ",
		"ガ":                       "ガ",
		"محمد عبدالله":            "محمد عبدالله",
		"مُحَمَّد أحمد":           "محمد احمد",
		"محـــمد":                 "محمد",
		"Артём Йович":             "артем иович",
		"Ἀλέξανδρος":              "αλεξανδροσ",
		"ΑΛΕΞΑΝΔΡΟΣ":              "αλεξανδροσ",
		"प्रिया शर्मा":            "प्रिया शर्मा",
		"Արամ":                    "արամ",
		"a\u200bb":                "ab",
		"<script>alert(1)":        "script alert 1",
		"***":                     "",
		"":                        "",
		long:                      long[:MaxWordRunes],
	} {
		if got := strings.Join(Words(name), " "); got != want {
			t.Errorf("Words(%q) = %q, want %q", name, got, want)
		}
	}
}

// FuzzWords holds Words to its promises for any text.
func FuzzWords(f *testing.F) {
	for _, seed := range []string{"", "Jane Doe", "Đặng-O'Neil", "李小龙Bruce", "ガ\u3099", "\xff\xfe", "ΐ́", "ǰ", "ﬃ", "ẞ", "a\u0301'\u0301b", "\u1100\u1161", strings.Repeat("é", 200)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		words := Words(name)
		for _, word := range words {
			if word == "" || !utf8.ValidString(word) || utf8.RuneCountInString(word) > MaxWordRunes {
				t.Fatalf("Words(%q) has the word %q", name, word)
			}
		}
		again := Words(strings.Join(words, " "))
		if !slices.Equal(again, words) {
			t.Fatalf("Words of %q are %q, of those again %q", name, words, again)
		}
		if len(strings.Join(words, "")) > 20*len(name)+20 {
			t.Fatalf("Words(%q) grew to %q", name, words)
		}
	})
}

// TestFoldLatin folds texts of Latin letters letter by letter and as any other text.
func TestFoldLatin(t *testing.T) {
	letter := rapid.OneOf(rapid.RuneFrom(nil, &unicode.RangeTable{R16: []unicode.Range16{
		{Lo: 0, Hi: latinEnd - 1, Stride: 1}, {Lo: vietnamese, Hi: vietnameseEnd - 1, Stride: 1},
	}}), rapid.RuneFrom([]rune("aEo '`´¨ßđİı\u00ad")))
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(letter).Draw(t, "text")
		got, ok := foldLatin(text)
		if want := foldAny(text); !ok || got != want {
			t.Fatalf("%q becomes %q (%v), want %q", text, got, ok, want)
		}
	})
}
