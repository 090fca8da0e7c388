package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
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
	coming  *os.File   // where folders are made that the site does not have yet
	folders map[string]*folder
}

// folder is one folder of the site.
type folder struct {
	name  string // in the site
	file  *os.File
	names []string // what is in it, sorted, while the first publication looks for each file
	from  uint32   // its name among the folders to come
	whole bool     // it is still there: its files get their own names at once
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
	d.closeStaging()
	clear(d.folders)
	d.verified = false
}

func (d *dir) closeStaging() {
	for _, f := range d.staging {
		f.Close()
	}
	d.staging = nil
	if d.coming != nil {
		d.coming.Close()
		d.coming = nil
	}
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

// prepare makes a fresh staging folder for each worker, and one for folders to come.
func (d *dir) prepare(workers int) (err error) {
	d.clearStaging()
	for w := range workers {
		f, err := d.make(path.Join(stagingName, strconv.Itoa(w)))
		if err != nil {
			return err
		}
		d.staging = append(d.staging, f)
	}
	d.coming, err = d.make(path.Join(stagingName, "coming"))
	return err
}

// make makes a folder, and those above it, where it is missing, and opens it.
func (d *dir) make(name string) (*os.File, error) {
	if err := d.faults.do("make folder", name, func() error { return d.root.MkdirAll(name, 0o755) }); err != nil {
		return nil, fmt.Errorf("make folder %s: %w", filepath.Join(d.path, name), err)
	}
	f, err := d.root.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open folder %s: %w", filepath.Join(d.path, name), err)
	}
	return f, nil
}

// clearStaging removes the staging folder. What it cannot remove now the next run will.
func (d *dir) clearStaging() {
	d.closeStaging()
	d.faults.do("clear", stagingName, func() error { return d.root.RemoveAll(stagingName) })
}

