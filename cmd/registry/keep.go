package main

import (
	"os"
	"runtime"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/cmpss/registry/generator/follow"
	"github.com/cmpss/registry/generator/publish"
	"github.com/cmpss/registry/generator/records"
	"github.com/cmpss/registry/generator/records/postgres"
	"github.com/cmpss/registry/index"
)

// siteFlags say what is published from where to where. They are the same for every command
// that builds.
type siteFlags struct {
	Source string `help:"Where the records are: postgres://…, or a file .ndjson or .csv, also .gz." placeholder:"S"`
	Out    string `help:"Folder that the site is published to." default:"public" placeholder:"DIR"`
	State  string `help:"Folder for manifest, index and record table; never serve it." default:".registry" placeholder:"DIR"`
	Accept string `help:"Publish exactly the difference with this digest, which the guard held." placeholder:"DIGEST"`

	AcceptOlder bool `help:"Publish from a database that is older than what was published from it, such as a restored backup."`

	MaxStatusChanges float64 `help:"Hold a build with which the source has changed a larger share of statuses within 24 hours, in per cent." default:"${max_status_changes}" placeholder:"PERCENT"`
	MaxVanished      float64 `help:"Hold a build with which a larger share of records has vanished within 24 hours, in per cent." default:"${max_vanished}" placeholder:"PERCENT"`
	MaxRejected      float64 `help:"Hold a build in which a larger share of rows is rejected, in per cent." default:"${max_rejected}" placeholder:"PERCENT"`
	HoldAbove        int     `help:"Never hold for this many changes or fewer." default:"${hold_above}" placeholder:"N"`

	pagesFlags `embed:""`
}

// flagDefaults are defaults of flags that are stated elsewhere: those of the guard are the limits of
// package publish, in per cent.
func flagDefaults() kong.Vars {
	limits := publish.DefaultLimits()
	percent := func(share float64) string { return strconv.FormatFloat(share*100, 'g', 6, 64) }
	return kong.Vars{
		"max_status_changes": percent(limits.StatusShare),
		"max_vanished":       percent(limits.VanishedShare),
		"max_rejected":       percent(limits.RejectedShare),
		"hold_above":         strconv.Itoa(limits.Least),
		"base_url":           defaultBaseURL,
	}
}

// keeper opens the folders and gives what keeps the site, and what closes it again.
func (f *siteFlags) keeper(options follow.Options) (*follow.Keeper, records.Source, func(), error) {
	if f.Source == "" {
		return nil, nil, nil, usageError("no source: give --source, such as records.ndjson or postgres://user@host/name")
	}
	source, err := openSource(f.Source)
	if err != nil {
		return nil, nil, nil, err
	}
	// What is wrong with theme or content is found before any folder is made.
	pages, err := f.load(nil)
	if err != nil {
		return nil, nil, nil, err
	}
	publisher, err := publish.Open(f.publishOptions(options.Progress))
	if err != nil {
		return nil, nil, nil, err
	}
	options.Source, options.Publisher, options.Pages = source, publisher, pages
	renderer := pages.Renderer
	options.Load = func() (follow.Pages, error) {
		pages, err := f.load(renderer)
		if err == nil {
			renderer = pages.Renderer
		}
		return pages, err
	}
	options.Index = index.NewWriter(f.State)
	options.Version, options.NoSpecializations = version, f.NoSpecializations
	options.Accept, options.AcceptOlder = f.Accept, f.AcceptOlder
	if !isDatabase(f.Source) {
		options.Unchanged = unchangedFile(f.Source)
	}
	return follow.New(options), source, publisher.Close, nil
}

func (f *siteFlags) publishOptions(progress func(stage string, done, total int)) publish.Options {
	return publish.Options{
		Out: f.Out, State: f.State,
		Limits: publish.Limits{
			StatusShare: f.MaxStatusChanges / 100, VanishedShare: f.MaxVanished / 100, RejectedShare: f.MaxRejected / 100, Least: f.HoldAbove,
		},
		Workers:  runtime.GOMAXPROCS(0),
		Progress: progress,
	}
}

func isDatabase(source string) bool {
	return strings.HasPrefix(source, "postgres://") || strings.HasPrefix(source, "postgresql://")
}

// openSource opens the source of records: a database or a file.
func openSource(source string) (records.Source, error) {
	if isDatabase(source) {
		return postgres.Open(source)
	}
	return records.OpenFile(source)
}

// unchangedFile reports whether a file is the one that it was at the call before, by its
// size, its time and its place on the disk.
func unchangedFile(path string) func() bool {
	var last os.FileInfo
	return func() bool {
		info, err := os.Stat(path)
		if err != nil {
			last = nil
			return false // reading it says what is wrong
		}
		same := last != nil && os.SameFile(last, info) && last.Size() == info.Size() && last.ModTime().Equal(info.ModTime())
		last = info
		return same
	}
}
