package index

import (
	"path/filepath"

	"golang.org/x/sync/errgroup"
)

// Verify compares every file of the generation in the state folder dir with its hash. The error
// names the file that is missing or damaged.
func Verify(dir string) error {
	g, _, err := readGeneration(dir)
	if err != nil {
		return err
	}
	var group errgroup.Group
	group.SetLimit(writers)
	verify := func(folder string, files []File) {
		for _, file := range files {
			group.Go(func() error {
				_, err := readVerified(folder, file)
				return err
			})
		}
	}
	verify(filepath.Join(dir, recordsDir), g.Records)
	verify(filepath.Join(dir, indexDir, g.Index.Dir), g.Index.Files)
	return group.Wait()
}
