package legalname

import (
	"testing"

	"pgregory.net/rapid"
)

func TestMatchName(t *testing.T) {
	for _, c := range []struct {
		given, legal string
		want         Match
	}{
		{"Jane Doe", "Jane Doe", Exact},
		{"JANE  DOE", "Jane Doe", Exact},
		{"Jose Nunez", "José Núñez", Exact},
		{"Maria Garcia Lopez", "María García-López", Exact},
		{"Sean ONeil", "Seán O'Neil", Exact},
		{"Maria Delacruz", "Maria de la Cruz", Exact},
		{"Doe, Jane", "Jane Doe", Close},
		{"Lopez Garcia Maria", "María García-López", Close},
		{"Jane Deo", "Jane Doe", Close},
		{"Jame Doe", "Jane Doe", Close},
		{"Jan Doe", "Jane Doe", Close},
		{"Smiht John", "John Smith", Close},
		{"Maria Garcia", "María García López", Close},
		{"Maria Lopez", "María García López", Close},
		{"Maria Elena Garcia Lopez", "María García López", Close},
		{"Maria L Garcia", "Maria Lopez Garcia", Close},
		{"Maria", "Maria Garcia", Different},
		{"Garcia", "Maria Garcia", Different},
		{"Maria", "Maria Garcia Lopez", Different},
		{"Jane Roe", "John Doe", Different},
		{"Ana Li", "Ann Lo", Different},
		{"J D", "Jane Doe", Different},
		{"Jane Doe", "", Different},
		{"", "Jane Doe", Different},
		{"", "", Different},
		{"李小龙", "李小龙", Exact},
		{"李 小龙", "李小龙", Exact},
		{"李小", "李小龙", Different},
		{"Bob Doe", "Robert Doe", Close},
		{"Doe Lupita", "Guadalupe Doe", Close},
		{"Bob", "Robert", Different},
		{"Bob Deo", "Robert Doe", Different},
		{"Rob Smith", "Bob Jones", Different},
		{"Xiaolong Li", "李小龙", Close},
		{"Li Xiao Long", "李小龙", Close},
		{"Lee Xiaolong", "李小龙", Close},
		{"Wang Xiaolong", "李小龙", Different},
		{"Mohammed Hassan", "محمد حسن", Close},
		{"Mohammed", "محمد حسن", Different},
		{"Mohammed Hassan Ali", "محمد حسن", Different},
		{"Dmitriy Sokolova", "Дмитрий Соколова", Close},
		{"Park Hyerim", "박혜림", Close},
		{"<b>Jane</b> Doe", "Jane Doe", Different},
	} {
		if got := Compare(c.given, c.legal); got != c.want {
			t.Errorf("Compare(%q, %q) = %s, want %s", c.given, c.legal, got, c.want)
		}
		if got := Compare(c.legal, c.given); got != c.want {
			t.Errorf("Compare(%q, %q) = %s, want %s", c.legal, c.given, got, c.want)
		}
	}
}

// distance is the number of typing mistakes between two words, by the textbook recurrence
// (restricted Damerau-Levenshtein). It is the naive derivation that tests compare with.
func distance(a, b []rune) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}

func TestOneMistake(t *testing.T) {
	word := rapid.StringMatching(`[abcé]{3,8}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		x, y := []rune(a), []rune(b)
		want := distance(x, y) == 1 && max(len(x), len(y)) >= MinMistakenRunes
		if got := OneMistake(a, b); got != want {
			t.Fatalf("OneMistake(%q, %q) = %v, want %v", a, b, got, want)
		}
	})
}
