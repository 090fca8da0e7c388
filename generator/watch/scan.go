package watch

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	mostLinks   = 40      // on the way to a path, as in the Linux kernel
	deepest     = 32      // folders in folders
	mostEntries = 100_000 // below all paths; what is beyond is not looked at
)

// scan is what the paths were at one moment.
type scan struct {
	files   map[string]fs.FileInfo // by path; links are followed
	folders map[string]*interest   // to be watched, by their path without links
}

// interest says what matters in a folder.
type interest struct {
	info  fs.FileInfo
	names map[string]bool // these
	all   bool            // and all that is not ignored
}

func scanPaths(paths []string) *scan {
	s := &scan{files: make(map[string]fs.FileInfo), folders: make(map[string]*interest)}
	for _, path := range paths {
		s.path(path, 0)
	}
	return s
}

// path notes what an absolute path is, what is below it, and the folders that decide which it is.
func (s *scan) path(path string, depth int) {
	real, ok := s.walk(path)
	if !ok {
		return
	}
	info, err := os.Stat(real)
	if err != nil || len(s.files) >= mostEntries {
		return
	}
	s.files[path] = info
	if !info.IsDir() || depth > deepest {
		return
	}
	folder := s.folder(real)
	if folder == nil || folder.all {
		return // not to be read, or seen already: a link may lead back
	}
	folder.all = true
	entries, _ := os.ReadDir(real) // what cannot be read is as if it were not there
	for _, entry := range entries {
		if ignored(entry.Name()) {
			continue
		}
		below := filepath.Join(real, entry.Name())
		if entry.IsDir() || entry.Type()&fs.ModeSymlink != 0 {
			s.path(below, depth+1)
		} else if info, err := entry.Info(); err == nil && len(s.files) < mostEntries {
			s.files[below] = info
		}
	}
}

// walk follows the links of a path. It notes the folder of each link and the two last folders on
// the way, for one of them may be replaced by another, or, if the path ends early, the
// last folder that exists. The result is the path without links.
func (s *scan) walk(path string) (real string, ok bool) {
	real = string(filepath.Separator)
	rest := split(path)
	for links := 0; len(rest) > 0; {
		name := rest[0]
		rest = rest[1:]
		next := filepath.Join(real, name)
		info, err := os.Lstat(next)
		if err != nil {
			s.note(real, name)
			return "", false
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			if len(rest) < 2 {
				s.note(real, name)
			}
			real = next
			continue
		}
		s.note(real, name)
		target, err := os.Readlink(next)
		if links++; err != nil || links > mostLinks {
			return "", false
		}
		if filepath.IsAbs(target) {
			real = string(filepath.Separator)
		}
		rest = append(split(target), rest...)
	}
	return real, true
}

// split returns the names of a path. ".." is among them and is resolved by filepath.Join, which
// is right because what stands before it has no links.
func split(path string) []string {
	return strings.FieldsFunc(filepath.ToSlash(path), func(r rune) bool { return r == '/' })
}

// note says that a name in a folder matters.
func (s *scan) note(folder, name string) {
	if i := s.folder(folder); i != nil {
		i.names[name] = true
	}
}

// folder returns the interest in a folder, nil if there is no such folder.
func (s *scan) folder(path string) *interest {
	if i := s.folders[path]; i != nil {
		return i
	}
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return nil
	}
	i := &interest{info: info, names: make(map[string]bool)}
	s.folders[path] = i
	return i
}

// same says whether two scans found the same files. Of folders only what is in them counts.
func (s *scan) same(other *scan) bool {
	if len(s.files) != len(other.files) {
		return false
	}
	for path, a := range s.files {
		b, ok := other.files[path]
		if !ok || a.Mode() != b.Mode() || !os.SameFile(a, b) {
			return false
		}
		if !a.IsDir() && (a.Size() != b.Size() || !a.ModTime().Equal(b.ModTime())) {
			return false
		}
	}
	return true
}

// ignored says whether a name in a folder is of a hidden file or of one that an editor or a
// download keeps for a while. Names that begin with two full stops are not hidden: Kubernetes
// keeps the files of a volume behind "..data".
func ignored(name string) bool {
	switch {
	case strings.HasPrefix(name, "."):
		return !strings.HasPrefix(name, "..")
	case strings.HasPrefix(name, "#") && strings.HasSuffix(name, "#"): // Emacs
		return true
	case name == "4913": // Vim, to find out whether it may write here
		return true
	}
	for _, suffix := range []string{"~", ".swp", ".swo", ".swx", ".tmp", ".temp", ".part", ".crdownload", "___jb_tmp___", "___jb_old___"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}
