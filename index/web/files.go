package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/render"
)

// maxFile bounds, in bytes, a file that is served. The site has none that is near it.
const maxFile = 16 << 20

// files serves the published site from its folder. Nothing outside the folder is reached,
// whatever a path or a symbolic link says (os.Root); names that begin with a dot, folders'
// listings and what is no regular file are not served.
type files struct {
	root *os.Root

	mu     sync.Mutex
	assets map[string]asset // by path: they have their hash in the name
}

// asset is an unchanging file, compressed once for all.
type asset struct {
	plain, gzip []byte
	tag         string
}

// maxAssets bounds how many assets are held in memory.
const maxAssets = 128

func newFiles(root *os.Root) *files { return &files{root: root, assets: make(map[string]asset)} }

// assetPattern is the name of a file that never changes: NAME.HASH.EXT.
var assetPattern = regexp.MustCompile(`^assets/[^/]+\.[0-9a-f]{8,64}\.[a-z0-9]+$`)

// errNoFile says that the site has no such file.
var errNoFile = errors.New("no such file")

// read gives the bytes of a file of the site by its path without the slash at its head.
func (f *files) read(name string) ([]byte, error) {
	info, err := f.root.Stat(name)
	if err != nil || !info.Mode().IsRegular() { // looked at before it is opened: a pipe would wait
		return nil, errNoFile
	}
	if info.Size() > maxFile {
		return nil, errors.New("a file of the site is larger than 16 MiB")
	}
	file, err := f.root.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errNoFile
	}
	if err != nil {
		return nil, errors.New("a file of the site cannot be opened")
	}
	defer file.Close()
	body := make([]byte, 0, info.Size()+1)
	for {
		n, err := file.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		switch {
		case err == io.EOF:
			return body, nil
		case err != nil:
			return nil, errors.New("a file of the site cannot be read")
		case len(body) > maxFile:
			return nil, errors.New("a file of the site is larger than 16 MiB")
		case len(body) == cap(body):
			body = append(body, 0)[:len(body)]
		}
	}
}

// isFolder reports whether the path is a folder that has a page of its own.
func (f *files) isFolder(name string) bool {
	info, err := f.root.Stat(path.Join(name, "index.html"))
	return err == nil && info.Mode().IsRegular()
}

// asset gives a file that never changes, from memory once it was read.
func (f *files) asset(name string) (asset, error) {
	f.mu.Lock()
	known, ok := f.assets[name]
	f.mu.Unlock()
	if ok {
		return known, nil
	}
	body, err := f.read(name)
	if err != nil {
		return asset{}, err
	}
	a := asset{plain: body, tag: entityTag(body)}
	if len(body) >= minCompressed && isText(contentType(name)) {
		a.gzip = appendGzip(nil, body)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.assets) >= maxAssets {
		clear(f.assets)
	}
	f.assets[name] = a
	return a, nil
}

// filePath gives the path in the folder of the site for the path of an address, and false for
// one that no file of the site has.
func filePath(address string) (string, bool) {
	name, ok := strings.CutPrefix(address, "/")
	if !ok || strings.ContainsAny(name, "\x00\\") {
		return "", false
	}
	if name == "" || strings.HasSuffix(name, "/") {
		name += "index.html"
	}
	if !fs.ValidPath(name) {
		return "", false
	}
	for part := range strings.SplitSeq(strings.TrimPrefix(name, ".well-known/"), "/") {
		if strings.HasPrefix(part, ".") {
			return "", false
		}
	}
	return name, true
}

