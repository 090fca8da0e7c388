package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cmpss/registry/generator/site"
)

const (
	manifestName = "manifest.json"
	segmentsName = "manifest"       // folder of the manifest's segments
	intentName   = "publishing.txt" // there while a publication is under way
	lockName     = "lock"
)

// state is the folder in which a publisher remembers what it published. It is not served,
// and only its owner may read it: the manifest lists every record.
type state struct {
	path     string
	lock     *os.File
	faults   faults
	segments [site.NumSegments]string // names of the manifest's segments that stand
	begun    bool                     // an intent stands
}

// apart refuses a state folder within the output folder, where it would be served, and an
// output folder within the state folder, which only its owner may read.
func apart(out, state string) error {
	if Within(state, out) || Within(out, state) {
		return fmt.Errorf("the state folder %s and the output folder %s must not lie within each other: the state folder lists every record and is never served; give another --state", state, out)
	}
	return nil
}

// Within reports whether a folder is another, or lies in it, symbolic links resolved as far as
// the folders exist.
func Within(inner, outer string) bool {
	rel, err := filepath.Rel(resolved(outer), resolved(inner))
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

func resolved(path string) string {
	path, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	missing := ""
	for at := path; ; at = filepath.Dir(at) {
		if real, err := filepath.EvalSymlinks(at); err == nil {
			return filepath.Join(real, missing)
		}
		if at == filepath.Dir(at) {
			return path
		}
		missing = filepath.Join(filepath.Base(at), missing)
	}
}

// openState opens the folder, creating it if need be, and locks it against another publisher.
func openState(path string, faults faults) (*state, error) {
	if err := os.MkdirAll(filepath.Join(path, segmentsName), 0o700); err != nil {
		return nil, fmt.Errorf("open state folder: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(path, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open state folder: %w", err)
	}
	if err := lockFile(lock); err != nil {
		lock.Close()
		return nil, fmt.Errorf("state folder %s is in use by another publisher; wait for it to end, or give another --state and --out: %w", path, err)
	}
	return &state{path: path, lock: lock, faults: faults}, nil
}

func (s *state) close() { s.lock.Close() }

// read gives the manifest of what was published to out, or nil if nothing was, and what a
// killed run noted.
func (s *state) read(out string) (*site.Manifest, *intent, error) {
	s.segments, s.begun = [site.NumSegments]string{}, false
	manifest, err := ReadManifest(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	if manifest.Out != out {
		return nil, nil, fmt.Errorf("state folder %s belongs to the output folder %s, not to %s: give the --state that belongs to it, or a new one with an empty --out", s.path, manifest.Out, out)
	}
	s.segments = manifest.Segments
	body, err := os.ReadFile(filepath.Join(s.path, intentName))
	if errors.Is(err, fs.ErrNotExist) {
		return manifest, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read what a stopped run left: %w", err)
	}
	s.begun = true
	leftover, err := decodeIntent(body)
	if err != nil {
		return nil, nil, fmt.Errorf("read what a stopped run left, %s: %w", filepath.Join(s.path, intentName), err)
	}
	return manifest, leftover, nil
}

// ManifestPath is the file in a state folder that every publication replaces last of all.
func ManifestPath(state string) string { return filepath.Join(state, manifestName) }

// ReadManifest reads the manifest in a state folder. The error wraps fs.ErrNotExist if the
// folder has none.
func ReadManifest(state string) (*site.Manifest, error) {
	head, err := os.ReadFile(filepath.Join(state, manifestName))
	if err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	manifest, err := site.DecodeManifest(head, func(name string) ([]byte, error) {
		if filepath.Base(name) != name {
			return nil, fmt.Errorf("bad name")
		}
		body, err := os.ReadFile(filepath.Join(state, segmentsName, name))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, errors.New("it is missing")
		}
		return body, err
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w; if it cannot be restored, remove the state folder and the output folder and build again", filepath.Join(state, manifestName), err)
	}
	return manifest, nil
}

// begin notes what a publication is about to do before it does. A folder that has no
// manifest gets that of an empty site, so that from now on the output folder is known to be ours.
func (s *state) begin(previous *site.Manifest, noted *intent) error {
	if _, err := os.Stat(filepath.Join(s.path, manifestName)); errors.Is(err, fs.ErrNotExist) {
		if err := s.replace(s.path, manifestName, previous.EncodeHead(s.segments)); err != nil {
			return fmt.Errorf("begin publication: %w", err)
		}
	}
	if noted.empty() && !s.begun {
		return nil
	}
	s.begun = true
	if err := s.replace(s.path, intentName, noted.encode()); err != nil {
		return fmt.Errorf("begin publication: %w", err)
	}
	return nil
}

// commit writes the manifest: the segments that changed first, the head last, then the
// segments that it does not name any more are removed.
func (s *state) commit(next *site.Manifest, division *site.Division, dirty *[site.NumSegments]bool) error {
	folder := filepath.Join(s.path, segmentsName)
	names := s.segments
	var former []string
	for k, body := range next.EncodeSegments(division, dirty) {
		if !dirty[k] {
			continue
		}
		name := ""
		if len(body) > 0 {
			name = site.SegmentName(k, body)
		}
		if name == names[k] {
			continue
		}
		if name != "" {
			if err := s.replace(folder, name, body); err != nil {
				return fmt.Errorf("commit manifest: %w", err)
			}
		}
		if names[k] != "" {
			former = append(former, names[k])
		}
		names[k] = name
	}
	if err := s.replace(s.path, manifestName, next.EncodeHead(names)); err != nil {
		return fmt.Errorf("commit manifest: %w", err)
	}
	s.segments = names
	for _, name := range former {
		if err := s.remove(filepath.Join(folder, name)); err != nil {
			return fmt.Errorf("commit manifest: %w", err)
		}
	}
	return nil
}

// end forgets the intent: everything in it is in the manifest now, or removed.
func (s *state) end() error {
	if !s.begun {
		return nil
	}
	if err := s.sweep(); err != nil {
		return fmt.Errorf("end publication: %w", err)
	}
	if err := s.remove(filepath.Join(s.path, intentName)); err != nil {
		return fmt.Errorf("end publication: %w", err)
	}
	s.begun = false
	return nil
}

// sweep removes segments that a killed run left.
func (s *state) sweep() error {
	folder := filepath.Join(s.path, segmentsName)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !slices.Contains(s.segments[:], e.Name()) {
			if err := s.remove(filepath.Join(folder, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *state) remove(name string) error {
	return s.faults.do("remove", name, func() error {
		if err := os.Remove(name); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	})
}

// replace puts a file in place durably: written beside it, synced, renamed, and the folder
// synced. At every moment the name is the old file or the new one. Only the owner may read it.
func (s *state) replace(folder, name string, body []byte) error {
	temporary := filepath.Join(folder, "."+name+".new")
	err := s.faults.do("write", temporary, func() error { return os.WriteFile(temporary, body, 0o600) })
	if err != nil {
		return err
	}
	if err := s.faults.do("sync", temporary, func() error { return syncPath(temporary) }); err != nil {
		return err
	}
	err = s.faults.do("rename", name, func() error { return os.Rename(temporary, filepath.Join(folder, name)) })
	if err != nil {
		return err
	}
	return s.faults.do("sync folder", folder, func() error { return syncPath(folder) })
}

func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
