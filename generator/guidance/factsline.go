package guidance

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// lineOfKey is the line of a TOML file on which a key stands, such as group[2].fee[1].dollars,
// with the entries of lists counted from 1. Where the key is not there it is the line of the
// nearest table around it, and 1 where there is none. The file has been decoded before: what
// is found here only says where to look.
func lineOfKey(data []byte, key string) int {
	line, _ := lineOfValue(data, key, nil)
	return line
}

// lineOfValue is the line of the first value of a key that begins as asked, or with any value
// where nothing is asked, and whether the key itself was found.
func lineOfValue(data []byte, key string, begins *regexp.Regexp) (int, bool) {
	wanted := keyPath(key)
	best, depth := 1, 0
	found := func(line int, path []keyPart) {
		if n := len(path); n > depth && n <= len(wanted) && isBelow(wanted, path) {
			best, depth = line, n
		}
	}
	var table []keyPart
	entries := make(map[string]int) // of the lists so far, by the path of each
	for i, line := range bytes.Split(data, []byte("\n")) {
		text := strings.TrimSpace(string(line))
		if m := tableHeader.FindStringSubmatch(text); m != nil {
			table = tablePath(m[2], m[1] == "[[", entries)
			found(i+1, table)
			continue
		}
		name, value, ok := strings.Cut(text, "=")
		if ok && bareKey.MatchString(strings.TrimSpace(name)) && (begins == nil || begins.MatchString(strings.TrimSpace(value))) {
			found(i+1, append(table[:len(table):len(table)], keyPath(strings.TrimSpace(name))...))
		}
	}
	return best, depth == len(wanted)
}

// How a value of each type begins that the decoder of TOML names.
var typeBegins = map[string]*regexp.Regexp{
	"string":         regexp.MustCompile(`^["']`),
	"int64":          regexp.MustCompile(`^[+-]?[0-9][0-9_xob]*\s*(#|$)`),
	"float64":        regexp.MustCompile(`^[+-]?([0-9_]+[.eE]|inf|nan)`),
	"bool":           regexp.MustCompile(`^(true|false)`),
	"[]any":          regexp.MustCompile(`^\[`),
	"map[string]any": regexp.MustCompile(`^\{`),
}

var wrongType = regexp.MustCompile(`TOML value has type (\S+);`)

// lineOfType is the line of the first value of a key that has the type the decoder complains of,
// and 0 where none is found: the decoder itself knows only the last line that has the key.
func lineOfType(data []byte, key, message string) int {
	m := wrongType.FindStringSubmatch(message)
	if m == nil || typeBegins[m[1]] == nil {
		return 0
	}
	line, ok := lineOfValue(data, key, typeBegins[m[1]])
	if !ok {
		return 0
	}
	return line
}

// keyPart is a name of a key's path, and which entry of a list: 0 where none is said.
type keyPart struct {
	name  string
	entry int
}

var (
	tableHeader = regexp.MustCompile(`^(\[\[?)([A-Za-z0-9_.-]+)\]`)
	bareKey     = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)
	keyEntry    = regexp.MustCompile(`^(.*)\[(\d+)\]$`)
)

func keyPath(key string) []keyPart {
	var path []keyPart
	for part := range strings.SplitSeq(key, ".") {
		p := keyPart{name: part}
		if m := keyEntry.FindStringSubmatch(part); m != nil {
			p.name = m[1]
			p.entry, _ = strconv.Atoi(m[2]) // digits
		}
		path = append(path, p)
	}
	return path
}

// tablePath is the path that a header opens: [[group.fee]] is the next fee of the last group.
func tablePath(header string, list bool, entries map[string]int) []keyPart {
	names := strings.Split(header, ".")
	path := make([]keyPart, len(names))
	at := ""
	for i, name := range names {
		at = fmt.Sprintf("%s.%s", at, name)
		if list && i == len(names)-1 {
			entries[at]++
		}
		path[i] = keyPart{name, entries[at]}
		at = fmt.Sprintf("%s[%d]", at, entries[at])
	}
	return path
}

// isBelow reports whether a key stands in the path of a table or is that of it. A part without
// an entry stands for the first.
func isBelow(key, path []keyPart) bool {
	for i, p := range path {
		if k := key[i]; k.name != p.name || k.entry != 0 && p.entry != 0 && k.entry != p.entry {
			return false
		}
	}
	return true
}
