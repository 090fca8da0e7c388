package index

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/cmpss/registry/generator/certification"
)

// Stats says what a Write did.
type Stats struct {
	SegmentsWritten int  // of the record table; the others had the same bytes
	IndexBuilt      bool // false: numbers and names were those of the index that was there
	Removed         int  // files and folders that no generation names
}

// Write puts a generation of the records, read from the source at the instant read, into the
// state folder dir, by a Writer that is used once.
func Write(ctx context.Context, dir string, records []*certification.Record, read time.Time) (Generation, Stats, error) {
	w := NewWriter(dir)
	err := w.Write(ctx, records, nil, read)
	return w.Generation(), w.Stats(), err
}

// Writer brings the generation in one state folder up to date, again and again. It holds what it
// wrote last, so that a small change is a small work. It is not safe for concurrent use, and at
// most one Writer may be at work on a folder.
type Writer struct {
	dir   string
	stats Stats
	held  *held // nil: what the folder holds is not known
	// mayDiffer is how many names may differ from a search index of so many.
	mayDiffer func(indexed int) int
	// fault is called before each step that changes the folder, with the name of what it
	// changes. Tests stop a Write there; nil does nothing.
	fault func(step string) error // may be called by several goroutines
}

// NewWriter gives a Writer for the state folder dir, which its first Write creates.
func NewWriter(dir string) *Writer { return &Writer{dir: dir, mayDiffer: maxRenamed} }

// Generation is what the last Write wrote; the zero Generation if it failed.
func (w *Writer) Generation() Generation {
	if w.held == nil {
		return Generation{}
	}
	return w.held.generation
}

// Stats says what the last Write did.
func (w *Writer) Stats() Stats { return w.stats }

// Write puts a generation of the records, read from the source at the instant read, into the
// state folder. Records must be sorted by number, each number once. Changed are the numbers
// whose record is another than at the last Write of this Writer, is new, or is gone; nil says
// that any may be.
//
// Only segments whose bytes changed are written, and the search index only when a number or a
// name changed. With changed, nothing else is looked at, and up to maxRenamed numbers whose
// names changed are listed in index.json instead of building the search index again; unless
// index.json is not the one that this Writer wrote last, or the last Write failed. index.json comes last, after everything it
// names is durable: a Write that stops anywhere leaves the generation before it as it was, and
// the next Write finishes the work. Files of that earlier generation stay until the next Write,
// for a reader that is opening it.
func (w *Writer) Write(ctx context.Context, records []*certification.Record, changed []certification.Number, read time.Time) error {
	w.stats = Stats{}
	last := w.held
	w.held = nil
	next, err := w.write(ctx, last, records, changed, read)
	if err != nil {
		return fmt.Errorf("write the index to %s: %w", w.dir, err)
	}
	w.held = next
	return nil
}

func (w *Writer) step(name string) error {
	if w.fault == nil {
		return nil
	}
	return w.fault(name)
}

func (w *Writer) write(ctx context.Context, last *held, records []*certification.Record, changed []certification.Number, read time.Time) (*held, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if changed != nil && last != nil {
		body, err := os.ReadFile(filepath.Join(w.dir, generationName))
		if err == nil && bytes.Equal(body, last.body) {
			if next, touched, ok := last.with(records, changed, read); ok {
				return next, w.writeChanges(ctx, last, next, records, touched)
			}
		}
	}
	return w.writeAll(ctx, records, read)
}

// writeAll writes what is not there yet, whatever is there.
func (w *Writer) writeAll(ctx context.Context, records []*certification.Record, read time.Time) (*held, error) {
	next := &held{generation: newGeneration(records, read), table: divide(records), indexed: slices.Clone(records)}
	for i, r := range records {
		if i > 0 && records[i-1].Number().Compare(r.Number()) >= 0 {
			return nil, fmt.Errorf("%s follows %s: records must be sorted by number, each once", r.Number(), records[i-1].Number())
		}
		if r.IsSample() {
			next.samples++
		}
	}
	g := &next.generation
	g.Sample = next.samples > 0
	g.Records = make([]File, segments)
	if err := w.step("folders"); err != nil {
		return nil, err
	}
	for _, sub := range []string{recordsDir, indexDir} {
		if err := os.MkdirAll(filepath.Join(w.dir, sub), 0o755); err != nil {
			return nil, fmt.Errorf("create the folder: %w", err)
		}
	}
	previous, previousBody, _ := readGeneration(w.dir) // a damaged one is replaced; nothing of it is trusted
	all := make([]int, segments)
	for i := range all {
		all[i] = i
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return w.writeTable(ctx, next, previous, all) })
	group.Go(func() (err error) {
		g.Index, err = w.writeNames(ctx, records, previous.Index)
		return err
	})
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return next, w.commit(next, previous, previousBody)
}

// writeChanges writes the touched segments, and the search index if too many names of it changed.
func (w *Writer) writeChanges(ctx context.Context, last, next *held, records []*certification.Record, touched []int) error {
	if err := w.writeTable(ctx, next, last.generation, touched); err != nil {
		return err
	}
	// A search index of nothing cannot be added to.
	if indexed := len(last.indexed); len(next.renamed) > w.mayDiffer(indexed) || indexed == 0 && len(records) > 0 {
		index, err := w.writeNames(ctx, records, last.generation.Index)
		if err != nil {
			return err
		}
		next.generation.Index, next.indexed, next.renamed = index, slices.Clone(records), nil
	}
	return w.commit(next, last.generation, last.body)
}

