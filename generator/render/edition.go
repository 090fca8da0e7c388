package render

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/guidance"
)

// edition is what the pages of one language are made with.
type edition struct {
	renderer  *Renderer
	language  string
	prefix    string // "" or "es/"
	catalog   *catalog
	calendar  *calendar
	templates map[string]*template.Template // by page name

	forms
}

// forms are what record pages and search results are put together from. They are made once.
type forms struct {
	records [numVariants]form
	rows    [numRowVariants]form
	results [numResultVariants]form // of a search
	actions []template.HTML         // by set of actions in force
	areas   []template.HTML         // by set of specializations
}

// ownKeys are the messages that no template names: the calendar's, and those that a page
// takes from the translations of another language.
var ownKeys = append([]string{"language.name", "language.elsewhere", "answers.see", "number.group", "keeping.seconds", "keeping.minutes", "keeping.hours", "feed.title", "feed.reviewed"}, calendarKeys...)

func (r *Renderer) newEdition(language string) (*edition, error) {
	e := &edition{
		renderer:  r,
		language:  language,
		prefix:    r.prefix(language),
		catalog:   r.theme.catalogs[language],
		templates: make(map[string]*template.Template),
	}
	var err error
	if e.calendar, err = newCalendar(e.catalog); err != nil {
		return nil, fmt.Errorf("theme: %w", err)
	}
	shared := template.New("shared").Funcs(e.functions()).Option("missingkey=error")
	for _, src := range r.theme.shared {
		if _, err := shared.New(src.name).Parse(src.text); err != nil {
			return nil, fmt.Errorf("theme: %w", err)
		}
	}
	var errs []error
	for _, page := range pageNames {
		src := r.theme.pages[page]
		t, err := shared.Clone()
		if err == nil {
			if page == pageRecord || page == pageSearch {
				t.Funcs(template.FuncMap{"groups": e.listed})
			}
			_, err = t.New(src.name).Parse(src.text)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("theme: %w", err))
			continue
		}
		e.templates[page] = t
	}
	return e, errors.Join(errs...)
}

// functions are what templates can call.
func (e *edition) functions() template.FuncMap {
	return template.FuncMap{
		"lang":   func() string { return e.language },
		"t":      e.catalog.text,
		"plural": e.catalog.plural,
		"word": func(family, value, what string, args ...any) (template.HTML, error) {
			return e.catalog.text(family+"."+value+"."+what, args...)
		},
		"time":    moment.HTML,
		"bdi":     func(s string) template.HTML { return template.HTML("<bdi>" + escaped(s) + "</bdi>") },
		"slot":    slotFor,
		"english": english,
		"link":    func(path string) string { return "/" + e.prefix + path },
		"guide":   e.guide,
		"groups":  e.groups,
		"asset": func(name string) (string, error) {
			path, ok := e.renderer.theme.assets[name]
			if !ok {
				return "", fmt.Errorf("the theme has no asset %q", name)
			}
			return "/" + path, nil
		},
		"integrity": func(name string) (string, error) {
			hash, ok := e.renderer.theme.integrity[name]
			if !ok {
				return "", fmt.Errorf("the theme has no asset %q", name)
			}
			return hash, nil
		},
		"icon": func(name string) (template.HTML, error) {
			drawing, ok := e.renderer.theme.icons[name]
			if !ok {
				return "", fmt.Errorf("the theme has no icon %q", name)
			}
			return drawing, nil
		},
		"contact": e.contact,
		"tools":   e.tools,
	}
}

// guide is the address of a guidance page. A link to a page that does not exist is an error.
func (e *edition) guide(slug string) (string, error) {
	for _, page := range e.guides() {
		if page.Slug == slug {
			return "/" + e.prefix + "guidance/" + slug + ".html", nil
		}
	}
	return "", fmt.Errorf("there is no guidance page %q in %q", slug, e.language)
}

// guides are the guidance pages of the language, in order.
func (e *edition) guides() []*guidance.Page {
	if e.renderer.library == nil {
		return nil
	}
	return e.renderer.library.Pages(e.language)
}

// groups are the themes of the guidance in the language, each with its pages in order.
func (e *edition) groups() []guidance.Group {
	if e.renderer.library == nil {
		return nil
	}
	return e.renderer.library.Groups(e.language)
}

// listed are the groups for a page that Reload would take over.
func (e *edition) listed() []guidance.Group {
	e.renderer.lists.Store(true)
	return e.groups()
}

