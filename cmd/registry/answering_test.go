package main

import (
	"testing"

	"github.com/cmpss/registry/generator/guidance"
	"github.com/cmpss/registry/index/passages"
)

// The search may have learned from a page that is gone by now, or has another title.
func TestHitsAreOnThePagesThatThereAre(t *testing.T) {
	hits := []passages.Hit{
		{Page: &guidance.Page{Slug: "gone", Title: "Gone"}},
		{Page: &guidance.Page{Slug: "fees", Title: "Fees"}, Passage: guidance.Passage{ID: "refunds"}},
	}
	now := among(hits, []*guidance.Page{{Slug: "exam"}, {Slug: "fees", Title: "What it costs"}})
	if len(now) != 1 || now[0].Page.Title != "What it costs" || now[0].Passage.ID != "refunds" {
		t.Errorf("hits on %+v", now)
	}
}
