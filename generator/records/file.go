package records

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Reasons why a source as a whole is refused, for errors.Is.
var (
	// ErrEmpty: the source has no entry. An empty registry is a mistake, never news.
	ErrEmpty = errors.New("it holds no record")
	// ErrNoRecord: the source has entries, and not one certification number.
	ErrNoRecord = errors.New("it holds no certification number")
	// ErrTruncated: the source ends before its end.
	ErrTruncated = errors.New("it is cut short")
	// ErrChanged: the source changed while it was read.
	ErrChanged = errors.New("it changed while it was read")
)

// file is a source that is one file.
type file struct {
	path string
	gzip bool
	read func(context.Context, *text, func(int)) ([]Entry, error)
}

// text is what a format reads from: the decompressed content of a file.
type text struct {
	io.Reader
	path string
}

// Snapshot implements Source. The position is the SHA-256 of the bytes of the file.
func (f *file) Snapshot(ctx context.Context, progress func(rows int)) (*Snapshot, error) {
	snapshot, err := f.snapshot(ctx, progress)
	if err != nil {
		return nil, fmt.Errorf("read records from %s: %w", f.path, err)
	}
	return snapshot, nil
}

func (f *file) snapshot(ctx context.Context, progress func(rows int)) (*Snapshot, error) {
	if progress == nil {
		progress = func(int) {}
	}
	// Looked at before it is opened: to open a named pipe would wait for its writer for ever.
	if err := checkRegular(os.Stat(f.path)); err != nil {
		return nil, err
	}
	in, err := os.Open(f.path)
	if err != nil {
		return nil, explainOpen(err)
	}
	defer in.Close()
	before, err := in.Stat()
	if err := checkRegular(before, err); err != nil {
		return nil, err
	}
	if before.Size() == 0 {
		return nil, fmt.Errorf("%w: the file has 0 bytes; check that it was exported and copied completely", ErrEmpty)
	}

	raw := &counted{in: in}
	entries, err := f.entries(ctx, raw, progress)
	// A change explains any other fault, so it is looked for first.
	if changed := checkUnchanged(in, before); changed != nil {
		return nil, changed
	}
	if err != nil {
		return nil, err
	}
	if raw.size != before.Size() {
		return nil, fmt.Errorf("%w: %d bytes were read of %d", ErrTruncated, raw.size, before.Size())
	}
	snapshot, err := Assemble(entries, "", func(e *Entry) string { return fmt.Sprintf("%s:%d", f.path, e.Order) })
	if err != nil {
		return nil, err
	}
	snapshot.Position, snapshot.Modified = contentPosition(snapshot), before.ModTime()
	return snapshot, nil
}

// contentPosition is the position of a file: a hash of what it says, whatever the order of its
// rows, so that a file that was only sorted anew is the same source.
func contentPosition(s *Snapshot) string {
	sum := sha256.New()
	fmt.Fprintf(sum, "%d rejected\n", len(s.Rejections))
	for _, r := range s.Records {
		digest := r.Digest()
		sum.Write(digest[:])
	}
	return "sha256:" + hex.EncodeToString(sum.Sum(nil))
}

func (f *file) entries(ctx context.Context, raw io.Reader, progress func(int)) ([]Entry, error) {
	in := raw
	if f.gzip {
		unzipped, err := gzip.NewReader(raw)
		if err != nil {
			return nil, explainGzip(err)
		}
		in = gzipped{unzipped}
	}
	in, err := skipByteOrderMark(in)
	if err != nil {
		return nil, err
	}
	return f.read(ctx, &text{Reader: in, path: f.path}, progress)
}

func checkRegular(info fs.FileInfo, err error) error {
	switch {
	case err != nil:
		return explainOpen(err)
	case info.IsDir():
		return errors.New("it is a directory; name the file of records in it")
	case !info.Mode().IsRegular():
		return errors.New("it is not a regular file; write the records to a file first")
	}
	return nil
}

func explainOpen(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err // the operation and the path are said once, by Snapshot
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w; check the path, and that the export has run", err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w; give the user that runs this program the right to read it", err)
	}
	return err
}

func checkUnchanged(in *os.File, before fs.FileInfo) error {
	after, err := in.Stat()
	if err != nil {
		return explainOpen(err)
	}
	if after.Size() != before.Size() || !after.ModTime().Equal(before.ModTime()) {
		return fmt.Errorf("%w; write a new export beside it and rename it into place", ErrChanged)
	}
	return nil
}

// counted reads a file and counts what was read.
type counted struct {
	in   io.Reader
	size int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	c.size += int64(n)
	return n, err
}

// gzipped explains what is wrong with a compressed file.
type gzipped struct{ in io.Reader }

func (g gzipped) Read(p []byte) (int, error) {
	n, err := g.in.Read(p)
	if err != nil && err != io.EOF {
		err = explainGzip(err)
	}
	return n, err
}

func explainGzip(err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return fmt.Errorf("%w: the compressed data has no end; copy or export it again", ErrTruncated)
	case errors.Is(err, gzip.ErrHeader):
		return errors.New("its name ends in .gz but it is not gzip, or has something else after its gzip data; compress it again or correct the name")
	case errors.Is(err, gzip.ErrChecksum):
		return errors.New("the compressed data is damaged: its checksum does not match; copy or export it again")
	}
	return fmt.Errorf("the compressed data is damaged: %w; copy or export it again", err)
}

// skipByteOrderMark drops the mark with which some programs open a UTF-8 file, and refuses the
// encodings whose marks say that they are not UTF-8.
func skipByteOrderMark(in io.Reader) (io.Reader, error) {
	head := make([]byte, 4)
	n, err := io.ReadFull(in, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	head = head[:n]
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		head = head[3:]
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return nil, errors.New("it is compressed; add .gz to its name")
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")), bytes.IndexByte(head, 0) >= 0:
		return nil, errors.New("it is not UTF-8 (it looks like UTF-16); save it as UTF-8")
	}
	return io.MultiReader(bytes.NewReader(head), in), nil
}
