// Package generator turns a snapshot of the certification records into a site.
//
// It promises that Build is a pure function: the same snapshot, instant, pages and options
// give the same site, byte for byte, whatever the order of rows or the number of cores. It
// reads no clock, no environment and no network; what it says of a record is what package
// certification says, and publishing the site is the work of package publish.
//
// What happens to a record, from folder to folder: records reads and checks it,
// certification decides its status, render makes its pages, site holds them as a value, and
// publish brings them to where they are served from.
package generator

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/records"
	"github.com/cmpss/registry/generator/render"
	"github.com/cmpss/registry/generator/site"
)

// Input is everything a site depends on.
type Input struct {
	Snapshot  *records.Snapshot
	AsOf      time.Time // the statuses are those of this instant
	Read      time.Time // instant of the last complete, validated read, not after AsOf; zero: AsOf
	Pages     *render.Renderer
	Interface []site.File // descriptions for programs: openapi.json, schema/record.json
	Version   string      // of the program

	Delays            site.Delays // of the publications before this one
	Held              *site.Held  // what the guard holds of a later read; nil if nothing
	OldestUnpublished time.Time   // when the oldest change was made that is read and not in Snapshot; zero if there is none
}

// Build gives the site of the input. The records of certificates that are not yet issued
// have no place in it. It fails only if a page cannot be rendered.
func Build(in Input) (*site.Site, error) { return new(Builder).Build(in) }

// Builder builds one site after another. It gives what Build gives, and remembers what it
// found for each record for as long as that holds, so that a build after a small change is
// small work. The zero Builder is ready. It is not safe for concurrent use.
type Builder struct {
	digest   [32]byte  // of the pages of the last build
	asOf     time.Time // of the last build
	boundary time.Time // at which its statements were confirmed
	found    []finding // of the records of the last snapshot, in their order
	fixed    fixedPages
	keeping  keepingPages
}

// finding is what a build found for a record.
type finding struct {
	record *certification.Record
	entry  site.Record // Number is empty if the certificate is not yet issued
	holds  int64       // until this instant, in Unix nanoseconds, not included
}

// Build gives the site of the input, as the function Build does. The site is valid until the
// next Build of this Builder.
func (b *Builder) Build(in Input) (*site.Site, error) {
	if in.Read.IsZero() {
		in.Read = in.AsOf
	}
	languages := in.Pages.Languages()
	b.find(in, languages)
	r := &rendering{Input: in, languages: languages}
	s := &site.Site{AsOf: in.AsOf, Read: in.Read, Layout: Layout(languages), Render: r.render}
	s.Records = make([]site.Record, 0, len(b.found))
	r.issued = make([]*certification.Record, 0, len(b.found))
	sample := false
	for i := range b.found {
		if f := &b.found[i]; f.entry.Number != "" {
			s.Records = append(s.Records, f.entry)
			r.issued = append(r.issued, f.record)
			sample = sample || f.record.IsSample()
		}
	}
	s.Status = statusOf(in, s.Records, languages)
	s.Status.Sample = sample
	fixed, err := b.fixed.of(in, sample)
	if err != nil {
		return nil, err
	}
	s.Fixed, err = b.keeping.join(fixed, in.Pages, keepingPageOf(in, &s.Status))
	return s, err
}

// Next is the first instant after that of the last build at which another build gives another
// site although nothing but time has changed: a record changes by the calendar, by an
// action's beginning or end, or by being issued. It is zero if there is none.
func (b *Builder) Next() time.Time {
	next := int64(math.MaxInt64)
	for i := range b.found {
		next = min(next, b.found[i].holds)
	}
	if next == math.MaxInt64 {
		return time.Time{}
	}
	return time.Unix(0, next).UTC()
}

// chunk is how many records a worker takes at a time.
const chunk = 512

