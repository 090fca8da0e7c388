package main

import (
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"

	"github.com/cmpss/registry/generator/follow"
	"github.com/cmpss/registry/generator/render"
	"github.com/cmpss/registry/index"
	"github.com/cmpss/registry/index/passages"
	"github.com/cmpss/registry/index/web"
)

// answering is the query handler as theme and content are now. It is made anew when they are,
// while requests run.
type answering struct {
	options web.Options // but for Holder, Pages and Guidance
	current atomic.Pointer[answers]

	mu     sync.Mutex // held while a handler is made
	holder *index.Holder
	pages  follow.Pages
}

// answers are a handler and the pages that it answers with.
type answers struct {
	http.Handler
	pages    *render.Renderer
	guidance passages.Set
}

// use answers with the pages from now on, or, where the index is not open yet, once it is.
func (a *answering) use(pages follow.Pages) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.pages = pages
	return a.make()
}

// open begins to answer from the index.
func (a *answering) open(holder *index.Holder) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.holder = holder
	return a.make()
}

func (a *answering) make() error {
	before := a.current.Load()
	pages := a.pages.Renderer
	if a.holder == nil || pages == nil || before != nil && before.pages == pages {
		return nil
	}
	var former passages.Set
	if before != nil {
		former = before.guidance
	}
	set, err := passages.NewSet(pages.Guidance(), pages.Languages(), former)
	if err != nil {
		return err
	}
	options := a.options
	options.Holder, options.Pages, options.Guidance = a.holder, pages, set
	handler, err := web.New(options)
	if err != nil {
		return err
	}
	a.current.Store(&answers{handler, pages, set})
	return nil
}

// ServeHTTP answers with the pages of this moment.
func (a *answering) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.current.Load().ServeHTTP(w, r)
}

// isWorkshop reports whether somebody edits theme or content here: a folder of them is given, and
// the site is not yet published at an address of its own.
func (f *pagesFlags) isWorkshop() bool {
	base, err := url.Parse(f.BaseURL)
	if err != nil || f.Theme == "" && f.Content == "" {
		return false
	}
	address := net.ParseIP(base.Hostname())
	return base.Hostname() == "localhost" || address != nil && address.IsLoopback()
}

// follow lets the handler answer with the pages that the watcher publishes, from those it begins
// with on. It is called before the watcher runs.
func (a *answering) follow(w *watcher) {
	a.pages = w.keeper.Pages()
	w.published = func() {
		if err := a.use(w.keeper.Pages()); err != nil {
			w.log.Error("the answers keep the theme and content that they had", "error", oneLine(err))
		}
	}
}
