package guidance

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"
)

// Page is one subject in one language.
type Page struct {
	Slug     string     // the name of the page in its address, the same in every language
	Language string     // BCP 47, as the folder is named
	Title    string     // plain text, the page's only heading of level 1
	Summary  string     // plain text, one or two sentences
	Sections []Citation // of the Guidelines, in the order of the page's front matter
	Revision string     // the revision of the Guidelines that the page follows, YYYY-MM-DD
	Reviewed string     // the day on which a person last compared the two, YYYY-MM-DD
	Order    int        // position among the pages, from 1
	Group    string     // the id of the theme it is listed under
	Changes  []Edit     // of the page, as its editor lists them

	// RuleChanges are the changes of the Guidelines that readers of the page should hear of.
	RuleChanges []RuleChange
	// Questions are what people ask that the page answers. They are searched and not shown.
	Questions []Question

	// Body is what follows the title: headings of level 2 and below, text and fact blocks.
	Body template.HTML
	// Headings are those of Body in order, those inside fact blocks too.
	Headings []Heading
	// Passages are the parts of Body.
	Passages []Passage
}

// Heading is a heading of a page that a link can point to.
type Heading struct {
	Level int    // 2 to 6
	ID    string // unique in the page
	Text  string // plain text
}

// Library is the guidance in every language that was asked for. It does not change once
// loaded and is safe for concurrent use.
type Library struct {
	pages  map[string][]*Page
	groups map[string][]Group
	facts  *Facts

	digest, factsDigest [sha256.Size]byte
	made                made
}

// made is what a load leaves to the next one, which takes over what cannot be other.
type made struct {
	outline   [sha256.Size]byte // of what every page depends on: languages, the names of all pages, facts and blocks
	asked     [sha256.Size]byte // of the names of pages and their questions
	questions map[string]*questionsFile
	pages     map[string]*renderedPage // by file
}

// Pages returns the pages of a language by order, or nil where the language was not loaded.
// The pages belong to the library: read them, do not change them.
func (l *Library) Pages(language string) []*Page { return l.pages[language] }

// Facts returns the data that the pages are rendered from. It belongs to the library.
func (l *Library) Facts() *Facts { return l.facts }

// Digest identifies the inputs: it changes when a byte of any file that was read changes, or
// the languages or their order do, and at no other time.
func (l *Library) Digest() [sha256.Size]byte { return l.digest }

// Load reads the pages of the languages, the facts and the blocks. The pages of the first
// language stand at the root of the site, those of another under its name.
//
// All faults are reported together, one line each: "file:line: what", and for a file that is
// not there "file: what". Only facts that are wrong hide others: no page can be rendered then.
func Load(content, blocks fs.FS, languages []string) (*Library, error) {
	return Reload(nil, content, blocks, languages)
}

// Reload gives what Load gives. Of a former library, which may be nil, it takes over the facts and the pages
// whose files, and all else that they depend on, are what they were for it.
func Reload(former *Library, content, blocks fs.FS, languages []string) (*Library, error) {
	if len(languages) == 0 {
		return nil, errors.New("guidance: no language was asked for")
	}
	in, err := readInputs(content, blocks, languages)
	if err != nil {
		return nil, err
	}
	if former == nil {
		former = new(Library)
	}
	names := namesOf(sortedKeys(in.pages))
	lib := &Library{
		pages: make(map[string][]*Page), digest: in.digest(in.pages, in.questions, in.facts, in.blocks), factsDigest: in.digest(in.facts),
		made: made{outline: in.digest(in.facts, in.blocks, names, namesOf(in.known)), asked: in.digest(in.questions, names)},
	}
	var group errgroup.Group
	group.Go(func() (err error) { // beside the pages: each takes about as long
		if lib.facts = former.facts; lib.made.outline != former.made.outline {
			lib.facts, err = loadFacts(in)
		}
		return err
	})
	sources, errs := parsePages(in)
	errs = append(errs, missingPages(in)...)
	if err := group.Wait(); err != nil {
		return nil, errors.Join(append(errs, err)...)
	}
	errs = append(errs, checkGroups(sources, lib.facts.Groups)...)
	if lib.made.questions = former.made.questions; lib.made.asked != former.made.asked {
		var faults []error
		lib.made.questions, faults = parseQuestions(in)
		errs = append(errs, faults...)
	}
	templates, err := loadBlocks(in, lib.facts)
	if err != nil {
		return nil, errors.Join(append(errs, err)...)
	}
	if lib.made.outline == former.made.outline {
		lib.made.pages = former.made.pages
	}
	rendered, faults := renderPages(in, sources, &lib.made, templates, lib.facts)
	errs = append(errs, faults...)
	lib.made.pages = make(map[string]*renderedPage)
	for _, r := range rendered {
		lib.made.pages[r.file] = r
		lib.pages[r.page.Language] = append(lib.pages[r.page.Language], r.page)
	}
	if errs = append(errs, checkAnchors(rendered)...); len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	for _, pages := range lib.pages {
		slices.SortFunc(pages, func(a, b *Page) int { return a.Order - b.Order })
	}
	lib.groups, err = grouped(lib.pages, lib.facts)
	return lib, err
}

