package sample

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/cmpss/registry/generator/certification"
)

var seeds = []uint64{0, 1, 2, 42, 1<<64 - 1}

func write(t *testing.T, count int, seed uint64) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := Write(&buf, count, seed); err != nil {
		t.Fatalf("Write(%d records, seed %d): %v", count, seed, err)
	}
	return buf.Bytes()
}

// line is the record format as users are told it, apart from the package that writes it.
type line struct {
	Number    string `json:"number"`
	LegalName string `json:"legal_name"`
	Terms     []struct {
		From string `json:"from"`
		To   string `json:"to"`
	} `json:"terms"`
	Specializations []string `json:"specializations"`
	Actions         []struct {
		Kind  string  `json:"kind"`
		From  string  `json:"from"`
		Until *string `json:"until"`
	} `json:"actions"`
	UpdatedAt string `json:"updated_at"`
	Sample    bool   `json:"sample"`
}

func decode(t *testing.T, ndjson []byte) []line {
	t.Helper()
	var lines []line
	for i, text := range bytes.Split(bytes.TrimSuffix(ndjson, []byte("\n")), []byte("\n")) {
		strict := json.NewDecoder(bytes.NewReader(text))
		strict.DisallowUnknownFields()
		var l line
		if err := strict.Decode(&l); err != nil {
			t.Fatalf("line %d: %v: %s", i+1, err, text)
		}
		if _, err := strict.Token(); err != io.EOF {
			t.Fatalf("line %d holds more than one value: %s", i+1, text)
		}
		lines = append(lines, l)
	}
	return lines
}

func records(t *testing.T, ndjson []byte) []*certification.Record {
	t.Helper()
	var list []*certification.Record
	for i, text := range bytes.Split(bytes.TrimSuffix(ndjson, []byte("\n")), []byte("\n")) {
		var d certification.Draft
		if err := json.Unmarshal(text, &d); err != nil {
			t.Fatalf("line %d: %v", i+1, err)
		}
		r, err := d.Record()
		if err != nil {
			t.Fatalf("line %d breaks a rule: %v: %s", i+1, err, text)
		}
		list = append(list, r)
	}
	return list
}

func TestWriteIsAFunctionOfCountAndSeed(t *testing.T) {
	for _, seed := range seeds {
		long := write(t, 500, seed)
		if !bytes.Equal(long, write(t, 500, seed)) {
			t.Errorf("seed %d: two samples differ", seed)
		}
		if short := write(t, 123, seed); !bytes.HasPrefix(long, short) {
			t.Errorf("seed %d: a sample of 123 is not the beginning of a sample of 500", seed)
		}
		if bytes.Equal(long, write(t, 500, seed+7)) {
			t.Errorf("seeds %d and %d give the same sample", seed, seed+7)
		}
	}
	if got := write(t, 0, 1); len(got) != 0 {
		t.Errorf("a sample of none has %d bytes", len(got))
	}
}

