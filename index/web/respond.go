package web

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cmpss/registry/generator/render"
)

// exchange is one request and its answer.
type exchange struct {
	h        *handler
	w        http.ResponseWriter
	r        *http.Request
	now      time.Time // when it began
	language string    // of pages
	route    string    // for the log
	isAPI    bool      // errors are problem details
	status   int       // 0: nothing was sent yet
	held     int64     // bytes of the body
}

// everyAnswer are the headers of all answers. The values are shared and never changed.
var everyAnswer = [...]struct {
	name   string
	values []string
}{
	{"Content-Security-Policy", []string{"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
		"manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"}},
	{"X-Content-Type-Options", []string{"nosniff"}},
	{"Referrer-Policy", []string{"no-referrer"}},
	{"Permissions-Policy", []string{"camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"}},
	{"Cross-Origin-Opener-Policy", []string{"same-origin"}},
}

// Header values that are used often.
var (
	anyOrigin      = []string{"*"}
	exposedHeaders = []string{"Retry-After"}
	noStore        = []string{"no-store"}
	noCache        = []string{"no-cache"}
	noIndex        = []string{"noindex, noarchive"}
	typeJSON       = []string{"application/json"}
	varyEncoding   = []string{"Accept-Encoding"}
)

// Values of Retry-After, in seconds.
const (
	retryOutOfDate  = "300"
	retryOverloaded = "1"
)

// seconds is a value of Retry-After, rounded up.
func seconds(wait time.Duration) string {
	return strconv.Itoa(int((wait + time.Second - 1) / time.Second))
}

// finish logs the exchange, and answers where a panic left no answer. Of what was asked, the
// log has nothing.
func (x *exchange) finish() {
	defer x.h.bodies.Add(-x.held)
	if cause := recover(); cause != nil {
		if cause == http.ErrAbortHandler {
			panic(cause)
		}
		// A panic's text may hold what was asked; where it happened does not.
		x.h.Log.Error("a request failed", "route", x.route, "stack", frames(debug.Stack()))
		if x.status != 0 {
			panic(http.ErrAbortHandler) // part of the answer is out: break it off
		}
		x.failed()
	}
	level := slog.LevelDebug
	if x.status >= http.StatusInternalServerError && x.status != http.StatusServiceUnavailable {
		level = slog.LevelError
	}
	if ctx := x.r.Context(); x.h.Log.Enabled(ctx, level) {
		x.h.Log.LogAttrs(ctx, level, "request", slog.String("route", x.route), slog.Int("status", x.status),
			slog.Duration("took", x.h.Now().Sub(x.now)))
	}
}

// frames keeps the files and lines of a stack, without the values of arguments.
func frames(stack []byte) string {
	var kept []string
	for line := range strings.Lines(string(stack)) {
		if strings.HasPrefix(line, "\t") {
			file, _, _ := strings.Cut(strings.TrimSpace(line), " ")
			kept = append(kept, file)
		}
	}
	return strings.Join(kept, " ")
}

// failed answers that the program is at fault.
func (x *exchange) failed() {
	header := x.w.Header()
	header.Del("Etag")
	header.Del("Content-Encoding")
	if x.isAPI {
		x.problem(problem{Status: http.StatusInternalServerError, Detail: "The registry could not answer. Ask again later."})
		return
	}
	page, err := x.h.Pages.AppendAnswer(nil, x.language, render.AnswerPage{Answer: render.Failed})
	if err != nil {
		x.text(http.StatusInternalServerError, "The registry could not answer. Ask again later.\n")
		return
	}
	x.page(http.StatusInternalServerError, page)
}

// answer sends a page without a record.
func (x *exchange) answer(status int, p render.AnswerPage) {
	if set := x.h.Holder.Acquire(); set != nil {
		p.Sample = set.Generation().Sample // every page beside sample data says so
		set.Close()
	}
	buffer := getBuffer()
	defer putBuffer(buffer)
	var err error
	if *buffer, err = x.h.Pages.AppendAnswer((*buffer)[:0], x.language, p); err != nil {
		x.h.Log.Error("a page could not be made", "route", x.route, "answer", p.Answer.String())
		x.failed()
		return
	}
	x.page(status, *buffer)
}

// page sends HTML that is the answer to a question: not to be kept, not to be indexed.
func (x *exchange) page(status int, body []byte) {
	header := x.w.Header()
	header["Cache-Control"] = noStore
	header["X-Robots-Tag"] = noIndex
	x.compressed(status, "text/html; charset=utf-8", body)
}

func (x *exchange) text(status int, body string) {
	x.w.Header()["Cache-Control"] = noStore
	x.send(status, "text/plain; charset=utf-8", []byte(body))
}

