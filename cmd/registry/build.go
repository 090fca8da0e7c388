package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/follow"
	"github.com/cmpss/registry/generator/publish"
	"github.com/cmpss/registry/generator/records"
	"github.com/cmpss/registry/generator/watch"
)

type buildCommand struct {
	Now    time.Time `help:"Build as of this instant instead of the present one." placeholder:"RFC3339"`
	JSON   bool      `help:"Report as JSON." name:"json"`
	Forget []string  `help:"Numbers that were published by mistake and are no longer in the source: remove their pages instead of saying that they were withdrawn." placeholder:"NUMBER"`
	Full   bool      `help:"Write every file again, even one whose bytes are as they were."`

	siteFlags `embed:""`
}

// buildReport is what a build did. Durations are in seconds.
type buildReport struct {
	AsOf     time.Time      `json:"as_of"`
	Read     int            `json:"read"`
	Rejected []rejectedRow  `json:"rejected"`
	Warnings []string       `json:"warnings"`
	Records  map[string]int `json:"records"`
	Rendered int            `json:"rendered"`
	Files    int            `json:"files"`
	Written  int            `json:"written"`
	Bytes    int64          `json:"bytes"`
	Removed  int            `json:"removed"`
	Added    int            `json:"records_added"`
	Vanished int            `json:"records_vanished"`
	Seconds  struct {
		Read    float64 `json:"read"`
		Build   float64 `json:"build"`
		Publish float64 `json:"publish"`
		Index   float64 `json:"index"` // beside publish
		Total   float64 `json:"total"`
	} `json:"seconds"`
	Unchanged bool        `json:"unchanged"` // everything was as at the last build: nothing was to be done
	Held      *heldReport `json:"held,omitempty"`
}

type rejectedRow struct {
	Place  string `json:"place"`
	Reason string `json:"reason"`
}

// heldReport is the difference that the digest names, and how much was let pass before it.
type heldReport struct {
	Digest         string                 `json:"digest"`
	Reasons        []string               `json:"reasons"`
	Status         []publish.StatusChange `json:"status_changes"`
	Vanished       []string               `json:"vanished"`
	StatusBefore   int                    `json:"status_changes_let_pass"`
	VanishedBefore int                    `json:"vanished_let_pass"`
}

