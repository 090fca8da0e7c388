package guidance

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Sections are the sections and appendixes of the Guidelines in order, facts/sections.toml.
type Sections struct {
	Origin
	List []Section `toml:"section"`
}

// Section is a part of the Guidelines that a page can cite.
type Section struct {
	ID    string `toml:"id"` // "§207", "App. C", or a name where it has neither number nor letter
	Title Text   `toml:"title"`
	Items int    `toml:"items"`                    // its numbered paragraphs: §102.31 is the last of 31
	Cite  Text   `toml:"cite" guidance:"optional"` // how a part with a name is called in a sentence
}

// Section returns the section of that id.
func (s *Sections) Section(id string) (Section, bool) {
	for _, section := range s.List {
		if section.ID == id {
			return section, true
		}
	}
	return Section{}, false
}

// Citation is a reference of a page to the Guidelines.
type Citation struct {
	ID    string // of the Section
	Text  string // as the page's language writes it: "§207", "Ap. C"
	Title string // of the section, in the page's language
}

// citationPattern is a reference in a sentence: §207, §102.30, App. C, and Ap. C in Spanish.
// A second number after "§805 to" has a sign of its own.
var citationPattern = regexp.MustCompile(`§\s?(\d+)(?:\.(\d+))?|\b(Ap{1,2}\.)\s?([A-Z])\b`)

// checkCitations says which references of a text name a part that the Guidelines do not have.
// The word for an appendix is the one given.
func (f *Facts) checkCitations(text, appendix string) []error {
	if !strings.Contains(text, "§") && !strings.Contains(text, "Ap") {
		return nil // as most texts: the pattern is slow to say so
	}
	var errs []error
	for _, m := range citationPattern.FindAllStringSubmatch(text, -1) {
		id := "§" + m[1]
		if m[3] != "" {
			id = appendixID + m[4]
			if m[3] != appendix {
				errs = append(errs, fmt.Errorf("%s is written %s %s here", m[0], appendix, m[4]))
			}
		}
		section, ok := f.Sections.Section(id)
		item, _ := strconv.Atoi(m[2]) // "" is 0
		switch {
		case !ok:
			errs = append(errs, fmt.Errorf("the Guidelines have no %s: cite a section of facts/sections.toml", id))
		case item > section.Items:
			errs = append(errs, fmt.Errorf("%s has %d numbered paragraphs: there is no %s", id, section.Items, m[0]))
		}
	}
	return errs
}

const appendixID = "App. " // begins the id of every appendix

// cite reads one reference of a page's front matter, written as the language writes it.
func (f *Facts) cite(written, language string) (Citation, error) {
	for _, section := range f.Sections.List {
		text, err := f.localReference(section.ID, language)
		if err != nil {
			return Citation{}, err
		}
		if written == section.ID || written == text {
			return Citation{ID: section.ID, Text: text, Title: section.Title[language]}, nil
		}
	}
	return Citation{}, fmt.Errorf("the Guidelines have no %q: cite a section of facts/sections.toml", written)
}

// localReference is how a language writes a reference to the Guidelines: "Ap. B" for "App. B",
// and words of its own for a part that has a name.
func (f *Facts) localReference(reference, language string) (string, error) {
	if section, ok := f.Sections.Section(reference); ok && section.Cite != nil {
		return f.expand(section.Cite, language)
	}
	appendix, err := f.label("appendix", language)
	return strings.ReplaceAll(reference, strings.TrimSpace(appendixID), appendix), err
}

var sectionID = regexp.MustCompile(`^(§[1-9]\d\d|App\. [A-Z]|[A-Z][a-z ]+)$`)

func (c *factChecker) checkSections() {
	const file = "facts/sections.toml"
	seen := make(map[string]bool)
	for i, s := range c.facts.Sections.List {
		key := fmt.Sprintf("section[%d]", i+1)
		if !sectionID.MatchString(s.ID) || seen[s.ID] {
			c.fault(file, key+".id", "%q is there twice, or is not like §207, App. C or Purpose", s.ID)
		}
		seen[s.ID] = true
		if named := !strings.HasPrefix(s.ID, "§") && !strings.HasPrefix(s.ID, appendixID); named != (s.Cite != nil) {
			c.fault(file, key+".cite", "a part with a name needs it, and no other has it")
		}
		if s.Items < 0 {
			c.fault(file, key+".items", "is negative")
		}
	}
}

// cites faults an entry that does not say where in the Guidelines it comes from, or cites what
// they do not have.
func (c *factChecker) cites(file, key, reference string) {
	if strings.TrimSpace(reference) == "" {
		c.fault(file, key, "missing")
		return
	}
	if _, named := c.facts.Sections.Section(reference); !named && !citationPattern.MatchString(reference) {
		c.fault(file, key, "%q cites no section: write it like §207 or App. C", reference)
	}
	for _, err := range c.facts.checkCitations(reference, strings.TrimSpace(appendixID)) {
		c.fault(file, key, "%v", err)
	}
}
