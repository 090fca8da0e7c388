// Package roster checks a whole list of certifications at once: it reads what people have, which is a
// spreadsheet saved as CSV or cells pasted from one, asks about every line, and puts first what
// needs a person's attention.
//
// A roster is text in UTF-8, UTF-16 or Windows-1252 (Decode). Its cells stand apart by tabs, semicolons,
// commas or vertical bars (Read). One column has the certification number; others may have the
// name, in one column or two, and a day of service for each line (Columns). The first line names the
// columns; without one that does, cells that are numbers, names and days are known as such. Every
// line that is not blank gets an answer: none is left out, whatever is wrong with it.
//
// Nothing here keeps or logs what a roster holds. The page for rosters does the same in a browser, by a
// script that takes its words from Vocabulary, and a browser test holds both to the same bytes.
package roster
