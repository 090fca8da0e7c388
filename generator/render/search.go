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
	Searched bool // there was a query
	Total    int
	AtLeast  bool // there may be more
	Shown    int
	Cut      bool          // there are more matches than are shown
	Results  template.HTML // the fragment "result" of the same template, for each
	Statuses []option
	Areas    []option
	Guidance []GuidanceHit
}

// option is one of a filter's values.
type option struct {
	Value    string
	Selected bool
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
	query := url.Values{"q": {p.Query}}
	view := searchView{
		page:     e.newPage(pageSearch, "search", p.Sample),
		Searched: p.Query != "",
		Total:    p.Total,
		AtLeast:  p.TotalIsAtLeast,
		Shown:    len(p.Results),
		Cut:      p.TotalIsAtLeast || p.Total > len(p.Results),
		Guidance: p.Guidance,
	}
	view.Private, view.OwnForms, view.Canonical, view.Query = true, true, "", p.Query
	view.Statuses = []option{{"", p.Status == certification.NotIssued}}
	for _, status := range certification.Published() {
		view.Statuses = append(view.Statuses, option{status.String(), status == p.Status})
	}
	if p.Status != certification.NotIssued {
		query.Set("status", p.Status.String())
	}
	view.Areas = []option{{"", p.Specialization == ""}}
	for _, area := range areas {
		view.Areas = append(view.Areas, option{area.String(), area.String() == p.Specialization})
	}
	if p.Specialization != "" {
		query.Set("specialization", p.Specialization)
	}
	if p.Limit > 0 && p.Limit != DefaultLimit {
		query.Set("limit", strconv.Itoa(p.Limit))
	}
	view.Alternates = e.alternates("search?" + query.Encode())
	var results []byte
	for i := range p.Results {
		s := &p.Results[i]
		if err := publishable(s); err != nil {
			return view, err
		}
		view.Sample = view.Sample || s.Sample
		results = e.appendResult(results, s)
	}
	view.Results = template.HTML(results)
	return view, nil
}

// DefaultLimit is how many results a search shows where nothing else is asked for.
const DefaultLimit = 20

// A resultVariant is what decides the shape of one match: its status, and whether there are
// areas of specialization.
type resultVariant int

const numResultVariants = (int(certification.Unavailable) + 1) << 1

func resultVariantOf(s *certification.Statement) resultVariant {
	v := resultVariant(s.Status) << 1
	if s.Specializations != 0 {
		v |= 1
	}
	return v
}

func (v resultVariant) status() certification.Status { return certification.Status(v >> 1) }

// resultView is what the fragment "result" is given. A match carries its own times, as a
// record page does.
type resultView struct {
	Status     string
	Known      bool // false where the status is unavailable
	HasAreas   bool
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
func (e *edition) plainResult(s *certification.Statement) ([]byte, error) {
	view := resultVariantOf(s).shape()
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

func (e *edition) appendResult(dst []byte, s *certification.Statement) []byte {
	return e.fill(dst, &e.results[resultVariantOf(s)], s)
}
