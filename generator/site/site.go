// Package site is the published site as a value: which files it has, what each depends on,
// what a manifest remembers of a published one, how two of them differ, and whether a
// published one is whole and true.
//
// It promises that a Site is complete before anything is written, that its files are the
// same bytes whatever the order or number of workers that render them, and that a path in
// it can never leave the folder it is published to.
package site

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"time"
)

// Fingerprint stands for everything that the bytes of a unit depend on: equal fingerprints,
// equal bytes. It is the first half of a SHA-256.
type Fingerprint [16]byte

// FingerprintOf hashes the parts, each with its length, so that no two lists of parts agree by accident.
func FingerprintOf(parts ...[]byte) Fingerprint {
	h := sha256.New()
	var length [8]byte
	for _, part := range parts {
		binary.LittleEndian.PutUint64(length[:], uint64(len(part)))
		h.Write(length[:])
		h.Write(part)
	}
	return Fingerprint(h.Sum(nil)[:16])
}

// Sum is the size and the hash (first half of SHA-256) of a file's bytes.
type Sum struct {
	Size uint32
	Hash [16]byte
}

// SumOf is the sum of a file with these bytes.
func SumOf(body []byte) Sum {
	hash := sha256.Sum256(body)
	return Sum{uint32(len(body)), [16]byte(hash[:16])}
}

// File is a file that does not depend on one record. Path is relative to the site's root,
// with slashes.
type File struct {
	Path string
	Body []byte
}

// Record is one certification in a site: its files are rendered and published together.
type Record struct {
	Number      string      // canonical, such as MPSS123456
	Status      string      // at the instant of the build
	Source      Fingerprint // of the record as it was read
	Fingerprint Fingerprint // of all that its files depend on
}

// Withdrawn is the status in the manifest of a number that was published and is no longer in
// the source. Its page says that its status is unavailable.
const Withdrawn = "withdrawn"

// Site is a whole site. Records are sorted by number, Fixed by path; both are unique.
type Site struct {
	AsOf    time.Time // the statuses are those of this instant
	Read    time.Time // of the last complete read of the source
	Layout  []string  // paths of a record's files, "*" standing for the number
	Records []Record
	Fixed   []File
	Status  Status // becomes status.json

	// Revision says how Records differ from those of a site before; nil if that is not known.
	Revision *Revision

	// Render gives the files of record i, in the order of Layout. The bytes are valid only
	// during the call of emit. It may be called from many goroutines.
	Render func(i int, emit func(file int, body []byte) error) error
}

// Revision stands for the records of one site, and says how they differ from those of the site
// that was built before it, so that who published that one need not compare them all. It is known by
// its address.
type Revision struct {
	Of      *Revision // of the site before, which has the same numbers; nil if it has others, or there is none
	Changed []int     // places of the records that may be others than in that site
}

// StatusPath is where Status is published. It is written after every page.
const StatusPath = "status.json"

// Status says how the site is. Instants are in UTC.
type Status struct {
	ThisUpdate              time.Time      `json:"this_update"`               // when the records were last confirmed
	NextUpdate              time.Time      `json:"next_update"`               // until when that may be relied on
	Records                 map[string]int `json:"records"`                   // by status
	SourcePosition          string         `json:"source_position"`           // opaque
	PublishedAt             time.Time      `json:"published_at"`              // the build that last changed a file
	OldestUnpublishedChange *time.Time     `json:"oldest_unpublished_change"` // when it was made; null: every change that was read stands on its page
	Rejected                int            `json:"rejected"`                  // rows that could not be understood
	Held                    *Held          `json:"held"`                      // null: nothing waits for a person
	Delays                  DelayFigures   `json:"delays"`                    // of changes, over the days that it names
	Languages               []string       `json:"languages"`
	Theme                   string         `json:"theme"`   // digest of theme, translations and guidance
	Version                 string         `json:"version"` // of the program
	Sample                  bool           `json:"sample,omitempty"`
	NoSpecializations       bool           `json:"no_specializations,omitempty"` // they are not published
}

// Held is how much of the source is held until a person has looked: by the guard, of what was read
// last, or all that it says, since it went back.
type Held struct {
	Statuses int `json:"statuses"` // changed by the source
	Vanished int `json:"vanished"` // published records that are no longer in the source
	Rejected int `json:"rejected"` // rows that could not be understood
	// Older: the source is older than what was published from it.
	Older bool `json:"older,omitempty"`
}

// RecordPath is the path of a record's file for one entry of a layout.
func RecordPath(layout, number string) string {
	before, after, _ := strings.Cut(layout, "*")
	return before + number + after
}

// CheckPath reports why a path may not be published, or nil. Only plain relative paths of
// letters, digits, dots, hyphens and underscores are accepted.
func CheckPath(path string) error {
	if path == "" || len(path) > 255 {
		return fmt.Errorf("path %.40q is empty or too long", path)
	}
	for part := range strings.SplitSeq(path, "/") {
		if part == "" || part == "." || part == ".." || strings.Trim(part, pathCharacters) != "" {
			return fmt.Errorf("path %q is not a plain relative path", path)
		}
	}
	return nil
}

const pathCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"