// Run builds and publishes the site once.
func (c *buildCommand) Run(ctx context.Context, p *process) error {
	progress := newProgress(p.stderr, c.JSON)
	defer progress.done()
	report, err := c.build(ctx, p.now, progress)
	progress.done()
	if held, ok := errors.AsType[*publish.HeldError](err); ok {
		d := held.Difference
		report.Held = &heldReport{d.Digest(), held.Reasons, d.Status, d.Vanished, d.StatusBefore, d.VanishedBefore}
	}
	if c.JSON {
		enc := json.NewEncoder(p.stdout)
		enc.SetIndent("", " ")
		if encErr := enc.Encode(report); encErr != nil && err == nil {
			err = fmt.Errorf("print report: %w", encErr)
		}
		return err
	}
	for _, warning := range report.Warnings {
		fmt.Fprintf(p.stderr, "warning: %s\n", warning)
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
	report := &buildReport{Rejected: []rejectedRow{}, Warnings: []string{}, Records: map[string]int{}}
	began := clock()
	options := follow.Options{Now: clock, Clock: clock, Full: c.Full, Progress: progress.step}
	if !c.Now.IsZero() {
		options.Now, options.FixedNow = func() time.Time { return c.Now }, true
	}
	for _, typed := range c.Forget {
		number, err := certification.ParseNumber(typed)
		if err != nil {
			return report, usageError("--forget %q: %w", typed, err)
		}
		options.Forget = append(options.Forget, number)
	}
	inputs := c.inputs()
	if note, ok := c.standing(inputs, options.Now()); ok {
		report.Unchanged, report.AsOf, report.Read, report.Records, report.Files = true, options.Now().UTC(), note.Read, note.Records, note.Files
		report.end(c, clock().Sub(began))
		return report, nil
	}
	keeper, _, closeAll, err := c.keeper(options)
	if err != nil {
		return report, err
	}
	defer closeAll()
	look, err := keeper.Rebuild(ctx, watch.Start)
	report.fill(look)
	if errors.Is(err, records.ErrBackwards) {
		err = fmt.Errorf("%w; if that is right, as after a backup was restored, run again with --accept-older", err)
	}
	if err == nil {
		c.note(inputs, report, keeper.Next())
	}
	report.end(c, clock().Sub(began))
	return report, err
}

// end completes the report of a build that took so long.
func (r *buildReport) end(c *buildCommand, took time.Duration) {
	if warning := c.warning(); warning != "" {
		r.Warnings = append(r.Warnings, warning)
	}
	r.Seconds.Total = took.Seconds()
}

func (r *buildReport) fill(look follow.Report) {
	r.AsOf, r.Read = look.AsOf.UTC(), look.Read
	r.Warnings = append(r.Warnings, look.Warnings...)
	for _, rejection := range look.Rejections {
		r.Rejected = append(r.Rejected, rejectedRow{rejection.Place, oneLine(rejection.Reason)})
	}
	if look.Records != nil {
		r.Records = look.Records
	}
	p := look.Publish
	r.Rendered, r.Files, r.Written, r.Bytes, r.Removed = p.Rendered, p.Files, p.Written, p.Bytes, p.Removed
	r.Added, r.Vanished = len(p.Difference.Added), len(p.Difference.Vanished)
	r.Seconds.Read, r.Seconds.Build = look.ReadTook.Seconds(), look.BuildTook.Seconds()
	r.Seconds.Publish, r.Seconds.Index = look.PublishTook.Seconds(), look.IndexTook.Seconds()
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
		when := ""
		if !change.At.IsZero() {
			when = " on " + change.At.Format(time.RFC3339)
		}
		fmt.Fprintf(w, "held %s: %s becomes %s%s\n", change.Number, change.From, change.To, when)
	}
	for i, number := range h.Vanished {
		if i == limit {
			fmt.Fprintf(w, "and %d more vanished records; --json lists all\n", len(h.Vanished)-i)
			break
		}
		fmt.Fprintf(w, "held %s: vanished from the source\n", number)
	}
	if h.StatusBefore+h.VanishedBefore > 0 {
		fmt.Fprintf(w, "before it, %d changes of status and %d vanished records were let pass; they count, and the digest is not of them\n", h.StatusBefore, h.VanishedBefore)
	}
}

func (r *buildReport) print(w io.Writer, out string) {
	total := 0
	for _, n := range r.Records {
		total += n
	}
	if r.Unchanged {
		fmt.Fprintf(w, "unchanged  program, settings, theme, content and %d records are as at the last build\n", r.Read)
		fmt.Fprintf(w, "stands     %d certifications as of %s, %d files, none written\n", total, r.AsOf.Format(time.RFC3339), r.Files)
		fmt.Fprintf(w, "done       %s in %s\n", out, seconds(r.Seconds.Total))
		return
	}
	fmt.Fprintf(w, "read       %d records in %s, %d rejected\n", r.Read, seconds(r.Seconds.Read), len(r.Rejected))
	fmt.Fprintf(w, "built      %d certifications as of %s in %s\n", total, r.AsOf.Format(time.RFC3339), seconds(r.Seconds.Build))
	fmt.Fprintf(w, "rendered   the files of %d certifications\n", r.Rendered)
	fmt.Fprintf(w, "wrote      %d of %d files, %.1f MB, removed %d, in %s (index beside it %s)\n",
		r.Written, r.Files, float64(r.Bytes)/1e6, r.Removed, seconds(r.Seconds.Publish), seconds(r.Seconds.Index))
	fmt.Fprintf(w, "done       %s in %s\n", out, seconds(r.Seconds.Total))
}

func seconds(s float64) string { return fmt.Sprintf("%.2f s", s) }
