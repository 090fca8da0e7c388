package guidance_test

import (
	"testing"

	"github.com/cmpss/registry/generator/guidance"
)

func BenchmarkLoad(b *testing.B) {
	content, blocks := shippedFiles(b)
	for b.Loop() {
		if _, err := guidance.Load(content, blocks, languages); err != nil {
			b.Fatal(err)
		}
	}
}
