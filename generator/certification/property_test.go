package certification

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// anyRecord draws valid records: terms with and without gaps, and actions that overlap them
// in every way.
func anyRecord() *rapid.Generator[*Record] {
	return rapid.Custom(func(t *rapid.T) *Record {
		d := Draft{Number: "MPSS" + rapid.StringMatching(`[0-9]{6}`).Draw(t, "number"), LegalName: "Jane Doe"}
		day := NewDate(2015, 1, 1) + Date(rapid.IntRange(0, 3000).Draw(t, "first day"))
		for range rapid.IntRange(1, 4).Draw(t, "terms") {
			to := day + Date(rapid.IntRange(0, 800).Draw(t, "length"))
			d.Terms = append(d.Terms, DraftTerm{day.String(), to.String()})
			limit := int(lastExpiredDay(Term{day, to}) - to)
			day = to + Date(rapid.OneOf(rapid.Just(1), rapid.IntRange(1, limit)).Draw(t, "gap"))
		}
		for range rapid.IntRange(0, 3).Draw(t, "actions") {
			from := NewDate(2014, 1, 1).Start().Add(time.Duration(rapid.Int64Range(0, int64(20*365*24*time.Hour)).Draw(t, "from")))
			a := DraftAction{Kind: rapid.SampledFrom(actionNames[:]).Draw(t, "kind"), From: from.Format(time.RFC3339Nano)}
			if rapid.Bool().Draw(t, "ends") {
				a.Until = from.Add(time.Duration(rapid.Int64Range(1, int64(3*365*24*time.Hour)).Draw(t, "for"))).Format(time.RFC3339Nano)
			}
			d.Actions = append(d.Actions, a)
		}
		r, err := d.Record()
		if err != nil {
			t.Fatal(err)
		}
		return r
	})
}

func anyInstant(t *rapid.T, r *Record) time.Time {
	instants := possibleChanges(nil, r)
	near := rapid.SampledFrom(instants).Draw(t, "near")
	off := rapid.OneOf(rapid.Int64Range(-1, 1), rapid.Int64Range(-int64(time.Second), int64(time.Second)),
		rapid.Int64Range(-int64(1000*24*time.Hour), int64(1000*24*time.Hour))).Draw(t, "off")
	return near.Add(time.Duration(off))
}

// History is what StatusAt says at every instant, without gaps.
func TestHistoryAgreesWithStatusAt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyRecord().Draw(t, "record")
		upTo := anyInstant(t, r)
		history := History(r, upTo)
		if (len(history) == 0) != (StatusAt(r, upTo) == NotIssued) {
			t.Fatalf("history up to %s has %d intervals, the status is %s", upTo, len(history), StatusAt(r, upTo))
		}
		for i, interval := range history {
			if i == 0 && !interval.From.Equal(r.terms[0].From.Start()) {
				t.Fatalf("history begins on %s, the first term on %s", interval.From, r.terms[0].From)
			}
			end := interval.Until
			if i+1 < len(history) {
				if next := history[i+1]; !end.Equal(next.From) || next.Status == interval.Status {
					t.Fatalf("interval %d does not meet the next, or is the same", i)
				}
			} else if end = upTo; !interval.Until.IsZero() {
				t.Fatalf("the last interval ends")
			}
			span := end.Sub(interval.From)
			for _, at := range []time.Time{interval.From, interval.From.Add(span / 2), interval.From.Add(max(0, span-1))} {
				if got := StatusAt(r, at); got != interval.Status {
					t.Fatalf("at %s the status is %s, history says %s", at, got, interval.Status)
				}
			}
		}
	})
}

// Between an instant and the next change nothing changes; at the next change something does.
func TestNextChangeIsTheNextChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyRecord().Draw(t, "record")
		at := anyInstant(t, r)
		state, next := StateAt(r, at), NextChange(r, at)
		until := next
		if next.IsZero() {
			until = at.Add(20 * 365 * 24 * time.Hour)
		} else if StateAt(r, next) == state {
			t.Fatalf("nothing changes at %s", next)
		}
		span := until.Sub(at)
		part := time.Duration(rapid.Int64Range(0, int64(span)-1).Draw(t, "part"))
		for _, between := range []time.Time{at.Add(part), until.Add(-1)} {
			if got := StateAt(r, between); got != state {
				t.Fatalf("from %s the next change is %s, but at %s the state is %v instead of %v", at, next, between, got, state)
			}
		}
	})
}

