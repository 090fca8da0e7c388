// Package draftjson decodes the JSON form of a record, and nothing else, strictly: a key that
// is unknown, repeated or in the wrong case is an error, and so are a value of the wrong type, a
// byte that is not UTF-8, half a surrogate pair and anything after the record. null stands for
// a key that is left out.
//
// encoding/json cannot refuse a repeated key or one in another case, replaces bad UTF-8 without
// a word, and takes several times as long; a test holds the two to the same answer for
// everything else.
package draftjson

import (
	"strings"
	"unicode/utf8"

	"github.com/cmpss/registry/generator/certification"
)

// Decoder decodes one text after another, reusing its memory. The zero Decoder is ready.
type Decoder struct {
	draft certification.Draft
	s     string
	i     int
	err   error // the first that was found
	fatal bool  // the rest of the text cannot be followed
}

// Record decodes an object that is a record. The draft is valid until the next call. With an
// error it holds what could be understood, so that the number of a bad record may be known; it
// must be used for nothing else.
func (d *Decoder) Record(text string) (*certification.Draft, error) {
	d.start(text)
	d.draft = certification.Draft{
		Terms:           d.draft.Terms[:0],
		Specializations: d.draft.Specializations[:0],
		Actions:         d.draft.Actions[:0],
	}
	d.object(recordKeys, func(key int) {
		switch key {
		case 0:
			d.str(&d.draft.Number)
		case 1:
			d.str(&d.draft.LegalName)
		case 2:
			d.terms()
		case 3:
			d.specializations()
		case 4:
			d.actions()
		case 5:
			d.str(&d.draft.UpdatedAt)
		case 6:
			d.boolean(&d.draft.Sample)
		}
	})
	// The name alone outlives the text it was cut from.
	d.draft.LegalName = strings.Clone(d.draft.LegalName)
	return &d.draft, d.end()
}

// Terms decodes an array of terms. The slice is valid until the next call.
func (d *Decoder) Terms(text string) ([]certification.DraftTerm, error) {
	d.start(text)
	d.draft.Terms = d.draft.Terms[:0]
	if !d.null() {
		d.terms()
	}
	return d.draft.Terms, d.end()
}

// Actions decodes an array of actions. The slice is valid until the next call.
func (d *Decoder) Actions(text string) ([]certification.DraftAction, error) {
	d.start(text)
	d.draft.Actions = d.draft.Actions[:0]
	if !d.null() {
		d.actions()
	}
	return d.draft.Actions, d.end()
}

// Specializations decodes an array of the names of areas. The slice is valid until the next call.
func (d *Decoder) Specializations(text string) ([]string, error) {
	d.start(text)
	d.draft.Specializations = d.draft.Specializations[:0]
	if !d.null() {
		d.specializations()
	}
	return d.draft.Specializations, d.end()
}

var (
	recordKeys = []string{"number", "legal_name", "terms", "specializations", "actions", "updated_at", "sample"}
	termKeys   = []string{"from", "to"}
	actionKeys = []string{"kind", "from", "until"}
)

func (d *Decoder) terms() {
	d.array(func() {
		var t certification.DraftTerm
		d.object(termKeys, func(key int) { d.str([...]*string{&t.From, &t.To}[key]) })
		d.draft.Terms = append(d.draft.Terms, t)
	})
}

func (d *Decoder) actions() {
	d.array(func() {
		var a certification.DraftAction
		d.object(actionKeys, func(key int) { d.str([...]*string{&a.Kind, &a.From, &a.Until}[key]) })
		d.draft.Actions = append(d.draft.Actions, a)
	})
}

func (d *Decoder) specializations() {
	d.array(func() {
		var name string
		d.str(&name)
		d.draft.Specializations = append(d.draft.Specializations, name)
	})
}

func (d *Decoder) start(text string) {
	d.s, d.i, d.err, d.fatal = text, 0, nil, false
	if !utf8.ValidString(text) {
		bad := 0
		for _, r := range text {
			if r == utf8.RuneError {
				if _, size := utf8.DecodeRuneInString(text[bad:]); size == 1 {
					break
				}
			}
			bad += utf8.RuneLen(r)
		}
		d.i = bad
		d.problem("not valid UTF-8; export the records as UTF-8")
		d.i = 0
	}
}

func (d *Decoder) end() error {
	if !d.fatal {
		d.space()
		if d.i < len(d.s) {
			d.fail("something follows the end of the value; write one record a line")
		}
	}
	d.s = ""
	return d.err
}
