package certification

import (
	"strings"
	"testing"
)

func TestStatementsThatCannotBeTrusted(t *testing.T) {
	r := record(t, [][2]string{{"2022-03-02", "2024-03-01"}}, suspended("2023-02-01T09:00:00-08:00", "2023-05-01T09:00:00-07:00"))
	at := la(t, "2023-04-01 12:00:00")
	s, _ := StatementAt(r, at, at)
	good := string(s.AppendJSON(nil))
	if _, err := ParseStatement([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ old, new, want string }{
		{`"number":"MPSS123456"`, `"number":"123456"`, "canonical"},
		{`"status":"suspended","valid":false`, `"status":"suspended","valid":true`, "agree"},
		{`"status":"suspended","valid":false`, `"status":"active","valid":true`, "does not end"},
		{`"status":"suspended","valid":false`, `"status":"fine","valid":false`, "unknown status"},
		{`"valid":false,`, ``, "agree"},
		{`"actions":["suspended"]`, `"actions":["fired"]`, "unknown action"},
		{`"specializations":[]`, `"specializations":["x"]`, "unknown specialization"},
		{`"until":null`, `"until":"2024-01-01T00:00:00Z"`, "gap"},
		{`"until":"2023-02-01T17:00:00Z"`, `"until":"2023-02-01T18:00:00Z"`, "gap"},
		{`"status":"active"}`, `"status":"fine"}`, "in the history"},
		{`"next_update":"2023-04-02T19:00:00Z"`, `"next_update":"2023-03-02T19:00:00Z"`, "next_update"},
		{`"date_active":"2022-03-02"`, `"date_active":null`, "date_active"},
		{`"date_expires":"2024-03-01"`, `"date_expires":"2024-13-01"`, "date_expires"},
		{`}`, `}{}`, "follows"},
		{`{`, `[`, "read statement"},
	} {
		i := strings.LastIndex(good, test.old)
		if test.old == "{" {
			i = 0
		}
		if i < 0 {
			t.Fatalf("%s is not in %s", test.old, good)
		}
		spoilt := good[:i] + test.new + good[i+len(test.old):]
		if _, err := ParseStatement([]byte(spoilt)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v does not say %q", spoilt, err, test.want)
		}
	}
	if _, err := ParseStatement(unavailableStatement(t).AppendJSON(nil)); err != nil {
		t.Errorf("unavailable: %v", err)
	}
}

func unavailableStatement(t *testing.T) *Statement {
	at := la(t, "2023-04-01 12:00:00")
	s, _ := StatementAt(NewUnavailable(mustNumber(t, "123456"), false), at, at)
	return &s
}
