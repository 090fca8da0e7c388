package site

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/sync/errgroup"
)

// Fault is something wrong with a published file.
type Fault struct {
	Path string
	What string
}

func (f Fault) String() string { return f.Path + ": " + f.What }

// Checks are what Check needs to know from outside.
type Checks struct {
	Workers int
	// Record checks the JSON of a record against whatever else is known of it, such as the
	// record table: the number it should have, its bytes, and each of its pages. It reports
	// what is wrong. It is called from many goroutines.
	Record func(number string, json []byte, pages []*Page) []string
	// Progress may be nil; it is called from many goroutines.
	Progress func(stage string, done, total int)
}

// Page is what Check reads in a published page.
type Page struct {
	Path  string
	Links []string          // targets within the site, with fragment
	IDs   map[string]bool   // of its elements
	Data  map[string]string // data- attributes, the first of each name
	Text  string            // of the main element, white space joined
}

// Check verifies a published site against its manifest: every file is there with the bytes
// that were published, every link within the site leads to a file and every fragment to an
// element, no file is there that the manifest does not list, and Record finds no fault. Faults
// are given one by one, in no order, from one goroutine at a time.
func Check(ctx context.Context, published fs.FS, m *Manifest, checks Checks, report func(Fault)) error {
	c := &checker{fs: published, checks: checks, paths: make(map[string]bool), ids: make(map[string]map[string]bool)}
	c.report = func(path, what string) {
		c.mu.Lock()
		defer c.mu.Unlock()
		report(Fault{path, what})
	}
	for _, f := range m.Fixed {
		c.paths[f.Path] = true
	}
	for i := range m.Records {
		for _, layout := range m.Layout {
			c.paths[RecordPath(layout, m.Records[i].Number)] = true
		}
	}
	// Pages that are linked to with a fragment are fixed pages: their ids are known before any
	// record page is read.
	fixed := make([]*Page, 0, len(m.Fixed))
	for _, f := range m.Fixed {
		body := c.read(f.Path, f.Sum)
		if body != nil && strings.HasSuffix(f.Path, ".html") {
			page := c.parse(f.Path, body)
			fixed = append(fixed, page)
			c.ids[f.Path] = page.IDs
		}
	}
	for _, page := range fixed {
		c.links(page)
	}
	if err := c.records(ctx, m); err != nil {
		return err
	}
	return c.strangers()
}

type checker struct {
	fs     fs.FS
	checks Checks
	paths  map[string]bool            // of the manifest
	ids    map[string]map[string]bool // by path of a fixed page
	mu     sync.Mutex
	report func(path, what string)
}

// read gives the bytes of a file that has the sum it should have, or nil.
func (c *checker) read(name string, want Sum) []byte {
	body, err := fs.ReadFile(c.fs, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		c.report(name, "is missing")
		return nil
	case err != nil:
		c.report(name, "cannot be read: "+err.Error())
		return nil
	case SumOf(body) != want:
		c.report(name, "does not have the bytes that were published")
		return nil
	}
	return body
}

func (c *checker) records(ctx context.Context, m *Manifest) error {
	var next, done atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for range max(1, c.checks.Workers) {
		group.Go(func() error {
			for ctx.Err() == nil {
				i := int(next.Add(1) - 1)
				if i >= len(m.Records) {
					return nil
				}
				c.record(m, &m.Records[i])
				if n := done.Add(1); n%256 == 0 && c.checks.Progress != nil {
					c.checks.Progress("checking", int(n), len(m.Records))
				}
			}
			return ctx.Err()
		})
	}
	return group.Wait()
}

func (c *checker) record(m *Manifest, e *RecordEntry) {
	var jsonPath string
	var jsonBody []byte
	var pages []*Page
	for k, layout := range m.Layout {
		name := RecordPath(layout, e.Number)
		body := c.read(name, e.Files[k])
		if body == nil {
			return
		}
		if strings.HasSuffix(name, ".json") {
			jsonPath, jsonBody = name, body
			continue
		}
		page := c.parse(name, body)
		c.links(page)
		pages = append(pages, page)
	}
	if c.checks.Record == nil {
		return
	}
	for _, what := range c.checks.Record(e.Number, jsonBody, pages) {
		c.report(jsonPath, what)
	}
}

