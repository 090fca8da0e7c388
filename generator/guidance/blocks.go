package guidance

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"path"
	"slices"
	"strings"
)

// A block is a fact that a page shows on a line of its own: {{ name }} or {{ name argument }}.
// It is rendered by the template name.html of the block files, with the data that it returns.
// The argument is "" where the page gives none.
type block func(f *Facts, argument, language string) (any, error)

var blocks = map[string]block{
	"fees":            feesBlock,
	"standards":       plainBlock(func(f *Facts) any { return &f.Code }),
	"values":          plainBlock(func(f *Facts) any { return &f.Code }),
	"sanctions":       plainBlock(func(f *Facts) any { return &f.Sanctions }),
	"competencies":    plainBlock(func(f *Facts) any { return &f.Competencies }),
	"specializations": plainBlock(func(f *Facts) any { return &f.Specializations }),
	"specialization":  specializationBlock,
	"titles":          titlesBlock,
	"definitions":     definitionsBlock,
	"list":            listBlock,
	"blueprint":       plainBlock(func(f *Facts) any { return &f.Blueprint }),
	"blueprint-chart": blueprintChartBlock,
	"blueprint-tasks": plainBlock(func(f *Facts) any { return &f.Blueprint }),
	"deadlines":       deadlinesBlock,
	"statuses":        plainBlock(func(f *Facts) any { return &f.Statuses }),
	"windows":         windowsBlock,
	"routes":          plainBlock(func(f *Facts) any { return &f.Statuses }),
	"contacts":        contactsBlock,
	"emergency":       emergencyBlock,
	"supervisors":     plainBlock(func(f *Facts) any { return &f.Supervisors }),
	"trainings":       plainBlock(func(f *Facts) any { return &f.Trainings }),
	"reporting":       plainBlock(func(f *Facts) any { return &f.Data }),
	"data":            plainBlock(func(f *Facts) any { return &f.Data }),
	"dates":           datesBlock,
	"resources":       resourcesBlock,
	"revisions":       plainBlock(func(f *Facts) any { return &f.Revisions }),
}

func plainBlock(data func(*Facts) any) block {
	return func(f *Facts, argument, _ string) (any, error) {
		if argument != "" {
			return nil, fmt.Errorf("takes no argument, got %q", argument)
		}
		return data(f), nil
	}
}

// feesBlock is the whole schedule, or the group that the argument names.
func feesBlock(f *Facts, group, _ string) (any, error) {
	if group == "" {
		return &f.Fees, nil
	}
	for _, g := range f.Fees.Groups {
		if g.ID == group {
			return &Fees{Origin: f.Fees.Origin, Groups: []FeeGroup{g}}, nil
		}
	}
	return nil, fmt.Errorf("no group of fees is named %q", group)
}

// deadlinesBlock is the deadlines of the group that the argument names, or all.
func deadlinesBlock(f *Facts, group, _ string) (any, error) {
	d := f.Deadlines
	if group != "" {
		d.List = slices.DeleteFunc(slices.Clone(d.List), func(d Deadline) bool { return d.Group != group })
	}
	if len(d.List) == 0 {
		return nil, fmt.Errorf("no deadline is in the group %q", group)
	}
	return &d, nil
}

// windowsBlock is the statuses that the calendar alone gives.
func windowsBlock(f *Facts, argument, _ string) (any, error) {
	if argument != "" {
		return nil, fmt.Errorf("takes no argument, got %q", argument)
	}
	s := f.Statuses
	s.List = slices.DeleteFunc(slices.Clone(s.List), func(s Status) bool { return s.Window == nil })
	return &s, nil
}

// contactsBlock is the contact that the argument names, or all.
func contactsBlock(f *Facts, id, _ string) (any, error) {
	if id == "" {
		return &f.Contacts, nil
	}
	c, ok := f.Contacts.Contact(id)
	if !ok {
		return nil, fmt.Errorf("no contact is named %q", id)
	}
	return &Contacts{Origin: f.Contacts.Origin, List: []Contact{c}}, nil
}

// emergencyNumbers makes links of the numbers to call. They are dialed as they stand: telephoneLink
// would put a country code before them.
var emergencyNumbers = strings.NewReplacer("911", `<a href="tel:911">911</a>`, "988", `<a href="tel:988">988</a>`)

// emergencyBlock is whom to call in danger or in a crisis, for pages that someone in need may read.
// The Guidelines have no such line; 988 is the national crisis line, in English and Spanish.
func emergencyBlock(f *Facts, argument, language string) (any, error) {
	if argument != "" {
		return nil, fmt.Errorf("takes no argument, got %q", argument)
	}
	call, err := f.label("emergency-call", language)
	return template.HTML(emergencyNumbers.Replace(template.HTMLEscapeString(call))), err
}

