package draftjson

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/cmpss/registry/generator/certification"
)

// problem notes a fault after which the text can still be followed.
func (d *Decoder) problem(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("byte %d: %w", d.i+1, fmt.Errorf(format, args...))
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
			d.problemAt(at, "unknown key %s; the keys are %s", certification.QuoteShort(name), strings.Join(keys, ", "))
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
