package index

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
)

// ErrNone is returned by Refresh for a folder in which no generation was ever finished.
var ErrNone = errors.New("no index there yet")

// Holder keeps the newest generation open while requests run. The zero Holder is ready and
// holds none. It is safe for concurrent use.
type Holder struct {
	refreshing sync.Mutex // one Refresh at a time
	current    atomic.Pointer[Set]
}

// OpenHolder opens the generation in the state folder dir. Where none was ever finished the error
// wraps ErrNone.
func OpenHolder(dir string) (*Holder, error) {
	h := new(Holder)
	if _, err := h.Refresh(dir); err != nil {
		return nil, err
	}
	return h, nil
}

// Acquire gives the current set, or nil if there is none. The caller closes it when done with
// the request; until then it stays open, whatever Refresh does.
func (h *Holder) Acquire() *Set {
	for {
		s := h.current.Load()
		if s == nil || s.retain() {
			return s
		}
		// It was replaced between the two steps: its successor is there.
	}
}

// Refresh opens the generation in the state folder dir if it is another than the current one,
// verifies it, puts it in place and gives up the old one, which closes when its last request is
// done. It reports whether it did. On an error the old one stays in place.
func (h *Holder) Refresh(dir string) (bool, error) {
	h.refreshing.Lock()
	defer h.refreshing.Unlock()
	old := h.current.Load()
	path := filepath.Join(dir, generationName)
	body, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, fmt.Errorf("%s: %w", path, ErrNone)
	case err != nil:
		return false, fmt.Errorf("read the index: %w", err)
	case old != nil && old.body == string(body):
		return false, nil
	}
	g, err := decodeGeneration(body)
	if err != nil {
		return false, fmt.Errorf("%s: %w", path, err)
	}
	next, err := open(dir, g, body, old)
	if err != nil {
		return false, err
	}
	h.current.Store(next)
	if old != nil {
		if err := old.Close(); err != nil {
			return true, fmt.Errorf("close the index before: %w", err)
		}
	}
	return true, nil
}

// Close gives up the current set. Acquire gives nil from then on.
func (h *Holder) Close() error {
	h.refreshing.Lock()
	defer h.refreshing.Unlock()
	if old := h.current.Swap(nil); old != nil {
		return old.Close()
	}
	return nil
}
