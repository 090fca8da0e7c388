package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/publish"
	"github.com/cmpss/registry/generator/site"
	"github.com/cmpss/registry/index"
)

type checkCommand struct {
	Dir   string    `arg:"" help:"Folder of the published site." placeholder:"DIR"`
	State string    `help:"State folder that belongs to the site." default:".registry" placeholder:"DIR"`
	Now   time.Time `help:"Check as of this instant instead of the present one." placeholder:"RFC3339"`
}

// Run checks the site and prints a line for each fault.
func (c *checkCommand) Run(ctx context.Context, p *process) error {
	now := c.Now
	if now.IsZero() {
		now = p.now()
	}
	manifest, err := publish.ReadManifest(c.State)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("nothing was published with the state folder %s: give the --state that belongs to %s", c.State, c.Dir)
	}
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(c.Dir)
	if err != nil {
		return fmt.Errorf("open site: %w", err)
	}
	defer root.Close()
	if abs, err := filepath.Abs(c.Dir); err != nil || abs != manifest.Out {
		fmt.Fprintf(p.stderr, "note: the state folder %s belongs to %s; checking %s as a copy of it\n", c.State, manifest.Out, c.Dir)
	}
	faults := 0
	report := func(f site.Fault) {
		faults++
		fmt.Fprintln(p.stdout, f)
	}
	set, err := index.Open(c.State)
	if err != nil {
		report(site.Fault{Path: c.State, What: oneLine(err)})
	} else {
		defer set.Close()
	}
	progress := newProgress(p.stderr, false)
	err = site.Check(ctx, root.FS(), manifest, site.Checks{
		Workers:  runtime.GOMAXPROCS(0),
		Progress: progress.step,
		Record: func(number string, body []byte, pages []*site.Page) []string {
			return checkRecord(set, manifest, now, number, body, pages)
		},
	}, report)
	progress.done()
	if err != nil {
		return fmt.Errorf("check %s: %w", c.Dir, err)
	}
	if set != nil {
		checkTable(set, manifest, report)
	}
	files := len(manifest.Fixed) + len(manifest.Records)*len(manifest.Layout)
	if faults > 0 {
		return fmt.Errorf("%d faults; the site %s has %d files. \"registry build\" restores what is missing or out of date, with --full also what was altered; files that this program did not publish are yours to move away", faults, c.Dir, files)
	}
	fmt.Fprintf(p.stdout, "%d files of %d certifications are as published, agree with each other, and may be relied on at %s\n",
		files, len(manifest.Records), now.UTC().Format(time.RFC3339))
	return nil
}

// checkRecord holds the JSON of a record against its pages, the record table and the clock.
func checkRecord(set *index.Set, manifest *site.Manifest, now time.Time, number string, body []byte, pages []*site.Page) []string {
	s, err := certification.ParseStatement(body)
	if err != nil {
		return []string{oneLine(err)}
	}
	var faults []string
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	if s.Number.String() != number {
		fault("is about %s", s.Number)
	}
	if what := site.Overdue(s.ThisUpdate, s.NextUpdate, s.NextChange, now); what != "" {
		fault("%s", what)
	}
	for _, page := range pages {
		for key, want := range map[string]string{
			"data-status":    s.Status.String(),
			"data-confirmed": s.ThisUpdate.Format(time.RFC3339), // a page has whole seconds
			"data-until":     s.ReliableUntil().Format(time.RFC3339),
		} {
			if got := page.Data[key]; got != want {
				fault("%s says %s is %q, the JSON %q", page.Path, key, got, want)
			}
		}
		for _, text := range [...]string{number, s.LegalName} {
			if !strings.Contains(page.Text, text) {
				fault("%s does not have the number or the name in the JSON", page.Path)
			}
		}
	}
	if set == nil {
		return faults
	}
	record, ok := set.Record(s.Number)
	if !ok {
		fault("%s is not in the record table", s.Number)
		return faults
	}
	// The table holds what the page was made from: the same statement follows from it.
	if again, issued := certification.StatementAt(record, manifest.Read, manifest.AsOf); !issued || !bytes.Equal(append(again.AppendJSON(nil), '\n'), body) {
		fault("does not say what follows from the record table")
	}
	return faults
}

// checkTable finds certifications that the query handler would answer for although they have no page.
func checkTable(set *index.Set, manifest *site.Manifest, report func(site.Fault)) {
	issued := 0
	for record := range set.Records() {
		if _, ok := certification.StatementAt(record, manifest.Read, manifest.AsOf); ok {
			issued++
		}
	}
	if issued != len(manifest.Records) {
		report(site.Fault{Path: "record table", What: fmt.Sprintf("has %d issued certifications, the site %d", issued, len(manifest.Records))})
	}
}
