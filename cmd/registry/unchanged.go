package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/cmpss/registry/generator/publish"
	"github.com/cmpss/registry/index"
)

// builtName is the file in the state folder in which a build notes what it was made of.
const builtName = "built.json"

// built is what a build that was published notes for the next: if that would be made of the same,
// at a time that changes nothing, it has nothing to do. The manifest ties the note to what stands
// there; after any other publication, or one that was stopped, it is of nothing.
type built struct {
	Inputs   string         `json:"inputs"`   // see inputs
	Manifest string         `json:"manifest"` // SHA-256 of the head of the manifest
	AsOf     time.Time      `json:"as_of"`
	Until    time.Time      `json:"until"` // from then on time changes something
	Read     int            `json:"read"`
	Files    int            `json:"files"`
	Records  map[string]int `json:"records"`
}

// inputs is a hash of everything that a build of a file of records is made of but the time: the
// program, its settings, theme and content where they are folders, and the file. A database has no
// such hash, and what cannot be read is for the build to complain of: both give "".
func (f *siteFlags) inputs() string {
	if isDatabase(f.Source) {
		return ""
	}
	program, err := os.Executable()
	if err != nil {
		return ""
	}
	sums := make([][]byte, 2)
	var group errgroup.Group
	for i, name := range []string{program, f.Source} {
		group.Go(func() (err error) {
			sum := sha256.New()
			err = hashFile(sum, name)
			sums[i] = sum.Sum(nil)
			return err
		})
	}
	sum := sha256.New()
	fmt.Fprintf(sum, "%s\n%+v\n", version, *f)
	for _, folder := range []string{f.Theme, f.Content} {
		if folder != "" {
			err = errors.Join(err, hashFolder(sum, folder))
		}
	}
	if errors.Join(err, group.Wait()) != nil {
		return ""
	}
	fmt.Fprintf(sum, "%x", sums)
	return hex.EncodeToString(sum.Sum(nil))
}

func hashFile(sum io.Writer, name string) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() { // to open a pipe would wait for who writes to it
		return fmt.Errorf("%s is not a file", name)
	}
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(sum, file)
	return err
}

func hashFolder(sum hash.Hash, folder string) error {
	return filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := os.ReadFile(name)
		fmt.Fprintf(sum, "%q %d\n", name, len(body))
		sum.Write(body)
		return err
	})
}

// standing gives the note of the build that stands, if one of the inputs at the instant now would
// have nothing to do. Whatever is not as it should be is left to that build.
func (c *buildCommand) standing(inputs string, now time.Time) (*built, bool) {
	if inputs == "" || c.Full || c.Accept != "" || len(c.Forget) > 0 {
		return nil, false
	}
	body, err := os.ReadFile(filepath.Join(c.State, builtName))
	if err != nil {
		return nil, false
	}
	var note built
	if json.Unmarshal(body, &note) != nil || note.Inputs != inputs || now.Before(note.AsOf) || !now.Before(note.Until) {
		return nil, false
	}
	publisher, err := publish.Open(c.publishOptions(nil))
	if err != nil {
		return nil, false
	}
	defer publisher.Close()
	if head, err := c.manifestHead(); err != nil || head != note.Manifest {
		return nil, false
	}
	var group errgroup.Group
	group.Go(func() error { return index.Verify(c.State) })
	stands := publisher.Stands()
	return &note, group.Wait() == nil && stands
}

func (f *siteFlags) manifestHead() (string, error) {
	sum := sha256.New()
	err := hashFile(sum, publish.ManifestPath(f.State))
	return hex.EncodeToString(sum.Sum(nil)), err
}

// note notes what a build was made of, if nothing of it was changed meanwhile. One with rejected
// rows is not noted: they are told each time. That it cannot be noted is no harm.
func (c *buildCommand) note(inputs string, report *buildReport, next time.Time) {
	path := filepath.Join(c.State, builtName)
	if inputs == "" || len(report.Rejected) > 0 || c.inputs() != inputs {
		os.Remove(path)
		return
	}
	head, err := c.manifestHead()
	if err != nil {
		return
	}
	// Some pages change with the day, and at the latest with that of the universal time.
	if day := report.AsOf.Truncate(24 * time.Hour).Add(24 * time.Hour); day.Before(next) {
		next = day
	}
	body, err := json.Marshal(built{inputs, head, report.AsOf, next.UTC(), report.Read, report.Files, report.Records})
	if err != nil {
		return
	}
	unfinished := path + ".new"
	if os.WriteFile(unfinished, body, 0o600) == nil {
		os.Rename(unfinished, path)
	}
}
