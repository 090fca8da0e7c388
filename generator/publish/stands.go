package publish

import (
	"path"

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
