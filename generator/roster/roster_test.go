package roster

import (
	"bytes"
	"encoding/csv"
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"
)

func TestDecode(t *testing.T) {
	utf16Of := func(text string, mark, little bool) string {
		var b []byte
		units := utf16.Encode([]rune(text))
		if mark {
			units = slices.Insert(units, 0, 0xfeff)
		}
		for _, u := range units {
			if little {
				b = append(b, byte(u), byte(u>>8))
			} else {
				b = append(b, byte(u>>8), byte(u))
			}
		}
		return string(b)
	}
	const text = "number,name\nMPSS123456,José Núñez"
	for what, c := range map[string]struct {
		body, encoding string
		err            error
	}{
		"UTF-8":                 {text, UTF8, nil},
		"with a mark":           {"\xef\xbb\xbf" + text, UTF8, nil},
		"a mark and a lie":      {"\xef\xbb\xbf" + "Jos\xe9", "", ErrNoText},
		"UTF-16, marked":        {utf16Of(text, true, true), UTF16LE, nil},
		"big-endian, marked":    {utf16Of(text, true, false), UTF16BE, nil},
		"UTF-16":                {utf16Of(text, false, true), UTF16LE, nil},
		"big-endian":            {utf16Of(text, false, false), UTF16BE, nil},
		"Windows-1252":          {"number,name\nMPSS123456,Jos\xe9 N\xfa\xf1ez", Windows1252, nil},
		"nothing":               {"", "", ErrEmpty},
		"a workbook":            {"PK\x03\x04rest", "", ErrSpreadsheet},
		"an old workbook":       {"\xd0\xcf\x11\xe0rest", "", ErrSpreadsheet},
		"a picture":             {"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00", "", ErrNoText},
		"a zero late":           {strings.Repeat("number,", 100) + "\x00", "", ErrNoText},
		"too large":             {strings.Repeat("x", MaxBytes+1), "", ErrTooLarge},
		"a zero within Windows": {"Jos\xe9" + strings.Repeat(" ", 600) + "\x00", "", ErrNoText},
	} {
		got, encoding, err := Decode([]byte(c.body))
		if encoding != c.encoding || !errors.Is(err, c.err) || err == nil && got != text {
			t.Errorf("%s: %.60q, %q, %v; want %q, %v", what, got, encoding, err, c.encoding, c.err)
		}
	}
	if got, _, _ := Decode([]byte("\x80\x9f\x81 \xe9")); got != "€Ÿ\ufffd é" {
		t.Errorf("Windows-1252: %q", got)
	}
	if got, _, _ := Decode([]byte("\xff\xfea\x00\x00\xd8b\x00c")); got != "a\ufffdb\ufffd" {
		t.Errorf("halves of characters: %q", got)
	}
}

func TestRead(t *testing.T) {
	for what, c := range map[string]struct {
		text string
		want []Line
	}{
		"commas":            {"number,name,on\n1,A B,2024-01-01\n2,,\n", []Line{{2, "1", "A B", "2024-01-01"}, {3, "2", "", ""}}},
		"semicolons":        {"Nombre;Nº de certificación\nDoe, Jane;1\n", []Line{{2, "1", "Doe, Jane", ""}}},
		"tabs, pasted":      {"Last name\tFirst name\tCert. No.\nDoe\tJane\t1", []Line{{2, "1", "Jane Doe", ""}}},
		"bars":              {"number|name\n1|x", []Line{{2, "1", "x", ""}}},
		"Spanish halves":    {"Apellidos,Nombre,Número de certificación\nNúñez,José,1", []Line{{2, "1", "José Núñez", ""}}},
		"whole over halves": {"First name,Last name,Full name,number\nJ,D,Jane Doe,1", []Line{{2, "1", "Jane Doe", ""}}},
		"one half":          {"Surname,number\nDoe,1", []Line{{2, "1", "Doe", ""}}},
		"best of several":   {"No.,Certification number,License\n7,1,9", []Line{{2, "1", "", ""}}},
		"only numbers":      {"MPSS123456\nMPSS12\n", []Line{{1, "MPSS123456", "", ""}, {2, "MPSS12", "", ""}}},
		"no header":         {"Jane Doe,#mpss-123 456,2024-01-01\nx,y,z", []Line{{1, "#mpss-123 456", "Jane Doe", "2024-01-01"}, {2, "y", "x", "z"}}},
		"sep":               {"sep=;\r\nnumber;name\r\n1;a,b\r\n", []Line{{3, "1", "a,b", ""}}},
		"old line breaks":   {"number\r1\r\r2", []Line{{2, "1", "", ""}, {4, "2", "", ""}}},
		"quoted":            {"number,name\n\"1\",\"a \"\"b\"\"\r\nc,\"\n 2 , \"d\"e \n", []Line{{2, "1", "a \"b\"\r\nc,", ""}, {4, "2", "de", ""}}},
		"quote within":      {"number,name\n1,6\" tall\n2,b\n", []Line{{2, "1", "6\" tall", ""}, {3, "2", "b", ""}}},
		"ragged":            {"name,number\nx\ny,1,2,3\n", []Line{{2, "", "x", ""}, {3, "1", "y", ""}}},
		"blank rows":        {"\n ,\nnumber,name\n,\n\t \n1,x\n", []Line{{6, "1", "x", ""}}},
		"hard space":        {"number\n\u00a0\u20031\u3000", []Line{{2, "1", "", ""}}},
	} {
		r, err := Read([]byte(c.text), nil)
		if err != nil || !slices.Equal(r.Lines, c.want) {
			t.Errorf("%s: %+v, %v; want %+v", what, r, err, c.want)
		}
	}
	for text, want := range map[string]string{
		"name,who\nx,y":                   "no column of the roster is known to have certification numbers",
		"number,name\n":                   "no line below",
		" \n\t\n":                         "empty",
		"number\n\"1\n2":                  "line 2: a quotation mark",
		strings.Repeat("\n123456", 10001): "10000",
	} {
		if _, err := Read([]byte(text), map[Role]string(nil)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.30q: %v, want %s", text, err, want)
		}
	}
}