// blockTemplates are the parsed block files of every language.
type blockTemplates struct {
	facts      *Facts
	byLanguage map[string]*template.Template
}

func loadBlocks(in *inputs, facts *Facts) (*blockTemplates, error) {
	b := &blockTemplates{facts: facts, byLanguage: make(map[string]*template.Template)}
	var errs []error
	for _, language := range in.languages {
		set := template.New("").Funcs(blockFuncs(facts, in.languages, language, newRoutes(in, language)))
		for _, file := range sortedKeys(in.blocks) {
			name := strings.TrimSuffix(path.Base(file), ".html")
			if blocks[name] == nil {
				errs = append(errs, fmt.Errorf("%s: no block is named %q; the blocks are %s", file, name, strings.Join(sortedKeys(blocks), ", ")))
				continue
			}
			if _, err := set.New(name).Parse(string(in.blocks[file])); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", file, err))
			}
		}
		b.byLanguage[language] = set
	}
	return b, errors.Join(errs...)
}

// render returns the HTML of a block in a language.
func (b *blockTemplates) render(name, argument, language string) ([]byte, error) {
	block, ok := blocks[name]
	if !ok {
		return nil, fmt.Errorf("no block is named %q; the blocks are %s", name, strings.Join(sortedKeys(blocks), ", "))
	}
	data, err := block(b.facts, argument, language)
	if err != nil {
		return nil, fmt.Errorf("block %s: %w", name, err)
	}
	t := b.byLanguage[language].Lookup(name)
	if t == nil {
		return nil, fmt.Errorf("block %s: the theme has no guidance/%s.html", name, name)
	}
	var out bytes.Buffer
	if err := t.Execute(&out, data); err != nil {
		return nil, fmt.Errorf("block %s: %w", name, err)
	}
	return bytes.TrimSpace(out.Bytes()), nil
}

// blockFuncs are what a block file may call, all of them in the language of the page.
func blockFuncs(f *Facts, languages []string, language string, routes *routes) template.FuncMap {
	return template.FuncMap{
		// t is a text.
		"t": func(text Text) (string, error) { return f.expand(text, language) },
		// in is a text in another language, others the languages that the page is not in.
		"in": func(other string, text Text) (string, error) { return f.expand(text, other) },
		"others": func() []string {
			return slices.DeleteFunc(slices.Clone(languages), func(l string) bool { return l == language })
		},
		// label is a word of facts/labels.toml.
		"label": func(name string) (string, error) { return f.label(name, language) },
		// money is an amount in dollars.
		"money": func(dollars int) (string, error) { return f.money(dollars, language) },
		// fee is the fee of an id, total the sum of several.
		"fee": func(id string) (Fee, error) {
			if fee, ok := f.Fees.Fee(id); ok {
				return fee, nil
			}
			return Fee{}, fmt.Errorf("no fee has the id %q", id)
		},
		"total": func(ids []string) int {
			sum := 0
			for _, id := range ids {
				fee, _ := f.Fees.Fee(id) // checked when the facts were loaded
				sum += fee.Dollars
			}
			return sum
		},
		// step is a measure of a sanction, duration the length of a deadline, in words.
		"step":     func(s Step) (string, error) { return f.step(s, language) },
		"duration": func(d Deadline) (string, error) { return f.duration(d, language) },
		// section is a reference to the Guidelines, "App. B" in the language's own word.
		"section": func(s string) (string, error) { return f.localReference(s, language) },
		// page is the address of a guidance page, with its #anchor, in the language.
		"page": func(target string) (string, error) {
			slug, anchor, _ := strings.Cut(target, "#")
			href, err := routes.resolve("/guidance/" + slug + ".html#" + anchor)
			return strings.TrimSuffix(href, "#"), err
		},
		// day is a calendar day as people write it.
		"day": func(day string) (string, error) { return f.day(day, language) },
		// tel is the address of a telephone link.
		"tel":   func(phone string) template.URL { return template.URL(telephoneLink(phone)) }, // digits alone
		"lower": strings.ToLower,
		"add":   func(a, b int) int { return a + b },
	}
}

// step is a measure of a sanction in words.
func (f *Facts) step(s Step, language string) (string, error) {
	phrase := strings.ReplaceAll(f.Sanctions.Phrases[s.Do][language], "{n}", fmt.Sprint(s.N))
	return f.expandString(strings.ReplaceAll(phrase, "{topic}", f.Sanctions.Topics[s.Topic][language]), language)
}

// duration is the length of a deadline in words.
func (f *Facts) duration(d Deadline, language string) (string, error) {
	return f.expandString(strings.ReplaceAll(f.Deadlines.Units[d.Unit][language], "{n}", fmt.Sprint(d.N)), language)
}
