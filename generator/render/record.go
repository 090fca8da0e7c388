package render

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"slices"
	"time"

	"github.com/cmpss/registry/generator/certification"
)

const numActions = int(certification.ActionRevoked) + 1

// A variant is what decides the shape of a record page: its status, and whether it is a
// sample, is renewed early and is under investigation. All else fills slots.
type variant int

const numVariants = (int(certification.Unavailable) + 1) << 3

func variantOf(s *certification.Statement) variant {
	v := variant(s.Status) << 3
	if s.Sample {
		v |= 4
	}
	if s.Renewal != (certification.Term{}) {
		v |= 2
	}
	if s.Actions.Has(certification.UnderInvestigation) {
		v |= 1
	}
	return v
}

func (v variant) status() certification.Status { return certification.Status(v >> 3) }
func (v variant) sample() bool                 { return v&4 != 0 }
func (v variant) renewed() bool                { return v&2 != 0 }
func (v variant) investigated() bool           { return v&1 != 0 }

// recordView is what the template of a record page is given.
type recordView struct {
	page
	Status       string // name of the status, such as "active"
	ShowAreas    bool   // the operator publishes areas of specialization
	Known        bool   // false where the status is unavailable: there is no name, no day and no history
	Valid        bool
	Renewed      bool // a renewal is on file
	Investigated bool
	Number       string
	Name         string
	ThisUpdate   moment // confirmed
	ThisDay      moment // the day of ThisUpdate
	Reliable     moment // until when the page may be relied on
	Active       moment // day
	Expires      moment // day
	Through      moment // day, of the renewal if there is one
	Renewal      moment // day on which the renewal ends

	// Fragments of the same template: "actions", "areas", and "row" for each part of the history.
	Actions template.HTML
	Areas   template.HTML
	History template.HTML
}

// shape is the part of a view that the variant decides.
func (e *edition) shape(v variant, number string) recordView {
	p := e.newPage(pageRecord, "verify/"+number+".html", v.sample())
	p.Private = true
	return recordView{
		page:         p,
		Status:       v.status().String(),
		Known:        v.status() != certification.Unavailable,
		Valid:        v.status().Valid(),
		Renewed:      v.renewed(),
		Investigated: v.investigated(),
		Number:       number,
		ShowAreas:    !e.renderer.options.NoSpecializations,
	}
}

// markedRecord is the view of a variant with marks in its slots.
func (e *edition) markedRecord(v variant) recordView {
	view := e.shape(v, slotNumber.mark())
	view.ThisUpdate = marks(slotThisUpdate, slotThisUpdateWords)
	view.ThisDay = marks(slotThisDay, slotThisDayWords)
	view.Reliable = marks(slotReliable, slotReliableWords)
	if !view.Known {
		return view
	}
	view.Name = slotName.mark()
	view.Active = marks(slotActive, slotActiveWords)
	view.Expires = marks(slotExpires, slotExpiresWords)
	view.Through = marks(slotThrough, slotThroughWords)
	if view.Renewed {
		view.Renewal = marks(slotRenewal, slotRenewalWords)
	}
	view.Actions = template.HTML(slotActions.mark())
	view.Areas = template.HTML(slotAreas.mark())
	view.History = template.HTML(slotHistory.mark())
	return view
}

func marks(machine, words slot) moment {
	return moment{machine.mark(), template.HTML(words.mark())}
}

// plainRecord makes the page with html/template alone. AppendRecord gives the same bytes.
func (e *edition) plainRecord(s *certification.Statement) ([]byte, error) {
	view := e.shape(variantOf(s), s.Number.String())
	view.ThisUpdate = e.calendar.at(s.ThisUpdate)
	view.ThisDay = e.calendar.day(certification.DateOf(s.ThisUpdate))
	view.Reliable = e.calendar.at(s.ReliableUntil())
	if view.Known {
		view.Name = s.LegalName
		view.Active = e.calendar.day(s.Term.From)
		view.Expires = e.calendar.day(s.Term.To)
		view.Through = e.calendar.day(s.ValidThrough())
		if view.Renewed {
			view.Renewal = e.calendar.day(s.Renewal.To)
		}
		view.Actions = e.actions[s.Actions]
		view.Areas = e.areas[s.Specializations]
		var history bytes.Buffer
		for _, interval := range slices.Backward(s.History) {
			row, err := e.plainRow(interval)
			if err != nil {
				return nil, err
			}
			history.Write(row)
		}
		view.History = template.HTML(history.String())
	}
	return e.execute(pageRecord, view)
}

