package main

import (
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/cmpss/registry/content"
	"github.com/cmpss/registry/generator/follow"
	"github.com/cmpss/registry/generator/guidance"
	"github.com/cmpss/registry/generator/render"
	"github.com/cmpss/registry/generator/site"
	"github.com/cmpss/registry/themes"
)

// pagesFlags are the flags that say what pages look like. They are the same for every command
// that makes pages.
type pagesFlags struct {
	Languages []string `help:"Languages of the site; the first one is at its root." default:"en,es" placeholder:"en,es"`
	Theme     string   `help:"Folder of a theme that replaces the one compiled in." placeholder:"DIR" type:"existingdir"`
	Content   string   `help:"Folder of guidance and facts that replaces the one compiled in." placeholder:"DIR" type:"existingdir"`
	BaseURL   string   `help:"Address at which the site is published; used in the site map and where an absolute address is needed." default:"${base_url}" placeholder:"URL" name:"base-url"`

	NoSpecializations bool `help:"Leave the areas of specialization out of every page."`
}

// defaultBaseURL is where the site of a developer stands. For any other it is a mistake.
const defaultBaseURL = "http://127.0.0.1:8080"

// warning is what is right only for a developer; empty if nothing is.
func (f *pagesFlags) warning() string {
	if f.BaseURL != defaultBaseURL {
		return ""
	}
	return "no --base-url is given, so the site map and the links between languages name " + defaultBaseURL + "; give the address at which the site is published"
}

// load reads theme and content and gives what makes the pages of a site.
// The former renderer, which may be nil, spares it what cannot be other.
func (f *pagesFlags) load(former *render.Renderer) (follow.Pages, error) {
	base, err := url.Parse(f.BaseURL)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" || strings.Trim(base.Path, "/") != "" || base.RawQuery != "" || base.User != nil {
		return follow.Pages{}, usageError("--base-url %q is not an address like https://registry.example.org", f.BaseURL)
	}
	var theme, guide fs.FS = themes.Default(), content.FS
	if f.Theme != "" {
		theme = os.DirFS(f.Theme)
	}
	if f.Content != "" {
		guide = os.DirFS(f.Content)
	}
	if err := checkLanguages(f.Languages, theme); err != nil {
		return follow.Pages{}, err
	}
	blocks, err := fs.Sub(theme, "guidance")
	if err != nil {
		return follow.Pages{}, fmt.Errorf("load theme: %w", err)
	}
	var library *guidance.Library
	if former != nil {
		library = former.Guidance()
	}
	library, err = guidance.Reload(library, guide, blocks, f.Languages)
	if err != nil {
		return follow.Pages{}, fmt.Errorf("load guidance:\n%w", err)
	}
	openapi, err := fs.ReadFile(guide, openAPI)
	if err != nil {
		return follow.Pages{}, fmt.Errorf("load content: %w", err)
	}
	pages, err := render.Reload(former, theme, library, render.Options{
		Interface: openapi,
		Languages: f.Languages,
		BaseURL:   base.Scheme + "://" + base.Host,
		Version:   version,

		NoSpecializations: f.NoSpecializations,
	})
	if err != nil {
		return follow.Pages{}, fmt.Errorf("load theme:\n%w", err)
	}
	descriptions, err := interfaceFiles(guide)
	if err != nil {
		return follow.Pages{}, err
	}
	return follow.Pages{Renderer: pages, Interface: descriptions}, nil
}

// checkLanguages refuses a list that names no language, one twice, or one that the theme does not have.
func checkLanguages(languages []string, theme fs.FS) error {
	if len(languages) == 0 {
		return usageError("--languages names no language")
	}
	for i, language := range languages {
		if slices.Contains(languages[:i], language) {
			return usageError("--languages names %q twice", language)
		}
		if name := "translations/" + language + ".toml"; !fs.ValidPath(name) || language == "" {
			return usageError("--languages: %q is not a language", language)
		} else if _, err := fs.Stat(theme, name); err != nil {
			return usageError("--languages: the theme has no language %q", language)
		}
	}
	return nil
}

// openAPI describes the interface for programs, in the content.
const openAPI = "interface/openapi.json"

// interfaceFiles are the descriptions for programs that are published with the site.
func interfaceFiles(guide fs.FS) ([]site.File, error) {
	var files []site.File
	for from, to := range map[string]string{
		openAPI:                        "openapi.json",
		"interface/record.schema.json": "schema/record.json",
	} {
		body, err := fs.ReadFile(guide, from)
		if err != nil {
			return nil, fmt.Errorf("load content: %w", err)
		}
		files = append(files, site.File{Path: to, Body: body})
	}
	return files, nil
}
