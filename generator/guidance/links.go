package guidance

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// routes turns the addresses that pages are written with into those of one language. A page
// is always written as /guidance/SLUG.html, whatever the language of the page that links.
type routes struct {
	prefix string // "" for the first language, "/es" for another
	slugs  map[string]string
}

func newRoutes(in *inputs, language string) *routes {
	r := &routes{slugs: in.slugs}
	if language != in.languages[0] {
		r.prefix = "/" + language
	}
	return r
}

// localized are the pages outside the guidance that exist in every language; shared are the
// files that exist once.
var (
	localized = []string{"/index.html", "/guidance/index.html", "/day.html", "/roster.html", "/status.html", "/tools/index.html"}
	shared    = []string{"/status.json", "/openapi.json", "/schema/record.json"}
)

// resolve returns the address of a link in the language, or says why the link is refused.
func (r *routes) resolve(href string) (string, error) {
	u, err := url.Parse(href)
	if err != nil {
		return "", fmt.Errorf("the link %q is not an address", href)
	}
	// Addresses of this site are compared as they are written: "//#a" and "///x" parse to a
	// path of this site and lead a browser to another.
	path, fragment, _ := strings.Cut(href, "#")
	switch {
	case u.Scheme == "https" && u.Host != "" && u.User == nil, u.Scheme == "mailto", u.Scheme == "tel":
		return href, nil
	case u.Scheme != "" || u.Host != "":
		return "", fmt.Errorf("the link %q must be https, mailto, tel or a page of this site", href)
	case path == "" && fragment != "":
		return href, nil
	case slices.Contains(localized, path):
		return r.prefix + href, nil
	case slices.Contains(shared, path):
		return href, nil
	}
	if slug, ok := guidanceSlug(path); ok && r.slugs[slug] != "" {
		return r.prefix + href, nil
	}
	return "", fmt.Errorf("the link %q leads to no page: pages are written /guidance/NAME.html", href)
}

// anchor returns the page and the part of it that a link inside the guidance points to.
func (r *routes) anchor(href string) (slug, anchor string, ok bool) {
	u, err := url.Parse(href)
	if err != nil || u.Scheme != "" || u.Fragment == "" {
		return "", "", false
	}
	slug, ok = guidanceSlug(u.Path)
	return slug, u.Fragment, ok || u.Path == ""
}

func guidanceSlug(path string) (string, bool) {
	rest, ok := strings.CutPrefix(path, "/guidance/")
	if !ok {
		return "", false
	}
	return strings.CutSuffix(rest, ".html")
}

// checkAnchors checks every link to a part of a page against the pages of its language that
// could be rendered.
func checkAnchors(pages []*renderedPage) []error {
	anchors := make(map[string]map[string]bool)
	key := func(language, slug string) string { return language + "/" + slug }
	for _, p := range pages {
		anchors[key(p.page.Language, p.page.Slug)] = p.anchors
	}
	var errs []error
	for _, p := range pages {
		for _, link := range p.links {
			slug := link.slug
			if slug == "" {
				slug = p.page.Slug
			}
			target, rendered := anchors[key(p.page.Language, slug)]
			if rendered && !target[link.anchor] { // of a page with faults of its own, no anchor is known
				errs = append(errs, fmt.Errorf("%s:%d: the page %s has no part named %q", p.file, link.line, slug, link.anchor))
			}
		}
	}
	return errs
}
