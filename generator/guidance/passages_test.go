package guidance_test

import (
	"html/template"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cmpss/registry/generator/guidance"
)

func TestPassages(t *testing.T) {
	body := template.HTML(`<p>Before &amp; <em>all</em>.</p><h2 id="a-b"><a class="anchor" href="#a-b">A &lt;b&gt;</a></h2>` +
		`<p>One<br>two</p><svg role="img"><title>chart</title></svg><h3 id="c">C</h3><h2 id="d">D</h2><aside>Said elsewhere.</aside><ul><li>three</li><li>four: <p>five</p></li></ul><table><caption>T</caption><thead><tr><th>X</th></tr></thead><tr><td>Six?</td></tr></table>` +
		`<dl><div id="e"><dt>Word</dt><dt lang="es">Palabra</dt><dd>Meaning</dd><dd lang="es">Significado</dd></div></dl><h2 id="f">F</h2><aside class="note"><p>Call</p></aside>`)
	var got []string
	for _, passage := range guidance.PassagesOf(body) {
		got = append(got, passage.ID+"|"+passage.Heading+"|"+passage.Text)
	}
	if want := "||Before & all.;a-b|A <b>|One two.;d|D|three. four: five. Six?;e|Word|Meaning.;f|F|Call."; strings.Join(got, ";") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Every part of every page can be found and linked to, and nothing in it is left of the markup.
func TestPassagesOfShippedPages(t *testing.T) {
	lib := shipped(t)
	for _, language := range languages {
		for _, p := range lib.Pages(language) {
			list := p.Passages
			if len(list) == 0 {
				t.Errorf("%s/%s: no passage", language, p.Slug)
			}
			for _, passage := range list {
				if strings.ContainsAny(passage.Text+passage.Heading, "<>{}") || passage.ID != "" && !strings.Contains(string(p.Body), ` id="`+passage.ID+`"`) {
					t.Errorf("%s/%s: passage %q %q", language, p.Slug, passage.ID, passage.Heading)
				}
			}
			if p.Slug == "definitions" && len(list) < 31 {
				t.Errorf("%s: only %d words can be found by themselves", language, len(list))
			}
		}
	}
}

// What people ask stands in the files by the part that answers, and is read so.
func TestQuestionsOfPages(t *testing.T) {
	content, blocks := shippedFiles(t)
	content["en/fees.questions.toml"] = &fstest.MapFile{Data: []byte("whole = [\"what does it cost\"]\n[[part]]\nheading = \"refunds\"\nquestions = [\"money back\", \"I paid twice\"]\n[[part]]\nheading = \"\"\nquestions = [\"in dollars\"]\n")}
	delete(content, "en/registry.questions.toml")
	delete(content, "es/registry.questions.toml")
	lib, err := guidance.Load(content, blocks, languages)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]guidance.Question{
		"fees":     {{Text: "what does it cost", Whole: true}, {Text: "money back", Part: "refunds"}, {Text: "I paid twice", Part: "refunds"}, {Text: "in dollars"}},
		"registry": nil,
	}
	for _, p := range lib.Pages("en") {
		if list, asked := want[p.Slug]; asked && !reflect.DeepEqual(p.Questions, list) {
			t.Errorf("%s: %v, want %v", p.Slug, p.Questions, list)
		}
	}
}