// AppendRecord appends the page about a record in a language.
func (r *Renderer) AppendRecord(dst []byte, language string, s *certification.Statement) ([]byte, error) {
	e, err := r.edition(language)
	if err != nil {
		return dst, err
	}
	if err := publishable(s); err != nil {
		return dst, err
	}
	return e.appendRecord(dst, s), nil
}

func publishable(s *certification.Statement) error {
	switch {
	case s.Number.IsZero():
		return errors.New("render: a statement without a certification number")
	case s.Status == certification.NotIssued || s.Status > certification.Unavailable:
		return fmt.Errorf("render: %s: nothing is published about a certificate that is not yet issued", s.Number)
	case int(s.Actions) >= 1<<numActions || int(s.Specializations) >= 1<<len(areas):
		return fmt.Errorf("render: %s: unknown action or specialization", s.Number)
	}
	return nil
}

func (e *edition) appendRecord(dst []byte, s *certification.Statement) []byte {
	return e.fill(dst, &e.records[variantOf(s)], s)
}

// A rowVariant is what decides the shape of a row of the history: its status, and whether it
// goes on.
type rowVariant int

const numRowVariants = (int(certification.Unavailable) + 1) << 1

// rowView is what the fragment "row" is given.
type rowView struct {
	Status string
	From   moment // a day where it begins with the day, else an instant
	Until  moment // the last day covered, or an instant
	GoesOn bool   // there is no end
}

func rowVariantOf(i certification.Interval) rowVariant {
	v := rowVariant(i.Status) << 1
	if i.Until.IsZero() {
		v |= 1
	}
	return v
}

func (v rowVariant) status() certification.Status { return certification.Status(v >> 1) }

func (v rowVariant) shape() rowView {
	return rowView{Status: v.status().String(), GoesOn: v&1 != 0}
}

func (v rowVariant) marked() rowView {
	view := v.shape()
	view.From = marks(slotFrom, slotFromWords)
	if !view.GoesOn {
		view.Until = marks(slotUntil, slotUntilWords)
	}
	return view
}

func (e *edition) plainRow(i certification.Interval) ([]byte, error) {
	view := rowVariantOf(i).shape()
	if day, whole := wholeDay(i.From); whole {
		view.From = e.calendar.day(day)
	} else {
		view.From = e.calendar.at(i.From)
	}
	if day, whole := wholeDay(i.Until); whole {
		view.Until = e.calendar.day(day - 1)
	} else {
		view.Until = e.calendar.at(i.Until)
	}
	row, err := e.executePart(pageRecord, "row", view)
	return bytes.TrimSpace(row), err
}

func (e *edition) appendRow(dst []byte, interval certification.Interval) []byte {
	f := &e.rows[rowVariantOf(interval)]
	from, fromDay := wholeDay(interval.From)
	until, untilDay := wholeDay(interval.Until)
	for i, slot := range f.slots {
		dst = append(dst, f.pieces[i]...)
		switch {
		case slot == slotFrom && fromDay:
			dst = appendMachineDay(dst, from)
		case slot == slotFrom:
			dst = appendMachine(dst, interval.From)
		case slot == slotFromWords && fromDay:
			dst = e.calendar.appendDate(dst, from)
		case slot == slotFromWords:
			dst = e.calendar.appendInstant(dst, interval.From)
		case slot == slotUntil && untilDay:
			dst = appendMachineDay(dst, until-1)
		case slot == slotUntil:
			dst = appendMachine(dst, interval.Until)
		case slot == slotUntilWords && untilDay:
			dst = e.calendar.appendDate(dst, until-1)
		case slot == slotUntilWords:
			dst = e.calendar.appendInstant(dst, interval.Until)
		}
	}
	return append(dst, f.pieces[len(f.slots)]...)
}

// wholeDay is the day that begins at the instant, if one does.
func wholeDay(t time.Time) (certification.Date, bool) {
	if t.IsZero() || t.Unix()%(15*60) != 0 { // no zone is off by less
		return 0, false
	}
	if hour, minute, second := t.In(certification.LosAngeles).Clock(); hour+minute+second != 0 || t.Nanosecond() != 0 {
		return 0, false
	}
	return certification.DateOf(t), true
}

// actionNames are the names of the actions in force, for the fragment "actions".
func actionNames(set certification.Actions) []string {
	var list []string
	for kind := range set.All() {
		list = append(list, kind.String())
	}
	return list
}

func areaNames(set certification.Specializations) []string {
	var list []string
	for area := range set.All() {
		list = append(list, area.String())
	}
	return list
}
