package index

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/legalname"
)

// naive finds by looking at every name, with no index: what Search must agree with.
type naive struct {
	records []*certification.Record // by folded name and number
	words   [][]string              // those by which it is found
	lengths []int                   // how many of them are the name's own
}

func newNaive(records []*certification.Record) *naive {
	n := &naive{records: slices.Clone(records)}
	key := func(r *certification.Record) string { return strings.Join(legalname.Words(r.LegalName()), "") }
	slices.SortFunc(n.records, func(a, b *certification.Record) int {
		return cmp.Or(strings.Compare(key(a), key(b)), a.Number().Compare(b.Number()))
	})
	for _, r := range n.records {
		words := legalname.Words(r.LegalName())
		n.words = append(n.words, slices.Concat(words, legalname.Spelled(words)))
		n.lengths = append(n.lengths, len(words))
	}
	return n
}

// search gives the numbers of the issued records in the order of the result.
func (n *naive) search(text string) []certification.Number {
	var found []certification.Number
	taken := make(map[int]bool)
	query := legalname.Words(text)
	take := func(words int, matches func(name []string) bool) {
		for _, more := range []bool{false, true} {
			for i, r := range n.records {
				if taken[i] || !more && n.lengths[i] != words || !matches(n.words[i]) {
					continue
				}
				taken[i] = true
				if certification.StatusAt(r, noon) != certification.NotIssued {
					found = append(found, r.Number())
				}
			}
		}
	}
	takeEach := func(words []string, match, last func(word string, name []string) bool) {
		take(len(words), func(name []string) bool {
			for i, word := range words {
				if i == len(words)-1 && !last(word, name) || i < len(words)-1 && !match(word, name) {
					return false
				}
			}
			return true
		})
	}
	takeMistaken := func(words []string, at int, last func(word string, name []string) bool) {
		take(len(words), func(name []string) bool {
			for i, word := range words {
				match := naiveExact
				switch {
				case i == at:
					match = naiveMistaken
				case i == len(words)-1:
					match = last
				}
				if !match(word, name) {
					return false
				}
			}
			return true
		})
	}
	var readings [][]string
	for size := 1; size <= 3; size++ {
		for i := 0; i+size <= len(query); i++ {
			if size == 1 && i > 0 {
				break
			}
			reading := slices.Concat(query[:i], []string{strings.Join(query[i:i+size], "")}, query[i+size:])
			readings = append(readings, reading)
		}
	}
	for i, r := range n.records {
		if strings.Join(legalname.Words(r.LegalName()), "") == strings.Join(query, "") {
			taken[i] = true
			if certification.StatusAt(r, noon) != certification.NotIssued {
				found = append(found, r.Number())
			}
		}
	}
	strict := len(found) > 0 && (len(query) > 1 || legalname.IsIdeographic([]rune(query[0])[0]))
	for _, reading := range readings {
		takeEach(reading, naiveExact, naiveExact)
	}
	if strict {
		readings = readings[:1]
	}
	for _, reading := range readings {
		takeEach(reading, naiveKin, naiveKin)
	}
	if !strict && len(found) < enough {
		takeEach(query, naiveSplit, naiveSplit)
	}
	if !strict {
		for _, reading := range readings {
			takeEach(reading, naiveExact, naivePrefix)
		}
		takeEach(query, naivePrefix, naivePrefix)
	}
	if !strict && len(found) < enough {
		takeEach(query, naiveKin, naivePrefix)
		for i := range query {
			takeMistaken(query, i, naiveExact)
		}
		for i := range query[:len(query)-1] {
			takeMistaken(query, i, naivePrefix)
		}
		for i := range query[:len(query)-1] {
			takeMistaken(readings[1+i], i, naiveExact)
		}
	}
	if len(found) == 0 {
		takeEach(query, naiveAnyhow, naiveAnyhow)
	}
	if len(found) == 0 {
		takeEach(query, naiveLoosely, naiveLoosely)
	}
	for _, match := range []func(string, []string) bool{naiveKin, naiveAnyhow} {
		if len(found) == 0 && len(query) >= 3 {
			for i := range query {
				takeEach(slices.Concat(query[:i], query[i+1:]), match, match)
			}
		}
	}
	if spelled := legalname.InLatin(query); spelled != nil && len(found) == 0 {
		for _, match := range []func(string, []string) bool{naiveKin, naiveSplit, naiveLoosely} {
			takeEach(spelled, match, match)
		}
	}
	return found
}

