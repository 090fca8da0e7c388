package index

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

// What Write makes, and all that prune may remove.
var (
	segmentPattern    = regexp.MustCompile(`^[0-9a-f]{2}-[0-9a-f]{32}\.ndjson$`)
	unfinishedPattern = regexp.MustCompile(`^` + regexp.QuoteMeta(temporaryPrefix) + `[0-9]+$`)
	indexPattern      = regexp.MustCompile(`^[0-9a-f]{16}-[0-9a-f]{16}$|` + unfinishedPattern.String())
)

// prune removes the files of generations before the previous one, and what a stopped Write left.
func (w *Writer) prune(current, previous Generation) error {
	if err := w.step("prune"); err != nil {
		return err
	}
	keep := map[string]bool{current.Index.Dir: true, previous.Index.Dir: true}
	for _, g := range []Generation{current, previous} {
		for _, f := range g.Records {
			keep[f.Name] = true
		}
	}
	for sub, ours := range map[string]*regexp.Regexp{".": unfinishedPattern, recordsDir: segmentPattern, indexDir: indexPattern} {
		dir := filepath.Join(w.dir, sub)
		entries, err := os.ReadDir(dir)
		if err != nil {
			return fmt.Errorf("remove old files: %w", err)
		}
		for _, entry := range entries {
			if keep[entry.Name()] || !ours.MatchString(entry.Name()) {
				continue
			}
			if err := os.RemoveAll(filepath.Join(dir, entry.Name())); err != nil {
				return fmt.Errorf("remove old files: %w", err)
			}
			w.stats.Removed++
		}
	}
	return nil
}
