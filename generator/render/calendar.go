package render

import (
	"fmt"
	"html/template"
	"strconv"
	"time"

	"github.com/cmpss/registry/generator/certification"
)

// moment is a day or an instant, for a program and for a person.
type moment struct {
	Machine string        // YYYY-MM-DD, or RFC 3339 in UTC
	Words   template.HTML // in the reader's language, escaped
}

// HTML is the moment as a time element.
func (m moment) HTML() template.HTML {
	return template.HTML(`<time datetime="`+escaped(m.Machine)+`">`) + m.Words + `</time>`
}

// calendar writes days and instants as a person of a language does. Instants are told in the
// time of Los Angeles, to the minute, cut and not rounded.
type calendar struct {
	date    pattern // .Month .Day .Year
	instant pattern // .Date .Clock
	clock   pattern // .Hour .Minute .Half
	months  [12]template.HTML
	halves  [2]template.HTML // before and after noon
	sharp   [2]template.HTML // midnight and noon
}

// calendarKeys are the messages that a calendar needs; no template names them.
var calendarKeys = func() []string {
	keys := []string{"date.day", "date.instant", "date.clock", "date.am", "date.pm", "date.midnight", "date.noon"}
	for m := time.January; m <= time.December; m++ {
		keys = append(keys, monthKey(m))
	}
	return keys
}()

func monthKey(m time.Month) string { return fmt.Sprintf("date.month%d", int(m)) }

func newCalendar(c *catalog) (*calendar, error) {
	for _, key := range calendarKeys {
		if _, ok := c.patterns[key]; !ok {
			return nil, fmt.Errorf("%s: missing key %s", c.file, key)
		}
	}
	word := func(key string) template.HTML {
		text := template.HTML("")
		for _, s := range c.patterns[key] {
			text += s.text
		}
		return text
	}
	cal := &calendar{
		date:    c.patterns["date.day"],
		instant: c.patterns["date.instant"],
		clock:   c.patterns["date.clock"],
		halves:  [2]template.HTML{word("date.am"), word("date.pm")},
		sharp:   [2]template.HTML{word("date.midnight"), word("date.noon")},
	}
	for i := range cal.months {
		cal.months[i] = word(monthKey(time.Month(i + 1)))
	}
	for _, check := range [...]struct {
		key  string
		args []string
	}{
		{"date.day", []string{"Month", "Day", "Year"}},
		{"date.instant", []string{"Date", "Clock"}},
		{"date.clock", []string{"Hour", "Minute", "Half"}},
	} {
		if err := sameArguments(c, check.key, check.args); err != nil {
			return nil, err
		}
	}
	return cal, nil
}

// sameArguments reports a message that lacks one of the arguments or asks for another.
func sameArguments(c *catalog, key string, names []string) error {
	var args []any
	for _, name := range names {
		args = append(args, name, "")
	}
	_, err := c.fill(key, c.patterns[key], args)
	return err
}

func (cal *calendar) appendDate(dst []byte, d certification.Date) []byte {
	year, month, day := d.YMD()
	return cal.appendYMD(dst, year, month, day)
}

func (cal *calendar) appendYMD(dst []byte, year int, month time.Month, day int) []byte {
	for _, s := range cal.date {
		switch s.arg {
		case "":
			dst = append(dst, s.text...)
		case "Month":
			dst = append(dst, cal.months[month-1]...)
		case "Day":
			dst = strconv.AppendInt(dst, int64(day), 10)
		case "Year":
			dst = strconv.AppendInt(dst, int64(year), 10)
		}
	}
	return dst
}

func (cal *calendar) appendInstant(dst []byte, t time.Time) []byte {
	t = t.In(certification.LosAngeles)
	for _, s := range cal.instant {
		switch s.arg {
		case "":
			dst = append(dst, s.text...)
		case "Date":
			year, month, day := t.Date()
			dst = cal.appendYMD(dst, year, month, day)
		case "Clock":
			hour, minute, _ := t.Clock()
			dst = cal.appendClock(dst, hour, minute)
		}
	}
	return dst
}

func (cal *calendar) appendClock(dst []byte, hour, minute int) []byte {
	if minute == 0 && hour%12 == 0 {
		return append(dst, cal.sharp[hour/12]...)
	}
	for _, s := range cal.clock {
		switch s.arg {
		case "":
			dst = append(dst, s.text...)
		case "Hour":
			dst = strconv.AppendInt(dst, int64((hour+11)%12+1), 10)
		case "Minute":
			dst = append(dst, byte('0'+minute/10), byte('0'+minute%10))
		case "Half":
			dst = append(dst, cal.halves[hour/12]...)
		}
	}
	return dst
}

func (cal *calendar) day(d certification.Date) moment {
	return moment{d.String(), template.HTML(cal.appendDate(nil, d))}
}

// at is an instant; the zero Time gives the zero moment.
func (cal *calendar) at(t time.Time) moment {
	if t.IsZero() {
		return moment{}
	}
	return moment{string(appendMachine(nil, t)), template.HTML(cal.appendInstant(nil, t))}
}

// appendMachine writes an instant as RFC 3339 in UTC, to the second.
func appendMachine(dst []byte, t time.Time) []byte {
	return t.UTC().AppendFormat(dst, time.RFC3339)
}

func appendMachineDay(dst []byte, d certification.Date) []byte {
	year, month, day := d.YMD()
	dst = append(dst, byte('0'+year/1000), byte('0'+year/100%10), byte('0'+year/10%10), byte('0'+year%10), '-')
	dst = append(dst, byte('0'+month/10), byte('0'+month%10), '-')
	return append(dst, byte('0'+day/10), byte('0'+day%10))
}
