//go:build !linux

package index

// syncAll makes the files, all in or below dir, and their names in dir durable.
func syncAll(dir string, paths []string) error { return syncEach(dir, paths) }
