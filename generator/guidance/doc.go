// Package guidance turns the written guidance of a certification program into typed pages.
//
// It promises three things.
//
//   - A figure is typed once. Fees, sanctions, deadlines, standards and definitions are data
//     (facts/*.toml); a page shows them through a block on a line of its own, {{ fees }}, or
//     inside a sentence, {{ figure appeal }}. So two pages, or two languages, cannot disagree.
//   - What is loaded is whole. Load refuses an unknown key, a page or a text that one language
//     lacks, a link to a page or a heading that does not exist, a citation of a section that
//     the Guidelines do not have, and a sanction that names a standard the code does not have.
//     It reports everything it found, one line each, with the file and the line.
//   - What is rendered is safe. Markdown cannot carry raw HTML, images or links other than to
//     known pages, https, mailto and tel; facts pass through html/template.
//
// Loading is pure: the same files give the same pages and the same digest. It reads no clock
// and no environment.
//
// # Files
//
// The content file system holds one folder a language and the folder facts:
//
//	en/fees.md               front matter between +++ lines, then Markdown
//	en/fees.questions.toml   what people ask of it, by the part that answers; a page may have none
//	es/fees.md               the same page; a slug is the same word in every language
//	facts/*.toml             the data; every text stands there in all languages side by side
//
// The block file system holds one html/template for each block: fees.html, sanctions.html.
package guidance
