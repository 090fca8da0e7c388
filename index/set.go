package index

import (
	"fmt"
	"io/fs"
	"iter"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/cmpss/registry/generator/certification"
)

// Set is one generation, open: the record table in memory and the search index on disk. It never
// changes and is safe for concurrent use. Whoever got one from Open closes it once; whoever
// got one from a Holder releases it.
type Set struct {
	generation Generation
	body       string // of index.json
	nextUpdate time.Time
	parts      [segments]segment
	names      directory
	standing   atomic.Pointer[standing] // the latest that was asked for
	refs       atomic.Int64
}

// Open reads the generation in the state folder dir. The error names the file that is missing or
// damaged.
func Open(dir string) (*Set, error) {
	g, body, err := readGeneration(dir)
	if err != nil {
		return nil, err
	}
	return open(dir, g, body, nil)
}

// open opens a generation. What an open earlier set has of the same content is shared.
func open(dir string, g Generation, body []byte, earlier *Set) (*Set, error) {
	if len(g.Records) != segments {
		return nil, fmt.Errorf("%s: %d segments instead of %d", filepath.Join(dir, generationName), len(g.Records), segments)
	}
	s := &Set{generation: g, body: string(body)}
	_, s.nextUpdate = certification.Confirmation(g.Read)
	s.refs.Store(1)
	var group errgroup.Group
	group.SetLimit(4)
	for i, file := range g.Records {
		if earlier != nil && earlier.generation.Records[i] == file {
			s.parts[i] = earlier.parts[i]
			continue
		}
		var former segment
		if earlier != nil {
			former = earlier.parts[i]
		}
		group.Go(func() error {
			body, err := readVerified(filepath.Join(dir, recordsDir), file)
			if err != nil {
				return err
			}
			if s.parts[i], err = decodeSegment(i, body, file.Count, former); err != nil {
				return fmt.Errorf("%s: %w", filepath.Join(dir, recordsDir, file.Name), err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	total := 0
	for _, part := range s.parts {
		total += len(part)
	}
	if total != g.Total {
		return nil, fmt.Errorf("%s: %d records instead of %d", filepath.Join(dir, generationName), total, g.Total)
	}
	if err := s.openNames(dir, earlier); err != nil {
		return nil, err
	}
	s.standing.Store(newStanding(&s.names, g.Read, earlier))
	return s, nil
}

func (s *Set) openNames(dir string, earlier *Set) error {
	want := s.generation.Index
	folder := filepath.Join(dir, indexDir, want.Dir)
	if !filepath.IsLocal(want.Dir) && want.Dir != "" {
		return fmt.Errorf("%s: a name that leads out of the state folder", folder)
	}
	changed, err := want.changed()
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(dir, generationName), err)
	}
	var n *names
	switch {
	case earlier != nil && earlier.names.serves(want, earlier.generation.Index.Dir, changed):
		n = earlier.names.names
		n.retain()
	case want.Dir == "" && s.generation.Total > 0:
		return fmt.Errorf("%s: no search index for %d records", filepath.Join(dir, generationName), s.generation.Total)
	case want.Dir == "":
		n = &names{digest: want.Digest}
		n.refs.Store(1)
	default:
		for _, file := range want.Files {
			if _, err := readVerified(folder, file); err != nil {
				return err
			}
		}
		if err := refuseOthers(folder, want.Files); err != nil {
			return err
		}
		if n, err = openNames(folder, want, s.Record, changed); err != nil {
			return err
		}
	}
	if s.names, err = newDirectory(n, &s.parts, changed, earlier); err != nil {
		n.release()
		return fmt.Errorf("%s: %w", folder, err)
	}
	return nil
}

// serves reports whether the names of the index in dir can be those of another generation, of
// whose numbers those in changed, in order, have other names.
func (n *names) serves(want IndexFile, dir string, changed []certification.Number) bool {
	if n.digest != want.Digest || dir != want.Dir {
		return false
	}
	for _, number := range n.unknown {
		if !contains(changed, number) {
			return false // its name is that of the index again
		}
	}
	return true
}

// refuseOthers finds a file that the generation does not name, which the engine might read.
func refuseOthers(folder string, known []File) error {
	return filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("read the index: %w", err)
		}
		if entry.IsDir() {
			return nil
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(known, func(f File) bool { return f.Name == filepath.ToSlash(name) }) {
			return fmt.Errorf("%s: damaged: a file that does not belong there", path)
		}
		return nil
	})
}

// Generation says what the set was read from.
func (s *Set) Generation() Generation { return s.generation }

// Record is the record of a number, whether or not its certificate is issued yet.
func (s *Set) Record(n certification.Number) (*certification.Record, bool) {
	return s.parts[segmentOf(n)].find(n)
}

// Records yields every record, those not yet issued included, in no order that means anything.
func (s *Set) Records() iter.Seq[*certification.Record] {
	return func(yield func(*certification.Record) bool) {
		for _, r := range s.names.records {
			if r != nil && !yield(r) {
				return
			}
		}
	}
}

// NextUpdate is the instant from which answers of this set may no longer be relied on.
func (s *Set) NextUpdate() time.Time { return s.nextUpdate }

// Statement is what may be said about a number at the instant. It is false for a number that was
// never issued or is not yet.
func (s *Set) Statement(n certification.Number, now time.Time) (certification.Statement, bool) {
	r, ok := s.Record(n)
	if !ok {
		return certification.Statement{}, false
	}
	return certification.StatementAt(r, s.generation.Read, now)
}

// Close gives up the set. Its files are closed when the last who holds it has given it up.
func (s *Set) Close() error {
	if s.refs.Add(-1) != 0 {
		return nil
	}
	return s.names.release()
}

// retain adds a holder, unless the last one has gone.
func (s *Set) retain() bool {
	for {
		n := s.refs.Load()
		if n == 0 {
			return false
		}
		if s.refs.CompareAndSwap(n, n+1) {
			return true
		}
	}
}
