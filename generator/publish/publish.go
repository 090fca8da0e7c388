// Package publish brings a site to the place where it is served from. Publishing is the
// only side effect of a build.
//
// It promises an order and what survives a crash. Files are written whole beside the site,
// made durable, and only then renamed into place: assets first, then the pages and JSON of
// records, then the other pages, then status.json, and the manifest last of all; files that
// have no place in the new site are removed after that, assets some days later. So every path is at every moment
// either as it was or as it will be, and a run that was killed anywhere is finished by the
// next one, by the same code. Nothing is written when the guard holds the difference, and no
// file is ever overwritten or removed that this program did not write.
package publish

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cmpss/registry/generator/site"
)

// Options say where to publish to.
type Options struct {
	Out      string // output folder
	State    string // state folder; never served
	Limits   Limits
	Workers  int                                 // goroutines that render and write; at least one
	Progress func(stage string, done, total int) // may be nil; called from many goroutines

	faults faults // of tests; nil otherwise
}

// Run says how to publish one site.
type Run struct {
	Accept string // digest of a difference that a person has seen and accepts
	Full   bool   // write every file again, whatever the manifest says
	Passed bool   // the guard let this pass before, in a publication that may have been stopped: it is not asked again

	// Statuses gives, of published records that the source changed and has not withdrawn, in
	// order, the first change of status of each that the source made and that the guard counts,
	// now or ahead. Nil: the statuses of now are compared.
	Statuses func(changed []*site.RecordEntry) []StatusChange

	// Beside runs while the files are written, once the guard has let the difference pass.
	// If it fails nothing is published. May be nil.
	Beside func(ctx context.Context) error

	// Delays gives the log of delays for the next manifest. It is called when every file
	// stands in place. Nil keeps the log as it is.
	Delays func(Difference) site.Delays
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

// Publisher publishes sites to one folder, one after the other. It holds the output and the
// state folder locked, and what it published in memory, so that to publish a small change is
// small work. It is not safe for concurrent use.
type Publisher struct {
	options  Options
	state    *state
	out      *dir
	manifest *site.Manifest // of what is published
	leftover *intent        // of a publication that was killed or failed; nil if there was none
	revision *site.Revision // of the site that the manifest's records are of; nil if that is not known
	division *site.Division // of the manifest's records; nil if that is not known
	failed   bool           // the last publication failed: what is published must be read anew
}

// Open locks the folders and reads what was published. It refuses an output folder that
// holds files which this program did not publish.
func Open(options Options) (*Publisher, error) {
	if err := apart(options.Out, options.State); err != nil {
		return nil, err
	}
	p := &Publisher{options: options}
	p.options.Workers = max(1, options.Workers)
	if err := p.open(); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

func (p *Publisher) open() (err error) {
	if p.state, err = openState(p.options.State, p.options.faults); err != nil {
		return err
	}
	if p.out, err = openDir(p.options.Out, p.options.faults); err != nil {
		return err
	}
	return p.read()
}

// read reads what is published, from the state folder.
func (p *Publisher) read() error {
	manifest, leftover, err := p.state.read(p.out.path)
	if err != nil {
		return err
	}
	if manifest == nil {
		manifest = &site.Manifest{Version: site.ManifestVersion, Out: p.out.path}
		if err := p.out.mustBeEmpty(); err != nil {
			return err
		}
	}
	p.manifest, p.leftover, p.failed = manifest, leftover, false
	p.revision, p.division = nil, nil
	return nil
}

// Close gives the folders free.
func (p *Publisher) Close() {
	if p.out != nil {
		p.out.close()
	}
	if p.state != nil {
		p.state.close()
	}
}

// Manifest is of what is published, or was before a publication that failed. It must not be
// changed, and is valid until the next Publish.
func (p *Publisher) Manifest() *site.Manifest { return p.manifest }

// Publish brings the site to the output folder. It returns a *HeldError, and has written
// nothing, when the difference exceeds a limit. After another error the Publisher may be used
// again: it reads what is published anew and finishes what was begun.
func (p *Publisher) Publish(ctx context.Context, s *site.Site, run Run) (Report, error) {
	if p.failed {
		p.out.forget()
		if err := p.read(); err != nil {
			return Report{}, err
		}
	}
	if s.AsOf.Before(p.manifest.AsOf) {
		return Report{}, fmt.Errorf("publish %s: this build is as of %s, the published site as of %s: nothing goes back in time; set the clock right or give a later --now",
			p.options.Out, s.AsOf.UTC().Format(time.RFC3339), p.manifest.AsOf.UTC().Format(time.RFC3339))
	}
	w := &publication{Publisher: p, site: s, run: run, places: p.placesOf(s), delays: p.manifest.Delays}
	d := difference(p.manifest, s, w.places, run.Statuses)
	w.report.Difference = d
	if err := p.options.Limits.Check(d, run.Accept); err != nil && !run.Passed {
		return w.report, err
	}
	if p.options.Limits.Check(d, "") == nil {
		w.letPass = letPass(p.manifest, s.AsOf).With(s.AsOf, len(d.Status), len(d.Vanished))
	} // else a person has looked, and the count begins anew
	err := w.publish(ctx)
	p.revision, p.failed = s.Revision, err != nil
	if err != nil && w.noted != nil {
		p.leftover = w.noted
	}
	return w.report, err
}

// publication is one run of Publish after the guard.
type publication struct {
	*Publisher
	site   *site.Site
	run    Run
	places places

	intent     *intent
	noted      *intent           // as it stands in the state folder
	superseded []site.FixedEntry // assets of former sites that stay
	changed    []changedRecord
	replaced   []string          // fixed files that the manifest lists and that were staged
	fixed      []site.FixedEntry // of the next manifest
	delays     site.Delays       // of the next manifest
	letPass    site.LetPass      // of the next manifest
	report     Report
}

func (w *publication) publish(ctx context.Context) error {
	// The numbers that this run brings are noted first: from when the record table has them, query
	// handlers answer for them. If it is killed, the next run knows of them although no manifest lists them.
	w.superseded = supersededAssets(w.manifest, w.site)
	w.intent = newIntent(w.manifest, w.site, w.superseded, w.places, w.leftover)
	if err := w.note(w.intent.announced(w.leftover)); err != nil {
		return err
	}
	if err := w.out.prepare(w.options.Workers); err != nil {
		return err
	}
	list, err := w.stageBeside(ctx)
	if err != nil {
		w.out.clearStaging()
		return err
	}
	return w.commit(list)
}

func (w *publication) note(it *intent) error {
	err := w.state.begin(w.manifest, it)
	if err == nil {
		w.noted = it
	}
	return err
}

// stageBeside stages the files while run.Beside runs. Either's failure stops the other.
func (w *publication) stageBeside(ctx context.Context) ([]staged, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	beside := make(chan error, 1)
	go func() {
		if w.run.Beside == nil {
			beside <- nil
			return
		}
		err := w.run.Beside(ctx)
		if err != nil {
			cancel()
		}
		beside <- err
	}()
	list, err := w.stage(ctx)
	if err != nil {
		cancel()
	}
	if besideErr := <-beside; besideErr != nil && !errors.Is(besideErr, context.Canceled) {
		return nil, besideErr
	}
	if err == nil {
		err = ctx.Err()
	}
	if errors.Is(err, context.Canceled) {
		err = fmt.Errorf("publish %s: stopped before anything was published: %w", w.options.Out, err)
	}
	return list, err
}

// commit renames what was staged into place in order, then writes status.json, then the
// manifest, then removes what has no place any more. From here on an interruption is not
// looked at: the rest takes a moment, and stopping half-way would only leave work for the
// next run.
func (w *publication) commit(list []staged) error {
	// The files that this run creates, replaces or removes are noted, now that none of somebody else was
	// found in their way. Until the manifest is written the next run knows by it which files are
	// its own, and that the manifest's sums are not of what stands there.
	w.intent.add(w.replacedNumbers(), w.replaced)
	if err := w.note(w.intent); err != nil {
		return err
	}
	if err := w.out.place(list, w.options.Workers); err != nil {
		return err
	}
	removals := w.removals()
	if err := w.publishStatus(w.report.Written+len(removals) > 0); err != nil {
		return err
	}
	w.out.clearStaging()
	if w.run.Delays != nil {
		w.delays = w.run.Delays(w.report.Difference)
	}
	dirty := w.dirtySegments()
	if w.division == nil {
		w.division = site.Divide(w.manifest.Records)
	}
	if err := w.state.commit(w.manifest, w.division, dirty); err != nil {
		return err
	}
	removed, err := w.out.removeAll(removals)
	w.report.Removed = removed
	if err != nil {
		return err
	}
	w.leftover = nil
	w.out.trust()
	return w.state.end()
}
