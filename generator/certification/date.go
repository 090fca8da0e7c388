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

// offsets are the zone's offsets from UTC over the years that a term can touch, each with the
// instant from which it holds. Package time works a rule of the zone out anew at each call; a
// build asks some ten times for each of a million records.
var offsets = offsetsOf(LosAngeles)

type offset struct {
	from    int64 // Unix time
	seconds int64 // east of UTC
}

func offsetsOf(zone *time.Location) []offset {
	var list []offset
	last := time.Date(maxYear+expiredYears+2, 1, 1, 0, 0, 0, 0, zone)
	for at := time.Date(minYear-1, 1, 1, 0, 0, 0, 0, zone); at.Before(last); {
		if _, seconds := at.Zone(); len(list) == 0 || list[len(list)-1].seconds != int64(seconds) {
			list = append(list, offset{at.Unix(), int64(seconds)})
		}
		_, next := at.ZoneBounds()
		if !next.After(at) {
			// Package time ends the bounds of a leap year's last day on that day. No clock
			// changes then: go on with the next.
			next = at.AddDate(0, 0, 1)
		}
		at = next
	}
	return list
}

// stretch is shorter than the time between two changes of clocks, in seconds, so that no more
// than one falls into it.
const stretch = 1 << 21 // 24 days

// offsetsBy are, for each stretch of time since the first of the offsets, the place of the one
// in force as it begins. Asking for an offset is most of what it costs to decide a status.
var offsetsBy = offsetsByStretch(offsets)

func offsetsByStretch(offsets []offset) []uint16 {
	var places []uint16
	for i, o := range offsets {
		for int64(len(places))*stretch+offsets[0].from < o.from {
			places = append(places, uint16(i-1))
		}
	}
	return append(places, uint16(len(offsets)-1))
}

// offsetAt is the offset in force at an instant in Unix time.
func offsetAt(unix int64) int64 {
	at := (unix - offsets[0].from) / stretch
	i := int(offsetsBy[min(max(at, 0), int64(len(offsetsBy)-1))])
	if i+1 < len(offsets) && offsets[i+1].from <= unix {
		i++
	}
	return offsets[i].seconds
}

const day = 24 * 60 * 60 // seconds

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
	year, month, day, ok := splitDate(text)
	if !ok {
		return 0, fmt.Errorf("%s is not a calendar day of the form YYYY-MM-DD", QuoteShort(text))
	}
	if year < minYear || year > maxYear {
		return 0, fmt.Errorf("the year of %s is outside %d to %d", text, minYear, maxYear)
	}
	return NewDate(year, month, day), nil
}

// splitDate reads YYYY-MM-DD. It does what time.Parse does, in a tenth of the time: a source
// has a few days for each of a million records.
func splitDate(text string) (year int, month time.Month, day int, ok bool) {
	if len(text) != len(time.DateOnly) || text[4] != '-' || text[7] != '-' {
		return 0, 0, 0, false
	}
	var digits [len(time.DateOnly)]int
	for i := range len(text) {
		if i == 4 || i == 7 {
			continue
		}
		if text[i] < '0' || text[i] > '9' {
			return 0, 0, 0, false
		}
		digits[i] = int(text[i] - '0')
	}
	year = digits[0]*1000 + digits[1]*100 + digits[2]*10 + digits[3]
	month = time.Month(digits[5]*10 + digits[6])
	day = digits[8]*10 + digits[9]
	_, m, d := time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Date()
	return year, month, day, m == month && d == day // a day that no month has becomes another
}

// NewDate is the day of a year, month and day of the month, as in time.Date.
func NewDate(year int, month time.Month, day int) Date {
	return dateOfUTC(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// DateOf is the day in Los Angeles on which instant falls.
func DateOf(instant time.Time) Date {
	unix := instant.Unix()
	local := unix + offsetAt(unix)
	if local < 0 {
		local -= day - 1 // round down
	}
	return Date(local / day)
}

func dateOfUTC(midnight time.Time) Date {
	return Date(midnight.Unix() / day)
}

// String is YYYY-MM-DD.
func (d Date) String() string { return string(d.appendTo(nil)) }

func (d Date) appendTo(dst []byte) []byte {
	year, month, day := d.YMD()
	return append(dst,
		byte('0'+year/1000), byte('0'+year/100%10), byte('0'+year/10%10), byte('0'+year%10), '-',
		byte('0'+month/10), byte('0'+month%10), '-',
		byte('0'+day/10), byte('0'+day%10))
}

// YMD gives the parts of the day. It does what package time does, in a quarter of the time: eras of 400
// years are alike, and in years that begin in March a leap day is the last.
func (d Date) YMD() (year int, month time.Month, day int) {
	days := uint32(d) + civilOffset
	era, days := days/(400*365+97), days%(400*365+97)
	inEra := (days - days/(4*365) + days/(100*365+24) - days/(400*365+96)) / 365
	days -= inEra*365 + inEra/4 - inEra/100
	march := (5*days + 2) / 153 // months since March, of 153 days in five
	day = int(days-(153*march+2)/5) + 1
	year, month = int(era*400+inEra)-civilYears, time.Month(march+3)
	if month > 12 {
		year, month = year+1, month-12
	}
	return year, month, day
}

// Days are counted from 1 March of the year -800, so that no count is negative.
const (
	civilYears  = 800
	civilOffset = 719468 + 2*(400*365+97)
)

// Start is the first instant of the day in Los Angeles, in UTC. Clocks there change at two in
// the morning, so every day has one midnight, and the offset eight hours after midnight UTC,
// which is midnight or one o'clock, is that of midnight.
func (d Date) Start() time.Time {
	midnight := int64(d) * day
	return time.Unix(midnight-offsetAt(midnight+8*60*60), 0).UTC()
}

// noon is twelve o'clock of the day in Los Angeles, in UTC.
func (d Date) noon() time.Time {
	local := int64(d)*day + day/2
	return time.Unix(local-offsetAt(local+8*60*60), 0).UTC()
}

// End is the first instant after the day: the day is Start up to, not including, End.
func (d Date) End() time.Time { return (d + 1).Start() }

// AddYears is the same day n years later; 29 February becomes 28 February in a year that
// has no 29th.
func (d Date) AddYears(n int) Date {
	year, month, day := d.YMD()
	if month == time.February && day == 29 && !isLeap(year+n) {
		day = 28
	}
	return dateOf(year+n, month, day)
}

// dateOf is the day of its parts, which some calendar month has.
func dateOf(year int, month time.Month, day int) Date {
	march := int(month) - 3
	if march < 0 {
		march, year = march+12, year-1
	}
	year += civilYears
	return Date(year*365 + year/4 - year/100 + year/400 + (153*march+2)/5 + day - 1 - civilOffset)
}

func isLeap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }
