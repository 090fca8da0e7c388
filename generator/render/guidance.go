package render

import (
	"cmp"
	"errors"
	"fmt"
	"html/template"
	"slices"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/guidance"
)

// guidanceView is what the template of a guidance page is given.
type guidanceView struct {
	page
	Title    string
	Summary  string
	Body     template.HTML
	Contents []guidance.Heading // those of level 2; none on a short page
	Sections []guidance.Citation
	Revision moment
	Reviewed moment
	Newer    *newerPage     // the same page in another language, reviewed later
	Group    guidance.Group // that the page belongs to
	Before   *guidance.Page // in its group; nil: this is the first
	After    *guidance.Page
	Slug     string
	Feed     string // address of the feed; "" where there is none
	Changes  []changeView
}

// changeView is a change that readers of a page should hear of: of the page, or of the rule it explains.
type changeView struct {
	On      moment
	Section string // of the Guidelines; "" for a change of the page
	What    string
}

// newerPage is a page that was compared with the Guidelines after its translation.
type newerPage struct {
	Language string
	Name     template.HTML // of the language, in that language
	URL      string
	Reviewed moment // in the language of the page that is older
}

// minContents is how many headings a page needs for a list of them.
const minContents = 3

func (e *edition) guidanceView(g *guidance.Page, sample bool) (guidanceView, error) {
	view := guidanceView{
		page:     e.newPage(pageGuidance, "guidance/"+g.Slug+".html", sample),
		Title:    g.Title,
		Summary:  g.Summary,
		Body:     g.Body,
		Sections: g.Sections,
		Slug:     g.Slug,
		Feed:     e.feedPath(),
	}
	for _, group := range e.groups() {
		if group.ID != g.Group {
			continue
		}
		view.Group = group
		at := slices.Index(group.Pages, g)
		if at > 0 {
			view.Before = group.Pages[at-1]
		}
		if at >= 0 && at+1 < len(group.Pages) {
			view.After = group.Pages[at+1]
		}
	}
	for _, h := range g.Headings {
		if h.Level == 2 {
			view.Contents = append(view.Contents, h)
		}
	}
	if len(view.Contents) < minContents {
		view.Contents = nil
	}
	var err error
	if view.Revision, err = e.dayOf(g, g.Revision); err != nil {
		return view, err
	}
	if view.Reviewed, err = e.dayOf(g, g.Reviewed); err != nil {
		return view, err
	}
	if view.Changes, err = e.changesOf(g); err != nil {
		return view, err
	}
	view.Newer, err = e.newer(g, view.Alternates)
	return view, err
}

// changesOf are the changes of a page and of the rules that it explains, the newest first.
func (e *edition) changesOf(g *guidance.Page) ([]changeView, error) {
	var list []changeView
	add := func(day, section, what string) error {
		on, err := e.dayOf(g, day)
		list = append(list, changeView{on, section, what})
		return err
	}
	var errs []error
	for _, change := range g.Changes {
		errs = append(errs, add(change.On, "", change.What))
	}
	for _, change := range g.RuleChanges {
		errs = append(errs, add(change.On, change.Section, change.What))
	}
	slices.SortStableFunc(list, func(a, b changeView) int { return cmp.Compare(b.On.Machine, a.On.Machine) })
	return list, errors.Join(errs...)
}

// dayOf is a day of a page's front matter.
func (e *edition) dayOf(g *guidance.Page, day string) (moment, error) {
	date, err := certification.ParseDate(day)
	if err != nil {
		return moment{}, fmt.Errorf("guidance page %s/%s: %w", g.Language, g.Slug, err)
	}
	return e.calendar.day(date), nil
}

// newer finds the translation of a page that follows a later revision of the Guidelines, or was
// compared with the same one later; nil if there is none.
func (e *edition) newer(g *guidance.Page, alternates []alternate) (*newerPage, error) {
	newest := g
	var found *newerPage
	for _, other := range alternates {
		for _, p := range e.renderer.library.Pages(other.Language) {
			if p.Slug != g.Slug || p.Revision+p.Reviewed <= newest.Revision+newest.Reviewed { // dates as YYYY-MM-DD
				continue
			}
			newest = p
			found = &newerPage{Language: other.Language, Name: other.Name, URL: other.URL}
		}
	}
	if found == nil {
		return nil, nil
	}
	var err error
	found.Reviewed, err = e.dayOf(newest, newest.Reviewed)
	return found, err
}

// guidanceSpecimen is a guidance page as a search finds it.
func (r *Renderer) guidanceSpecimen() []GuidanceHit {
	var hits []GuidanceHit
	for _, g := range r.first().guides() {
		hits = append(hits, GuidanceHit{
			Slug: g.Slug, Title: g.Title, Anchor: "x", Heading: hostileName,
			Snippet: []SnippetPiece{{Text: hostileName}, {Text: hostileName, Marked: true}},
		})
	}
	return hits[:min(len(hits), 1)]
}