func TestReadWithColumnsAskedFor(t *testing.T) {
	const text = "Badge,Who,Kind,Number\nMPSS123456,Jane,x,9\n"
	for _, c := range []struct {
		asked map[Role]string
		want  Line
	}{
		{map[Role]string{Number: "BADGE", Name: "who"}, Line{2, "MPSS123456", "Jane", ""}},
		{map[Role]string{Number: "1"}, Line{2, "MPSS123456", "", ""}},
		{map[Role]string{Given: "who", Family: "3"}, Line{2, "9", "Jane x", ""}},
		{map[Role]string{On: "5"}, Line{2, "9", "", ""}},
	} {
		r, err := Read([]byte(text), c.asked)
		if err != nil || len(r.Lines) != 1 || r.Lines[0] != c.want {
			t.Errorf("%v: %+v, %v", c.asked, r, err)
		}
	}
	// Asked for by place, no first row is taken for headings: it would be a line without an answer.
	r, err := Read([]byte("MPSS12,x\nMPSS123456,y"), map[Role]string{Number: "1"})
	if err != nil || len(r.Lines) != 2 {
		t.Errorf("%+v, %v", r, err)
	}
	for _, want := range []string{"0", "Badges", "-1", "99999999"} {
		if _, err := Read([]byte(text), map[Role]string{Number: want}); err == nil {
			t.Errorf("column %q was found", want)
		}
	}
}

// What is written as RFC 4180 has it is read as encoding/csv reads it.
func TestCellsAgreeWithEncodingCSV(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		comma := rapid.SampledFrom([]rune(delimiters)).Draw(t, "delimiter")
		cell := rapid.StringOf(rapid.SampledFrom([]rune("ab,;|\t \"\n'=-é田")))
		width := rapid.IntRange(2, 5).Draw(t, "width")
		header := make([]string, width)
		for i := range header {
			header[i] = "h"
		}
		want := append([][]string{header}, rapid.SliceOfN(rapid.SliceOfN(cell, width, width), 0, 8).Draw(t, "rows")...)
		var body bytes.Buffer
		w := csv.NewWriter(&body)
		w.Comma = comma
		if err := w.WriteAll(want); err != nil {
			t.Fatal(err)
		}
		rows, delimiter, err := splitRows(body.String())
		if err != nil || delimiter != comma {
			t.Fatalf("%q: %v, delimiter %q", body.String(), err, delimiter)
		}
		i := 0
		for _, cells := range want {
			for k := range cells {
				cells[k] = strings.TrimSpace(cells[k])
			}
			if strings.Join(cells, "") == "" {
				continue
			}
			if !slices.Equal(rows[i].cells, cells) {
				t.Fatalf("%q, want %q", rows[i].cells, cells)
			}
			i++
		}
		if i != len(rows) {
			t.Fatalf("%d rows, want %d", len(rows), i)
		}
	})
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{"number,name\n1,x\n", "\xff\xfen\x00", "sep=;\nnumber;x\n1;\"a\nb\"", "MPSS123456\r\r\"", "a\tb\n\"\"\"\tMPSS123456"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := Read(body, nil)
		if err != nil {
			return
		}
		last := 0
		for _, line := range r.Lines {
			if line.Line <= last {
				t.Fatalf("line %d after %d", line.Line, last)
			}
			last = line.Line
		}
	})
}
