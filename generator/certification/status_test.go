package certification

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// record makes a record of terms "from..to" and actions "kind from..until".
func record(t testing.TB, terms [][2]string, actions ...DraftAction) *Record {
	t.Helper()
	d := Draft{Number: "MPSS123456", LegalName: "Jane Doe", Actions: actions}
	for _, term := range terms {
		d.Terms = append(d.Terms, DraftTerm{From: term[0], To: term[1]})
	}
	r, err := d.Record()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// la is an instant written in the clock of Los Angeles.
func la(t testing.TB, clock string) time.Time {
	t.Helper()
	instant, err := time.ParseInLocation("2006-01-02 15:04:05.999999999", clock, LosAngeles)
	if err != nil {
		t.Fatal(err)
	}
	return instant
}

func suspended(from, until string) DraftAction { return DraftAction{"suspended", from, until} }
func revoked(from, until string) DraftAction   { return DraftAction{"revoked", from, until} }
func investigated(from, until string) DraftAction {
	return DraftAction{"under-investigation", from, until}
}

func TestStatusAt(t *testing.T) {
	single := [][2]string{{"2022-03-02", "2024-03-01"}}
	type at struct {
		clock string
		want  Status
	}
	for _, test := range []struct {
		name   string
		record *Record
		at     []at
	}{
		{"the calendar alone (§209)", record(t, single), []at{
			{"2022-03-01 23:59:59.999999999", NotIssued},
			{"2022-03-02 00:00:00", Active},
			{"2024-03-01 00:00:00", Active},
			{"2024-03-01 23:59:59.999999999", Active}, // the last valid day, to its last instant
			{"2024-03-02 00:00:00", Lapsed},
			{"2025-03-01 23:59:59.999999999", Lapsed},
			{"2025-03-02 00:00:00", Expired},
			{"2028-03-01 23:59:59.999999999", Expired},
			{"2028-03-02 00:00:00", Vacated},
			{"2199-12-31 12:00:00", Vacated},
		}},
		{"29 February", record(t, [][2]string{{"2022-03-01", "2024-02-29"}}), []at{
			{"2024-02-29 23:59:59", Active},
			{"2024-03-01 00:00:00", Lapsed},
			{"2025-02-28 23:59:59", Lapsed}, // 29 February plus a year is 28 February
			{"2025-03-01 00:00:00", Expired},
			{"2028-02-29 23:59:59", Expired}, // plus four years is 29 February again
			{"2028-03-01 00:00:00", Vacated},
		}},
		{"a term that ends on the day the clocks go forward", record(t, [][2]string{{"2024-03-11", "2026-03-08"}}), []at{
			{"2026-03-08 00:00:00", Active},
			{"2026-03-08 01:59:59", Active},
			{"2026-03-08 03:00:00", Active},
			{"2026-03-08 23:59:59", Active},
			{"2026-03-09 00:00:00", Lapsed},
		}},
		{"a term that ends on the day the clocks go back", record(t, [][2]string{{"2024-11-02", "2026-11-01"}}), []at{
			{"2026-11-01 00:00:00", Active},
			{"2026-11-01 01:30:00", Active},
			{"2026-11-01 23:59:59", Active},
			{"2026-11-02 00:00:00", Lapsed},
		}},
		{"a term of one day", record(t, [][2]string{{"2024-05-05", "2024-05-05"}}), []at{
			{"2024-05-04 23:59:59", NotIssued}, {"2024-05-05 12:00:00", Active}, {"2024-05-06 00:00:00", Lapsed},
		}},
		{"renewed without a gap", record(t, [][2]string{{"2022-03-02", "2024-03-01"}, {"2024-03-02", "2026-03-01"}}), []at{
			{"2024-03-01 23:59:59", Active}, {"2024-03-02 00:00:00", Active}, {"2026-03-02 00:00:00", Lapsed},
		}},
		{"a gap while lapsed", record(t, [][2]string{{"2022-03-02", "2024-03-01"}, {"2024-06-01", "2026-05-31"}}), []at{
			{"2024-03-02 00:00:00", Lapsed}, {"2024-05-31 23:59:59", Lapsed}, {"2024-06-01 00:00:00", Active},
		}},
		{"a gap while expired", record(t, [][2]string{{"2018-03-02", "2020-03-01"}, {"2024-03-01", "2026-02-28"}}), []at{
			{"2021-03-01 23:59:59", Lapsed},
			{"2021-03-02 00:00:00", Expired},
			{"2024-02-29 23:59:59", Expired},
			{"2024-03-01 00:00:00", Active},
		}},
		{"suspended and reinstated (§805.3)", record(t, single, suspended("2023-02-01T09:00:00-08:00", "2023-05-01T09:00:00-07:00")), []at{
			{"2023-02-01 08:59:59.999999999", Active},
			{"2023-02-01 09:00:00", Suspended},
			{"2023-05-01 08:59:59.999999999", Suspended},
			{"2023-05-01 09:00:00", Active},
		}},
		{"a suspension that outlasts the term", record(t, single, suspended("2024-02-01T00:00:00-08:00", "2025-06-01T00:00:00-07:00")), []at{
			{"2024-03-02 00:00:00", Suspended}, {"2025-03-02 00:00:00", Suspended}, {"2025-06-01 00:00:00", Expired},
		}},
		{"a suspension without end yields to vacated", record(t, single, suspended("2024-02-01T00:00:00-08:00", "")), []at{
			{"2028-03-01 23:59:59", Suspended}, {"2028-03-02 00:00:00", Vacated},
		}},
		{"revoked decides over all", record(t, single, suspended("2023-01-01T00:00:00-08:00", ""), revoked("2023-02-01T00:00:00-08:00", "")), []at{
			{"2023-01-31 23:59:59", Suspended}, {"2023-02-01 00:00:00", Revoked}, {"2028-03-02 00:00:00", Revoked},
		}},
		{"a revocation reversed on appeal (§702)", record(t, single, revoked("2023-02-01T12:00:00-08:00", "2023-03-01T12:00:00-08:00")), []at{
			{"2023-02-01 12:00:00", Revoked}, {"2023-03-01 11:59:59", Revoked}, {"2023-03-01 12:00:00", Active},
		}},
		{"a revocation reversed after the number was vacated", record(t, single, revoked("2023-02-01T12:00:00-08:00", "2028-06-01T12:00:00-07:00")), []at{
			{"2028-06-01 11:59:59", Revoked}, {"2028-06-01 12:00:00", Vacated},
		}},
		{"an investigation changes nothing", record(t, single, investigated("2023-02-01T12:00:00-08:00", "")), []at{
			{"2023-02-01 12:00:00", Active}, {"2024-03-02 00:00:00", Lapsed},
		}},
		{"an action before the first term does not issue", record(t, single, revoked("2022-01-01T00:00:00-08:00", "")), []at{
			{"2022-03-01 23:59:59", NotIssued}, {"2022-03-02 00:00:00", Revoked},
		}},
		{"a record that cannot be understood", NewUnavailable(mustNumber(t, "123456"), false), []at{
			{"1900-01-01 00:00:00", Unavailable}, {"2199-01-01 00:00:00", Unavailable},
		}},
	} {
		for _, at := range test.at {
			if got := StatusAt(test.record, la(t, at.clock)); got != at.want {
				t.Errorf("%s: at %s the status is %s, want %s", test.name, at.clock, got, at.want)
			}
		}
	}
}

func TestOnlyActiveIsValid(t *testing.T) {
	for s := range numStatuses {
		if s.Valid() != (s.String() == "active") {
			t.Errorf("%s: valid is %v (§102.30)", s, s.Valid())
		}
	}
}

func TestActionsInForceStandBesideTheStatus(t *testing.T) {
	r := record(t, [][2]string{{"2022-03-02", "2024-03-01"}},
		investigated("2023-01-01T00:00:00-08:00", "2023-06-01T00:00:00-07:00"),
		suspended("2023-03-01T00:00:00-08:00", ""))
	got := StateAt(r, la(t, "2023-04-01 12:00:00"))
	want := State{Suspended, 1<<UnderInvestigation | 1<<ActionSuspended}
	if got != want {
		t.Errorf("state is %v, want %v", got, want)
	}
	if got := StateAt(r, la(t, "2023-07-01 12:00:00")); got.Actions != 1<<ActionSuspended {
		t.Errorf("actions after the investigation are %b", got.Actions)
	}
}

func TestHistory(t *testing.T) {
	r := record(t, [][2]string{{"2022-03-01", "2024-03-01"}, {"2024-03-02", "2026-03-01"}, {"2027-04-01", "2029-03-31"}},
		suspended("2025-02-01T09:00:00-08:00", "2025-05-01T09:00:00-07:00"),
		investigated("2025-01-15T09:00:00-08:00", "2025-02-01T09:00:00-08:00"))
	utc := func(clock string) time.Time { return la(t, clock).UTC() }
	want := []Interval{
		{utc("2022-03-01 00:00:00"), utc("2025-02-01 09:00:00"), Active}, // two terms and an investigation, joined
		{utc("2025-02-01 09:00:00"), utc("2025-05-01 09:00:00"), Suspended},
		{utc("2025-05-01 09:00:00"), utc("2026-03-02 00:00:00"), Active},
		{utc("2026-03-02 00:00:00"), utc("2027-03-02 00:00:00"), Lapsed},
		{utc("2027-03-02 00:00:00"), utc("2027-04-01 00:00:00"), Expired},
		{utc("2027-04-01 00:00:00"), time.Time{}, Active},
	}
	sameInstant := cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })
	if diff := cmp.Diff(want, History(r, la(t, "2028-01-01 00:00:00")), sameInstant); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	if got := History(r, la(t, "2022-02-28 23:59:59")); len(got) != 0 {
		t.Errorf("history before the issue is %v", got)
	}
	if got := History(NewUnavailable(r.Number(), false), la(t, "2028-01-01 00:00:00")); len(got) != 0 {
		t.Errorf("history of an unavailable record is %v", got)
	}
}

