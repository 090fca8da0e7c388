package publish

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/cmpss/registry/generator/site"
)

// stage writes every file whose bytes changed to the staging folders. Nothing of the
// published site is touched, and nothing that is known of it changes.
func (w *publication) stage(ctx context.Context) ([]staged, error) {
	fixed, err := w.stageFixed()
	if err != nil {
		return nil, err
	}
	records, err := w.stageRecords(ctx)
	if err != nil {
		return nil, err
	}
	return append(fixed, records...), nil
}

// stageFixed stages the files that depend on no record. They are few: one worker does them.
func (w *publication) stageFixed() ([]staged, error) {
	standing := make(map[string]site.Sum, len(w.manifest.Fixed))
	for _, f := range w.manifest.Fixed {
		standing[f.Path] = f.Sum
	}
	var list []staged
	for i, f := range w.site.Fixed {
		if err := site.CheckPath(f.Path); err != nil {
			return nil, err
		}
		sum := site.SumOf(f.Body)
		w.fixed = append(w.fixed, site.FixedEntry{Path: f.Path, Sum: sum})
		old, listed := standing[f.Path]
		unchanged := listed && old == sum && !w.run.Full && !w.leftover.ownsFixed(f.Path)
		if unchanged && w.out.verified {
			continue
		}
		folder, err := w.out.open(path.Dir(f.Path))
		if err != nil {
			return nil, err
		}
		name := path.Base(f.Path)
		present := folder.has(name)
		if present && !listed && !w.leftover.ownsFixed(f.Path) {
			return nil, foreign(w.out.path, f.Path)
		}
		if present && unchanged {
			continue
		}
		if err := w.out.write(0, uint32(i), f.Body); err != nil {
			return nil, fmt.Errorf("write %s: %w", filepath.Join(w.out.path, f.Path), err)
		}
		w.report.Written++
		w.report.Bytes += int64(len(f.Body))
		if listed {
			w.replaced = append(w.replaced, f.Path)
		}
		rank := rankPage
		if isAsset(f.Path) {
			rank = rankAsset
		}
		list = append(list, staged{rank: rank, name: uint32(i), from: w.out.staging[0], folder: folder, target: name})
	}
	return list, w.keepSuperseded()
}

// keepSuperseded lists the superseded assets that are still there; nothing can make another
// one again.
func (w *publication) keepSuperseded() error {
	for _, f := range w.superseded {
		if !w.out.verified {
			folder, err := w.out.open(path.Dir(f.Path))
			if err != nil {
				return err
			}
			if !folder.has(path.Base(f.Path)) {
				continue
			}
		}
		w.fixed = append(w.fixed, f)
	}
	return nil
}

// foreign says that a file stands in the way that this program did not write.
func foreign(out, name string) error {
	return fmt.Errorf("%s exists and was not written by this program: move it away, or give an empty --out", filepath.Join(out, name))
}

// chunk is how many records a worker takes at a time.
const chunk = 256

