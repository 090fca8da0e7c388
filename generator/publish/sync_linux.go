package publish

import (
	"os"

	"golang.org/x/sys/unix"
)

// syncFileSystem makes everything written to the file system of f durable: one call for a
// bulk of files, where a call for each would take as long as the writing.
func syncFileSystem(f *os.File) error { return unix.Syncfs(int(f.Fd())) }
