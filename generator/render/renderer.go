package render

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/cmpss/registry/generator/advice"
	"github.com/cmpss/registry/generator/guidance"
)

// Renderer turns statements and guidance into whole pages. It never changes once loaded and
// is safe for concurrent use.
type Renderer struct {
	options  Options
	theme    *theme
	library  *guidance.Library
	advisor  *advice.Advisor
	editions map[string]*edition // by language
	digest   [32]byte
	frame    [32]byte // of all that record pages and results depend on, unless they list the guidance

	operations []operation // of the interface for programs

	made   [2]func() ([]Page, error) // once: the pages that depend on no record; the second with the notice of sample records
	sample atomic.Bool               // the second were asked for
	lists  atomic.Bool               // a record page or a page of results lists the guidance
}

// Load reads a theme and makes ready every page in every language. It renders each kind of
// page once with every status, so that what is wrong with a theme is found here and not on
// the one odd record. The error has one line a fault, with file and line, or file and key.
func Load(theme fs.FS, library *guidance.Library, options Options) (*Renderer, error) {
	return Reload(nil, theme, library, options)
}

// Reload gives what Load gives. What shows no guidance, record pages above all, it does not make and try
// again where nothing that they depend on is other than it was for a former Renderer, which may be nil.
func Reload(former *Renderer, files fs.FS, library *guidance.Library, options Options) (*Renderer, error) {
	if err := options.check(); err != nil {
		return nil, err
	}
	// It is taken before the theme is read: what is changed in between is read again for it.
	frame, err := frameOf(files, library, options)
	if err != nil {
		return nil, err
	}
	same := former // as far as pages go that show no guidance
	if former != nil && (former.frame != frame || former.lists.Load()) {
		same = nil
	}
	var th *theme
	if same != nil {
		th = same.theme
	} else if th, err = readTheme(files, options.Languages, library.Facts().Figure); err != nil {
		return nil, err
	}
	r := &Renderer{frame: frame, options: options, theme: th, library: library, advisor: advice.New(library.Facts()), editions: make(map[string]*edition)}
	if r.operations, err = readInterface(options.Interface, options.BaseURL); err != nil {
		return nil, err
	}
	r.options.Interface = nil // no part of a record page, nor of its digest
	use := make(keyUse)
	for _, key := range ownKeys {
		use[key] = "the program"
	}
	var errs []error
	editions, faults := make([]*edition, len(options.Languages)), make([]error, len(options.Languages))
	var group sync.WaitGroup
	for i, language := range options.Languages {
		group.Go(func() { editions[i], faults[i] = r.newEdition(language) })
	}
	group.Wait()
	for i, language := range options.Languages {
		if faults[i] != nil {
			// What is wrong with a template is so in every language: it is said once.
			return nil, faults[i]
		}
		r.editions[language] = editions[i]
	}
	for _, source := range r.first().templates {
		for _, t := range source.Templates() {
			errs = append(errs, use.collect(t.Tree))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	for _, language := range options.Languages {
		errs = append(errs, use.check(th.catalogs[language]))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if err := r.makeReady(same, former != nil && former.sample.Load()); err != nil {
		return nil, err
	}
	return r, nil
}

// frameOf identifies the theme, the options, and what the library gives to pages that show no guidance.
func frameOf(theme fs.FS, library *guidance.Library, options Options) ([32]byte, error) {
	sum := sha256.New()
	outline, err := library.Frame()
	if err != nil {
		return [32]byte{}, err
	}
	fmt.Fprintf(sum, "%x\n%+v\n", outline, options)
	err = fs.WalkDir(theme, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(theme, name)
		fmt.Fprintf(sum, "%q %d\n", name, len(body))
		sum.Write(body)
		return err
	})
	if err != nil {
		return [32]byte{}, fmt.Errorf("theme: %w", err)
	}
	return [32]byte(sum.Sum(nil)), nil
}

// makeReady makes what pages are put together from, and tries each kind of page, by all cores. From a former
// Renderer, which may be nil, it takes the forms over. Sample says which pages that depend on no record are made first.
func (r *Renderer) makeReady(former *Renderer, sample bool) error {
	var group errgroup.Group
	group.Go(func() (err error) {
		if former != nil {
			return r.takeOver(former)
		}
		for _, language := range r.options.Languages {
			if err := r.editions[language].compile(); err != nil {
				return err
			}
		}
		if r.digest, err = r.proveForms(); err != nil {
			return err
		}
		return r.tryOtherPages()
	})
	for _, notice := range [...]bool{false, true} {
		r.made[index(notice)] = sync.OnceValues(func() ([]Page, error) { return r.makeFixed(notice) })
	}
	group.Go(func() error { // those that will be asked for, as far as that is known; what is wrong with one is so with the other
		_, err := r.made[index(sample)]()
		return err
	})
	return group.Wait()
}

// takeOver takes the forms of a former Renderer over, and tries what shows the facts if they are others.
func (r *Renderer) takeOver(former *Renderer) error {
	r.digest = former.digest
	for _, language := range r.options.Languages {
		r.editions[language].forms = former.editions[language].forms
	}
	if r.library.FactsDigest() == former.library.FactsDigest() {
		return nil
	}
	for _, language := range r.options.Languages {
		if err := r.editions[language].tryTools(); err != nil {
			return err
		}
	}
	return nil
}

func (o *Options) check() error {
	if len(o.Languages) == 0 {
		return errors.New("render: no language was asked for")
	}
	for i, language := range o.Languages {
		if language == "" || strings.Trim(language, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != "" {
			return fmt.Errorf("render: %q is not a language tag", language)
		}
		if slices.Contains(o.Languages[:i], language) {
			return fmt.Errorf("render: language %q was asked for twice", language)
		}
	}
	if o.BaseURL != "" && (!strings.HasPrefix(o.BaseURL, "https://") && !strings.HasPrefix(o.BaseURL, "http://") ||
		strings.HasSuffix(o.BaseURL, "/") || strings.ContainsAny(o.BaseURL, " \"'<>?#")) {
		return fmt.Errorf("render: base URL %q is not of the form https://registry.example.org, without a slash at its end", o.BaseURL)
	}
	return nil
}

// Languages are those of the site; the first stands at its root.
func (r *Renderer) Languages() []string { return slices.Clone(r.options.Languages) }

// NoSpecializations reports whether the areas of specialization are left out of every page.
func (r *Renderer) NoSpecializations() bool { return r.options.NoSpecializations }

// Guidance is what the guidance pages are made from.
func (r *Renderer) Guidance() *guidance.Library { return r.library }

// Digest identifies everything a record page depends on besides its statement: theme,
// translations, options, the parts of the library that stand on such a page, and the program.
func (r *Renderer) Digest() [32]byte { return r.digest }

func (r *Renderer) first() *edition { return r.editions[r.options.Languages[0]] }

// edition finds what a language's pages are made with.
func (r *Renderer) edition(language string) (*edition, error) {
	e := r.editions[language]
	if e == nil {
		return nil, fmt.Errorf("render: the site has no pages in %q", language)
	}
	return e, nil
}

// prefix is the folder of a language: "" for the first, "es/" for another.
func (r *Renderer) prefix(language string) string {
	if language == r.options.Languages[0] {
		return ""
	}
	return language + "/"
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	return slices.Sorted(maps.Keys(m))
}
