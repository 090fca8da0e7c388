package index

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/cmpss/registry/generator/certification"
)

// Read gives the records of the generation that stands in the state folder, sorted by number: those
// of the numbers, as far as there are, or all if numbers is nil. It reads the segments in which they
// are and no other. The error names the file that is missing or damaged.
func (w *Writer) Read(ctx context.Context, numbers []certification.Number) ([]*certification.Record, error) {
	g, _, err := readGeneration(w.dir)
	if err != nil {
		return nil, err
	}
	if len(g.Records) != segments {
		return nil, fmt.Errorf("%s: %d segments instead of %d", filepath.Join(w.dir, generationName), len(g.Records), segments)
	}
	wanted := make(map[certification.Number]bool, len(numbers))
	var touched [segments]bool
	for _, n := range numbers {
		wanted[n], touched[segmentOf(n)] = true, true
	}
	var parts [segments]segment
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(writers)
	for i, file := range g.Records {
		if numbers != nil && !touched[i] {
			continue
		}
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
	records := slices.Concat(parts[:]...)
	if numbers != nil {
		records = slices.DeleteFunc(records, func(r *certification.Record) bool { return !wanted[r.Number()] })
	}
	slices.SortFunc(records, func(a, b *certification.Record) int { return a.Number().Compare(b.Number()) })
	return records, nil
}
