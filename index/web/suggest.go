package web

import (
	"context"
	"strconv"

	"github.com/cmpss/registry/index"
)

// defaultSuggested is how many names are suggested where nothing else is asked for.
const defaultSuggested = 6

// suggestAnswer is the answer to GET /api/v1/suggest.
type suggestAnswer struct {
	Names []string `json:"names"`
}

// suggest answers GET /api/v1/suggest with names that someone who is typing may mean. It says nothing of
// any status, so that an answer may be kept for a minute; by the browser alone, for what was typed is nobody
// else's concern.
func (x *exchange) suggest() {
	values, ok := x.query()
	if !ok {
		return
	}
	limit := defaultSuggested
	if text := values.Get("limit"); text != "" {
		var err error
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > index.MaxSuggested {
			x.badRequest("limit", "The limit must be a number from 1 to "+strconv.Itoa(index.MaxSuggested)+".")
			return
		}
	}
	set := x.current()
	if set == nil {
		return
	}
	defer set.Close()
	var answer suggestAnswer
	text := values.Get("q")
	ok = x.inTurn(text, func(ctx context.Context) (err error) {
		answer.Names, err = set.Suggest(ctx, text, limit, x.now)
		return err
	})
	if !ok {
		return
	}
	if answer.Names == nil {
		answer.Names = []string{}
	}
	x.marshal(answer, briefly)
}

// briefly lets the browser keep an answer for a minute.
var briefly = []string{"private, max-age=60"}
