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
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/records"
	"github.com/cmpss/registry/generator/render"
	"github.com/cmpss/registry/generator/site"
)

// Input is everything a site depends on.
type Input struct {
	Snapshot  *records.Snapshot // not to be changed afterwards
	AsOf      time.Time         // the statuses are those of this instant
	Read      time.Time         // instant of the last complete, validated read, not after AsOf; zero: AsOf
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
	findings findings  // for its records
	next     time.Time // see Next
	fixed    fixedPages
	keeping  keepingPages
}

// Build gives the site of the input, as the function Build does. The site is valid until the
// next Build of this Builder.
func (b *Builder) Build(in Input) (*site.Site, error) {
	if in.Read.IsZero() {
		in.Read = in.AsOf
	}
	languages := in.Pages.Languages()
	b.find(in, languages)
	r := &rendering{Input: in, languages: languages, issued: b.findings.issued}
	s := &site.Site{
		AsOf: in.AsOf, Read: in.Read, Layout: Layout(languages), Render: r.render,
		Records: b.findings.entries, Revision: b.findings.revision,
	}
	sample := b.findings.samples > 0
	s.Status = statusOf(in, b.findings.counts, languages)
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
func (b *Builder) Next() time.Time { return b.next }

// find finds what the files of each record depend on: the pages' digest and the statement,
// which is a function of record and boundary. What was found before is kept if the record is
// the same and nothing about it has changed since by time alone.
func (b *Builder) find(in Input, languages []string) {
	digest := in.Pages.Digest()
	boundary, _ := certification.Confirmation(in.Read)
	if digest != b.digest || in.AsOf.Before(b.asOf) || !boundary.Equal(b.boundary) {
		b.findings = findings{}
	}
	prefix := slices.Concat(digest[:], []byte(strings.Join(languages, " ")))
	b.findings.update(in.Snapshot.Records, in.AsOf.UnixNano(), finderOf(in, prefix))
	b.next = b.findings.next()
	b.digest, b.asOf, b.boundary = digest, in.AsOf, boundary
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
	made  madeOf
	files []site.File
}

// madeOf is what they depend on. It holds the renderer: its address alone could come to be that of a later one.
type madeOf struct {
	renderer *render.Renderer
	sample   bool
	month    string // YYYY-MM in UTC
}

// of gives the pages and the files that come with them, by path.
func (p *fixedPages) of(in Input, sample bool) ([]site.File, error) {
	made := madeOf{in.Pages, sample, in.AsOf.UTC().Format("2006-01")}
	if made == p.made {
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
	p.made, p.files = made, files
	return files, nil
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
