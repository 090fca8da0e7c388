package roster

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/cmpss/registry/generator/certification"
)

// CSVHeader are the columns of the answers.
var csvHeader = [...]string{
	"line", "attention", "number", "name", "on", "answer", "status", "valid", "date_expires", "status_on", "valid_on",
	"name_match", "legal_name", "actions", "confirmed", "reliable_until",
}

// AppendCSV appends the answers as comma-separated values (RFC 4180): UTF-8 with a byte order mark, by which
// spreadsheets know it, lines that end in CR LF, the instants in UTC. The number is in canonical
// form where it is one; name and day are as written. In words that are not the registry's own, what a
// spreadsheet would take for a formula has an apostrophe before it.
func AppendCSV(dst []byte, results []Result) []byte {
	dst = append(dst, "\ufeff"...)
	dst = appendRow(dst, csvHeader[:])
	for i := range results {
		dst = appendRow(dst, results[i].cells())
	}
	return dst
}

func (r *Result) cells() []string {
	number := neutral(r.Number)
	if !r.Canonical.IsZero() {
		number = r.Canonical.String()
	}
	cells := []string{
		strconv.Itoa(r.Line.Line), joined(r.Attention), number, neutral(r.Name), neutral(r.On), string(r.Answer),
		"", "", "", "", "", r.Match, "", "", instant(r.Confirmed), instant(r.Reliable),
	}
	if s := r.Statement; s != nil {
		cells[6], cells[7] = s.Status.String(), strconv.FormatBool(s.Valid())
		if s.Status != certification.Unavailable {
			cells[8] = s.Term.To.String()
		}
		if r.HasDay() {
			cells[9], cells[10] = r.OnDay.String(), strconv.FormatBool(r.OnDay.Valid())
		}
		cells[12] = neutral(s.LegalName)
		var actions []string
		for kind := range s.Actions.All() {
			actions = append(actions, kind.String())
		}
		cells[13] = strings.Join(actions, " ")
	}
	return cells
}

func joined(reasons []Reason) string {
	names := make([]string, len(reasons))
	for i, reason := range reasons {
		names[i] = reason.String()
	}
	return strings.Join(names, " ")
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// formula finds where a spreadsheet could take a text for a formula: at its beginning, and after whatever
// a spreadsheet may cut it at, for not every one goes by the quotation marks.
var formula = regexp.MustCompile(`(^|[\t\r\n,;|"])([ \x{a0}]*)([=+\-@＝＋－＠])`)

// neutral is a text that no spreadsheet takes for a formula.
func neutral(text string) string { return formula.ReplaceAllString(text, "$1$2'$3") }

// appendRow quotes what needs it, and whatever would be cut at a semicolon or a tab.
func appendRow(dst []byte, cells []string) []byte {
	for i, cell := range cells {
		if i > 0 {
			dst = append(dst, ',')
		}
		if !strings.ContainsAny(cell, "\",;|\t\r\n") {
			dst = append(dst, cell...)
			continue
		}
		dst = append(append(append(dst, '"'), strings.ReplaceAll(cell, `"`, `""`)...), '"')
	}
	return append(dst, "\r\n"...)
}
