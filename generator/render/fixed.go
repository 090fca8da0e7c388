package render

import (
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/cmpss/registry/generator/advertisement"
	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/guidance"
)

// Fixed are the files that do not depend on any one record: home, guidance, the pages for an
// address that does not exist and for what nobody answers, the assets, robots.txt, security.txt and, where the base URL
// is known, the sitemap. The instant is that of the build; the files change with its month
// alone.
func (r *Renderer) Fixed(sample bool, instant time.Time) ([]Page, error) {
	if sample {
		r.sample.Store(true)
	}
	made, err := r.made[index(sample)]()
	if err != nil {
		return nil, err
	}
	pages := slices.Concat(made, r.theme.published)
	security, err := r.security(instant)
	if err != nil {
		return nil, err
	}
	pages = append(pages, Page{"robots.txt", r.robots()}, Page{".well-known/security.txt", security})
	if r.options.BaseURL != "" {
		pages = append(pages, Page{"sitemap.xml", r.sitemap()})
		feeds, err := r.feeds()
		if err != nil {
			return nil, err
		}
		pages = append(pages, feeds...)
	}
	return pages, nil
}

// homeView is what the template of the home page is given.
type homeView struct{ page }

// indexView is what the template of the list of guidance is given.
type indexView struct {
	page
	Groups []guidance.Group
}

// index is 1 for a site of sample records.
func index(sample bool) int {
	if sample {
		return 1
	}
	return 0
}

// makeFixed makes the pages that depend on no record, in every language, with or without the notice
// of sample records.
func (r *Renderer) makeFixed(sample bool) ([]Page, error) {
	made := make([][]Page, len(r.options.Languages))
	var group errgroup.Group
	for i, language := range r.options.Languages {
		group.Go(func() (err error) {
			made[i], err = r.editions[language].fixed(sample)
			return err
		})
	}
	err := group.Wait()
	return slices.Concat(made...), err
}

func (e *edition) fixed(sample bool) ([]Page, error) {
	var pages []Page
	add := func(path, kind string, view any) error {
		body, err := e.execute(kind, view)
		pages = append(pages, Page{e.prefix + path, body})
		return err
	}
	home := homeView{e.newPage(pageHome, "index.html", sample)}
	home.OwnForms = true
	if err := add("index.html", pageHome, home); err != nil {
		return nil, err
	}
	missing := e.answerView(AnswerPage{Answer: NotFound, Sample: sample})
	missing.Static = true
	missing.Alternates = e.alternates("404.html")
	if err := add("404.html", pageAnswer, missing); err != nil {
		return nil, err
	}
	for _, where := range [...]struct {
		path   string
		answer Answer
	}{{SearchPath, NoSearch}, {FilingPath, NoSheet}} {
		unanswered := e.answerView(AnswerPage{Answer: where.answer, Sample: sample})
		unanswered.Static = true
		unanswered.Alternates = e.alternates(where.path)
		if err := add(where.path, pageAnswer, unanswered); err != nil {
			return nil, err
		}
	}
	day, err := e.staticDay(sample)
	if err != nil {
		return nil, err
	}
	if err := add("day.html", pageDay, day); err != nil {
		return nil, err
	}
	if err := add("advertisement.html", pageAdvertisement, e.advertisementView(AdvertisementPage{Sample: sample})); err != nil {
		return nil, err
	}
	if err := add("api.html", pageAPI, e.apiView(sample)); err != nil {
		return nil, err
	}
	list, err := e.rosterView(sample)
	if err != nil {
		return nil, err
	}
	if err := add("roster.html", pageRoster, list); err != nil {
		return nil, err
	}
	if err := add("guidance/index.html", pageGuidanceIndex, indexView{e.newPage(pageGuidanceIndex, "guidance/index.html", sample), e.groups()}); err != nil {
		return nil, err
	}
	for _, g := range e.guides() {
		view, err := e.guidanceView(g, sample)
		if err != nil {
			return nil, err
		}
		if err := add("guidance/"+g.Slug+".html", pageGuidance, view); err != nil {
			return nil, err
		}
	}
	tools, err := e.toolPages(sample)
	return append(pages, tools...), err
}

// tryOtherPages makes every kind of page that is not about one record, so that Load finds
// what is wrong with its template.
func (r *Renderer) tryOtherPages() error {
	var results []certification.Statement
	for _, status := range certification.Published() {
		s, err := specimen(variant(status) << 3)
		if err != nil {
			return err
		}
		results = append(results, s)
	}
	searches := []SearchPage{
		{},
		{Query: hostileName},
		{Query: "x", Total: 1, Results: results[:1], Status: certification.Active, Specialization: "crisis-care"},
		{Query: "x", Total: 5000, Results: results, Sample: true},
		{Query: "x", Total: 5000, TotalIsAtLeast: true, Results: results},
		{Query: "x", Guidance: r.guidanceSpecimen()},
		{Query: "x", Guidance: r.guidanceSpecimen(), Asked: true},
		{
			Query: "x", Total: 5000, Results: results, Matches: []NameMatch{ExactName, CloseName, OtherName}, Page: 2, MaxPage: 10,
			ByStatus: map[certification.Status]int{certification.NotIssued: 5000, certification.Active: 4000}, BySpecialization: map[string]int{"": 5000},
		},
		{Query: "x", Unfiltered: 3, Status: certification.Revoked},
		{Query: hostileName, DidYouMean: []string{hostileName, "Jane"}},
	}
	for _, page := range keepingSpecimens() {
		if _, err := r.Keeping(page); err != nil {
			return err
		}
	}
	for _, language := range r.options.Languages {
		searches = append(searches, SearchPage{Query: hostileName, AskedIn: language})
	}
	for _, language := range r.options.Languages {
		if err := r.editions[language].tryTools(); err != nil {
			return err
		}
		for _, search := range searches {
			if _, err := r.AppendSearch(nil, language, search); err != nil {
				return err
			}
		}
		for i := range results {
			s := &results[i]
			for problem := range DayProblem(len(dayProblemNames)) {
				page := DayPage{Statement: s, On: s.OnDay(certification.DateOf(s.ThisUpdate)), Typed: hostileName, Problem: problem}
				if _, err := r.AppendDay(nil, language, page); err != nil {
					return err
				}
			}
		}
		for problem := range numAdvertisementProblems {
			var every []advertisement.Finding
			for _, reason := range advertisement.Reasons() {
				every = append(every, advertisement.Finding{Reason: reason, Line: int(reason), Text: hostileName, HasArea: true})
			}
			for _, page := range [...]AdvertisementPage{
				{Problem: problem, Text: hostileName, Typed: hostileName},
				{Problem: problem, Statement: &results[0], Checked: true, Findings: every},
				{Problem: problem, Statement: &results[0], Checked: true, Findings: every[:1], Text: hostileName},
			} {
				if _, err := r.AppendAdvertisement(nil, language, page); err != nil {
					return err
				}
			}
		}
		for i := range results {
			on := results[i].OnDay(certification.DateOf(results[i].ThisUpdate))
			page := FilingPage{Statement: &results[i], Number: hostileName, Name: hostileName, NameMatch: "close", On: &on, Asked: results[i].ThisUpdate}
			for page.Problem = range DayProblem(len(dayProblemNames)) {
				if _, err := r.AppendFiling(nil, language, page); err != nil {
					return err
				}
			}
		}
		for answer := range numAnswers {
			for _, typed := range [...]string{"", hostileName} {
				page := AnswerPage{Answer: answer, Typed: typed, Number: results[0].Number}
				if _, err := r.AppendAnswer(nil, language, page); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
