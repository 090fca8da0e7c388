package roster

import (
	"fmt"
	"strings"
)

// Line is one question of a roster, in the words of the roster.
type Line struct {
	Line   int    // of the file, from 1
	Number string // as written
	Name   string // empty if none was given
	On     string // a day, as written; empty if none was given
}

// Roster is a list of questions.
type Roster struct {
	Lines     []Line
	Encoding  string // of the file
	Delimiter rune   // between its cells
	Header    bool   // the first row names the columns
	Columns   Columns
}

// Read reads a roster. Columns that are asked for, by heading or by place from 1, count over those that
// are found. The error says what is wrong with the file as a whole; a line that is wrong by itself
// is a Line like any other, and its answer says so.
func Read(body []byte, asked map[Role]string) (*Roster, error) {
	text, encoding, err := Decode(body)
	if err != nil {
		return nil, err
	}
	rows, delimiter, err := splitRows(text)
	if err != nil {
		return nil, err
	}
	columns, header, err := choose(rows[0].cells, asked)
	if err != nil {
		return nil, err
	}
	if header {
		rows = rows[1:]
	}
	switch {
	case len(rows) == 0:
		return nil, fmt.Errorf("the roster has names of columns and no line below them")
	case len(rows) > MaxLines:
		return nil, fmt.Errorf("the roster has %d lines, more than %d: split it", len(rows), MaxLines)
	}
	r := &Roster{Encoding: encoding, Delimiter: delimiter, Header: header, Columns: columns}
	for _, row := range rows {
		cell := func(role Role) string {
			if i := columns[role]; i != none && i < len(row.cells) {
				return row.cells[i]
			}
			return ""
		}
		name := cell(Name)
		if columns[Given] != none {
			name = strings.TrimSpace(cell(Given) + " " + cell(Family))
		}
		r.Lines = append(r.Lines, Line{Line: row.line, Number: cell(Number), Name: name, On: cell(On)})
	}
	return r, nil
}
