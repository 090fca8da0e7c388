package render

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/cmpss/registry/content"
	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/guidance"
	"github.com/cmpss/registry/themes"
)

func TestPreview(t *testing.T) {
	out := os.Getenv("PREVIEW")
	if out == "" {
		t.Skip()
	}
	files := fstest.MapFS{}
	fs.WalkDir(content.FS, ".", func(p string, d fs.DirEntry, err error) error {
		if d.IsDir() {
			return nil
		}
		b, _ := fs.ReadFile(content.FS, p)
		files[p] = &fstest.MapFile{Data: b}
		return nil
	})
	for p, f := range files {
		if filepath.Dir(p) == "en" && files["es/"+filepath.Base(p)] == nil {
			files["es/"+filepath.Base(p)] = f
		}
	}
	blocks, _ := fs.Sub(themes.Default(), "guidance")
	lib, err := guidance.Load(files, blocks, languages)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Load(os.DirFS("../../themes/default"), lib, testOptions)
	if err != nil {
		t.Fatal(err)
	}
	write := func(p string, b []byte) {
		p = filepath.Join(out, p)
		os.MkdirAll(filepath.Dir(p), 0o755)
		if err := os.WriteFile(p, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	pages, err := r.Fixed(true, instant)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pages {
		write(p.Path, p.Body)
	}
	for _, c := range cases() {
		s := c.statement(t)
		for _, l := range languages {
			b, err := r.AppendRecord(nil, l, &s)
			if err != nil {
				t.Fatal(err)
			}
			write(r.prefix(l)+"verify/"+c.name+".html", b)
		}
	}
	var results []certification.Statement
	for _, c := range cases() {
		results = append(results, c.statement(t))
	}
	for _, l := range languages {
		b, _ := r.AppendSearch(nil, l, SearchPage{Query: "jane", Total: 143, Results: results, Limit: 20})
		write(r.prefix(l)+"t/search.html", b)
		b, _ = r.AppendSearch(nil, l, SearchPage{Query: "zzzz <b>"})
		write(r.prefix(l)+"t/search-none.html", b)
		for a := range numAnswers {
			n, _ := certification.ParseNumber("MPSS999999")
			b, _ := r.AppendAnswer(nil, l, AnswerPage{Answer: a, Typed: "MPSS12<b>", Number: n})
			write(r.prefix(l)+"t/"+a.String()+".html", b)
		}
	}
}
