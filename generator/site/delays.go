package site

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Promise is within which time a change of status appears (§805, §806, §807).
const Promise = 72 * time.Hour

// Delays says how long changes took to appear, by the day on which they did, in order; a day on
// which none did is not there. It holds numbers of changes alone: no name and no number of a
// certificate.
type Delays []DelayDay

// DelayDay are the delays of one day.
type DelayDay struct {
	Day     string // YYYY-MM-DD, in Los Angeles
	Longest time.Duration
	Counts  DelayCounts
}

// DelayCounts counts delays by their size: those of at most delaySteps[0], those above it of at
// most delaySteps[1], and so on; the last those above all of them, which broke the promise.
type DelayCounts [len(delaySteps) + 1]int

// delaySteps are finer than what anybody asks; a percentile is told by the step above it. A step
// may be added: what is written names each by its size.
var delaySteps = [...]time.Duration{
	100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond,
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 20 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 20 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 12 * time.Hour, 24 * time.Hour, 36 * time.Hour, 48 * time.Hour, 60 * time.Hour, Promise,
}

// keptDays are how many days Delays hold: those that are shown, and as many again as an outage
// may last before what is shown grows shorter.
const keptDays = 120

// With gives the log with the delays of changes that appeared on a day, the last of the log
// or a later one. Days that are too long ago are left out. The log itself is not changed.
func (l Delays) With(day string, delays []time.Duration) Delays {
	if len(delays) == 0 {
		return l
	}
	next := slices.Clone(l)
	if len(next) == 0 || next[len(next)-1].Day < day {
		next = append(next, DelayDay{Day: day})
	}
	last := &next[len(next)-1]
	for _, d := range delays {
		at, _ := slices.BinarySearch(delaySteps[:], d)
		last.Counts[at]++
		last.Longest = max(last.Longest, d)
	}
	return next[max(0, len(next)-keptDays):]
}

// Between gives the days from the first up to, not including, the last.
func (l Delays) Between(from, until string) Delays {
	place := func(day string) int {
		at, _ := slices.BinarySearchFunc(l, day, func(d DelayDay, day string) int { return strings.Compare(d.Day, day) })
		return at
	}
	return l[place(from):max(place(from), place(until))]
}

// DelayFigures sum up the delays of some days. Without a change all are zero.
type DelayFigures struct {
	From    string  `json:"from"`    // the first day, YYYY-MM-DD in Los Angeles
	Through string  `json:"through"` // the last day
	Changes int     `json:"changes"`
	P50     Seconds `json:"p50_seconds"` // half of the changes took no longer
	P99     Seconds `json:"p99_seconds"` // 99 of 100 took no longer
	Longest Seconds `json:"longest_seconds"`
	Late    int     `json:"over_72_hours"`
}

// Seconds is a duration, in JSON in seconds.
type Seconds time.Duration

// MarshalJSON writes the seconds to the millisecond.
func (s Seconds) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, time.Duration(s).Round(time.Millisecond).Seconds(), 'f', -1, 64), nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Seconds) UnmarshalJSON(text []byte) error {
	seconds, err := strconv.ParseFloat(string(text), 64)
	*s = Seconds(time.Duration(seconds * float64(time.Second)).Round(time.Millisecond))
	return err
}

// Figures sums all days up.
func (l Delays) Figures() DelayFigures {
	var sum DelayDay
	for i := range l {
		sum.Longest = max(sum.Longest, l[i].Longest)
		for at, n := range l[i].Counts {
			sum.Counts[at] += n
		}
	}
	return sum.Figures()
}

// Figures sums the day up.
func (d *DelayDay) Figures() DelayFigures {
	f := DelayFigures{From: d.Day, Through: d.Day, Longest: Seconds(d.Longest), Late: d.Counts[len(delaySteps)]}
	for _, n := range d.Counts {
		f.Changes += n
	}
	f.P50, f.P99 = Seconds(d.within(f.Changes, 50)), Seconds(d.within(f.Changes, 99))
	return f
}

// within is the least step that so many of a hundred of the changes did not exceed, or the
// longest delay if that is less.
func (d *DelayDay) within(changes, hundredths int) time.Duration {
	sum := 0
	for at, step := range delaySteps {
		if sum += d.Counts[at]; sum*100 >= changes*hundredths {
			return min(step, d.Longest)
		}
	}
	return d.Longest
}

// MarshalText writes the day on a line, each step that has changes with its size:
// "2026-11-21 1.204s 250ms:12 2s:1".
func (d DelayDay) MarshalText() ([]byte, error) {
	line := fmt.Appendf(nil, "%s %s", d.Day, d.Longest)
	for at, n := range d.Counts {
		switch {
		case n == 0:
		case at == len(delaySteps):
			line = fmt.Appendf(line, " more:%d", n)
		default:
			line = fmt.Appendf(line, " %s:%d", delaySteps[at], n)
		}
	}
	return line, nil
}

// UnmarshalText reads what MarshalText wrote, also with other steps.
func (d *DelayDay) UnmarshalText(text []byte) error {
	fields := strings.Fields(string(text))
	bad := fmt.Errorf("bad line of delays %.60q", text)
	if len(fields) < 2 {
		return bad
	}
	*d = DelayDay{Day: fields[0]}
	if _, err := time.Parse(time.DateOnly, d.Day); err != nil {
		return bad
	}
	var err error
	if d.Longest, err = time.ParseDuration(fields[1]); err != nil || d.Longest < 0 {
		return bad
	}
	for _, field := range fields[2:] {
		size, count, _ := strings.Cut(field, ":")
		n, err := strconv.Atoi(count)
		if err != nil || n <= 0 {
			return bad
		}
		at := len(delaySteps)
		if size != "more" {
			step, err := time.ParseDuration(size)
			if err != nil || step < 0 {
				return bad
			}
			at, _ = slices.BinarySearch(delaySteps[:], step)
		}
		d.Counts[at] += n
	}
	return nil
}