// renderPages renders the pages on all cores, and gives them in the order of their sources. Those that were
// made of the same files before are taken as they are.
func renderPages(in *inputs, sources []*source, before *made, templates *blockTemplates, facts *Facts) ([]*renderedPage, []error) {
	words := make(map[string]*glossary)
	for _, language := range in.languages {
		words[language] = newGlossary(facts, language)
	}
	rendered := make([]*renderedPage, len(sources))
	errs := make([]error, len(sources))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, source := range sources {
		group.Go(func() error {
			asked := questionsFileOf(source.file)
			digest := in.digest(map[string][]byte{source.file: in.pages[source.file], asked: in.questions[asked]})
			if r := before.pages[source.file]; r != nil && r.digest == digest {
				rendered[i] = r
				return nil
			}
			r, err := renderPage(source, templates, facts, words[source.Language], newRoutes(in, source.Language))
			if f := before.questions[asked]; f != nil && err == nil {
				err = errors.Join(r.page.addQuestions(f, in.questions[asked])...)
			}
			if err == nil {
				r.digest = digest
			}
			rendered[i], errs[i] = r, err
			return nil
		})
	}
	_ = group.Wait() // no goroutine returns an error: all faults are wanted, in order
	return slices.DeleteFunc(rendered, func(r *renderedPage) bool { return r == nil }),
		slices.DeleteFunc(errs, func(err error) bool { return err == nil })
}

// inputs are the files that a load depends on, by name, and what the file names say.
type inputs struct {
	languages []string          // as asked for, the first at the root of the site
	known     []string          // every language that content has a folder for, sorted
	pages     map[string][]byte // "en/fees.md"
	questions map[string][]byte // "en/fees.questions.toml"
	facts     map[string][]byte // "facts/fees.toml"
	blocks    map[string][]byte // "fees.html"
	slugs     map[string]string // of every page, to one file that has it
}

// languagePattern is a language tag (BCP 47); other folders of the content are not pages.
var languagePattern = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)

func readInputs(content, blocks fs.FS, languages []string) (*inputs, error) {
	in := &inputs{
		languages: languages, slugs: make(map[string]string),
		pages: make(map[string][]byte), questions: make(map[string][]byte), facts: make(map[string][]byte), blocks: make(map[string][]byte),
	}
	folders, err := fs.ReadDir(content, ".")
	if err != nil {
		return nil, fmt.Errorf("guidance: read the content folder: %w", err)
	}
	for _, f := range folders {
		if f.IsDir() && languagePattern.MatchString(f.Name()) {
			in.known = append(in.known, f.Name())
		}
	}
	var errs []error
	for i, language := range languages {
		switch {
		case slices.Contains(languages[:i], language):
			errs = append(errs, fmt.Errorf("guidance: language %q was asked for twice", language))
		case !slices.Contains(in.known, language):
			errs = append(errs, fmt.Errorf("%s/: content has no folder for this language", language))
		default:
			errs = append(errs, readFolder(content, language, map[string]map[string][]byte{".md": in.pages, questionsEnding: in.questions}))
		}
	}
	errs = append(errs, readFolder(content, "facts", map[string]map[string][]byte{".toml": in.facts}), readFolder(blocks, ".", map[string]map[string][]byte{".html": in.blocks}))
	for _, name := range sortedKeys(in.pages) {
		in.slugs[slugOf(name)] = name
	}
	return in, errors.Join(errs...)
}

