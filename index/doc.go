// Package index finds certifications by number and by name, and keeps the records that the
// query handler answers from.
//
// A Writer puts generation after generation into a state folder; Open reads one back; Holder keeps
// the newest one open while requests run. The package promises:
//
//   - What is searched is indexed (numbers and names); what changes is not. Status, dates and
//     specializations are decided when the question is asked, from the record table, by
//     certification.StatementAt. A change of status rewrites one segment of the table and no index.
//   - Work is in proportion to the change. A name that changes, comes or goes is listed beside the
//     search index, and searched in memory, until there are too many of them. Answers are the same.
//   - A generation is whole or not there. index.json is written last and names every other file
//     with its size and SHA-256. Open compares them all before anything is read from them,
//     for a damaged search index can answer wrongly without an error.
//   - A name is found by its words in any order, by beginnings, with typing mistakes, by a usual
//     short form or spelling (legalname's variants), and in Latin letters where it is on record in others.
//     testdata/relevance has the cases.
//   - A certificate that is not yet issued is never found, neither by number nor by name.
//   - A query is bounded: MaxQuery bytes, eight words, 64 characters a word, a fixed number of
//     dictionary terms a word. No text of a person reaches a query language.
//   - The same records, query and instant give the same results in the same order.
//
// The state folder is never public:
//
//	index.json                  the generation, the commit point
//	records/NN-HASH.ndjson      the record table in 256 segments, NN in hexadecimal
//	index/DIGEST/               the bleve index of the names with that digest
package index
