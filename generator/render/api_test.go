package render

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/cmpss/registry/content"
)

// TestInterfaceIsShown finds every address of the description on the page, with what it answers and a
// command that a shell can take apart again.
func TestInterfaceIsShown(t *testing.T) {
	openapi, err := fs.ReadFile(content.FS, "interface/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	operations, err := readInterface(openapi, "https://registry.example.org")
	if err != nil {
		t.Fatal(err)
	}
	if len(operations) < 5 {
		t.Fatalf("%d operations", len(operations))
	}
	r := *renderer(t)
	r.operations = operations
	e := *r.editions["es"]
	e.renderer = &r
	page, err := e.execute(pageAPI, e.apiView(false))
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range operations {
		if o.Summary == "" || len(o.Responses) < 2 || !strings.Contains(o.Example, "https://registry.example.org/api/v1/") {
			t.Errorf("%s %s: %+v", o.Method, o.Path, o)
		}
		for _, response := range o.Responses {
			if response.Description == "" {
				t.Errorf("%s %s: the answer %s is not described", o.Method, o.Path, response.Code)
			}
		}
		for _, want := range []string{escaped(o.Method + " " + o.Path), `<h3 id="` + o.ID + `" lang="en">` + escaped(o.Summary)} {
			if !strings.Contains(string(page), want) {
				t.Errorf("the page lacks %s", want)
			}
		}
	}
	if got := curl("https://x/?a=b", `{"name":"O'Neil"}`); !strings.HasSuffix(got, `-d '{"name":"O'\''Neil"}' `+"\\\n  'https://x/?a=b'") {
		t.Errorf("a quote in an example: %s", got)
	}
	for _, wrong := range []string{`{`, `{"paths":{"/api/x":{"get":{}}}}`} {
		if _, err := readInterface([]byte(wrong), ""); err == nil {
			t.Errorf("%s: no error", wrong)
		}
	}
}
