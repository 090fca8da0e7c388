package advice_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cmpss/registry/generator/advice"
	"github.com/cmpss/registry/generator/certification"
)

var stamp = time.Date(2026, 1, 15, 20, 4, 5, 0, time.UTC)

// component is a component of a calendar: its properties with their parameters, and those within.
type component struct {
	name       string
	properties map[string]string
	parameters map[string]string
	within     []*component
}

var contentLine = regexp.MustCompile(`^([A-Z-]+)((?:;[A-Z-]+=[^;:",]+)*):(.*)$`)

// parseCalendar reads a calendar as strictly as RFC 5545 has it: lines end with CRLF and have at
// most 75 octets, each is whole UTF-8, names are known, text is escaped, components are closed.
func parseCalendar(t fataler, data string) *component {
	t.Helper()
	if !strings.HasSuffix(data, "\r\n") {
		t.Fatal("the last line has no end")
	}
	var unfolded []string
	for line := range strings.SplitSeq(strings.TrimSuffix(data, "\r\n"), "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) || strings.ContainsAny(line, "\r\n\t\x00") {
			t.Fatal(fmt.Sprintf("line of %d octets: %q", len(line), line))
		}
		if rest, ok := strings.CutPrefix(line, " "); ok {
			unfolded[len(unfolded)-1] += rest
			continue
		}
		unfolded = append(unfolded, line)
	}
	root := &component{}
	open := []*component{root}
	for _, line := range unfolded {
		match := contentLine.FindStringSubmatch(line)
		if match == nil {
			t.Fatal(fmt.Sprintf("not a content line: %q", line))
		}
		name, parameters, value := match[1], match[2], match[3]
		current := open[len(open)-1]
		switch name {
		case "BEGIN":
			c := &component{name: value, properties: map[string]string{}, parameters: map[string]string{}}
			current.within = append(current.within, c)
			open = append(open, c)
			continue
		case "END":
			if value != current.name {
				t.Fatal("END:" + value + " of " + current.name)
			}
			open = open[:len(open)-1]
			continue
		}
		if _, twice := current.properties[name]; twice {
			t.Fatal(name + " stands twice")
		}
		current.properties[name], current.parameters[name] = value, parameters
	}
	if len(open) != 1 || len(root.within) != 1 || root.within[0].name != "VCALENDAR" {
		t.Fatal("not one whole calendar")
	}
	return root.within[0]
}

// text reads a value of the type TEXT.
func text(t fataler, value string) string {
	t.Helper()
	var b strings.Builder
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case c == ';' || c == ',':
			t.Fatal("not escaped: " + value)
		case c == '\\':
			i++
			if i == len(value) || !strings.ContainsRune(`\;,nN`, rune(value[i])) {
				t.Fatal("wrongly escaped: " + value)
			}
			b.WriteString(strings.NewReplacer("n", "\n", "N", "\n").Replace(value[i : i+1]))
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func TestCalendar(t *testing.T) {
	s := standing(t, "2026-03-01", "2026-01-15")
	a := advisor(t)
	c := parseCalendar(t, string(a.AppendCalendar(nil, &s, "es", stamp)))
	if c.properties["VERSION"] != "2.0" || c.properties["PRODID"] == "" {
		t.Errorf("calendar %v", c.properties)
	}
	var got []string
	for _, event := range c.within {
		p := event.properties
		if event.name != "VEVENT" || p["DTSTAMP"] != "20260115T200405Z" || event.parameters["DTSTART"] != ";VALUE=DATE" || event.parameters["DTEND"] != ";VALUE=DATE" {
			t.Errorf("event %v", event)
		}
		if event.parameters["SUMMARY"] != ";LANGUAGE=es" || text(t, p["DESCRIPTION"]) == "" {
			t.Errorf("event %v", event)
		}
		got = append(got, fmt.Sprintf("%s %s-%s %s", p["UID"], p["DTSTART"], p["DTEND"], text(t, p["SUMMARY"])))
	}
	want := []string{ // renewal opened before the day that was asked about
		"last-valid-day-2026-03-01@cmpss-registry 20260301-20260302 Último día de validez",
		"lapses-2026-03-01@cmpss-registry 20260302-20260303 La certificación caduca",
		"late-renewal-closes-2026-03-01@cmpss-registry 20270301-20270302 Último día para renovar con recargo",
		"exam-request-closes-2026-03-01@cmpss-registry 20300215-20300216 Último día para pedir el examen",
		"reinstatement-closes-2026-03-01@cmpss-registry 20300301-20300302 Último día para recuperar la certificación",
		"vacated-2026-03-01@cmpss-registry 20300302-20300303 La certificación queda anulada",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got)\n%s", diff)
	}
}

func TestCalendarIsWellFormedForEveryDate(t *testing.T) {
	a := advisor(t)
	rapid.Check(t, func(t *rapid.T) {
		expires := certification.Date(rapid.Int32Range(18000, 40000).Draw(t, "expires"))
		on := expires + certification.Date(rapid.Int32Range(-700, 2000).Draw(t, "on"))
		language := rapid.SampledFrom([]string{"en", "es"}).Draw(t, "language")
		s, err := a.Standing(advice.StandingQuestion{Expires: expires, On: on})
		if err != nil {
			t.Fatal(err)
		}
		c := parseCalendar(t, string(a.AppendCalendar(nil, &s, language, stamp)))
		if len(c.within) != len(s.Ahead()) {
			t.Fatalf("%d events, %d milestones ahead", len(c.within), len(s.Ahead()))
		}
		for i, event := range c.within {
			m := s.Ahead()[i]
			if want := a.Facts().Words(m.Text, language) + " (" + m.Section + ")"; text(t, event.properties["DESCRIPTION"]) != want {
				t.Fatalf("description %q, want %q", event.properties["DESCRIPTION"], want)
			}
		}
	})
}
