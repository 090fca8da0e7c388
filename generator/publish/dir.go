package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"
)

// stagingName is the folder in the output folder where files are written before they are
// renamed into place. It is on the same file system as they, and servers do not show names
// that begin with a dot.
const stagingName = ".staging"

// dir is an output folder. Every name is opened below a descriptor of the folder, and no
// symbolic link is followed out of it (os.Root), so nothing outside can be touched.
type dir struct {
	path     string // absolute
	root     *os.Root
	lock     *os.File
	faults   faults
	verified bool // every file that the manifest lists was seen, and none was removed but by us

	staging []*os.File // one folder a worker
	folders map[string]*folder
}

// folder is one folder of the site.
type folder struct {
	file  *os.File
	names []string // what is in it, sorted, while the first publication looks for each file
}

// openDir opens the output folder, creating it if need be, and locks it against a publisher
// with another state folder.
func openDir(out string, faults faults) (*dir, error) {
	abs, err := filepath.Abs(out)
	if err != nil {
		return nil, fmt.Errorf("open output folder: %w", err)
	}
	if err := os.MkdirAll(abs, 0o755); err != nil {
		return nil, fmt.Errorf("open output folder: %w", err)
	}
	root, err := os.OpenRoot(abs)
	if err != nil {
		return nil, fmt.Errorf("open output folder: %w", err)
	}
	d := &dir{path: abs, root: root, faults: faults, folders: make(map[string]*folder)}
	if d.lock, err = root.Open("."); err != nil {
		d.close()
		return nil, fmt.Errorf("open output folder: %w", err)
	}
	if err := lockFile(d.lock); err != nil {
		d.close()
		return nil, fmt.Errorf("output folder %s is in use by another publisher: %w", out, err)
	}
	return d, nil
}

func (d *dir) close() {
	d.forget()
	if d.lock != nil {
		d.lock.Close()
	}
	d.root.Close()
}

// forget gives up what is known of the folder's content. The next publication looks anew.
func (d *dir) forget() {
	for _, f := range d.folders {
		f.file.Close()
	}
	for _, f := range d.staging {
		f.Close()
	}
	clear(d.folders)
	d.staging, d.verified = nil, false
}

// mustBeEmpty refuses a folder that holds files of somebody else.
func (d *dir) mustBeEmpty() error {
	f, err := d.root.Open(".")
	if err != nil {
		return fmt.Errorf("open output folder: %w", err)
	}
	defer f.Close()
	if names, _ := f.Readdirnames(1); len(names) > 0 {
		return fmt.Errorf("output folder %s is not empty, and the state folder knows of nothing that was published to it: give an empty --out, or the --state that belongs to it", d.path)
	}
	return nil
}

// prepare makes a fresh staging folder for each worker.
func (d *dir) prepare(workers int) error {
	d.clearStaging()
	for w := range workers {
		name := path.Join(stagingName, strconv.Itoa(w))
		if err := d.faults.do("make folder", name, func() error { return d.root.MkdirAll(name, 0o755) }); err != nil {
			return fmt.Errorf("make %s: %w", filepath.Join(d.path, name), err)
		}
		f, err := d.root.Open(name)
		if err != nil {
			return fmt.Errorf("open %s: %w", filepath.Join(d.path, name), err)
		}
		d.staging = append(d.staging, f)
	}
	return nil
}

// clearStaging removes the staging folder. What it cannot remove now the next run will.
func (d *dir) clearStaging() {
	for _, f := range d.staging {
		f.Close()
	}
	d.staging = nil
	d.faults.do("clear", stagingName, func() error { return d.root.RemoveAll(stagingName) })
}

// open gives the folder of the site with this name, made if it is missing. Not safe for concurrent use.
func (d *dir) open(name string) (*folder, error) {
	if f, ok := d.folders[name]; ok {
		return f, nil
	}
	if err := d.faults.do("make folder", name, func() error { return d.root.MkdirAll(name, 0o755) }); err != nil {
		return nil, fmt.Errorf("make folder %s: %w", filepath.Join(d.path, name), err)
	}
	file, err := d.root.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open folder %s: %w", filepath.Join(d.path, name), err)
	}
	f := &folder{file: file}
	if !d.verified {
		if f.names, err = file.Readdirnames(-1); err != nil {
			file.Close()
			return nil, fmt.Errorf("list folder %s: %w", filepath.Join(d.path, name), err)
		}
		slices.Sort(f.names)
	}
	d.folders[name] = f
	return f, nil
}

// trust ends the look at every file: from here on a file is where this program put it.
func (d *dir) trust() {
	d.verified = true
	for _, f := range d.folders {
		f.names = nil
	}
}

// has reports whether the folder has a file of this name.
func (f *folder) has(name string) bool {
	if f.names != nil {
		_, ok := slices.BinarySearch(f.names, name)
		return ok
	}
	var stat unix.Stat_t
	_, err := ignoringEINTR(func() (int, error) {
		return 0, unix.Fstatat(int(f.file.Fd()), name, &stat, unix.AT_SYMLINK_NOFOLLOW)
	})
	return err == nil
}

// stagedFile is a file written to a worker's staging folder, and where it belongs.
type stagedFile struct {
	rank   uint8 // order of placing
	worker uint8
	name   uint32 // in the staging folder
	folder *folder
	target string // in that folder
}

// The order in which files are placed: what a page needs comes before it.
const (
	rankAsset uint8 = iota
	rankRecord
	rankPage
)

