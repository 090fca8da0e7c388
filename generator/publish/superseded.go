package publish

import (
	"slices"
	"strings"
	"time"

	"github.com/cmpss/registry/generator/site"
)

// A page that a cache or a reader still holds names the assets that it was made with. They stay
// where they are for a while after the site has others: longer than any page may be relied on or
// is advised to be cached, and no more of them than an afternoon's work on a theme leaves.
const (
	supersededFor = 7 * 24 * time.Hour
	maxSuperseded = 64
)

// supersededAssets are the entries of the next manifest for assets of former sites that stay.
func supersededAssets(previous *site.Manifest, next *site.Site) []site.FixedEntry {
	current := make(map[string]bool, len(next.Fixed))
	for _, f := range next.Fixed {
		current[f.Path] = true
	}
	var kept []site.FixedEntry
	for _, f := range previous.Fixed {
		if !isAsset(f.Path) || current[f.Path] {
			continue
		}
		if f.Superseded.IsZero() {
			f.Superseded = next.AsOf.UTC()
		}
		if next.AsOf.Sub(f.Superseded) < supersededFor {
			kept = append(kept, f)
		}
	}
	slices.SortStableFunc(kept, func(a, b site.FixedEntry) int { return b.Superseded.Compare(a.Superseded) })
	return kept[:min(len(kept), maxSuperseded)]
}

// isAsset reports whether a file has its content in its name, so that it never changes.
func isAsset(path string) bool { return strings.HasPrefix(path, "assets/") }
