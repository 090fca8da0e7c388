package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// hugoVersion is the general-purpose generator of sites that this one is held against.
const hugoVersion = "github.com/gohugoio/hugo@v0.152.2"

// hugoTemplate is a plain page about a certification, of 2.4 KB. Ours have three times as much.
const hugoTemplate = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ .Title }}, {{ .Params.number }} - Registry</title>
<meta name="robots" content="noindex, noarchive">
<link rel="stylesheet" href="/assets/style.css">
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header><p><a href="/">Registry of peer support specialists</a></p>
<nav aria-label="Main"><ul><li><a href="/">Look up</a></li><li><a href="/guidance/index.html">Guidance</a></li></ul></nav></header>
<main id="main">
<h1>{{ .Title }}</h1>
{{ .Content }}
<dl>
<dt>Legal name</dt><dd>{{ .Title }}</dd>
<dt>Certification number</dt><dd>{{ .Params.number }}</dd>
<dt>Date active</dt><dd>{{ .Params.from }}</dd>
<dt>Date of expiration</dt><dd>{{ .Params.to }}</dd>
</dl>
<p>This page says what the records said when it was last confirmed. It may be relied on until the time that
stands above. After that, load the page again, or call the certifying entity. The certification is valid only
while its status is active: one that is lapsed, expired, suspended, revoked or vacated is not valid today. A
complaint that is being looked into is not a finding. If something on this page is wrong, call the certifying
entity, which keeps the records, and tell it the number that stands above. A number is never given twice.</p>
<p>When you check a certification, compare the name on this page with the name on the card or in the
advertisement. The number alone does not prove that the person who shows it is the person it was given to. Ask
for a photo identification if you are not sure, and keep a print of this page with the date on which you looked
for your file. A person who was certified before may be certified again, under another number.</p>
<p>The history of a certification is kept for as long as the registry is. Between a lapsed term and the next
one there was no valid certification, and whoever worked under the title in that time did so without one.</p>
</main>
<footer><p>CalMHSA Peer Certification<br>(279) 234-0699<br>PeerCertification@calmhsa.org<br>1610 Arden Way, Suite
175, Sacramento, CA 95815</p></footer>
</body>
</html>
`

const hugoConfiguration = `baseURL = "https://registry.example/"
title = "Registry"
uglyURLs = true
disableKinds = ["taxonomy", "term", "RSS", "sitemap", "section", "home", "404", "robotsTXT"]
`

// BenchmarkAgainstHugo builds the HTML pages of 100,000 records, and in the same run as many
// pages with Hugo, each in a process of its own. Hugo is installed first, from its module.
func BenchmarkAgainstHugo(b *testing.B) {
	dir := b.TempDir()
	install := exec.CommandContext(b.Context(), "go", "install", hugoVersion)
	install.Dir = dir // outside of this module
	install.Env = append(os.Environ(), "GOBIN="+dir, "GOFLAGS=-mod=mod", "CGO_ENABLED=0")
	if output, err := install.CombinedOutput(); err != nil {
		b.Fatalf("go install %s: %v\n%s", hugoVersion, err, output)
	}
	sampleFile(b, dir)
	site := filepath.Join(dir, "hugo-site")
	writeHugoSite(b, filepath.Join(dir, "records.ndjson"), site)
	var ours, theirs time.Duration
	var oursMB, theirsMB float64
	for b.Loop() {
		elapsed, mb := runProcess(b, dir, []string{htmlOnly + "=1"}, buildArgs...)
		ours, oursMB = ours+elapsed, max(oursMB, mb)
		os.RemoveAll(filepath.Join(dir, "public"))
		os.RemoveAll(filepath.Join(dir, ".registry"))

		cmd := exec.CommandContext(b.Context(), filepath.Join(dir, "hugo"), "--source", site, "--logLevel", "error")
		start := time.Now()
		if output, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("hugo: %v\n%s", err, output)
		}
		theirs += time.Since(start)
		theirsMB = max(theirsMB, float64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)/1024)
		os.RemoveAll(filepath.Join(site, "public"))
	}
	b.ReportMetric(ours.Seconds()/float64(b.N), "s/build")
	b.ReportMetric(theirs.Seconds()/float64(b.N), "s/hugo")
	b.ReportMetric(theirs.Seconds()/ours.Seconds(), "hugo/build")
	b.ReportMetric(oursMB, "peak-MB")
	b.ReportMetric(theirsMB/oursMB, "hugo-MB/peak-MB")
}

// writeHugoSite writes a page of content for each record of the file.
func writeHugoSite(b *testing.B, records, site string) {
	b.Helper()
	for name, text := range map[string]string{"hugo.toml": hugoConfiguration, "layouts/_default/record.html": hugoTemplate} {
		writeFile(b, filepath.Join(site, name), []byte(text))
	}
	in, err := os.Open(records)
	if err != nil {
		b.Fatal(err)
	}
	defer in.Close()
	var page bytes.Buffer
	for lines := bufio.NewScanner(in); lines.Scan(); {
		var r struct {
			Number string
			Name   string `json:"legal_name"`
			Terms  []struct{ From, To string }
		}
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			b.Fatal(err)
		}
		term := r.Terms[len(r.Terms)-1]
		page.Reset()
		fmt.Fprintf(&page, "---\ntitle: %q\nnumber: %s\nfrom: %q\nto: %q\nlayout: record\n---\nThe certification is valid today.\n", r.Name, r.Number, term.From, term.To)
		writeFile(b, filepath.Join(site, "content", "verify", r.Number+".md"), page.Bytes())
	}
}

func writeFile(b *testing.B, name string, body []byte) {
	b.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(name, body, 0o644); err != nil {
		b.Fatal(err)
	}
}
