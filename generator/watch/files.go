package watch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// pace says how patient Files is.
type pace struct {
	quiet  time.Duration // a change has ended when nothing came for so long
	atMost time.Duration // but is given no longer than this
	rescan time.Duration // look even if the system says nothing
}

// Files calls trigger when something changes in the files and folders of the paths, until the
// context ends, and then returns nil. It calls it once when it begins, for what changed before.
// Trigger must not block.
//
// A path may be a file, a folder, a link to one, or not exist yet. What is watched are folders:
// the one that holds a file, so that a file replaced by a rename is noticed; every one below a
// folder, as they come and go; and those that hold the links on the way to a path, so that a link
// that is turned elsewhere is noticed, as Kubernetes does with "..data". Temporary files
// of editors and hidden files below a folder are left out.
//
// A change is reported when nothing more came for as long as quiet says, and after 2 s in any case, so
// the reader of a large file that is written in place may find a part of it: write beside it
// and rename. The paths are also looked at every 15 s, and whenever the system lost count of its
// events: that finds what it does not report, such as changes made on another host of a network
// file system, if size, time, mode or identity of a file changed.
//
// It fails when the system has no room for more watches (on Linux: fs.inotify.max_user_instances
// and max_user_watches). Whoever called it reports that, looks by itself (see Compare) and calls
// it again after a while: since it begins with a trigger, nothing is lost. The folder that the site is published
// to must not be among the paths, nor below one: every rebuild would lead to the next.
func Files(ctx context.Context, paths []string, quiet time.Duration, trigger func()) error {
	return followFiles(ctx, paths, trigger, pace{quiet: quiet, atMost: 2 * time.Second, rescan: 15 * time.Second})
}

// Compare gives a function that looks at the files and folders of the paths and reports whether
// anything differs from when it was called before. The first call says that it does. It needs no
// watches and may be called from one goroutine at a time.
func Compare(paths []string) (differs func() bool) {
	absolute := make([]string, len(paths))
	for i, path := range paths {
		absolute[i] = path
		if a, err := filepath.Abs(path); err == nil {
			absolute[i] = a // otherwise the working folder is gone: nothing is found there either way
		}
	}
	var last *scan
	return func() bool {
		former := last
		last = scanPaths(absolute)
		return former == nil || !last.same(former)
	}
}

func followFiles(ctx context.Context, paths []string, trigger func(), pace pace) error {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watch files: %w", err)
	}
	defer watcher.Close()
	f := &follower{watcher: watcher, watched: make(map[string]fs.FileInfo)}
	for _, path := range paths {
		absolute, err := filepath.Abs(path)
		if err != nil {
			return fmt.Errorf("watch files: %w", err)
		}
		f.paths = append(f.paths, absolute)
	}
	if _, err := f.rescan(); err != nil {
		return err
	}
	trigger()

	tick := time.NewTicker(pace.rescan)
	defer tick.Stop()
	quiet, limit := stoppedTimer(), stoppedTimer()
	defer quiet.Stop()
	defer limit.Stop()
	pending := false // a change waits for its end
	certain := false // it is known to be one; otherwise the scan decides
	changed := func(sure bool) {
		if !pending {
			limit.Reset(pace.atMost)
		}
		quiet.Reset(pace.quiet)
		pending, certain = true, certain || sure
	}
	ended := func() error {
		quiet.Stop()
		limit.Stop()
		differs, err := f.rescan()
		if err == nil && (certain || differs) {
			trigger()
		}
		pending, certain = false, false
		return err
	}
	for {
		var err error
		select {
		case <-ctx.Done():
			return nil
		case event := <-watcher.Events:
			if f.concerns(filepath.Clean(event.Name)) {
				// Of a file's attributes its mode matters alone, and the scan sees that.
				changed(event.Op != fsnotify.Chmod)
			}
		case err := <-watcher.Errors:
			// Of an overflow nobody knows what was lost. Others are of a watch whose folder
			// went just then.
			changed(errors.Is(err, fsnotify.ErrEventOverflow))
		case <-quiet.C:
			err = ended()
		case <-limit.C:
			err = ended()
		case <-tick.C:
			var differs bool
			if differs, err = f.rescan(); differs {
				changed(true)
			}
		}
		if err != nil {
			return err
		}
	}
}

func stoppedTimer() *time.Timer {
	timer := time.NewTimer(0)
	timer.Stop() // what it may have sent already is not received after this
	return timer
}

// follower keeps the watches that the paths need.
type follower struct {
	watcher *fsnotify.Watcher
	paths   []string // absolute
	watched map[string]fs.FileInfo
	last    *scan
}

// rescan looks at the paths, moves the watches to where they are now, and says whether
// anything differs from the last time. It looks again after a watch was added, because what
// happened in that folder before is not reported.
func (f *follower) rescan() (differs bool, err error) {
	previous := f.last
	for range 100 { // folders that come and go as fast as this are left to the next event
		f.last = scanPaths(f.paths)
		added, err := f.moveWatches()
		if err != nil {
			return false, err
		}
		if !added {
			break
		}
	}
	return previous == nil || !f.last.same(previous), nil
}

// moveWatches makes the watched folders those of the last scan. It leaves folders before it enters
// others: the system knows one watch of a folder that was renamed, by its first name.
func (f *follower) moveWatches() (added bool, err error) {
	alive := make(map[string]bool)
	for _, folder := range f.watcher.WatchList() {
		alive[folder] = true
	}
	for folder, info := range f.watched {
		if now, wanted := f.last.folders[folder]; wanted && alive[folder] && os.SameFile(info, now.info) {
			continue
		}
		// A folder that was removed or renamed has lost its watch, so an error is usual. At worst
		// a watch is left that reports what does not concern.
		_ = f.watcher.Remove(folder)
		delete(f.watched, folder)
	}
	for folder, interest := range f.last.folders {
		if _, ok := f.watched[folder]; ok {
			continue
		}
		err := f.watcher.Add(folder)
		switch {
		case err == nil:
			f.watched[folder] = interest.info
			added = true
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
			// It went meanwhile, or is not ours to watch; the regular look remains.
		default:
			return false, fmt.Errorf("watch files: %s: %w", folder, err)
		}
	}
	return added, nil
}

// concerns says whether an event at that name can be a change of the paths.
func (f *follower) concerns(name string) bool {
	if _, ok := f.watched[name]; ok {
		return true // the folder itself
	}
	interest, ok := f.last.folders[filepath.Dir(name)]
	base := filepath.Base(name)
	return ok && (interest.names[base] || interest.all && !ignored(base))
}
