package certification

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// MaxNameLength bounds a legal name, in characters. A longer one is a field that was filled by mistake.
const MaxNameLength = 300

// maxEntries bounds the terms and the actions of one record.
const maxEntries = 200

// Draft is a record as a source gives it, nothing checked. Its JSON form is the record
// format: one object a line, unknown keys refused by the reader.
type Draft struct {
	Number          string        `json:"number"`
	LegalName       string        `json:"legal_name"`
	Terms           []DraftTerm   `json:"terms"`
	Specializations []string      `json:"specializations"`
	Actions         []DraftAction `json:"actions"`
	UpdatedAt       string        `json:"updated_at"` // RFC 3339, or empty
	Sample          bool          `json:"sample"`
}

// DraftTerm is a term with its days as YYYY-MM-DD.
type DraftTerm struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// DraftAction is an action with its instants in RFC 3339; Until is empty while it is in force.
type DraftAction struct {
	Kind  string `json:"kind"`
	From  string `json:"from"`
	Until string `json:"until"`
}

// Record checks the draft against every rule of a record and gives the record, or an error
// that names each rule it breaks. It does not see other records, so a duplicate number is for
// the reader of the whole source to find. The error never repeats a name.
func (d Draft) Record() (*Record, error) {
	var problems []error
	note := func(err error) {
		if err != nil {
			problems = append(problems, err)
		}
	}
	number, err := ParseNumber(d.Number)
	if err != nil {
		note(fmt.Errorf("number %s: %w", QuoteShort(d.Number), err))
	}
	r := &Record{number: number, sample: d.Sample}
	r.legalName, err = checkName(d.LegalName)
	note(err)
	r.terms, err = checkTerms(d.Terms)
	note(err)
	r.actions, err = checkActions(d.Actions)
	note(err)
	for _, name := range d.Specializations {
		area, ok := ParseSpecialization(name)
		if !ok {
			note(fmt.Errorf("unknown specialization %s", QuoteShort(name)))
			continue
		}
		r.specializations |= 1 << area
	}
	if d.UpdatedAt != "" {
		r.updatedAt, err = parseInstant("updated_at", d.UpdatedAt)
		note(err)
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return r.sealed(), nil
}

// checkName trims a name and joins runs of white space into one space.
func checkName(name string) (string, error) {
	if !utf8.ValidString(name) {
		return "", errors.New("legal name is not valid UTF-8")
	}
	name = joinSpaces(name)
	if name == "" {
		return "", errors.New("no legal name")
	}
	if n := utf8.RuneCountInString(name); n > MaxNameLength {
		return "", fmt.Errorf("legal name has %d characters, more than %d", n, MaxNameLength)
	}
	letters := false
	for _, r := range name {
		if r < utf8.RuneSelf { // most of most names; what follows is slow
			if r < ' ' || r == '\x7f' {
				return "", fmt.Errorf("legal name has the control character %U", r)
			}
			letters = letters || 'a' <= r|0x20 && r|0x20 <= 'z'
			continue
		}
		switch {
		case unicode.Is(unicode.Bidi_Control, r):
			return "", fmt.Errorf("legal name has the bidirectional control character %U", r)
		case r == '\u200c' || r == '\u200d': // joiners, which Persian and Indic names need
		case r == utf8.RuneError:
			return "", errors.New("legal name has the replacement character U+FFFD: its encoding was lost")
		case unicode.In(r, unicode.C, unicode.Zl, unicode.Zp):
			return "", fmt.Errorf("legal name has the control or invisible character %U", r)
		case unicode.IsLetter(r):
			letters = true
		}
	}
	if !letters {
		return "", errors.New("legal name has no letter")
	}
	return name, nil
}

// joinSpaces trims white space and makes every run of it one space.
func joinSpaces(name string) string {
	tidy := !strings.HasPrefix(name, " ") && !strings.HasSuffix(name, " ") && !strings.Contains(name, "  ")
	if tidy && strings.IndexFunc(name, func(r rune) bool { return r != ' ' && isNameSpace(r) }) < 0 {
		return name
	}
	return strings.Join(strings.FieldsFunc(name, isNameSpace), " ")
}

// isNameSpace is white space that a name may have between its words. Line breaks and the like
// are not: they are a sign of two fields in one, and checkName refuses them.
func isNameSpace(r rune) bool {
	return r == ' ' || r == '\t' || r >= utf8.RuneSelf && unicode.Is(unicode.Zs, r)
}

func checkTerms(drafts []DraftTerm) ([]Term, error) {
	if len(drafts) == 0 {
		return nil, errors.New("no term")
	}
	if len(drafts) > maxEntries {
		return nil, fmt.Errorf("%d terms, more than %d", len(drafts), maxEntries)
	}
	terms := make([]Term, 0, len(drafts))
	for _, d := range drafts {
		from, err := ParseDate(d.From)
		if err != nil {
			return nil, fmt.Errorf("term begins: %w", err)
		}
		to, err := ParseDate(d.To)
		if err != nil {
			return nil, fmt.Errorf("term ends: %w", err)
		}
		if to < from {
			return nil, fmt.Errorf("term of %s ends before it begins, on %s", from, to)
		}
		terms = append(terms, Term{from, to})
	}
	slices.SortFunc(terms, func(a, b Term) int { return int(a.From) - int(b.From) })
	for i := 1; i < len(terms); i++ {
		earlier, later := terms[i-1], terms[i]
		if later.From <= earlier.To {
			return nil, fmt.Errorf("term of %s overlaps the term of %s to %s", later.From, earlier.From, earlier.To)
		}
		if later.From > lastExpiredDay(earlier) {
			return nil, fmt.Errorf("term of %s begins after the number was vacated on %s (§209)", later.From, lastExpiredDay(earlier)+1)
		}
	}
	return terms, nil
}

func checkActions(drafts []DraftAction) ([]Action, error) {
	if len(drafts) > maxEntries {
		return nil, fmt.Errorf("%d actions, more than %d", len(drafts), maxEntries)
	}
	var actions []Action
	for _, d := range drafts {
		kind := slices.Index(actionNames[:], d.Kind)
		if kind < 0 {
			return nil, fmt.Errorf("unknown kind of action %s", QuoteShort(d.Kind))
		}
		action := Action{Kind: ActionKind(kind)}
		var err error
		if action.From, err = parseInstant("action begins", d.From); err != nil {
			return nil, err
		}
		if d.Until != "" {
			if action.Until, err = parseInstant("action ends", d.Until); err != nil {
				return nil, err
			}
			if !action.Until.After(action.From) {
				return nil, fmt.Errorf("action %s of %s ends before it begins", d.Kind, d.From)
			}
		}
		actions = append(actions, action)
	}
	slices.SortFunc(actions, compareActions)
	return actions, nil
}

func compareActions(a, b Action) int {
	if c := a.From.Compare(b.From); c != 0 {
		return c
	}
	if a.Kind != b.Kind {
		return int(a.Kind) - int(b.Kind)
	}
	return a.Until.Compare(b.Until)
}

// parseInstant reads RFC 3339 into UTC.
func parseInstant(what, text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s: %s is not an instant in RFC 3339, such as 2025-02-01T09:00:00-08:00", what, QuoteShort(text))
	}
	if y := t.UTC().Year(); y < minYear || y > maxYear {
		return time.Time{}, fmt.Errorf("%s: the year of %s is outside %d to %d", what, text, minYear, maxYear)
	}
	return t.UTC(), nil
}

// QuoteShort quotes a text of somebody else for a message: one line, ASCII, and no more than forty
// bytes of it.
func QuoteShort(s string) string {
	const limit = 40
	if len(s) > limit {
		cut := limit
		for cut > 0 && !utf8.RuneStart(s[cut]) {
			cut--
		}
		return strconv.QuoteToASCII(s[:cut]) + "…"
	}
	return strconv.QuoteToASCII(s)
}
