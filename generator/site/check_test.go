package site

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// publishedSite is a small site with its manifest.
func publishedSite() (fstest.MapFS, *Manifest) {
	files := map[string]string{
		"index.html":             `<main><h1 id="top">Home</h1><a href="/guidance/fees.html#tama%C3%B1o">f</a> <a href="#top">t</a> <form action="/search"></form><a href="/search?q=x">s</a> <a href="https://example.org/">e</a> <a href="mailto:a@example.org">m</a><img src="/assets/i.svg"></main>`,
		"guidance/fees.html":     `<main><h2 id="tamaño">Fees</h2><a href="/">home</a><a href="../index.html">home</a></main>`,
		"guidance/index.html":    `<main><a href="/guidance/">here</a></main>`,
		"assets/i.svg":           `<svg/>`,
		"verify/MPSS123456.html": `<main><p data-status="active">Jane <bdi>Doe</bdi> &amp; Co</p><template>not this</template><a href="/verify/MPSS123456.json">j</a></main>`,
		"verify/MPSS123456.json": `{}`,
	}
	published := fstest.MapFS{}
	m := &Manifest{Version: ManifestVersion, Layout: []string{"verify/*.json", "verify/*.html"}}
	for _, path := range []string{"assets/i.svg", "guidance/fees.html", "guidance/index.html", "index.html"} {
		m.Fixed = append(m.Fixed, FixedEntry{Path: path, Sum: SumOf([]byte(files[path]))})
	}
	m.Records = []RecordEntry{{Record: Record{Number: "MPSS123456"}, Files: []Sum{SumOf([]byte(files["verify/MPSS123456.json"])), SumOf([]byte(files["verify/MPSS123456.html"]))}}}
	for path, body := range files {
		published[path] = &fstest.MapFile{Data: []byte(body)}
	}
	return published, m
}

func faultsOf(t *testing.T, published fstest.MapFS, m *Manifest, checks Checks) []string {
	t.Helper()
	var faults []string
	if err := Check(t.Context(), published, m, checks, func(f Fault) { faults = append(faults, f.String()) }); err != nil {
		t.Fatal(err)
	}
	slices.Sort(faults)
	return faults
}

func TestCheckFindsNothingInAWholeSite(t *testing.T) {
	published, m := publishedSite()
	called := false
	faults := faultsOf(t, published, m, Checks{Workers: 2, Record: func(number string, json []byte, pages []*Page) []string {
		called = number == "MPSS123456" && string(json) == "{}" && len(pages) == 1 && pages[0].Data["data-status"] == "active" && pages[0].Text == "Jane Doe & Co j"
		if !called {
			t.Errorf("%s %s %+v", number, json, pages[0])
		}
		return nil
	}})
	if len(faults) > 0 || !called {
		t.Errorf("called %v, faults %q", called, faults)
	}
}

func TestCheckFindsEachFault(t *testing.T) {
	set := func(m *Manifest, published fstest.MapFS, path, body string) {
		published[path] = &fstest.MapFile{Data: []byte(body)}
		for i := range m.Fixed {
			if m.Fixed[i].Path == path {
				m.Fixed[i].Sum = SumOf([]byte(body))
			}
		}
	}
	for name, test := range map[string]struct {
		spoil func(fstest.MapFS, *Manifest)
		want  string
	}{
		"missing":    {func(p fstest.MapFS, _ *Manifest) { delete(p, "verify/MPSS123456.json") }, "verify/MPSS123456.json: is missing"},
		"altered":    {func(p fstest.MapFS, _ *Manifest) { p["assets/i.svg"].Data = []byte("<SVG/>") }, "assets/i.svg: does not have the bytes"},
		"stranger":   {func(p fstest.MapFS, _ *Manifest) { p["x/y.txt"] = &fstest.MapFile{} }, "x/y.txt: is not in the manifest"},
		"dead link":  {func(p fstest.MapFS, m *Manifest) { set(m, p, "guidance/index.html", `<a href="/nowhere.html">`) }, "guidance/index.html: links to /nowhere.html"},
		"dead place": {func(p fstest.MapFS, m *Manifest) { set(m, p, "guidance/index.html", `<a href="/index.html#no">`) }, "guidance/index.html: links to /index.html#no"},
		"dead here":  {func(p fstest.MapFS, m *Manifest) { set(m, p, "guidance/index.html", `<a href="#no">`) }, "guidance/index.html: links to #no"},
		"dead image": {func(p fstest.MapFS, m *Manifest) { set(m, p, "guidance/index.html", `<img src="x.png">`) }, "guidance/index.html: links to x.png"},
	} {
		t.Run(name, func(t *testing.T) {
			published, m := publishedSite()
			test.spoil(published, m)
			if faults := faultsOf(t, published, m, Checks{Workers: 1}); len(faults) != 1 || !strings.HasPrefix(faults[0], test.want) {
				t.Errorf("faults %q, want %q", faults, test.want)
			}
		})
	}
}

func TestOverdue(t *testing.T) {
	now := time.Unix(1000, 0)
	for _, test := range []struct {
		this, next, change time.Time
		want               string
	}{
		{now, now.Add(1), time.Time{}, ""},
		{now, now, time.Time{}, "relied on"},
		{now, now.Add(1), now, "changed"},
		{now, now.Add(1), now.Add(1), ""},
		{now.Add(time.Hour), now.Add(2 * time.Hour), time.Time{}, "future"},
	} {
		if got := Overdue(test.this, test.next, test.change, now); (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
			t.Errorf("next %s, change %s: %q", test.next, test.change, got)
		}
	}
}
