package render

import (
	"github.com/cmpss/registry/generator/certification"
)

// Options say how a site is laid out.
type Options struct {
	Languages []string // the first one is at the site's root, the others under /xx/
	BaseURL   string   // "https://registry.example.org", no slash at the end; used in the sitemap, canonical links and security.txt only, and may be empty
	Version   string   // of the program; part of Digest
	Interface []byte   // openapi.json, for the page about the interface for programs; may be empty

	// NoSpecializations leaves the areas of specialization out of every page.
	NoSpecializations bool
}

// Page is one file of a site.
type Page struct {
	Path string // without a slash at its head: "index.html", "es/guidance/fees.html", "assets/style.0123456789ab.css"
	Body []byte
}

// SearchPage is the answer to a search by name or number.
type SearchPage struct {
	Query            string
	Status           certification.Status // NotIssued: any
	Specialization   string               // "" any
	Total            int                  // the number of matches
	TotalIsAtLeast   bool                 // there may be more matches than Total
	Results          []certification.Statement
	Matches          []NameMatch                  // by result; nil: no name was searched for
	ByStatus         map[certification.Status]int // how many matches each filter of this kind leaves; NotIssued and "": none
	BySpecialization map[string]int
	Unfiltered       int      // the number of matches without a filter
	DidYouMean       []string // what to search for instead, where there is no match
	Limit            int
	Page             int // from 1, as Results are of it; 0 is 1
	MaxPage          int // the last one that is shown; 0 is 1
	Sample           bool
	Guidance         []GuidanceHit // that answers the query, beside the people
	Asked            bool          // the query is a question that Guidance answers, and nobody was found: it comes first
	AskedIn          string        // another language in which it is one, where it is none in that of the page; ""
}

// NameMatch is how the name of a result agrees with the one that was searched for.
type NameMatch uint8

// The matches.
const (
	NoName NameMatch = iota // a number was searched for
	ExactName
	CloseName
	OtherName
	numNameMatches
)

var nameMatchNames = [numNameMatches]string{"", "exact", "close", "different"}

// GuidanceHit is a part of a guidance page that answers a search. All of it is plain text.
type GuidanceHit struct {
	Slug    string // of the page, in the language of the search
	Title   string
	Anchor  string // of the part; "" for what stands before the first heading
	Heading string // likewise
	Snippet []SnippetPiece
}

// SnippetPiece is a stretch of a passage; it is marked where it answers a word of the search.
type SnippetPiece struct {
	Text   string
	Marked bool
}

// Answer is what the handler says where it has no record to show.
type Answer uint8

// The answers, with the HTTP status they go with.
const (
	Malformed   Answer = iota // 400: what was typed is no certification number
	NeverIssued               // 404: well formed, but never issued
	OutOfDate                 // 503: past next_update, nothing can be vouched for
	Overloaded                // 429 or 503
	BadQuery                  // 400: a query that is too long or invalid
	NotFound                  // 404: no such page
	Failed                    // 500
	NoSearch                  // a file: nobody answers searches
	NoSheet                   // a file: nobody makes answers for the files
	numAnswers
)

var answerNames = [numAnswers]string{"malformed", "never-issued", "out-of-date", "overloaded", "bad-query", "not-found", "failed", "no-search", "no-sheet"}

// String is the name of the answer in translation keys.
func (a Answer) String() string { return answerNames[a] }

// maxTyped bounds, in characters, what a page repeats of what a person typed.
const maxTyped = 100

// AnswerPage is a page without a record.
type AnswerPage struct {
	Answer Answer
	Typed  string               // what the person typed; the page repeats at most 100 characters of it
	Number certification.Number // for NeverIssued
	Sample bool
}

// SearchPath is where the forms send a search. The query handler answers there. The site has a file of this path, which
// says that searching is not possible and a look-up by number is: a host gives it where the handler does not answer.
const SearchPath = "search/index.html"

// FilingPath is where the query handler makes an answer for the files. The site has a file of this path as well, which
// says to print the record's page where the handler does not answer.
const FilingPath = "verify/print/index.html"

// RecordPath is the path of a record's page in a language, or of its JSON if language is "":
// "verify/MPSS123456.html", "es/verify/MPSS123456.html", "verify/MPSS123456.json".
func (r *Renderer) RecordPath(language string, n certification.Number) string {
	if language == "" {
		return "verify/" + n.String() + ".json"
	}
	return r.prefix(language) + "verify/" + n.String() + ".html"
}
