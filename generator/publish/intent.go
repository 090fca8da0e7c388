package publish

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/cmpss/registry/generator/site"
)

// intent lists what a publication may create that the manifest before it does not list, what it
// removes, which the manifest after it does not list, and what it replaces: whichever of the two
// stands when it is killed, the next run knows of every file that may be there, and of every one
// that may have other bytes than the manifest says.
type intent struct {
	layout  []string
	numbers []string // whose files it may create, replace or remove; sorted by site.CompareNumbers
	fixed   []string // likewise; sorted
	brings  []string // numbers that the manifest before it does not list, and the site has; sorted like numbers
}

// newIntent is what publishing next over previous may create and removes, together with what a
// killed run may have left.
func newIntent(previous *site.Manifest, next *site.Site, superseded []site.FixedEntry, p places, leftover *intent) *intent {
	it := &intent{layout: slices.Concat(previous.Layout, next.Layout)}
	sameLayout := slices.Equal(previous.Layout, next.Layout)
	if !p.same || !sameLayout {
		for i := range next.Records {
			if !sameLayout || p.of(i) < 0 {
				it.numbers = append(it.numbers, next.Records[i].Number)
			}
		}
	}
	for _, k := range p.removed {
		it.numbers = append(it.numbers, previous.Records[k].Number)
	}
	// Paths that only one of the two has.
	sides := map[string]int{site.StatusPath: 2}
	for _, f := range previous.Fixed {
		sides[f.Path] |= 1
	}
	for _, f := range next.Fixed {
		sides[f.Path] |= 2
	}
	for _, f := range superseded {
		sides[f.Path] |= 2
	}
	for path, side := range sides {
		if side != 3 {
			it.fixed = append(it.fixed, path)
		}
	}
	if leftover != nil {
		it.layout = append(it.layout, leftover.layout...)
		it.numbers = append(it.numbers, leftover.numbers...)
		it.fixed = append(it.fixed, leftover.fixed...)
	}
	if !p.same {
		for i := range next.Records {
			if p.of(i) < 0 {
				it.brings = append(it.brings, next.Records[i].Number)
			}
		}
	}
	it.sort()
	return it
}

// announced is what is noted of an intent before anything is staged: what it brings. Nothing is created
// yet, so that a file in its way is still somebody else's; what a killed run may have left stays ours.
func (it *intent) announced(leftover *intent) *intent {
	if leftover == nil {
		leftover = new(intent)
	}
	return &intent{layout: leftover.layout, numbers: leftover.numbers, fixed: leftover.fixed, brings: it.brings}
}

func (it *intent) sort() {
	slices.Sort(it.layout)
	it.layout = slices.Compact(it.layout)
	slices.SortFunc(it.numbers, site.CompareNumbers)
	it.numbers = slices.Compact(it.numbers)
	slices.Sort(it.fixed)
	it.fixed = slices.Compact(it.fixed)
}

// add adds records and fixed files.
func (it *intent) add(numbers, fixed []string) {
	it.numbers, it.fixed = append(it.numbers, numbers...), append(it.fixed, fixed...)
	it.sort()
}

// empty reports whether there is nothing to note.
func (it *intent) empty() bool { return len(it.numbers)+len(it.fixed)+len(it.brings) == 0 }

// ownsRecord reports whether the files of a record may be a leftover of this program.
func (it *intent) ownsRecord(number string) bool {
	if it == nil {
		return false
	}
	_, ok := slices.BinarySearchFunc(it.numbers, number, site.CompareNumbers)
	return ok
}

func (it *intent) ownsFixed(path string) bool {
	if it == nil {
		return false
	}
	_, ok := slices.BinarySearch(it.fixed, path)
	return ok
}

// strays are the paths of the intent that have no place in the site.
func (it *intent) strays(s *site.Site, fixed map[string]bool) []string {
	var strays []string
	for _, path := range it.fixed {
		if !fixed[path] {
			strays = append(strays, path)
		}
	}
	for _, number := range it.numbers {
		_, stays := slices.BinarySearchFunc(s.Records, number, func(r site.Record, n string) int { return site.CompareNumbers(r.Number, n) })
		for _, layout := range it.layout {
			if !stays || !slices.Contains(s.Layout, layout) {
				strays = append(strays, site.RecordPath(layout, number))
			}
		}
	}
	return strays
}

func (it *intent) encode() []byte {
	var b bytes.Buffer
	for _, list := range []struct {
		kind  string
		items []string
	}{{"layout", it.layout}, {"fixed", it.fixed}, {"number", it.numbers}, {"brings", it.brings}} {
		for _, item := range list.items {
			b.WriteString(list.kind + " " + item + "\n")
		}
	}
	return b.Bytes()
}

func decodeIntent(body []byte) (*intent, error) {
	it := new(intent)
	for line := range strings.Lines(string(body)) {
		kind, item, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if site.CheckPath(strings.Replace(item, "*", "0", 1)) != nil {
			return nil, fmt.Errorf("bad line %.60q", line)
		}
		switch kind {
		case "layout":
			it.layout = append(it.layout, item)
		case "fixed":
			it.fixed = append(it.fixed, item)
		case "number":
			it.numbers = append(it.numbers, item)
		case "brings":
			it.brings = append(it.brings, item)
		default:
			return nil, fmt.Errorf("bad line %.60q", line)
		}
	}
	return it, nil
}
