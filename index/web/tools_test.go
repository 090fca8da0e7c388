package web

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Today is that of Los Angeles: at seven in the evening there it is tomorrow in UTC.
func TestStandingIsReckonedForTodayInLosAngeles(t *testing.T) {
	f := newFixture(t, nil)
	f.now = time.Date(2026, 3, 2, 3, 0, 0, 0, time.UTC) // 1 March, seven in the evening
	for now, want := range map[time.Time]string{f.now: "active", f.now.Add(5 * time.Hour): "lapsed"} {
		f.now = now
		var got struct{ Status string }
		if err := json.Unmarshal([]byte(bodyOf(t, f.ask("GET", "/api/v1/tools/standing?expires=2026-03-01"))), &got); err != nil || got.Status != want {
			t.Errorf("at %s: %q, %v, want %s", now, got.Status, err, want)
		}
	}
}

func TestToolsSayWhatIsWrong(t *testing.T) {
	f := newFixture(t, nil)
	response := f.ask("GET", "/api/v1/tools/course?lang=es&hours=x")
	var problem struct {
		Detail string
		Errors []struct{ Parameter, Detail string }
	}
	if err := json.Unmarshal([]byte(bodyOf(t, response)), &problem); err != nil {
		t.Fatal(err)
	}
	if n := len(problem.Errors); response.StatusCode != http.StatusBadRequest || n != 9 || problem.Errors[8].Parameter != "hours" || problem.Errors[8].Detail != "es hours-malformed" {
		t.Errorf("%d: %+v", response.StatusCode, problem)
	}
	for target, status := range map[string]int{
		"/api/v1/tools/dinner": 404, "/api/v1/tools/": 404, "/api/v1/tools/standing/": 404, "/tools/dinner": 404, "/tools/": 404, "/tools/standing.txt": 404,
		"/tools/standing?expires=%zz": 400, "/api/v1/tools/cost?path=" + strings.Repeat("x", 5000): 400,
	} {
		if response := f.ask("GET", target); response.StatusCode != status {
			t.Errorf("%.40s: %d, want %d", target, response.StatusCode, status)
		}
	}
	for _, target := range []string{"/api/v1/tools/cost?path=first", "/tools/cost", "/tools/standing.ics"} {
		if response := f.ask("POST", target); response.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("POST %s: %d", target, response.StatusCode)
		}
	}
}

func TestCalendarIsAFileToKeep(t *testing.T) {
	f := newFixture(t, nil)
	response := f.ask("GET", "/es/tools/standing.ics?expires=2026-03-01")
	header := response.Header
	if header.Get("Content-Type") != "text/calendar; charset=utf-8" || !strings.Contains(header.Get("Content-Disposition"), "dates.ics") {
		t.Errorf("headers %v", header)
	}
	body := bodyOf(t, response)
	for _, want := range []string{"BEGIN:VCALENDAR\r\n", "DTSTAMP:20261122T180100Z\r\n", "SUMMARY;LANGUAGE=es:", "DTSTART;VALUE=DATE:20270301\r\n"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in\n%s", want, body)
		}
	}
}

// What people ask the tools is theirs: it is neither logged nor kept by a cache.
func TestQuestionsToToolsAreNotKept(t *testing.T) {
	var log bytes.Buffer
	f := newFixture(t, func(o *Options) {
		o.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	for _, target := range []string{
		"/tools/standing?expires=2026-03-17", "/tools/standing.ics?expires=2026-03-17", "/api/v1/tools/standing?expires=2026-03-17", "/es/tools/sanction?code=H10",
		"/tools/standing?expires=2026-03-17x",
	} {
		if cache := f.ask("GET", target).Header.Get("Cache-Control"); cache != "no-store" {
			t.Errorf("%s: Cache-Control %q", target, cache)
		}
	}
	f.pages.fail = true
	f.ask("GET", "/tools/standing?expires=2026-03-17")
	for _, asked := range []string{"2026-03-17", "H10"} {
		if strings.Contains(log.String(), asked) {
			t.Errorf("the log has %q:\n%s", asked, log.String())
		}
	}
}
