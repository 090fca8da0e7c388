package guidance

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
)

// frontMatter is what stands between the +++ lines that open a page. Every key is required but changes.
type frontMatter struct {
	Title    string   `toml:"title"`
	Summary  string   `toml:"summary"`
	Sections []string `toml:"sections"`
	Revision string   `toml:"revision"`
	Reviewed string   `toml:"reviewed"`
	Order    int      `toml:"order"`
	Group    string   `toml:"group"`
	Changes  []Edit   `toml:"changes"`
}

// Edit is a change that readers of a page should hear of.
type Edit struct {
	On   string `toml:"on"`   // YYYY-MM-DD
	What string `toml:"what"` // plain text, one sentence
}

// source is a page before its Markdown is rendered.
type source struct {
	Language, Slug string
	file           string
	front          frontMatter
	frontText      []byte
	body           []byte // Markdown
	bodyLine       int    // the line of the file on which body begins, from 1
}

var slugPattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// maxSummary bounds a summary, in characters: it is shown in lists and by search engines.
const maxSummary = 320

// parseSource splits and checks one page file. All faults of the front matter are reported.
func parseSource(file string, data []byte) (*source, error) {
	s := &source{file: file, Language: path.Dir(file), Slug: slugOf(file)}
	if !slugPattern.MatchString(s.Slug) {
		return nil, fmt.Errorf("%s:1: a page is named with a-z, 0-9 and single hyphens", file)
	}
	if !utf8.Valid(data) {
		return nil, fmt.Errorf("%s:1: the file is not UTF-8", file)
	}
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	if err := s.split(data); err != nil {
		return nil, err
	}
	return s, s.parseFront()
}

func (s *source) split(data []byte) error {
	rest, opened := bytes.CutPrefix(data, []byte("+++\n"))
	if !opened {
		return fmt.Errorf("%s:1: a page begins with a line +++ and its front matter", s.file)
	}
	// A newline is put before, so that an empty front matter is found too.
	front, body, closed := bytes.Cut(append([]byte("\n"), rest...), []byte("\n+++\n"))
	if !closed {
		return fmt.Errorf("%s:1: the front matter has no closing line +++", s.file)
	}
	s.frontText = bytes.TrimPrefix(front, []byte("\n"))
	s.body = body
	s.bodyLine = 1 + bytes.Count(data[:len(data)-len(body)], []byte("\n"))
	return nil
}

func (s *source) parseFront() error {
	meta, err := toml.Decode(string(s.frontText), &s.front)
	if err != nil {
		line, key, message := decodeFault(err)
		if line > 0 {
			line++ // the +++ line stands before
		} else {
			line = s.keyLine(key)
		}
		return fmt.Errorf("%s:%d: front matter: %s", s.file, line, message)
	}
	var errs []error
	fault := func(key, format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s:%d: %s: %s", s.file, s.keyLine(key), key, fmt.Sprintf(format, args...)))
	}
	for _, key := range meta.Undecoded() {
		if key[0] == "questions" {
			fault(key[0], "they stand in a file of their own, %s, by the heading that answers", questionsFileOf(s.file))
			continue
		}
		fault(key[0], "unknown key")
	}
	for _, key := range []string{"title", "summary", "sections", "revision", "reviewed", "order", "group"} {
		if !meta.IsDefined(key) {
			fault(key, "missing")
		}
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	f := &s.front
	checkLine := func(key, text string) {
		if strings.TrimSpace(text) == "" || strings.ContainsFunc(text, unicode.IsControl) {
			fault(key, "must be one line of text")
		}
	}
	checkLine("title", f.Title)
	checkLine("summary", f.Summary)
	if utf8.RuneCountInString(f.Summary) > maxSummary {
		fault("summary", "longer than %d characters", maxSummary)
	}
	if len(f.Sections) == 0 {
		fault("sections", "names no section of the Guidelines")
	}
	for _, section := range f.Sections {
		checkLine("sections", section)
	}
	for key, date := range map[string]string{"revision": f.Revision, "reviewed": f.Reviewed} {
		if !isDate(date) {
			fault(key, "%q is not a date YYYY-MM-DD", date)
		}
	}
	for i, change := range f.Changes {
		key := fmt.Sprintf("changes[%d]", i+1)
		if !isDate(change.On) || change.On > f.Reviewed {
			errs = append(errs, fmt.Errorf("%s:%d: %s.on: %q is not a date YYYY-MM-DD up to the day of the review", s.file, s.keyLine("changes"), key, change.On))
		}
		if strings.TrimSpace(change.What) == "" || strings.ContainsFunc(change.What, unicode.IsControl) || utf8.RuneCountInString(change.What) > maxSummary {
			errs = append(errs, fmt.Errorf("%s:%d: %s.what: must be one line of text of at most %d characters", s.file, s.keyLine("changes"), key, maxSummary))
		}
	}
	if f.Order < 1 {
		fault("order", "must be 1 or more")
	}
	return errors.Join(errs...)
}

var typeFault = regexp.MustCompile(`^toml: line \d+ \(last key "(.*?)"\): (.*)$`)

// decodeFault is where an error of the TOML decoder lies and what it says. A value of the wrong
// type has a key and no line: the decoder names the last line of the table there.
func decodeFault(err error) (line int, key, message string) {
	if pe, ok := errors.AsType[toml.ParseError](err); ok {
		return pe.Position.Line, "", pe.Message
	}
	if m := typeFault.FindStringSubmatch(err.Error()); m != nil {
		return 0, m[1], m[1] + ": " + m[2]
	}
	return 0, "", strings.TrimPrefix(err.Error(), "toml: ")
}

// keyLine is the line of the file on which a key of the front matter stands, or 1.
func (s *source) keyLine(key string) int {
	for i, line := range bytes.Split(s.frontText, []byte("\n")) {
		name, _, _ := bytes.Cut(line, []byte("="))
		if strings.Trim(string(name), " \t\"'[]") == key {
			return i + 2
		}
	}
	return 1
}

// lineOf is the line of the file for a byte offset in the body.
func (s *source) lineOf(offset int) int {
	offset = max(0, min(offset, len(s.body)))
	return s.bodyLine + bytes.Count(s.body[:offset], []byte("\n"))
}

func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}
