package certification

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseNumber(t *testing.T) {
	for _, test := range []struct{ typed, want string }{
		{"MPSS123456", "MPSS123456"},
		{"#MPSS123456", "MPSS123456"},  // as printed, §213
		{"#MPSS-123456", "MPSS123456"}, // as on the program's web pages
		{"mpss 123 456", "MPSS123456"},
		{"123456", "MPSS123456"},
		{" MPSS–123—456 ", "MPSS123456"}, // en and em dash
		{"MPSS−123456", "MPSS123456"},    // minus sign
		{"ＭＰＳＳ１２３４５６", "MPSS123456"},
		{"＃ｍｐｓｓ１２３４５６", "MPSS123456"},
		{"MPSS١٢٣٤٥٦", "MPSS123456"}, // Arabic-Indic digits
		{"१२३४५६", "MPSS123456"},     // Devanagari digits
		{"\u200eMPSS\u00ad123\u200b456\ufeff", "MPSS123456"},
		{"MPSS\u00a0123456\n", "MPSS123456"},
		{"MPSS000123", "MPSS000123"}, // leading zeros are part of the number
		{"MPSS123456789", "MPSS123456789"},
		{"", ""},
		{"MPSS", ""},
		{"#", ""},
		{"12345", ""},
		{"MPSS12345", ""},
		{"MPSS1234567890", ""},
		{"XPSS123456", ""},
		{"MPSS12345O", ""},
		{"MPSSMPSS123456", ""},
		{"123456MPSS", ""},
		{"MPSS123456.html", ""},
		{"../MPSS123456", ""},
		{"MPSS123456'", ""},
		{"MPSS\x00123456", ""},
		{"MPSS123456\xff", ""},
		{"MPS123456", ""},
		{strings.Repeat(" ", 1000) + "MPSS123456", ""},
	} {
		got, err := ParseNumber(test.typed)
		if got.String() != test.want || (err == nil) != (test.want != "") {
			t.Errorf("ParseNumber(%q) = %q, %v; want %q", test.typed, got, err, test.want)
		}
		if err != nil && !errors.Is(err, ErrMalformed) {
			t.Errorf("ParseNumber(%q): error %v is not ErrMalformed", test.typed, err)
		}
	}
}

// However a number is written, it is the same number.
func TestNumberIsReadHoweverWritten(t *testing.T) {
	between := rapid.SampledFrom([]string{"", "", "", " ", "-", "–", "\u00a0", "#", "\u200b"})
	digits := [][]rune{[]rune("0123456789"), []rune("０１２３４５６７８９"), []rune("٠١٢٣٤٥٦٧٨٩"), []rune("०१२३४५६७८९")}
	rapid.Check(t, func(t *rapid.T) {
		canonical := "MPSS" + rapid.StringMatching(`[0-9]{6,9}`).Draw(t, "digits")
		var typed strings.Builder
		written := canonical
		if rapid.Bool().Draw(t, "digits alone") {
			written = canonical[4:]
		}
		for _, r := range written {
			typed.WriteString(between.Draw(t, "between"))
			switch {
			case r >= '0' && r <= '9':
				typed.WriteRune(rapid.SampledFrom(digits).Draw(t, "script")[r-'0'])
			case rapid.Bool().Draw(t, "lower"):
				typed.WriteRune(r + 'a' - 'A')
			default:
				typed.WriteRune(r)
			}
		}
		got, err := ParseNumber(typed.String())
		if err != nil || got.String() != canonical {
			t.Fatalf("ParseNumber(%q) = %q, %v; want %q", typed.String(), got, err, canonical)
		}
	})
}

func TestNumbersAreOrderedByValue(t *testing.T) {
	small, large := mustNumber(t, "999999"), mustNumber(t, "1000000")
	if small.Compare(large) >= 0 || large.Compare(small) <= 0 || small.Compare(small) != 0 {
		t.Errorf("%s and %s are out of order", small, large)
	}
}

func FuzzParseNumber(f *testing.F) {
	for _, seed := range []string{"MPSS123456", "#MPSS-123456", "１２３４５６", "MPSS١٢٣٤٥٦", "../../etc/passwd", "\xff\xfe", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		n, err := ParseNumber(typed)
		if err != nil {
			return
		}
		again, err := ParseNumber(n.String())
		if err != nil || again != n {
			t.Errorf("%q gives %q, which does not read back: %v", typed, n, err)
		}
		if strings.Trim(n.Digits(), "0123456789") != "" {
			t.Errorf("%q gives %q, which is not made of digits", typed, n)
		}
	})
}

func mustNumber(t testing.TB, typed string) Number {
	t.Helper()
	n, err := ParseNumber(typed)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