// strangers reports files that the manifest does not list. They are no harm, but nothing
// vouches for them.
func (c *checker) strangers() error {
	return fs.WalkDir(c.fs, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("list published files: %w", err)
		}
		if !entry.IsDir() && !c.paths[name] {
			c.report(name, "is not in the manifest: this program did not publish it")
		}
		return nil
	})
}

func (c *checker) parse(name string, body []byte) *Page {
	page := &Page{Path: name, IDs: make(map[string]bool), Data: make(map[string]string)}
	var text strings.Builder
	inMain, skip := 0, 0
	z := html.NewTokenizer(bytes.NewReader(body))
	for {
		switch z.Next() {
		case html.ErrorToken:
			page.Text = strings.Join(strings.Fields(text.String()), " ")
			return page
		case html.TextToken:
			if inMain > 0 && skip == 0 {
				text.Write(z.Text())
				text.WriteByte(' ')
			}
		case html.EndTagToken:
			tag, _ := z.TagName()
			switch string(tag) {
			case "main":
				inMain--
			case "template", "script", "style":
				skip--
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			switch t.Data {
			case "main":
				inMain++
			case "template", "script", "style":
				skip++
			}
			page.element(t)
		}
	}
}

func (p *Page) element(t html.Token) {
	attributes := make(map[string]string, len(t.Attr))
	for _, a := range t.Attr {
		attributes[a.Key] = a.Val
	}
	if id, ok := attributes["id"]; ok {
		p.IDs[id] = true
	}
	for key, value := range attributes {
		if _, seen := p.Data[key]; !seen && strings.HasPrefix(key, "data-") {
			p.Data[key] = value
		}
	}
	for _, key := range [...]string{"href", "src"} {
		if target, ok := attributes[key]; ok && isWithinSite(target) {
			p.Links = append(p.Links, target)
		}
	}
}

func isWithinSite(target string) bool {
	return target != "" && !strings.HasPrefix(target, "//") && !strings.Contains(target, ":")
}

// handlerPaths are answered by the query handler, not by a file.
var handlerPaths = [...]string{"verify", "search", "api"}

// links reports the links of a page that lead nowhere.
func (c *checker) links(p *Page) {
	for _, link := range p.Links {
		target, fragment, _ := strings.Cut(link, "#")
		target, _, _ = strings.Cut(target, "?")
		if plain, err := url.PathUnescape(fragment); err == nil {
			fragment = plain // an id in Spanish stands encoded in a link
		}
		name := p.Path
		switch {
		case strings.HasPrefix(target, "/"):
			name = strings.TrimPrefix(path.Clean(target), "/")
			if strings.HasSuffix(target, "/") {
				name = path.Join(name, "index.html")
			}
		case target != "":
			name = path.Join(path.Dir(p.Path), target)
		}
		if !c.paths[name] {
			if !answeredByHandler(name) {
				c.report(p.Path, "links to "+link+", which is not there")
			}
			continue
		}
		if fragment == "" {
			continue
		}
		ids := c.ids[name]
		if name == p.Path {
			ids = p.IDs
		}
		if ids != nil && !ids[fragment] {
			c.report(p.Path, "links to "+link+", and that page has no such place")
		}
	}
}

func answeredByHandler(name string) bool {
	for _, h := range handlerPaths {
		if name == h || path.Base(name) == h || strings.HasPrefix(name, h+"/") && h == "api" {
			return true
		}
	}
	return false
}

// Overdue says what of a statement's times has passed by now, or nothing. A statement that was
// confirmed in the future by more than a clock's error cannot be relied on either.
func Overdue(thisUpdate, nextUpdate, nextChange, now time.Time) string {
	switch {
	case thisUpdate.After(now.Add(time.Minute)):
		return "says that it was confirmed on " + thisUpdate.UTC().Format(time.RFC3339) + ", which is in the future: look at the clocks"
	case !now.Before(nextUpdate):
		return "could be relied on until " + nextUpdate.UTC().Format(time.RFC3339) + ": build again"
	case !nextChange.IsZero() && !now.Before(nextChange):
		return "its status changed on " + nextChange.UTC().Format(time.RFC3339) + ": build again"
	}
	return ""
}
