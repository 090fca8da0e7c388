//go:build !linux

package publish

import (
	"os"

	"golang.org/x/sys/unix"
)

// syncFileSystem makes everything written durable. Without syncfs(2) it is every file system.
func syncFileSystem(*os.File) error {
	unix.Sync()
	return nil
}
