package guidance

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxQuestion bounds a question of the front matter, in characters.
const maxQuestion = 120

// checkQuestions refuses a question that is no line of text, one that leads to two pages of a
// language, and a page that has questions in one language and none in another.
func checkQuestions(sources []*source) []error {
	var errs []error
	fault := func(s *source, format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s:%d: questions: %s", s.file, s.keyLine("questions"), fmt.Sprintf(format, args...)))
	}
	asked := make(map[string]*source)
	with := make(map[string]*source)
	for _, s := range sources {
		for _, question := range s.front.Questions {
			if strings.TrimSpace(question) == "" || strings.ContainsFunc(question, unicode.IsControl) || utf8.RuneCountInString(question) > maxQuestion {
				fault(s, "%q must be one line of text of at most %d characters", question, maxQuestion)
			}
			key := s.Language + " " + strings.ToLower(question)
			if other := asked[key]; other != nil {
				fault(s, "%q stands in %s as well", question, other.file)
			}
			asked[key] = s
			with[s.Slug] = s
		}
	}
	for _, s := range sources {
		if other := with[s.Slug]; other != nil && len(s.front.Questions) == 0 {
			fault(s, "missing; %s has them", other.file)
		}
	}
	return errs
}
