package render

import (
	"errors"
	"fmt"
	"html/template"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// catalog holds the translations of one language. Each language has a go-i18n bundle of its
// own, so that a message it lacks is an error and never a word of another language.
type catalog struct {
	file      string // for messages: "translations/es.toml"
	localizer *i18n.Localizer
	messages  map[string]*i18n.Message
	patterns  map[string]pattern // of the messages without plural forms
}

// pattern is a message cut at its arguments, its text escaped for HTML.
type pattern []segment

// segment is text, or else the name of an argument.
type segment struct {
	text template.HTML
	arg  string
}

var placeholder = regexp.MustCompile(`\{\{\s*\.([A-Z][A-Za-z]*)\s*\}\}`)

func loadCatalog(file, lang string, data []byte) (*catalog, error) {
	tag, err := language.Parse(lang)
	if err != nil {
		return nil, fmt.Errorf("%s: %q is not a language tag: %w", file, lang, err)
	}
	bundle := i18n.NewBundle(tag)
	messages, err := i18n.ParseMessageBytes(data, toml.Unmarshal)
	if err == nil {
		err = bundle.AddMessages(tag, messages...)
	}
	if err != nil {
		var syntax toml.ParseError
		if errors.As(err, &syntax) {
			return nil, fmt.Errorf("%s:%d: %s", file, syntax.Position.Line, syntax.Message)
		}
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	c := &catalog{
		file:      file,
		localizer: i18n.NewLocalizer(bundle, lang),
		messages:  make(map[string]*i18n.Message, len(messages)),
		patterns:  make(map[string]pattern, len(messages)),
	}
	var faults []error
	for _, m := range messages {
		c.messages[m.ID] = m
		for _, text := range [...]string{m.Zero, m.One, m.Two, m.Few, m.Many, m.Other} {
			if strings.Contains(placeholder.ReplaceAllLiteralString(text, ""), "{{") {
				faults = append(faults, fmt.Errorf("%s: key %s: between {{ and }} only .Name of an argument may stand", file, m.ID))
			}
		}
		if m.Other == "" {
			faults = append(faults, fmt.Errorf("%s: key %s: no text", file, m.ID))
		}
		if c.isPlural(m.ID) {
			faults = append(faults, c.checkPlural(m.ID))
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	for _, m := range messages {
		if c.isPlural(m.ID) {
			continue
		}
		if c.patterns[m.ID], err = c.cut(m.ID, nil); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *catalog) keys() []string {
	keys := make([]string, 0, len(c.messages))
	for k := range c.messages {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (c *catalog) isPlural(key string) bool {
	m := c.messages[key]
	return m.Zero != "" || m.One != "" || m.Two != "" || m.Few != "" || m.Many != ""
}

// checkPlural asks for numbers of every plural rule that languages have for whole numbers.
func (c *catalog) checkPlural(key string) error {
	for _, n := range [...]int{0, 1, 2, 3, 5, 11, 21, 100, 101, 1_000_000} {
		if _, err := c.cut(key, &n); err != nil {
			return err
		}
	}
	return nil
}

// cut lets go-i18n choose the form of a message for a count and cuts it at its arguments.
func (c *catalog) cut(key string, count *int) (pattern, error) {
	const open, shut = "\x02", "\x03" // no text holds these: TOML forbids control characters
	m := c.messages[key]
	marks := make(map[string]string)
	for _, text := range [...]string{m.Zero, m.One, m.Two, m.Few, m.Many, m.Other} {
		for _, found := range placeholder.FindAllStringSubmatch(text, -1) {
			marks[found[1]] = open + found[1] + shut
		}
	}
	config := &i18n.LocalizeConfig{MessageID: key, TemplateData: marks}
	if count != nil {
		config.PluralCount = *count
	}
	text, err := c.localizer.Localize(config)
	if err != nil {
		if count != nil {
			return nil, fmt.Errorf("%s: key %s: the plural form for %d: %w", c.file, key, *count, err)
		}
		return nil, fmt.Errorf("%s: key %s: %w", c.file, key, err)
	}
	var p pattern
	for text != "" {
		literal, rest, found := strings.Cut(text, open)
		if literal != "" {
			p = append(p, segment{text: template.HTML(escaped(literal))})
		}
		if !found {
			break
		}
		name, after, _ := strings.Cut(rest, shut)
		p = append(p, segment{arg: name})
		text = after
	}
	return p, nil
}

// text is the message of the key with its arguments, given as pairs of name and value, put
// in. Every argument must be used, so that no translation silently drops a date.
func (c *catalog) text(key string, args ...any) (template.HTML, error) {
	p, ok := c.patterns[key]
	if !ok {
		return "", fmt.Errorf("%s: missing key %s", c.file, key)
	}
	if len(args) == 0 && len(p) == 1 && p[0].arg == "" {
		return p[0].text, nil
	}
	return c.fill(key, p, args)
}

// plural is the message of the key for a count, which is its argument Count.
func (c *catalog) plural(key string, count int, args ...any) (template.HTML, error) {
	if c.messages[key] == nil {
		return "", fmt.Errorf("%s: missing key %s", c.file, key)
	}
	p, err := c.cut(key, &count)
	if err != nil {
		return "", err
	}
	return c.fill(key, p, append(args, "Count", c.group(count)))
}

func (c *catalog) fill(key string, p pattern, args []any) (template.HTML, error) {
	if len(args)%2 != 0 {
		return "", fmt.Errorf("%s: key %s: arguments come in pairs of name and value", c.file, key)
	}
	var out []byte
	used := make([]bool, len(args)/2)
	for _, s := range p {
		if s.arg == "" {
			out = append(out, s.text...)
			continue
		}
		at := -1
		for i := 0; i < len(args); i += 2 {
			if args[i] == s.arg {
				at = i
			}
		}
		if at < 0 {
			return "", fmt.Errorf("%s: key %s: nothing is given for {{.%s}}", c.file, key, s.arg)
		}
		used[at/2] = true
		value, err := markup(args[at+1])
		if err != nil {
			return "", fmt.Errorf("%s: key %s: {{.%s}}: %w", c.file, key, s.arg, err)
		}
		out = append(out, value...)
	}
	for i, u := range used {
		if !u && args[2*i] != "Count" { // a form such as "one certification" need not repeat it
			return "", fmt.Errorf("%s: key %s: {{.%v}} is missing from the text", c.file, key, args[2*i])
		}
	}
	return template.HTML(out), nil
}

// markup is the HTML of a value that stands in a sentence.
func markup(value any) (template.HTML, error) {
	switch v := value.(type) {
	case template.HTML:
		return v, nil
	case string:
		return template.HTML(escaped(v)), nil
	case int:
		return template.HTML(strconv.Itoa(v)), nil
	case moment:
		return v.HTML(), nil
	}
	return "", fmt.Errorf("a %T cannot stand in a sentence", value)
}

// group writes a number with the language's mark between thousands.
func (c *catalog) group(n int) string {
	digits := strconv.Itoa(n)
	mark, ok := c.messages["number.group"]
	if !ok {
		return digits
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + mark.Other + digits[i:]
	}
	return digits
}
