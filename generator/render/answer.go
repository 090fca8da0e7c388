package render

import (
	"fmt"
	"net/url"
	"strings"
)

// answerView is what the template of an answer without a record is given.
type answerView struct {
	page
	Answer string // name of the answer, such as "never-issued"
	Number string // for never-issued
	Static bool   // the page is a file: for every address that does not exist, or where nobody answers
}

// AppendAnswer appends a page that says why there is no record to show.
func (r *Renderer) AppendAnswer(dst []byte, language string, p AnswerPage) ([]byte, error) {
	e, err := r.edition(language)
	if err != nil {
		return dst, err
	}
	if p.Answer >= numAnswers {
		return dst, fmt.Errorf("render: there is no answer %d", p.Answer)
	}
	body, err := e.execute(pageAnswer, e.answerView(p))
	return append(dst, body...), err
}

func (e *edition) answerView(p AnswerPage) answerView {
	view := answerView{page: e.newPage(pageAnswer, "index.html", p.Sample), Answer: p.Answer.String()}
	view.Private, view.OwnForms, view.Canonical = true, true, ""
	switch p.Answer {
	case Malformed:
		view.Typed = shorten(p.Typed)
		view.Wrong = true
	case NeverIssued:
		view.Number = p.Number.String()
		view.Typed = shorten(p.Typed)
		if view.Typed == "" {
			view.Typed = view.Number
		}
	}
	if p.Answer == Malformed || p.Answer == NeverIssued {
		view.Alternates = e.alternates("verify?" + url.Values{"number": {view.Typed}}.Encode())
	}
	return view
}

// shorten bounds what a page repeats, and makes it valid text.
func shorten(typed string) string {
	typed = strings.ToValidUTF8(typed, "\uFFFD")
	n := 0
	for i := range typed {
		if n == maxTyped {
			return typed[:i] + "…"
		}
		n++
	}
	return typed
}
