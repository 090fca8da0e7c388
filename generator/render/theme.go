package render

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/cmpss/registry/generator/legalname"
	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/css"
	"github.com/tdewolff/minify/v2/js"
	"github.com/tdewolff/minify/v2/svg"
)

// The pages a theme must have a template for, by file name.
const (
	pageHome          = "home"
	pageRecord        = "record"
	pageGuidance      = "guidance"
	pageGuidanceIndex = "guidance-index"
	pageSearch        = "search"
	pageAnswer        = "answer"
	pageKeeping       = "keeping"
	pageDay           = "day"
	pageTools         = "tools-index"
	pageStanding      = "tools-standing"
	pageCost          = "tools-cost"
	pageCourse        = "tools-course"
	pageSanction      = "tools-sanction"
	pageAdvertisement = "advertisement"
	pageAPI           = "api"
	pageRoster        = "roster"
	pageFiling        = "filing"
)

var pageNames = [...]string{
	pageHome,
	pageRecord,
	pageGuidance,
	pageGuidanceIndex,
	pageSearch,
	pageAnswer,
	pageKeeping,
	pageDay,
	pageTools,
	pageStanding,
	pageCost,
	pageCourse,
	pageSanction,
	pageAdvertisement,
	pageAPI,
	pageRoster,
	pageFiling,
}

// theme is what a theme folder holds, read and checked as far as that needs no language.
type theme struct {
	shared    []source                 // layout and parts, in the order of their names
	pages     map[string]source        // by page name
	icons     map[string]template.HTML // by name
	assets    map[string]string        // path on the site by file name
	integrity map[string]string        // by file name, for browsers to compare
	published []Page                   // the assets
	catalogs  map[string]*catalog      // by language
}

// source is a template file. Name is its path in the theme, for messages.
type source struct{ name, text string }

// indentation is white space that only a person who edits a template needs. Line ends stay,
// so that messages name the right line.
var indentation = regexp.MustCompile(`\n[ \t]+`)

func readTheme(fsys fs.FS, languages []string, figure figures) (*theme, error) {
	th := &theme{
		pages:     make(map[string]source),
		icons:     make(map[string]template.HTML),
		assets:    make(map[string]string),
		integrity: make(map[string]string),
		catalogs:  make(map[string]*catalog),
	}
	return th, errors.Join(th.readTemplates(fsys), th.readIcons(fsys), th.readAssets(fsys), th.publishAlphabet(), th.readCatalogs(fsys, languages, figure))
}

// eachFile calls visit for the files of a folder of the theme, in the order of their names.
func eachFile(fsys fs.FS, folder string, visit func(name string, data []byte) error) error {
	entries, err := fs.ReadDir(fsys, folder)
	if err != nil {
		return fmt.Errorf("theme: read the folder %s: %w", folder, err)
	}
	var errs []error
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), ".") || entry.IsDir() {
			continue
		}
		name := path.Join(folder, entry.Name())
		data, err := fs.ReadFile(fsys, name)
		if err == nil {
			err = visit(name, data)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("theme: %w", err))
		}
	}
	return errors.Join(errs...)
}

func (th *theme) readTemplates(fsys fs.FS) error {
	err := eachFile(fsys, "templates", func(name string, data []byte) error {
		page, isTemplate := strings.CutSuffix(path.Base(name), ".html")
		src := source{name, indentation.ReplaceAllString(string(data), "\n")}
		switch {
		case !isTemplate:
			return fmt.Errorf("%s: only .html files belong in this folder", name)
		case strings.Contains(src.text, markPrefix):
			return fmt.Errorf("%s: the text %q is reserved", name, markPrefix)
		case page == "layout" || strings.HasPrefix(page, "part-"):
			th.shared = append(th.shared, src)
		case slices.Contains(pageNames[:], page):
			th.pages[page] = src
		default:
			return fmt.Errorf("%s: no page has this name; shared parts have names that begin with part-", name)
		}
		return nil
	})
	for _, page := range pageNames {
		if _, ok := th.pages[page]; !ok && err == nil {
			return fmt.Errorf("theme: templates/%s.html is missing", page)
		}
	}
	return err
}

