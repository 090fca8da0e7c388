package web

import (
	"bytes"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// minCompressed is the size, in bytes, from which an answer is compressed: below it, the packets
// on the wire are as many.
const minCompressed = 1024

// compressors write gzip at the speed that suits pages made for one reader.
var compressors = sync.Pool{New: func() any {
	w, err := gzip.NewWriterLevel(nil, gzip.DefaultCompression)
	if err != nil {
		panic("web: the level of compression is out of range")
	}
	return w
}}

// compressed sends the whole answer, as gzip if the client takes it and it is worth while.
func (x *exchange) compressed(status int, contentType string, body []byte) {
	if len(body) < minCompressed {
		x.send(status, contentType, body)
		return
	}
	header := x.w.Header()
	header["Vary"] = varyEncoding
	if !acceptsGzip(x.r.Header["Accept-Encoding"]) {
		x.send(status, contentType, body)
		return
	}
	buffer := getBuffer()
	defer putBuffer(buffer)
	*buffer = appendGzip((*buffer)[:0], body)
	x.sendGzip(status, contentType, *buffer)
}

// sendGzip sends a body that is compressed already.
func (x *exchange) sendGzip(status int, contentType string, body []byte) {
	header := x.w.Header()
	header["Content-Encoding"] = []string{"gzip"}
	if tag := header["Etag"]; len(tag) == 1 {
		header["Etag"] = []string{compressedTag(tag[0])}
	}
	x.send(status, contentType, body)
}

// compressedTag is the entity tag of the same answer as gzip: other bytes need another tag.
func compressedTag(tag string) string { return strings.TrimSuffix(tag, `"`) + `-gz"` }

func appendGzip(dst, body []byte) []byte {
	out := bytes.NewBuffer(dst)
	w := compressors.Get().(*gzip.Writer)
	defer compressors.Put(w)
	w.Reset(out)
	w.Write(body) // into memory: it cannot fail
	w.Close()
	return out.Bytes()
}

// acceptsGzip reads Accept-Encoding (RFC 9110, section 12.5.3).
func acceptsGzip(headers []string) bool {
	for _, header := range headers {
		for part := range strings.SplitSeq(header, ",") {
			coding, parameters, _ := strings.Cut(part, ";")
			coding = strings.TrimSpace(coding)
			if !strings.EqualFold(coding, "gzip") && coding != "*" {
				continue
			}
			weight, weighted := strings.CutPrefix(strings.TrimSpace(parameters), "q=")
			if !weighted {
				return true
			}
			q, err := strconv.ParseFloat(weight, 64)
			return err == nil && q > 0
		}
	}
	return false
}
