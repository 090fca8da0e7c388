package site

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// ManifestVersion is the version of the manifest's form. A program that does not know a
// manifest's version must not touch its site.
const ManifestVersion = 1

// NumSegments is how many pieces the records of a manifest are written in, so that a change
// of one record rewrites a small file.
const NumSegments = 256

// Manifest is what is known of a published site: every file with its sum. It stands in the
// state folder and is never public, for it lists every record.
type Manifest struct {
	Version     int
	Out         string    // absolute path of the output folder that it describes
	AsOf        time.Time // instant of the last build, UTC
	Read        time.Time // instant of the complete read that confirms its statements, UTC
	PublishedAt time.Time // instant of the build that last changed a file, UTC
	Position    string    // of the source, as it says
	Layout      []string
	Rejected    int           // entries of the source that could not be understood
	Delays      Delays        // of changes, day by day
	LetPass     LetPass       // by the guard, of late
	Held        *Held         // what status.json says is held; nil: nothing
	Oldest      time.Time     // when the oldest change that is not published was made, as it says, UTC; zero: there is none
	Fixed       []FixedEntry  // by path
	Records     []RecordEntry // by number, as in Site

	// Segments are the names of the files that a manifest was read from, by place; empty where
	// there is none.
	Segments [NumSegments]string
}

// FixedEntry is a file that does not depend on one record.
type FixedEntry struct {
	Path string
	Sum  Sum
	// Superseded is the instant of the build from which on the file was no part of the site; zero
	// if it is one. An asset stays for a while after that, for pages that caches still hold.
	Superseded time.Time
}

// RecordEntry is a record with the sums of its files in the order of the layout.
type RecordEntry struct {
	Record
	Files []Sum
}

// Head is the manifest's first file: everything but the records, and the segments that hold
// those. Its replacement is the moment at which a publication is done.
type Head struct {
	Version     int         `json:"version"`
	Out         string      `json:"out"`
	AsOf        time.Time   `json:"as_of"`
	Read        time.Time   `json:"read"`
	PublishedAt time.Time   `json:"published_at"`
	Position    string      `json:"position"`
	Layout      []string    `json:"layout"`
	Rejected    int         `json:"rejected"`
	Delays      Delays      `json:"delays"`
	LetPass     LetPass     `json:"let_pass,omitempty"`
	Held        *Held       `json:"held,omitempty"`
	Oldest      time.Time   `json:"oldest_unpublished_change,omitzero"`
	Fixed       []HeadFixed `json:"fixed"`
	Segments    []string    `json:"segments"` // file names; each ends in the hash of its bytes
}

// HeadFixed is a FixedEntry in JSON.
type HeadFixed struct {
	Path       string    `json:"path"`
	Sum        string    `json:"sum"`
	Superseded time.Time `json:"superseded,omitzero"`
}

// SegmentOf is the segment in which a record stands.
func SegmentOf(number string) int {
	h := uint32(2166136261) // FNV-1a
	for i := range len(number) {
		h = (h ^ uint32(number[i])) * 16777619
	}
	return int(h % NumSegments)
}

// Encode gives the manifest as files: the segments by name, and the head. Equal manifests
// give equal bytes. An empty segment has no file.
func (m *Manifest) Encode() (head []byte, segments map[string][]byte) {
	var names [NumSegments]string
	segments = make(map[string][]byte)
	for k, body := range m.EncodeSegments(Divide(m.Records), nil) {
		if len(body) > 0 {
			names[k] = SegmentName(k, body)
			segments[names[k]] = body
		}
	}
	return m.EncodeHead(names), segments
}

// Division is which entries of a list of records, by their places, stand in each segment. It is the same
// for every list of the same numbers.
type Division [NumSegments][]int32

// Divide gives the division of the records of a manifest.
func Divide(records []RecordEntry) *Division {
	d := new(Division)
	for i := range records {
		k := SegmentOf(records[i].Number)
		d[k] = append(d[k], int32(i))
	}
	return d
}

