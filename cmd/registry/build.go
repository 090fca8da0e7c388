package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/cmpss/registry/generator"
	"github.com/cmpss/registry/generator/publish"
	"github.com/cmpss/registry/index"
)

type buildCommand struct {
	Source string    `help:"Where the records are: postgres://…, or a file .ndjson or .csv, also .gz." required:"" placeholder:"S"`
	Out    string    `help:"Folder that the site is published to." default:"public" placeholder:"DIR"`
	State  string    `help:"Folder for manifest, index and record table; never serve it." default:".registry" placeholder:"DIR"`
	Now    time.Time `help:"Build as of this instant instead of the present one." placeholder:"RFC3339"`
	JSON   bool      `help:"Report as JSON." name:"json"`
	Full   bool      `help:"Write every file again, even one whose bytes are as they were."`
	Accept string    `help:"Publish exactly the difference with this digest, which the guard held." placeholder:"DIGEST"`

	NoSpecializations bool `help:"Leave the areas of specialization out of every page."`

	MaxStatusChanges float64 `help:"Hold a build in which the source changes a larger share of statuses, in per cent." default:"5" placeholder:"PERCENT"`
	MaxVanished      float64 `help:"Hold a build in which a larger share of records has vanished, in per cent." default:"0.5" placeholder:"PERCENT"`
	MaxRejected      float64 `help:"Hold a build in which a larger share of rows is rejected, in per cent." default:"0.1" placeholder:"PERCENT"`
	HoldAbove        int     `help:"Never hold a build for this many changes or fewer." default:"10" placeholder:"N"`

	pagesFlags `embed:""`
}

// buildReport is what a build did. Durations are in seconds.
type buildReport struct {
	AsOf     time.Time      `json:"as_of"`
	Read     int            `json:"read"`
	Rejected []rejectedRow  `json:"rejected"`
	Records  map[string]int `json:"records"`
	Rendered int            `json:"rendered"`
	Files    int            `json:"files"`
	Written  int            `json:"written"`
	Bytes    int64          `json:"bytes"`
	Removed  int            `json:"removed"`
	Added    int            `json:"records_added"`
	Vanished int            `json:"records_vanished"`
	Seconds  struct {
		Load    float64 `json:"load"`
		Read    float64 `json:"read"`
		Build   float64 `json:"build"`
		Publish float64 `json:"publish"`
		Index   float64 `json:"index"` // beside publish
		Total   float64 `json:"total"`
	} `json:"seconds"`
	Held *heldReport `json:"held,omitempty"`
}

type rejectedRow struct {
	Place  string `json:"place"`
	Reason string `json:"reason"`
}

type heldReport struct {
	Digest   string                 `json:"digest"`
	Reasons  []string               `json:"reasons"`
	Status   []publish.StatusChange `json:"status_changes"`
	Vanished []string               `json:"vanished"`
}

// Run builds and publishes the site once.
func (c *buildCommand) Run(ctx context.Context, p *process) error {
	progress := newProgress(p.stderr, c.JSON)
	defer progress.done()
	report, err := c.build(ctx, p.now, progress)
	progress.done()
	if held, ok := errors.AsType[*publish.HeldError](err); ok {
		d := held.Difference
		report.Held = &heldReport{d.Digest(), held.Reasons, d.Status, d.Vanished}
	}
	if c.JSON {
		enc := json.NewEncoder(p.stdout)
		enc.SetIndent("", " ")
		if encErr := enc.Encode(report); encErr != nil && err == nil {
			err = fmt.Errorf("print report: %w", encErr)
		}
		return err
	}
	report.printRejected(p.stderr)
	if report.Held != nil {
		report.Held.print(p.stderr)
	}
	if err != nil {
		return err
	}
	report.print(p.stdout, c.Out)
	return nil
}

