package site_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/cmpss/registry/generator/site"
)

// Percentiles of the log are those of the delays themselves, but for the steps: never less, and
// never more than two and a half times as much.
func TestFiguresAgainstTheDelaysThemselves(t *testing.T) {
	r := rand.New(rand.NewPCG(20261122, 3))
	for range 500 {
		var delays []time.Duration
		var log site.Delays
		day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		for range 1 + r.IntN(90) {
			var some []time.Duration
			for range r.IntN(40) {
				some = append(some, time.Duration(1e8*float64(uint64(1)<<r.IntN(22))*(1+r.Float64())))
			}
			log = log.With(day.Format(time.DateOnly), some)
			delays = append(delays, some...)
			day = day.AddDate(0, 0, 1)
		}
		got := log.Figures()
		late := 0
		for _, d := range delays {
			if d > site.Promise {
				late++
			}
		}
		if got.Changes != len(delays) || got.Late != late {
			t.Fatalf("%+v, want %d changes, %d late", got, len(delays), late)
		}
		if len(delays) == 0 {
			continue
		}
		slices.Sort(delays)
		if got.Longest != site.Seconds(delays[len(delays)-1]) {
			t.Errorf("longest %s", time.Duration(got.Longest))
		}
		for _, p := range []struct {
			share int
			got   site.Seconds
		}{{50, got.P50}, {99, got.P99}} {
			want := delays[(len(delays)*p.share+99)/100-1]
			if d := time.Duration(p.got); d < want || d > want*5/2 && want <= site.Promise {
				t.Errorf("of %d delays %d %% took %s, the log says %s", len(delays), p.share, want, d)
			}
		}
	}
}

func TestTheLogIsBoundedAndReadBack(t *testing.T) {
	var log site.Delays
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for range 1000 {
		log = log.With(day.Format(time.DateOnly), []time.Duration{time.Second, 1000 * time.Hour, 3 * time.Millisecond})
		day = day.AddDate(0, 0, 1)
	}
	body, err := json.Marshal(log)
	if err != nil {
		t.Fatal(err)
	}
	if len(body) > 16_000 {
		t.Errorf("the log takes %d bytes", len(body))
	}
	var back site.Delays
	if err := json.Unmarshal(body, &back); err != nil || !slices.Equal(back, log) {
		t.Errorf("read back %v: %v", back, err)
	}
	last := log[len(log)-1].Day
	if again := log.With("2020-01-01", []time.Duration{1}); again[len(again)-1].Day != last {
		t.Error("a clock that went back by a day put the log out of order")
	}
	if got := log.Between(log[3].Day, log[5].Day); len(got) != 2 || got[0] != log[3] {
		t.Errorf("between: %v", got)
	}
	if got := log.Between("2040-01-01", "2020-01-01"); len(got) != 0 {
		t.Errorf("between nothing: %v", got)
	}
	for _, bad := range []string{`["x"]`, `["2026-01-01"]`, `["2026-01-01 -1s"]`, `["2026-01-01 1s 5s:-1"]`, `["2026-01-01 1s :1"]`, `["2026-13-01 1s"]`, `["2026-01-01 1s 5s"]`} {
		if json.Unmarshal([]byte(bad), &back) == nil {
			t.Errorf("%s was read", bad)
		}
	}
}
