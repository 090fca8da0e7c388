package guidance

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Question is what people ask that a page answers, in words that the page may not have.
type Question struct {
	Text  string
	Part  string // ID of the Passage that has the answer
	Whole bool   // no part has it, the page as a whole does; Part is ""
}

// maxQuestion bounds a question, in characters.
const maxQuestion = 120

// questionsEnding is what the name of a page ends with, in place of .md, in that of its file of questions.
const questionsEnding = ".questions.toml"

func questionsFileOf(page string) string { return strings.TrimSuffix(page, ".md") + questionsEnding }

// questionsFile is a file of questions as it is written.
type questionsFile struct {
	name  string
	Whole []string `toml:"whole"`
	Parts []struct {
		Heading   *string  `toml:"heading"` // an anchor; "" for what stands before the first
		Questions []string `toml:"questions"`
	} `toml:"part"`
}

// listed are the questions of a file in order, each with the key of its list.
func (f *questionsFile) listed() (list []Question, keys []string) {
	for _, text := range f.Whole {
		list, keys = append(list, Question{Text: text, Whole: true}), append(keys, "whole")
	}
	for i, part := range f.Parts {
		for _, text := range part.Questions {
			list, keys = append(list, Question{Text: text, Part: *part.Heading}), append(keys, fmt.Sprintf("part[%d].questions", i+1))
		}
	}
	return list, keys
}

// parseQuestions reads the files of questions, by name, and refuses one without its page, a question that is no line of text, one
// that stands twice in a language, and a page that has questions in one language and none in another.
func parseQuestions(in *inputs) (map[string]*questionsFile, []error) {
	files := make(map[string]*questionsFile)
	var errs []error
	asked := make(map[string]string) // by language and question, the file
	first := make(map[string]string) // by slug, a file
	for _, name := range sortedKeys(in.questions) {
		page := strings.TrimSuffix(name, questionsEnding) + ".md"
		if in.pages[page] == nil {
			errs = append(errs, fmt.Errorf("%s:1: there is no page %s", name, page))
			continue
		}
		first[slugOf(page)] = name
		f, faults := parseQuestionsFile(name, in.questions[name])
		if errs = append(errs, faults...); len(faults) > 0 {
			continue
		}
		files[name] = f
		language, _, _ := strings.Cut(name, "/")
		list, keys := f.listed()
		for i, q := range list {
			fault := func(format string, args ...any) {
				errs = append(errs, fmt.Errorf("%s:%d: %s: %s", name, lineOfQuestion(in.questions[name], q.Text, keys[i]), keys[i], fmt.Sprintf(format, args...)))
			}
			if strings.TrimSpace(q.Text) == "" || strings.ContainsFunc(q.Text, unicode.IsControl) || utf8.RuneCountInString(q.Text) > maxQuestion {
				fault("%q must be one line of text of at most %d characters", q.Text, maxQuestion)
			}
			key := language + " " + strings.ToLower(q.Text)
			if other := asked[key]; other == name {
				fault("%q stands in this file twice", q.Text)
			} else if other != "" {
				fault("%q stands in %s as well", q.Text, other)
			}
			asked[key] = name
		}
	}
	for _, page := range sortedKeys(in.pages) {
		name := questionsFileOf(page)
		if other := first[slugOf(page)]; other != "" && in.questions[name] == nil {
			errs = append(errs, fmt.Errorf("%s: missing; the questions exist as %s", name, other))
		}
	}
	return files, errs
}

// parseQuestionsFile reads one file.
func parseQuestionsFile(name string, data []byte) (*questionsFile, []error) {
	f := &questionsFile{name: name}
	errs := decodeTOML(name, data, f)
	if len(errs) == 0 && len(f.Whole)+len(f.Parts) == 0 {
		errs = append(errs, fmt.Errorf("%s:1: has no question", name))
	}
	var headings []string
	for i, part := range f.Parts {
		key := fmt.Sprintf("part[%d]", i+1)
		switch {
		case part.Heading == nil:
			errs = append(errs, faultAt(name, data, key+".heading", "missing"))
			continue
		case slices.Contains(headings, *part.Heading):
			errs = append(errs, faultAt(name, data, key+".heading", "%q is there twice", *part.Heading))
		case len(part.Questions) == 0:
			errs = append(errs, faultAt(name, data, key+".questions", "missing"))
		}
		headings = append(headings, *part.Heading)
	}
	return f, errs
}

// lineOfQuestion is the line of the last question of that text, or, where it is written with escapes, of its list.
func lineOfQuestion(data []byte, text, key string) int {
	if i := bytes.LastIndex(data, []byte(`"`+text+`"`)); i >= 0 {
		return 1 + bytes.Count(data[:i], []byte("\n"))
	}
	return lineOfKey(data, key)
}

// addQuestions gives a page the questions of its file, which has that data. Each must be for a part that the page has.
func (p *Page) addQuestions(f *questionsFile, data []byte) []error {
	p.Questions, _ = f.listed()
	parts := []string{""} // before the first heading, where nothing may stand
	for _, passage := range p.Passages {
		parts = append(parts, passage.ID)
	}
	var errs []error
	for i, part := range f.Parts {
		if !slices.Contains(parts, *part.Heading) {
			errs = append(errs, faultAt(f.name, data, fmt.Sprintf("part[%d].heading", i+1), "the page has no heading with the anchor %q and text below it", *part.Heading))
		}
	}
	return errs
}
