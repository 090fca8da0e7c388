package main

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/cmpss/registry/generator/follow"
)

// kept is what a keeper says of itself.
type kept struct {
	held          bool
	seen, pending time.Time
}

func (k kept) Held() bool         { return k.held }
func (k kept) Seen() time.Time    { return k.seen }
func (k kept) Pending() time.Time { return k.pending }

// The alarm is raised for a change that waits, and for a source that could not be read for so long
// that one may wait in it.
func TestTheAlarmOfAChangeThatIsOverdue(t *testing.T) {
	begin := time.Date(2026, 11, 22, 20, 30, 0, 0, time.UTC)
	now := begin
	m := newMetrics(func() time.Time { return now })
	says := func(line string) {
		t.Helper()
		w := httptest.NewRecorder()
		m.handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
		if !strings.Contains(w.Body.String(), "\n"+line+"\n") {
			t.Errorf("after %s it does not say %q", now.Sub(begin), line)
		}
	}
	says("registry_change_overdue 0")
	says("registry_last_look_timestamp_seconds 0")

	m.looked(follow.Report{}, nil, kept{seen: begin})
	says(fmt.Sprint("registry_last_look_timestamp_seconds ", float64(begin.Unix())))
	now = begin.Add(48 * time.Hour)
	m.looked(follow.Report{}, errors.New("the database is down"), kept{seen: begin})
	says("registry_change_overdue 0")
	now = now.Add(time.Second)
	says("registry_change_overdue 1")
	says("registry_oldest_unpublished_change_seconds 0")
	says(`registry_failures_total{kind="other"} 1`)

	m.looked(follow.Report{}, nil, kept{seen: now, pending: begin, held: true})
	says("registry_change_overdue 1")
	says("registry_oldest_unpublished_change_seconds 172801")
	says("registry_held 1")
	m.looked(follow.Report{}, nil, kept{seen: now})
	says("registry_change_overdue 0")
	says("registry_held 0")
}
