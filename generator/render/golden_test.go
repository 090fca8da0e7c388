package render

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cmpss/registry/generator/certification"
)

var update = flag.Bool("update", false, "write the golden files in testdata anew")

// Ten pages as they are published. After a change that is meant, look at the difference that
// -update makes.
func TestGolden(t *testing.T) {
	r := renderer(t)
	pages := map[string][]byte{}
	for _, c := range cases() {
		s := c.statement(t)
		switch c.name {
		case "active", "revoked", "lapsed", "unavailable", "sample":
			pages["record-"+c.name+".en.html"] = record(t, r, "en", &s)
		case "under-investigation", "vacated":
			pages["record-"+c.name+".es.html"] = record(t, r, "es", &s)
		}
	}
	fixed, err := r.Fixed(false, instant)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range fixed {
		switch p.Path {
		case "index.html", "es/404.html", "robots.txt", ".well-known/security.txt":
			pages[strings.ReplaceAll(strings.TrimPrefix(p.Path, ".well-known/"), "/", "-")] = p.Body
		}
	}
	first, second := cases()[0].statement(t), cases()[1].statement(t)
	pages["search.en.html"], err = r.AppendSearch(nil, "en", SearchPage{
		Query: "jane <doe>", Total: 31, Limit: 20, MaxPage: 10, Results: []certification.Statement{first, second}, Matches: []NameMatch{ExactName, CloseName},
		ByStatus: map[certification.Status]int{certification.NotIssued: 31, certification.Active: 30, certification.Lapsed: 1}, BySpecialization: map[string]int{"": 31},
	})
	if err != nil {
		t.Fatal(err)
	}
	pages["malformed.es.html"], err = r.AppendAnswer(nil, "es", AnswerPage{Answer: Malformed, Typed: "<MPSS12>"})
	if err != nil {
		t.Fatal(err)
	}
	keeping, err := r.Keeping(keepingSpecimens()[1])
	if err != nil {
		t.Fatal(err)
	}
	pages["status.en.html"] = keeping[0].Body
	for name, got := range pages {
		// The name of an asset says what is in it, which is not what these files are about.
		for file, published := range r.theme.assets {
			got = bytes.ReplaceAll(got, []byte(published), []byte("assets/"+file))
			hash := strings.ReplaceAll(r.theme.integrity[file], "+", "&#43;") // as html/template writes it
			got = bytes.ReplaceAll(got, []byte(hash), []byte("sha256-of-"+file))
		}
		path := filepath.Join("testdata", "golden", name)
		if *update {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Errorf("%v; run the test with -update", err)
			continue
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not as it was: …%s… where …%s… stood", name, firstDifference(got, want), firstDifference(want, got))
		}
	}
}
