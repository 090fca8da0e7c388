package records_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/cmpss/registry/generator/records"
	"github.com/cmpss/registry/generator/records/sample"
)

const header = "number,legal_name,date_active,date_expires,specializations,action,action_from,action_until\n"

// line is a valid record of the number.
func line(number string) string {
	return fmt.Sprintf(`{"number":%q,"legal_name":"Jane Doe","terms":[{"from":"2024-03-01","to":"2026-03-01"}]}`, number) + "\n"
}

func write(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func gzipped(t testing.TB, content string) string {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func read(path string) (*records.Snapshot, error) {
	source, err := records.OpenFile(path)
	if err != nil {
		return nil, err
	}
	return source.Snapshot(context.Background(), nil)
}

func mustRead(t testing.TB, path string) *records.Snapshot {
	t.Helper()
	snapshot, err := read(path)
	if err != nil {
		t.Fatal(err)
	}
	return snapshot
}

// describe is the snapshot as text, the folder of the file left out.
func describe(path string, s *records.Snapshot) string {
	var b strings.Builder
	for _, r := range s.Records {
		b.Write(append(r.AppendJSON(nil), '\n'))
	}
	for _, r := range s.Rejections {
		fmt.Fprintf(&b, "%s %s\n", r.Number, strings.ReplaceAll(r.Error(), path, "file"))
	}
	return b.String()
}

func TestOpenFileNames(t *testing.T) {
	for _, name := range []string{"a.ndjson", "a.csv", "a.ndjson.gz", "A.CSV.GZ", "dir/a.b.NDJSON"} {
		if _, err := records.OpenFile(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"", "a", "a.json", "a.gz", "a.csv.zip", "csv", "a.csv/", "a.ndjson.gz.gz", "a.xlsx"} {
		_, err := records.OpenFile(name)
		if strings.HasSuffix(name, "/") {
			continue // the folder a.csv: found out when it is opened
		}
		if err == nil {
			t.Errorf("%q is taken for a file of records", name)
		} else if !strings.Contains(err.Error(), ".ndjson, .csv") {
			t.Errorf("%q: the error does not say what is accepted: %v", name, err)
		}
	}
}

// A source that is not whole gives an error that names it, says what is wrong, and no snapshot.
func TestRefusedFiles(t *testing.T) {
	good := line("MPSS123456")
	zipped := gzipped(t, strings.Repeat(good, 50))
	row := "MPSS123456,Jane Doe,2024-03-01,2026-03-01,,,,\n"
	tests := []struct {
		name, file, content string
		want                error
		says                string
	}{
		{"empty", "a.ndjson", "", records.ErrEmpty, "0 bytes"},
		{"only blank lines", "a.ndjson", "\n \r\n\t\n", records.ErrEmpty, ""},
		{"only a byte order mark", "a.ndjson", "\ufeff", records.ErrEmpty, ""},
		{"no record", "a.ndjson", "hello\nworld\n", records.ErrNoRecord, "a.ndjson:1: byte 1"},
		{"a JSON array", "a.ndjson", "[\n" + good + "]\n", nil, ""},
		{"cut in a record", "a.ndjson", good + line("MPSS123457")[:60], records.ErrTruncated, "line 2"},
		{"cut in a character", "a.ndjson", good + `{"number":"MPSS123457","legal_name":"Jos` + "\xc3", records.ErrTruncated, "line 2"},
		{"cut after an unknown key", "a.ndjson", good + `{"nmber":"MPSS123457","legal_`, records.ErrTruncated, "line 2"},
		{"cut in a line that is too long", "a.ndjson", good + `{"number":"` + strings.Repeat("x", 3<<20), records.ErrTruncated, "line 2"},
		{"UTF-16", "a.ndjson", "\xff\xfe{\x00", nil, "UTF-16"},
		{"UTF-16 without a mark", "a.csv", "n\x00u\x00m\x00", nil, "UTF-16"},
		{"gzip in plain clothes", "a.ndjson", zipped, nil, "add .gz"},
		{"not gzip", "a.ndjson.gz", good, nil, "not gzip"},
		{"gzip of nothing", "a.ndjson.gz", gzipped(t, ""), records.ErrEmpty, ""},
		{"gzip cut in its header", "a.ndjson.gz", zipped[:5], records.ErrTruncated, "again"},
		{"gzip cut in its data", "a.ndjson.gz", zipped[:len(zipped)-20], records.ErrTruncated, "again"},
		{"gzip cut in its checksum", "a.ndjson.gz", zipped[:len(zipped)-6], records.ErrTruncated, "again"},
		{"gzip cut in its length", "a.csv.gz", gzipped(t, header+row)[:len(gzipped(t, header+row))-1], records.ErrTruncated, "again"},
		{"gzip with a wrong checksum", "a.ndjson.gz", zipped[:len(zipped)-8] + "abcd" + zipped[len(zipped)-4:], nil, "checksum"},
		{"gzip with something after it", "a.ndjson.gz", zipped + "more of it", nil, "something else after"},
		{"header only", "a.csv", header, records.ErrEmpty, ""},
		{"no header", "a.csv", row, nil, "unknown column"},
		{"unknown column", "a.csv", strings.Replace(header, "action,", "actions,", 1) + row, nil, `unknown column "actions"`},
		{"column in the wrong case", "a.csv", strings.Replace(header, "number", "Number", 1) + row, nil, `unknown column "Number"`},
		{"missing column", "a.csv", strings.Replace(header, ",action_until", "", 1) + row, nil, "no column action_until"},
		{"one more column", "a.csv", strings.Replace(header, "number", "number,birth_date", 1) + row, nil, `unknown column "birth_date"`},
		{"column twice", "a.csv", strings.Replace(header, "number", "number,number", 1) + row, nil, "number stands twice"},
		{"semicolons", "a.csv", strings.ReplaceAll(header, ",", ";") + row, nil, "separated by commas"},
		{"last row without its end", "a.csv", header + strings.TrimSuffix(row, "\n"), records.ErrTruncated, "line break"},
		{"cut in a value", "a.csv", header + row + "MPSS123457,Jane Do", records.ErrTruncated, "line break"},
		{"cut in a quoted value", "a.csv", header + row + `MPSS123457,"Jane`, nil, "begins on line 3"},
		{"quotation mark in the open", "a.csv", header + "MPSS123457,Jane \"J\" Doe,2024-03-01,2026-03-01,,,,\n" + row, nil, "line 2"},
		{"quotation mark never closed", "a.csv", header + "MPSS123457,\"Jane,,,,,,\n" + strings.Repeat(row, 30), nil, "begins on line 2"},
		{"row that is too long", "a.csv", header + "MPSS123457,\"" + strings.Repeat("x,", 2<<20) + "\",,,,,,\n" + row, nil, "longer than"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := write(t, test.file, test.content)
			snapshot, err := read(path)
			if test.name == "a JSON array" {
				// Its brackets are two bad lines of three; the guard of the build weighs that.
				if err != nil || len(snapshot.Rejections) != 2 {
					t.Fatalf("%+v, %v", snapshot, err)
				}
				return
			}
			if err == nil {
				t.Fatalf("read: %+v", snapshot)
			}
			if snapshot != nil {
				t.Error("a snapshot came with the error")
			}
			if test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("not %v: %v", test.want, err)
			}
			if !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("the error does not name the file and %q: %v", test.says, err)
			}
			if strings.ContainsAny(err.Error(), "\n\x00") || len(err.Error()) > 600 || strings.Contains(err.Error(), "Jane") {
				t.Errorf("the error is not one short line without names: %q", err)
			}
		})
	}
}

