package guidance_test

import (
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cmpss/registry/generator/guidance"
)

var termLink = regexp.MustCompile(`<a href="([^"]*)" class="term">([^<]*)</a>`)

// rendered is the body of a page that holds the Markdown, in a language.
func rendered(t *testing.T, language, markdown string) string {
	t.Helper()
	content, blocks := shippedFiles(t)
	for _, l := range languages {
		body := "text\n"
		if l == language {
			body = markdown
		}
		content[l+"/new.md"] = &fstest.MapFile{Data: []byte(page + body)}
	}
	lib, err := guidance.Load(content, blocks, languages)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range lib.Pages(language) {
		if p.Slug == "new" {
			return string(p.Body)
		}
	}
	t.Fatal("the page is gone")
	return ""
}

func TestTermsAreLinkedOnce(t *testing.T) {
	for _, tt := range []struct {
		name, language, markdown string
		want                     []string // anchor and words of each link
	}{
		{"first use only", "en", "A certificant and a Certificant.\n\nAnd certificants.\n", []string{"certificant certificant"}},
		{"longest match", "en", "Each code of ethics violation, then the code of ethics.\n", []string{"violation code of ethics violation", "code-of-ethics code of ethics"}},
		{"a part of one linked before", "en", "A code of ethics violation. A code of ethics violation.\n", []string{"violation code of ethics violation"}},
		{"whole words", "en", "Wellnesses, unwellness, wellness-based, pre-wellness; but «wellness».\n", []string{"wellness wellness"}},
		{"abbreviation and name", "en", "CalMHSA answers. The California Mental Health Services Authority does.\n", []string{"calmhsa CalMHSA"}},
		{"Spanish, with accents", "es", "Todo el *código de ética*, y la ENTIDAD CERTIFICADORA.\n", []string{"code-of-ethics código de ética", "certifying-entity ENTIDAD CERTIFICADORA"}},
		{"the words of another language", "es", "The code of ethics.\n", nil},
		{"not in headings, links and code", "en", "## Wellness\n\n[wellness](/guidance/fees.html) and `wellness`, then wellness.\n", []string{"wellness wellness"}},
		{"in lists and notes", "en", "- the wellness of\n\n> A certificant.\n", []string{"wellness wellness", "certificant certificant"}},
		{"everyday words", "en", "The status of an adult.\n", nil},
		{
			"at most six", "en", "Wellness, certificant, resiliency, CalMHSA, lapsed, vacated, Pearson VUE, reinstatement.\n",
			[]string{"wellness Wellness", "certificant certificant", "resiliency resiliency", "calmhsa CalMHSA", "lapsed lapsed", "vacated vacated"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body := rendered(t, tt.language, tt.markdown)
			prefix := map[string]string{"en": "", "es": "/es"}[tt.language] + "/guidance/definitions.html#"
			var got []string
			for _, m := range termLink.FindAllStringSubmatch(body, -1) {
				got = append(got, strings.TrimPrefix(m[1], prefix)+" "+m[2])
			}
			if strings.Join(got, "; ") != strings.Join(tt.want, "; ") {
				t.Errorf("linked %q, want %q in\n%s", got, tt.want, body)
			}
			if plain := termLink.ReplaceAllString(body, "$2"); strings.Contains(plain, `class="term"`) {
				t.Errorf("a link that is not like the others in\n%s", body)
			}
		})
	}
}

// What is linked loses no letter of the text around it, line breaks included.
func TestLinkedTextIsWhole(t *testing.T) {
	body := rendered(t, "en", "Ask a certificant\nor CalMHSA  \nfor wellness\n")
	plain := termLink.ReplaceAllString(body, "$2")
	if want := "<p>Ask a certificant\nor CalMHSA<br>\nfor wellness</p>\n"; plain != want {
		t.Errorf("got %q, want %q", plain, want)
	}
}

// A page does not explain its own subject by a link to three words about it.
func TestNoTermLeadsFromItsOwnPage(t *testing.T) {
	lib := shipped(t)
	links := 0
	for _, language := range languages {
		for _, p := range lib.Pages(language) {
			found := termLink.FindAllStringSubmatch(string(p.Body), -1)
			links += len(found)
			if p.Slug == "definitions" && len(found) > 0 {
				t.Errorf("%s: the definitions link to themselves", language)
			}
			for _, d := range lib.Facts().Definitions.List {
				for _, m := range found {
					if d.See == p.Slug && strings.HasSuffix(m[1], "#"+d.ID) {
						t.Errorf("%s/%s: %q is linked, which the page is about", language, p.Slug, m[2])
					}
				}
			}
		}
	}
	if links < 20 {
		t.Errorf("only %d terms are linked", links)
	}
}
