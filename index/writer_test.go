package index

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/legalname"
)

// ledger is records that change at random, as a source's do.
type ledger struct {
	random  *rand.Rand
	names   []string // to choose from
	records []*certification.Record
	used    []certification.Number // that ever were
	former  []string               // names that someone had
}

// change makes up to three changes and gives their numbers.
func (l *ledger) change(t *testing.T) []certification.Number {
	changed := []certification.Number{}
	for range l.random.IntN(4) {
		changed = append(changed, l.changeOne(t))
	}
	return changed
}

func (l *ledger) changeOne(t *testing.T) certification.Number {
	l.records = slices.Clone(l.records) // those of the Write before stay as they were
	op := l.random.IntN(8)
	if len(l.records) == 0 || op == 0 { // a new certificate, or one that is there again
		number := l.used[l.random.IntN(len(l.used))]
		if l.random.IntN(2) == 0 {
			var err error
			if number, err = certification.ParseNumber(fmt.Sprintf("MPSS%d", 200_000+l.random.IntN(9_000_000))); err != nil {
				t.Fatal(err)
			}
			l.used = append(l.used, number)
		}
		l.put(l.record(t, number, l.names[l.random.IntN(len(l.names))]))
		return number
	}
	at := l.random.IntN(len(l.records))
	r := l.records[at]
	l.former = append(l.former, r.LegalName())
	switch op {
	case 1:
		l.records = slices.Delete(l.records, at, at+1)
	case 2:
		l.records[at] = certification.NewWithdrawn(r.Number())
	case 3, 4: // another name, of words that others have
		words := strings.Fields(r.LegalName() + " " + l.names[l.random.IntN(len(l.names))])
		l.random.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
		l.records[at] = l.record(t, r.Number(), strings.Join(words[:min(len(words), 1+l.random.IntN(3))], " "))
	case 5: // a name that someone had
		l.records[at] = l.record(t, r.Number(), l.former[l.random.IntN(len(l.former))])
	default:
		l.records[at] = l.record(t, r.Number(), r.LegalName())
	}
	return r.Number()
}

func (l *ledger) put(r *certification.Record) {
	at, there := segment(l.records).search(r.Number())
	if !there {
		l.records = slices.Insert(l.records, at, r)
	}
	l.records[at] = r
}

func (l *ledger) record(t *testing.T, number certification.Number, name string) *certification.Record {
	if name == "" {
		return certification.NewUnavailable(number, true)
	}
	year := 2024 + l.random.IntN(3)
	return mustRecord(t, certification.Draft{
		Number: number.String(), LegalName: name, Sample: l.random.IntN(2) == 0,
		Terms: []certification.DraftTerm{{From: fmt.Sprintf("%d-01-01", year), To: fmt.Sprintf("%d-12-31", year+1)}},
	})
}

// agree compares sets with the records and with the scan of them.
func (l *ledger) agree(t *testing.T, when string, sets ...*Set) {
	t.Helper()
	scan := newNaive(l.records)
	var questions []string
	for len(questions) < 6 {
		text := l.names[l.random.IntN(len(l.names))]
		if len(l.former) > 0 && l.random.IntN(2) == 0 {
			text = l.former[l.random.IntN(len(l.former))]
		}
		if len(l.records) > 0 && l.random.IntN(2) == 0 {
			text = l.records[l.random.IntN(len(l.records))].LegalName()
		}
		if text != "" {
			text = distort(l.random, text)
		}
		if words := legalname.Words(text); len(words) > 0 && len(words) <= 4 && len(text) <= MaxQuery {
			questions = append(questions, text)
		}
	}
	for _, set := range sets {
		if got, want := set.Generation().Total, len(l.records); got != want {
			t.Fatalf("%s: %d records, want %d", when, got, want)
		}
		there := make(map[certification.Number]bool)
		for r := range set.Records() {
			there[r.Number()] = true
		}
		if len(there) != len(l.records) {
			t.Fatalf("%s: %d records are listed, want %d", when, len(there), len(l.records))
		}
		for _, number := range l.used {
			got, ok := set.Record(number)
			want, has := segment(l.records).find(number)
			if ok != has || ok && string(got.AppendJSON(nil)) != string(want.AppendJSON(nil)) {
				t.Fatalf("%s: %s is not as it was written", when, number)
			}
		}
		for _, text := range questions {
			set.names.few = []int{0, 3, fewNames}[l.random.IntN(3)]
			got, err := set.Search(context.Background(), Query{Text: text, Limit: MaxLimit}, noon)
			if err != nil {
				t.Fatalf("%s: %q: %v", when, text, err)
			}
			want := scan.search(text)
			if numbers := numbersOf(got); !slices.Equal(numbers, want[:min(len(want), MaxLimit)]) || got.Total != len(want) {
				t.Fatalf("%s: %q: %d results\n%v, the scan finds %d\n%v", when, text, got.Total, numbers, len(want), want)
			}
		}
	}
}