// write stages one file.
func (d *dir) write(worker int, name uint32, body []byte) error {
	return d.faults.do("write", stagingName, func() error { return d.create(worker, name, body) })
}

func (d *dir) create(worker int, name uint32, body []byte) error {
	fd, err := openat(int(d.staging[worker].Fd()), strconv.FormatUint(uint64(name), 10), unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_CLOEXEC, 0o644)
	if err != nil {
		return err
	}
	for len(body) > 0 && err == nil {
		var n int
		n, err = ignoringEINTR(func() (int, error) { return unix.Write(fd, body) })
		body = body[max(n, 0):]
	}
	return errors.Join(err, unix.Close(fd))
}

// fewFiles is how many files are synced one by one rather than with their whole file system.
const fewFiles = 64

// place makes the staged files durable and renames them into place, by rank.
func (d *dir) place(staged []stagedFile, workers int) error {
	if len(staged) == 0 {
		return nil
	}
	if err := d.syncStaged(staged); err != nil {
		return fmt.Errorf("sync files written to %s: %w", d.path, err)
	}
	for rank := rankAsset; rank <= rankPage; rank++ {
		var group errgroup.Group
		for part := range slices.Chunk(staged, (len(staged)+workers-1)/workers) {
			group.Go(func() error {
				for _, f := range part {
					if f.rank != rank {
						continue
					}
					if err := d.faults.do("rename", f.target, func() error { return d.rename(f) }); err != nil {
						return fmt.Errorf("put %s in place: %w", filepath.Join(f.folder.file.Name(), f.target), err)
					}
				}
				return nil
			})
		}
		if err := group.Wait(); err != nil {
			return err
		}
	}
	return d.syncFolders(staged)
}

func (d *dir) rename(f stagedFile) error {
	name := strconv.FormatUint(uint64(f.name), 10)
	_, err := ignoringEINTR(func() (int, error) {
		return 0, unix.Renameat(int(d.staging[f.worker].Fd()), name, int(f.folder.file.Fd()), f.target)
	})
	return err
}

func (d *dir) syncStaged(staged []stagedFile) error {
	if len(staged) > fewFiles {
		return d.faults.do("sync", stagingName, func() error { return syncFileSystem(d.lock) })
	}
	for _, f := range staged {
		if err := d.faults.do("sync", f.target, func() error { return d.syncOne(f) }); err != nil {
			return err
		}
	}
	return nil
}

func (d *dir) syncOne(f stagedFile) error {
	fd, err := openat(int(d.staging[f.worker].Fd()), strconv.FormatUint(uint64(f.name), 10), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	return errors.Join(unix.Fsync(fd), unix.Close(fd))
}

func (d *dir) syncFolders(staged []stagedFile) error {
	if len(staged) > fewFiles {
		if err := d.faults.do("sync folder", ".", func() error { return syncFileSystem(d.lock) }); err != nil {
			return fmt.Errorf("sync %s: %w", d.path, err)
		}
		return nil
	}
	synced := make(map[*folder]bool)
	for _, f := range staged {
		if synced[f.folder] {
			continue
		}
		synced[f.folder] = true
		if err := d.faults.do("sync folder", f.folder.file.Name(), f.folder.file.Sync); err != nil {
			return fmt.Errorf("sync folder %s: %w", f.folder.file.Name(), err)
		}
	}
	return nil
}

// replace puts one file in place durably, after everything else.
func (d *dir) replace(name string, body []byte) error {
	const staged = 1<<32 - 1
	if err := d.write(0, staged, body); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Join(d.path, name), err)
	}
	f, err := d.open(path.Dir(name))
	if err != nil {
		return err
	}
	return d.place([]stagedFile{{rank: rankPage, name: staged, folder: f, target: path.Base(name)}}, 1)
}

// read gives the bytes of a published file.
func (d *dir) read(name string) ([]byte, error) { return d.root.ReadFile(name) }

// removeAll removes files of a former site. One that is gone already is no error.
func (d *dir) removeAll(paths []string) (removed int, err error) {
	folders := make(map[string]bool)
	for _, name := range paths {
		err := d.faults.do("remove", name, func() error { return d.root.Remove(name) })
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return removed, fmt.Errorf("remove %s: %w", filepath.Join(d.path, name), err)
		}
		removed++
		folders[path.Dir(name)] = true
	}
	for name := range folders {
		if f, ok := d.folders[name]; ok {
			if err := d.faults.do("sync folder", name, f.file.Sync); err != nil {
				return removed, fmt.Errorf("sync folder %s: %w", f.file.Name(), err)
			}
		}
		d.removeEmpty(name)
	}
	return removed, nil
}

// removeEmpty removes a folder that is empty now, and those above it.
func (d *dir) removeEmpty(name string) {
	for name != "." && d.faults.do("remove folder", name, func() error { return d.root.Remove(name) }) == nil {
		if f, ok := d.folders[name]; ok {
			f.file.Close()
			delete(d.folders, name)
		}
		name = path.Dir(name)
	}
}

func openat(dirfd int, name string, flags int, mode uint32) (int, error) {
	return ignoringEINTR(func() (int, error) { return unix.Openat(dirfd, name, flags, mode) })
}

func ignoringEINTR(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if err != unix.EINTR {
			return n, err
		}
	}
}

func lockFile(f *os.File) error {
	return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
}