// json sends an answer of the interface for programs. The caller set Cache-Control.
func (x *exchange) json(status int, body []byte) {
	header := x.w.Header()
	header["X-Robots-Tag"] = noIndex
	x.compressed(status, "application/json", body)
}

// problem is a problem detail (RFC 9457, section 3.1).
type problem struct {
	Type   string         `json:"type"`
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Detail string         `json:"detail,omitempty"`
	Errors []problemError `json:"errors,omitempty"`
}

// problemError says which part of a request is wrong.
type problemError struct {
	Pointer   string `json:"pointer,omitempty"`   // into the body (RFC 6901, as a fragment)
	Parameter string `json:"parameter,omitempty"` // of the query
	Detail    string `json:"detail"`
}

// Types of problems, each a reference to its description.
const (
	problemOutOfDate  = "/openapi.json#/components/responses/OutOfDate"
	problemOverloaded = "/openapi.json#/components/responses/Overloaded"
	problemTooMany    = "/openapi.json#/components/responses/TooMany"
	problemBadRequest = "/openapi.json#/components/responses/BadRequest"
)

// problem sends a problem detail; to a browser on a page's address, a page.
func (x *exchange) problem(p problem) {
	if p.Type == "" {
		p.Type = "about:blank"
	}
	if p.Title == "" {
		p.Title = http.StatusText(p.Status)
	}
	body, err := json.Marshal(p)
	if err != nil {
		panic("web: a problem cannot fail to encode")
	}
	header := x.w.Header()
	header["Cache-Control"] = noStore
	header["X-Robots-Tag"] = noIndex
	x.send(p.Status, "application/problem+json", append(body, '\n'))
}

// badRequest sends the problem of one parameter of the query.
func (x *exchange) badRequest(parameter, detail string) {
	x.problem(problem{
		Type: problemBadRequest, Status: http.StatusBadRequest, Title: "The request is not understood",
		Detail: detail, Errors: []problemError{{Parameter: parameter, Detail: detail}},
	})
}

// send sends the whole answer.
func (x *exchange) send(status int, contentType string, body []byte) {
	header := x.w.Header()
	if contentType != "" {
		header["Content-Type"] = typeHeader(contentType)
		header["Content-Length"] = []string{strconv.Itoa(len(body))}
	}
	x.status = status
	x.w.WriteHeader(status)
	if x.r.Method != http.MethodHead && len(body) > 0 {
		x.w.Write(body) // a client that went away is no error of ours
	}
}

func typeHeader(contentType string) []string {
	if contentType == "application/json" {
		return typeJSON
	}
	return []string{contentType}
}

// entityTag is a strong validator of the bytes (RFC 9110, section 8.8.3).
func entityTag(body []byte) string {
	sum := sha256.Sum256(body)
	var tag [2 + 24]byte
	tag[0], tag[len(tag)-1] = '"', '"'
	hex.Encode(tag[1:len(tag)-1], sum[:12])
	return string(tag[:])
}

// unchanged answers 304 if the client has the bytes of the tag, compressed or not.
func (x *exchange) unchanged(tag string) bool {
	x.w.Header()["Etag"] = []string{tag}
	asked := x.r.Header["If-None-Match"]
	if len(asked) == 0 {
		return false
	}
	for candidate := range strings.SplitSeq(strings.Join(asked, ","), ",") {
		candidate = strings.TrimPrefix(strings.TrimSpace(candidate), "W/")
		if candidate == tag || candidate == compressedTag(tag) || candidate == "*" {
			x.status = http.StatusNotModified
			x.w.WriteHeader(http.StatusNotModified)
			return true
		}
	}
	return false
}

// buffers holds the bytes of answers while they are made.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

func getBuffer() *[]byte { return buffers.Get().(*[]byte) }

// putBuffer keeps buffers of a usual size only.
func putBuffer(b *[]byte) {
	if cap(*b) <= 1<<20 {
		buffers.Put(b)
	}
}

// marshal answers 200 with a value as JSON, which may be kept as the header Cache-Control says.
func (x *exchange) marshal(answer any, cacheControl []string) {
	body, err := json.Marshal(answer)
	if err != nil {
		x.h.Log.Error("an answer could not be made", "route", x.route)
		x.failed()
		return
	}
	x.w.Header()["Cache-Control"] = cacheControl
	x.json(http.StatusOK, body)
}

// retryLater answers a request that may be asked again after some seconds: a program with the
// problem, a person with the page of the same status.
func (x *exchange) retryLater(seconds string, p problem, page render.AnswerPage) {
	x.w.Header()["Retry-After"] = []string{seconds}
	if x.isAPI {
		x.w.Header()["Access-Control-Expose-Headers"] = exposedHeaders
		x.problem(p)
		return
	}
	x.answer(p.Status, page)
}