func TestFilesThatCannotBeOpened(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "folder.csv")
	pipe := filepath.Join(dir, "pipe.ndjson")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(pipe, 0o644); err != nil {
		t.Fatal(err)
	}
	for path, says := range map[string]string{
		filepath.Join(dir, "none.ndjson"): "check the path",
		folder:                            "it is a directory",
		pipe:                              "not a regular file",
		folder + "/x.ndjson/y.csv":        "check the path",
	} {
		if _, err := read(path); err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: expected %q: %v", path, says, err)
		}
	}
	if _, err := read(filepath.Join(dir, "none.ndjson")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("not fs.ErrNotExist: %v", err)
	}
}

// Each way to write a whole file that is not quite as usual.
func TestAcceptedFiles(t *testing.T) {
	one, two := line("MPSS123456"), line("MPSS123457")
	row := "MPSS123456,Jane Doe,2024-03-01,2026-03-01,,,,\nMPSS123457,Jane Doe,2024-03-01,2026-03-01,,,,\n"
	files := map[string][2]string{
		"plain":                       {"a.ndjson", one + two},
		"reversed":                    {"a.ndjson", two + one},
		"byte order mark":             {"a.ndjson", "\ufeff" + one + two},
		"carriage returns":            {"a.ndjson", strings.ReplaceAll(one+two, "\n", "\r\n")},
		"blank lines":                 {"a.ndjson", "\n\n" + one + "  \r\n" + two + "\n\n\t"},
		"no last line break":          {"a.ndjson", one + strings.TrimSpace(two)},
		"keys in another order":       {"a.ndjson", one + `{"terms":[{"to":"2026-03-01","from":"2024-03-01"}],"legal_name":"Jane Doe","number":"mpss-123457","updated_at":null,"actions":[],"specializations":null}`},
		"compressed":                  {"a.ndjson.gz", gzipped(t, one+two)},
		"compressed in two":           {"a.ndjson.gz", gzipped(t, one) + gzipped(t, two)},
		"csv":                         {"a.csv", header + row},
		"csv compressed":              {"a.csv.gz", gzipped(t, header+row)},
		"csv with mark and returns":   {"a.csv", "\ufeff" + strings.ReplaceAll(header+row, "\n", "\r\n")},
		"csv with blank rows":         {"a.csv", header + "\n,,,,,,,\n" + row + "\n,,,,,,,\n"},
		"csv with quotation marks":    {"a.csv", strings.ReplaceAll(strings.ReplaceAll(header+row, ",", `","`), "\n", "\"\n\"") + "\"\n"},
		"csv with columns in another": {"a.csv", "legal_name,action,number,action_from,action_until,date_expires,specializations,date_active\nJane Doe,,MPSS123456,,,2026-03-01,,2024-03-01\nJane Doe,,MPSS-123457,,,2026-03-01,,2024-03-01\n"},
	}
	quoted := files["csv with quotation marks"]
	quoted[1] = `"` + strings.TrimSuffix(quoted[1], "\"\"\n")
	files["csv with quotation marks"] = quoted

	want := describe("", mustRead(t, write(t, "a.ndjson", one+two)))
	if strings.Count(want, "\n") != 2 {
		t.Fatal(want)
	}
	for name, file := range files {
		t.Run(name, func(t *testing.T) {
			path := write(t, file[0], file[1])
			snapshot := mustRead(t, path)
			if got := describe(path, snapshot); got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
			if snapshot.Read != 2 {
				t.Errorf("read %d entries, not 2", snapshot.Read)
			}
		})
	}
}