// open gives the folder of the site with this name, made if it is missing. Not safe for concurrent use.
func (d *dir) open(name string) (*folder, error) {
	if f, ok := d.folders[name]; ok {
		return f, nil
	}
	file, err := d.make(name)
	if err != nil {
		return nil, err
	}
	f := &folder{name: name, file: file}
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

// openWhole gives the folder as open does, but one that is missing is made beside the site, for
// place to bring there as a whole: one rename instead of one a file. Not safe for concurrent use.
func (d *dir) openWhole(name string) (*folder, error) {
	if _, ok := d.folders[name]; ok {
		return d.open(name)
	}
	if _, err := d.root.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
		return d.open(name)
	}
	f := &folder{name: name, names: []string{}, from: uint32(len(d.folders)), whole: true}
	var err error
	if f.file, err = d.make(path.Join(stagingName, "coming", stagedName(f.from))); err != nil {
		return nil, err
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

// list gives the names in a folder of the site; none if it cannot be read.
func (d *dir) list(name string) map[string]bool {
	f, err := d.root.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	names, err := f.Readdirnames(-1)
	if err != nil {
		return nil
	}
	there := make(map[string]bool, len(names))
	for _, name := range names {
		there[name] = true
	}
	return there
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

// staged is a file written to a staging folder, or a whole folder, and where it belongs.
type staged struct {
	rank   uint8    // order of placing
	whole  bool     // a folder
	name   uint32   // in the staging folder
	from   *os.File // the staging folder
	folder *folder
	target string // in that folder
}

// The order in which files are placed: what a page needs comes before it.
const (
	rankAsset uint8 = iota
	rankRecord
	rankPage
)

func stagedName(name uint32) string { return strconv.FormatUint(uint64(name), 10) }

// write stages one file under a name that the worker has not used.
func (d *dir) write(worker int, name uint32, body []byte) error {
	return d.create(d.staging[worker], stagedName(name), body)
}

// create writes a new file to a folder that is not in place.
func (d *dir) create(folder *os.File, name string, body []byte) error {
	return d.faults.do("write", name, func() error {
		fd, err := openat(int(folder.Fd()), name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_CLOEXEC, 0o644)
		if err != nil {
			return err
		}
		for len(body) > 0 && err == nil {
			var n int
			n, err = ignoringEINTR(func() (int, error) { return unix.Write(fd, body) })
			body = body[max(n, 0):]
		}
		return errors.Join(err, unix.Close(fd))
	})
}

// stageWhole stages the folders that openWhole made.
func (d *dir) stageWhole() (list []staged, err error) {
	for _, f := range slices.Collect(maps.Values(d.folders)) {
		if !f.whole {
			continue
		}
		parent, err := d.open(path.Dir(f.name))
		if err != nil {
			return nil, err
		}
		list = append(list, staged{rank: rankRecord, whole: true, name: f.from, from: d.coming, folder: parent, target: path.Base(f.name)})
	}
	return list, nil
}

// fewFiles is how many files are synced one by one rather than with their whole file system.
const fewFiles = 64

// few reports whether the staged files are synced one by one.
func few(list []staged) bool {
	return len(list) <= fewFiles && !slices.ContainsFunc(list, func(s staged) bool { return s.whole })
}

// place makes the staged files durable and renames them into place, by rank.
func (d *dir) place(list []staged, workers int) error {
	if len(list) == 0 {
		return nil
	}
	if err := d.syncStaged(list); err != nil {
		return fmt.Errorf("sync files written to %s: %w", d.path, err)
	}
	for rank := rankAsset; rank <= rankPage; rank++ {
		var group errgroup.Group
		for part := range slices.Chunk(list, (len(list)+workers-1)/workers) {
			group.Go(func() error {
				for _, s := range part {
					if s.rank != rank {
						continue
					}
					if err := d.faults.do("rename", s.target, s.rename); err != nil {
						return fmt.Errorf("put %s in place: %w", filepath.Join(d.path, s.folder.name, s.target), err)
					}
				}
				return nil
			})
		}
		if err := group.Wait(); err != nil {
			return err
		}
	}
	for _, f := range d.folders {
		f.whole = false
	}
	return d.syncFolders(list)
}

func (s staged) rename() error {
	_, err := ignoringEINTR(func() (int, error) {
		return 0, unix.Renameat(int(s.from.Fd()), stagedName(s.name), int(s.folder.file.Fd()), s.target)
	})
	return err
}

func (d *dir) syncStaged(list []staged) error {
	if !few(list) {
		return d.faults.do("sync", stagingName, func() error { return syncFileSystem(d.lock) })
	}
	for _, s := range list {
		if err := d.faults.do("sync", s.target, s.sync); err != nil {
			return err
		}
	}
	return nil
}

func (s staged) sync() error {
	fd, err := openat(int(s.from.Fd()), stagedName(s.name), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	return errors.Join(unix.Fsync(fd), unix.Close(fd))
}

func (d *dir) syncFolders(list []staged) error {
	if !few(list) {
		if err := d.faults.do("sync folder", ".", func() error { return syncFileSystem(d.lock) }); err != nil {
			return fmt.Errorf("sync %s: %w", d.path, err)
		}
		return nil
	}
	synced := make(map[*folder]bool)
	for _, s := range list {
		if synced[s.folder] {
			continue
		}
		synced[s.folder] = true
		if err := d.syncFolder(s.folder); err != nil {
			return err
		}
	}
	return nil
}

func (d *dir) syncFolder(f *folder) error {
	if err := d.faults.do("sync folder", f.name, f.file.Sync); err != nil {
		return fmt.Errorf("sync folder %s: %w", filepath.Join(d.path, f.name), err)
	}
	return nil
}

// replace puts one file in place durably, after everything else.
func (d *dir) replace(name string, body []byte) error {
	const last = 1<<32 - 1
	if err := d.write(0, last, body); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Join(d.path, name), err)
	}
	f, err := d.open(path.Dir(name))
	if err != nil {
		return err
	}
	return d.place([]staged{{rank: rankPage, name: last, from: d.staging[0], folder: f, target: path.Base(name)}}, 1)
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
			if err := d.syncFolder(f); err != nil {
				return removed, err
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
