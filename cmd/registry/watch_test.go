package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cmpss/registry/generator/watch"
)

// Where the system has no room for watches, an edit is found by the next look all the same, and
// a look that finds nothing does not build.
func TestAnEditIsFoundWhereFilesCannotBeWatched(t *testing.T) {
	folder := t.TempDir()
	page := filepath.Join(folder, "fees.md")
	write := func(text string) {
		if err := os.WriteFile(page, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("one")
	synctest.Test(t, func(t *testing.T) {
		var edits int
		var log strings.Builder
		w := &watcher{flags: &watchFlags{Poll: 15 * time.Second}, log: slog.New(slog.NewTextHandler(&log, nil))}
		w.watchFiles = func(context.Context, []string, time.Duration, func()) error { return errors.New("too many open files") }
		w.loop = watch.New(watch.Options{
			Now: time.Now, Poll: w.flags.Poll,
			Rebuild: func(_ context.Context, why watch.Reason) (watch.Outcome, error) {
				if why.Has(watch.ContentChanged) {
					edits++
				}
				return watch.Outcome{}, nil
			},
		})
		ctx, cancel := context.WithCancel(t.Context())
		go w.loop.Run(ctx)
		go w.files(ctx, []string{folder}, contentQuiet, watch.ContentChanged)
		for step, want := range []int{1, 1, 2, 2} { // what changed before it began counts as an edit
			if step == 2 {
				write("another")
			}
			time.Sleep(w.flags.Poll + time.Second)
			synctest.Wait()
			if edits != want {
				t.Errorf("step %d: %d builds of edits, want %d", step, edits, want)
			}
		}
		cancel()
		synctest.Wait()
		if n := strings.Count(log.String(), "cannot be watched"); n != 1 {
			t.Errorf("it is said %d times", n)
		}
	})
}
