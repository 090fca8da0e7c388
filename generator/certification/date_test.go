package certification

import (
	"math/rand/v2"
	"testing"
	"time"
)

// The table of offsets is a copy of what package time knows of the zone. A wrong offset moves a
// lapse by an hour, so it is asked on both sides of every change of clocks, and in between.
func TestOffsetsAreThoseOfTheZone(t *testing.T) {
	first, last := offsets[0].from, offsets[len(offsets)-1].from
	var asked []int64
	for _, o := range offsets[1:] {
		asked = append(asked, o.from-1, o.from, o.from+1)
	}
	for range 20_000 {
		asked = append(asked, first+rand.Int64N(last-first))
	}
	for _, unix := range asked {
		_, want := time.Unix(unix, 0).In(LosAngeles).Zone()
		if got := offsetAt(unix); got != int64(want) {
			t.Fatalf("offset at %s is %d, want %d", time.Unix(unix, 0).UTC(), got, want)
		}
	}
	for i := range offsets[1:] {
		if gap := offsets[i+1].from - offsets[i].from; gap <= stretch {
			t.Errorf("clocks change twice within %d s at %s", gap, time.Unix(offsets[i].from, 0).UTC())
		}
	}
}
