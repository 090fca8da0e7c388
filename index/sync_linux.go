package index

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// fewFiles are synced one by one; more of them by one call for the whole file system.
const fewFiles = 8

// syncAll makes the files, all in or below dir, and their names in dir durable.
func syncAll(dir string, paths []string) error {
	if len(paths) == 0 {
		return nil
	}
	if len(paths) <= fewFiles {
		return syncEach(dir, paths)
	}
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("open %s to sync it: %w", dir, err)
	}
	defer f.Close()
	if err := unix.Syncfs(int(f.Fd())); err != nil {
		return fmt.Errorf("sync the file system of %s: %w", dir, err)
	}
	return nil
}