// EncodeSegments gives the bytes of segments of the manifest by their place: of those that
// wanted is true for, or of all if wanted is nil. An empty segment has no bytes.
func (m *Manifest) EncodeSegments(d *Division, wanted *[NumSegments]bool) [NumSegments][]byte {
	var bodies [NumSegments][]byte
	for k, places := range d {
		if wanted != nil && !wanted[k] {
			continue
		}
		for _, i := range places {
			bodies[k] = appendEntry(bodies[k], &m.Records[i])
		}
	}
	return bodies
}

// EncodeHead gives the head of a manifest whose segments stand under these names; the name
// of an empty segment is empty.
func (m *Manifest) EncodeHead(names [NumSegments]string) []byte {
	h := Head{Version: m.Version, Out: m.Out, AsOf: m.AsOf.UTC(), Read: m.Read.UTC(), PublishedAt: m.PublishedAt.UTC(), Position: m.Position, Layout: m.Layout, Rejected: m.Rejected, Delays: m.Delays, LetPass: m.LetPass, Held: m.Held, Oldest: m.Oldest, Fixed: []HeadFixed{}, Segments: []string{}}
	for _, name := range names {
		if name != "" {
			h.Segments = append(h.Segments, name)
		}
	}
	for _, f := range m.Fixed {
		h.Fixed = append(h.Fixed, HeadFixed{f.Path, string(appendSum(nil, f.Sum)), f.Superseded})
	}
	head, err := json.MarshalIndent(h, "", " ")
	if err != nil {
		panic("site: a manifest head cannot fail to encode: " + err.Error())
	}
	return append(head, '\n')
}

// SegmentName is the name of the file of segment k with these bytes: its place and its hash.
func SegmentName(k int, body []byte) string {
	return fmt.Sprintf("%02x-%x.txt", k, SumOf(body).Hash)
}

