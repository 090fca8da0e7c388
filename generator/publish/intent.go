package publish

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/cmpss/registry/generator/site"
)

// intent lists what a publication may create that the manifest before it does not list.
type intent struct {
	layout  []string
	numbers []string // sorted by site.CompareNumbers
	fixed   []string // sorted
}

// newIntent is what publishing next over previous may create, together with what a killed
// run may have left.
func newIntent(previous *site.Manifest, next *site.Site, leftover *intent) *intent {
	it := &intent{layout: next.Layout}
	sameLayout := slices.Equal(previous.Layout, next.Layout)
	i := 0
	for _, r := range next.Records {
		for i < len(previous.Records) && site.CompareNumbers(previous.Records[i].Number, r.Number) < 0 {
			i++
		}
		if !sameLayout || i == len(previous.Records) || previous.Records[i].Number != r.Number {
			it.numbers = append(it.numbers, r.Number)
		}
	}
	listed := make(map[string]bool, len(previous.Fixed))
	for _, f := range previous.Fixed {
		listed[f.Path] = true
	}
	for _, f := range next.Fixed {
		if !listed[f.Path] {
			it.fixed = append(it.fixed, f.Path)
		}
	}
	if !listed[site.StatusPath] {
		it.fixed = append(it.fixed, site.StatusPath)
	}
	if leftover != nil {
		it.layout = append(slices.Clone(it.layout), leftover.layout...)
		it.numbers = append(it.numbers, leftover.numbers...)
		it.fixed = append(it.fixed, leftover.fixed...)
		slices.Sort(it.layout)
		it.layout = slices.Compact(it.layout)
	}
	slices.SortFunc(it.numbers, site.CompareNumbers)
	it.numbers = slices.Compact(it.numbers)
	slices.Sort(it.fixed)
	it.fixed = slices.Compact(it.fixed)
	return it
}

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
	}{{"layout", it.layout}, {"fixed", it.fixed}, {"number", it.numbers}} {
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
		default:
			return nil, fmt.Errorf("bad line %.60q", line)
		}
	}
	return it, nil
}
