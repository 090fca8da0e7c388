package guidance

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Text is a piece of plain text in every language, by language. It may refer to a figure,
// which is put in when it is shown: {fee:renewal} is "$80", {figure:appeal} is "14", {date:ID} a day.
type Text map[string]string

var textReference = regexp.MustCompile(`\{(date|fee|figure):([a-z0-9-]+)\}`)

// expand returns the text of a language with its references put in.
func (f *Facts) expand(text Text, language string) (string, error) {
	s, ok := text[language]
	if !ok {
		return "", fmt.Errorf("no text in %q", language)
	}
	return f.expandString(s, language)
}

func (f *Facts) expandString(s, language string) (string, error) {
	var fault error
	s = textReference.ReplaceAllStringFunc(s, func(ref string) string {
		parts := textReference.FindStringSubmatch(ref)
		value, err := f.reference(parts[1], parts[2], language)
		if err != nil {
			fault = err
		}
		return value
	})
	if fault == nil && strings.ContainsAny(s, "{}") {
		fault = fmt.Errorf("braces in %q are not {fee:ID}, {figure:ID} or {date:ID}", s)
	}
	return s, fault
}

// reference is the value that {kind:id} stands for.
func (f *Facts) reference(kind, id, language string) (string, error) {
	switch kind {
	case "date":
		if date, ok := f.Dates.Date(id); ok {
			return f.day(date.Day, language)
		}
		return "", fmt.Errorf("no date has the id %q", id)
	case "fee":
		if fee, ok := f.Fees.Fee(id); ok {
			return f.money(fee.Dollars, language)
		}
		return "", fmt.Errorf("no fee has the id %q", id)
	}
	if n, ok := f.Figure(id); ok {
		return fmt.Sprint(n), nil
	}
	return "", fmt.Errorf("no figure or deadline has the id %q", id)
}

var textType = reflect.TypeFor[Text]()

// walkTexts calls visit for every Text below v, with the path of its key as TOML writes it.
// A field tagged `guidance:"optional"` may be absent; `guidance:"phrase"` may hold the
// placeholders {n} and {topic}.
func walkTexts(v reflect.Value, key, tag string, visit func(key, tag string, text Text)) {
	if v.Type() == textType {
		visit(key, tag, v.Interface().(Text))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i)
			name, _, _ := strings.Cut(field.Tag.Get("toml"), ",")
			if name == "" || name == "-" {
				continue
			}
			walkTexts(v.Field(i), joinKey(key, name), field.Tag.Get("guidance"), visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walkTexts(v.Index(i), fmt.Sprintf("%s[%d]", key, i+1), tag, visit)
		}
	case reflect.Map:
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		for _, k := range keys {
			walkTexts(v.MapIndex(k), joinKey(key, k.String()), tag, visit)
		}
	}
}

func joinKey(a, b string) string {
	if a == "" {
		return b
	}
	return a + "." + b
}

// checkText says what is wrong with a text: a language it lacks or does not know, or text that
// is empty, spans lines or carries control characters.
func checkText(text Text, tag string, in *inputs) []string {
	if text == nil && tag == "optional" {
		return nil
	}
	var faults []string
	for _, language := range in.languages {
		if _, ok := text[language]; !ok {
			faults = append(faults, fmt.Sprintf("no text in %q", language))
		}
	}
	for _, language := range sortedKeys(text) {
		s := text[language]
		switch {
		case !slices.Contains(in.known, language):
			faults = append(faults, fmt.Sprintf("%q is not a language of the content", language))
		case strings.TrimSpace(s) != s || s == "":
			faults = append(faults, fmt.Sprintf("the text in %q is empty or has spaces around it", language))
		case strings.ContainsFunc(s, unicode.IsControl):
			faults = append(faults, fmt.Sprintf("the text in %q spans lines or has control characters", language))
		}
	}
	return faults
}
