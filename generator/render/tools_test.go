package render

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/cmpss/registry/generator/certification"
)

// toolCases are the tools as people use them, by what was typed into which.
func toolCases(t testing.TB, r *Renderer) map[string]ToolPage {
	t.Helper()
	today := certification.DateOf(instant)
	a := r.Advisor()
	pages := make(map[string]ToolPage)
	const course = "provider=county&subject=law-ethics&before=yes&period=yes&repeated=no&scope=yes&sanction=no&proof=yes"
	hostile := url.QueryEscape(hostileName)
	for _, typed := range []string{
		"standing?expires=2028-01-01", "standing?expires=2027-01-01", "standing?expires=2026-03-01", "standing?expires=2024-03-01",
		"standing?expires=2022-11-30", "standing?expires=2020-02-29", "standing?expires=", "standing?expires=" + hostile, "standing?expires=2199-01-01&on=x",
		"cost?path=first", "cost?path=renew-late", "cost?path=expired-exam", "cost?path=supervisor-training", "cost?path=provider-specialization", "cost?path=" + hostile,
		"course?" + course + "&hours=8&breaks=1", "course?" + course + "&hours=3", "course?" + strings.Replace(course, "county", "school", 1) + "&units=3",
		"course?" + strings.Replace(course, "county", "other", 1) + "&hours=3", "course?" + strings.Replace(course, "sanction=no", "sanction=yes", 1) + "&hours=3",
		"course?", "course?hours=" + hostile + "&breaks=9&units=" + hostile + "&period=" + hostile,
		"sanction?code=H10", "sanction?code=E4", "sanction?code=j1/2/3", "sanction?code=K5", "sanction?code=A1", "sanction?code=" + hostile,
	} {
		name, query, _ := strings.Cut(typed, "?")
		tool, ok := ParseTool(name)
		values, err := url.ParseQuery(query)
		if err != nil || !ok {
			t.Fatal(typed, err)
		}
		page := ToolPage{Tool: tool, Typed: values}
		switch tool {
		case ToolStanding:
			q, faults := a.ParseStanding(values, today)
			if page.Faults = faults; faults == nil {
				s, err := a.Standing(q)
				if err != nil {
					t.Fatal(err)
				}
				page.Standing = &s
			}
		case ToolCost:
			q, faults := a.ParseCost(values)
			if page.Faults = faults; faults == nil {
				c := a.Cost(q)
				page.Cost = &c
			}
		case ToolCourse:
			q, faults := a.ParseCourse(values)
			if page.Faults = faults; faults == nil {
				c := a.Course(q)
				page.Course = &c
			}
		case ToolSanction:
			q, faults := a.ParseSanction(values)
			if page.Faults = faults; faults == nil {
				s := a.Sanction(q)
				page.Sanction = &s
			}
		}
		pages[typed] = page
	}
	return pages
}

func toolPage(t testing.TB, language, typed string) string {
	t.Helper()
	page, ok := toolCases(t, renderer(t))[typed]
	if !ok {
		t.Fatalf("no case %s", typed)
	}
	body, err := renderer(t).AppendTool(nil, language, page)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// textBeside is the text of the element around the one with the id, white space joined.
func textBeside(t testing.TB, page, id string) string {
	t.Helper()
	for n := range parsed(t, madePage{body: []byte(page)}).Descendants() {
		if got, _ := attribute(n, "id"); n.Type == html.ElementNode && got == id {
			return strings.Join(strings.Fields(textOf(n.Parent)), " ")
		}
	}
	t.Fatalf("no element has the id %s", id)
	return ""
}

func TestToolsAnswer(t *testing.T) {
	for _, c := range []struct{ language, typed, id, want string }{
		{"en", "standing?expires=2028-01-01", "answer", "Active through January 1, 2028. Renewal opens on October 3, 2027. Worked out for November 22, 2026"},
		{"en", "standing?expires=2027-01-01", "answer", "You can apply for renewal now."},
		{"en", "standing?expires=2026-03-01", "answer", "Lapsed since March 2, 2026. You can renew late until March 1, 2027."},
		{"en", "standing?expires=2026-03-01", "ways", "Renew late Complete 20 hours of continuing education"},
		{"en", "standing?expires=2026-03-01", "ways", "Renewal, every two years$80 Late fee for renewal$50 Total to CalMHSA$130"},
		{"es", "standing?expires=2024-03-01", "answer", "Vencida desde el 2 de marzo de 2025. Todavía puede recuperarla hasta el 1 de marzo de 2028."},
		{"en", "standing?expires=2022-11-30", "ways", "It is too late for this way. Last day to ask for the exam: November 16, 2026"},
		{"en", "standing?expires=2020-02-29", "answer", "Vacated since March 1, 2024."},
		{"en", "cost?path=first", "answer", "First certification: $250 Application for certification$100 Exam$150 Total to CalMHSA$250"},
		{"en", "cost?path=first", "answer", "Once$400 2 times$550"},
		{"en", "cost?path=provider-specialization", "answer", "4 times$1,200"},
		{"es", "cost?path=supervisor-training", "answer", "Sin costo"},
		{"en", "course?provider=county&subject=law-ethics&before=yes&period=yes&repeated=no&scope=yes&sanction=no&proof=yes&hours=8&breaks=1", "answer", "Part of it counts Hours that count: 7. Of these, in law and ethics: 7."},
		{"en", "course?provider=county&subject=law-ethics&before=yes&period=yes&repeated=no&scope=yes&sanction=yes&proof=yes&hours=3", "answer", "No, it does not count Why"},
		{"en", "sanction?code=H10", "answer", "Revocation for 2 years"},
		{"en", "sanction?code=E4", "answer", "or Suspension of up to 6 months Passing the certification exam again"},
		{"en", "sanction?code=A1", "answer", "No sanction is listed for standard A1"},
		{"es", "sanction?code=K5", "answer", "K4/5: No denunciar"},
	} {
		if got := textBeside(t, toolPage(t, c.language, c.typed), c.id); !strings.Contains(got, c.want) {
			t.Errorf("%s in %s: %q is not in\n%s", c.typed, c.language, c.want, got)
		}
	}
}

// The pages that lead to a tool, and that it leads to, are there.
func TestToolsBelongToGuidance(t *testing.T) {
	slugs := make(map[string]bool)
	for _, page := range library(t).Pages("en") {
		slugs[page.Slug] = true
	}
	for tool, guides := range toolGuides {
		for _, slug := range guides {
			if !slugs[slug] {
				t.Errorf("%s belongs to the page %s, which is not there", Tool(tool), slug)
			}
		}
	}
}

// What is wrong is said at the top with a link to the field, and beside the field.
func TestToolsSayWhatIsWrong(t *testing.T) {
	for name, p := range toolCases(t, renderer(t)) {
		body := toolPage(t, "en", name)
		for _, fault := range p.Faults {
			text := renderer(t).FaultText("en", fault.Code)
			if fault.Field == "on" { // not in the form
				continue
			}
			if !strings.Contains(body, fmt.Sprintf(`<a href="#%s">%s`, fault.Field, text)) || !strings.Contains(textBeside(t, body, fault.Field+"-error"), text) {
				t.Errorf("%s does not say %s", name, fault.Code)
			}
		}
		if answered := strings.Contains(body, `id="answer"`); answered == (p.Faults != nil) {
			t.Errorf("%s: answered %v with %d faults", name, answered, len(p.Faults))
		}
		if !strings.Contains(body, `content="noindex`) {
			t.Errorf("%s: an answer may be indexed", name)
		}
	}
}