func naiveExact(word string, name []string) bool { return slices.Contains(name, word) }

func naiveKin(word string, name []string) bool {
	return naiveExact(word, name) || slices.ContainsFunc(legalname.Kin(word), func(other string) bool {
		if legalname.IsIdeographic([]rune(other)[0]) {
			return naivePrefix(other, name)
		}
		return naiveExact(other, name)
	})
}

func naiveAnyhow(word string, name []string) bool {
	return naivePrefix(word, name) || naiveKin(word, name) || naiveMistaken(word, name)
}

func naiveLoosely(word string, name []string) bool {
	return naiveAnyhow(word, name) || slices.ContainsFunc(name, func(other string) bool {
		most := lenientMistakes(word)
		return most > 0 && legalname.Mistakes(word, other, most) <= most
	})
}

func naiveSplit(word string, name []string) bool {
	if naiveExact(word, name) {
		return true
	}
	if n := utf8.RuneCountInString(word); n < minSplitRunes || n > maxSplitRunes {
		return false
	}
	for i := range word {
		if i == 0 || !naiveExact(word[:i], name) {
			continue
		}
		if naiveExact(word[i:], name) {
			return true
		}
		for j := range word[i:] {
			if i <= maxParticle && j > 0 && j <= maxParticle && naiveExact(word[i:i+j], name) && naiveExact(word[i+j:], name) {
				return true
			}
		}
	}
	return false
}

func naivePrefix(word string, name []string) bool {
	runes := []rune(word)
	if !legalname.IsIdeographic(runes[0]) {
		return slices.ContainsFunc(name, func(other string) bool { return strings.HasPrefix(other, word) })
	}
	for i := range max(1, len(runes)-1) {
		pair := string(runes[i:min(i+2, len(runes))])
		if !slices.ContainsFunc(name, func(other string) bool { return strings.Contains(other, pair) }) {
			return false
		}
	}
	return true
}

func naiveMistaken(word string, name []string) bool {
	if n := utf8.RuneCountInString(word); n < legalname.MinMistakenRunes || n > maxFuzzyRunes {
		return false
	}
	return slices.ContainsFunc(name, func(other string) bool {
		if d := len(word) - len(other); d > utf8.UTFMax || d < -utf8.UTFMax {
			return false // more than a character
		}
		return word == other || legalname.OneMistake(word, other)
	})
}

// TestSearchAgreesWithScan asks the index and the scan the same questions: names as they are, in
// part, turned round, run together and mistyped.
func TestSearchAgreesWithScan(t *testing.T) {
	records := sampleRecords(t, 500)
	set, scan := opened(t, records), newNaive(records)
	random := rand.New(rand.NewPCG(1, 2))
	seen := make(map[string]bool)
	for range 500 {
		text := distort(random, records[random.IntN(len(records))].LegalName())
		if seen[text] || len(legalname.Words(text)) == 0 || len(legalname.Words(text)) > 4 || len(text) > MaxQuery {
			continue
		}
		seen[text] = true
		if _, ok := firstDigits(text); ok {
			continue
		}
		set.names.few = []int{0, 3, fewNames}[len(seen)%3] // the index alone, both, and as it is
		got, err := set.Search(context.Background(), Query{Text: text, Limit: MaxLimit}, noon)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		want := scan.search(text)
		if got.Total != len(want) || got.TotalIsAtLeast {
			t.Errorf("%q: total %d (at least: %v), the scan finds %d", text, got.Total, got.TotalIsAtLeast, len(want))
		}
		var numbers []certification.Number
		for _, s := range got.Statements {
			numbers = append(numbers, s.Number)
		}
		if want = want[:min(len(want), MaxLimit)]; !slices.Equal(numbers, want) {
			t.Errorf("%q: results\n%v, the scan finds\n%v", text, numbers, want)
		}
	}
	if len(seen) < 350 {
		t.Fatalf("only %d questions", len(seen))
	}
}

