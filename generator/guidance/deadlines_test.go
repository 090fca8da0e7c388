package guidance_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// checkDeadlines compares every deadline of a group with one typed from the Guidelines.
func checkDeadlines(t *testing.T, group string, want map[string]string) {
	t.Helper()
	got := map[string]string{}
	for _, d := range shipped(t).Facts().Deadlines.List {
		if d.Group == group {
			got[d.ID] = fmt.Sprint(d.N, " ", d.Unit)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("deadlines of %s (-want +got)\n%s", group, diff)
	}
}

// checkFigures compares figures with those typed from the Guidelines.
func checkFigures(t *testing.T, want map[string]int) {
	t.Helper()
	facts := shipped(t).Facts()
	for id, n := range want {
		if got, _ := facts.Figure(id); got != n {
			t.Errorf("figure %s is %d, want %d", id, got, n)
		}
	}
}

func TestDeadlines(t *testing.T) {
	checkDeadlines(t, "registry", map[string]string{ // §805 to §807
		"registry-action": "72 hours", "registry-reinstatement": "72 hours", "registry-disposition": "72 hours",
	})
	checkDeadlines(t, "complaints", map[string]string{ // §703, §805, §806
		"ethical-complaint": "3 years", "acknowledgment": "5 business-days", "decision": "90 calendar-days",
		"extension": "30 calendar-days", "extension-notice": "5 calendar-days",
	})
	checkDeadlines(t, "appeals", map[string]string{"appeal": "14 days", "reinstatement-review": "60 calendar-days"}) // §702, §806
	checkDeadlines(t, "renewal", map[string]string{                                                                  // §207, §209, §802, App. C
		"renewal-opens": "90 days", "exam-request": "14 days", "ce-proof": "10 days", "ce-records": "2 years", "training-certificate": "2 years",
	})
	checkDeadlines(t, "applications", map[string]string{ // §801
		"application-answer": "30 calendar-days", "application-void": "90 calendar-days", "certificate-issued": "14 days",
	})
	checkDeadlines(t, "training-providers", map[string]string{ // §803
		"provider-answer": "90 days", "provider-approval": "2 years", "curriculum-notice": "90 days", "curriculum-answer": "90 days",
	})
	checkDeadlines(t, "supervisors", map[string]string{"supervisor-training": "60 days"}) // §211
}
