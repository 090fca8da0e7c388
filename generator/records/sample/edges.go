package sample

import (
	"math/rand/v2"
	"time"

	"github.com/cmpss/registry/generator/certification"
)

// edge is one of the cases that every sample begins with. The name says what the record shows at
// the anchor.
type edge struct {
	name string
	make func(*rand.Rand) history
}

// edges holds every status and every boundary of the rules (§207, §209, §702, §805) at the anchor.
var edges = []edge{
	{"active", still(history{terms: terms(anchor-400, 1)})},
	{"active, renewed twice", still(history{terms: terms(anchor-365*4-200, 3)})},
	{"lapsed", still(history{terms: ended(anchor-100, 1)})},
	{"expired", still(history{terms: ended(anchor-800, 2)})},
	{"vacated", still(history{terms: ended(anchor-1600, 1)})},
	{"suspended until further notice", acted(400, action{kind: suspended, from: at(anchor-60, 9)})},
	{"revoked", acted(500, action{kind: revoked, from: at(anchor-90, 16)})},
	{"under investigation", acted(300, action{kind: investigation, from: at(anchor-20, 11)})},
	{"not yet issued", still(history{terms: terms(anchor+9, 1)})},

	{"last day", still(history{terms: ended(anchor, 1)})},
	{"last day tomorrow", still(history{terms: ended(anchor+1, 2)})},
	{"lapsed since today", still(history{terms: ended(anchor-1, 1)})},
	{"issued today", still(history{terms: terms(anchor, 1)})},
	{"issued tomorrow", still(history{terms: terms(anchor+1, 1)})},
	{"last day of being lapsed", still(history{terms: ended(anchor.AddYears(-1), 1)})},
	{"expired since today", still(history{terms: ended((anchor - 1).AddYears(-1), 1)})},
	{"last day of being expired", still(history{terms: ended(anchor.AddYears(-4), 1)})},
	{"vacated since today", still(history{terms: ended((anchor - 1).AddYears(-4), 1)})},

	{"suspended until a known day", acted(400, action{suspended, at(anchor-30, 9), at(anchor+60, 9)})},
	{"suspension ended", acted(700, action{suspended, at(anchor-500, 9), at(anchor-410, 9)})},
	{"suspended from a known day", acted(200, action{kind: suspended, from: at(anchor+5, 9)})},
	{"suspended twice, now active", acted(650,
		action{suspended, at(anchor-600, 10), at(anchor-540, 10)},
		action{suspended, at(anchor-300, 10), at(anchor-210, 10)})},
	{"suspended beyond the end of the term", still(history{
		terms:   ended(anchor-30, 1),
		actions: []action{{kind: suspended, from: at(anchor-200, 9)}},
	})},
	{"suspension outlasted the term, now lapsed", still(history{
		terms:   ended(anchor-120, 1),
		actions: []action{{suspended, at(anchor-200, 9), at(anchor-40, 9)}},
	})},
	{"suspended when the number was vacated", still(history{
		terms:   ended(anchor-1500, 1),
		actions: []action{{kind: suspended, from: at(anchor-1700, 9)}},
	})},
	{"revoked, reversed on appeal", acted(600, action{revoked, at(anchor-200, 16), at(anchor-150, 10)})},
	{"revoked long ago", still(history{
		terms:   ended(anchor-1700, 1),
		actions: []action{{kind: revoked, from: at(anchor-2000, 16)}},
	})},
	{"under investigation while suspended", acted(500,
		action{kind: investigation, from: at(anchor-40, 11)},
		action{kind: suspended, from: at(anchor-25, 15)})},
	{"investigated, then suspended, then revoked", acted(700,
		action{investigation, at(anchor-300, 11), at(anchor-220, 15)},
		action{suspended, at(anchor-220, 15), at(anchor-100, 15)},
		action{kind: revoked, from: at(anchor-100, 15)})},
	{"investigation closed without a finding", acted(400, action{investigation, at(anchor-150, 11), at(anchor-80, 11)})},
	{"under investigation after the term", still(history{
		terms:   ended(anchor-45, 1),
		actions: []action{{kind: investigation, from: at(anchor-10, 11)}},
	})},

	{"a gap of one day between terms", gap(2)},
	{"a gap of months between terms", gap(150)},
	{"a gap of years between terms", gap(900)},
	{"came back on the last day before the number was void", lastChance},
	{"lapsed, comes back next week", comesBack},
	{"renewed early", still(history{terms: terms(anchor-2*365+40, 2)})},
	{"renewed early, on the last day of the term before", still(history{terms: append(ended(anchor, 1), renewal(ended(anchor, 1)))})},
	{"renewed, from today", still(history{terms: append(ended(anchor-1, 1), renewal(ended(anchor-1, 1)))})},

	{"begins on 29 February", still(history{terms: terms(certification.NewDate(2024, time.February, 29), 2)})},
	{"ends on 29 February", still(history{terms: []term{{certification.NewDate(2022, time.March, 1), certification.NewDate(2024, time.February, 29)}}})},
	{"renewal ends on 29 February", still(history{terms: []term{
		{certification.NewDate(2024, time.March, 1), certification.NewDate(2026, time.March, 1)},
		{certification.NewDate(2026, time.March, 2), certification.NewDate(2028, time.February, 29)},
	}})},
	{"ends on the day clocks went back", still(history{terms: ended(certification.NewDate(2026, time.November, 1), 1)})},
	{"ends on the day clocks go forward", still(history{terms: ended(certification.NewDate(2027, time.March, 14), 1)})},
	{"an instant of a day when clocks went back", acted(600,
		action{suspended, time.Date(2026, time.November, 1, 8, 30, 0, 0, time.UTC), time.Date(2026, time.November, 1, 9, 30, 0, 0, time.UTC)})},

	{"no specialization", areas()},
	{"one specialization", areas("crisis-care")},
	{"several specializations", areas("parent-caregiver-family", "unhoused")},
	{"every specialization", areas(allAreas...)},
}

// still is a case that draws nothing but the specializations.
func still(h history) func(*rand.Rand) history {
	return func(r *rand.Rand) history {
		h := h
		h.areas = anyAreas(r)
		return h
	}
}

// acted is a certification issued so many days before the anchor, with actions.
func acted(days certification.Date, actions ...action) func(*rand.Rand) history {
	return still(history{terms: terms(anchor-days, 1), actions: actions})
}

// gap is a certification renewed so many days after the last day of the term before.
func gap(days certification.Date) func(*rand.Rand) history {
	first := terms(anchor-365*2-days-300, 1)
	return still(history{terms: append(first, terms(first[0].to+days, 1)...)})
}

func lastChance(r *rand.Rand) history {
	first := ended(anchor.AddYears(-5), 1)
	return still(history{terms: append(first, terms(first[0].to.AddYears(4), 1)...)})(r)
}

func comesBack(r *rand.Rand) history {
	first := ended(anchor-80, 1)
	return still(history{terms: append(first, terms(anchor+7, 1)...)})(r)
}

func areas(list ...string) func(*rand.Rand) history {
	return func(r *rand.Rand) history {
		return history{terms: terms(between(r, anchor-700, anchor-100), 1), areas: list}
	}
}

// at is an hour of a day in Los Angeles.
func at(day certification.Date, hour int) time.Time {
	year, month, dayOfMonth := day.YMD()
	return time.Date(year, month, dayOfMonth, hour, 0, 0, 0, certification.LosAngeles)
}
