package render

import (
	"fmt"
	"strconv"

	"rsc.io/qr"

	"github.com/cmpss/registry/generator/certification"
)

// quietZone is the white border that a reader needs, in modules (ISO/IEC 18004).
const quietZone = 4

// AppendQR appends an SVG drawing of a code that opens the page of a number, for a card or a file.
func (r *Renderer) AppendQR(dst []byte, n certification.Number) ([]byte, error) {
	return appendQR(dst, r.pageAddress(r.options.Languages[0], n))
}

// pageAddress is where the page of a number is published.
func (r *Renderer) pageAddress(language string, n certification.Number) string {
	return r.options.BaseURL + "/" + r.RecordPath(language, n)
}

// appendQR draws a text. Dark on white in every colour scheme, for not every reader takes the reverse.
func appendQR(dst []byte, text string) ([]byte, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return dst, fmt.Errorf("render: draw a code: %w", err)
	}
	side := strconv.Itoa(code.Size + 2*quietZone)
	dst = append(append(append(append(append(dst, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 `...), side...), ' '), side...),
		`" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h`...)
	dst = append(append(append(append(dst, side...), 'v'), side...), `H0z"/><path d="`...)
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			start := x
			for x < code.Size && code.Black(x, y) {
				x++
			}
			if x > start {
				dst = fmt.Appendf(dst, "M%d %dh%dv1H%dz", start+quietZone, y+quietZone, x-start, start+quietZone)
			}
		}
	}
	return append(dst, `"/></svg>`...), nil
}
