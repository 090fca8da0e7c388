package render

import (
	"bytes"
	"cmp"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cmpss/registry/content"
)

// What Reload gives is what Load gives, whatever was edited; and it takes over what record pages
// are put together from when nothing that they show was.
func TestReloadGivesWhatLoadGives(t *testing.T) {
	former := renderer(t)
	for _, c := range []struct {
		name, file, from, to string
		ofTheme, takesOver   bool
	}{
		{name: "body", file: "en/fees.md", from: "All amounts", to: "All sums", takesOver: true},
		{name: "summary", file: "en/fees.md", from: "summary = \"", to: "summary = \"All: ", takesOver: true},
		{name: "title", file: "en/fees.md", from: "title = \"", to: "title = \"All: ", takesOver: true},
		{name: "fee", file: "facts/fees.toml", from: "dollars = 100", to: "dollars = 101", takesOver: true},
		{name: "figure", file: "facts/deadlines.toml", from: "n = 30", to: "n = 31"},
		{name: "question", file: "en/fees.questions.toml", from: "how much does it cost", to: "how much is it exactly", takesOver: true},
		{name: "fact", file: "facts/contacts.toml", from: "(279) 234-0699", to: "(279) 234-0698"},
		{name: "template", file: "templates/record.html", from: "<article", to: "<article id=\"x\"", ofTheme: true},
		{name: "nothing", file: "en/fees.md", takesOver: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			theme, guide := themeCopy(t), copyOf(t, content.FS)
			files := guide
			if c.ofTheme {
				files = theme
			}
			if !bytes.Contains(files[c.file].Data, []byte(c.from)) {
				t.Fatalf("%s does not hold %q", c.file, c.from)
			}
			files[c.file].Data = bytes.Replace(files[c.file].Data, []byte(c.from), []byte(c.to), 1)
			library, err := loadGuidance(theme, guide)
			if err != nil {
				t.Fatal(err)
			}
			want, err := Load(theme, library, testOptions)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Reload(former, theme, library, testOptions)
			if err != nil {
				t.Fatal(err)
			}
			if got.Digest() != want.Digest() {
				t.Error("the digests differ")
			}
			if took := got.frame == former.frame; took != c.takesOver {
				t.Errorf("takes over: %v", took)
			}
			wanted, made := everyPage(t, want), everyPage(t, got)
			for _, pages := range [...][]madePage{wanted, made} {
				slices.SortFunc(pages, func(a, b madePage) int {
					return cmp.Or(strings.Compare(a.address, b.address), bytes.Compare(a.body, b.body))
				})
			}
			if len(made) != len(wanted) {
				t.Fatalf("%d pages, want %d", len(made), len(wanted))
			}
			for i, page := range made {
				if page.address != wanted[i].address || !bytes.Equal(page.body, wanted[i].body) {
					t.Fatalf("%s: …%s…", page.address, firstDifference(page.body, wanted[i].body))
				}
			}
		})
	}
}

// A theme may list the guidance on record pages: their titles are followed there as well.
func TestReloadFollowsTitlesOnRecordPages(t *testing.T) {
	theme, guide := themeCopy(t), copyOf(t, content.FS)
	page := theme["templates/record.html"]
	page.Data = bytes.Replace(page.Data, []byte("<article"), []byte("{{range groups}}{{range .Pages}}<p>{{.Title}}</p>{{end}}{{end}}<article"), 1)
	var former *Renderer
	for _, title := range []string{"Fees and refunds", "What it costs"} {
		guide["en/fees.md"].Data = bytes.Replace(guide["en/fees.md"].Data, []byte("Fees and refunds"), []byte(title), 1)
		library, err := loadGuidance(theme, guide)
		if err != nil {
			t.Fatal(err)
		}
		r, err := Reload(former, theme, library, testOptions)
		if err != nil {
			t.Fatal(err)
		}
		s := cases()[0].statement(t)
		body, err := r.AppendRecord(nil, "en", &s)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(body, []byte("<p>"+title+"</p>")) {
			t.Errorf("the record page does not show %q", title)
		}
		former = r
	}
}

func copyOf(t *testing.T, from fs.FS) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(from, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(from, path)
		files[path] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
