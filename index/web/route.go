package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/render"
	"github.com/cmpss/registry/index"
)

// Routes, by the names they have in the log.
const (
	routeHealth    = "/healthz"
	routeReady     = "/readyz"
	routeVerify    = "/api/v1/verify/{number}"
	routeBulk      = "/api/v1/verify"
	routeSearch    = "/api/v1/search"
	routeSuggest   = "/api/v1/suggest"
	routeGuidance  = "/api/v1/guidance"
	routeAdvert    = "/api/v1/advertisement"
	routeAdvertFor = "/advertisement"
	routeAPI       = "/api/"
	routeVerifyTo  = "/verify"
	routeFiling    = "/verify/print" // and render.FilingPath
	routeCode      = "/qr/{number}.svg"
	routeSearchFor = "/search" // and where the forms send it, render.SearchPath
	routeFile      = "/{file}"
	routeTool      = "/api/v1/tools/{tool}"
	routeToolFor   = "/tools/{tool}"
	routeCalendar  = "/tools/standing.ics"
)

// ServeHTTP answers a request.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := exchange{h: h, w: w, r: r, now: h.Now(), language: h.Languages[0]}
	defer x.finish()
	for _, header := range everyAnswer {
		w.Header()[header.name] = header.values
	}
	x.dispatch(r.URL.Path)
}

// dispatch finds the route of a path and answers.
func (x *exchange) dispatch(path string) {
	if rest, ok := strings.CutPrefix(path, "/api/"); ok {
		x.api(rest)
		return
	}
	switch path {
	case routeHealth:
		x.route = routeHealth
		if x.only(http.MethodGet) {
			x.text(http.StatusOK, "alive\n")
		}
		return
	case routeReady:
		x.route = routeReady
		if x.only(http.MethodGet) {
			x.ready()
		}
		return
	}
	rest := path
	if prefix, below, ok := strings.Cut(strings.TrimPrefix(path, "/"), "/"); ok && x.h.isPrefix(prefix) {
		x.language, rest = prefix, "/"+below
	}
	if name, ok := strings.CutPrefix(rest, "/tools/"); ok {
		if tool, ok := render.ParseTool(name); ok {
			x.route = routeToolFor
			if x.only(http.MethodGet) {
				x.toolFor(tool)
			}
			return
		}
	}
	if name, ok := strings.CutPrefix(path, "/qr/"); ok {
		x.route = routeCode
		if x.only(http.MethodGet) {
			x.code(name)
		}
		return
	}
	switch rest {
	case routeFiling, routeFiling + "/", "/" + render.FilingPath:
		x.route = routeFiling
		if x.only(http.MethodGet) {
			x.filing()
		}
	case routeCalendar:
		x.route = routeCalendar
		if x.only(http.MethodGet) {
			x.calendar()
		}
	case routeVerifyTo:
		x.route = routeVerifyTo
		if x.only(http.MethodGet) {
			x.verifyTo()
		}
	case routeSearchFor, routeSearchFor + "/", "/" + render.SearchPath:
		x.route = routeSearchFor
		if x.only(http.MethodGet) {
			x.searchFor()
		}
	case routeAdvertFor:
		x.route = routeAdvertFor
		if x.only(http.MethodGet, http.MethodPost) {
			x.advertisementPage()
		}
	default:
		x.route = routeFile
		if x.only(http.MethodGet) {
			x.file(path, rest)
		}
	}
}

