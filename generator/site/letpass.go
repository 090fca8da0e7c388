package site

import (
	"slices"
	"time"
)

// LetPassWindow is for how long the guard counts what it let pass: many small publications weigh
// as much as one large one.
const LetPassWindow = 24 * time.Hour

// LetPass says how much of what the guard looks at it let pass, by the hour, in order; an hour in
// which nothing was is not there. What a person accepted is not in it.
type LetPass []LetPassHour

// LetPassHour counts the changes of one hour.
type LetPassHour struct {
	Hour     time.Time `json:"hour"` // its beginning, UTC
	Statuses int       `json:"statuses,omitempty"`
	Vanished int       `json:"vanished,omitempty"`
}

// Until gives the hours that lie, in whole or in part, within the window before the instant.
func (l LetPass) Until(instant time.Time) LetPass {
	begin := instant.Add(-LetPassWindow)
	for len(l) > 0 && !l[0].Hour.Add(time.Hour).After(begin) {
		l = l[1:]
	}
	return l
}

// With gives the count with what was let pass at an instant, which is in the last hour of the count
// or in a later one. The count itself is not changed.
func (l LetPass) With(instant time.Time, statuses, vanished int) LetPass {
	if statuses+vanished == 0 {
		return l
	}
	next := slices.Clone(l)
	if hour := instant.UTC().Truncate(time.Hour); len(next) == 0 || next[len(next)-1].Hour.Before(hour) {
		next = append(next, LetPassHour{Hour: hour})
	}
	last := &next[len(next)-1]
	last.Statuses += statuses
	last.Vanished += vanished
	return next
}

// Sum gives how much was let pass in all.
func (l LetPass) Sum() (statuses, vanished int) {
	for _, hour := range l {
		statuses += hour.Statuses
		vanished += hour.Vanished
	}
	return statuses, vanished
}

// isSound reports whether the hours are in order and none counts less than nothing.
func (l LetPass) isSound() bool {
	for i, hour := range l {
		if hour.Statuses < 0 || hour.Vanished < 0 || i > 0 && !l[i-1].Hour.Before(hour.Hour) {
			return false
		}
	}
	return true
}
