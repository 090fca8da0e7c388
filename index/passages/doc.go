// Package passages finds the part of the guidance that answers a question.
//
// An Index holds the guidance of one language: a document for each part of a page below a
// heading. It promises:
//
//   - A question is read as people type it: in any order, without accents, in another form of a
//     word, with everyday words for the terms of the program (facts/synonyms.toml), and with a
//     typing mistake in a word that the guidance does not have.
//   - A question is bounded: MaxQuery bytes, eight words. No text of a person reaches a query
//     language; the terms are looked up one by one.
//   - A page is found once, by its best part, and the words found in it are marked.
//   - The same pages and question give the same answer in the same order.
//
// An Index is built in memory when the pages are loaded, in milliseconds, and never changes.
package passages