func TestNextChange(t *testing.T) {
	r := record(t, [][2]string{{"2022-03-01", "2024-03-01"}, {"2024-03-02", "2026-03-01"}},
		investigated("2025-01-15T09:00:00-08:00", "2025-02-01T09:00:00-08:00"))
	for _, test := range []struct{ at, want string }{
		{"2020-01-01 00:00:00", "2022-03-01 00:00:00"}, // the issue itself
		{"2022-03-01 00:00:00", "2025-01-15 09:00:00"}, // the renewal changes nothing
		{"2025-01-15 09:00:00", "2025-02-01 09:00:00"}, // an action changes, the status does not
		{"2025-02-01 09:00:00", "2026-03-02 00:00:00"},
		{"2026-03-02 00:00:00", "2027-03-02 00:00:00"},
		{"2027-03-02 00:00:00", "2030-03-02 00:00:00"},
		{"2030-03-02 00:00:00", ""},
	} {
		var want time.Time
		if test.want != "" {
			want = la(t, test.want)
		}
		if got := NextChange(r, la(t, test.at)); !got.Equal(want) {
			t.Errorf("next change after %s is %s, want %s", test.at, got, want)
		}
	}
}

func TestOnDay(t *testing.T) {
	once := record(t, [][2]string{{"2022-03-01", "2024-03-01"}},
		suspended("2023-02-01T09:00:00-08:00", "2023-02-01T17:00:00-08:00"))
	again := record(t, [][2]string{{"2018-03-01", "2020-03-01"}, {"2022-03-01", "2024-03-01"}},
		suspended("2023-02-01T00:00:00-08:00", "2023-05-01T00:00:00-07:00"), suspended("2025-01-01T10:00:00-08:00", ""))
	late := la(t, "2030-01-01 00:00:00")
	for _, test := range []struct {
		r    *Record
		day  string
		upTo time.Time
		want string
	}{
		{once, "2022-02-28", late, `"not-issued","valid":false,"reason":"before-issue","from":null,"through":"2022-02-28"`},
		{once, "2022-03-01", late, `"active","valid":true,"reason":"in-term","from":"2022-03-01","through":"2023-02-01"`},
		{once, "2023-01-31", late, `"active","valid":true,"reason":"in-term","from":"2022-03-01","through":"2023-02-01"`},
		// For part of the day, so not valid that day; and not yet known to be; and now it is.
		{once, "2023-02-01", late, `"suspended","valid":false,"reason":"suspension","from":"2023-02-01","through":"2023-02-01","part_of_day":true`},
		{once, "2023-02-01", la(t, "2023-02-01 08:00:00"), `"active","valid":true,"reason":"in-term","from":"2022-03-01","through":null`},
		{once, "2023-02-01", la(t, "2023-02-01 09:00:00"), `"suspended","valid":false,"reason":"suspension","from":"2023-02-01","through":null,"part_of_day":true`},
		{once, "2023-02-02", late, `"active","valid":true,"reason":"in-term","from":"2023-02-01","through":"2024-03-01"`},
		{once, "2024-03-01", late, `"active","valid":true,"reason":"in-term","from":"2023-02-01","through":"2024-03-01"`},
		{once, "2024-03-02", late, `"lapsed","valid":false,"reason":"after-term","from":"2024-03-02","through":null`},
		{once, "2028-03-02", late, `"vacated","valid":false,"reason":"after-term","from":"2024-03-02","through":null`},
		{again, "2020-03-02", late, `"lapsed","valid":false,"reason":"between-terms","from":"2020-03-02","through":"2022-02-28"`},
		{again, "2022-02-28", late, `"expired","valid":false,"reason":"between-terms","from":"2020-03-02","through":"2022-02-28"`},
		{again, "2022-02-28", la(t, "2022-02-28 12:00:00"), `"expired","valid":false,"reason":"after-term","from":"2020-03-02","through":null`},
		{again, "2023-02-01", late, `"suspended","valid":false,"reason":"suspension","from":"2023-02-01","through":"2023-04-30"`},
		{again, "2023-05-01", late, `"active","valid":true,"reason":"in-term","from":"2023-05-01","through":"2024-03-01"`},
		// A suspension in the time after the term: what came before it was no gap between terms.
		{again, "2024-12-31", late, `"lapsed","valid":false,"reason":"after-term","from":"2024-03-02","through":"2025-01-01"`},
		{again, "2025-01-01", late, `"suspended","valid":false,"reason":"suspension","from":"2025-01-01","through":"2028-03-01","part_of_day":true`},
		{again, "2028-03-02", late, `"vacated","valid":false,"reason":"after-term","from":"2028-03-02","through":null`},
	} {
		day, err := ParseDate(test.day)
		if err != nil {
			t.Fatal(err)
		}
		on := test.r.OnDay(day, test.upTo)
		if got, want := string(on.AppendJSON(nil)), `{"date":"`+test.day+`","status":`+test.want+`}`; got != want {
			t.Errorf("known up to %s:\n%s, want\n%s", test.upTo, got, want)
		}
	}
	unknown := NewUnavailable(mustNumber(t, "123456"), false).OnDay(NewDate(2024, 1, 1), late)
	if got := string(unknown.AppendJSON(nil)); got != `{"date":"2024-01-01","status":"unavailable","valid":false,"reason":"unavailable","from":null,"through":null}` {
		t.Errorf("unavailable: %s", got)
	}
}
