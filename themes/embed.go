// Package themes holds the look and the words of the site: templates, styles, script, icons
// and translations, as package render reads them, and the templates of the blocks of facts
// that package guidance reads. A folder given on the command line replaces the default one.
package themes

import (
	"embed"
	"io/fs"
)

//go:embed default
var files embed.FS

// Default is the theme that is used unless another is asked for.
func Default() fs.FS {
	theme, err := fs.Sub(files, "default")
	if err != nil {
		panic("themes: the folder is compiled in: " + err.Error())
	}
	return theme
}
