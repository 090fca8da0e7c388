package render

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/cmpss/registry/generator/certification"
)

// A form is a page that html/template made once, with marks in the place of what differs
// between records, cut at the marks. To fill it is to copy: a hundred thousand pages cost no
// hundred thousand executions of a template. Marks are letters and digits only, so no
// escaper changes them; what is put in their place is escaped for text and for quoted
// attributes. Load proves for every form that filling it gives the bytes that html/template
// gives, with a name that is different after any other escaping.
type form struct {
	pieces []string // one more than slots
	slots  []slot
}

// slot is what differs between records.
type slot int

const (
	slotNumber slot = iota
	slotName
	slotThisUpdate
	slotThisUpdateWords
	slotThisDay
	slotThisDayWords
	slotReliable
	slotReliableWords
	slotActive
	slotActiveWords
	slotExpires
	slotExpiresWords
	slotThrough
	slotThroughWords
	slotRenewal
	slotRenewalWords
	slotActions
	slotAreas
	slotHistory
	slotFrom // of a row of the history
	slotFromWords
	slotUntil
	slotUntilWords
	numSlots
)

const (
	markPrefix = "q7Slot"
	markSuffix = "Z7q"
)

var markPattern = regexp.MustCompile(markPrefix + `(\d\d)` + markSuffix)

func (s slot) mark() string { return fmt.Sprintf("%s%02d%s", markPrefix, int(s), markSuffix) }

// cutForm cuts a page at its marks.
func cutForm(page []byte) form {
	var f form
	start := 0
	for _, at := range markPattern.FindAllSubmatchIndex(page, -1) {
		n, _ := strconv.Atoi(string(page[at[2]:at[3]])) // two digits; mark makes no others
		f.pieces = append(f.pieces, string(page[start:at[0]]))
		f.slots = append(f.slots, slot(n))
		start = at[1]
	}
	f.pieces = append(f.pieces, string(page[start:]))
	return f
}

// fill appends a form with the values of a statement in its slots.
func (e *edition) fill(dst []byte, f *form, s *certification.Statement) []byte {
	cal := e.calendar
	for i, slot := range f.slots {
		dst = append(dst, f.pieces[i]...)
		switch slot {
		case slotNumber:
			dst = append(dst, s.Number.String()...)
		case slotName:
			dst = appendEscaped(dst, s.LegalName)
		case slotThisUpdate:
			dst = appendMachine(dst, s.ThisUpdate)
		case slotThisUpdateWords:
			dst = cal.appendInstant(dst, s.ThisUpdate)
		case slotThisDay:
			dst = appendMachineDay(dst, certification.DateOf(s.ThisUpdate))
		case slotThisDayWords:
			dst = cal.appendDate(dst, certification.DateOf(s.ThisUpdate))
		case slotReliable:
			dst = appendMachine(dst, s.ReliableUntil())
		case slotReliableWords:
			dst = cal.appendInstant(dst, s.ReliableUntil())
		case slotActive:
			dst = appendMachineDay(dst, s.Term.From)
		case slotActiveWords:
			dst = cal.appendDate(dst, s.Term.From)
		case slotExpires:
			dst = appendMachineDay(dst, s.Term.To)
		case slotExpiresWords:
			dst = cal.appendDate(dst, s.Term.To)
		case slotThrough:
			dst = appendMachineDay(dst, s.ValidThrough())
		case slotThroughWords:
			dst = cal.appendDate(dst, s.ValidThrough())
		case slotRenewal:
			dst = appendMachineDay(dst, s.Renewal.To)
		case slotRenewalWords:
			dst = cal.appendDate(dst, s.Renewal.To)
		case slotActions:
			dst = append(dst, e.actions[s.Actions]...)
		case slotAreas:
			dst = append(dst, e.areas[s.Specializations]...)
		case slotHistory:
			for _, interval := range slices.Backward(s.History) {
				dst = e.appendRow(dst, interval)
			}
		}
	}
	return append(dst, f.pieces[len(f.slots)]...)
}
