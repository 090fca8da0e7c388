package render

import (
	"io/fs"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/cmpss/registry/content"
	"github.com/cmpss/registry/generator/guidance"
	"github.com/cmpss/registry/themes"
)

var languages = []string{"en", "es"}

var testOptions = Options{Languages: languages, BaseURL: "https://registry.example.org", Version: "test"}

// instant is when the pages of these tests are made.
var instant = time.Date(2026, time.November, 22, 20, 30, 0, 0, time.UTC)

// loadGuidance loads the guidance of a theme and a folder of content.
func loadGuidance(theme, files fs.FS) (*guidance.Library, error) {
	blocks, err := fs.Sub(theme, "guidance")
	if err != nil {
		return nil, err
	}
	return guidance.Load(files, blocks, languages)
}

var loadLibrary = sync.OnceValues(func() (*guidance.Library, error) { return loadGuidance(themes.Default(), content.FS) })

var loadDefault = sync.OnceValues(func() (*Renderer, error) {
	library, err := loadLibrary()
	if err != nil {
		return nil, err
	}
	return Load(themes.Default(), library, testOptions)
})

func library(t testing.TB) *guidance.Library {
	t.Helper()
	lib, err := loadLibrary()
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

// renderer is one of the default theme, shared by the tests.
func renderer(t testing.TB) *Renderer {
	t.Helper()
	r, err := loadDefault()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// themeCopy is the default theme in memory, for a test to damage.
func themeCopy(t testing.TB) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(themes.Default(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(themes.Default(), path)
		files[path] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
