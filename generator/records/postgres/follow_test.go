package postgres_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cmpss/registry/generator/records"
	"github.com/cmpss/registry/generator/records/postgres"
)

// held is what a follower holds of a database, kept true by Changes alone.
type held struct {
	*records.Snapshot
	source  *postgres.Source
	rereads int
}

func hold(t testing.TB, url string) *held {
	t.Helper()
	source, err := postgres.Open(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(source.Close)
	h := &held{source: source}
	h.reread(t)
	h.rereads = 0
	return h
}

func (h *held) reread(t testing.TB) {
	t.Helper()
	var err error
	if h.Snapshot, err = h.source.Snapshot(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	h.rereads++
}

// look brings what is held up to date, as the program does.
func (h *held) look(t testing.TB) *records.Delta {
	t.Helper()
	delta, err := h.source.Changes(context.Background(), h.Position)
	if err != nil {
		t.Fatal(err)
	}
	if delta.Reread {
		if len(delta.Changed)+len(delta.Gone)+len(delta.Rejections) > 0 {
			t.Fatalf("it says both what changed and that it does not know: %+v", delta)
		}
		h.reread(t)
		return delta
	}
	h.Snapshot = h.Apply(delta)
	return delta
}

// agrees compares what is held with what the database has now.
func (h *held) agrees(t testing.TB) {
	t.Helper()
	now, err := h.source.Snapshot(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := describe(h.Snapshot), describe(now); !slices.Equal(got, want) {
		t.Fatalf("what is held is not what the database has:\n%s", cmp.Diff(want, got))
	}
	if h.Read != now.Read {
		t.Fatalf("%d entries are held, not %d", h.Read, now.Read)
	}
}

func describe(s *records.Snapshot) []string {
	var out []string
	for _, r := range s.Records {
		if r.IsUnavailable() {
			out = append(out, r.Number().String()+" unavailable")
		} else {
			out = append(out, string(r.AppendJSON(nil)))
		}
	}
	var rejections []string
	for _, r := range s.Rejections {
		rejections = append(rejections, r.Error())
	}
	slices.Sort(rejections)
	return append(out, rejections...)
}

// gist is what a delta says, in short: + for a record as it is now, ? for one that is rejected,
// - for one that is gone, * for all.
func gist(d *records.Delta) (out []string) {
	for _, r := range d.Changed {
		mark := "+"
		if r.IsUnavailable() {
			mark = "?"
		}
		out = append(out, mark+r.Number().Digits())
	}
	for _, number := range d.Gone {
		out = append(out, "-"+number.Digits())
	}
	if d.Reread {
		out = append(out, "*")
	}
	return out
}

// pick gives one of the values.
func pick[T any](rng *rand.Rand, values ...T) T { return values[rng.IntN(len(values))] }
