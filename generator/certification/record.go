package certification

import (
	"crypto/sha256"
	"encoding/json"
	"iter"
	"strings"
	"time"
)

// Term is one period for which a certification was issued or renewed (§207): From at its
// first instant, To the last day covered, as "valid through" on the certificate (§801.11).
type Term struct{ From, To Date }

// ActionKind is what the certifying entity did about a certification (§500.2.F).
type ActionKind uint8

// The kinds of action. "None" of §500 is the absence of any.
const (
	UnderInvestigation ActionKind = iota
	ActionSuspended
	ActionRevoked
	numActionKinds
)

var actionNames = [numActionKinds]string{"under-investigation", "suspended", "revoked"}

// String is the name of the kind in records and JSON.
func (k ActionKind) String() string { return actionNames[k] }

// Action is in force from From up to, not including, Until: a reinstatement, or an appeal
// that reversed it (§702, §805). A zero Until means that no end is known.
type Action struct {
	Kind        ActionKind
	From, Until time.Time
}

// InForceAt reports whether the action is in force at the instant.
func (a Action) InForceAt(instant time.Time) bool {
	return !instant.Before(a.From) && (a.Until.IsZero() || instant.Before(a.Until))
}

// Actions is a set of kinds of action.
type Actions uint8

// Has reports whether the kind is in the set.
func (s Actions) Has(k ActionKind) bool { return s&(1<<k) != 0 }

// All yields the kinds in the set in the order of §500.
func (s Actions) All() iter.Seq[ActionKind] {
	return func(yield func(ActionKind) bool) {
		for k := range numActionKinds {
			if s.Has(k) && !yield(k) {
				return
			}
		}
	}
}

// Specialization is a recognised area of specialization (§212).
type Specialization uint8

// The four areas, in the order of §212.
const (
	ParentCaregiverFamily Specialization = iota
	CrisisCare
	Unhoused
	JusticeInvolved
	numSpecializations
)

var specializationNames = [numSpecializations]string{"parent-caregiver-family", "crisis-care", "unhoused", "justice-involved"}

// String is the name of the area in records, JSON and filters.
func (s Specialization) String() string { return specializationNames[s] }

// ParseSpecialization reads the name of an area.
func ParseSpecialization(name string) (Specialization, bool) {
	for s, known := range specializationNames {
		if name == known {
			return Specialization(s), true
		}
	}
	return 0, false
}

// Specializations is a set of areas.
type Specializations uint8

// Has reports whether the area is in the set.
func (s Specializations) Has(area Specialization) bool { return s&(1<<area) != 0 }

// All yields the areas in the set in the order of §212.
func (s Specializations) All() iter.Seq[Specialization] {
	return func(yield func(Specialization) bool) {
		for area := range numSpecializations {
			if s.Has(area) && !yield(area) {
				return
			}
		}
	}
}

// Record is what the certifying entity holds about one certification, as far as it may be
// published (§500). It is made by Draft.Record or NewUnavailable and never changes.
type Record struct {
	number          Number
	legalName       string
	terms           []Term   // at least one, in order, not overlapping; none if unavailable
	actions         []Action // by From, then Kind, then Until
	updatedAt       time.Time
	digest          Digest
	specializations Specializations
	sample          bool
	unavailable     bool
	withdrawn       bool
}

// NewUnavailable is the record of a number whose entry in the source cannot be understood. Its
// status is Unavailable at every instant: the registry never guesses.
func NewUnavailable(number Number, sample bool) *Record {
	return (&Record{number: number, unavailable: true, sample: sample}).sealed()
}

// NewWithdrawn is the record of a number that was published and is no longer in the source. It
// is unavailable, and says why: a number that was once answered for does not become one that
// was never issued in silence.
func NewWithdrawn(number Number) *Record {
	return (&Record{number: number, unavailable: true, withdrawn: true}).sealed()
}

// Digest stands for everything that a record says. It is the first half of the SHA-256 of what
// AppendJSON writes, so that equal digests are of equal records.
type Digest [16]byte

// Digest is that of the record.
func (r *Record) Digest() Digest { return r.digest }

// sealed is the record with its digest; it does not change any more.
func (r *Record) sealed() *Record {
	var line [512]byte // as long as most are
	sum := sha256.Sum256(r.AppendJSON(line[:0]))
	r.digest = Digest(sum[:len(r.digest)])
	return r
}

// Number is the certification number.
func (r *Record) Number() Number { return r.number }

