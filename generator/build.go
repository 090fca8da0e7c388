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
	AsOf      time.Time // instant of the complete, validated read
	Pages     *render.Renderer
	Interface []site.File // descriptions for programs: openapi.json, schema/record.json
	Version   string      // of the program
}

// Build gives the site of the input. The records of certificates that are not yet issued
// have no place in it. It fails only if a page cannot be rendered.
func Build(in Input) (*site.Site, error) {
	b := &build{Input: in, languages: in.Pages.Languages(), digest: in.Pages.Digest()}
	b.issue()
	s := &site.Site{
		AsOf:    in.AsOf,
		Layout:  Layout(b.languages),
		Records: b.entries,
		Status:  b.status(),
		Render:  b.render,
	}
	fixed, err := in.Pages.Fixed(b.sample, in.AsOf)
	if err != nil {
		return nil, fmt.Errorf("render pages: %w", err)
	}
	for _, page := range fixed {
		s.Fixed = append(s.Fixed, site.File{Path: page.Path, Body: page.Body})
	}
	s.Fixed = append(s.Fixed, in.Interface...)
	slices.SortFunc(s.Fixed, func(a, b site.File) int { return strings.Compare(a.Path, b.Path) })
	for i, f := range s.Fixed {
		if err := site.CheckPath(f.Path); err != nil {
			return nil, err
		}
		if i > 0 && s.Fixed[i-1].Path == f.Path {
			return nil, fmt.Errorf("two pages have the path %s", f.Path)
		}
	}
	return s, nil
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

// build is one run of Build.
type build struct {
	Input
	languages []string
	digest    [32]byte
	issued    []*certification.Record
	entries   []site.Record
	sample    bool
	buffers   sync.Pool // of *[]byte: a page is rendered, hashed, written and forgotten
}

// chunk is how many records a worker takes at a time.
const chunk = 512

// issue keeps the records that are issued and finds what the files of each depend on: the
// pages' digest and the statement, which is a function of record and boundary.
func (b *build) issue() {
	all := b.Snapshot.Records
	entries := make([]site.Record, len(all))
	records := make([]*certification.Record, len(all))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for start := 0; start < len(all); start += chunk {
		group.Go(func() error {
			var source, statement []byte
			for i := start; i < min(start+chunk, len(all)); i++ {
				record := all[i]
				s, issued := certification.StatementAt(record, b.AsOf, b.AsOf)
				if !issued {
					continue
				}
				source, statement = record.AppendJSON(source[:0]), s.AppendJSON(statement[:0])
				records[i] = record
				entries[i] = site.Record{
					Number:      record.Number().String(),
					Status:      s.Status.String(),
					Source:      site.FingerprintOf(source),
					Fingerprint: site.FingerprintOf(b.digest[:], []byte(strings.Join(b.languages, " ")), source, statement),
				}
			}
			return nil
		})
	}
	group.Wait() // no goroutine returns an error
	for i, record := range records {
		if record == nil {
			continue
		}
		b.issued = append(b.issued, record)
		b.entries = append(b.entries, entries[i])
		b.sample = b.sample || record.IsSample()
	}
}

func (b *build) status() site.Status {
	thisUpdate, nextUpdate := certification.Confirmation(b.AsOf)
	status := site.Status{
		ThisUpdate:     thisUpdate,
		NextUpdate:     nextUpdate,
		Records:        make(map[string]int),
		SourcePosition: b.Snapshot.Position,
		Rejected:       len(b.Snapshot.Rejections),
		Languages:      b.languages,
		Theme:          fmt.Sprintf("%x", b.digest[:8]),
		Version:        b.Version,
		Sample:         b.sample,
	}
	for _, s := range certification.Published() {
		status.Records[s.String()] = 0
	}
	for _, e := range b.entries {
		status.Records[e.Status]++
	}
	return status
}

// render gives the files of record i in the order of Layout.
func (b *build) render(i int, emit func(file int, body []byte) error) error {
	s, _ := certification.StatementAt(b.issued[i], b.AsOf, b.AsOf)
	buffer, ok := b.buffers.Get().(*[]byte)
	if !ok {
		buffer = new([]byte)
	}
	defer b.buffers.Put(buffer)
	*buffer = append(s.AppendJSON((*buffer)[:0]), '\n')
	if err := emit(0, *buffer); err != nil {
		return err
	}
	for k, language := range b.languages {
		page, err := b.Pages.AppendRecord((*buffer)[:0], language, &s)
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