// The rules that a record must obey, stated again here from the domain and not through the package
// that made the record.
func TestRecordsObeyTheRules(t *testing.T) {
	latest := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC) // noon of the anchor in Los Angeles
	day := func(text string) time.Time {
		d, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	instant := func(text string) time.Time {
		i, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	for _, seed := range seeds {
		for i, l := range decode(t, write(t, 5000, seed)) {
			bad := func(what string, args ...any) {
				t.Helper()
				t.Errorf("seed %d line %d: "+what+": %+v", append(append([]any{seed, i + 1}, args...), l)...)
			}
			digits, found := strings.CutPrefix(l.Number, "MPSS")
			if !found || len(digits) != 6 || digits[0] == '0' || strings.Trim(digits, "0123456789") != "" {
				bad("number")
			}
			if !l.Sample {
				bad("does not say that it is a sample")
			}
			if !utf8.ValidString(l.LegalName) || strings.Join(strings.Fields(l.LegalName), " ") != l.LegalName || l.LegalName == "" {
				bad("name")
			}
			for k, term := range l.Terms {
				from, to := day(term.From), day(term.To)
				if years := to.AddDate(-2, 0, 0).Sub(from).Hours() / 24; years < -1 || years > 1 {
					bad("term %d is not two years long", k)
				}
				if k > 0 {
					before := day(l.Terms[k-1].To)
					if !from.After(before) {
						bad("term %d overlaps", k)
					}
					if from.After(before.AddDate(4, 0, 0)) {
						bad("term %d begins after the number was vacated", k)
					}
				}
			}
			for k, a := range l.Actions {
				if a.Until != nil && !instant(*a.Until).After(instant(a.From)) {
					bad("action %d ends before it begins", k)
				}
				if instant(a.From).Before(day(l.Terms[0].From)) {
					bad("action %d begins before the certificate was issued", k)
				}
			}
			if !strings.HasSuffix(l.UpdatedAt, "Z") || instant(l.UpdatedAt).After(latest) {
				bad("updated at")
			}
		}
	}
}

func TestRecordsAreTakenAndWrittenBackUnchanged(t *testing.T) {
	ndjson := write(t, 5000, 3)
	var again []byte
	for _, r := range records(t, ndjson) {
		again = append(r.AppendJSON(again), '\n')
	}
	if !bytes.Equal(again, ndjson) {
		t.Error("records that were read are not written as they were read")
	}
}

func TestNumbersAreNeverUsedTwice(t *testing.T) {
	for _, p := range []permutation{
		newPermutation(1, 1), newPermutation(2, 1), newPermutation(3, 9), newPermutation(1000, 5),
		newPermutation(4096, 5), newPermutation(4097, 5), newPermutation(sixDigits, 1), newPermutation(sixDigits, 2),
	} {
		seen := make([]bool, p.size)
		inOrder := 0
		for x := range p.size {
			y := p.at(x)
			if y >= p.size || seen[y] {
				t.Fatalf("permutation of %d: %d goes to %d, which is outside or taken", p.size, x, y)
			}
			seen[y] = true
			if x > 0 && y > p.at(x-1) {
				inOrder++
			}
		}
		if p.size >= 1000 && (inOrder < int(p.size)*2/5 || inOrder > int(p.size)*3/5) {
			t.Errorf("permutation of %d: %d steps go up, which does not look random", p.size, inOrder)
		}
	}
	m := newMaker(1)
	for i, want := range map[int]int{0: 6, sixDigits - 1: 6, sixDigits: 7, MaxCount - 1: 7} {
		if got := len(strings.TrimPrefix(m.number(i), "MPSS")); got != want {
			t.Errorf("number of record %d is %s: %d digits, want %d", i, m.number(i), got, want)
		}
	}
	if m.number(sixDigits) == m.number(sixDigits+1) {
		t.Error("numbers of seven digits repeat")
	}
}

// What each edge shows at noon of the anchor.
func TestEveryEdgeIsAmongTheFirst(t *testing.T) {
	const (
		notIssued = certification.NotIssued
		active    = certification.Active
		lapsed    = certification.Lapsed
		expired   = certification.Expired
		vacated   = certification.Vacated
		susp      = certification.Suspended
		rev       = certification.Revoked
	)
	want := map[string]certification.Status{
		"active":                                               active,
		"active, renewed twice":                                active,
		"lapsed":                                               lapsed,
		"expired":                                              expired,
		"vacated":                                              vacated,
		"suspended until further notice":                       susp,
		"revoked":                                              rev,
		"under investigation":                                  active,
		"not yet issued":                                       notIssued,
		"last day":                                             active,
		"last day tomorrow":                                    active,
		"lapsed since today":                                   lapsed,
		"issued today":                                         active,
		"issued tomorrow":                                      notIssued,
		"last day of being lapsed":                             lapsed,
		"expired since today":                                  expired,
		"last day of being expired":                            expired,
		"vacated since today":                                  vacated,
		"suspended until a known day":                          susp,
		"suspension ended":                                     active,
		"suspended from a known day":                           active,
		"suspended twice, now active":                          active,
		"suspended beyond the end of the term":                 susp,
		"suspension outlasted the term, now lapsed":            lapsed,
		"suspended when the number was vacated":                vacated,
		"revoked, reversed on appeal":                          active,
		"revoked long ago":                                     rev,
		"under investigation while suspended":                  susp,
		"investigated, then suspended, then revoked":           rev,
		"investigation closed without a finding":               active,
		"under investigation after the term":                   lapsed,
		"a gap of one day between terms":                       active,
		"a gap of months between terms":                        active,
		"a gap of years between terms":                         active,
		"came back on the last day before the number was void": active,
		"lapsed, comes back next week":                         lapsed,
		"renewed early":                                        active,
		"renewed early, on the last day of the term before":    active,
		"renewed, from today":                                  active,
		"begins on 29 February":                                active,
		"ends on 29 February":                                  expired,
		"renewal ends on 29 February":                          active,
		"ends on the day clocks went back":                     lapsed,
		"ends on the day clocks go forward":                    active,
		"an instant of a day when clocks went back":            active,
		"no specialization":                                    active,
		"one specialization":                                   active,
		"several specializations":                              active,
		"every specialization":                                 active,
	}
	if len(edges) > 100 || len(unusualNames) > 100 {
		t.Fatalf("%d edges and %d unusual names do not fit in the first 100 records", len(edges), len(unusualNames))
	}
	if len(want) != len(edges) {
		t.Errorf("%d edges are listed here, the package has %d", len(want), len(edges))
	}
	for _, seed := range seeds {
		list := records(t, write(t, 100, seed))
		seen := map[certification.Status]bool{}
		for i, e := range edges {
			got := certification.StatusAt(list[i], anchorNoon)
			if w, listed := want[e.name]; !listed || got != w {
				t.Errorf("seed %d: edge %q is %s at the anchor, want %s (listed here: %t)", seed, e.name, got, w, listed)
			}
			seen[got] = true
		}
		for _, status := range certification.Published() {
			if status != certification.Unavailable && !seen[status] {
				t.Errorf("seed %d: no record is %s", seed, status)
			}
		}
		if n := list[len(edges)-1].Specializations(); slices.Collect(n.All())[3] != certification.JusticeInvolved {
			t.Errorf("seed %d: the last edge does not have every specialization", seed)
		}
	}
}

// The last second and the first one of the edges that turn at the anchor's midnights.
func TestEdgesTurnAtMidnight(t *testing.T) {
	list := records(t, write(t, 100, 1))
	first, next := anchor.Start(), anchor.End()
	for _, c := range []struct {
		edge          string
		midnight      time.Time
		before, after certification.Status
	}{
		{"last day", next, certification.Active, certification.Lapsed},
		{"lapsed since today", first, certification.Active, certification.Lapsed},
		{"issued today", first, certification.NotIssued, certification.Active},
		{"issued tomorrow", next, certification.NotIssued, certification.Active},
		{"last day of being lapsed", next, certification.Lapsed, certification.Expired},
		{"expired since today", first, certification.Lapsed, certification.Expired},
		{"last day of being expired", next, certification.Expired, certification.Vacated},
		{"vacated since today", first, certification.Expired, certification.Vacated},
		{"renewed early, on the last day of the term before", next, certification.Active, certification.Active},
	} {
		r := list[slices.IndexFunc(edges, func(e edge) bool { return e.name == c.edge })]
		if got := certification.StatusAt(r, c.midnight.Add(-time.Second)); got != c.before {
			t.Errorf("%s: %s a second before midnight, want %s", c.edge, got, c.before)
		}
		if got := certification.StatusAt(r, c.midnight); got != c.after {
			t.Errorf("%s: %s at midnight, want %s", c.edge, got, c.after)
		}
	}
}

func TestFourInFiveAreActive(t *testing.T) {
	list := records(t, write(t, 10_000, 5))
	for month := range 24 {
		at := time.Date(2026, time.Month(1+month), 15, 20, 0, 0, 0, time.UTC)
		count := map[certification.Status]int{}
		for _, r := range list {
			count[certification.StatusAt(r, at)]++
		}
		issued := len(list) - count[certification.NotIssued]
		if share := 100 * count[certification.Active] / issued; share < 77 || share > 87 {
			t.Errorf("%s: %d%% of the certifications issued are active: %v", at.Format("2006-01"), share, count)
		}
		for _, status := range []certification.Status{certification.Lapsed, certification.Expired, certification.Vacated, certification.Suspended, certification.Revoked} {
			if count[status] < 15 {
				t.Errorf("%s: only %d of 10,000 are %s", at.Format("2006-01"), count[status], status)
			}
		}
	}
}

func TestNamesHaveManyScriptsAndShapes(t *testing.T) {
	shapes := map[string]func(name string) bool{
		"one word":            func(n string) bool { return !strings.Contains(n, " ") },
		"five words":          func(n string) bool { return strings.Count(n, " ") >= 4 },
		"a hyphen":            func(n string) bool { return strings.Contains(n, "-") },
		"an apostrophe":       func(n string) bool { return strings.Contains(n, "'") },
		"a curly apostrophe":  func(n string) bool { return strings.Contains(n, "’") },
		"an initial":          func(n string) bool { return strings.Contains(n, ". ") },
		"a suffix":            func(n string) bool { return strings.HasSuffix(n, " Jr.") },
		"more than 100 runes": func(n string) bool { return utf8.RuneCountInString(n) > 100 },
		"more than 200 runes": func(n string) bool { return utf8.RuneCountInString(n) > 200 },
		"a combining mark":    func(n string) bool { return strings.ContainsRune(n, '\u0301') },
		"a joiner":            func(n string) bool { return strings.ContainsRune(n, '\u200c') },
		"beyond the BMP":      func(n string) bool { return strings.ContainsFunc(n, func(r rune) bool { return r > 0xffff }) },
		"capitals only":       func(n string) bool { return n == strings.ToUpper(n) && n != strings.ToLower(n) },
		"small letters only":  func(n string) bool { return n == strings.ToLower(n) && n != strings.ToUpper(n) },
	}
	for _, script := range []string{
		"Latin", "Arabic", "Hebrew", "Cyrillic", "Han", "Hiragana", "Katakana", "Hangul", "Devanagari", "Gurmukhi",
		"Tamil", "Thai", "Khmer", "Ethiopic", "Armenian", "Greek",
	} {
		shapes[script+" script"] = func(n string) bool {
			return strings.ContainsFunc(n, func(r rune) bool { return unicode.Is(unicode.Scripts[script], r) })
		}
	}
	for _, seed := range seeds {
		lines := decode(t, write(t, 20_000, seed))
		distinct := map[string]bool{}
		for _, l := range lines {
			distinct[l.LegalName] = true
		}
		if len(distinct) < len(lines)*3/4 {
			t.Errorf("seed %d: %d names among %d records", seed, len(distinct), len(lines))
		}
		for shape, has := range shapes {
			if !slices.ContainsFunc(lines, func(l line) bool { return has(l.LegalName) }) {
				t.Errorf("seed %d: no name with %s", seed, shape)
			}
		}
	}
}

func TestCountIsChecked(t *testing.T) {
	for _, count := range []int{-1, MaxCount + 1} {
		var buf bytes.Buffer
		if err := Write(&buf, count, 1); err == nil || buf.Len() > 0 {
			t.Errorf("Write of %d records: error %v after %d bytes, want an error and none", count, err, buf.Len())
		}
	}
}

type fullDisk struct{ room int }

var errFull = errors.New("no space left")

func (d *fullDisk) Write(p []byte) (int, error) {
	if d.room -= len(p); d.room < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestErrorOfTheWriterIsReturned(t *testing.T) {
	for _, room := range []int{0, 1 << 16, 1 << 20} {
		if err := Write(&fullDisk{room}, 10_000, 1); !errors.Is(err, errFull) {
			t.Errorf("Write to a disk with room for %d bytes: %v, want %v", room, err, errFull)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	b.ReportAllocs()
	if err := Write(io.Discard, b.N%MaxCount, 1); err != nil {
		b.Fatal(err)
	}
}