// contact is an office that people write to or call, by its id in the facts.
func (e *edition) contact(id string) (contactView, error) {
	if e.renderer.library == nil || e.renderer.library.Facts() == nil {
		return contactView{}, fmt.Errorf("there is no contact %q", id)
	}
	c, ok := e.renderer.library.Facts().Contacts.Contact(id)
	if !ok {
		return contactView{}, fmt.Errorf("there is no contact %q", id)
	}
	return contactView{Name: c.Name[e.language], Email: c.Email, Phone: c.Phone, Tel: template.URL(c.Tel()), Website: c.Website, Address: c.Address}, nil
}

// contactView is a contact in one language. Tel is a telephone address that guidance made
// from digits alone.
type contactView struct {
	Name    string
	Email   string
	Phone   string
	Tel     template.URL
	Website string // empty where there is none
	Address []string
}

// page is what the layout needs to know of a page.
type page struct {
	Kind       string // its template
	Path       string // on the site, without the language's folder: "guidance/fees.html"
	Private    bool   // not for search engines: pages about a person, and answers
	Sample     bool
	OwnForms   bool   // the page has the look-up forms in its main part
	HasContact bool   // the page says in its main part who to call
	Root       string // the address of the site, without a slash at its end; "" where it is not known
	Canonical  string
	Alternates []alternate

	// What the look-up forms are filled with.
	Typed string // number
	Wrong bool   // what was typed is not a number
	Query string // name
}

// alternate is the same page in another language.
type alternate struct {
	Language  string
	Name      template.HTML // of the language, in that language
	URL       string
	Elsewhere template.HTML // an offer to read on, in that language
	Locale    template.HTML // of the language, as Open Graph writes it
}

// newPage is a page at a path that exists in every language.
func (e *edition) newPage(kind, path string, sample bool) page {
	p := page{Kind: kind, Path: path, Sample: sample, Root: e.renderer.options.BaseURL}
	p.HasContact = kind == pageRecord || kind == pageHome || kind == pageAnswer
	if e.renderer.options.BaseURL != "" {
		p.Canonical = e.renderer.options.BaseURL + "/" + e.prefix + webPath(path)
	}
	p.Alternates = e.alternates(webPath(path))
	return p
}

// webPath is the path by which a page is known: a folder for its index.
func webPath(path string) string {
	if path == "index.html" {
		return ""
	}
	return path
}

// alternates are the same path in the other languages.
func (e *edition) alternates(path string) []alternate {
	var list []alternate
	for _, language := range e.renderer.options.Languages {
		if language == e.language {
			continue
		}
		c := e.renderer.theme.catalogs[language]
		name, _ := c.text("language.name") // the keys were checked
		elsewhere, _ := c.text("language.elsewhere")
		locale, _ := c.text("language.locale")
		list = append(list, alternate{
			Language: language, Name: name, Elsewhere: elsewhere, Locale: locale,
			URL: "/" + e.renderer.prefix(language) + path,
		})
	}
	return list
}

// execute makes a whole page with html/template.
func (e *edition) execute(pageName string, view any) ([]byte, error) {
	return e.executePart(pageName, "layout", view)
}

func (e *edition) executePart(pageName, part string, view any) ([]byte, error) {
	var out bytes.Buffer
	if err := e.templates[pageName].ExecuteTemplate(&out, part, view); err != nil {
		return nil, fmt.Errorf("theme: page %s in %q: %w", pageName, e.language, err)
	}
	return out.Bytes(), nil
}

// compile makes the forms and fragments of record pages and search results.
func (e *edition) compile() error {
	for set := range certification.Actions(1 << numActions) {
		fragment, err := e.executePart(pageRecord, "actions", actionNames(set))
		if err != nil {
			return err
		}
		e.actions = append(e.actions, template.HTML(bytes.TrimSpace(fragment)))
	}
	for set := range certification.Specializations(1 << len(areas)) {
		fragment, err := e.executePart(pageRecord, "areas", areaNames(set))
		if err != nil {
			return err
		}
		e.areas = append(e.areas, template.HTML(bytes.TrimSpace(fragment)))
	}
	for v := range rowVariant(numRowVariants) {
		if v.status() == certification.NotIssued {
			e.rows[v] = cutForm(nil)
			continue
		}
		row, err := e.executePart(pageRecord, "row", v.marked())
		if err != nil {
			return err
		}
		e.rows[v] = cutForm(bytes.TrimSpace(row))
	}
	for v := range resultVariant(numResultVariants) {
		if v.status() == certification.NotIssued {
			continue
		}
		result, err := e.executePart(pageSearch, "result", v.marked())
		if err != nil {
			return err
		}
		e.results[v] = cutForm(bytes.TrimSpace(result))
	}
	for v := range variant(numVariants) {
		if v.status() == certification.NotIssued {
			continue // no page says so
		}
		page, err := e.execute(pageRecord, e.markedRecord(v))
		if err != nil {
			return err
		}
		e.records[v] = cutForm(page)
	}
	return nil
}
