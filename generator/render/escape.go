package render

import "strings"

// escapes are the characters that html/template replaces in text and in quoted attributes.
const escapes = "\x00\"&'+<>"

// appendEscaped appends s as html/template writes a string in text or in a quoted attribute.
// That the two agree is tested, and is checked again for every theme that is loaded.
func appendEscaped(dst []byte, s string) []byte {
	for {
		i := strings.IndexAny(s, escapes)
		if i < 0 {
			return append(dst, s...)
		}
		dst = append(dst, s[:i]...)
		switch s[i] {
		case 0:
			dst = append(dst, "\uFFFD"...)
		case '"':
			dst = append(dst, "&#34;"...)
		case '&':
			dst = append(dst, "&amp;"...)
		case '\'':
			dst = append(dst, "&#39;"...)
		case '+':
			dst = append(dst, "&#43;"...)
		case '<':
			dst = append(dst, "&lt;"...)
		case '>':
			dst = append(dst, "&gt;"...)
		}
		s = s[i+1:]
	}
}

func escaped(s string) string { return string(appendEscaped(nil, s)) }
