// Package draftjson decodes the JSON form of a record, and nothing else, strictly: a key that
// is unknown, repeated or in the wrong case is an error, and so are a value of the wrong type, a
// byte that is not UTF-8, half a surrogate pair and anything after the record. null stands for
// a key that is left out.
//
// encoding/json cannot refuse a repeated key or one in another case, replaces bad UTF-8 without
// a word, and takes several times as long; a test holds the two to the same answer for
// everything else.
package draftjson

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/cmpss/registry/generator/certification"
)

// Decoder decodes one text after another, reusing its memory. The zero Decoder is ready.
type Decoder struct {
	draft certification.Draft
	s     string
	i     int
	err   error // the first that was found
	fatal bool  // the rest of the text cannot be followed
}

// Record decodes an object that is a record. The draft is valid until the next call. With an
// error it holds what could be understood, so that the number of a bad record may be known; it
// must be used for nothing else.
func (d *Decoder) Record(text string) (*certification.Draft, error) {
	d.start(text)
	d.draft = certification.Draft{
		Terms:           d.draft.Terms[:0],
		Specializations: d.draft.Specializations[:0],
		Actions:         d.draft.Actions[:0],
	}
	d.object(recordKeys, func(key int) {
		switch key {
		case 0:
			d.str(&d.draft.Number)
		case 1:
			d.str(&d.draft.LegalName)
		case 2:
			d.terms()
		case 3:
			d.specializations()
		case 4:
			d.actions()
		case 5:
			d.str(&d.draft.UpdatedAt)
		case 6:
			d.boolean(&d.draft.Sample)
		}
	})
	// The name alone outlives the text it was cut from.
	d.draft.LegalName = strings.Clone(d.draft.LegalName)
	return &d.draft, d.end()
}

// Terms decodes an array of terms. The slice is valid until the next call.
func (d *Decoder) Terms(text string) ([]certification.DraftTerm, error) {
	d.start(text)
	d.draft.Terms = d.draft.Terms[:0]
	if !d.null() {
		d.terms()
	}
	return d.draft.Terms, d.end()
}

// Actions decodes an array of actions. The slice is valid until the next call.
func (d *Decoder) Actions(text string) ([]certification.DraftAction, error) {
	d.start(text)
	d.draft.Actions = d.draft.Actions[:0]
	if !d.null() {
		d.actions()
	}
	return d.draft.Actions, d.end()
}

// Specializations decodes an array of the names of areas. The slice is valid until the next call.
func (d *Decoder) Specializations(text string) ([]string, error) {
	d.start(text)
	d.draft.Specializations = d.draft.Specializations[:0]
	if !d.null() {
		d.specializations()
	}
	return d.draft.Specializations, d.end()
}

var (
	recordKeys = []string{"number", "legal_name", "terms", "specializations", "actions", "updated_at", "sample"}
	termKeys   = []string{"from", "to"}
	actionKeys = []string{"kind", "from", "until"}
)

func (d *Decoder) terms() {
	d.array(func() {
		var t certification.DraftTerm
		d.object(termKeys, func(key int) { d.str([...]*string{&t.From, &t.To}[key]) })
		d.draft.Terms = append(d.draft.Terms, t)
	})
}

func (d *Decoder) actions() {
	d.array(func() {
		var a certification.DraftAction
		d.object(actionKeys, func(key int) { d.str([...]*string{&a.Kind, &a.From, &a.Until}[key]) })
		d.draft.Actions = append(d.draft.Actions, a)
	})
}

func (d *Decoder) specializations() {
	d.array(func() {
		var name string
		d.str(&name)
		d.draft.Specializations = append(d.draft.Specializations, name)
	})
}