// distort writes a name as someone might type it.
func distort(random *rand.Rand, name string) string {
	words := strings.Fields(name)
	switch random.IntN(8) {
	case 0:
		return name
	case 1:
		return strings.ToUpper(strings.Join(legalname.Words(name), " "))
	case 2:
		slices.Reverse(words)
		return strings.Join(words, " ")
	case 3:
		return strings.Join(words, "")
	case 4:
		return words[random.IntN(len(words))]
	case 5:
		runes := []rune(name)
		return string(runes[:1+random.IntN(len(runes))])
	}
	runes := []rune(name)
	at := random.IntN(len(runes))
	switch random.IntN(4) {
	case 0:
		return string(runes[:at]) + string(runes[at+1:])
	case 1:
		return string(runes[:at]) + string(rune('a'+random.IntN(26))) + string(runes[at:])
	case 2:
		runes[at] = rune('a' + random.IntN(26))
	default:
		if at > 0 {
			runes[at-1], runes[at] = runes[at], runes[at-1]
		}
	}
	return string(runes)
}

func TestSearch(t *testing.T) {
	names := []string{
		"María García", "Adrián María José García", "Maria Garcia Lopez", "Mario García", "Ana García-López", "Luis López García",
		"Seán O'Neil", "Jane O Neil", "Pedro de la Cruz", "Rosa Delacruz", "Nguyễn Thị Hương", "Nguyen Van An", "Đặng Văn Minh",
		"Renée Núñez", "John Smith", "Jon Smith", "Joan Smythe", "李小龙", "李小明", "Li Xiaolong", "김민수", "محمد أحمد", "Артём Иванов",
		"Cher", "Al Xu", "Priya Śarmā", "Mary-Jane Watson-Parker", "D'Angelo Brown", "Robert'); DROP TABLE x;--", "+name:* AND (a OR b)^9 /.*/",
	}
	set := opened(t, named(t, names...))
	for query, want := range map[string][]string{
		"maria garcia":       {"María García", "Adrián María José García", "Maria Garcia Lopez"},
		"garcia maria":       {"María García", "Adrián María José García", "Maria Garcia Lopez", "Mario García"},
		"García, María":      {"María García", "Adrián María José García", "Maria Garcia Lopez", "Mario García"},
		"maria gracia":       {"María García", "Adrián María José García", "Maria Garcia Lopez"},
		"garcialopez ana":    {"Ana García-López"},
		"lopez-garcia ana":   {"Ana García-López"},
		"oneil":              {"Seán O'Neil", "Jane O Neil"},
		"o'neil":             {"Seán O'Neil", "Jane O Neil"},
		"o neil":             {"Jane O Neil", "Seán O'Neil"},
		"delacruz":           {"Rosa Delacruz", "Pedro de la Cruz"},
		"de la cruz":         {"Pedro de la Cruz", "Rosa Delacruz"},
		"nguyen":             {"Nguyễn Thị Hương", "Nguyen Van An"},
		"Nguyễn":             {"Nguyễn Thị Hương", "Nguyen Van An"},
		"dang minh":          {"Đặng Văn Minh"},
		"nunez":              {"Renée Núñez"},
		"nuñes":              {"Renée Núñez"},
		"renee n":            {"Renée Núñez"},
		"john smith":         {"John Smith", "Jon Smith"},
		"jhon smith":         {"John Smith", "Jon Smith"},
		"jo smi":             {"John Smith", "Jon Smith"},
		"j smith":            {"John Smith", "Jon Smith"},
		"jhon smiht":         {"John Smith", "Jon Smith"},
		"李小龙":                {"李小龙"},
		"李":                  {"李小明", "李小龙", "Li Xiaolong"},
		"小龙":                 {"李小龙"},
		"李 小龙":               {"李小龙"},
		"xiao long li":       {"Li Xiaolong", "李小龙"},
		"민수":                 {"김민수"},
		"احمد":               {"محمد أحمد"},
		"артем":              {"Артём Иванов"},
		"cher":               {"Cher"},
		"che":                {"Cher"},
		"xu":                 {"Al Xu"},
		"al":                 {"Al Xu"},
		"sarma":              {"Priya Śarmā"},
		"mary jane":          {"Mary-Jane Watson-Parker"},
		"watsonparker":       {"Mary-Jane Watson-Parker"},
		"dangelo":            {"D'Angelo Brown"},
		"d angelo":           {"D'Angelo Brown"},
		"robert drop table":  {"Robert'); DROP TABLE x;--"},
		"name:*":             {"+name:* AND (a OR b)^9 /.*/"},
		"maria elena garcia": {"María García", "Adrián María José García", "Maria Garcia Lopez"},
		"zzzz":               nil,
		"*":                  nil,
		"MPSS100003":         {"Maria Garcia Lopez"},
		"#mpss-100 004":      {"Mario García"},
		"100001":             {"María García"},
		"MPSS100999":         nil,
		"10003":              {"李小明", "Li Xiaolong", "김민수", "محمد أحمد"}, // cut short below
	} {
		got, err := set.Search(context.Background(), Query{Text: query}, noon)
		if query == "*" {
			if err == nil {
				t.Errorf("%q: no error", query)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", query, err)
			continue
		}
		var found []string
		for _, s := range got.Statements {
			found = append(found, s.LegalName)
		}
		if query == "10003" {
			if len(found) != 1 || found[0] != names[29] {
				t.Errorf("%q finds %q", query, found)
			}
			continue
		}
		if !slices.Equal(found, want) {
			t.Errorf("%q finds %q, want %q", query, found, want)
		}
	}
}

func TestSearchRefuses(t *testing.T) {
	set := opened(t, named(t, "Jane Doe"))
	for _, q := range []Query{
		{Text: ""},
		{Text: " \t "},
		{Text: "***"},
		{Text: "\x00"},
		{Text: "\xff\xfe"},
		{Text: strings.Repeat("a", MaxQuery+1)},
		{Text: "jane", Limit: MaxLimit + 1},
		{Text: "jane", Limit: -1},
	} {
		if _, err := set.Search(context.Background(), q, noon); err == nil {
			t.Errorf("%.20q, limit %d: no error", q.Text, q.Limit)
		}
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := set.Search(ended, Query{Text: "jane"}, noon); err != context.Canceled {
		t.Errorf("a search whose client went away gives %v", err)
	}
}

func TestSearchIsLive(t *testing.T) {
	term := func(from, to string) []certification.DraftTerm {
		return []certification.DraftTerm{{From: from, To: to}}
	}
	records := []*certification.Record{
		mustRecord(t, certification.Draft{Number: "MPSS100001", LegalName: "Kim Active", Terms: term("2026-01-01", "2027-12-31"), Specializations: []string{"crisis-care", "unhoused"}}),
		mustRecord(t, certification.Draft{Number: "MPSS100002", LegalName: "Kim Lapsing", Terms: term("2024-12-01", "2026-11-22")}),
		mustRecord(t, certification.Draft{Number: "MPSS100003", LegalName: "Kim Future", Terms: term("2026-11-23", "2028-11-22")}),
		mustRecord(t, certification.Draft{
			Number: "MPSS100004", LegalName: "Kim Suspended", Terms: term("2026-01-01", "2027-12-31"),
			Actions: []certification.DraftAction{{Kind: "suspended", From: "2026-06-01T00:00:00Z"}}, Specializations: []string{"crisis-care"},
		}),
	}
	number, err := certification.ParseNumber("MPSS100005")
	if err != nil {
		t.Fatal(err)
	}
	set := opened(t, append(records, certification.NewUnavailable(number, false)))
	crisis := certification.Specializations(1 << certification.CrisisCare)
	unhoused := certification.Specializations(1 << certification.Unhoused)
	midnight := certification.NewDate(2026, 11, 23).Start()
	for _, c := range []struct {
		at    string
		query Query
		want  string
	}{
		{"noon", Query{Text: "kim"}, "100001 active, 100002 active, 100004 suspended"},
		{"midnight", Query{Text: "kim"}, "100001 active, 100003 active, 100002 lapsed, 100004 suspended"},
		{"noon", Query{Text: "kim", Status: certification.Active}, "100001 active, 100002 active"},
		{"midnight", Query{Text: "kim", Status: certification.Lapsed}, "100002 lapsed"},
		{"noon", Query{Text: "kim", Status: certification.Revoked}, ""},
		{"noon", Query{Text: "kim", Specializations: crisis}, "100001 active, 100004 suspended"},
		{"noon", Query{Text: "kim", Specializations: crisis | unhoused}, "100001 active"},
		{"noon", Query{Text: "kim future"}, ""},
		{"noon", Query{Text: "MPSS100003"}, ""},
		{"midnight", Query{Text: "MPSS100003"}, "100003 active"},
		{"noon", Query{Text: "1000"}, "100001 active, 100002 active, 100004 suspended, 100005 unavailable"},
		{"noon", Query{Text: "MPSS100005"}, "100005 unavailable"},
		{"noon", Query{Text: "mpss 10000"}, "100001 active, 100002 active, 100004 suspended, 100005 unavailable"},
	} {
		now := noon
		if c.at == "midnight" {
			now = midnight
		}
		result, err := set.Search(context.Background(), c.query, now)
		if err != nil {
			t.Errorf("%+v: %v", c.query, err)
			continue
		}
		var found []string
		for _, s := range result.Statements {
			found = append(found, fmt.Sprintf("%s %s", s.Number.Digits(), s.Status))
		}
		if got := strings.Join(found, ", "); got != c.want || result.Total != len(found) {
			t.Errorf("at %s %+v finds %q (total %d), want %q", c.at, c.query, got, result.Total, c.want)
		}
	}
}

// TestSearchIsBounded counts the sets of names that hostile questions need: they are what a
// query's time and memory grow with.
func TestSearchIsBounded(t *testing.T) {
	const most = 128 // 1.6 MB of a hundred thousand names
	records := sampleRecords(t, 500)
	set := opened(t, records)
	random := rand.New(rand.NewPCG(4, 4))
	pieces := []string{"a", "m", "j", "de", "la", "mar", "jos", "gar", "her", "o", "van"}
	for _, r := range records[:100] {
		pieces = append(pieces, legalname.Words(r.LegalName())...)
	}
	worst, question := 0, ""
	for range 1500 {
		var text strings.Builder
		for length := random.IntN(MaxQuery); text.Len() < length; {
			text.WriteString(pieces[random.IntN(len(pieces))])
			text.WriteString([]string{" ", " ", "", "q", "q "}[random.IntN(5)])
		}
		words := legalname.Words(text.String())
		if len(words) == 0 {
			continue
		}
		f := set.newFinder(context.Background(), &collector{limit: MaxLimit}, Query{}, noon)
		if f.search(words); f.err != nil {
			t.Fatal(f.err)
		}
		if n := f.used; n > worst {
			worst, question = n, text.String()
		}
		f.close()
	}
	t.Logf("at most %d sets, for %q", worst, question)
	if worst > most {
		t.Errorf("%d sets for %q", worst, question)
	}
}

// FuzzSearch asks anything: an answer or a refusal, the same each time, and never more than
// there is.
func FuzzSearch(f *testing.F) {
	set := opened(f, sampleRecords(f, 300))
	for _, seed := range []string{"maria", "a", "李", "123", "MPSS123456", "+a -b \"c\"~2 /x.*/ [a TO z]", "a*b?c", strings.Repeat("w ", 120), strings.Repeat("ab", 128), "\x00\xff", "é́́́", "de la cruz garcia lopez maria jose ana"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		first, err := set.Search(context.Background(), Query{Text: text}, noon)
		again, errAgain := set.Search(context.Background(), Query{Text: text}, noon)
		if (err == nil) != (errAgain == nil) || first.Total != again.Total || len(first.Statements) != len(again.Statements) {
			t.Fatalf("%q: %v, %v then %v, %v", text, first.Total, err, again.Total, errAgain)
		}
		if len(first.Statements) > DefaultLimit || first.Total > 300 || len(first.Statements) > first.Total {
			t.Fatalf("%q: %d results of %d", text, len(first.Statements), first.Total)
		}
		for i, s := range first.Statements {
			if s.Number != again.Statements[i].Number || s.Status == certification.NotIssued {
				t.Fatalf("%q: result %d is %s %s, then %s", text, i, s.Number, s.Status, again.Statements[i].Number)
			}
		}
	})
}
