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

// withLive puts the script into a page, and lets it ask this site.
func withLive(page []byte) []byte {
	if !bytes.Contains(page, []byte("connect-src")) {
		page = bytes.Replace(page, []byte("form-action 'self'"), []byte("connect-src 'self'; form-action 'self'"), 1)
	}
	return bytes.Replace(page, []byte("</head>"), []byte(`<script src="`+livePath+`" defer></script></head>`), 1)
}

// sendLive sends the script.
func (x *exchange) sendLive() {
	x.w.Header()["Cache-Control"] = noCache
	x.send(http.StatusOK, contentType(livePath), liveScript)
}
