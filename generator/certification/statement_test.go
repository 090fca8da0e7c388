package certification

import (
	"testing"
	"time"
)

// The example of the contract, to the letter.
func TestStatementJSON(t *testing.T) {
	r, err := Draft{
		Number: "MPSS123456", LegalName: "Jane Doe", UpdatedAt: "2025-05-01T16:00:00Z",
		Terms:           []DraftTerm{{"2022-03-01", "2024-03-01"}, {"2024-03-02", "2026-03-01"}},
		Specializations: []string{"crisis-care"},
		Actions:         []DraftAction{{"under-investigation", "2025-11-01T09:00:00-07:00", ""}, {"suspended", "2025-02-01T09:00:00-08:00", "2025-05-01T09:00:00-07:00"}},
	}.Record()
	if err != nil {
		t.Fatal(err)
	}
	at := la(t, "2025-11-22 03:00:00")
	s, issued := StatementAt(r, at, at)
	const want = `{"number":"MPSS123456","legal_name":"Jane Doe","status":"active","valid":true,"actions":["under-investigation"],` +
		`"certified_since":"2022-03-01","date_active":"2024-03-02","date_expires":"2026-03-01","specializations":["crisis-care"],` +
		`"history":[{"from":"2022-03-01T08:00:00Z","until":"2025-02-01T17:00:00Z","status":"active"},` +
		`{"from":"2025-02-01T17:00:00Z","until":"2025-05-01T16:00:00Z","status":"suspended"},` +
		`{"from":"2025-05-01T16:00:00Z","until":null,"status":"active"}],` +
		`"this_update":"2025-11-22T08:00:00Z","next_update":"2025-11-23T08:00:00Z","next_change":"2026-03-02T08:00:00Z"}`
	if got := string(s.AppendJSON(nil)); !issued || got != want {
		t.Errorf("issued %v\n got %s\nwant %s", issued, got, want)
	}
	unavailable, _ := StatementAt(NewUnavailable(r.Number(), true), at, at)
	const wantUnavailable = `{"number":"MPSS123456","legal_name":"","status":"unavailable","valid":false,"actions":[],` +
		`"certified_since":null,"date_active":null,"date_expires":null,"specializations":[],"history":[],` +
		`"this_update":"2025-11-22T08:00:00Z","next_update":"2025-11-23T08:00:00Z","next_change":null,"sample":true}`
	if got := string(unavailable.AppendJSON(nil)); got != wantUnavailable {
		t.Errorf("unavailable:\n got %s\nwant %s", got, wantUnavailable)
	}
}

func TestThisUpdateIsTheNewestOfBoundaryTransitionAndChange(t *testing.T) {
	d := Draft{
		Number: "MPSS123456", LegalName: "Jane Doe", Terms: []DraftTerm{{"2024-03-02", "2026-03-01"}},
		Actions: []DraftAction{{"suspended", "2025-11-22T15:00:00-08:00", ""}},
	}
	for _, test := range []struct{ updated, at, want string }{
		{"", "2025-11-22 11:59:59", "2025-11-22 00:00:00"},
		{"", "2025-11-22 14:00:00", "2025-11-22 12:00:00"},
		{"", "2025-11-22 16:00:00", "2025-11-22 15:00:00"},                          // the suspension began
		{"2025-11-22T15:30:00-08:00", "2025-11-22 16:00:00", "2025-11-22 15:30:00"}, // and was noted later
		{"2025-11-22T15:30:00-08:00", "2025-11-23 00:00:00", "2025-11-23 00:00:00"},
		{"2025-12-24T15:30:00-08:00", "2025-11-23 00:00:00", "2025-11-23 00:00:00"}, // a source whose clock is wrong
	} {
		d.UpdatedAt = test.updated
		r, err := d.Record()
		if err != nil {
			t.Fatal(err)
		}
		at := la(t, test.at)
		if s, _ := StatementAt(r, at, at); !s.ThisUpdate.Equal(la(t, test.want)) {
			t.Errorf("updated %q, at %s: this update is %s, want %s", test.updated, test.at, s.ThisUpdate.In(LosAngeles), test.want)
		}
	}
}

// An answer given long after the read keeps the window of the read: an outage extends nothing.
func TestALateAnswerKeepsTheWindowOfTheRead(t *testing.T) {
	r := record(t, [][2]string{{"2024-03-02", "2026-03-01"}})
	read := la(t, "2026-03-01 13:00:00")
	s, _ := StatementAt(r, read, la(t, "2026-03-02 00:00:00"))
	if s.Status != Lapsed || !s.NextUpdate.Equal(la(t, "2026-03-02 12:00:00")) || !s.ThisUpdate.Equal(la(t, "2026-03-02 00:00:00")) {
		t.Errorf("%s from %s until %s", s.Status, s.ThisUpdate, s.NextUpdate)
	}
}

func TestReliableUntilIsTheNextChangeIfThatComesFirst(t *testing.T) {
	r := record(t, [][2]string{{"2024-03-02", "2026-03-01"}})
	for _, test := range []struct{ at, want string }{
		{"2026-02-27 13:00:00", "2026-02-28 12:00:00"},
		{"2026-03-01 13:00:00", "2026-03-02 00:00:00"}, // its last day: it lapses before the window ends
	} {
		at := la(t, test.at)
		if s, _ := StatementAt(r, at, at); !s.ReliableUntil().Equal(la(t, test.want)) {
			t.Errorf("at %s it may be relied on until %s, want %s", test.at, s.ReliableUntil().In(LosAngeles), test.want)
		}
	}
}

func TestRenewalOnFile(t *testing.T) {
	r := record(t, [][2]string{{"2022-03-02", "2024-03-01"}, {"2024-03-02", "2026-03-01"}, {"2026-03-02", "2028-03-01"}, {"2028-06-01", "2030-05-31"}})
	at := la(t, "2024-02-01 00:00:00")
	s, _ := StatementAt(r, at, at)
	if s.Term != (Term{NewDate(2022, 3, 2), NewDate(2024, 3, 1)}) || s.Renewal != (Term{NewDate(2024, 3, 2), NewDate(2028, 3, 1)}) || s.ValidThrough() != NewDate(2028, 3, 1) {
		t.Errorf("term %v, renewal %v, valid through %s", s.Term, s.Renewal, s.ValidThrough())
	}
	if got := (time.Time{}); s.NextChange.Equal(got) || !s.NextChange.Equal(la(t, "2028-03-02 00:00:00")) {
		t.Errorf("next change %s", s.NextChange)
	}
}

func BenchmarkStatement(b *testing.B) {
	r := record(b, [][2]string{{"2022-03-02", "2024-03-01"}, {"2024-03-02", "2026-03-01"}},
		suspended("2025-02-01T09:00:00-08:00", "2025-05-01T09:00:00-07:00"))
	at := la(b, "2025-11-22 03:00:00")
	var buffer []byte
	b.ReportAllocs()
	for b.Loop() {
		s, _ := StatementAt(r, at, at)
		buffer = s.AppendJSON(buffer[:0])
	}
}