// file answers with a file of the site. The rest is the path without a language's prefix.
func (x *exchange) file(address, rest string) {
	name, ok := filePath(address)
	if !ok || x.h.files == nil {
		x.missing(rest)
		return
	}
	if assetPattern.MatchString(name) {
		x.sendAsset(name)
		return
	}
	if x.h.Live && address == livePath {
		x.sendLive()
		return
	}
	body, err := x.h.files.read(name)
	switch {
	case errors.Is(err, errNoFile) && x.h.files.isFolder(name):
		x.redirect(http.StatusMovedPermanently, "/"+name+"/")
		return
	case errors.Is(err, errNoFile):
		x.missing(rest)
		return
	case err != nil:
		x.h.Log.Error(err.Error(), "route", x.route)
		x.failed()
		return
	}
	header := x.w.Header()
	header["Cache-Control"] = noCache // kept, but asked for again each time
	if strings.HasPrefix(rest, "/verify/") {
		header["X-Robots-Tag"] = noIndex
		if until, found := reliableUntil(name, body); found && !x.now.Before(until) {
			header["Cache-Control"] = noStore
		}
	}
	kind := contentType(name)
	var tag string
	if x.h.Live && strings.HasPrefix(kind, "text/html") {
		body, tag = withLive(body)
	} else {
		tag = entityTag(body)
	}
	if x.unchanged(tag) {
		return
	}
	if isText(kind) {
		x.compressed(http.StatusOK, kind, body)
		return
	}
	x.send(http.StatusOK, kind, body)
}

func (x *exchange) sendAsset(name string) {
	a, err := x.h.files.asset(name)
	switch {
	case errors.Is(err, errNoFile):
		x.missing("/" + name)
		return
	case err != nil:
		x.h.Log.Error(err.Error(), "route", x.route)
		x.failed()
		return
	}
	header := x.w.Header()
	header["Cache-Control"] = immutable
	if a.gzip != nil {
		header["Vary"] = varyEncoding
	}
	if x.unchanged(a.tag) {
		return
	}
	if a.gzip != nil && acceptsGzip(x.r.Header["Accept-Encoding"]) {
		x.sendGzip(http.StatusOK, contentType(name), a.gzip)
		return
	}
	x.send(http.StatusOK, contentType(name), a.plain)
}

var immutable = []string{"public, max-age=31536000, immutable"}

// missing answers where the site has no such page. The address of a certification number that
// was never issued says so, and one with a number in another form than the site's leads to
// the page of the number.
func (x *exchange) missing(rest string) {
	if typed, ok := strings.CutPrefix(rest, "/verify/"); ok {
		typed = strings.TrimSuffix(typed, ".html")
		if number, err := certification.ParseNumber(typed); err == nil {
			x.missingRecord(number, typed)
			return
		}
	}
	x.answer(http.StatusNotFound, render.AnswerPage{Answer: render.NotFound})
}

func (x *exchange) missingRecord(number certification.Number, typed string) {
	set := x.current()
	if set == nil {
		return
	}
	defer set.Close()
	if _, issued := set.Statement(number, x.now); issued && typed == number.String() {
		// Issued a moment ago: its page comes with the next publish.
		x.answer(http.StatusNotFound, render.AnswerPage{Answer: render.NotFound})
		return
	}
	x.toPage(set, number, typed)
}

func (x *exchange) redirect(status int, location string) {
	header := x.w.Header()
	header["Cache-Control"] = noCache
	header["Location"] = []string{location}
	x.send(status, "", nil)
}

// reliableUntil finds in a record's page or JSON the instant until which it may be relied on.
func reliableUntil(name string, body []byte) (time.Time, bool) {
	if strings.HasSuffix(name, ".json") {
		var record struct {
			NextUpdate time.Time `json:"next_update"`
			NextChange time.Time `json:"next_change"`
		}
		if json.Unmarshal(body, &record) != nil {
			return time.Time{}, false
		}
		if !record.NextChange.IsZero() && record.NextChange.Before(record.NextUpdate) {
			return record.NextChange, true
		}
		return record.NextUpdate, true
	}
	_, after, found := bytes.Cut(body, []byte(`data-until="`))
	if !found {
		return time.Time{}, false
	}
	text, _, _ := bytes.Cut(after, []byte(`"`))
	until, err := time.Parse(time.RFC3339, string(text))
	return until, err == nil
}

// contentType is fixed by the ending of a name: the tables of the host have no say.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".json":
		return "application/json"
	case ".svg":
		return "image/svg+xml"
	case ".txt":
		return "text/plain; charset=utf-8"
	case ".xml":
		return "application/xml"
	case ".webmanifest":
		return "application/manifest+json"
	case ".png":
		return "image/png"
	case ".ico":
		return "image/vnd.microsoft.icon"
	}
	return "application/octet-stream"
}

func isText(contentType string) bool {
	return strings.HasPrefix(contentType, "text/") || strings.HasSuffix(contentType, "json") || strings.HasSuffix(contentType, "xml")
}