// commit puts index.json in place if it is another, and then removes what no one reads any more.
func (w *Writer) commit(next *held, previous Generation, previousBody []byte) error {
	var err error
	if next.body, err = next.generation.encode(); err != nil {
		return err
	}
	if bytes.Equal(next.body, previousBody) {
		return nil
	}
	if err := w.step(generationName); err != nil {
		return err
	}
	if err := replaceFile(filepath.Join(w.dir, generationName), next.body); err != nil {
		return err
	}
	return w.prune(next.generation, previous)
}

// writeTable writes those of the segments with these numbers that are not there yet. One that is
// there but not of the previous generation may be what a stopped Write left, and not durable.
func (w *Writer) writeTable(ctx context.Context, next *held, previous Generation, list []int) error {
	dir := filepath.Join(w.dir, recordsDir)
	unsynced := make([]string, segments)
	var written atomic.Int64
	var group errgroup.Group
	group.SetLimit(writers)
	for _, i := range list {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			part := next.table[i]
			body := part.appendLines(make([]byte, 0, part.sizeHint()))
			hash := hexSHA256(body)
			file := File{Name: segmentName(i, hash), Size: int64(len(body)), SHA256: hash, Count: len(part)}
			next.generation.Records[i] = file
			path := filepath.Join(dir, file.Name)
			if there, err := os.ReadFile(path); err == nil && bytes.Equal(there, body) {
				if !slices.Contains(previous.Records, file) {
					unsynced[i] = path
				}
				return nil
			}
			if err := w.step(filepath.Join(recordsDir, file.Name)); err != nil {
				return err
			}
			if err := os.WriteFile(path, body, 0o644); err != nil {
				return fmt.Errorf("write the record table: %w", err)
			}
			unsynced[i] = path
			written.Add(1)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	w.stats.SegmentsWritten = int(written.Load())
	return syncAll(dir, slices.DeleteFunc(unsynced, func(path string) bool { return path == "" }))
}

// writers is how many segments are written at a time.
const writers = 4

// writeNames builds the search index, unless the previous one is of the same names and whole.
func (w *Writer) writeNames(ctx context.Context, records []*certification.Record, previous IndexFile) (IndexFile, error) {
	digest := namesDigest(records)
	if len(records) == 0 { // the engine cannot write an index of nothing
		return IndexFile{Digest: digest}, nil
	}
	previous.Changed = nil
	parent := filepath.Join(w.dir, indexDir)
	if previous.Digest == digest && !slices.ContainsFunc(previous.Files, func(f File) bool {
		_, err := readVerified(filepath.Join(parent, previous.Dir), f)
		return err != nil
	}) {
		return previous, nil
	}
	w.stats.IndexBuilt = true
	if err := w.step(indexDir); err != nil {
		return IndexFile{}, err
	}
	work, err := os.MkdirTemp(parent, temporaryPrefix)
	if err != nil {
		return IndexFile{}, fmt.Errorf("create the search index: %w", err)
	}
	defer os.RemoveAll(work) // no longer there once renamed
	if err := buildNames(ctx, work, records); err != nil {
		return IndexFile{}, err
	}
	result := IndexFile{Digest: digest, Total: len(records)}
	if result.Files, err = listFiles(work); err != nil {
		return IndexFile{}, err
	}
	var paths []string
	for _, f := range result.Files {
		paths = append(paths, filepath.Join(work, f.Name))
	}
	if err := syncAll(filepath.Join(work, storeDir), paths); err != nil {
		return IndexFile{}, err
	}
	if err := syncPath(work); err != nil {
		return IndexFile{}, err
	}
	// The engine does not write the same bytes twice, so the folder is named by its bytes:
	// one that a reader has open is never written into.
	var all []byte
	for _, f := range result.Files {
		all = append(all, f.Name+f.SHA256...)
	}
	result.Dir = digest[:16] + "-" + hexSHA256(all)[:16]
	final := filepath.Join(parent, result.Dir)
	if err := w.step(filepath.Join(indexDir, result.Dir)); err != nil {
		return IndexFile{}, err
	}
	if err := os.RemoveAll(final); err != nil {
		return IndexFile{}, fmt.Errorf("replace a search index: %w", err)
	}
	if err := os.Rename(work, final); err != nil {
		return IndexFile{}, fmt.Errorf("place the search index: %w", err)
	}
	if err := os.Chmod(final, 0o755); err != nil {
		return IndexFile{}, fmt.Errorf("place the search index: %w", err)
	}
	return result, syncPath(parent)
}

// listFiles hashes every file below dir, by path.
func listFiles(dir string) ([]File, error) {
	var files []File
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		files = append(files, File{Name: filepath.ToSlash(name), Size: int64(len(body)), SHA256: hexSHA256(body)})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read back the search index: %w", err)
	}
	return files, nil
}
