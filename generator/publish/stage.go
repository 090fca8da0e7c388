package publish

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/cmpss/registry/generator/site"
)

// stage writes every file whose bytes changed to the staging folders and fills the next
// manifest. Nothing of the published site is touched.
func (p *publication) stage(ctx context.Context) ([]stagedFile, error) {
	fixed, err := p.stageFixed()
	if err != nil {
		return nil, err
	}
	records, err := p.stageRecords(ctx)
	if err != nil {
		return nil, err
	}
	return append(fixed, records...), nil
}

// stageFixed stages the files that depend on no record. They are few: one worker does them.
func (p *publication) stageFixed() ([]stagedFile, error) {
	standing := make(map[string]site.Sum, len(p.previous.Fixed))
	for _, f := range p.previous.Fixed {
		standing[f.Path] = f.Sum
	}
	var staged []stagedFile
	for i, f := range p.site.Fixed {
		if err := site.CheckPath(f.Path); err != nil {
			return nil, err
		}
		folder, err := p.out.open(path.Dir(f.Path))
		if err != nil {
			return nil, err
		}
		name := path.Base(f.Path)
		sum := site.SumOf(f.Body)
		p.next.Fixed = append(p.next.Fixed, site.FixedEntry{Path: f.Path, Sum: sum})
		old, listed := standing[f.Path]
		present := folder.has(name)
		if present && !listed && !p.leftover.ownsFixed(f.Path) {
			return nil, foreign(p.out.path, f.Path)
		}
		if present && listed && old == sum && !p.options.Full {
			continue
		}
		if err := p.out.write(0, uint32(i), f.Body); err != nil {
			return nil, fmt.Errorf("write %s: %w", filepath.Join(p.out.path, f.Path), err)
		}
		p.report.Bytes += int64(len(f.Body))
		rank := rankPage
		if strings.HasPrefix(f.Path, "assets/") {
			rank = rankAsset
		}
		staged = append(staged, stagedFile{rank: rank, worker: 0, name: uint32(i), folder: folder, target: name})
	}
	return staged, nil
}

// foreign says that a file stands in the way that this program did not write.
func foreign(out, name string) error {
	return fmt.Errorf("%s exists and was not written by this program: move it away, or give an empty --out", filepath.Join(out, name))
}

// recordWork is what the workers of stageRecords share. It is read-only but for the counters.
type recordWork struct {
	*publication
	folders  []*folder // of the layout
	before   []int     // index in previous.Records of each record of the site, or -1
	oldFiles []int     // place in the previous layout of each entry of the layout, or -1
	done     atomic.Int64
	rendered atomic.Int64
	bytes    atomic.Int64
}

// chunk is how many records a worker takes at a time.
const chunk = 256

func (p *publication) stageRecords(ctx context.Context) ([]stagedFile, error) {
	w := &recordWork{publication: p}
	for _, layout := range p.site.Layout {
		if err := site.CheckPath(site.RecordPath(layout, "0")); err != nil {
			return nil, err
		}
		folder, err := p.out.open(path.Dir(layout))
		if err != nil {
			return nil, err
		}
		w.folders = append(w.folders, folder)
		w.oldFiles = append(w.oldFiles, slices.Index(p.previous.Layout, layout))
	}
	w.before = places(p.previous.Records, p.site.Records)
	p.next.Records = make([]site.RecordEntry, len(p.site.Records))
	sums := make([]site.Sum, len(p.site.Records)*len(p.site.Layout))
	for i := range p.next.Records {
		n := len(p.site.Layout)
		p.next.Records[i] = site.RecordEntry{Record: p.site.Records[i], Files: sums[i*n : (i+1)*n : (i+1)*n]}
	}

	var next atomic.Int64
	results := make([][]stagedFile, p.options.Workers)
	group, ctx := errgroup.WithContext(ctx)
	for worker := range p.options.Workers {
		group.Go(func() error {
			seq := uint32(1 << 16) // below are the fixed files of worker 0
			for ctx.Err() == nil {
				start := int(next.Add(chunk) - chunk)
				if start >= len(p.site.Records) {
					return nil
				}
				end := min(start+chunk, len(p.site.Records))
				for i := start; i < end; i++ {
					if err := w.record(i, worker, &seq, &results[worker]); err != nil {
						return err
					}
				}
				if p.options.Progress != nil {
					p.options.Progress("pages", int(w.done.Add(int64(end-start))), len(p.site.Records))
				}
			}
			return fmt.Errorf("publish %s: stopped before anything was published: %w", p.options.Out, ctx.Err())
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	p.report.Rendered = int(w.rendered.Load())
	p.report.Bytes += w.bytes.Load()
	return slices.Concat(results...), nil
}

// record stages the files of one record that changed.
func (w *recordWork) record(i, worker int, seq *uint32, staged *[]stagedFile) error {
	entry := &w.next.Records[i]
	var old *site.RecordEntry
	if k := w.before[i]; k >= 0 {
		old = &w.previous.Records[k]
	}
	if old != nil && old.Fingerprint == entry.Fingerprint && !w.options.Full && w.copySums(entry, old) {
		return nil
	}
	w.rendered.Add(1)
	return w.site.Render(i, func(file int, body []byte) error {
		sum := site.SumOf(body)
		entry.Files[file] = sum
		target := path.Base(site.RecordPath(w.site.Layout[file], entry.Number))
		folder := w.folders[file]
		present := folder.has(target)
		k := w.oldFiles[file]
		listed := old != nil && k >= 0
		if present && !listed && !w.leftover.ownsRecord(entry.Number) {
			return foreign(w.out.path, site.RecordPath(w.site.Layout[file], entry.Number))
		}
		if present && listed && old.Files[k] == sum && !w.options.Full {
			return nil
		}
		if err := w.out.write(worker, *seq, body); err != nil {
			return fmt.Errorf("write %s: %w", filepath.Join(w.out.path, site.RecordPath(w.site.Layout[file], entry.Number)), err)
		}
		w.bytes.Add(int64(len(body)))
		*staged = append(*staged, stagedFile{rank: rankRecord, worker: uint8(worker), name: *seq, folder: folder, target: target})
		*seq++
		return nil
	})
}

// copySums takes the sums of an unchanged record over, if all its files are there.
func (w *recordWork) copySums(entry, old *site.RecordEntry) bool {
	for file, k := range w.oldFiles {
		if k < 0 || !w.folders[file].has(path.Base(site.RecordPath(w.site.Layout[file], entry.Number))) {
			return false
		}
		entry.Files[file] = old.Files[k]
	}
	return true
}

// places finds each record of the site in the previous manifest. Both are sorted by number.
func places(previous []site.RecordEntry, records []site.Record) []int {
	found := make([]int, len(records))
	k := 0
	for i, r := range records {
		for k < len(previous) && site.CompareNumbers(previous[k].Number, r.Number) < 0 {
			k++
		}
		found[i] = -1
		if k < len(previous) && previous[k].Number == r.Number {
			found[i] = k
		}
	}
	return found
}
