package web

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/render"
	"github.com/cmpss/registry/index"
)

// Pages makes the pages that the handler answers with. It must be safe for concurrent use.
type Pages interface {
	// AppendSearch appends the page with the results of a search.
	AppendSearch(dst []byte, language string, p render.SearchPage) ([]byte, error)
	// AppendDay appends the page that says what is known of a certification on a day.
	AppendDay(dst []byte, language string, p render.DayPage) ([]byte, error)
	// AppendAdvertisement appends the page that says whether an advertisement is right.
	AppendAdvertisement(dst []byte, language string, p render.AdvertisementPage) ([]byte, error)
	// AppendAnswer appends a page that says why there is no record to show.
	AppendAnswer(dst []byte, language string, p render.AnswerPage) ([]byte, error)
	// AppendFiling appends an answer on one sheet, for the files.
	AppendFiling(dst []byte, language string, p render.FilingPage) ([]byte, error)
	// AppendQR appends an SVG drawing of a code that opens the page of a number.
	AppendQR(dst []byte, n certification.Number) ([]byte, error)
	ToolPages
}

// Options say what New works with.
type Options struct {
	Holder    *index.Holder // of the index that is asked
	Pages     Pages
	Guidance  Guidance         // that questions are answered from; nil: none
	Languages []string         // the first one is at the site's root, the others under /xx/
	Now       func() time.Time // the clock
	Public    string           // folder of the published site; "": it is not served here
	Log       *slog.Logger     // nil: no log
	Live      bool             // a page that somebody has open is loaded anew when it is published anew

	// NoSpecializations says that the records are published without areas of specialization.
	NoSpecializations bool

	// Rate is how many questions one client may ask in a minute, ten seconds' worth of them at once; 0: any
	// number. Files are not counted. A client is an IPv4 address or an IPv6 network of 64 bits.
	Rate int
	// Proxies are the networks whose X-Forwarded-For is believed.
	Proxies []netip.Prefix

	// Searches is how many searches and bulk checks run at a time; as many as there are processors, but four at least, if 0:
	// each takes memory, and none waits for anything but a processor.
	// Sixty-four times as many may wait; others are told to come back.
	Searches int
}

// waiting is how many may wait for each that runs.
const waiting = 64

// New gives the handler. It fails if the folder of the site cannot be opened.
func New(o Options) (http.Handler, error) {
	switch {
	case o.Holder == nil || o.Pages == nil || o.Now == nil:
		return nil, errors.New("web: an index, pages and a clock are needed")
	case len(o.Languages) == 0:
		return nil, errors.New("web: a language is needed")
	}
	if o.Searches <= 0 {
		o.Searches = max(4, runtime.GOMAXPROCS(0))
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	h := &handler{
		Options: o,
		limiter: newLimiter(o.Rate, o.Proxies),
		running: make(chan struct{}, o.Searches),
		queue:   make(chan struct{}, o.Searches*(1+waiting)),
	}
	if o.Public != "" {
		root, err := os.OpenRoot(o.Public)
		if err != nil {
			return nil, fmt.Errorf("open the folder of the site: %w", err)
		}
		h.files = newFiles(root)
	}
	return h, nil
}

type handler struct {
	Options
	limiter *limiter      // nil: nobody is limited
	files   *files        // nil: the site is not served here
	running chan struct{} // one for each search that runs
	queue   chan struct{} // one for each that runs or waits
	bodies  atomic.Int64  // bytes that requests hold of their bodies
}

// isLanguage reports whether the language has pages under a prefix of its own.
func (h *handler) isPrefix(name string) bool { return slices.Contains(h.Languages[1:], name) }

// enter waits for a turn to search. It is false, at once, if too many wait already, and if the
// client goes away.
func (h *handler) enter(r *http.Request) bool {
	select {
	case h.queue <- struct{}{}:
	default:
		return false
	}
	select {
	case h.running <- struct{}{}:
		return true
	case <-r.Context().Done():
		<-h.queue
		return false
	}
}

func (h *handler) leave() {
	<-h.running
	<-h.queue
}
