package render

import (
	"bytes"
	"html/template"
	"net/url"
	"strconv"

	"github.com/cmpss/registry/generator/certification"
)

// searchView is what the template of the search results is given.
type searchView struct {
	page
	Searched    bool // there was a query
	Total       int
	AtLeast     bool          // there may be more
	First, Last int           // of the matches that are shown, from 1
	Cut         bool          // there are more matches than are shown
	Results     template.HTML // the fragment "result" of the same template, for each
	Hidden      *link         // to the matches that the filters hide, where there is no other
	DidYouMean  []link
	Previous    string // page of results; "" where there is none
	Next        string
	Statuses    []option
	Areas       []option
	Guidance    []GuidanceHit
	Asked       bool       // the guidance comes first
	AskedIn     *alternate // the same search in the language of the question
	SeeAnswers  template.HTML
}

// option is one of a filter's values.
type option struct {
	Value    string
	Selected bool
	Count    int // the matches that it leaves
}

// link is an address with what it leads to.
type link struct {
	URL   string
	Text  string
	Count int
}

// AppendSearch appends the page with the answer to a search.
func (r *Renderer) AppendSearch(dst []byte, language string, p SearchPage) ([]byte, error) {
	e, err := r.edition(language)
	if err != nil {
		return dst, err
	}
	view, err := e.searchView(p)
	if err != nil {
		return dst, err
	}
	body, err := e.execute(pageSearch, view)
	return append(dst, body...), err
}

func (e *edition) searchView(p SearchPage) (searchView, error) {
	limit, number := p.Limit, max(p.Page, 1)
	if limit <= 0 {
		limit = DefaultLimit
	}
	view := searchView{
		page:     e.newPage(pageSearch, SearchPath, p.Sample),
		Searched: p.Query != "",
		Total:    p.Total,
		AtLeast:  p.TotalIsAtLeast,
		First:    (number-1)*limit + 1,
		Last:     (number-1)*limit + len(p.Results),
		Cut:      p.TotalIsAtLeast || p.Total > len(p.Results),
		Guidance: p.Guidance,
		Asked:    p.Asked || p.AskedIn != "",
	}
	view.Private, view.OwnForms, view.Canonical, view.Query = true, true, "", p.Query
	view.Alternates = e.alternates(SearchPath + "?" + searchQuery(p, number))
	for _, other := range view.Alternates {
		if other.Language != p.AskedIn {
			continue
		}
		see, err := e.renderer.theme.catalogs[other.Language].text("answers.see", "Query", template.HTML("<bdi>"+escaped(p.Query)+"</bdi>"))
		if err != nil {
			return view, err
		}
		view.AskedIn, view.SeeAnswers = &other, see
	}
	if number > 1 {
		view.Previous = e.searchPath(searchQuery(p, number-1))
	}
	if p.Total > view.Last && number < p.MaxPage {
		view.Next = e.searchPath(searchQuery(p, number+1))
	}
	if p.Total == 0 && p.Unfiltered > 0 {
		view.Hidden = &link{URL: e.searchPath(searchQuery(SearchPage{Query: p.Query}, 1)), Count: p.Unfiltered}
	}
	for _, text := range p.DidYouMean {
		view.DidYouMean = append(view.DidYouMean, link{URL: e.searchPath(searchQuery(SearchPage{Query: text}, 1)), Text: text})
	}
	e.addFilters(&view, p)
	var results []byte
	for i := range p.Results {
		s := &p.Results[i]
		if err := publishable(s); err != nil {
			return view, err
		}
		view.Sample = view.Sample || s.Sample
		match := NoName
		if i < len(p.Matches) {
			match = p.Matches[i]
		}
		results = e.appendResult(results, s, match)
	}
	view.Results = template.HTML(results)
	return view, nil
}

