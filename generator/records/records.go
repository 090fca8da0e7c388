// Package records reads certification records from where the certifying entity keeps them.
//
// It promises three things.
//
//   - A Snapshot is complete: it comes from one consistent read that reached its end. If a
//     source is missing, empty, cut short, damaged or changed while it was read, there is an
//     error and no Snapshot, so that what was published before stays as it was.
//   - A Snapshot is deterministic: equal sources give equal snapshots on any number of cores,
//     and the order of a source's rows decides nothing but the places of its rejections.
//   - Nothing is guessed. A row that breaks a rule is rejected by place and reason, and the
//     number it is about, if it can be read, becomes a record whose status is unavailable. A
//     number that stands in two rows is unavailable too: neither row is believed.
//
// A source that is a Follower can say besides what changed since it was last read, and is held to
// the same: what is made of its Deltas is at any time what a Snapshot would be.
//
// This package reads files (OpenFile); package postgres reads a database. No message repeats
// the name of a person.
package records

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/cmpss/registry/generator/certification"
)

// Snapshot is one complete, validated read of a source.
type Snapshot struct {
	// Records in the order of their numbers, each number once. The record of a number whose
	// entry was rejected is certification.NewUnavailable.
	Records []*certification.Record
	// Rejections in the order of their places in the source; at most one for each entry read.
	Rejections []Rejection
	// Read counts the entries of the source, rejected ones included: lines of NDJSON, rows of a
	// database, and in CSV the numbers after the rows of each have been joined.
	Read int
	// Position says which state of the source was read, in a form that only the source
	// understands. It holds nothing about a person. Equal content of files gives equal positions.
	Position string
	// ServerTime is what the clock of the source said when it was read; zero if it has none.
	ServerTime time.Time
	// KnownUpTo is the instant up to which the source is known to have every change; zero if it is
	// the origin of them, and so has all that there were when it was read.
	KnownUpTo time.Time
	// Warning is what the operator should know of the source, in one line; empty if there is nothing.
	Warning string
	// Modified is when the file that was read was last written; zero if the source is no file.
	Modified time.Time
}

// Rejection is an entry of the source that broke a rule.
type Rejection struct {
	Place  string               // such as records.ndjson:17, or record MPSS123456
	Number certification.Number // zero if it could not be read
	Reason error
}

// Error is the place and the reason on one line.
func (r Rejection) Error() string {
	return r.Place + ": " + strings.ReplaceAll(r.Reason.Error(), "\n", "; ")
}

// Unwrap is the reason.
func (r Rejection) Unwrap() error { return r.Reason }

// Source is where records come from.
type Source interface {
	// Snapshot reads everything. An error means that nothing was read: a part of a source is
	// never returned. It may be called again, one call at a time, and then reads anew.
	//
	// If progress is not nil, it is called now and then, never by two goroutines at once, with
	// the number of rows read so far.
	Snapshot(ctx context.Context, progress func(rows int)) (*Snapshot, error)
}

// OpenFile gives the source that reads the file: NDJSON if its name ends in .ndjson, CSV if it
// ends in .csv, and either of them compressed if .gz follows. The file is opened at each
// Snapshot, not before, so that it may be replaced between two.
func OpenFile(path string) (Source, error) {
	base := strings.ToLower(filepath.Base(path))
	plain, compressed := strings.CutSuffix(base, ".gz")
	f := &file{path: path, gzip: compressed}
	switch filepath.Ext(plain) {
	case ".ndjson":
		f.read = readNDJSON
	case ".csv":
		f.read = readCSV
	default:
		return nil, fmt.Errorf("source %s: it is neither postgres://user@host/name nor a file that ends in .ndjson, .csv, .ndjson.gz or .csv.gz", path)
	}
	return f, nil
}
