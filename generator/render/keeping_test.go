package render

import (
	"testing"
	"time"

	"github.com/cmpss/registry/generator/site"
)

// The promise that delays are held against is the one of the facts.
func TestThePromiseIsThatOfTheFacts(t *testing.T) {
	hours, ok := library(t).Facts().Figure("registry-action")
	if !ok || time.Duration(hours)*time.Hour != site.Promise {
		t.Errorf("the facts say %d hours, the program %s", hours, site.Promise)
	}
}

func TestDurationsAreRoundedUp(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                              "1 second",
		time.Millisecond:               "1 second",
		time.Second + 1:                "2 seconds",
		59 * time.Second:               "59 seconds",
		59*time.Second + 1:             "1 minute",
		time.Minute + time.Second:      "2 minutes",
		59*time.Minute + time.Second:   "1 hour",
		site.Promise:                   "72 hours",
		site.Promise + time.Nanosecond: "73 hours",
		1500 * time.Hour:               "1,500 hours",
	} {
		if got, err := renderer(t).editions["en"].duration(d); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v; want %q", d, got, err, want)
		}
	}
}
