package index

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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
// state folder dir, which it creates. Records must be sorted by number, each number once.
//
// Only segments whose bytes changed are written, and the search index only when a number or a
// name changed. index.json comes last, after everything it names is durable: a Write that stops
// anywhere leaves the generation before it as it was, and the next Write finishes the work.
// Files of that earlier generation stay until the next Write, for a reader that is opening it.
// At most one Write may run on a folder at a time.
func Write(ctx context.Context, dir string, records []*certification.Record, read time.Time) (Generation, Stats, error) {
	w := writer{dir: dir}
	g, err := w.write(ctx, records, read)
	if err != nil {
		return Generation{}, w.stats, fmt.Errorf("write the index to %s: %w", dir, err)
	}
	return g, w.stats, nil
}

type writer struct {
	dir   string
	stats Stats
	// fault is called before each step that changes the folder, with the name of what it
	// changes. Tests stop a Write there; nil does nothing.
	fault func(step string) error // may be called by several goroutines
}

func (w *writer) step(name string) error {
	if w.fault == nil {
		return nil
	}
	return w.fault(name)
}

func (w *writer) write(ctx context.Context, records []*certification.Record, read time.Time) (Generation, error) {
	g := Generation{Version: generationVersion, Read: read.UTC().Round(0), Total: len(records)}
	for i, r := range records {
		if i > 0 && records[i-1].Number().Compare(r.Number()) >= 0 {
			return g, fmt.Errorf("%s follows %s: records must be sorted by number, each once", r.Number(), records[i-1].Number())
		}
		g.Sample = g.Sample || r.IsSample()
	}
	if err := w.step("folders"); err != nil {
		return g, err
	}
	for _, sub := range []string{recordsDir, indexDir} {
		if err := os.MkdirAll(filepath.Join(w.dir, sub), 0o755); err != nil {
			return g, fmt.Errorf("create the folder: %w", err)
		}
	}
	previous, previousBody, _ := readGeneration(w.dir) // a damaged one is replaced; nothing of it is trusted
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		g.Records, err = w.writeTable(ctx, records)
		return err
	})
	group.Go(func() (err error) {
		g.Index, err = w.writeNames(ctx, records, previous.Index)
		return err
	})
	if err := group.Wait(); err != nil {
		return g, err
	}
	body, err := g.encode()
	if err != nil {
		return g, err
	}
	if string(body) != string(previousBody) {
		if err := w.step(generationName); err != nil {
			return g, err
		}
		if err := replaceFile(filepath.Join(w.dir, generationName), body); err != nil {
			return g, err
		}
		err = w.prune(g, previous)
	}
	return g, err
}

// writeTable writes the segments of the record table that are not there yet.
func (w *writer) writeTable(ctx context.Context, records []*certification.Record) ([]File, error) {
	dir := filepath.Join(w.dir, recordsDir)
	files := make([]File, segments)
	written := make([]string, segments)
	var group errgroup.Group
	group.SetLimit(writers)
	for i, part := range divide(records) {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			body := part.appendLines(make([]byte, 0, part.sizeHint()))
			hash := hexSHA256(body)
			files[i] = File{Name: segmentName(i, hash), Size: int64(len(body)), SHA256: hash, Count: len(part)}
			path := filepath.Join(dir, files[i].Name)
			if there, err := os.ReadFile(path); err == nil && bytes.Equal(there, body) {
				return nil
			}
			if err := w.step(filepath.Join(recordsDir, files[i].Name)); err != nil {
				return err
			}
			if err := os.WriteFile(path, body, 0o644); err != nil {
				return fmt.Errorf("write the record table: %w", err)
			}
			written[i] = path
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	written = slices.DeleteFunc(written, func(path string) bool { return path == "" })
	w.stats.SegmentsWritten = len(written)
	return files, syncAll(dir, written)
}

// writers is how many segments are written at a time.
const writers = 4

// writeNames builds the search index, unless the previous one is of the same names and whole.
func (w *writer) writeNames(ctx context.Context, records []*certification.Record, previous IndexFile) (IndexFile, error) {
	digest := namesDigest(records)
	if len(records) == 0 { // the engine cannot write an index of nothing
		return IndexFile{Digest: digest}, nil
	}
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
	result := IndexFile{Digest: digest}
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

// What Write makes, and all that prune may remove.
var (
	segmentPattern    = regexp.MustCompile(`^[0-9a-f]{2}-[0-9a-f]{32}\.ndjson$`)
	unfinishedPattern = regexp.MustCompile(`^` + regexp.QuoteMeta(temporaryPrefix) + `[0-9]+$`)
	indexPattern      = regexp.MustCompile(`^[0-9a-f]{16}-[0-9a-f]{16}$|` + unfinishedPattern.String())
)

// prune removes the files of generations before the previous one, and what a stopped Write left.
func (w *writer) prune(current, previous Generation) error {
	if err := w.step("prune"); err != nil {
		return err
	}
	keep := map[string]bool{current.Index.Dir: true, previous.Index.Dir: true}
	for _, g := range []Generation{current, previous} {
		for _, f := range g.Records {
			keep[f.Name] = true
		}
	}
	for sub, ours := range map[string]*regexp.Regexp{".": unfinishedPattern, recordsDir: segmentPattern, indexDir: indexPattern} {
		dir := filepath.Join(w.dir, sub)
		entries, err := os.ReadDir(dir)
		if err != nil {
			return fmt.Errorf("remove old files: %w", err)
		}
		for _, entry := range entries {
			if keep[entry.Name()] || !ours.MatchString(entry.Name()) {
				continue
			}
			if err := os.RemoveAll(filepath.Join(dir, entry.Name())); err != nil {
				return fmt.Errorf("remove old files: %w", err)
			}
			w.stats.Removed++
		}
	}
	return nil
}
