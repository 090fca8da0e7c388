package records_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/records"
)

// Whatever changes between two states of a source, the Delta of the numbers concerned, and of any
// others, makes of the snapshot of the one that of the other.
func TestApply(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// What stands in a source: for each number, how many rows of which content.
		type row struct{ rows, name int }
		state := func(label string) map[int]row {
			return rapid.MapOf(rapid.IntRange(100_000, 100_030), rapid.Custom(func(t *rapid.T) row {
				return row{rapid.SampledFrom([]int{1, 1, 1, 2, 3}).Draw(t, "rows"), rapid.IntRange(0, 3).Draw(t, "name")}
			})).Draw(t, label)
		}
		entries := func(state map[int]row, asked func(int) bool) (list []records.Entry) {
			for n := 100_000; n <= 100_030; n++ {
				for range state[n].rows {
					if asked(n) {
						draft := certification.Draft{
							Number: fmt.Sprintf("MPSS%d", n), LegalName: []string{"", "Ana", "Bo", "Jane Doe"}[state[n].name],
							Terms: []certification.DraftTerm{{From: "2024-01-01", To: "2026-01-01"}},
						}
						list = append(list, records.NewEntry(len(list), &draft, nil))
					}
				}
			}
			if asked(0) { // one that is never asked for again, so that no source is empty
				list = append(list, records.Entry{Reason: errors.New("no number"), Order: len(list)})
			}
			return list
		}
		place := func(e *records.Entry) string {
			if e.Record != nil {
				return e.Record.Number().String()
			}
			return e.Number.String()
		}
		before, after := state("before"), state("after")
		if len(before) == 0 || len(after) == 0 {
			t.Skip("an empty source is an error")
		}
		others := rapid.SliceOf(rapid.IntRange(100_000, 100_030)).Draw(t, "others")
		all := func(int) bool { return true }
		changed := func(n int) bool { return n > 0 && (before[n] != after[n] || slices.Contains(others, n)) }
		var asked []certification.Number
		for n := 100_030; n >= 100_000; n-- {
			if changed(n) {
				number, err := certification.ParseNumber(fmt.Sprintf("MPSS%d", n))
				if err != nil {
					t.Fatal(err)
				}
				asked = append(asked, number, number)
			}
		}

		held, err := records.Assemble(entries(before, all), "before", place)
		if err != nil {
			t.Fatal(err)
		}
		kept := fmt.Sprint(held)
		want, err := records.Assemble(entries(after, all), "after", place)
		if err != nil {
			t.Fatal(err)
		}
		delta := &records.Delta{Position: "after"}
		delta.Fill(asked, entries(after, changed), place)
		got := held.Apply(delta)
		if show(got) != show(want) {
			t.Errorf("%+v makes of\n%s\nnot\n%s\nbut\n%s", delta, show(held), show(want), show(got))
		}
		if fmt.Sprint(held) != kept {
			t.Error("the snapshot that was held was changed")
		}
	})
}

func show(s *records.Snapshot) string {
	text := fmt.Sprintf("%s, %d read\n", s.Position, s.Read)
	for _, r := range s.Records {
		text += fmt.Sprintf("%s %q %v\n", r.Number(), r.LegalName(), r.IsUnavailable())
	}
	var rejections []string
	for _, r := range s.Rejections {
		rejections = append(rejections, r.Error())
	}
	slices.Sort(rejections)
	return fmt.Sprint(text, rejections)
}