func TestPositionIsOfTheContent(t *testing.T) {
	a, b, c := line("MPSS123456"), line("MPSS123456"), line("MPSS123457")
	first := mustRead(t, write(t, "a.ndjson", a))
	if second := mustRead(t, write(t, "b.ndjson", b)); second.Position != first.Position {
		t.Errorf("equal files at %s and %s", first.Position, second.Position)
	}
	if third := mustRead(t, write(t, "a.ndjson", c)); third.Position == first.Position {
		t.Errorf("different files at %s", third.Position)
	}
}

func TestFileThatChangesWhileItIsRead(t *testing.T) {
	var content strings.Builder
	for i := range 40_000 {
		content.WriteString(line(fmt.Sprintf("MPSS%d", 100_000+i)))
	}
	for name, change := range map[string]func(path string) error{
		"grows": func(path string) error {
			f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			_, err = f.WriteString(line("MPSS999999"))
			return errors.Join(err, f.Close())
		},
		"shrinks": func(path string) error { return os.Truncate(path, 100) },
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, "a.ndjson", content.String())
			source, err := records.OpenFile(path)
			if err != nil {
				t.Fatal(err)
			}
			changed := false
			_, err = source.Snapshot(context.Background(), func(int) {
				if !changed {
					changed = true
					if err := change(path); err != nil {
						t.Error(err)
					}
				}
			})
			if !errors.Is(err, records.ErrChanged) {
				t.Errorf("not %v: %v", records.ErrChanged, err)
			}
		})
	}
}

func TestSnapshotStopsWhenItIsTold(t *testing.T) {
	path := write(t, "a.ndjson", strings.Repeat(line("MPSS123456"), 100_000))
	source, err := records.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	snapshot, err := source.Snapshot(ctx, func(int) { cancel() })
	if snapshot != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", snapshot, err)
	}
}

// The order of the lines is the source's own business.
func TestShuffledLinesGiveTheSameRecords(t *testing.T) {
	var out bytes.Buffer
	if err := sample.Write(&out, 5000, 7); err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(strings.TrimSuffix(out.String(), "\n"), "\n")
	lines[len(lines)-1] += "\n"
	want := mustRead(t, write(t, "a.ndjson", strings.Join(lines, "")))
	if len(want.Records) != 5000 || len(want.Rejections) != 0 || want.Read != 5000 {
		t.Fatalf("%d records, %d rejections, %d read: %v", len(want.Records), len(want.Rejections), want.Read, want.Rejections)
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	got := mustRead(t, write(t, "a.ndjson", strings.Join(lines, "")))
	if describe("", got) != describe("", want) {
		t.Error("the snapshots differ")
	}
	for i := 1; i < len(got.Records); i++ {
		if got.Records[i-1].Number().Compare(got.Records[i].Number()) >= 0 {
			t.Fatalf("%s comes before %s", got.Records[i-1].Number(), got.Records[i].Number())
		}
	}
	for _, r := range got.Records {
		if !r.IsSample() {
			t.Fatalf("%s does not say that it is synthetic", r.Number())
		}
	}
}
