// Package content holds the guidance that the registry publishes: Markdown pages by language,
// and the facts that they show as data. A folder given on the command line replaces it.
package content

import "embed"

// FS holds a folder for each language and the folder facts, as package guidance reads them, and
// the folder interface: the descriptions for programs that are published with the site.
//
//go:embed en es facts interface
var FS embed.FS