func (c *buildCommand) build(ctx context.Context, clock func() time.Time, progress *progress) (*buildReport, error) {
	report := &buildReport{Rejected: []rejectedRow{}, Records: map[string]int{}}
	began := clock()
	lap := began
	took := func(seconds *float64) {
		now := clock()
		*seconds, lap = now.Sub(lap).Seconds(), now
		report.Seconds.Total = now.Sub(began).Seconds()
	}

	pages, descriptions, err := c.load()
	if err != nil {
		return report, err
	}
	took(&report.Seconds.Load)

	source, err := openSource(c.Source)
	if err != nil {
		return report, err
	}
	// The statements are confirmed as of the beginning of the read, not its end.
	asOf := c.Now
	if asOf.IsZero() {
		asOf = clock()
	}
	report.AsOf = asOf.UTC()
	snapshot, err := source.Snapshot(ctx, func(rows int) { progress.step("reading", rows, 0) })
	if err != nil {
		return report, fmt.Errorf("%w; the published site stays as it is", err)
	}
	report.Read = snapshot.Read
	for _, r := range snapshot.Rejections {
		report.Rejected = append(report.Rejected, rejectedRow{r.Place, oneLine(r.Reason)})
	}
	took(&report.Seconds.Read)

	if c.NoSpecializations { // neither on a page nor in the record table
		for i, r := range snapshot.Records {
			snapshot.Records[i] = r.WithoutSpecializations()
		}
	}
	built, err := generator.Build(generator.Input{Snapshot: snapshot, AsOf: asOf, Pages: pages, Interface: descriptions, Version: version})
	if err != nil {
		return report, err
	}
	report.Records = built.Status.Records
	took(&report.Seconds.Build)

	publisher, err := publish.Open(publish.Options{
		Out: c.Out, State: c.State,
		Limits: publish.Limits{
			StatusShare: c.MaxStatusChanges / 100, VanishedShare: c.MaxVanished / 100, RejectedShare: c.MaxRejected / 100, Least: c.HoldAbove,
		},
		Workers:  runtime.GOMAXPROCS(0),
		Progress: progress.step,
	})
	if err != nil {
		return report, err
	}
	defer publisher.Close()
	result, err := publisher.Publish(ctx, built, publish.Run{
		Accept: c.Accept, Full: c.Full,
		Beside: func(ctx context.Context) error {
			start := clock()
			_, _, err := index.Write(ctx, c.State, snapshot.Records, asOf)
			report.Seconds.Index = clock().Sub(start).Seconds()
			return err
		},
	})
	report.Rendered, report.Files, report.Written, report.Bytes, report.Removed = result.Rendered, result.Files, result.Written, result.Bytes, result.Removed
	report.Added, report.Vanished = len(result.Difference.Added), len(result.Difference.Vanished)
	took(&report.Seconds.Publish)
	return report, err
}

// maxRejectedLines bounds what is printed of rejected rows; --json reports all.
const maxRejectedLines = 50

func (r *buildReport) printRejected(w io.Writer) {
	for i, row := range r.Rejected {
		if i == maxRejectedLines {
			fmt.Fprintf(w, "and %d more rejected rows; --json reports all\n", len(r.Rejected)-i)
			break
		}
		fmt.Fprintf(w, "rejected %s: %s\n", row.Place, row.Reason)
	}
}

func (h *heldReport) print(w io.Writer) {
	const limit = 20
	for i, change := range h.Status {
		if i == limit {
			fmt.Fprintf(w, "and %d more changes of status; --json lists all\n", len(h.Status)-i)
			break
		}
		fmt.Fprintf(w, "held %s: %s becomes %s\n", change.Number, change.From, change.To)
	}
	for i, number := range h.Vanished {
		if i == limit {
			fmt.Fprintf(w, "and %d more vanished records; --json lists all\n", len(h.Vanished)-i)
			break
		}
		fmt.Fprintf(w, "held %s: vanished from the source\n", number)
	}
}

func (r *buildReport) print(w io.Writer, out string) {
	total := 0
	for _, n := range r.Records {
		total += n
	}
	fmt.Fprintf(w, "read       %d records in %s, %d rejected\n", r.Read, seconds(r.Seconds.Read), len(r.Rejected))
	fmt.Fprintf(w, "built      %d certifications as of %s in %s\n", total, r.AsOf.Format(time.RFC3339), seconds(r.Seconds.Build))
	fmt.Fprintf(w, "rendered   the files of %d certifications\n", r.Rendered)
	fmt.Fprintf(w, "wrote      %d of %d files, %.1f MB, removed %d, in %s (index beside it %s)\n",
		r.Written, r.Files, float64(r.Bytes)/1e6, r.Removed, seconds(r.Seconds.Publish), seconds(r.Seconds.Index))
	fmt.Fprintf(w, "done       %s in %s\n", out, seconds(r.Seconds.Total))
}

func seconds(s float64) string { return fmt.Sprintf("%.2f s", s) }