func (d *Decoder) start(text string) {
	d.s, d.i, d.err, d.fatal = text, 0, nil, false
	if !utf8.ValidString(text) {
		bad := 0
		for _, r := range text {
			if r == utf8.RuneError {
				if _, size := utf8.DecodeRuneInString(text[bad:]); size == 1 {
					break
				}
			}
			bad += utf8.RuneLen(r)
		}
		d.i = bad
		d.problem("not valid UTF-8; export the records as UTF-8")
		d.i = 0
	}
}

func (d *Decoder) end() error {
	if !d.fatal {
		d.space()
		if d.i < len(d.s) {
			d.fail("something follows the end of the value; write one record a line")
		}
	}
	d.s = ""
	return d.err
}

// problem notes a fault after which the text can still be followed.
func (d *Decoder) problem(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("column %d: %w", d.i+1, fmt.Errorf(format, args...))
	}
}

// fail notes a fault of syntax: nothing after it can be trusted to be what it seems.
func (d *Decoder) fail(format string, args ...any) {
	if !d.fatal {
		d.problem(format, args...)
		d.fatal = true
	}
}

// errEnd is in the error of a text that ends before its value does.
var errEnd = errors.New("the text ends in the middle of a record")

func (d *Decoder) space() {
	for d.i < len(d.s) {
		switch d.s[d.i] {
		case ' ', '\t', '\r', '\n':
			d.i++
		default:
			return
		}
	}
}

// peek is the next byte that is not white space, or 0 at the end.
func (d *Decoder) peek() byte {
	d.space()
	if d.i < len(d.s) {
		return d.s[d.i]
	}
	return 0
}

// expect reads one byte of punctuation.
func (d *Decoder) expect(c byte, where string) bool {
	if d.fatal {
		return false
	}
	switch got := d.peek(); {
	case got == c && d.i < len(d.s):
		d.i++
		return true
	case d.i == len(d.s):
		d.fail("%w", errEnd)
	default:
		d.fail("expected %q %s", c, where)
	}
	return false
}

// object reads an object whose keys are known, and calls value to read the value of each key
// that is not null.
func (d *Decoder) object(keys []string, value func(key int)) {
	if d.peek() != '{' {
		d.wrongType("an object in braces")
		return
	}
	d.i++
	if d.peek() == '}' {
		d.i++
		return
	}
	var seen uint
	for {
		d.space()
		at := d.i
		name, ok := d.quoted()
		if !ok || !d.expect(':', "after a key") {
			return
		}
		key := -1
		for k, known := range keys {
			if name == known {
				key = k
				break
			}
		}
		switch {
		case key < 0:
			d.problemAt(at, "unknown key %s; the keys are %s", quoteShort(name), strings.Join(keys, ", "))
			d.skip()
		case seen&(1<<key) != 0:
			d.problemAt(at, "the key %q stands twice", keys[key])
			d.skip()
		default:
			seen |= 1 << key
			if !d.null() {
				value(key)
			}
		}
		if d.fatal {
			return
		}
		if d.peek() == ',' {
			d.i++
			continue
		}
		d.expect('}', "or a comma after a value")
		return
	}
}

func (d *Decoder) array(element func()) {
	if d.peek() != '[' {
		d.wrongType("an array in brackets")
		return
	}
	d.i++
	if d.peek() == ']' {
		d.i++
		return
	}
	for {
		element()
		if d.fatal {
			return
		}
		if d.peek() == ',' {
			d.i++
			continue
		}
		d.expect(']', "or a comma after an element")
		return
	}
}

func (d *Decoder) str(into *string) {
	if d.peek() != '"' {
		d.wrongType("a text in quotation marks")
		return
	}
	*into, _ = d.quoted()
}

func (d *Decoder) boolean(into *bool) {
	d.space()
	switch rest := d.s[d.i:]; {
	case strings.HasPrefix(rest, "true"):
		d.i += len("true")
		*into = true
	case strings.HasPrefix(rest, "false"):
		d.i += len("false")
	default:
		d.wrongType("true or false")
	}
}

func (d *Decoder) null() bool {
	d.space()
	if strings.HasPrefix(d.s[d.i:], "null") {
		d.i += len("null")
		return true
	}
	return false
}

