package main

import (
	"bytes"
	"context"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cmpss/registry/content"
	"github.com/cmpss/registry/themes"
)

// Going back to an earlier theme and content gives the bytes that they gave, statuses being
// those of now: the site is that of a build which has never seen another theme. Beside it stand
// the assets that pages in caches may still name, for a while.
func TestRollBackToAnEarlierTheme(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	copyFS(t, "a/theme", themes.Default())
	copyFS(t, "a/content", content.FS)
	copyFS(t, "b/theme", themes.Default())
	copyFS(t, "b/content", content.FS)
	edit(t, "b/theme/assets/style.css", "--page: #f6f7f9", "--page: #ffeeee")
	edit(t, "b/theme/translations/en.toml", "Look up a certification", "Find a certification")
	edit(t, "b/content/en/fees.md", "summary = \"", "summary = \"All of them: ")
	writeLines(t, "records.ndjson", sampleLines(t, 40))

	now := time.Date(2026, 11, 22, 20, 30, 0, 0, time.UTC)
	build := func(pages, out string) map[string]string {
		t.Helper()
		var output bytes.Buffer
		args := []string{
			"build", "--source", "records.ndjson", "--theme", pages + "/theme", "--content", pages + "/content",
			"--out", out, "--state", out + ".state", "--now", now.Format(time.RFC3339),
		}
		if status := run(context.Background(), args, process{&output, &output, func(string) (string, bool) { return "", false }, func() time.Time { return now }}); status != exitDone {
			t.Fatal(output.String())
		}
		now = now.Add(time.Hour)
		return published(t, out)
	}
	a := build("a", "site")
	b := build("b", "site")
	if page := "verify/" + firstRecord(a) + ".html"; a[page] == b[page] || a["guidance/fees.html"] == b["guidance/fees.html"] {
		t.Fatal("theme and content b make no difference")
	}
	again, fresh := build("a", "site"), build("a", "other")
	for path := range b {
		if _, there := fresh[path]; strings.HasPrefix(path, "assets/") && !there {
			if again[path] != b[path] {
				t.Errorf("%s, which pages in caches may still name, is gone", path)
			}
			delete(again, path)
		}
	}
	delete(again, "status.json") // it says when the site was published
	delete(fresh, "status.json")
	if diff := cmp.Diff(fresh, again); diff != "" {
		t.Errorf("after going back (-fresh +again):\n%.2000s", diff)
	}
	now = now.Add(8 * 24 * time.Hour)
	final, fresh := build("a", "site"), build("a", "third")
	if len(final) != len(fresh) {
		t.Errorf("a week later %d files stand, and %d of a fresh build", len(final), len(fresh))
	}
}

func firstRecord(files map[string]string) string {
	for path := range maps.Keys(files) {
		if name, ok := strings.CutPrefix(path, "verify/"); ok && strings.HasSuffix(name, ".html") {
			return strings.TrimSuffix(name, ".html")
		}
	}
	return ""
}

func copyFS(t *testing.T, dir string, from fs.FS) {
	t.Helper()
	if err := os.CopyFS(dir, from); err != nil {
		t.Fatal(err)
	}
}

// edit replaces the first occurrence of a text in a file.
func edit(t *testing.T, path, from, to string) {
	t.Helper()
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(body, []byte(from)) {
		t.Fatalf("%s does not hold %q", path, from)
	}
	text := strings.Replace(string(body), from, to, 1)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// published is every file of a site with its content.
func published(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		files[filepath.ToSlash(rel)] = string(body)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