// DecodeManifest reads a manifest back. It asks for each segment by name, several at a time, and
// verifies its hash; errors name the file that is damaged.
func DecodeManifest(head []byte, segment func(name string) ([]byte, error)) (*Manifest, error) {
	var h Head
	dec := json.NewDecoder(bytes.NewReader(head))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&h); err != nil {
		return nil, fmt.Errorf("decode manifest: %w", err)
	}
	if h.Version != ManifestVersion {
		return nil, fmt.Errorf("decode manifest: version %d, this program knows version %d", h.Version, ManifestVersion)
	}
	m := &Manifest{Version: h.Version, Out: h.Out, AsOf: h.AsOf, Read: h.Read, PublishedAt: h.PublishedAt, Position: h.Position, Layout: h.Layout, Rejected: h.Rejected, Delays: h.Delays, LetPass: h.LetPass, Held: h.Held, Oldest: h.Oldest}
	for _, layout := range h.Layout {
		if strings.Count(layout, "*") != 1 || CheckPath(RecordPath(layout, "0")) != nil {
			return nil, fmt.Errorf("decode manifest: bad layout %q", layout)
		}
	}
	for i := range h.Delays[min(1, len(h.Delays)):] {
		if h.Delays[i].Day >= h.Delays[i+1].Day {
			return nil, fmt.Errorf("decode manifest: the delays of %s are out of order", h.Delays[i+1].Day)
		}
	}
	if !h.LetPass.isSound() {
		return nil, fmt.Errorf("decode manifest: what was let pass is out of order")
	}
	for _, f := range h.Fixed {
		sum, ok := parseSum([]byte(f.Sum))
		if !ok || CheckPath(f.Path) != nil {
			return nil, fmt.Errorf("decode manifest: bad entry for %q", f.Path)
		}
		m.Fixed = append(m.Fixed, FixedEntry{f.Path, sum, f.Superseded})
	}
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	parts := make([][]RecordEntry, len(h.Segments))
	for i, name := range h.Segments {
		k, err := strconv.ParseUint(name[:min(2, len(name))], 16, 8)
		if err != nil || m.Segments[k] != "" {
			return nil, fmt.Errorf("manifest segment %s: bad name", name)
		}
		m.Segments[k] = name
		group.Go(func() (err error) {
			parts[i], err = decodeSegment(name, len(h.Layout), segment)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	m.Records = slices.Concat(parts...)
	slices.SortFunc(m.Records, func(a, b RecordEntry) int { return CompareNumbers(a.Number, b.Number) })
	return m, nil
}

// decodeSegment reads the entries of one segment, whose bytes must have the hash in its name.
func decodeSegment(name string, files int, segment func(name string) ([]byte, error)) ([]RecordEntry, error) {
	body, err := segment(name)
	if err != nil {
		return nil, fmt.Errorf("read manifest segment %s: %w", name, err)
	}
	hash := SumOf(body).Hash
	if _, want, ok := strings.Cut(strings.TrimSuffix(name, ".txt"), "-"); !ok || want != hex.EncodeToString(hash[:]) {
		return nil, fmt.Errorf("manifest segment %s is damaged: its bytes do not have the hash in its name", name)
	}
	entries, err := decodeEntries(body, files)
	if err != nil {
		return nil, fmt.Errorf("manifest segment %s: %w", name, err)
	}
	return entries, nil
}

// Has reports whether the manifest lists the record.
func (m *Manifest) Has(number string) bool {
	_, found := slices.BinarySearchFunc(m.Records, number, func(e RecordEntry, n string) int { return CompareNumbers(e.Number, n) })
	return found
}

// CompareNumbers orders canonical numbers by value: the shorter first.
func CompareNumbers(a, b string) int {
	if d := len(a) - len(b); d != 0 {
		return d
	}
	return strings.Compare(a, b)
}

// A record is one line: number, status, source, fingerprint, and a sum for each file.
func appendEntry(dst []byte, e *RecordEntry) []byte {
	dst = append(append(append(append(dst, e.Number...), ' '), e.Status...), ' ')
	dst = hex.AppendEncode(dst, e.Source[:])
	dst = append(dst, ' ')
	dst = hex.AppendEncode(dst, e.Fingerprint[:])
	for _, sum := range e.Files {
		dst = appendSum(append(dst, ' '), sum)
	}
	return append(dst, '\n')
}

func decodeEntries(body []byte, files int) ([]RecordEntry, error) {
	n := bytes.Count(body, []byte{'\n'})
	entries := make([]RecordEntry, 0, n)
	sums := make([]Sum, 0, n*files)
	text := string(body) // one string, shared by the numbers and statuses cut from it
	for len(text) > 0 {
		line, rest, ok := strings.Cut(text, "\n")
		if !ok {
			return nil, fmt.Errorf("last line is cut off")
		}
		text = rest
		var e RecordEntry
		var fields [4]string
		for i := range fields {
			fields[i], line, _ = strings.Cut(line, " ")
		}
		e.Number, e.Status = fields[0], fields[1]
		if e.Number == "" || CheckPath(e.Number) != nil || !parseHex(e.Source[:], fields[2]) || !parseHex(e.Fingerprint[:], fields[3]) {
			return nil, fmt.Errorf("bad line for %.20q", e.Number)
		}
		start := len(sums)
		for range files {
			var field string
			field, line, _ = strings.Cut(line, " ")
			sum, ok := parseSum([]byte(field))
			if !ok {
				return nil, fmt.Errorf("bad sum for %s", e.Number)
			}
			sums = append(sums, sum)
		}
		if line != "" {
			return nil, fmt.Errorf("too many sums for %s", e.Number)
		}
		e.Files = sums[start:len(sums):len(sums)]
		entries = append(entries, e)
	}
	return entries, nil
}

func parseHex(dst []byte, text string) bool {
	if len(text) != 2*len(dst) {
		return false
	}
	var raw [32]byte
	n := copy(raw[:], text)
	_, err := hex.Decode(dst, raw[:n])
	return err == nil
}

// A sum is written as its size in decimal, a colon and its hash in hexadecimal.
func appendSum(dst []byte, s Sum) []byte {
	dst = strconv.AppendUint(dst, uint64(s.Size), 10)
	return hex.AppendEncode(append(dst, ':'), s.Hash[:])
}

func parseSum(text []byte) (Sum, bool) {
	size, hash, ok := bytes.Cut(text, []byte{':'})
	if !ok || len(hash) != 32 {
		return Sum{}, false
	}
	n, err := strconv.ParseUint(string(size), 10, 32)
	if err != nil {
		return Sum{}, false
	}
	s := Sum{Size: uint32(n)}
	_, err = hex.Decode(s.Hash[:], hash)
	return s, err == nil
}