// LegalName is the full legal name, at most MaxNameLength characters; empty for an unavailable record.
func (r *Record) LegalName() string { return r.legalName }

// Terms are the terms in order. The slice must not be changed.
func (r *Record) Terms() []Term { return r.terms }

// Actions are the actions by their beginning. The slice must not be changed.
func (r *Record) Actions() []Action { return r.actions }

// Specializations are the areas of specialization the person may advertise (§212, §213).
func (r *Record) Specializations() Specializations { return r.specializations }

// UpdatedAt is when the source last changed the record, in UTC; zero if it does not say.
func (r *Record) UpdatedAt() time.Time { return r.updatedAt }

// IsSample reports whether the record is synthetic. Its pages say so.
func (r *Record) IsSample() bool { return r.sample }

// IsUnavailable reports whether the source's entry could not be understood.
func (r *Record) IsUnavailable() bool { return r.unavailable }

// IsWithdrawn reports whether the number is no longer in the source. The record is unavailable then.
func (r *Record) IsWithdrawn() bool { return r.withdrawn }

// WithoutSpecializations is the record with its areas left out, for an operator who has
// switched their publication off.
func (r *Record) WithoutSpecializations() *Record {
	if r.specializations == 0 {
		return r
	}
	bare := *r
	bare.specializations = 0
	return bare.sealed()
}

// AppendJSON appends the record as one line of the record format, without the line's end.
// Draft reads it back; equal records give equal bytes. An unavailable record is written as
// its number and "unavailable", a withdrawn one with "withdrawn" too.
func (r *Record) AppendJSON(dst []byte) []byte {
	dst = append(dst, `{"number":"`...)
	dst = append(dst, r.number.canonical...)
	dst = append(dst, '"')
	if r.unavailable {
		dst = append(dst, `,"unavailable":true`...)
		if r.withdrawn {
			dst = append(dst, `,"withdrawn":true`...)
		}
	} else {
		dst = appendString(append(dst, `,"legal_name":`...), r.legalName)
		dst = append(dst, `,"terms":[`...)
		for i, term := range r.terms {
			dst = appendComma(dst, i)
			dst = appendDate(append(dst, `{"from":`...), term.From)
			dst = append(appendDate(append(dst, `,"to":`...), term.To), '}')
		}
		dst = append(dst, `],"specializations":`...)
		dst = appendSpecializations(dst, r.specializations)
		dst = append(dst, `,"actions":[`...)
		for i, action := range r.actions {
			dst = appendComma(dst, i)
			dst = append(append(append(dst, `{"kind":"`...), action.Kind.String()...), `","from":`...)
			dst = appendInstant(dst, action.From)
			if !action.Until.IsZero() {
				dst = appendInstant(append(dst, `,"until":`...), action.Until)
			}
			dst = append(dst, '}')
		}
		dst = append(dst, ']')
		if !r.updatedAt.IsZero() {
			dst = appendInstant(append(dst, `,"updated_at":`...), r.updatedAt)
		}
	}
	if r.sample {
		dst = append(dst, `,"sample":true`...)
	}
	return append(dst, '}')
}

func appendSpecializations(dst []byte, set Specializations) []byte {
	dst = append(dst, '[')
	i := 0
	for area := range set.All() {
		dst = append(append(append(appendComma(dst, i), '"'), area.String()...), '"')
		i++
	}
	return append(dst, ']')
}

func appendComma(dst []byte, i int) []byte {
	if i > 0 {
		dst = append(dst, ',')
	}
	return dst
}

func appendDate(dst []byte, d Date) []byte {
	return append(d.appendTo(append(dst, '"')), '"')
}

// appendInstant writes RFC 3339 in UTC, with a fraction only where there is one.
func appendInstant(dst []byte, t time.Time) []byte {
	dst = append(dst, '"')
	dst = t.UTC().AppendFormat(dst, time.RFC3339Nano)
	return append(dst, '"')
}

// appendString writes a JSON string. Most names need no escape; the rest are left to
// encoding/json, which also escapes what HTML would misread.
func appendString(dst []byte, s string) []byte {
	if !strings.ContainsFunc(s, needsEscape) {
		return append(append(append(dst, '"'), s...), '"')
	}
	quoted, err := json.Marshal(s)
	if err != nil {
		panic("certification: a string cannot fail to encode: " + err.Error())
	}
	return append(dst, quoted...)
}

func needsEscape(r rune) bool {
	switch r {
	case '"', '\\', '<', '>', '&', '\u2028', '\u2029', '\uFFFD':
		return true
	}
	return r < ' '
}
