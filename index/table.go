package index

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"slices"

	"github.com/cmpss/registry/generator/certification"
)

// segments is the number of files of the record table: a change rewrites one 256th of it.
const segments = 256

// segmentOf is stable over versions and machines: the CRC-32 (IEEE) of the canonical number.
func segmentOf(n certification.Number) byte {
	return byte(crc32.ChecksumIEEE([]byte(n.String())))
}

// segment is a list of records by number, such as the part of the record table in one file.
type segment []*certification.Record

func (s segment) find(n certification.Number) (*certification.Record, bool) {
	i, found := s.search(n)
	if !found {
		return nil, false
	}
	return s[i], true
}

// search gives where a number is, or would be.
func (s segment) search(n certification.Number) (int, bool) {
	return slices.BinarySearchFunc(s, n, func(r *certification.Record, n certification.Number) int {
		return r.Number().Compare(n)
	})
}

// divide deals the records, sorted by number, out to their segments.
func divide(records []*certification.Record) (divided [segments]segment) {
	for _, r := range records {
		i := segmentOf(r.Number())
		divided[i] = append(divided[i], r)
	}
	return divided
}

// sizeHint is about the bytes of the segment's file.
func (s segment) sizeHint() int { return 512 * len(s) }

// appendLines appends the lines of the segment's file.
func (s segment) appendLines(dst []byte) []byte {
	for _, r := range s {
		dst = append(r.AppendJSON(dst), '\n')
	}
	return dst
}

// segmentName is NN-HASH.ndjson: the content is in the name, so a file never changes.
func segmentName(i int, sha256 string) string {
	return fmt.Sprintf("%02x-%s.ndjson", i, sha256[:32])
}

// tableLine is a line of the record table: a record in the form of its source, or the number
// of one that could not be understood.
type tableLine struct {
	certification.Draft
	Unavailable bool `json:"unavailable"`
	Withdrawn   bool `json:"withdrawn"`
}

func (l tableLine) record() (*certification.Record, error) {
	if !l.Unavailable {
		return l.Draft.Record()
	}
	number, err := certification.ParseNumber(l.Number)
	if err != nil {
		return nil, err
	}
	if l.Withdrawn {
		return certification.NewWithdrawn(number), nil
	}
	return certification.NewUnavailable(number, l.Sample), nil
}

// decodeSegment reads what appendLines wrote. A record that former has, as it is here, is taken
// from there: to write it and compare is far quicker than to read it.
func decodeSegment(i int, body []byte, count int, former segment) (segment, error) {
	records := make(segment, 0, count)
	var written []byte
	for line := range bytes.Lines(body) {
		if len(former) > 0 {
			written = append(former[0].AppendJSON(written[:0]), '\n')
			if bytes.Equal(written, line) {
				records, former = append(records, former[0]), former[1:]
				continue
			}
		}
		var l tableLine
		if err := json.Unmarshal(line, &l); err != nil {
			return nil, fmt.Errorf("line %d: %w", len(records)+1, err)
		}
		r, err := l.record()
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", len(records)+1, err)
		}
		if int(segmentOf(r.Number())) != i {
			return nil, fmt.Errorf("line %d: %s belongs to another segment", len(records)+1, r.Number())
		}
		if last := len(records) - 1; last >= 0 && records[last].Number().Compare(r.Number()) >= 0 {
			return nil, fmt.Errorf("line %d: %s is out of order", len(records)+1, r.Number())
		}
		records = append(records, r)
		for len(former) > 0 && former[0].Number().Compare(r.Number()) <= 0 {
			former = former[1:]
		}
	}
	if len(records) != count {
		return nil, fmt.Errorf("%d records instead of %d", len(records), count)
	}
	return records, nil
}
