package certification

import (
	_ "embed"
	"fmt"
	"time"
)

// The rules of the zone are compiled in, so that a status never depends on the tables of
// the host. The file is America/Los_Angeles of the IANA time zone database (RFC 8536).
//
//go:embed america_los_angeles.tzif
var losAngelesTZif []byte

// LosAngeles is the time zone in which the calendar days of a certification are counted.
var LosAngeles = mustZone("America/Los_Angeles", losAngelesTZif)

func mustZone(name string, tzif []byte) *time.Location {
	zone, err := time.LoadLocationFromTZData(name, tzif)
	if err != nil {
		panic("certification: the compiled-in time zone is damaged: " + err.Error())
	}
	return zone
}

// Dates outside these years are mistakes of typing, not certifications: the program was
// created by a law of 2020.
const (
	minYear = 1900
	maxYear = 2199
)

// Date is a calendar day in America/Los_Angeles, counted in days from 1970-01-01.
type Date int32

// ParseDate reads YYYY-MM-DD. A day that no calendar has, such as 2023-02-29, is an error,
// and so is a year outside 1900 to 2199.
func ParseDate(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, fmt.Errorf("%s is not a calendar day of the form YYYY-MM-DD", quoteShort(text))
	}
	if y := t.Year(); y < minYear || y > maxYear {
		return 0, fmt.Errorf("the year of %s is outside %d to %d", text, minYear, maxYear)
	}
	return dateOfUTC(t), nil
}

// NewDate is the day of a year, month and day of the month, as in time.Date.
func NewDate(year int, month time.Month, day int) Date {
	return dateOfUTC(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// DateOf is the day in Los Angeles on which instant falls.
func DateOf(instant time.Time) Date {
	return NewDate(instant.In(LosAngeles).Date())
}

func dateOfUTC(midnight time.Time) Date {
	return Date(midnight.Unix() / (24 * 60 * 60))
}

func (d Date) utc() time.Time { return time.Unix(int64(d)*24*60*60, 0).UTC() }

// String is YYYY-MM-DD.
func (d Date) String() string { return d.utc().Format(time.DateOnly) }

// YMD gives the parts of the day.
func (d Date) YMD() (year int, month time.Month, day int) { return d.utc().Date() }

// Start is the first instant of the day in Los Angeles. Clocks there change at two in the
// morning, so every day has a midnight.
func (d Date) Start() time.Time {
	year, month, day := d.YMD()
	return time.Date(year, month, day, 0, 0, 0, 0, LosAngeles)
}

// End is the first instant after the day: the day is Start up to, not including, End.
func (d Date) End() time.Time { return (d + 1).Start() }

// AddYears is the same day n years later; 29 February becomes 28 February in a year that
// has no 29th.
func (d Date) AddYears(n int) Date {
	year, month, day := d.YMD()
	later := NewDate(year+n, month, day)
	if _, m, _ := later.YMD(); m != month {
		return NewDate(year+n, month+1, 0)
	}
	return later
}