func numbersOf(result Result) []certification.Number {
	var numbers []certification.Number
	for _, s := range result.Statements {
		numbers = append(numbers, s.Number)
	}
	return numbers
}

// TestWriterAgreesWithAFreshOne makes hundreds of small Writes by one Writer, some of which are
// stopped at a random step. After each that was finished, a set opened anew and the one of a
// Holder that lived through all of them answer as a scan of the records; now and then, and at
// the end, as the set of a fresh Write.
func TestWriterAgreesWithAFreshOne(t *testing.T) {
	errStop := errors.New("stopped")
	random := rand.New(rand.NewPCG(3, 1))
	l := &ledger{random: random, records: sampleRecords(t, 80)}
	for _, r := range sampleRecords(t, 160) {
		l.names = append(l.names, r.LegalName())
	}
	l.names = append(l.names, "李小龙", "李 小明", "Maria de la Cruz", "Maria Delacruz", "Bo", "")
	for _, r := range l.records {
		l.used = append(l.used, r.Number())
	}
	dir := t.TempDir()
	newWriter := func() *Writer {
		w := NewWriter(dir)
		w.mayDiffer = func(int) int { return 30 }
		return w
	}
	w := newWriter()
	var holder Holder
	defer holder.Close()
	stops, built, shared := 0, 0, 0
	for step := range 320 {
		changed := l.change(t)
		if random.IntN(100) == 0 {
			changed = nil
		}
		if random.IntN(100) == 0 { // the program starts again
			w, changed = newWriter(), nil
		}
		if random.IntN(25) == 0 {
			var mu sync.Mutex
			left := random.IntN(6)
			w.fault = func(string) error {
				mu.Lock()
				defer mu.Unlock()
				if left--; left < 0 {
					return errStop
				}
				return nil
			}
		}
		err := w.Write(context.Background(), l.records, changed, noon.Add(time.Duration(step)*time.Second))
		w.fault = nil
		if errors.Is(err, errStop) {
			stops++
			fresh, err := Open(dir)
			if err != nil && step > 0 {
				t.Fatalf("step %d, stopped: %v", step, err)
			} else if err == nil {
				fresh.Close()
			}
			continue
		}
		if err != nil {
			t.Fatalf("step %d: %v", step, err)
		}
		if w.Stats().IndexBuilt {
			built++
		}
		before := holder.Acquire()
		if _, err := holder.Refresh(dir); err != nil {
			t.Fatalf("step %d: %v", step, err)
		}
		kept := holder.Acquire()
		if before != nil {
			if before.names.names == kept.names.names {
				shared++
			}
			before.Close()
		}
		fresh, err := Open(dir)
		if err != nil {
			t.Fatalf("step %d: %v", step, err)
		}
		l.agree(t, fmt.Sprintf("step %d", step), kept, fresh)
		if step%80 == 79 {
			l.agree(t, fmt.Sprintf("step %d, written anew", step), opened(t, l.records))
		}
		kept.Close()
		fresh.Close()
	}
	if stops < 5 || built < 5 || shared < 200 {
		t.Errorf("stopped %d times, the index built %d times, shared %d times: not what is to be tested", stops, built, shared)
	}
	w = NewWriter(dir)
	if err := w.Write(context.Background(), l.records, nil, noon); err != nil {
		t.Fatal(err)
	}
	if len(w.Generation().Index.Changed) > 0 {
		t.Error("a full Write leaves changed names")
	}
}

