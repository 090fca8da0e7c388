package index

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/records/sample"
)

// noon is an instant for which the samples are made: 2026-11-22, noon in Los Angeles.
var noon = time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)

// sampleRecords gives n synthetic records, by number.
func sampleRecords(t testing.TB, n int) []*certification.Record {
	t.Helper()
	var out bytes.Buffer
	if err := sample.Write(&out, n, 1); err != nil {
		t.Fatal(err)
	}
	var records []*certification.Record
	for line := range bytes.Lines(out.Bytes()) {
		var d certification.Draft
		if err := json.Unmarshal(line, &d); err != nil {
			t.Fatal(err)
		}
		records = append(records, mustRecord(t, d))
	}
	return byNumber(records)
}

func byNumber(records []*certification.Record) []*certification.Record {
	slices.SortFunc(records, func(a, b *certification.Record) int { return a.Number().Compare(b.Number()) })
	return records
}

func mustRecord(t testing.TB, d certification.Draft) *certification.Record {
	t.Helper()
	r, err := d.Record()
	if err != nil {
		t.Fatalf("%s: %v", d.Number, err)
	}
	return r
}

// named gives an active record for each name, numbered from MPSS100001.
func named(t testing.TB, names ...string) []*certification.Record {
	t.Helper()
	var records []*certification.Record
	for i, name := range names {
		records = append(records, mustRecord(t, certification.Draft{
			Number: fmt.Sprintf("MPSS%d", 100001+i), LegalName: name,
			Terms: []certification.DraftTerm{{From: "2026-01-01", To: "2027-12-31"}},
		}))
	}
	return records
}

// written puts the records into a new state folder.
func written(t testing.TB, records []*certification.Record) string {
	t.Helper()
	dir := t.TempDir()
	if _, _, err := Write(context.Background(), dir, records, noon); err != nil {
		t.Fatal(err)
	}
	return dir
}

// opened gives a set of the records that is closed when the test ends.
func opened(t testing.TB, records []*certification.Record) *Set {
	t.Helper()
	set, err := Open(written(t, records))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := set.Close(); err != nil {
			t.Error(err)
		}
	})
	return set
}