// find finds what the files of each record depend on: the pages' digest and the statement,
// which is a function of record and boundary. What was found before is kept if the record is
// the same and nothing about it has changed since by time alone.
func (b *Builder) find(in Input, languages []string) {
	all := in.Snapshot.Records
	digest := in.Pages.Digest()
	former := b.found
	boundary, _ := certification.Confirmation(in.Read)
	if digest != b.digest || in.AsOf.Before(b.asOf) || !boundary.Equal(b.boundary) {
		former = nil
	}
	found := make([]finding, len(all))
	now := in.AsOf.UnixNano()
	var stale []int
	k := 0
	for i, record := range all {
		for k < len(former) && former[k].record.Number().Compare(record.Number()) < 0 {
			k++
		}
		if k < len(former) && former[k].record == record && now < former[k].holds {
			found[i] = former[k]
			continue
		}
		stale = append(stale, i)
	}
	prefix := slices.Concat(digest[:], []byte(strings.Join(languages, " ")))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for part := range slices.Chunk(stale, chunk) {
		group.Go(func() error {
			var statement []byte
			for _, i := range part {
				found[i], statement = findingOf(all[i], in, prefix, statement)
			}
			return nil
		})
	}
	group.Wait() // no goroutine returns an error
	b.digest, b.asOf, b.found = digest, in.AsOf, found
	b.boundary = boundary
}

// findingOf is the finding for one record. The slice for its statement is reused.
func findingOf(record *certification.Record, in Input, prefix, statement []byte) (finding, []byte) {
	f := finding{record: record, holds: math.MaxInt64}
	s, issued := certification.StatementAt(record, in.Read, in.AsOf)
	until := s.HoldsUntil
	if !issued {
		until = certification.HoldsUntil(record, in.AsOf)
	}
	if !until.IsZero() {
		f.holds = until.UnixNano()
	}
	if !issued {
		return f, statement
	}
	statement = s.AppendJSON(statement[:0])
	source := record.Digest()
	f.entry = site.Record{
		Number:      record.Number().String(),
		Status:      statusOfEntry(&s),
		Source:      site.Fingerprint(source),
		Fingerprint: site.FingerprintOf(prefix, source[:], statement),
	}
	return f, statement
}

// Layout gives the paths of a record's files: a page a language, and the JSON.
func Layout(languages []string) []string {
	layout := []string{"verify/*.json"}
	for i, language := range languages {
		if i == 0 {
			layout = append(layout, "verify/*.html")
			continue
		}
		layout = append(layout, language+"/verify/*.html")
	}
	return layout
}

// fixedPages keeps the pages that depend on no record.
type fixedPages struct {
	key   string
	files []site.File
}

// of gives the pages and the files that come with them, by path.
func (p *fixedPages) of(in Input, sample bool) ([]site.File, error) {
	digest := in.Pages.Digest()
	key := fmt.Sprintf("%p %x %v %s", in.Pages, digest, sample, in.AsOf.UTC().Format("2006-01"))
	if key == p.key {
		return p.files, nil
	}
	pages, err := in.Pages.Fixed(sample, in.AsOf)
	if err != nil {
		return nil, fmt.Errorf("render pages: %w", err)
	}
	files := slices.Clone(in.Interface)
	for _, page := range pages {
		files = append(files, site.File{Path: page.Path, Body: page.Body})
	}
	slices.SortFunc(files, func(a, b site.File) int { return strings.Compare(a.Path, b.Path) })
	for i, f := range files {
		if err := site.CheckPath(f.Path); err != nil {
			return nil, err
		}
		if i > 0 && files[i-1].Path == f.Path {
			return nil, fmt.Errorf("two pages have the path %s", f.Path)
		}
	}
	p.key, p.files = key, files
	return files, nil
}

// statusOfEntry is the status as the manifest has it: it tells a number that was withdrawn
// from one whose entry cannot be understood.
func statusOfEntry(s *certification.Statement) string {
	if s.Withdrawn {
		return site.Withdrawn
	}
	return s.Status.String()
}

// rendering renders the files of the records of one site.
type rendering struct {
	Input
	languages []string
	issued    []*certification.Record
	buffers   sync.Pool // of *[]byte: a page is rendered, hashed, written and forgotten
}

// render gives the files of record i in the order of Layout.
func (r *rendering) render(i int, emit func(file int, body []byte) error) error {
	s, _ := certification.StatementAt(r.issued[i], r.Read, r.AsOf)
	buffer, ok := r.buffers.Get().(*[]byte)
	if !ok {
		buffer = new([]byte)
	}
	defer r.buffers.Put(buffer)
	*buffer = append(s.AppendJSON((*buffer)[:0]), '\n')
	if err := emit(0, *buffer); err != nil {
		return err
	}
	for k, language := range r.languages {
		page, err := r.Pages.AppendRecord((*buffer)[:0], language, &s)
		if err != nil {
			return fmt.Errorf("render the page of %s in %s: %w", s.Number, language, err)
		}
		*buffer = page
		if err := emit(1+k, page); err != nil {
			return err
		}
	}
	return nil
}
