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

// publishStatus writes status.json if anything changed, and completes the fixed files of the
// next manifest. It says when the site last changed, so it follows every other file; a build
// that changes nothing leaves it as it is, even if the source's position has moved.
func (w *publication) publishStatus(changed bool) error {
	status := w.site.Status
	status.PublishedAt = w.site.AsOf.UTC()
	body, err := encodeStatus(status)
	if err != nil {
		return err
	}
	if standing, at, ok := w.standingStatus(status); ok && !changed && !w.run.Full {
		body, status.PublishedAt = standing, at
	} else {
		if err := w.out.replace(site.StatusPath, body); err != nil {
			return err
		}
		w.report.Written++
		w.report.Bytes += int64(len(body))
	}
	w.manifest.PublishedAt = status.PublishedAt
	w.fixed = append(w.fixed, site.FixedEntry{Path: site.StatusPath, Sum: site.SumOf(body)})
	slices.SortFunc(w.fixed, func(a, b site.FixedEntry) int { return strings.Compare(a.Path, b.Path) })
	w.report.Files = len(w.fixed) + len(w.site.Records)*len(w.site.Layout)
	return nil
}

// standingStatus gives the published status.json if it says the same as next but for the
// source's position and the time of publication.
func (w *publication) standingStatus(next site.Status) (body []byte, publishedAt time.Time, ok bool) {
	body, err := w.out.read(site.StatusPath)
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
