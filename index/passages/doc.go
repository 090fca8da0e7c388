// Package passages finds the part of the guidance that answers a question.
//
// An Index holds the guidance of one language, page by page and part by part. It promises:
//
//   - A question is read as people type it: in any order, without accents, in another form of a
//     word, with everyday words for the terms of the program (facts/synonyms.toml), and with a
//     typing mistake in a word that the guidance does not have.
//   - What a page is asked for, in the words of those who ask, stands in a file beside it, and from these questions the index learns
//     which page a question is for, and which part of it, though the page has other words.
//   - A question is bounded: MaxQuery bytes, 24 words. No text of a person reaches a query
//     language; the terms are looked up one by one, in every page.
//   - A page is found once, with the part that answers, or its summary where none does clearly, and the words found in it are marked.
//   - The same pages and question give the same answer in the same order.
//
// Two ways to find a page are weighed against each other: what it says (Okapi BM25, by where a word stands), and what was learned from
// the questions of all pages (logistic regression). There are tens of pages, so they are scored one by one and need no engine; of
// bleve, the package takes what knows the languages: filling words and stems. An Index is made when the pages are loaded, in some tenths
// of a second, and never changes.
package passages
