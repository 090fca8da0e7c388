package records

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"syscall"
	"testing"

	"pgregory.net/rapid"

	"github.com/cmpss/registry/generator/certification"
)

// entryOf is a good or a bad entry of a number; number 0 is one that could not be read.
func entryOf(order, number int, good bool) Entry {
	draft := certification.Draft{
		Number: fmt.Sprintf("MPSS%06d", number), LegalName: "Jane Doe",
		Terms: []certification.DraftTerm{{From: "2024-03-01", To: "2026-03-01"}},
	}
	var unread error
	if number == 0 {
		draft.Number = "?"
	}
	if !good {
		unread = errors.New("bad")
	}
	return NewEntry(order, &draft, unread)
}

// The snapshot against the sentences of its contract, over sources with few numbers, so that
// they meet often.
func TestAssembleKeepsItsPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		numbers := rapid.SliceOfN(rapid.IntRange(0, 12), 1, 30).Draw(t, "numbers")
		good := rapid.SliceOfN(rapid.Bool(), len(numbers), len(numbers)).Draw(t, "good")
		shuffle := rapid.Uint64().Draw(t, "shuffle")
		var entries []Entry
		times, bad := map[int]int{}, map[int]bool{}
		for i, n := range numbers {
			entries = append(entries, entryOf(i+1, n, good[i]))
			times[n]++
			bad[n] = bad[n] || !good[i] || n == 0
		}
		rand.New(rand.NewPCG(shuffle, 0)).Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
		snapshot, err := Assemble(entries, "here", func(e *Entry) string { return fmt.Sprintf("line %d", e.Order) })
		if len(times) == 1 && times[0] > 0 {
			if !errors.Is(err, ErrNoRecord) {
				t.Fatalf("a source without a number: %v", err)
			}
			return
		}
		if err != nil || snapshot.Read != len(numbers) || snapshot.Position != "here" {
			t.Fatalf("%+v, %v", snapshot, err)
		}
		var want []string
		for n := 1; n <= 12; n++ {
			if times[n] > 0 {
				want = append(want, fmt.Sprintf("MPSS%06d %t", n, times[n] > 1 || bad[n]))
			}
		}
		var got []string
		for _, r := range snapshot.Records {
			got = append(got, fmt.Sprintf("%s %t", r.Number(), r.IsUnavailable()))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("records %v, not %v", got, want)
		}
		var wantPlaces, gotPlaces []string
		for i, n := range numbers {
			if times[n] > 1 || bad[n] {
				wantPlaces = append(wantPlaces, fmt.Sprintf("line %d", i+1))
			}
		}
		for _, r := range snapshot.Rejections {
			gotPlaces = append(gotPlaces, r.Place)
			n := numbers[lineOf(r.Place)-1]
			if duplicate := strings.Contains(r.Error(), "never used twice"); duplicate != (n != 0 && times[n] > 1) {
				t.Fatalf("number %d stands %d times: %v", n, times[n], r)
			}
		}
		if !slices.Equal(gotPlaces, wantPlaces) {
			t.Fatalf("rejections at %v, not %v", gotPlaces, wantPlaces)
		}
	})
}

func lineOf(place string) (line int) {
	if _, err := fmt.Sscanf(place, "line %d", &line); err != nil {
		panic(err)
	}
	return line
}

// The key by which records are sorted orders as their numbers do.
func TestSortKeyOrdersAsNumbersDo(t *testing.T) {
	numbers := rapid.Custom(func(t *rapid.T) certification.Number {
		number, err := certification.ParseNumber(rapid.StringMatching("[0-9]{6,9}").Draw(t, "digits"))
		if err != nil {
			t.Fatal(err)
		}
		return number
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := numbers.Draw(t, "a"), numbers.Draw(t, "b")
		x, y := sortKey(a), sortKey(b)
		if want := a.Compare(b); (x < y) != (want < 0) || (x == y) != (want == 0) {
			t.Fatalf("%s and %s: %d and %d", a, b, x, y)
		}
	})
}

// Tests may run as a user to whom no file is closed, so this error is made by hand.
func TestPermissionErrorSaysWhatToDo(t *testing.T) {
	err := explainOpen(&fs.PathError{Op: "open", Path: "a.ndjson", Err: syscall.EACCES})
	if !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "the right to read it") || strings.Contains(err.Error(), "a.ndjson") {
		t.Error(err)
	}
}