// Two reads between the same two boundaries say the same, unless the record itself changed:
// an idle rebuild changes no page.
func TestStatementsBetweenBoundariesAreTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyRecord().Draw(t, "record")
		at := anyInstant(t, r)
		end := NextConfirmation(at)
		if next := NextChange(r, at); !next.IsZero() && next.Before(end) {
			end = next
		}
		later := at.Add(time.Duration(rapid.Int64Range(0, int64(end.Sub(at))-1).Draw(t, "later")))
		one, issued := StatementAt(r, at, at)
		two, _ := StatementAt(r, later, later)
		if a, b := one.AppendJSON(nil), two.AppendJSON(nil); string(a) != string(b) {
			t.Fatalf("at %s and %s:\n%s\n%s", at, later, a, b)
		}
		if !issued {
			return
		}
		if one.ThisUpdate.After(at) || !one.NextUpdate.After(at) || one.NextUpdate.Sub(one.ThisUpdate) > Window {
			t.Fatalf("at %s the statement runs from %s to %s", at, one.ThisUpdate, one.NextUpdate)
		}
	})
}

// A record reads back from its own line, and its line is one line of JSON.
func TestRecordReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyRecord().Draw(t, "record")
		name, err := checkName(rapid.String().Draw(t, "name") + "a")
		if err == nil {
			r.legalName = name
		}
		line := r.AppendJSON(nil)
		var d Draft
		if err := json.Unmarshal(line, &d); err != nil || strings.ContainsAny(string(line), "\n\r") {
			t.Fatalf("%q: %v", line, err)
		}
		again, err := d.Record()
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if got := again.AppendJSON(nil); string(got) != string(line) {
			t.Fatalf("reads back as\n%s\nwant\n%s", got, line)
		}
		if again.Digest() != r.sealed().Digest() {
			t.Fatalf("%s reads back with another digest", line)
		}
		bare := again.WithoutSpecializations()
		if same := string(bare.AppendJSON(nil)) == string(line); same != (bare.Digest() == again.Digest()) {
			t.Fatalf("%s: the digest without areas of specialization is wrong", line)
		}
	})
}

// Boundaries are midnight and noon in Los Angeles, on every day of a year with both clock changes.
func TestConfirmationBoundaries(t *testing.T) {
	at := NewDate(2026, 1, 1).Start()
	for at.Before(NewDate(2027, 1, 2).Start()) {
		boundary, until := Confirmation(at)
		if !boundary.Equal(at) || until.Sub(boundary) != Window {
			t.Fatalf("at %s the boundary is %s until %s", at, boundary, until)
		}
		next := NextConfirmation(at)
		if before, _ := Confirmation(next.Add(-1)); !before.Equal(at) {
			t.Fatalf("between %s and %s there is another boundary, %s", at, next, before)
		}
		if hour := next.In(LosAngeles).Hour(); hour != 0 && hour != 12 {
			t.Fatalf("boundary %s", next.In(LosAngeles))
		}
		at = next
	}
}

// A published statement reads back, and what it says of a day is what the record says.
func TestStatementReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyRecord().Draw(t, "record")
		at := anyInstant(t, r)
		s, issued := StatementAt(r, at, at)
		if !issued {
			return
		}
		again, err := ParseStatement(s.AppendJSON(nil))
		if err != nil {
			t.Fatalf("%s: %v", s.AppendJSON(nil), err)
		}
		if a, b := s.AppendJSON(nil), again.AppendJSON(nil); string(a) != string(b) {
			t.Fatalf("reads back as\n%s\nwant\n%s", b, a)
		}
		day := DateOf(anyInstant(t, r))
		if day > DateOf(at) {
			return
		}
		a, b := r.OnDay(day, at), again.OnDay(day)
		if x, y := a.AppendJSON(nil), b.AppendJSON(nil); string(x) != string(y) {
			t.Fatalf("the record says %s, the statement %s", x, y)
		}
	})
}