// readIcons reads the drawings that are written into pages. They are part of the theme, as
// the templates are, and as trusted.
func (th *theme) readIcons(fsys fs.FS) error {
	m := minify.New()
	return eachFile(fsys, "icons", func(name string, data []byte) error {
		icon, isSVG := strings.CutSuffix(path.Base(name), ".svg")
		if !isSVG {
			return fmt.Errorf("%s: only .svg files belong in this folder", name)
		}
		var small bytes.Buffer
		if err := svg.Minify(m, &small, bytes.NewReader(data), map[string]string{"inline": "1"}); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		th.icons[icon] = template.HTML(small.String())
		return nil
	})
}

// readAssets makes the assets small and names each by its content, so that a page can never
// be shown with the style of another version and every asset can be cached for ever.
func (th *theme) readAssets(fsys fs.FS) error {
	m := minify.New()
	m.AddFunc("text/css", css.Minify)
	m.AddFunc("text/javascript", js.Minify)
	m.AddFunc("image/svg+xml", svg.Minify)
	types := map[string]string{".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
	return eachFile(fsys, "assets", func(name string, data []byte) error {
		base := path.Base(name)
		ext := path.Ext(base)
		switch {
		case ext == "" || strings.Trim(base, "abcdefghijklmnopqrstuvwxyz0123456789.-") != "":
			return fmt.Errorf("%s: the name of an asset has lower-case letters, digits, hyphens and an extension", name)
		case base == alphabetAsset:
			return fmt.Errorf("%s: the program makes the asset of this name", name)
		}
		if kind := types[ext]; kind != "" {
			var small bytes.Buffer
			if err := m.Minify(kind, &small, bytes.NewReader(data)); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			data = small.Bytes()
		}
		th.publish(base, data)
		return nil
	})
}

// publish names an asset by its content.
func (th *theme) publish(name string, data []byte) {
	sum := sha256.Sum256(data)
	ext := path.Ext(name)
	published := "assets/" + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
	th.assets[name] = published
	th.integrity[name] = "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
	th.published = append(th.published, Page{Path: published, Body: data})
}

// alphabetAsset is the one asset that no file of a theme holds: how names in other scripts are spelled in
// Latin letters, for the page for rosters.
const alphabetAsset = "alphabet.json"

// publishAlphabet adds it to the assets.
func (th *theme) publishAlphabet() error {
	data, err := alphabet()
	if err != nil {
		return fmt.Errorf("render: the Latin spellings of letters: %w", err)
	}
	th.publish(alphabetAsset, data)
	return nil
}

var alphabet = sync.OnceValues(func() ([]byte, error) { return json.Marshal(legalname.NewAlphabet()) })

func (th *theme) readCatalogs(fsys fs.FS, languages []string, figure figures) error {
	var errs []error
	for _, lang := range languages {
		name := path.Join("translations", lang+".toml")
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			errs = append(errs, fmt.Errorf("theme: the translations of %q: %w", lang, err))
			continue
		}
		data, err = putFigures(name, data, figure)
		if err != nil {
			errs = append(errs, fmt.Errorf("theme: %w", err))
			continue
		}
		c, err := loadCatalog(name, lang, data)
		if err != nil {
			errs = append(errs, fmt.Errorf("theme: %w", err))
			continue
		}
		th.catalogs[lang] = c
	}
	return errors.Join(errs...)
}

// figures gives a number of the facts by its name: a time limit or another figure.
type figures func(id string) (int, bool)

var figureReference = regexp.MustCompile(`\{figure:([a-z0-9-]*)\}`)

// putFigures puts the numbers of the facts in the place of {figure:ID}, so that no translation
// has a figure of its own.
func putFigures(file string, data []byte, figure figures) ([]byte, error) {
	var errs []error
	lines := bytes.SplitAfter(data, []byte("\n"))
	for i, line := range lines {
		lines[i] = figureReference.ReplaceAllFunc(line, func(reference []byte) []byte {
			id := string(figureReference.FindSubmatch(reference)[1])
			n, ok := figure(id)
			if !ok {
				errs = append(errs, fmt.Errorf("%s:%d: the facts have no figure %q", file, i+1, id))
			}
			return strconv.AppendInt(nil, int64(n), 10)
		})
	}
	return bytes.Join(lines, nil), errors.Join(errs...)
}