// readFolder reads the files of a folder, each into the map of its ending, which every name must have; files that begin
// with a dot are left alone.
func readFolder(fsys fs.FS, folder string, into map[string]map[string][]byte) error {
	entries, err := fs.ReadDir(fsys, folder)
	if err != nil {
		return fmt.Errorf("%s/: %w", folder, err)
	}
	var errs []error
	for _, e := range entries {
		name := path.Join(folder, e.Name())
		_, ending, _ := strings.Cut(e.Name(), ".")
		files := into["."+ending]
		switch {
		case strings.HasPrefix(e.Name(), "."):
		case e.IsDir() || files == nil:
			errs = append(errs, fmt.Errorf("%s: only %s files belong in this folder", name, strings.Join(sortedKeys(into), " and ")))
		default:
			data, err := fs.ReadFile(fsys, name)
			if err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", name, err))
				continue
			}
			files[name] = data
		}
	}
	return errors.Join(errs...)
}

func slugOf(file string) string { return strings.TrimSuffix(path.Base(file), ".md") }

// digest identifies the languages and some of the files.
func (in *inputs) digest(some ...map[string][]byte) [sha256.Size]byte {
	h := sha256.New()
	write := func(s []byte) { // lengths first, so that no two lists of files look the same
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(s)))
		h.Write(n[:])
		h.Write(s)
	}
	for _, language := range in.languages {
		write([]byte(language))
	}
	for _, files := range some {
		write([]byte(strconv.Itoa(len(files))))
		for _, name := range sortedKeys(files) {
			write([]byte(name))
			write(files[name])
		}
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// namesOf is files of that name without a byte, to be digested.
func namesOf(names []string) map[string][]byte {
	files := make(map[string][]byte)
	for _, name := range names {
		files[name] = nil
	}
	return files
}

// parsePages reads the front matter of every page, in the order of the file names.
func parsePages(in *inputs) ([]*source, []error) {
	var sources []*source
	var errs []error
	for _, name := range sortedKeys(in.pages) {
		s, err := parseSource(name, in.pages[name])
		if err != nil {
			errs = append(errs, err)
			continue
		}
		sources = append(sources, s)
	}
	return sources, append(errs, checkOrder(sources)...)
}

// checkOrder refuses two pages of one language in one place, and a page whose place differs
// between languages: a reader who changes language would find the list shuffled.
func checkOrder(sources []*source) []error {
	var errs []error
	taken := make(map[string]*source)
	first := make(map[string]*source)
	for _, s := range sources {
		place := fmt.Sprint(s.Language, " ", s.front.Order)
		if other := taken[place]; other != nil {
			errs = append(errs, fmt.Errorf("%s:%d: order %d is taken by %s", s.file, s.keyLine("order"), s.front.Order, other.file))
		}
		taken[place] = s
		if other := first[s.Slug]; other == nil {
			first[s.Slug] = s
		} else if other.front.Order != s.front.Order {
			errs = append(errs, fmt.Errorf("%s:%d: order is %d here and %d in %s", s.file, s.keyLine("order"), s.front.Order, other.front.Order, other.file))
		}
	}
	return errs
}

// missingPages lists what one language has and another lacks.
func missingPages(in *inputs) []error {
	var errs []error
	for _, language := range in.languages {
		for _, slug := range sortedKeys(in.slugs) {
			if name := path.Join(language, slug+".md"); in.pages[name] == nil {
				errs = append(errs, fmt.Errorf("%s: missing; the page exists as %s", name, in.slugs[slug]))
			}
		}
	}
	return errs
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
