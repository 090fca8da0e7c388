package web

import (
	"bytes"
	_ "embed"
	"net/http"
)

// A page that an editor has open shows every edit by itself. Its script asks for nothing but
// the page's own address. It is put into pages as they are sent, and never published.

//go:embed live.js
var liveScript []byte

const livePath = "/live.js"

// withLive puts the script into a page, lets it ask this site, and gives the page's entity tag. The script is told the
// tag, so that an edit which is published while the page is still loading is seen as well; it is that of the page
// before it was.
func withLive(page []byte) (live []byte, tag string) {
	if !bytes.Contains(page, []byte("connect-src")) {
		page = bytes.Replace(page, []byte("form-action 'self'"), []byte("connect-src 'self'; form-action 'self'"), 1)
	}
	live = bytes.Replace(page, []byte("</head>"), []byte(`<script src="`+livePath+`" data-tag="" defer></script></head>`), 1)
	tag = entityTag(live)
	return bytes.Replace(live, []byte(`data-tag=""`), []byte("data-tag="+tag), 1), tag
}

// sendLive sends the script.
func (x *exchange) sendLive() {
	x.w.Header()["Cache-Control"] = noCache
	x.send(http.StatusOK, contentType(livePath), liveScript)
}
