package records

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cmpss/registry/generator/certification"
)

// The columns of a CSV file. Each must be there once; their order is free.
const (
	columnNumber = iota
	columnLegalName
	columnActive
	columnExpires
	columnSpecializations
	columnAction
	columnActionFrom
	columnActionUntil
	numColumns
)

var columnNames = [numColumns]string{
	"number", "legal_name", "date_active", "date_expires", "specializations", "action", "action_from", "action_until",
}

// joined is a number and what its rows say, as far as they were read.
type joined struct {
	draft    certification.Draft
	line     int // of its first row
	name     string
	later    []laterRow
	spoilt   int   // line of the first row that could not be joined; 0 if there is none
	problems error // of such rows
}

// laterRow is a row of a number after its first, and what the draft had before it.
type laterRow struct{ line, terms, areas, actions int }

// readCSV reads comma-separated values as RFC 4180 describes them, with a header, one row a
// term. The rows of one number are joined wherever they stand: they must agree on the name; terms
// and actions that are the same are taken once, so that a row may repeat a term to add an
// action, or leave the dates of the term empty; areas of specialization add up. Rows without
// any value are passed over.
//
// A row that breaks a rule spoils its number only. A quotation mark in the wrong place spoils
// every row after it, and a last row without a line break may have lost its end without a trace:
// either refuses the file.
func readCSV(ctx context.Context, in *text, progress func(int)) ([]Entry, error) {
	rows := &rowReader{in: in}
	reader := csv.NewReader(rows)
	reader.FieldsPerRecord = -1 // counted here, so that one bad row spoils one number
	reader.ReuseRecord = true

	header, err := reader.Read()
	if err != nil {
		return nil, rows.explain(err)
	}
	columns, err := readHeader(header)
	if err != nil {
		return nil, err
	}
	var (
		entries  []Entry // the rows whose number could not be read
		order    []*joined
		byNumber = map[certification.Number]*joined{}
	)
	for n := 0; ; n++ {
		if n%1000 == 0 {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			progress(n)
		}
		if n > MaxEntries {
			return nil, fmt.Errorf("it has more than %d rows", MaxEntries)
		}
		rows.passed = reader.InputOffset()
		fields, err := reader.Read()
		if err == io.EOF && rows.last == '\n' {
			progress(n)
			break
		}
		if err != nil {
			return nil, rows.explain(err)
		}
		if !slices.ContainsFunc(fields, func(field string) bool { return field != "" }) {
			continue
		}
		line, _ := reader.FieldPos(0)
		row, unread := splitRow(fields, &columns)
		number, err := certification.ParseNumber(row[columnNumber])
		if err != nil {
			if len(entries) >= MaxRejections {
				return nil, fmt.Errorf("more than %d rows are rejected; the last is line %d: %w", MaxRejections, line, err)
			}
			entries = append(entries, Entry{Order: line, Reason: errors.Join(unread, fmt.Errorf("column number: %w", err))})
			continue
		}
		of := byNumber[number]
		if of == nil {
			of = &joined{line: line, name: strings.Clone(row[columnLegalName])}
			of.draft.Number, of.draft.LegalName = number.String(), of.name
			byNumber[number] = of
			order = append(order, of)
		} else {
			of.later = append(of.later, laterRow{line, len(of.draft.Terms), len(of.draft.Specializations), len(of.draft.Actions)})
		}
		if unread == nil {
			unread = of.add(&row)
		}
		switch {
		case unread == nil:
		case of.spoilt == 0:
			of.spoilt, of.problems = line, unread
		default:
			of.problems = errors.Join(of.problems, fmt.Errorf("and on line %d: %w", line, unread))
		}
	}
	clear(byNumber)
	for i, of := range order {
		if i%1000 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		entries = append(entries, of.entry())
		order[i] = nil
	}
	slices.SortFunc(entries, func(a, b Entry) int { return a.Order - b.Order })
	return entries, nil
}

// entry is the entry of the number. One that is rejected stands in the first row that is at fault, or
// in the first of all if the fault is none of one row.
func (of *joined) entry() Entry {
	if of.spoilt != 0 {
		return NewEntry(of.spoilt, &of.draft, of.problems)
	}
	entry := NewEntry(of.line, &of.draft, nil)
	if entry.Record != nil || len(of.later) == 0 {
		return entry
	}
	line := of.line
	for _, next := range append(of.later, laterRow{0, len(of.draft.Terms), len(of.draft.Specializations), len(of.draft.Actions)}) {
		upTo := of.draft
		upTo.Terms, upTo.Specializations, upTo.Actions = upTo.Terms[:next.terms], upTo.Specializations[:next.areas], upTo.Actions[:next.actions]
		if len(upTo.Terms) == 0 { // a later row may have one
			upTo.Terms = []certification.DraftTerm{{From: "2024-03-01", To: "2026-02-28"}}
		}
		if _, err := upTo.Record(); err != nil {
			entry.Order, entry.Reason = line, err
			return entry
		}
		line = next.line
	}
	return entry
}

