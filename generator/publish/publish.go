// Package publish brings a site to the place where it is served from. Publishing is the
// only side effect of a build.
//
// It promises an order and what survives a crash. Files are written whole beside the site,
// made durable, and only then renamed into place: assets first, then the pages and JSON of
// records, then the other pages, then status.json, and the manifest last of all; files that
// have no place in the new site are removed after that. So every path is at every moment
// either as it was or as it will be, and a run that was killed anywhere is finished by the
// next one, by the same code. Nothing is written when the guard holds the difference, and no
// file is ever overwritten or removed that this program did not write.
package publish

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cmpss/registry/generator/site"
)

// Options say how to publish.
type Options struct {
	Out      string // output folder
	State    string // state folder; never served
	Limits   Limits
	Accept   string                              // digest of a difference that a person has seen and accepts
	Full     bool                                // write every file again, whatever the manifest says
	Workers  int                                 // goroutines that render and write; at least one
	Progress func(stage string, done, total int) // may be nil; called from many goroutines

	// Beside runs while the files are written, once the guard has let the difference pass.
	// If it fails nothing is published. May be nil.
	Beside func(ctx context.Context) error
}

// Report says what a publication did.
type Report struct {
	Difference Difference
	Rendered   int   // records whose files were rendered
	Files      int   // files of the site
	Written    int   // files written because their bytes changed
	Removed    int   // files removed
	Bytes      int64 // written
}

// Publish brings the site to options.Out. It returns a *HeldError, and has written nothing,
// when the difference exceeds a limit.
func Publish(ctx context.Context, s *site.Site, options Options) (Report, error) {
	state, err := openState(options.State)
	if err != nil {
		return Report{}, err
	}
	defer state.close()
	out, err := openDir(options.Out)
	if err != nil {
		return Report{}, err
	}
	defer out.close()
	previous, leftover, err := state.read(out.path)
	if err != nil {
		return Report{}, err
	}
	if previous == nil {
		if err := out.mustBeEmpty(); err != nil {
			return Report{}, err
		}
		previous = &site.Manifest{Version: site.ManifestVersion, Out: out.path, Layout: s.Layout}
	}
	if s.AsOf.Before(previous.Read) {
		return Report{}, fmt.Errorf("publish %s: this build is as of %s, the published site as of %s: nothing goes back in time; set the clock right or give a later --now",
			options.Out, s.AsOf.UTC().Format(time.RFC3339), previous.Read.UTC().Format(time.RFC3339))
	}
	p := &publication{site: s, previous: previous, leftover: leftover, out: out, state: state, options: options}
	p.report.Difference = Compare(previous, s)
	if err := options.Limits.Check(p.report.Difference, options.Accept); err != nil {
		return p.report, err
	}
	err = p.run(ctx)
	return p.report, err
}

// publication is one run of Publish after the guard.
type publication struct {
	site     *site.Site
	previous *site.Manifest
	leftover *intent // of a run that was killed; nil if there was none
	out      *dir
	state    *state
	options  Options

	next   site.Manifest
	report Report
}

func (p *publication) run(ctx context.Context) error {
	// The files that this run may create are noted first. If it is killed, the next run knows
	// which files are its own although no manifest lists them.
	if err := p.state.begin(p.previous, newIntent(p.previous, p.site, p.leftover)); err != nil {
		return err
	}
	if err := p.out.prepare(p.options.Workers); err != nil {
		return err
	}
	defer p.out.clearStaging()

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	beside := make(chan error, 1)
	go func() {
		if p.options.Beside == nil {
			beside <- nil
			return
		}
		err := p.options.Beside(ctx)
		if err != nil {
			cancel()
		}
		beside <- err
	}()
	staged, err := p.stage(ctx)
	if err != nil {
		cancel()
	}
	if besideErr := <-beside; besideErr != nil && !errors.Is(besideErr, context.Canceled) {
		return besideErr
	}
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("publish %s: stopped before anything was published: %w", p.options.Out, err)
	}
	return p.commit(staged)
}

// commit renames what was staged into place in order, then writes status.json, then the
// manifest, then removes what has no place any more. From here on an interruption is not
// looked at: the rest takes a moment, and stopping half-way would only leave work for the
// next run.
func (p *publication) commit(staged []stagedFile) error {
	if err := p.out.place(staged, p.options.Workers); err != nil {
		return err
	}
	p.report.Written = len(staged)
	removals := p.removals()
	changed := len(staged)+len(removals) > 0
	if err := p.publishStatus(changed); err != nil {
		return err
	}
	if err := p.state.commit(&p.next); err != nil {
		return err
	}
	removed, err := p.out.removeAll(removals)
	p.report.Removed = removed
	if err != nil {
		return err
	}
	return p.state.end()
}

// removals are the files of the previous site, or of a run that was killed, that have no
// place in the new one.
func (p *publication) removals() []string {
	keep := make(map[string]bool, len(p.next.Fixed))
	for _, f := range p.next.Fixed {
		keep[f.Path] = true
	}
	keep[site.StatusPath] = true
	var gone []string
	for _, f := range p.previous.Fixed {
		if !keep[f.Path] {
			gone = append(gone, f.Path)
		}
	}
	sameLayout := slices.Equal(p.previous.Layout, p.site.Layout)
	i := 0
	for _, old := range p.previous.Records {
		for i < len(p.site.Records) && site.CompareNumbers(p.site.Records[i].Number, old.Number) < 0 {
			i++
		}
		stays := i < len(p.site.Records) && p.site.Records[i].Number == old.Number
		if stays && sameLayout {
			continue
		}
		for _, layout := range p.previous.Layout {
			if !stays || !slices.Contains(p.site.Layout, layout) {
				gone = append(gone, site.RecordPath(layout, old.Number))
			}
		}
	}
	if p.leftover != nil {
		gone = append(gone, p.leftover.strays(p.site, keep)...)
	}
	return gone
}
