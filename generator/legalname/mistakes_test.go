package legalname

import (
	"testing"

	"pgregory.net/rapid"
)

func TestMistakes(t *testing.T) {
	word := rapid.StringMatching(`[abcé李]{0,26}`)
	short := rapid.StringMatching(`[abcé]{2,9}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		if rapid.Bool().Draw(t, "short") {
			a, b = short.Draw(t, "a"), short.Draw(t, "b")
		}
		most := rapid.IntRange(0, 3).Draw(t, "most")
		x, y := []rune(a), []rune(b)
		want := distance(x, y)
		if len(x) > maxMistakenRunes || len(y) > maxMistakenRunes {
			want = most + 1
		}
		if got := Mistakes(a, b, most); got != want && (got <= most || want <= most) {
			t.Fatalf("Mistakes(%q, %q, %d) = %d, want %d", a, b, most, got, want)
		}
	})
}
