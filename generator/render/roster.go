package render

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html/template"
	"strings"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/legalname"
	"github.com/cmpss/registry/generator/roster"
)

// rosterView is what the template of the page for rosters is given. The list is checked by a script on
// the page: it takes its rules' words and figures from the vocabulary.
type rosterView struct {
	page
	Vocabulary string   // JSON
	Reasons    []string // why a line needs attention, gravest first
	Statuses   []string
	Roles      []string // of columns
	MaxLines   template.HTML
	Site       string        // address of the registry, for examples
	QR         template.HTML // opens this page, on paper; empty where its address is not known
}

func (e *edition) rosterView(sample bool) (rosterView, error) {
	words := roster.Words()
	vocabulary, err := json.Marshal(struct {
		roster.Vocabulary
		Letters  map[string]string `json:"letters"`
		Variants []string          `json:"variants"`
		MaxKin   int               `json:"maxKin"`
	}{words, legalname.PlainLetters(), joinEach(legalname.Variants()), legalname.MaxKin})
	if err != nil {
		return rosterView{}, fmt.Errorf("render: the vocabulary of rosters: %w", err)
	}
	view := rosterView{
		page:       e.newPage(pageRoster, "roster.html", sample),
		Vocabulary: string(vocabulary),
		Reasons:    words.Reasons,
		Statuses:   names(certification.Published()),
		Roles:      words.Roles,
		MaxLines:   template.HTML(e.catalog.group(words.MaxLines)),
		Site:       cmp.Or(e.renderer.options.BaseURL, "https://registry.example.org"),
	}
	if view.Canonical != "" {
		drawing, err := appendQR(nil, view.Canonical)
		if err != nil {
			return view, err
		}
		view.QR = template.HTML(drawing)
	}
	return view, nil
}

// joinEach writes each list as its words with a space between them.
func joinEach(lists [][]string) []string {
	joined := make([]string, len(lists))
	for i, list := range lists {
		joined[i] = strings.Join(list, " ")
	}
	return joined
}
