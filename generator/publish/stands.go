package publish

import (
	"errors"
	"io/fs"
	"path"
	"slices"

	"github.com/cmpss/registry/generator/site"
)

// Stands reports whether every file of what was published is in its place, and no run was stopped
// before its end. It looks for the files, not at their bytes, and changes nothing.
func (p *Publisher) Stands() bool {
	if p.leftover != nil || p.failed {
		return false
	}
	listed := make(map[string]map[string]bool)
	stands := func(name string) bool {
		folder := path.Dir(name)
		if _, ok := listed[folder]; !ok {
			listed[folder] = p.out.list(folder)
		}
		return listed[folder][path.Base(name)]
	}
	for _, f := range p.manifest.Fixed {
		if !stands(f.Path) {
			return false
		}
	}
	for _, layout := range p.manifest.Layout {
		for i := range p.manifest.Records {
			if !stands(site.RecordPath(layout, p.manifest.Records[i].Number)) {
				return false
			}
		}
	}
	return true
}

// Unlisted gives the numbers, in order, that a publication which was stopped, or failed, was to bring and
// that the manifest does not list. Whether one of them has a page already is for HasPage to say.
func (p *Publisher) Unlisted() []string {
	if p.leftover == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(p.leftover.brings), p.manifest.Has)
}

// HasPage reports whether a publication that did not end put a file of the record in place.
func (p *Publisher) HasPage(number string) bool {
	return p.leftover.ownsRecord(number) && slices.ContainsFunc(p.leftover.layout, func(layout string) bool {
		_, err := p.out.root.Lstat(site.RecordPath(layout, number))
		return !errors.Is(err, fs.ErrNotExist) // one that cannot be looked for may be there
	})
}
