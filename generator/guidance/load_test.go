package guidance_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cmpss/registry/generator/guidance"
)

// edit replaces the first occurrence of old in a file.
func edit(t testing.TB, files fstest.MapFS, name, old, replacement string) {
	t.Helper()
	f := files[name]
	if f == nil || !strings.Contains(string(f.Data), old) {
		t.Fatalf("%s does not hold %q", name, old)
	}
	files[name] = &fstest.MapFile{Data: []byte(strings.Replace(string(f.Data), old, replacement, 1))}
}

// at is where a text first stands in a file of the shipped content, as "en/fees.md:18".
func at(t testing.TB, name, text string) string {
	t.Helper()
	content, _ := shippedFiles(t)
	before, _, found := strings.Cut(string(content[name].Data), text)
	if !found {
		t.Fatalf("%s does not hold %q", name, text)
	}
	return fmt.Sprint(name, ":", 1+strings.Count(before, "\n"))
}

const page = `+++
title = "Title"
summary = "Summary."
sections = ["§102"]
revision = "2025-05-15"
reviewed = "2026-11-22"
order = 99
group = "conduct"
+++
`

// Each entry breaks the shipped content in one place and says what must be reported.
func TestLoadRefuses(t *testing.T) {
	addPage := func(body string) func(testing.TB, fstest.MapFS, fstest.MapFS) {
		return func(_ testing.TB, content, _ fstest.MapFS) {
			content["en/new.md"] = &fstest.MapFile{Data: []byte(page + body)}
			content["es/new.md"] = &fstest.MapFile{Data: []byte(page + "texto\n")}
		}
	}
	change := func(name, old, replacement string) func(testing.TB, fstest.MapFS, fstest.MapFS) {
		return func(t testing.TB, content, _ fstest.MapFS) { edit(t, content, name, old, replacement) }
	}
	questions := func(text string) func(testing.TB, fstest.MapFS, fstest.MapFS) {
		return func(_ testing.TB, content, _ fstest.MapFS) {
			content["en/fees.questions.toml"] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	for _, tt := range []struct {
		name   string
		damage func(t testing.TB, content, blocks fstest.MapFS)
		want   []string
	}{
		// Front matter
		{"no front matter", change("en/fees.md", "+++", "---"), []string{"en/fees.md:1: a page begins"}},
		{"front matter not closed", change("en/fees.md", "\n+++\n\n", "\n\n"), []string{"en/fees.md:1: the front matter has no closing"}},
		{"unknown key", change("en/fees.md", "order = 5", "order = 5\nauthor = \"me\""), []string{"en/fees.md:8: author: unknown key"}},
		{"missing key", change("es/fees.md", "order = 5\n", ""), []string{"es/fees.md:1: order: missing"}},
		{"wrong type", change("en/fees.md", "order = 5", "order = \"five\""), []string{"en/fees.md:7: front matter:"}},
		{"wrong type above others", change("en/fees.md", `title = "Fees and refunds"`, "title = 5"), []string{"en/fees.md:2: front matter: title:"}},
		{"not TOML", change("en/fees.md", "order = 5", "order"), []string{"en/fees.md:7: front matter:"}},
		{"bad date", change("en/fees.md", "2026-11-22", "2026-02-30"), []string{`en/fees.md:6: reviewed: "2026-02-30" is not a date`}},
		{"no sections", change("en/fees.md", `["§204", "§207", "§403", "§600", "§601", "§602", "§801"]`, "[]"), []string{"en/fees.md:4: sections: names no section"}},
		{"empty title", change("en/fees.md", `"Fees and refunds"`, `" "`), []string{"en/fees.md:2: title: must be one line"}},
		{"long summary", change("en/fees.md", "What certification", strings.Repeat("what ", 80)), []string{"en/fees.md:3: summary: longer than"}},
		{"order taken", change("en/fees.md", "order = 5", "order = 4"), []string{"order 4 is taken by en/fees.md", "order is 5 here and 4 in en/fees.md"}},
		{"group that is not there", change("en/fees.md", `group = "certification"`, `group = "dinner"`), []string{`en/fees.md:8: group: facts/groups.toml has no group "dinner"`}},
		{"group that differs by language", change("es/fees.md", `group = "certification"`, `group = "conduct"`), []string{`es/fees.md:8: group is "conduct" here and "certification" in en/fees.md`}},
		{"group without a page", change("facts/groups.toml", `[[group]]`, "[[group]]\nid = \"empty\"\nname = { en = \"a\", es = \"b\" }\nabout = { en = \"a\", es = \"b\" }\n\n[[group]]"), []string{`facts/groups.toml: group[1]: no page belongs to "empty"`}},
		{"questions in the front matter", change("en/fees.md", "order = 5", "questions = [\"why\"]\norder = 5"), []string{"en/fees.md:7: questions: they stand in a file of their own, en/fees.questions.toml"}},
		{"not UTF-8", change("en/fees.md", "Fees and", "Fees \xff and"), []string{"en/fees.md:1: the file is not UTF-8"}},

		// Questions
		{"a question without words", questions("whole = [\n\"why\",\n\" \",\n]"), []string{`en/fees.questions.toml:3: whole: " " must be one line of text`}},
		{"a question too long", questions("[[part]]\nheading = \"refunds\"\nquestions = [\"" + strings.Repeat("why ", 40) + "\"]"), []string{"en/fees.questions.toml:3: part[1].questions:", "at most 120 characters"}},
		{"a question with control characters", questions("whole = [\n\"wh\\ty\"]"), []string{`en/fees.questions.toml:1: whole: "wh\ty" must be one line of text`}},
		{"a question twice", questions("whole = [\"why\"]\n[[part]]\nheading = \"refunds\"\nquestions = [\n\"Why\"]"), []string{`en/fees.questions.toml:5: part[1].questions: "Why" stands in this file twice`}},
		{"a question of two pages", questions("whole = [\n\"Who can supervise a peer specialist\"]"), []string{`"who can supervise a peer specialist" stands in en/fees.questions.toml as well`}},
		{"no question", questions("# none yet\n"), []string{"en/fees.questions.toml:1: has no question"}},
		{"a list of no question", questions("[[part]]\nheading = \"refunds\"\nquestions = []"), []string{"en/fees.questions.toml:3: part[1].questions: missing"}},
		{"questions of no heading", questions("[[part]]\nquestions = [\"why\"]"), []string{"en/fees.questions.toml:1: part[1].heading: missing"}},
		{"questions of a heading that is not there", questions("[[part]]\nheading = \"\"\nquestions = [\"why\"]\n[[part]]\nheading = \"dinner\"\nquestions = [\"who\"]"), []string{`en/fees.questions.toml:5: part[2].heading: the page has no heading with the anchor "dinner"`}},
		{"a heading twice", questions("[[part]]\nheading = \"refunds\"\nquestions = [\"why\"]\n[[part]]\nheading = \"refunds\"\nquestions = [\"who\"]"), []string{`en/fees.questions.toml:5: part[2].heading: "refunds" is there twice`}},
		{"questions with an unknown key", questions("whole = [\"why\"]\n[[part]]\nheading = \"refunds\"\nanswers = [\"why\"]"), []string{"en/fees.questions.toml:4: part.answers: unknown key"}},
		{"questions of the wrong type", questions("whole = \"why\"\n"), []string{"en/fees.questions.toml:1: whole:"}},
		{"questions that are not TOML", questions("whole = [\"why\"]\npart\n"), []string{"en/fees.questions.toml:2: "}},
		{"questions without a page", func(_ testing.TB, c, _ fstest.MapFS) {
			c["es/dinner.questions.toml"] = &fstest.MapFile{Data: []byte("whole = [\"why\"]\n")}
		}, []string{"es/dinner.questions.toml:1: there is no page es/dinner.md"}},
		{"questions in one language", func(_ testing.TB, c, _ fstest.MapFS) { delete(c, "es/fees.questions.toml") }, []string{"es/fees.questions.toml: missing; the questions exist as en/fees.questions.toml"}},

		// Files
		{"a language lacks a page", func(_ testing.TB, c, _ fstest.MapFS) { delete(c, "es/fees.md") }, []string{"es/fees.md: missing; the page exists as en/fees.md"}},
		{"a name with capitals", func(_ testing.TB, c, _ fstest.MapFS) { c["en/Fees.md"] = c["en/fees.md"] }, []string{"en/Fees.md:1: a page is named with"}},
		{"a stray file", func(_ testing.TB, c, _ fstest.MapFS) { c["en/notes.txt"] = &fstest.MapFile{} }, []string{"en/notes.txt: only .md and .questions.toml files"}},
		{"unknown facts", func(_ testing.TB, c, _ fstest.MapFS) { c["facts/more.toml"] = &fstest.MapFile{} }, []string{"facts/more.toml: not a file of facts"}},
		{"missing facts", func(_ testing.TB, c, _ fstest.MapFS) { delete(c, "facts/fees.toml") }, []string{"facts/fees.toml: missing"}},
		{"missing block file", func(_ testing.TB, _, b fstest.MapFS) { delete(b, "fees.html") }, []string{at(t, "en/fees.md", "{{ fees }}") + ": block fees: the theme has no guidance/fees.html", at(t, "es/fees.md", "{{ fees }}") + ": block fees"}},
		{"unknown block file", func(_ testing.TB, _, b fstest.MapFS) { b["prices.html"] = &fstest.MapFile{} }, []string{`prices.html: no block is named "prices"`}},
		{"broken block file", func(t testing.TB, _, b fstest.MapFS) {
			edit(t, b, "fees.html", "{{range .Groups}}", "{{range .Group}}")
		}, []string{at(t, "en/fees.md", "{{ fees }}") + ": block fees: template: fees:"}},
		{"unknown label", func(t testing.TB, _, b fstest.MapFS) { edit(t, b, "fees.html", `label "fee"`, `label "price"`) }, []string{"facts/labels.toml: label.price: missing"}},

		// Markdown; the body of a new page begins on line 10
		{"HTML block", addPage("text\n\n<script>alert(1)</script>\n"), []string{"en/new.md:12: HTML is not allowed"}},
		{"HTML in a sentence", addPage("text\nwith <b onclick=x>bold</b>\n"), []string{"en/new.md:11: HTML is not allowed"}},
		{"HTML comment", addPage("<!-- hidden -->\n"), []string{"en/new.md:10: HTML is not allowed"}},
		{"image", addPage("![x](https://example.org/x.png)\n"), []string{"en/new.md:10: images are not supported"}},
		{"second title", addPage("# Title\n"), []string{"en/new.md:10: a heading of level 1"}},
		{"skipped level", addPage("## A\n\n#### B\n"), []string{"en/new.md:12: a heading of level 4 follows one of level 2"}},
		{"unknown block", addPage("a\n\n{{ prices }}\n"), []string{`en/new.md:12: no block is named "prices"`}},
		{"block with a wrong argument", addPage("{{ fees dinner }}\n"), []string{`en/new.md:10: block fees: no group of fees is named "dinner"`}},
		{"block that takes no argument", addPage("{{ sanctions h10 }}\n"), []string{"en/new.md:10: block sanctions: takes no argument"}},
		{"malformed block", addPage("{{ Fees! }}\n"), []string{"en/new.md:10: two opening braces"}},
		{"block inside a sentence", addPage("see {{ fees }} here\n"), []string{"en/new.md:10: {{ fees }} is no fact for the middle of a sentence"}},
		{"unknown fee", addPage("one\ntwo {{ fee dinner }}\n"), []string{`en/new.md:11: no fee has the id "dinner"`}},
		{"unknown figure", addPage("{{ figure dinner }}\n"), []string{`en/new.md:10: no figure or deadline has the id "dinner"`}},
		{"contact without a telephone", addPage("call {{ phone appeals }}\n"), []string{`en/new.md:10: no contact named "appeals" has a value for phone`}},
		{"link to no page", addPage("one\n[x](/guidance/dinner.html)\n"), []string{`en/new.md:11: the link "/guidance/dinner.html" leads to no page`}},
		{"link to no part", addPage("[x](/guidance/fees.html#dinner)\n"), []string{`en/new.md:10: the page fees has no part named "dinner"`}},
		{"link to no part of the page itself", addPage("## A\n\n[x](#b)\n"), []string{`en/new.md:12: the page new has no part named "b"`}},
		{"relative link", addPage("[x](fees.html)\n"), []string{"en/new.md:10: the link"}},
		{"link out of the site", addPage("[x](//example.org/)\n"), []string{"en/new.md:10: the link"}},
		{"link out of the site by an empty name", addPage("[x](//#a)\n"), []string{"en/new.md:10: the link"}},
		{"link out of the site by three slashes", addPage("[x](///guidance/fees.html)\n"), []string{"en/new.md:10: the link"}},
		{"page with a query", addPage("[x](/guidance/fees.html?a#b)\n"), []string{"en/new.md:10: the link"}},
		{"http link", addPage("[x](http://example.org/)\n"), []string{"en/new.md:10: the link"}},
		{"script link", addPage("[x](JavaScript:alert(1))\n"), []string{"en/new.md:10: the link"}},
		{"script autolink", addPage("<javascript:alert(1)>\n"), []string{"en/new.md:10: the link"}},
		{"link that climbs", addPage("[x](/guidance/../fees.html)\n"), []string{"en/new.md:10: the link"}},

		{"a block's headings out of order", addPage("{{ contacts }}\n"), []string{"en/new.md:10: block contacts: a heading of level 3 follows one of level 1: use level 2"}},
		{"a drawing without words", func(t testing.TB, _, b fstest.MapFS) {
			edit(t, b, "fees.html", "{{range .Groups}}", "<svg viewBox=\"0 0 1 1\"></svg>{{range .Groups}}")
		}, []string{at(t, "en/fees.md", "{{ fees }}") + ": block fees: a drawing without words"}},

		// Citations
		{"section that does not exist", addPage("one\ntwo (§203)\n"), []string{"en/new.md:11: the Guidelines have no §203"}},
		{"paragraph that does not exist", addPage("two (§102.31, §102.32)\n"), []string{"en/new.md:10: §102 has 31 numbered paragraphs: there is no §102.32"}},
		{"appendix that does not exist", addPage("- see **App. Z**\n"), []string{"en/new.md:10: the Guidelines have no App. Z"}},
		{"appendix in the word of another language", addPage("see Ap. B\n"), []string{"en/new.md:10: Ap. B is written App. B here"}},
		{"front matter with an unknown section", change("es/fees.md", `"§403"`, `"§404"`), []string{`es/fees.md:4: sections: the Guidelines have no "§404"`}},
		{"front matter with a sentence", change("en/fees.md", `"§403"`, `"§403 and more"`), []string{`en/fees.md:4: sections: the Guidelines have no "§403 and more"`}},
		{"facts with an unknown section", change("facts/deadlines.toml", `section = "§805"`, `section = "§895"`), []string{"facts/deadlines.toml: deadline[1].section: the Guidelines have no §895"}},
		{"facts from nowhere", change("facts/code.toml", `source = "App. B"`, `source = "the code"`), []string{`facts/code.toml: source: "the code" cites no section`}},
		{"a section twice", change("facts/sections.toml", `id = "§101"`, `id = "§100"`), []string{`facts/sections.toml: section[3].id: "§100" is there twice`}},
		{"a named part without words", change("facts/sections.toml", "cite = {", "#"), []string{"facts/sections.toml: section[1].cite: a part with a name needs it"}},

		// Facts
		{"facts not TOML", change("facts/fees.toml", "[[group]]", "[[group]"), []string{"facts/fees.toml: "}},
		{"facts with an unknown key", change("facts/fees.toml", "dollars = 100", "dollars = 100\n  euros = 90"), []string{"facts/fees.toml: group.fee.euros: unknown key"}},
		{"an amount left out", change("facts/fees.toml", "  dollars = 100\n", ""), []string{"facts/fees.toml: group[1].fee[1].dollars: must be 1 or more"}},
		{"a fee twice", change("facts/fees.toml", `id = "exam-retake"`, `id = "exam"`), []string{`facts/fees.toml: group[2].fee[2].id: "exam" is there twice`}},
		{"no source", change("facts/code.toml", `source = "App. B"`, ""), []string{"facts/code.toml: source: missing"}},
		{"bad revision", change("facts/code.toml", `"2025-05-15"`, `"May 2025"`), []string{"facts/code.toml: revision:"}},
		{"missing translation", change("facts/code.toml", `, es = "Esperanza"`, ""), []string{`facts/code.toml: value[1].name: no text in "es"`}},
		{"missing translation in a list", change("facts/code.toml", `, es = "Contar su propia historia de recuperación."`, ""), []string{`facts/code.toml: value[1].standards[3]: no text in "es"`}},
		{"a language that is not there", change("facts/code.toml", `es = "Esperanza"`, `es = "Esperanza", fr = "Espoir"`), []string{`facts/code.toml: value[1].name: "fr" is not a language`}},
		{"empty text", change("facts/code.toml", `es = "Esperanza"`, `es = ""`), []string{`facts/code.toml: value[1].name: the text in "es" is empty`}},
		{"letter skipped", change("facts/code.toml", `letter = "C"`, `letter = "D"`), []string{`facts/code.toml: value[3].letter: is "D" where "C" is next`}},
		{"sanction without its standard", change("facts/sanctions.toml", `standards = ["H10"]`, `standards = ["H15"]`), []string{`facts/sanctions.toml: sanction[6].standards: the code of ethics has no standard "H15"`}},
		{"standard dropped", change("facts/code.toml", `  { en = "Do not be grossly`, `#{ en = "Do not be grossly`), []string{`sanction[10].standards: the code of ethics has no standard "H14"`}},
		{"unknown measure", change("facts/sanctions.toml", `do = "core-training"`, `do = "dinner"`), []string{`sanction[1].minimum[1].steps[2].do: no phrase is named "dinner"`}},
		{"measure without its number", change("facts/sanctions.toml", `do = "core-training", n = 80`, `do = "core-training"`), []string{"sanction[1].minimum[1].steps[2].n: the phrase"}},
		{"phrase that drops its number", change("facts/sanctions.toml", `es = "Suspensión de hasta {n} meses"`, `es = "Suspensión"`), []string{"do not fit together"}},
		{"unknown topic", change("facts/sanctions.toml", `topic = "offense"`, `topic = "dinner"`), []string{`sanction[16].minimum[1].steps[2].topic: no topic is named "dinner"`}},
		{"unused phrase", change("facts/sanctions.toml", "[phrase]", "[phrase]\nfine = { en = \"a\", es = \"b\" }"), []string{"facts/sanctions.toml: phrase.fine: no sanction uses it"}},
		{"unknown reference in a text", change("facts/statuses.toml", "{figure:ce-hours} hours", "{figure:dinner} hours"), []string{`facts/statuses.toml: status[1].route[1].steps[1]: en: no figure or deadline has the id "dinner"`}},
		{"stray braces in a text", change("facts/statuses.toml", "{figure:ce-hours} hours", "{ce-hours} hours"), []string{"status[1].route[1].steps[1]: en: braces in"}},
		{"unknown fee of a route", change("facts/statuses.toml", `fees = ["renewal", "late"]`, `fees = ["renewal", "dinner"]`), []string{`facts/statuses.toml: status[2].route[1].fees: no fee has the id "dinner"`}},
		{"gap between windows", change("facts/statuses.toml", "from_years = 1", "from_years = 2"), []string{"facts/statuses.toml: status[3].from_years: the window does not begin"}},
		{"a milestone of no window", change("facts/milestones.toml", `window = "lapsed"`, `window = "revoked"`), []string{`milestone[3].window: "revoked" is not a status that the calendar gives`}},
		{"a milestone on no edge", change("facts/milestones.toml", `edge = "first"`, `edge = "middle"`), []string{`milestone[3].edge: "middle" is neither`}},
		{"a milestone that never comes", change("facts/milestones.toml", "window = \"vacated\"\nedge = \"first\"", "window = \"vacated\"\nedge = \"last\""), []string{"milestone[7].edge: the window has no last day"}},
		{"a milestone before in hours", change("facts/milestones.toml", `before = "renewal-opens"`, `before = "registry-action"`), []string{`milestone[1].before: no deadline in days has the id "registry-action"`}},
		{"a route that opens never", change("facts/statuses.toml", `opens = "renewal-opens"`, `opens = "dinner"`), []string{`status[1].route[1].opens: no milestone has the id "dinner"`}},
		{"a route twice", change("facts/statuses.toml", `id = "expired-refresher"`, `id = "expired-exam"`), []string{`status[3].route[2].id: "expired-exam" is there twice`}},
		{"a path of no route", change("facts/costs.toml", `route = "renew-late"`, `route = "dinner"`), []string{`group[2].path[2].route: no route has the id "dinner"`}},
		{"a path with two prices", change("facts/costs.toml", `route = "renew-late"`, "route = \"renew-late\"\n  fees = [\"renewal\"]"), []string{"group[2].path[2].route: the route says the fees"}},
		{"a path without a price", change("facts/costs.toml", `fees = ["provider-core"]`, ""), []string{"group[4].path[1].fees: missing"}},
		{"a fee repeated never", change("facts/costs.toml", "least = 1, most = 2", "least = 3, most = 2"), []string{"group[1].path[3].repeat.most: must be 1 or more"}},
		{"a verdict that is none", change("facts/continuing-education.toml", `verdict = "counts"`, `verdict = "perhaps"`), []string{`provider[1].verdict: "perhaps" is none of`}},
		{"a verdict without its reason", change("facts/continuing-education.toml", `verdict = "counts"`, `verdict = "no"`), []string{"provider[1].reason: missing"}},
		{"an answer that is none", change("facts/continuing-education.toml", `unless = "no"`, `unless = "maybe"`), []string{`condition[1].unless: "maybe" is neither`}},
		{"a figure that the rules need", change("facts/figures.toml", `id = "ce-unit-hours"`, `id = "dinner"`), []string{`none has the id "ce-unit-hours"`}},
		{"a synonym for no page", change("facts/synonyms.toml", `page = "fees"`, `page = "dinner"`), []string{`facts/synonyms.toml: synonym[1].page: no page is named "dinner"`}},
		{"definition to no page", change("facts/definitions.toml", `see = "registry"`, `see = "dinner"`), []string{`facts/definitions.toml: definition[6].see: no page is named "dinner"`}},
		{"definition left out", change("facts/definitions.toml", `section = "§102.7"`, `section = "§102.8"`), []string{`facts/definitions.toml: definition[7].section: is "§102.8" where §102.7 is next`}},
		{"a share that is none", change("facts/blueprint.toml", `share = "9.9"`, `share = "9.9 %"`), []string{`facts/blueprint.toml:`, `area[1].share: "9.9 %" is not a percentage with one decimal`}},
		{"a task without questions", change("facts/blueprint.toml", `questions = 2`, `questions = 0`), []string{`area[1].tasks[1].questions: must be 1 or more`}},
		{"a list that is not there", change("en/exam.md", "{{ list exam-languages }}", "{{ list dinner }}"), []string{`en/exam.md:`, `block list: no list is named "dinner"`}},
		{"a list twice", change("facts/lists.toml", `id = "ce-records"`, `id = "exam-languages"`), []string{`list[3].id: "exam-languages" is there twice`}},
		{"a specialization without a page", change("facts/specializations.toml", `id = "unhoused"`, `id = "dinner"`), []string{`specialization[3].id: no page is named "specialization-dinner"`}},
		{"definition from nowhere", change("facts/definitions.toml", `section = "§702"`, `section = "702"`), []string{`"702" cites no section: write it like §207 or App. C`}},
		{"a form of two terms", change("facts/definitions.toml", `also = { en = ["adults"]`, `also = { en = ["Certificant"]`), []string{`facts/definitions.toml: definition[4].also: the form "Certificant" in "en" is there twice: it leads to "adult"`}},
		{"a form in an unknown language", change("facts/definitions.toml", `also = { en = ["adults"]`, `also = { xx = ["adults"]`), []string{`facts/definitions.toml: definition[1].also: "xx" is not a language of the content`}},
		{"unknown unit", change("facts/deadlines.toml", `unit = "hours"`, `unit = "weeks"`), []string{`facts/deadlines.toml: deadline[1].unit: no unit is named "weeks"`}},
		{"a figure named like a deadline", change("facts/figures.toml", `id = "ce-hours"`, `id = "appeal"`), []string{`"appeal" is there twice`}},
		{"a date that is none", change("facts/dates.toml", `day = "2023-06-30"`, `day = "2023-06-31"`), []string{`date[3].day: "2023-06-31" is not a date`}},
		{"dates of no group", change("en/grandparenting.md", "{{ dates grandparenting }}", "{{ dates dinner }}"), []string{`block dates: no date is in the group "dinner"`}},
		{"unknown date in a text", change("facts/definitions.toml", "{date:grandparenting-closes}", "{date:dinner}"), []string{`no date has the id "dinner"`}},
		{"revisions out of order", change("facts/revisions.toml", `day = "2025-05-15"`, `day = "2025-05-01"`), []string{"issue[2].day: is not before the revision above it"}},
		{"change of no section", change("facts/revisions.toml", `section = "§803"`, `section = "§899"`), []string{"issue[1].change[2].section: the Guidelines have no §899"}},
		{"change explained by no page", change("facts/revisions.toml", `see = "registry"`, `see = "dinner"`), []string{"leads to no page"}},
		{"change told by no page", change("facts/revisions.toml", `also = ["for-training-providers"]`, `also = ["dinner"]`), []string{`issue[1].change[2].also: no page is named "dinner"`}},
		{"document of no topic", change("facts/resources.toml", `topic = "exam"`, `topic = "dinner"`), []string{`no topic has the id "dinner"`}},
		{"document for nobody", change("facts/resources.toml", `roles = ["applicants"]`, `roles = []`), []string{"resource[1].roles: names nobody who needs it"}},
		{"document found nowhere", change("facts/resources.toml", `listed = ["search"]`, `listed = ["rumor"]`), []string{"resource[1].listed:"}},
		{"document explained by no page", change("facts/resources.toml", "see = \"apply\"\n\n[[role]]", "see = \"dinner\"\n\n[[role]]"), []string{`role[1].see: no page is named "dinner"`}},
		{"role without a document", change("facts/resources.toml", "[[role]]", "[[role]]\nid = \"nobody\"\nname = { en = \"a\", es = \"b\" }\n\n[[role]]"), []string{`no document has the role "nobody"`}},
		{"data left out", change("facts/data.toml", "number = 4\n", "number = 40\n"), []string{"facts/data.toml", "no element has the number 4"}},
		{"data twice", change("facts/data.toml", "number = 4\n", "number = 3\n"), []string{"group[1].element[4].number: 3 is there twice"}},
		{"training with an unknown fee", change("facts/trainings.toml", `"provider-core"`, `"dinner"`), []string{`training[1].fee: no fee has the id "dinner"`}},
		{"an empty list", change("facts/figures.toml", "[[figure]]\nid = \"ce-hours\"", "[[other]]\nid = \"x\""), []string{"facts/figures.toml: other: unknown key"}},
		{"nothing but a heading", func(_ testing.TB, c, _ fstest.MapFS) {
			c["facts/contacts.toml"] = &fstest.MapFile{Data: []byte("source = \"§1\"\nrevision = \"2025-05-15\"\n")}
		}, []string{"facts/contacts.toml: contact: has no entry"}},
		{"wrong type in facts", change("facts/fees.toml", "dollars = 100", "dollars = \"100\""), []string{"facts/fees.toml: group.fee.dollars: incompatible types"}},
		{"deadline without its section", change("facts/deadlines.toml", "section = \"§805\"\n", ""), []string{"facts/deadlines.toml: deadline[1].section: missing"}},
		{"sanction twice", change("facts/sanctions.toml", `code = "F4"`, `code = "E4"`), []string{`facts/sanctions.toml: sanction[2].code: "E4" is empty or there twice`}},
		{"sanction for another standard", change("facts/sanctions.toml", `code = "F4"`, `code = "F44"`), []string{`facts/sanctions.toml: sanction[2].code: "F44" does not name its standards, which are "F4"`}},
		{"bad id", change("facts/fees.toml", `id = "exam-retake"`, `id = "exam retake"`), []string{`group[2].fee[2].id: "exam retake" is not an id`}},
		{"two parts of one name", addPage("## A\n\n{{ fees }}\n\n{{ fees exam }}\n"), []string{`en/new.md:10: two parts of the page have the id "fee-exam"`}},
		{"a contact that cannot be reached", change("facts/contacts.toml", `email = "appeals@calmhsa.org"`, ""), []string{"facts/contacts.toml: contact[4]: gives no way"}},
		{"bad email", change("facts/contacts.toml", `"appeals@calmhsa.org"`, `"appeals"`), []string{`facts/contacts.toml: contact[4].email: "appeals" is not an address`}},
		{"script for a website", change("facts/contacts.toml", `"https://www.capeercertification.org/"`, `"javascript:alert(1)"`), []string{"facts/contacts.toml: contact[1].website:"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			content, blocks := shippedFiles(t)
			tt.damage(t, content, blocks)
			_, err := guidance.Load(content, blocks, languages)
			if err == nil {
				t.Fatal("loaded")
			}
			reported := lineOfFacts.ReplaceAllString(err.Error(), "$1: ")
			for _, want := range tt.want {
				if !strings.Contains(reported, want) {
					t.Errorf("got\n%v\nwant %s", err, want)
				}
			}
		})
	}
}

// lineOfFacts is the line of a file of facts, which TestLineOfKey is about.
var lineOfFacts = regexp.MustCompile(`(?m)^(facts/[a-z-]+\.toml):\d+: `)

func TestLoadReportsEveryFault(t *testing.T) {
	content, blocks := shippedFiles(t)
	edit(t, content, "en/fees.md", "order = 5", "order = 0")
	edit(t, content, "es/registry.md", "2026-11-22", "soon")
	edit(t, content, "en/registry.md", "/guidance/specializations.html", "/guidance/dinner.html")
	edit(t, content, "en/advertising.md", "§213", "§203")
	delete(content, "es/definitions.md")
	_, err := guidance.Load(content, blocks, languages)
	if err == nil {
		t.Fatal("loaded")
	}
	for _, want := range []string{
		"en/fees.md:7: order:", "es/registry.md:6: reviewed:", "es/definitions.md: missing",
		at(t, "en/registry.md", "/guidance/specializations.html") + ": the link", "en/advertising.md:4: sections:",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("got\n%v\nwant %s", err, want)
		}
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if !strings.Contains(line, ": ") {
			t.Errorf("a line without a place: %q", line)
		}
	}
}

func TestLoadLanguages(t *testing.T) {
	content, blocks := shippedFiles(t)
	for _, tt := range []struct {
		languages []string
		want      string
	}{
		{nil, "no language"},
		{[]string{"en", "fr"}, "fr/: content has no folder"},
		{[]string{"en", "en"}, "asked for twice"},
		{[]string{"facts"}, "facts/: content has no folder"},
		{[]string{"../x"}, "content has no folder"},
		{[]string{""}, "content has no folder"},
	} {
		if _, err := guidance.Load(content, blocks, tt.languages); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: got %v, want %s", tt.languages, err, tt.want)
		}
	}
	// One language alone is a whole site; what another lacks does not matter then.
	delete(content, "es/fees.md")
	if _, err := guidance.Load(content, blocks, []string{"en"}); err != nil {
		t.Error(err)
	}
}

func TestLoadIsPure(t *testing.T) {
	content, blocks := shippedFiles(t)
	a := shipped(t)
	b, err := guidance.Load(content, blocks, languages)
	if err != nil {
		t.Fatal(err)
	}
	if a.Digest() != b.Digest() {
		t.Error("the same files have two digests")
	}
	for _, language := range languages {
		for i, p := range a.Pages(language) {
			if p.Body != b.Pages(language)[i].Body {
				t.Errorf("%s/%s: two loads, two bodies", language, p.Slug)
			}
		}
	}
}

// The digest of a library is of its pages, its facts and its blocks.
func TestDigestIsOfEveryKindOfFile(t *testing.T) {
	content, blocks := shippedFiles(t)
	for name, files := range map[string]fstest.MapFS{"en/fees.md": content, "en/fees.questions.toml": content, "facts/fees.toml": content, "fees.html": blocks} {
		before := files[name]
		files[name] = &fstest.MapFile{Data: append(slices.Clone(before.Data), '\n')}
		lib, err := guidance.Load(content, blocks, languages)
		if err != nil {
			t.Fatal(err)
		}
		if lib.Digest() == shipped(t).Digest() {
			t.Errorf("a byte more in %s gives the same digest", name)
		}
		files[name] = before
	}
}
