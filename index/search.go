package index

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/legalname"
)

// Bounds of a query and of its result.
const (
	MaxQuery     = 256   // bytes of text
	MaxLimit     = 100   // results
	DefaultLimit = 20    // results
	maxTotal     = 1_000 // matches that are counted
	maxExamined  = 10_000
	enough       = 20 // matches after which mistakes are not looked for
)

// ErrQuery is the mistake of a person or a program that asks: a text too long, of an invalid
// encoding or without a letter or digit, a limit out of range. The error's text is for them.
var ErrQuery = errors.New("not a query")

// Query asks for the certifications that a text names.
type Query struct {
	// Text is a certification number in any way that people write it, the first three digits
	// of one or more, or a name: full or in part, in any order, with or without accents,
	// hyphens and apostrophes, with a typing mistake.
	Text            string
	Status          certification.Status          // only this one; NotIssued: any
	Specializations certification.Specializations // with all of these
	Limit           int                           // 1 to MaxLimit; 0: DefaultLimit
}

// Result is what a query found, best first: the name in full, then names with all its words,
// then words that begin as those typed, then words with a typing mistake; names with no other
// word before the rest. Equal matches are ordered by folded name and number. Beginnings and
// mistakes are not looked for where a name of several words is there in full, and mistakes
// not where twenty names are found without.
type Result struct {
	Number         certification.Number // that the text is, in full; zero if it is none
	Statements     []certification.Statement
	Total          int  // matches, those beyond the limit included
	TotalIsAtLeast bool // there may be more than Total: more than 1,000 matches, or a very common beginning
}

// Search answers a query at the instant now. Status and specializations are those at that
// instant; certificates not yet issued are not there. The error wraps ErrQuery, or the context's.
func (s *Set) Search(ctx context.Context, q Query, now time.Time) (Result, error) {
	limit := q.Limit
	if limit == 0 {
		limit = DefaultLimit
	}
	switch {
	case limit < 0 || limit > MaxLimit:
		return Result{}, fmt.Errorf("%w: the limit must be from 1 to %d", ErrQuery, MaxLimit)
	case len(q.Text) > MaxQuery:
		return Result{}, fmt.Errorf("%w: the text is longer than %d bytes", ErrQuery, MaxQuery)
	case !utf8.ValidString(q.Text):
		return Result{}, fmt.Errorf("%w: the text is not valid UTF-8", ErrQuery)
	}
	c := collector{set: s, query: q, limit: limit, now: now}
	if number, err := certification.ParseNumber(q.Text); err == nil {
		c.result.Number = number
		if r, ok := s.Record(number); ok {
			c.take(r)
		}
		return c.result, nil
	}
	words := legalname.Words(q.Text)
	if len(words) == 0 {
		return Result{}, fmt.Errorf("%w: the text has no letter and no digit", ErrQuery)
	}
	if s.generation.Total == 0 {
		return Result{}, nil
	}
	if digits, ok := firstDigits(q.Text); ok {
		err := s.searchDigits(&c, digits)
		return c.result, err
	}
	f := finder{ctx: ctx, names: &s.names, collector: &c}
	defer f.close()
	if err := f.search(words); err != nil {
		return Result{}, err
	}
	c.result.TotalIsAtLeast = c.result.TotalIsAtLeast || f.cut
	return c.result, nil
}

// collector takes records, best first, counts those that match the filters and keeps the first.
type collector struct {
	set      *Set
	query    Query
	limit    int
	now      time.Time
	examined int
	issued   int // among those taken, whatever the filters
	result   Result
}

// take reports whether it wants more.
func (c *collector) take(r *certification.Record) bool {
	if c.result.Total == maxTotal || c.examined == maxExamined {
		c.result.TotalIsAtLeast = true
		return false
	}
	c.examined++
	status := certification.StatusAt(r, c.now)
	if status == certification.NotIssued {
		return true
	}
	c.issued++
	wanted := c.query.Specializations
	if c.query.Status != certification.NotIssued && c.query.Status != status || r.Specializations()&wanted != wanted {
		return true
	}
	c.result.Total++
	if len(c.result.Statements) < c.limit {
		if statement, ok := certification.StatementAt(r, c.set.generation.Read, c.now); ok {
			c.result.Statements = append(c.result.Statements, statement)
		}
	}
	return true
}

// Digits of a number that are too few to be one, and enough to look for.
const (
	minFirstDigits = 3
	maxFirstDigits = 5
)

// firstDigits reads the beginning of a certification number: three to five digits, with or
// without what people write before and between them.
func firstDigits(text string) (string, bool) {
	kept := strings.Map(func(r rune) rune {
		if r == '#' || unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, text)
	kept = strings.TrimPrefix(kept, "MPSS")
	if len(kept) < minFirstDigits || len(kept) > maxFirstDigits || strings.Trim(kept, "0123456789") != "" {
		return "", false
	}
	return kept, true
}

// searchDigits takes the records whose number begins with the digits, by number.
func (s *Set) searchDigits(c *collector, digits string) error {
	ids, more, err := s.names.numbersWith("MPSS"+digits, maxExamined)
	if err != nil {
		return err
	}
	for _, id := range ids {
		number, err := certification.ParseNumber(id)
		if err != nil {
			return fmt.Errorf("read a number of the search index: %w", err)
		}
		if r, ok := s.Record(number); ok && !c.take(r) {
			return nil
		}
	}
	c.result.TotalIsAtLeast = c.result.TotalIsAtLeast || more
	return nil
}
