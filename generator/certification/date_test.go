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

// TestDatesAreThoseOfTheCalendar compares every day that a term can touch, and those around, with package time.
func TestDatesAreThoseOfTheCalendar(t *testing.T) {
	at := time.Date(minYear-200, 1, 1, 0, 0, 0, 0, time.UTC)
	for d := dateOfUTC(at); at.Year() < maxYear+300; d, at = d+1, at.AddDate(0, 0, 1) {
		year, month, day := at.Date()
		if y, m, n := d.YMD(); y != year || m != month || n != day {
			t.Fatalf("day %d is %d-%d-%d, want %s", d, y, m, n, at)
		}
		if got := dateOf(year, month, day); got != d {
			t.Fatalf("%s is day %d, want %d", at, got, d)
		}
		later := time.Date(year+1, month, day, 0, 0, 0, 0, time.UTC)
		if later.Month() != month {
			later = later.AddDate(0, 0, -1)
		}
		if got := d.AddYears(1); got != dateOfUTC(later) {
			t.Fatalf("a year after %s is %s, want %s", at, got, later)
		}
	}
}