// readHeader gives the place of each column.
func readHeader(header []string) (columns [numColumns]int, err error) {
	if len(header) == 1 && strings.ContainsAny(header[0], ";\t") {
		return columns, errors.New("its columns must be separated by commas")
	}
	for i := range columns {
		columns[i] = -1
	}
	for i, name := range header {
		column := slices.Index(columnNames[:], name)
		switch {
		case column < 0:
			return columns, fmt.Errorf("unknown column %.60q; the columns are %s", name, strings.Join(columnNames[:], ","))
		case columns[column] >= 0:
			return columns, fmt.Errorf("column %s stands twice in the header", name)
		}
		columns[column] = i
	}
	for column, i := range columns {
		if i < 0 {
			return columns, fmt.Errorf("there is no column %s; the first line must name the columns %s", columnNames[column], strings.Join(columnNames[:], ","))
		}
	}
	return columns, nil
}

// splitRow puts the fields in the order of the columns. With an error the row holds the number
// at most.
func splitRow(fields []string, columns *[numColumns]int) (row [numColumns]string, err error) {
	for column, i := range columns {
		if i < len(fields) {
			row[column] = strings.TrimSpace(fields[i])
		}
	}
	if len(fields) != numColumns {
		return row, fmt.Errorf("the row has %d fields, not %d; a comma in a value needs quotation marks around the value", len(fields), numColumns)
	}
	for column, value := range row {
		if !utf8.ValidString(value) {
			return row, fmt.Errorf("column %s is not valid UTF-8; save the file as UTF-8", columnNames[column])
		}
	}
	return row, nil
}

// add joins a row to what other rows said of the number.
func (of *joined) add(row *[numColumns]string) error {
	if row[columnLegalName] != of.name {
		return fmt.Errorf("the legal name is not that of line %d, which has the same number", of.line)
	}
	term := certification.DraftTerm{From: row[columnActive], To: row[columnExpires]}
	if term != (certification.DraftTerm{}) && !slices.Contains(of.draft.Terms, term) {
		of.draft.Terms = append(of.draft.Terms, term)
	}
	for name := range strings.SplitSeq(row[columnSpecializations], ";") {
		name = strings.TrimSpace(name)
		if name != "" && !slices.Contains(of.draft.Specializations, name) {
			of.draft.Specializations = append(of.draft.Specializations, name)
		}
	}
	action := certification.DraftAction{Kind: row[columnAction], From: row[columnActionFrom], Until: row[columnActionUntil]}
	switch {
	case action == certification.DraftAction{}:
	case action.Kind == "":
		return errors.New("there is a date of an action, and no action")
	case !slices.Contains(of.draft.Actions, action):
		of.draft.Actions = append(of.draft.Actions, action)
	}
	return nil
}

// rowReader watches over what the CSV reader reads.
type rowReader struct {
	in     io.Reader
	read   int64
	passed int64 // how much of what was read belongs to rows that have ended
	last   byte
}

var errRowTooLong = fmt.Errorf("the row is longer than %d bytes", maxLine)

func (r *rowReader) Read(p []byte) (int, error) {
	if r.read-r.passed > maxLine {
		return 0, errRowTooLong
	}
	n, err := r.in.Read(p)
	r.read += int64(n)
	if n > 0 {
		r.last = p[n-1]
	}
	return n, err
}

func (r *rowReader) explain(err error) error {
	var syntax *csv.ParseError
	switch {
	case err == io.EOF && r.read == 0:
		return ErrEmpty
	case err == io.EOF:
		return fmt.Errorf("%w, as far as can be told: its last line has no line break, so the end of a value may be missing; export it again, or add the line break if nothing is missing", ErrTruncated)
	case errors.Is(err, errRowTooLong):
		return fmt.Errorf("%w: probably a quotation mark opens a value and none closes it", err)
	case errors.As(err, &syntax):
		return fmt.Errorf("line %d: a quotation mark is missing or stands in the wrong place in the row that begins on line %d, so no later row can be told apart; a quotation mark in a value is written twice, in a value in quotation marks", syntax.Line, syntax.StartLine)
	}
	return err
}
