package web

import (
	"errors"
	"io"
	"net/http"
)

// maxBodies bounds, in bytes, what all requests together hold of their bodies: thousands of clients that
// send slowly, and never the end, must not fill the memory.
const maxBodies = 24 << 20

// errBodies is that of a body for which there is no room.
var errBodies = errors.New("too much is being sent at this moment")

// body reads the body of the request, of so many bytes at most.
func (x *exchange) body(most int64) io.Reader {
	return &bodyReader{x, http.MaxBytesReader(x.w, x.r.Body, most)}
}

type bodyReader struct {
	x    *exchange
	body io.Reader
}

func (b *bodyReader) Read(p []byte) (int, error) {
	n, err := b.body.Read(p)
	b.x.held += int64(n)
	if b.x.h.bodies.Add(int64(n)) > maxBodies {
		return 0, errBodies
	}
	return n, err
}