// api answers the interface for programs. Any page on the web may ask it, for it needs no
// secret and answers everyone alike.
func (x *exchange) api(rest string) {
	x.isAPI, x.route = true, routeAPI
	header := x.w.Header()
	header["Access-Control-Allow-Origin"] = anyOrigin
	number, isVerify := strings.CutPrefix(rest, "v1/verify/")
	tool, isTool := strings.CutPrefix(rest, "v1/tools/")
	switch {
	case isTool:
		x.route = routeTool
		if x.only(http.MethodGet) {
			x.tool(tool)
		}
	case isVerify:
		x.route = routeVerify
		if x.only(http.MethodGet) {
			x.verify(number)
		}
	case rest == "v1/verify":
		x.route = routeBulk
		if x.only(http.MethodPost) {
			x.bulk()
		}
	case rest == "v1/advertisement":
		x.route = routeAdvert
		if x.only(http.MethodPost) {
			x.advertisement()
		}
	case rest == "v1/search":
		x.route = routeSearch
		if x.only(http.MethodGet) {
			x.search()
		}
	case rest == "v1/suggest":
		x.route = routeSuggest
		if x.only(http.MethodGet) {
			x.suggest()
		}
	case rest == "v1/guidance":
		x.route = routeGuidance
		if x.only(http.MethodGet) {
			x.guidance()
		}
	default:
		x.problem(problem{Status: http.StatusNotFound, Detail: "There is nothing at this address. The addresses are described in /openapi.json."})
	}
}

// only lets requests of the methods pass, as many as their client may send, and answers all others. HEAD
// passes with GET.
func (x *exchange) only(methods ...string) bool {
	got := x.r.Method
	for _, method := range methods {
		if got == method || got == http.MethodHead && method == http.MethodGet {
			return x.admit(1)
		}
	}
	allow := strings.Replace(strings.Join(append(methods, http.MethodOptions), ", "), "GET", "GET, HEAD", 1)
	header := x.w.Header()
	header.Set("Allow", allow)
	if got == http.MethodOptions {
		if x.isAPI {
			header.Set("Access-Control-Allow-Methods", allow)
			header.Set("Access-Control-Allow-Headers", "Content-Type, If-None-Match")
			header.Set("Access-Control-Max-Age", "86400") // seconds, a day
		}
		x.send(http.StatusNoContent, "", nil)
		return false
	}
	x.problem(problem{Status: http.StatusMethodNotAllowed, Detail: "This address answers " + allow + "."})
	return false
}

// ready says whether questions about certifications are answered.
func (x *exchange) ready() {
	set := x.h.Holder.Acquire()
	switch {
	case set == nil:
		x.w.Header().Set("Retry-After", retryOutOfDate)
		x.text(http.StatusServiceUnavailable, "no index is open\n")
		return
	case !x.now.Before(set.NextUpdate()):
		x.w.Header().Set("Retry-After", retryOutOfDate)
		x.text(http.StatusServiceUnavailable, "out of date since "+set.NextUpdate().Format(time.RFC3339)+"\n")
	default:
		x.text(http.StatusOK, "ready until "+set.NextUpdate().Format(time.RFC3339)+"\n")
	}
	set.Close()
}

// current gives the set to answer from, which the caller closes. Where there is none that can
// be vouched for, it answers the request and gives nil.
func (x *exchange) current() *index.Set {
	set := x.h.Holder.Acquire()
	if set != nil && x.now.Before(set.NextUpdate()) {
		// A clock that is behind the publisher's must not look into a time before the read.
		if read := set.Generation().Read; x.now.Before(read) {
			x.now = read
		}
		return set
	}
	if set != nil {
		set.Close()
	}
	x.retryLater(retryOutOfDate, problem{
		Type: problemOutOfDate, Status: http.StatusServiceUnavailable, Title: "The registry is out of date",
		Detail: "The records were not confirmed in time, so no status is given. Ask again later, or call the certifying entity.",
	}, render.AnswerPage{Answer: render.OutOfDate})
	return nil
}

// overloaded answers a request that found no turn.
func (x *exchange) overloaded() {
	x.retryLater(retryOverloaded, problem{
		Type: problemOverloaded, Status: http.StatusServiceUnavailable, Title: "Too many searches at this moment",
		Detail: "Ask again in a second.",
	}, render.AnswerPage{Answer: render.Overloaded})
}

// pagePath is the address of a record's page in the language of the request.
func (x *exchange) pagePath(n certification.Number) string {
	if x.language == x.h.Languages[0] {
		return "/verify/" + n.String() + ".html"
	}
	return "/" + x.language + "/verify/" + n.String() + ".html"
}