// stageRecords stages the files of the records that changed.
func (w *publication) stageRecords(ctx context.Context) ([]staged, error) {
	stager := &recordStager{publication: w}
	for _, layout := range w.site.Layout {
		if err := site.CheckPath(site.RecordPath(layout, "0")); err != nil {
			return nil, err
		}
		folder, err := w.out.openWhole(path.Dir(layout))
		if err != nil {
			return nil, err
		}
		stager.folders = append(stager.folders, folder)
		stager.oldFiles = append(stager.oldFiles, slices.Index(w.manifest.Layout, layout))
	}
	needed, err := stager.needed(ctx)
	if err != nil {
		return nil, err
	}
	w.changed = make([]changedRecord, len(needed))
	sums := make([]site.Sum, len(needed)*len(w.site.Layout))
	lists := make([][]staged, w.options.Workers)
	sequence := make([]uint32, w.options.Workers)
	err = w.inChunks(ctx, len(needed), func(worker, start, end int) error {
		for j := start; j < end; j++ {
			i, n := needed[j], len(w.site.Layout)
			w.changed[j] = changedRecord{at: i, entry: site.RecordEntry{Record: w.site.Records[i], Files: sums[j*n : (j+1)*n : (j+1)*n]}}
			if err := stager.stage(&w.changed[j], worker, &sequence[worker], &lists[worker]); err != nil {
				return err
			}
		}
		if w.options.Progress != nil {
			w.options.Progress("pages", int(stager.done.Add(int64(end-start))), len(needed))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	w.report.Rendered = len(needed)
	w.report.Written += int(stager.written.Load())
	w.report.Bytes += stager.bytes.Load()
	whole, err := w.out.stageWhole()
	return slices.Concat(append(lists, whole)...), err
}

// inChunks calls do for chunks of n, in parallel, with the number of the worker.
func (w *publication) inChunks(ctx context.Context, n int, do func(worker, start, end int) error) error {
	var next atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for worker := range min(w.options.Workers, 1+n/chunk) {
		group.Go(func() error {
			for {
				if err := ctx.Err(); err != nil {
					return err
				}
				start := int(next.Add(chunk) - chunk)
				if start >= n {
					return nil
				}
				if err := do(worker, start, min(start+chunk, n)); err != nil {
					return err
				}
			}
		})
	}
	return group.Wait()
}

// recordStager stages the files of records. It is read-only but for the counters.
type recordStager struct {
	*publication
	folders  []*folder // of the layout
	oldFiles []int     // place in the former layout of each entry of the layout, or -1
	done     atomic.Int64
	written  atomic.Int64
	bytes    atomic.Int64
}

// needed are the places of the records whose files must be rendered: their inputs changed, one
// of their files is not there, or a run that was killed may have replaced one.
func (s *recordStager) needed(ctx context.Context) ([]int, error) {
	if s.places.known && s.out.verified && !s.run.Full && s.leftover == nil && !slices.Contains(s.oldFiles, -1) {
		var needed []int
		for _, i := range s.places.changed {
			if !s.stands(i) {
				needed = append(needed, i)
			}
		}
		return needed, nil
	}
	n := len(s.site.Records)
	parts := make([][]int, n/chunk+1)
	err := s.inChunks(ctx, n, func(_, start, end int) error {
		for i := start; i < end; i++ {
			if !s.stands(i) {
				parts[start/chunk] = append(parts[start/chunk], i)
			}
		}
		return nil
	})
	return slices.Concat(parts...), err
}

// stands reports whether the files of record i are there with the bytes they should have.
func (s *recordStager) stands(i int) bool {
	k := s.places.of(i)
	if k < 0 || s.run.Full || s.manifest.Records[k].Fingerprint != s.site.Records[i].Fingerprint || s.leftover.ownsRecord(s.site.Records[i].Number) {
		return false
	}
	for file, old := range s.oldFiles {
		if old < 0 {
			return false
		}
		if !s.out.verified && !s.folders[file].has(s.target(file, i)) {
			return false
		}
	}
	return true
}

func (s *recordStager) target(file, i int) string {
	return path.Base(site.RecordPath(s.site.Layout[file], s.site.Records[i].Number))
}

// stage renders the files of one record and stages those whose bytes changed.
func (s *recordStager) stage(c *changedRecord, worker int, sequence *uint32, list *[]staged) error {
	var old *site.RecordEntry
	if k := s.places.of(c.at); k >= 0 {
		old = &s.manifest.Records[k]
	}
	again := s.run.Full || s.leftover.ownsRecord(c.entry.Number)
	return s.site.Render(c.at, func(file int, body []byte) error {
		sum := site.SumOf(body)
		c.entry.Files[file] = sum
		target, folder := s.target(file, c.at), s.folders[file]
		listed := old != nil && s.oldFiles[file] >= 0
		present := listed && s.out.verified || folder.has(target)
		if present && !listed && !s.leftover.ownsRecord(c.entry.Number) {
			return foreign(s.out.path, site.RecordPath(s.site.Layout[file], c.entry.Number))
		}
		if present && listed && old.Files[s.oldFiles[file]] == sum && !again {
			return nil
		}
		if err := s.write(worker, folder, target, body, sequence, list); err != nil {
			return fmt.Errorf("write %s: %w", filepath.Join(s.out.path, site.RecordPath(s.site.Layout[file], c.entry.Number)), err)
		}
		s.written.Add(1)
		s.bytes.Add(int64(len(body)))
		c.replaces = c.replaces || listed
		return nil
	})
}

// write stages one file of a record, or writes it to a folder that is not in place yet.
func (s *recordStager) write(worker int, folder *folder, target string, body []byte, sequence *uint32, list *[]staged) error {
	if folder.whole {
		return s.out.create(folder.file, target, body)
	}
	name := *sequence + firstRecordName
	*sequence++
	*list = append(*list, staged{rank: rankRecord, name: name, from: s.out.staging[worker], folder: folder, target: target})
	return s.out.write(worker, name, body)
}

// firstRecordName is the first name that a worker gives to a record's file in its staging
// folder; those below are of fixed files.
const firstRecordName = 1 << 16