// What is said of a day holds at every moment of it that is known: no moment has a graver status,
// one has this one, and the stretch that explains it holds for reasons of one kind.
func TestOnDayAgreesWithEveryMoment(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyRecord().Draw(t, "record")
		at := anyInstant(t, r)
		day := DateOf(anyInstant(t, r))
		if day > DateOf(at) {
			return
		}
		on := r.OnDay(day, at)
		gravest := NotIssued
		for instant := day.Start(); instant.Before(day.End()) && !instant.After(at); instant = instant.Add(5 * time.Minute) {
			gravest = max(gravest, StatusAt(r, instant))
		}
		// Actions begin and end between the moments looked at too.
		for _, a := range r.Actions() {
			for _, instant := range []time.Time{a.From, a.Until} {
				if DateOf(instant) == day && !instant.After(at) {
					gravest = max(gravest, StatusAt(r, instant))
				}
			}
		}
		if on.Status != gravest {
			t.Fatalf("on %s the status is %s, by its moments %s", day, on.Status, gravest)
		}
		if !slices.Contains(on.Reason.Statuses(), on.Status) {
			t.Fatalf("%s is no reason for %s", on.Reason, on.Status)
		}
		first, begins := on.FirstDay()
		last, ends := on.LastDay()
		if begins && first > day || ends && last < day {
			t.Fatalf("%s is outside of %s to %s", day, first, last)
		}
		if !begins {
			return
		}
		for instant := on.From; !instant.After(at) && (!ends || instant.Before(on.Until)); instant = instant.Add(9 * 24 * time.Hour) {
			status := StatusAt(r, instant)
			if status != on.Status && !(withoutTerm(status) && withoutTerm(on.Status)) {
				t.Fatalf("%s from %s on explains %s, but at %s it is %s", on.Reason, on.From, on.Status, instant, status)
			}
		}
		if on.Reason == BetweenTerms && StatusAt(r, on.Until) != Active {
			t.Fatalf("after the gap the status is %s", StatusAt(r, on.Until))
		}
	})
}

// A day is read and written as package time does.
func TestDatesAgreeWithPackageTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.StringMatching(`(19|20|21)[0-9]{2}-[01][0-9]-[0-3][0-9]`),
			rapid.StringMatching(`[0-9]{4}-[0-9]{2}-[0-9]{2}.?`),
			rapid.StringN(10, 10, -1),
		).Draw(t, "text")
		want, wantErr := time.Parse(time.DateOnly, text)
		if wantErr == nil && (want.Year() < minYear || want.Year() > maxYear) {
			return
		}
		got, err := ParseDate(text)
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%q: %v, package time says %v", text, err, wantErr)
		}
		if err == nil && (got.String() != text || dateOfUTC(want) != got) {
			t.Fatalf("%q becomes %s", text, got)
		}
	})
}

// Every day from the first year to the last begins, has its noon and ends as package time says.
func TestDaysAgreeWithPackageTime(t *testing.T) {
	for d := NewDate(minYear, 1, 1); d <= NewDate(maxYear, 12, 31).AddYears(expiredYears); d++ {
		year, month, dayOfMonth := d.YMD()
		start := time.Date(year, month, dayOfMonth, 0, 0, 0, 0, LosAngeles)
		noon := time.Date(year, month, dayOfMonth, 12, 0, 0, 0, LosAngeles)
		if !d.Start().Equal(start) || !d.noon().Equal(noon) {
			t.Fatalf("%s: starts at %s, noon at %s", d, d.Start(), d.noon())
		}
		for _, at := range []time.Time{start, start.Add(2 * time.Hour), noon, d.End().Add(-1)} {
			if DateOf(at) != d {
				t.Fatalf("%s falls on %s, want %s", at, DateOf(at), d)
			}
		}
	}
}

// Until HoldsUntil a statement confirmed by the same read says the same, and then another.
func TestAStatementHoldsUntil(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyRecord().Draw(t, "record")
		r.updatedAt = anyInstant(t, r).UTC()
		at := anyInstant(t, r)
		say := func(instant time.Time) string {
			s, issued := StatementAt(r, at, instant)
			if !issued {
				return ""
			}
			return string(s.AppendJSON(nil))
		}
		until := HoldsUntil(r, at)
		end := until
		if end.IsZero() {
			end = at.Add(20 * 365 * 24 * time.Hour)
		}
		later := at.Add(time.Duration(rapid.Int64Range(0, int64(end.Sub(at))-1).Draw(t, "later")))
		for _, instant := range []time.Time{later, end.Add(-1)} {
			if a, b := say(at), say(instant); a != b {
				t.Fatalf("at %s\n%s\nat %s\n%s", at, a, instant, b)
			}
		}
	})
}
