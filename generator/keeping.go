package generator

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/render"
	"github.com/cmpss/registry/generator/site"
)

// statusOf says how the site is, but for the instant of its publication. Counts are of the records
// by the status of their entries.
func statusOf(in Input, counts map[string]int, languages []string) site.Status {
	thisUpdate, nextUpdate := certification.Confirmation(in.Read)
	digest := in.Pages.Digest()
	status := site.Status{
		ThisUpdate:     thisUpdate,
		NextUpdate:     nextUpdate,
		Records:        make(map[string]int),
		SourcePosition: in.Snapshot.Position,
		Rejected:       len(in.Snapshot.Rejections),
		Languages:      languages,
		Theme:          fmt.Sprintf("%x", digest[:8]),
		Version:        in.Version,
		Held:           in.Held,

		NoSpecializations: in.Pages.NoSpecializations(),
	}
	if !in.OldestUnpublished.IsZero() {
		oldest := in.OldestUnpublished.UTC()
		status.OldestUnpublishedChange = &oldest
	}
	days, from, through := shownDays(in.Delays, thisUpdate)
	status.Delays = days.Figures()
	status.Delays.From, status.Delays.Through = from.String(), through.String()
	for _, s := range certification.Published() {
		status.Records[s.String()] = 0
	}
	for name, count := range counts {
		if name == site.Withdrawn {
			name = certification.Unavailable.String()
		}
		status.Records[name] += count
	}
	return status
}

// reportedDays are how many days are told of.
const reportedDays = 90

// shownDays are the delays of the days before that of a confirmation, and the first and last of
// these days. They have ended, so that what is said of them changes with the day alone and not
// with every publication.
func shownDays(log site.Delays, confirmed time.Time) (days site.Delays, from, through certification.Date) {
	until := certification.DateOf(confirmed)
	from, through = until-reportedDays, until-1
	return log.Between(from.String(), until.String()), from, through
}

// keepingPageOf is what the page on how the registry keeps up says of a site.
func keepingPageOf(in Input, status *site.Status) render.KeepingPage {
	page := render.KeepingPage{
		ThisUpdate: status.ThisUpdate,
		NextUpdate: status.NextUpdate,
		Figures:    status.Delays,
		Held:       status.Held,
		Oldest:     in.OldestUnpublished,
		Rejected:   status.Rejected,
		Sample:     status.Sample,
	}
	page.Days, page.From, page.Through = shownDays(in.Delays, status.ThisUpdate)
	return page
}

// keepingPages keeps the pages on how the registry keeps up, in every language.
type keepingPages struct {
	renderer *render.Renderer
	page     render.KeepingPage
	pages    []render.Page
}

// join gives the files and the pages, by path.
func (p *keepingPages) join(files []site.File, renderer *render.Renderer, page render.KeepingPage) ([]site.File, error) {
	if renderer != p.renderer || !reflect.DeepEqual(page, p.page) {
		pages, err := renderer.Keeping(page)
		if err != nil {
			return nil, fmt.Errorf("render pages: %w", err)
		}
		p.renderer, p.page, p.pages = renderer, page, pages
	}
	joined := slices.Clone(files)
	for _, made := range p.pages {
		at, there := slices.BinarySearchFunc(joined, made.Path, func(f site.File, path string) int { return strings.Compare(f.Path, path) })
		if there {
			return nil, fmt.Errorf("two pages have the path %s", made.Path)
		}
		joined = slices.Insert(joined, at, site.File{Path: made.Path, Body: made.Body})
	}
	return joined, nil
}
