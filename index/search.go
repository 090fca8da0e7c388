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
	MaxOffset    = 1_000 // results passed over
	maxNumbers   = 10_000
	enough       = 20 // matches after which mistakes are not looked for
)

// ErrQuery is the mistake of a person or a program that asks: a text too long, of an invalid
// encoding or without a letter or digit, a limit out of range. The error's text is for them.
var ErrQuery = errors.New("not a query")

// Query asks for the certifications that a text names.
type Query struct {
	// Text is a certification number in any way that people write it, the first three digits
	// of one or more, or a name: full or in part, in any order, with or without accents,
	// hyphens and apostrophes, with typing mistakes, in a usual short form, in Latin letters or
	// in the script of the record.
	Text            string
	Status          certification.Status          // only this one; NotIssued: any
	Specializations certification.Specializations // with all of these
	Offset          int                           // results to pass over, up to MaxOffset
	Limit           int                           // 1 to MaxLimit; 0: DefaultLimit
}

// Result is what a query found, best first: the name in full; names with all its words; with
// names that may stand for them, such as Robert for Bob; words that begin as those typed; words
// with typing mistakes. Names with no other word come before the rest, and equal matches are
// ordered by folded name and number. Beginnings and mistakes are not looked for where a name of several
// words is there in full, and mistakes not where twenty names are found without.
type Result struct {
	Number         certification.Number // that the text is, in full; zero if it is none
	ByName         bool                 // whether the text was taken for a name
	Statements     []certification.Statement
	Matches        []legalname.Match // how well each legal name agrees with the text, if it was taken for a name
	Total          int               // matches, those before the offset and beyond the limit included
	TotalIsAtLeast bool              // there may be more than Total: the text begins or resembles very many words
	// ByStatus and ByArea count the matches with each status, and with each specialization, as if
	// the filter of that kind were not there.
	ByStatus [numStatuses]int
	ByArea   [numAreas]int
	// WithoutStatus, WithoutArea and WithoutFilters count them without the filter of status, of
	// specialization, and both.
	WithoutStatus, WithoutArea, WithoutFilters int
	// DidYouMean are other texts that find something, best first, where a name finds nothing.
	DidYouMean []string
}

// Search answers a query at the instant now. Status and specializations are those at that
// instant; certificates not yet issued are not there. The error wraps ErrQuery, or the context's.
func (s *Set) Search(ctx context.Context, q Query, now time.Time) (Result, error) {
	c := collector{limit: q.Limit, offset: q.Offset}
	if c.limit == 0 {
		c.limit = DefaultLimit
	}
	switch {
	case c.limit < 0 || c.limit > MaxLimit:
		return Result{}, fmt.Errorf("%w: the limit must be from 1 to %d", ErrQuery, MaxLimit)
	case c.offset < 0 || c.offset > MaxOffset:
		return Result{}, fmt.Errorf("%w: the offset must be from 0 to %d", ErrQuery, MaxOffset)
	}
	words, err := wordsOf(q.Text)
	if err != nil {
		return Result{}, err
	}
	f := s.newFinder(ctx, &c, q, now)
	defer f.close()
	var result Result
	if number, err := certification.ParseNumber(q.Text); err == nil {
		result.Number = number
		f.takeNumber(number)
	} else if digits, ok := firstDigits(q.Text); ok {
		f.takeDigits(digits)
	} else {
		result.ByName = true
		f.search(words)
		if f.issued() == 0 {
			result.DidYouMean = f.correct(words)
		}
	}
	if f.err != nil {
		return Result{}, f.err
	}
	given := legalname.NewGiven(words)
	result.Statements = make([]certification.Statement, 0, len(c.found))
	var name []string
	for _, rank := range c.found {
		statement, ok := certification.StatementAt(f.names.records[rank], s.generation.Read, now)
		if !ok {
			continue
		}
		result.Statements = append(result.Statements, statement)
		if result.ByName {
			name = f.names.appendWords(name[:0], rank)
			result.Matches = append(result.Matches, given.Compare(name))
		}
	}
	result.TotalIsAtLeast = f.cut
	f.count(&result)
	return result, nil
}

// wordsOf gives the words of a text that someone typed, of which there is one at least. The error
// wraps ErrQuery.
func wordsOf(text string) ([]string, error) {
	switch {
	case len(text) > MaxQuery:
		return nil, fmt.Errorf("%w: the text is longer than %d bytes", ErrQuery, MaxQuery)
	case !utf8.ValidString(text):
		return nil, fmt.Errorf("%w: the text is not valid UTF-8", ErrQuery)
	}
	words := legalname.Words(text)
	if len(words) == 0 {
		return nil, fmt.Errorf("%w: the text has no letter and no digit", ErrQuery)
	}
	return words, nil
}

// collector takes ranks, best first, and keeps those of one page.
type collector struct {
	offset, limit int
	distinct      bool // of records with the same name it keeps one
	found         []uint32
}

// take reports whether it wants more.
func (c *collector) take(names *directory, rank uint32) bool {
	if c.distinct {
		name := names.records[rank].LegalName()
		for _, other := range c.found {
			if names.records[other].LegalName() == name {
				return true
			}
		}
	}
	if c.offset > 0 {
		c.offset--
		return true
	}
	c.found = append(c.found, rank)
	return len(c.found) < c.limit
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

// takeDigits takes the records whose number begins with the digits, by number.
func (f *finder) takeDigits(digits string) {
	ids, more, err := f.names.numbersWith("MPSS"+digits, maxNumbers)
	if err != nil {
		f.err = err
		return
	}
	f.cut = more
	for _, id := range ids {
		number, err := certification.ParseNumber(id)
		if err != nil {
			f.err = fmt.Errorf("read a number of the search index: %w", err)
			return
		}
		f.takeNumber(number)
	}
}

// takeNumber takes the record of the number, if there is one.
func (f *finder) takeNumber(number certification.Number) {
	if rank, ok := f.names.rankOf(number); ok {
		f.seen.add(rank)
		if !f.full && f.wanted.has(rank) {
			f.full = !f.collector.take(f.names, rank)
		}
	}
}
