package advice

import (
	"strings"
	"time"
	"unicode/utf8"
)

// AppendCalendar appends the milestones ahead as a calendar (RFC 5545) with an event of one
// whole day for each, in a language of the facts. The stamp is the instant at which it is made.
// The same milestone of the same date of expiration has the same UID, so that a program that
// reads the calendar again changes its events and does not double them.
func (a *Advisor) AppendCalendar(dst []byte, s *Standing, language string, stamp time.Time) []byte {
	const day = "20060102"
	put := func(line string) { dst = appendFolded(dst, line) }
	put("BEGIN:VCALENDAR")
	put("VERSION:2.0")
	put("PRODID:-//CMPSS Registry//Where do I stand//" + strings.ToUpper(language))
	put("CALSCALE:GREGORIAN")
	put("METHOD:PUBLISH")
	for _, m := range s.Ahead() {
		year, month, dayOfMonth := m.Date.YMD()
		date := time.Date(year, month, dayOfMonth, 0, 0, 0, 0, time.UTC)
		put("BEGIN:VEVENT")
		put("UID:" + m.ID + "-" + s.Expires.String() + "@cmpss-registry")
		put("DTSTAMP:" + stamp.UTC().Format("20060102T150405Z"))
		put("DTSTART;VALUE=DATE:" + date.Format(day))
		put("DTEND;VALUE=DATE:" + date.AddDate(0, 0, 1).Format(day)) // not included (section 3.6.1)
		put("SUMMARY;LANGUAGE=" + language + ":" + escapeText(a.facts.Words(m.Name, language)))
		put("DESCRIPTION;LANGUAGE=" + language + ":" + escapeText(a.facts.Words(m.Text, language)+" ("+m.Section+")"))
		put("TRANSP:TRANSPARENT")
		put("END:VEVENT")
	}
	put("END:VCALENDAR")
	return dst
}

// escapeText writes a value of the type TEXT (section 3.3.11).
var escapeText = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", "").Replace

// maxLine is how many octets a line may have, its end not counted (section 3.1).
const maxLine = 75

// appendFolded appends a line, cut between characters into lines that are short enough: those
// after the first begin with a space.
func appendFolded(dst []byte, line string) []byte {
	for room := maxLine; len(line) > room; room = maxLine - 1 {
		cut := room
		for !utf8.RuneStart(line[cut]) {
			cut--
		}
		dst = append(append(dst, line[:cut]...), "\r\n "...)
		line = line[cut:]
	}
	return append(append(dst, line...), "\r\n"...)
}
