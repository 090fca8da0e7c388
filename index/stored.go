package index

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/cmpss/registry/generator/certification"
)

// Read gives the records of the generation that stands in the state folder, sorted by number. The
// error names the file that is missing or damaged.
func (w *Writer) Read(ctx context.Context) ([]*certification.Record, error) {
	g, _, err := readGeneration(w.dir)
	if err != nil {
		return nil, err
	}
	parts := make([]segment, len(g.Records))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(writers)
	for i, file := range g.Records {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			body, err := readVerified(filepath.Join(w.dir, recordsDir), file)
			if err != nil {
				return err
			}
			if parts[i], err = decodeSegment(i, body, file.Count, nil); err != nil {
				return fmt.Errorf("%s: %w", filepath.Join(w.dir, recordsDir, file.Name), err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	records := slices.Concat(parts...)
	slices.SortFunc(records, func(a, b *certification.Record) int { return a.Number().Compare(b.Number()) })
	return records, nil
}
