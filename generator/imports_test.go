package generator_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/cmpss/registry/"

// boundaries say what each package may import of this module, and of other modules. It is the
// table in ARCHITECTURE.md. A package that is not here may not exist.
var boundaries = map[string]struct{ own, foreign []string }{
	"generator/certification":              {},
	"generator/records":                    {own: []string{"generator/certification", "generator/records/internal/draftjson"}, foreign: []string{"github.com/klauspost/compress", "golang.org/x/sync"}},
	"generator/records/internal/draftjson": {own: []string{"generator/certification"}},
	"generator/records/postgres":           {own: []string{"generator/certification", "generator/records", "generator/records/internal/draftjson"}, foreign: []string{"github.com/jackc/pgx/v5"}},
	"generator/records/postgres/pgtest":    {own: []string{"generator/certification"}, foreign: []string{"github.com/jackc/pgx/v5"}},
	"generator/records/sample":             {own: []string{"generator/certification"}},
	"generator/advertisement":              {own: []string{"generator/certification", "generator/legalname"}, foreign: []string{"golang.org/x/text"}},
	"generator/legalname":                  {foreign: []string{"github.com/mozillazg/go-unidecode", "golang.org/x/text"}},
	"generator/site":                       {foreign: []string{"golang.org/x/net/html", "golang.org/x/sync"}},
	"generator/guidance":                   {foreign: []string{"github.com/yuin/goldmark", "github.com/BurntSushi/toml", "golang.org/x/sync", "golang.org/x/text"}},
	"generator/advice":                     {own: []string{"generator/certification", "generator/guidance"}},
	"generator/roster":                     {own: []string{"generator/certification", "generator/legalname"}, foreign: []string{"golang.org/x/sync", "golang.org/x/text"}},
	"generator/render":                     {own: []string{"generator/advertisement", "generator/advice", "generator/certification", "generator/guidance", "generator/legalname", "generator/roster", "generator/site"}, foreign: []string{"github.com/nicksnyder/go-i18n/v2", "github.com/BurntSushi/toml", "github.com/tdewolff/minify/v2", "golang.org/x/sync", "golang.org/x/text", "rsc.io/qr"}},
	"generator":                            {own: []string{"generator/certification", "generator/records", "generator/render", "generator/site"}, foreign: []string{"golang.org/x/sync"}},
	"generator/publish":                    {own: []string{"generator/site"}, foreign: []string{"golang.org/x/sync", "golang.org/x/sys"}},
	"generator/follow":                     {own: []string{"generator", "generator/certification", "generator/publish", "generator/records", "generator/render", "generator/site", "generator/watch"}},
	"generator/watch":                      {foreign: []string{"github.com/fsnotify/fsnotify"}},
	"index":                                {own: []string{"generator/certification", "generator/legalname"}, foreign: []string{"github.com/blevesearch", "golang.org/x/text", "golang.org/x/sync", "golang.org/x/sys"}},
	"index/passages":                       {own: []string{"generator/guidance"}, foreign: []string{"github.com/blevesearch", "golang.org/x/text"}},
	"index/web":                            {own: []string{"generator/advertisement", "generator/advice", "index/passages", "generator/certification", "generator/legalname", "generator/render", "index"}, foreign: []string{"github.com/klauspost/compress", "golang.org/x/sync", "golang.org/x/net"}},
	"content":                              {},
	"themes":                               {},
	"cmd/registry":                         {own: []string{"*"}, foreign: []string{"github.com/alecthomas/kong", "github.com/BurntSushi/toml", "github.com/prometheus/client_golang", "golang.org/x/sync"}},
}

// confined are the modules that only one part of the program may know.
var confined = map[string][]string{
	"github.com/jackc/pgx":       {"generator/records/postgres", "generator/records/postgres/pgtest"},
	"github.com/blevesearch":     {"index", "index/passages"},
	"github.com/mozillazg":       {"generator/legalname"},
	"github.com/fsnotify":        {"generator/watch"},
	"github.com/yuin/goldmark":   {"generator/guidance"},
	"github.com/alecthomas/kong": {"cmd/registry"},
}

func TestImportsStayWithinTheirBoundaries(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := 0
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var pkg struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&pkg); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(pkg.ImportPath, module)
		allowed, ok := boundaries[name]
		if !ok {
			t.Errorf("package %s has no place in the table of boundaries", name)
			continue
		}
		seen++
		for _, imported := range pkg.Imports {
			if own, ok := strings.CutPrefix(imported, module); ok {
				if !slices.Contains(allowed.own, own) && !slices.Contains(allowed.own, "*") {
					t.Errorf("%s imports %s", name, own)
				}
				continue
			}
			if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") {
				continue // the standard library
			}
			if !slices.ContainsFunc(allowed.foreign, func(m string) bool { return imported == m || strings.HasPrefix(imported, m+"/") }) {
				t.Errorf("%s imports %s", name, imported)
			}
			for m, owners := range confined {
				if strings.HasPrefix(imported, m) && !slices.Contains(owners, name) {
					t.Errorf("%s imports %s, which belongs to %v alone", name, imported, owners)
				}
			}
		}
	}
	if seen != len(boundaries) {
		t.Errorf("%d packages found, the table has %d", seen, len(boundaries))
	}
}
