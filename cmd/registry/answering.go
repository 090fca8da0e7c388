package main

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cmpss/registry/generator/follow"
	"github.com/cmpss/registry/generator/guidance"
	"github.com/cmpss/registry/generator/render"
	"github.com/cmpss/registry/index"
	"github.com/cmpss/registry/index/passages"
	"github.com/cmpss/registry/index/web"
)

// answering is the query handler as theme and content are now. It is made anew when they are,
// while requests run: at once but for what the search learns of the guidance, which follows.
type answering struct {
	options web.Options // but for Holder, Pages and Guidance
	current atomic.Pointer[answers]
	edited  chan struct{} // one slot: there is something to learn

	mu     sync.Mutex // held while a handler is made
	holder *index.Holder
	pages  follow.Pages
}

// answers are a handler and what it answers with.
type answers struct {
	http.Handler
	pages    *render.Renderer
	guidance *searchable
}

// searchable is the guidance as it can be searched: by what was learned of it last.
type searchable struct {
	*guidance.Library
	learned atomic.Pointer[passages.Set]
}

// Search answers a question from the pages of a language.
func (s *searchable) Search(language string, q passages.Query) ([]passages.Hit, error) {
	hits, err := s.learned.Load().Search(language, q)
	return among(hits, s.Pages(language)), err
}

// Asks reports whether a text is a question in a language.
func (s *searchable) Asks(language, text string) bool { return s.learned.Load().Asks(language, text) }

// among gives the hits on the pages, which may be later ones than those that were searched.
func among(hits []passages.Hit, pages []*guidance.Page) []passages.Hit {
	var list []passages.Hit
	for _, hit := range hits {
		at := slices.IndexFunc(pages, func(p *guidance.Page) bool { return p.Slug == hit.Page.Slug })
		if at >= 0 {
			hit.Page = pages[at]
			list = append(list, hit)
		}
	}
	return list
}

// learn learns from the library as it is, but for what a former set has learned from the same.
func (s *searchable) learn(languages []string, former passages.Set) error {
	set, err := passages.NewSet(s.Library, languages, former)
	if err == nil {
		s.learned.Store(&set)
	}
	return err
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
	search := &searchable{Library: pages.Guidance()}
	if before != nil {
		search.learned.Store(before.guidance.learned.Load())
	} else if err := search.learn(pages.Languages(), nil); err != nil {
		return err
	}
	options := a.options
	options.Holder, options.Pages, options.Guidance = a.holder, pages, search
	handler, err := web.New(options)
	if err != nil {
		return err
	}
	a.current.Store(&answers{handler, pages, search})
	if before != nil {
		select {
		case a.edited <- struct{}{}:
		default: // it will learn from these as well
		}
	}
	return nil
}

// learnAfter is for how long nothing may have been edited before the search learns: that takes all cores
// for a second, and a browser needs them to show the edit.
const learnAfter = 500 * time.Millisecond

// learn keeps the search true to the guidance until the context ends.
func (a *answering) learn(ctx context.Context, failed func(error)) {
	var quiet <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-a.edited:
			quiet = time.After(learnAfter)
		case <-quiet:
			now := a.current.Load()
			if err := now.guidance.learn(now.pages.Languages(), *now.guidance.learned.Load()); err != nil {
				failed(err)
			}
		}
	}
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
// with on, until the context ends. It is called before the watcher runs.
func (a *answering) follow(ctx context.Context, w *watcher) {
	a.pages, a.edited = w.keeper.Pages(), make(chan struct{}, 1)
	w.published = func() {
		if err := a.use(w.keeper.Pages()); err != nil {
			w.log.Error("the answers keep the theme and content that they had", "error", oneLine(err))
		}
	}
	go a.learn(ctx, func(err error) {
		w.log.Error("the search keeps what it had learned of the guidance", "error", oneLine(err))
	})
}