func (d *Decoder) wrongType(want string) {
	if d.i == len(d.s) {
		d.fail("%w", errEnd)
		return
	}
	d.problem("expected %s", want)
	d.skip()
}

func (d *Decoder) problemAt(at int, format string, args ...any) {
	here := d.i
	d.i = at
	d.problem(format, args...)
	d.i = here
}

// skip passes over a value of a record that is already rejected. It follows brackets and
// strings only, without recursion, so that nothing deep can exhaust the stack.
func (d *Decoder) skip() {
	depth := 0
	for !d.fatal {
		switch d.peek() {
		case 0:
			if d.i == len(d.s) {
				d.fail("%w", errEnd)
				return
			}
			d.i++
		case '"':
			d.quoted()
		case '{', '[':
			depth++
			d.i++
		case '}', ']':
			if depth == 0 {
				return
			}
			depth--
			d.i++
		case ',':
			if depth == 0 {
				return
			}
			d.i++
			continue
		case ':':
			d.i++
			continue
		default:
			for d.i < len(d.s) && !strings.ContainsRune(" \t\r\n\",:[]{}", rune(d.s[d.i])) {
				d.i++
			}
		}
		if depth == 0 {
			return
		}
	}
}

// quoted reads a string. One without an escape is cut from the text, not copied.
func (d *Decoder) quoted() (string, bool) {
	if d.fatal || !d.expect('"', "to open a text") {
		return "", false
	}
	start := d.i
	for ; d.i < len(d.s); d.i++ {
		switch c := d.s[d.i]; {
		case c == '"':
			d.i++
			return d.s[start : d.i-1], true
		case c == '\\':
			return d.escaped(start)
		case c < ' ':
			d.fail("a control character in a text")
			return "", false
		}
	}
	d.fail("%w", errEnd)
	return "", false
}

func (d *Decoder) escaped(start int) (string, bool) {
	text := []byte(d.s[start:d.i])
	for d.i < len(d.s) {
		switch c := d.s[d.i]; {
		case c == '"':
			d.i++
			return string(text), true
		case c == '\\':
			if text = d.escape(text); d.fatal {
				return "", false
			}
		case c < ' ':
			d.fail("a control character in a text")
			return "", false
		default:
			text = append(text, c)
			d.i++
		}
	}
	d.fail("%w", errEnd)
	return "", false
}

func (d *Decoder) escape(text []byte) []byte {
	if d.i+1 >= len(d.s) {
		d.fail("%w", errEnd)
		return text
	}
	const from, to = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
	c := d.s[d.i+1]
	if k := strings.IndexByte(from, c); k >= 0 {
		d.i += 2
		return append(text, to[k])
	}
	r := d.unit(d.i)
	if r < 0 {
		d.fail("an escape that JSON does not have")
		return text
	}
	d.i += 6
	if utf16.IsSurrogate(r) {
		pair := utf16.DecodeRune(r, d.unit(d.i))
		if pair == utf8.RuneError {
			d.problem("half a surrogate pair")
			return text
		}
		r = pair
		d.i += 6
	}
	return utf8.AppendRune(text, r)
}

// unit reads \uXXXX at i without moving, or gives -1.
func (d *Decoder) unit(i int) rune {
	if i+6 > len(d.s) || d.s[i] != '\\' || d.s[i+1] != 'u' {
		return -1
	}
	var r rune
	for _, c := range []byte(d.s[i+2 : i+6]) {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		case c >= 'A' && c <= 'F':
			r = r<<4 | rune(c-'A'+10)
		default:
			return -1
		}
	}
	return r
}

// quoteShort quotes a text for a message: one line, no control characters, no flood.
func quoteShort(s string) string {
	const limit = 40
	if len(s) > limit {
		s = strings.ToValidUTF8(s[:limit], "") + "…"
	}
	return strconv.QuoteToASCII(s)
}
