package publish

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cmpss/registry/generator/site"
)

// publishStatus writes status.json if anything changed, and completes the next manifest. It
// says when the site last changed, so it follows every other file; a build that changes
// nothing leaves it as it is, even if the source's position has moved.
func (p *publication) publishStatus(changed bool) error {
	p.next.Version, p.next.Out, p.next.Layout = site.ManifestVersion, p.out.path, p.site.Layout
	p.next.Read, p.next.PublishedAt = p.site.AsOf, p.site.AsOf
	status := p.site.Status
	status.PublishedAt = p.site.AsOf.UTC()
	body, err := encodeStatus(status)
	if err != nil {
		return err
	}
	if standing, at, ok := p.standingStatus(status); ok && !changed && !p.options.Full {
		body, p.next.PublishedAt = standing, at
	} else {
		if err := p.out.replace(site.StatusPath, body); err != nil {
			return err
		}
		p.report.Written++
		p.report.Bytes += int64(len(body))
	}
	p.next.Fixed = append(p.next.Fixed, site.FixedEntry{Path: site.StatusPath, Sum: site.SumOf(body)})
	slices.SortFunc(p.next.Fixed, func(a, b site.FixedEntry) int { return strings.Compare(a.Path, b.Path) })
	p.report.Files = len(p.next.Fixed) + len(p.next.Records)*len(p.next.Layout)
	return nil
}

// standingStatus gives the published status.json if it says the same as next but for the
// source's position and the time of publication.
func (p *publication) standingStatus(next site.Status) (body []byte, publishedAt time.Time, ok bool) {
	body, err := p.out.read(site.StatusPath)
	if err != nil {
		return nil, time.Time{}, false
	}
	var standing site.Status
	if json.Unmarshal(body, &standing) != nil {
		return nil, time.Time{}, false
	}
	next.PublishedAt, next.SourcePosition = standing.PublishedAt, standing.SourcePosition
	same, err := encodeStatus(next)
	return body, standing.PublishedAt, err == nil && bytes.Equal(same, body)
}

func encodeStatus(status site.Status) ([]byte, error) {
	body, err := json.MarshalIndent(status, "", " ")
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", site.StatusPath, err)
	}
	return append(body, '\n'), nil
}
