package index

import (
	"fmt"
	"os"
	"path/filepath"
)

// replaceFile puts the bytes at the path in one step that survives a loss of power: a temporary
// file beside it, synced, renamed over it, and the folder synced.
func replaceFile(path string, body []byte) error {
	dir := filepath.Dir(path)
	temporary, err := os.CreateTemp(dir, temporaryPrefix)
	if err != nil {
		return fmt.Errorf("create a temporary file in %s: %w", dir, err)
	}
	defer os.Remove(temporary.Name()) // no longer there once renamed
	_, err = temporary.Write(body)
	if err == nil {
		err = temporary.Sync()
	}
	if closing := temporary.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return syncPath(dir)
}

// syncPath makes a file's bytes, or the names in a folder, durable.
func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open %s to sync it: %w", path, err)
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return fmt.Errorf("sync %s: %w", path, err)
	}
	return nil
}

// temporaryPrefix begins the names of files and folders that are not finished. Prune removes
// what a crash left of them.
const temporaryPrefix = ".index-unfinished-"

func syncEach(dir string, paths []string) error {
	for _, path := range paths {
		if err := syncPath(path); err != nil {
			return err
		}
	}
	return syncPath(dir)
}
