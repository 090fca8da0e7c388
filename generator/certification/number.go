package certification

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// prefix opens every certification number (§213).
const prefix = "MPSS"

// A certification number has six digits as printed in §213. Up to nine are accepted so
// that the certifying entity can grow past a million without a change here; fewer than
// six is a number with a digit missing, which must not be answered "never issued".
const (
	minDigits = 6
	maxDigits = 9
)

// maxTyped bounds, in bytes, what ParseNumber looks at.
const maxTyped = 256

// ErrMalformed is returned by ParseNumber for a text that cannot be a certification
// number of this registry.
var ErrMalformed = errors.New("not a certification number: expected MPSS and six to nine digits, such as MPSS123456")

// Number is a certification number in canonical form: MPSS and the digits, nothing else.
// The zero Number is no number. Numbers are comparable and never reused (§209).
type Number struct{ canonical string }

// ParseNumber reads a certification number in any of the ways people write one: in either
// case, with or without "#" and "MPSS", with spaces, hyphens or dashes of any kind between
// the characters, in full-width letters or in the decimal digits of any script. Invisible
// format characters that come along when a text is pasted are ignored. Anything else gives
// ErrMalformed.
func ParseNumber(typed string) (Number, error) {
	if len(typed) > maxTyped || !utf8.ValidString(typed) {
		return Number{}, ErrMalformed
	}
	kept := make([]byte, 0, len(prefix)+maxDigits)
	for _, r := range typed {
		if separatesDigits(r) {
			continue
		}
		c, ok := FoldToASCII(r)
		if !ok || len(kept) == cap(kept) {
			return Number{}, ErrMalformed
		}
		kept = append(kept, c)
	}
	digits := strings.TrimPrefix(string(kept), prefix)
	if len(digits) < minDigits || len(digits) > maxDigits {
		return Number{}, ErrMalformed
	}
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return Number{}, ErrMalformed
		}
	}
	return Number{prefix + digits}, nil
}

// String is the canonical form, such as MPSS123456.
func (n Number) String() string { return n.canonical }

// Digits is the canonical form without its prefix, such as 123456.
func (n Number) Digits() string { return strings.TrimPrefix(n.canonical, prefix) }

// IsZero reports whether n is no number at all.
func (n Number) IsZero() bool { return n.canonical == "" }

// Compare orders numbers by value: a shorter number comes before a longer one.
func (n Number) Compare(m Number) int {
	if d := len(n.canonical) - len(m.canonical); d != 0 {
		return d
	}
	return strings.Compare(n.canonical, m.canonical)
}

func separatesDigits(r rune) bool {
	if r < utf8.RuneSelf {
		return r == '#' || r == '_' || r == '-' || r == ' ' || r >= '\t' && r <= '\r'
	}
	switch r {
	case '＃', '﹟', '−': // number signs, minus sign
		return true
	}
	return unicode.IsSpace(r) || unicode.In(r, unicode.Pd, unicode.Cf)
}

// FoldToASCII maps a letter of the prefix or a decimal digit of any script to its upper-case
// ASCII form.
func FoldToASCII(r rune) (byte, bool) {
	if r >= 'Ａ' && r <= 'ｚ' {
		r = r - 'Ａ' + 'A'
	}
	switch {
	case r >= '0' && r <= '9', r >= 'A' && r <= 'Z':
		return byte(r), true
	case r >= 'a' && r <= 'z':
		return byte(r - 'a' + 'A'), true
	}
	return decimalDigit(r)
}

// decimalDigit gives the value of a digit of any script. The digits of a script stand in
// runs of ten code points (The Unicode Standard, section 4.6), so the place in its run is
// the value.
func decimalDigit(r rune) (byte, bool) {
	for _, run := range unicode.Nd.R16 {
		if r >= rune(run.Lo) && r <= rune(run.Hi) {
			return byte('0' + (r-rune(run.Lo))%10), true
		}
	}
	for _, run := range unicode.Nd.R32 {
		if r >= rune(run.Lo) && r <= rune(run.Hi) {
			return byte('0' + (r-rune(run.Lo))%10), true
		}
	}
	return 0, false
}
