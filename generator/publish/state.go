package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

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
	path string
	lock *os.File
}

// openState opens the folder, creating it if need be, and locks it against another publisher.
func openState(path string) (*state, error) {
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
	return &state{path, lock}, nil
}

func (s *state) close() { s.lock.Close() }

// read gives the manifest of what was published to out, or nil if nothing was, and what a
// killed run noted.
func (s *state) read(out string) (*site.Manifest, *intent, error) {
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
	body, err := os.ReadFile(filepath.Join(s.path, intentName))
	if errors.Is(err, fs.ErrNotExist) {
		return manifest, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read what a stopped run left: %w", err)
	}
	leftover, err := decodeIntent(body)
	if err != nil {
		return nil, nil, fmt.Errorf("read what a stopped run left, %s: %w", filepath.Join(s.path, intentName), err)
	}
	return manifest, leftover, nil
}

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
		return os.ReadFile(filepath.Join(state, segmentsName, name))
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w; if it cannot be restored, remove the state folder and the output folder and build again", filepath.Join(state, manifestName), err)
	}
	return manifest, nil
}

// begin notes what a publication may create before it creates anything. A folder that has no
// manifest gets that of an empty site, so that from now on the output folder is known to be ours.
func (s *state) begin(previous *site.Manifest, created *intent) error {
	if _, err := os.Stat(filepath.Join(s.path, manifestName)); errors.Is(err, fs.ErrNotExist) {
		head, _ := previous.Encode()
		if err := replaceFile(s.path, manifestName, head, 0o600); err != nil {
			return fmt.Errorf("begin publication: %w", err)
		}
	}
	if err := replaceFile(s.path, intentName, created.encode(), 0o600); err != nil {
		return fmt.Errorf("begin publication: %w", err)
	}
	return nil
}

// commit makes next the manifest: its segments first, its head last, then the segments that
// it does not name are removed.
func (s *state) commit(next *site.Manifest) error {
	head, segments := next.Encode()
	folder := filepath.Join(s.path, segmentsName)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("commit manifest: %w", err)
	}
	standing := make(map[string]bool, len(entries))
	for _, e := range entries {
		standing[e.Name()] = true
	}
	for name, body := range segments {
		if standing[name] {
			continue
		}
		if err := replaceFile(folder, name, body, 0o600); err != nil {
			return fmt.Errorf("commit manifest: %w", err)
		}
	}
	if err := replaceFile(s.path, manifestName, head, 0o600); err != nil {
		return fmt.Errorf("commit manifest: %w", err)
	}
	for name := range standing {
		if _, named := segments[name]; !named {
			os.Remove(filepath.Join(folder, name)) // a later commit tries again
		}
	}
	return nil
}

// end forgets the intent: everything in it is in the manifest now, or removed.
func (s *state) end() error {
	if err := os.Remove(filepath.Join(s.path, intentName)); err != nil {
		return fmt.Errorf("end publication: %w", err)
	}
	return nil
}

// replaceFile puts a file in place durably: written beside it, synced, renamed, and the
// folder synced. At every moment the name is the old file or the new one.
func replaceFile(folder, name string, body []byte, mode fs.FileMode) (err error) {
	f, err := os.CreateTemp(folder, "."+name+".")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if _, err := f.Write(body); err != nil {
		return err
	}
	if err := f.Chmod(mode); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), filepath.Join(folder, name)); err != nil {
		return err
	}
	return syncFolder(folder)
}

func syncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
