package roster

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// MaxLines bounds the lines of a roster that are checked.
const MaxLines = 10_000

// row is a row of cells, without the white space around them, and the line of the file that it begins in.
type row struct {
	line  int // from 1
	cells []string
}

// delimiters can stand between cells, the first of those that are there most often in the first row.
const delimiters = "\t;,|"

// splitRows cuts a text into rows of cells as RFC 4180 has it, and forgives what spreadsheets and
// people do beside: any kind of line break, a quotation mark within a cell, text after a closing one.
// encoding/csv refuses these, and would lose a whole roster to one odd name. Blank rows are passed over.
func splitRows(text string) ([]row, rune, error) {
	text, delimiter, line := findDelimiter(text)
	var (
		rows   []row
		cells  []string
		cell   strings.Builder
		begun  = line  // line in which the row begins
		opened = 0     // line in which an open quotation begins
		fresh  = true  // the cell has nothing but white space so far
		quoted = false // within quotation marks
	)
	endCell := func() {
		cells = append(cells, strings.TrimSpace(cell.String()))
		cell.Reset()
		fresh = true
	}
	endRow := func() {
		endCell()
		if strings.Join(cells, "") != "" {
			rows = append(rows, row{begun, cells})
		}
		cells = nil
	}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		next := rune(0)
		if i < len(text) {
			next = rune(text[i]) // only looked at for quotation marks and line feeds
		}
		switch {
		case quoted && r == '"' && next == '"':
			cell.WriteByte('"')
			i++
		case quoted && r == '"':
			quoted = false
		case r == '"' && fresh:
			quoted, fresh, opened = true, false, line
			cell.Reset()
		case r == '\r' && next == '\n': // the line feed counts
			if quoted {
				cell.WriteByte('\r')
			}
		case r == '\n', r == '\r':
			line++
			if quoted {
				cell.WriteRune(r)
				break
			}
			endRow()
			begun = line
		case r == delimiter && !quoted:
			endCell()
		default:
			cell.WriteRune(r)
			fresh = fresh && (r == ' ' || r == '\t')
		}
	}
	if quoted {
		return nil, 0, fmt.Errorf("line %d: a quotation mark opens a cell and none closes it", opened)
	}
	endRow()
	if len(rows) == 0 {
		return nil, 0, ErrEmpty
	}
	return rows, delimiter, nil
}

// findDelimiter gives what stands between the cells. The line sep=; with which some spreadsheets
// say so is taken from the text, which then begins in line 2.
func findDelimiter(text string) (rest string, delimiter rune, line int) {
	first, rest, _ := strings.Cut(text, "\n")
	first = strings.TrimSuffix(first, "\r")
	if len(first) == len("sep=;") && strings.EqualFold(first[:4], "sep=") && strings.Contains(delimiters, first[4:]) {
		return rest, rune(first[4]), 2
	}
	var counts [len(delimiters)]int
	quoted, seen := false, false
	for _, r := range text {
		if r == '"' {
			quoted = !quoted
		}
		if (r == '\n' || r == '\r') && !quoted && seen {
			break
		}
		seen = seen || r > ' '
		if i := strings.IndexRune(delimiters, r); i >= 0 && !quoted {
			counts[i]++
		}
	}
	best := strings.IndexByte(delimiters, ',')
	for i, n := range counts {
		if n > counts[best] || n == counts[best] && n > 0 && i < best {
			best = i
		}
	}
	return text, rune(delimiters[best]), 1
}
