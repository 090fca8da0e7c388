package guidance

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/BurntSushi/toml"
)

// factFiles are the files of the facts folder and where each is decoded to.
func factFiles(f *Facts) map[string]any {
	return map[string]any{
		"facts/fees.toml":            &f.Fees,
		"facts/code.toml":            &f.Code,
		"facts/sanctions.toml":       &f.Sanctions,
		"facts/competencies.toml":    &f.Competencies,
		"facts/specializations.toml": &f.Specializations,
		"facts/definitions.toml":     &f.Definitions,
		"facts/lists.toml":           &f.Lists,
		"facts/blueprint.toml":       &f.Blueprint,
		"facts/deadlines.toml":       &f.Deadlines,
		"facts/figures.toml":         &f.Figures,
		"facts/statuses.toml":        &f.Statuses,
		"facts/contacts.toml":        &f.Contacts,
		"facts/supervisors.toml":     &f.Supervisors,
		"facts/trainings.toml":       &f.Trainings,
		"facts/data.toml":            &f.Data,
		"facts/dates.toml":           &f.Dates,
		"facts/resources.toml":       &f.Resources,
		"facts/revisions.toml":       &f.Revisions,
		"facts/labels.toml":          &f.Labels,
		"facts/groups.toml":          &f.Groups,
		"facts/sections.toml":        &f.Sections,
		"facts/synonyms.toml":        &f.Synonyms,

		"facts/milestones.toml":           &f.Milestones,
		"facts/costs.toml":                &f.Costs,
		"facts/continuing-education.toml": &f.ContinuingEducation,
	}
}

// factChecker collects what is wrong with the facts.
type factChecker struct {
	in    *inputs
	facts *Facts
	errs  []error
}

func (c *factChecker) fault(file, key, format string, args ...any) {
	c.errs = append(c.errs, faultAt(file, c.in.facts[file], key, format, args...))
}

// faultAt is what is wrong with a key of a TOML file, with its line.
func faultAt(file string, data []byte, key, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s: %s", file, lineOfKey(data, key), key, fmt.Sprintf(format, args...))
}

// loadFacts decodes and checks the facts. A fault names the file, the line and the key; a
// list's entries count from 1.
func loadFacts(in *inputs) (*Facts, error) {
	c := &factChecker{in: in, facts: &Facts{}}
	targets := factFiles(c.facts)
	for _, name := range sortedKeys(in.facts) {
		if targets[name] == nil {
			c.errs = append(c.errs, fmt.Errorf("%s: not a file of facts that is known", name))
		}
	}
	for _, name := range sortedKeys(targets) {
		data, ok := in.facts[name]
		if !ok {
			c.errs = append(c.errs, fmt.Errorf("%s: missing", name))
			continue
		}
		c.decode(name, data, targets[name])
	}
	if len(c.errs) > 0 {
		return nil, errors.Join(c.errs...)
	}
	c.checkFilled()
	c.checkSections()
	c.checkSynonyms()
	c.checkFees()
	c.checkCode()
	c.checkSanctions()
	c.checkSpecializations()
	c.checkLists()
	c.checkBlueprint()
	c.checkDefinitions()
	c.checkFigures()
	c.checkStatuses()
	c.checkContacts()
	c.checkTraining()
	c.checkData()
	c.checkDates()
	c.checkRevisions()
	c.checkResources()
	c.checkGroups()
	c.checkMilestones()
	c.checkCosts()
	c.checkContinuingEducation()
	for _, name := range sortedKeys(targets) {
		if o, ok := targets[name].(interface{ origin() Origin }); ok {
			c.cites(name, "source", o.origin().Source)
		}
		c.checkTexts(name, targets[name])
	}
	if len(c.errs) > 0 {
		return nil, errors.Join(c.errs...)
	}
	return c.facts, nil
}

func (c *factChecker) decode(name string, data []byte, target any) {
	errs := decodeTOML(name, data, target)
	if c.errs = append(c.errs, errs...); len(errs) > 0 {
		return
	}
	if o, ok := target.(interface{ origin() Origin }); ok {
		if !isDate(o.origin().Revision) {
			c.fault(name, "revision", "%q is not a date YYYY-MM-DD", o.origin().Revision)
		}
	}
}

// decodeTOML decodes a file of which every key must be known.
func decodeTOML(name string, data []byte, target any) []error {
	meta, err := toml.Decode(string(data), target)
	if err != nil {
		line, key, message := decodeFault(err)
		if line == 0 {
			line = lineOfType(data, key, message)
		}
		if line > 0 {
			name = fmt.Sprintf("%s:%d", name, line)
		}
		return []error{fmt.Errorf("%s: %s", name, message)}
	}
	var errs []error
	seen := make(map[string]bool) // a list repeats its keys
	for _, key := range meta.Undecoded() {
		if k := key.String(); !seen[k] {
			seen[k] = true
			errs = append(errs, faultAt(name, data, k, "unknown key"))
		}
	}
	return errs
}

// checkTexts checks every text of a file, and that its references resolve.
func (c *factChecker) checkTexts(file string, target any) {
	walkTexts(reflect.ValueOf(target).Elem(), "", "", func(key, tag string, text Text) {
		faults := checkText(text, tag, c.in)
		for _, fault := range faults {
			c.fault(file, key, "%s", fault)
		}
		if len(faults) > 0 || text == nil || tag == "phrase" {
			return // phrases are expanded when their steps are checked
		}
		for _, language := range c.in.languages {
			if _, err := c.facts.expand(text, language); err != nil {
				c.fault(file, key, "%s: %v", language, err)
			}
			appendix := c.facts.Labels.Texts["appendix"][language]
			for _, err := range c.facts.checkCitations(text[language], appendix) {
				c.fault(file, key, "%s: %v", language, err)
			}
		}
	})
}
