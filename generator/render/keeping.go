package render

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"time"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/site"
)

// KeepingPage says how the registry keeps up with its records.
type KeepingPage struct {
	ThisUpdate, NextUpdate time.Time
	From, Through          certification.Date // the days that are told of
	Days                   site.Delays        // those of them on which changes appeared
	Figures                site.DelayFigures  // of all of them
	Held                   *site.Held         // what waits for a person; nil if nothing does
	Oldest                 time.Time          // when the oldest change that waits was made; zero if that is not known
	Rejected               int                // entries that cannot be understood
	Sample                 bool
}

// keepingPath is where the page stands, without the language's folder.
const keepingPath = "status.html"

// keepingView is what the template of the page is given. Durations and counts are in words.
type keepingView struct {
	page
	ThisUpdate, NextUpdate  moment
	From, Through           moment
	Promised                template.HTML
	Changes, Late           int
	Half, Most, Longest     template.HTML
	Held                    *site.Held
	Oldest                  moment
	HasOldest               bool
	Rejected                int
	Days                    []keepingDay
	Lines                   []chartLine
	ChartWidth, ChartHeight int
	ChartLeft, ChartBottom  int
	ChartRight              int
}

// keepingDay is a day in the table and in the chart. X and the Ys are places in the chart.
type keepingDay struct {
	Day                 moment
	Changes             template.HTML
	Half, Most, Longest template.HTML
	Late                bool
	X, HalfY, LongestY  string
}

// chartLine is a line across the chart, at a duration that its label gives in symbols of the
// SI, which are the same in every language.
type chartLine struct {
	Label    string
	Promise  bool
	Y, TextY string
}

// Keeping makes the page in every language.
func (r *Renderer) Keeping(page KeepingPage) ([]Page, error) {
	var pages []Page
	for _, language := range r.options.Languages {
		e := r.editions[language]
		view, err := e.keepingView(&page)
		if err != nil {
			return nil, err
		}
		body, err := e.execute(pageKeeping, view)
		if err != nil {
			return nil, err
		}
		pages = append(pages, Page{e.prefix + keepingPath, body})
	}
	return pages, nil
}

func (e *edition) keepingView(p *KeepingPage) (*keepingView, error) {
	v := &keepingView{
		page:       e.newPage(pageKeeping, keepingPath, p.Sample),
		ThisUpdate: e.calendar.at(p.ThisUpdate),
		NextUpdate: e.calendar.at(p.NextUpdate),
		From:       e.calendar.day(p.From),
		Through:    e.calendar.day(p.Through),
		Changes:    p.Figures.Changes,
		Late:       p.Figures.Late,
		Held:       p.Held,
		Oldest:     e.calendar.at(p.Oldest),
		HasOldest:  !p.Oldest.IsZero(),
		Rejected:   p.Rejected,

		ChartWidth: chartWidth, ChartHeight: chartHeight, ChartLeft: chartLeft, ChartBottom: chartBottom, ChartRight: chartWidth - chartRight,
	}
	var err error
	words := func(into *template.HTML, d time.Duration) {
		if err == nil {
			*into, err = e.duration(d)
		}
	}
	words(&v.Promised, site.Promise)
	words(&v.Half, time.Duration(p.Figures.P50))
	words(&v.Most, time.Duration(p.Figures.P99))
	words(&v.Longest, time.Duration(p.Figures.Longest))
	for _, line := range [...]struct {
		label string
		at    time.Duration
	}{{"1 s", time.Second}, {"1 min", time.Minute}, {"1 h", time.Hour}, {fmt.Sprintf("%d h", site.Promise/time.Hour), site.Promise}} {
		v.Lines = append(v.Lines, chartLine{line.label, line.at == site.Promise, place(chartY(line.at)), place(chartY(line.at) + 4)})
	}
	for i := range p.Days {
		date, parseErr := certification.ParseDate(p.Days[i].Day)
		if parseErr != nil {
			return nil, fmt.Errorf("render: a day of delays: %w", parseErr)
		}
		f := p.Days[i].Figures()
		day := keepingDay{
			Day:     e.calendar.day(date),
			Changes: template.HTML(escaped(e.catalog.group(f.Changes))),
			Late:    f.Late > 0,
			X:       place(chartX(int(date-p.From), int(p.Through-p.From)+1)),
			HalfY:   place(chartY(time.Duration(f.P50))), LongestY: place(chartY(time.Duration(f.Longest))),
		}
		words(&day.Half, time.Duration(f.P50))
		words(&day.Most, time.Duration(f.P99))
		words(&day.Longest, time.Duration(f.Longest))
		v.Days = append(v.Days, day)
	}
	return v, err
}

// duration says in words that something took at most so long: in whole seconds, minutes or
// hours, rounded up.
func (e *edition) duration(d time.Duration) (template.HTML, error) {
	for _, unit := range [...]struct {
		key  string
		size time.Duration
		less time.Duration
	}{{"keeping.seconds", time.Second, time.Minute}, {"keeping.minutes", time.Minute, time.Hour}} {
		if n := (d + unit.size - 1) / unit.size; n*unit.size < unit.less {
			return e.catalog.plural(unit.key, max(1, int(n)))
		}
	}
	return e.catalog.plural("keeping.hours", int((d+time.Hour-1)/time.Hour))
}

// The chart, in its own units. A duration stands by its logarithm: from a second to three days
// is all between the lowest line and the highest.
const (
	chartWidth, chartHeight = 360, 190
	chartLeft, chartRight   = 52, 8
	chartTop, chartBottom   = 10, 164

	chartLeast = 100 * time.Millisecond
	chartMost  = 10 * 24 * time.Hour
)

func chartX(day, days int) float64 {
	return chartLeft + (float64(day)+.5)*(chartWidth-chartLeft-chartRight)/float64(days)
}

func chartY(d time.Duration) float64 {
	d = min(max(d, chartLeast), chartMost)
	share := math.Log(float64(d)/float64(chartLeast)) / math.Log(float64(chartMost)/float64(chartLeast))
	return chartBottom - share*(chartBottom-chartTop)
}

// place is a coordinate to a tenth, the same on every machine.
func place(at float64) string { return strconv.FormatFloat(math.Round(at*10)/10, 'f', -1, 64) }

// keepingSpecimens are pages of each kind, so that what is wrong with the template is found when
// a theme is loaded.
func keepingSpecimens() []KeepingPage {
	noon := time.Date(2026, time.March, 9, 19, 0, 0, 0, time.UTC)
	through := certification.NewDate(2026, 3, 8)
	quiet := KeepingPage{ThisUpdate: noon, NextUpdate: noon.Add(certification.Window), From: through - 89, Through: through}
	busy := quiet
	busy.Days = site.Delays{}.With((through-40).String(), []time.Duration{time.Second, 40 * time.Second}).
		With(through.String(), []time.Duration{time.Millisecond, 20 * time.Minute, site.Promise + time.Hour})
	busy.Figures = busy.Days.Figures()
	busy.Held, busy.Oldest, busy.Rejected = &site.Held{Statuses: 1200, Vanished: 1, Rejected: 3}, noon, 12
	return []KeepingPage{quiet, busy}
}