// TestWriterIsProportional holds a Writer to its work: one segment for a record, whatever
// changed in it, and the search index only when too many names differ from it.
func TestWriterIsProportional(t *testing.T) {
	records := sampleRecords(t, 700)
	dir := t.TempDir()
	w := NewWriter(dir)
	w.mayDiffer = func(int) int { return 2 }
	write := func(what string, changed []certification.Number, want Stats, differ int) {
		t.Helper()
		if err := w.Write(context.Background(), records, changed, noon); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		got := w.Stats()
		got.Removed = 0
		if got != want {
			t.Errorf("%s: %+v, want %+v", what, got, want)
		}
		if n := len(w.Generation().Index.Changed); n != differ {
			t.Errorf("%s: %d names differ from the index, want %d", what, n, differ)
		}
	}
	rename := func(at int, name string) []certification.Number {
		records = slices.Clone(records)
		records[at] = mustRecord(t, certification.Draft{
			Number: records[at].Number().String(), LegalName: name,
			Terms: []certification.DraftTerm{{From: "2020-01-01", To: "2021-12-31"}},
		})
		return []certification.Number{records[at].Number()}
	}
	first := records[3].LegalName()
	if err := w.Write(context.Background(), records, nil, noon); err != nil {
		t.Fatal(err)
	}
	write("nothing", []certification.Number{}, Stats{}, 0)
	write("a status", rename(3, first), Stats{SegmentsWritten: 1}, 0)
	write("a name", rename(3, "Someone Else"), Stats{SegmentsWritten: 1}, 1)
	write("the name before, whose segment is there yet", rename(3, first), Stats{}, 1)
	write("another name", rename(5, "Someone Else"), Stats{SegmentsWritten: 1}, 2)
	write("one too many", rename(7, "Somebody Else"), Stats{SegmentsWritten: 1, IndexBuilt: true}, 0)
	gone := records[9].Number()
	records = slices.Delete(slices.Clone(records), 9, 10)
	write("one fewer", []certification.Number{gone}, Stats{SegmentsWritten: 1}, 1)
	write("everything", nil, Stats{IndexBuilt: true}, 0)

	// What is said to have changed does not lead to the records: they are written whole.
	rename(11, "A Third Person")
	records = slices.Delete(records, 13, 14)
	if err := w.Write(context.Background(), records, []certification.Number{}, noon); err != nil {
		t.Fatal(err)
	}
	// Another Writer was there: nothing that this one holds is trusted.
	if err := NewWriter(dir).Write(context.Background(), records[1:], nil, noon); err != nil {
		t.Fatal(err)
	}
	if err := w.Write(context.Background(), records, []certification.Number{}, noon); err != nil {
		t.Fatal(err)
	}
	set, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	if set.Generation().Total != len(records) {
		t.Errorf("%d records, want %d", set.Generation().Total, len(records))
	}
}

// TestHolderReadsANameThatIsBack opens an index of which a name had changed, and then a
// generation in which that name is the one of the index again.
func TestHolderReadsANameThatIsBack(t *testing.T) {
	before, after := named(t, "Jane Doe", "John Roe"), named(t, "Jane Doe", "Maria Garcia")
	dir := t.TempDir()
	w := NewWriter(dir)
	var holder Holder
	defer holder.Close()
	for i, step := range []struct {
		records []*certification.Record
		changed []certification.Number
		writer  *Writer
	}{
		{before, nil, w},
		{after, []certification.Number{after[1].Number()}, w},
		{before, nil, NewWriter(dir)},
	} {
		if err := step.writer.Write(context.Background(), step.records, step.changed, noon); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			continue // the first to be opened has a changed name
		}
		if _, err := holder.Refresh(dir); err != nil {
			t.Fatal(err)
		}
		set := holder.Acquire()
		want := step.records[1].LegalName()
		result, err := set.Search(context.Background(), Query{Text: want}, noon)
		if err != nil || result.Total != 1 || result.Statements[0].LegalName != want {
			t.Errorf("%s: %+v, %v", want, result, err)
		}
		set.Close()
	}
}
