package guidance_test

import (
	"strings"
	"testing"

	"github.com/cmpss/registry/generator/guidance"
)

// The figures below were typed from the Guidelines for this test, apart from the facts.

func TestFiguresOfApplying(t *testing.T) {
	checkFigures(t, map[string]int{
		"minimum-age": 18, "training-hours": 80, "core-competencies": 17, // §202
		"peer-years": 1, "peer-hours": 1550, "peer-window-years": 3, "reciprocity-ce-years": 2, "recommendation-letters": 3, // §204
		"exam-attempts": 3, // §403
	})
	if n := len(shipped(t).Facts().Competencies.List); n != 17 {
		t.Errorf("%d core competencies are listed, App. A has 17", n)
	}
}

func TestFiguresOfTheExam(t *testing.T) {
	checkDeadlines(t, "exam", map[string]string{"exam-approval": "12 months", "retake-request": "30 days", "exam-letter": "14 days"}) // §403, §801
	checkDeadlines(t, "exam-changes", map[string]string{"online-change": "1 hour", "center-change": "48 hours"})                      // §403
	checkDeadlines(t, "accommodations", map[string]string{                                                                            // §402, §804
		"accommodation-request": "30 calendar-days", "accommodation-answer": "30 days",
	})
	c, _ := shipped(t).Facts().Contacts.Contact("exam-booking") // §403
	if c.Tel() != "tel:+18885361460" || c.Website != "https://home.pearsonvue.com/calmhsa" || !strings.Contains(c.Purpose["en"], "option 8, Monday to Friday from 5 a.m. to 5 p.m.") {
		t.Errorf("contact %+v", c)
	}
}

func TestFiguresOfContinuingEducation(t *testing.T) {
	checkFigures(t, map[string]int{"ce-hours": 20, "law-ethics-hours": 6, "ce-units": 3, "ce-unit-hours": 12, "term-years": 2}) // §207, App. C
}

// Each list, entry by entry: a word of every entry, in the order of its section.
func TestLists(t *testing.T) {
	for id, want := range map[string]string{
		"exam-languages":    "English Arabic Chinese Farsi Hindi Japanese Korean Russian Spanish Vietnamese",                                                                        // §401
		"law-ethics-topics": "California minors privacy records crisis see relationships Abuse telephone insurance liability unprofessional complaints care Family told workplaces", // App. C
		"ce-records":        "name title dates Who hours",                                                                                                                           // §207, App. C
	} {
		list, ok := shipped(t).Facts().Lists.List(id)
		words := strings.Fields(want)
		if !ok || len(list.Items) != len(words) {
			t.Errorf("%s has %d entries, want %d", id, len(list.Items), len(words))
			continue
		}
		for i, word := range words {
			if !strings.Contains(list.Items[i]["en"], word) {
				t.Errorf("%s, entry %d is %q, want something about %q", id, i+1, list.Items[i]["en"], word)
			}
		}
	}
}

// Where two sections contradict each other, the page says which one it follows.
func TestContradictionsAreNoted(t *testing.T) {
	for slug, sections := range map[string][]string{
		"apply":                  {"§201", "§801"}, // when to watch the video
		"renewal":                {"§207", "§802", "§209"},
		"accommodations":         {"§402", "§804"},
		"exam":                   {"§401", "§102"},
		"status-and-renewal":     {"§207", "§209"},
		"complaints-and-appeals": {"§702", "§804", "§807"},
		"reciprocity":            {"§204"},
	} {
		for _, language := range languages {
			notes := notesOf(t, language, slug)
			for _, section := range sections {
				if !strings.Contains(notes, section) {
					t.Errorf("%s/%s: no note about %s", language, slug, section)
				}
			}
		}
	}
}

// notesOf is the HTML of the notes of a page.
func notesOf(t *testing.T, language, slug string) string {
	t.Helper()
	var page *guidance.Page
	for _, p := range shipped(t).Pages(language) {
		if p.Slug == slug {
			page = p
		}
	}
	if page == nil {
		t.Fatalf("%s/%s: no such page", language, slug)
	}
	var notes strings.Builder
	for _, part := range strings.Split(string(page.Body), `<div class="note"`)[1:] {
		note, _, _ := strings.Cut(part, "</div>")
		notes.WriteString(note)
	}
	return notes.String()
}