// addFilters adds the values of the filters, the one that leaves all matches first.
func (e *edition) addFilters(view *searchView, p SearchPage) {
	view.Statuses = []option{{"", p.Status == certification.NotIssued, p.ByStatus[certification.NotIssued]}}
	for _, status := range certification.Published() {
		view.Statuses = append(view.Statuses, option{status.String(), status == p.Status, p.ByStatus[status]})
	}
	view.Areas = []option{{"", p.Specialization == "", p.BySpecialization[""]}}
	for _, area := range areas {
		view.Areas = append(view.Areas, option{area.String(), area.String() == p.Specialization, p.BySpecialization[area.String()]})
	}
}

func (e *edition) searchPath(query string) string { return "/" + e.prefix + SearchPath + "?" + query }

// searchQuery is the query of the address of a page of results.
func searchQuery(p SearchPage, number int) string {
	query := url.Values{"q": {p.Query}}
	if p.Status != certification.NotIssued {
		query.Set("status", p.Status.String())
	}
	if p.Specialization != "" {
		query.Set("specialization", p.Specialization)
	}
	if p.Limit > 0 && p.Limit != DefaultLimit {
		query.Set("limit", strconv.Itoa(p.Limit))
	}
	if number > 1 {
		query.Set("page", strconv.Itoa(number))
	}
	return query.Encode()
}

// DefaultLimit is how many results a search shows where nothing else is asked for.
const DefaultLimit = 20

// A resultVariant is what decides the shape of one result: its status, how its name agrees with the one
// that was searched for, and whether there are areas of specialization.
type resultVariant int

const numResultVariants = (int(certification.Unavailable) + 1) * int(numNameMatches) * 2

func resultVariantOf(s *certification.Statement, match NameMatch) resultVariant {
	v := (resultVariant(s.Status)*resultVariant(numNameMatches) + resultVariant(match)) * 2
	if s.Specializations != 0 {
		v++
	}
	return v
}

func (v resultVariant) status() certification.Status {
	return certification.Status(v / (2 * resultVariant(numNameMatches)))
}

func (v resultVariant) match() NameMatch { return NameMatch(v / 2 % resultVariant(numNameMatches)) }

// resultView is what the fragment "result" is given. A match carries its own times, as a
// record page does.
type resultView struct {
	Status     string
	Known      bool // false where the status is unavailable
	HasAreas   bool
	Match      string // "" where no name was searched for
	Number     string
	Name       string
	ThisUpdate moment
	Reliable   moment
	Expires    moment
	Areas      template.HTML
}

func (v resultVariant) shape() resultView {
	return resultView{
		Status:   v.status().String(),
		Known:    v.status() != certification.Unavailable,
		HasAreas: v&1 != 0,
		Match:    nameMatchNames[v.match()],
	}
}

func (v resultVariant) marked() resultView {
	view := v.shape()
	view.Number = slotNumber.mark()
	view.ThisUpdate = marks(slotThisUpdate, slotThisUpdateWords)
	view.Reliable = marks(slotReliable, slotReliableWords)
	if view.Known {
		view.Name = slotName.mark()
		view.Expires = marks(slotExpires, slotExpiresWords)
		view.Areas = template.HTML(slotAreas.mark())
	}
	return view
}

// plainResult makes a match with html/template alone. appendResult gives the same bytes.
func (e *edition) plainResult(s *certification.Statement, match NameMatch) ([]byte, error) {
	view := resultVariantOf(s, match).shape()
	view.Number = s.Number.String()
	view.ThisUpdate = e.calendar.at(s.ThisUpdate)
	view.Reliable = e.calendar.at(s.ReliableUntil())
	if view.Known {
		view.Name = s.LegalName
		view.Expires = e.calendar.day(s.Term.To)
		view.Areas = e.areas[s.Specializations]
	}
	result, err := e.executePart(pageSearch, "result", view)
	return bytes.TrimSpace(result), err
}

func (e *edition) appendResult(dst []byte, s *certification.Statement, match NameMatch) []byte {
	return e.fill(dst, &e.results[resultVariantOf(s, match)], s)
}
