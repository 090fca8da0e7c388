package advertisement

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/legalname"
)

// word is a word of the text, folded as names are, with its line.
type word struct {
	text string
	line int // index in lines
}

// text is an advertisement as the checks read it.
type text struct {
	lines []string // as they were written
	plain []string // the same folded for patterns: ASCII digits, hyphens, lower case
	words []word   // of all lines, for what is broken over two of them
}

func read(s string) *text {
	if TooLong(s) {
		s = string([]rune(s)[:MaxText])
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n", "\v", "\n", "\f", "\n").Replace(s)
	t := &text{lines: strings.Split(s, "\n")}
	for i, line := range t.lines {
		t.plain = append(t.plain, plain(line))
		for _, w := range legalname.Words(line) {
			t.words = append(t.words, word{w, i})
		}
	}
	return t
}

// plain folds a line so that a pattern need know one way of writing each character.
func plain(line string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(line) {
		if unicode.In(r, unicode.Mn, unicode.Cf) {
			continue
		}
		c, ok := certification.FoldToASCII(r)
		switch {
		case ok:
			b.WriteString(strings.ToLower(string(rune(c))))
		case unicode.Is(unicode.Pd, r) || r == '−':
			b.WriteByte('-')
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// shown is what a finding repeats of a line.
func (t *text) shown(line int) string {
	s := strings.Join(strings.Fields(t.lines[line]), " ")
	if utf8.RuneCountInString(s) <= maxShown {
		return s
	}
	n := 0
	for i := range s {
		if n == maxShown {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

// at is a finding on a line of the text.
func (t *text) at(reason Reason, line int) Finding {
	return Finding{Reason: reason, Line: line + 1, Text: t.shown(line)}
}

// sequence finds the words one after the other and gives the index of the first; -1 if they
// do not stand there.
func (t *text) sequence(words []string, from int) int {
	for i := from; i+len(words) <= len(t.words); i++ {
		if t.hasAt(words, i) {
			return i
		}
	}
	return -1
}

func (t *text) hasAt(words []string, i int) bool {
	if len(words) == 0 || i+len(words) > len(t.words) {
		return false
	}
	for k, w := range words {
		if t.words[i+k].text != w {
			return false
		}
	}
	return true
}
