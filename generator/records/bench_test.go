package records_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cmpss/registry/generator/records"
	"github.com/cmpss/registry/generator/records/sample"
)

const benchRecords = 100_000

func sampleFile(b *testing.B, name string) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), name)
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriter(f)
	switch {
	case strings.HasSuffix(name, ".gz"):
		zip := gzip.NewWriter(w)
		err = errors.Join(sample.Write(zip, benchRecords, 1), zip.Close())
	case strings.HasSuffix(name, ".csv"):
		fmt.Fprint(w, header)
		for i := range benchRecords {
			number := 100_000 + i
			fmt.Fprintf(w, "MPSS%d,Jane Doe,2022-03-01,2024-03-01,crisis-care;unhoused,suspended,2023-02-01T09:00:00-08:00,2023-05-01T09:00:00-07:00\n", number)
			fmt.Fprintf(w, "MPSS%d,Jane Doe,2024-03-02,2026-03-01,crisis-care;unhoused,,,\n", number)
		}
	default:
		err = sample.Write(w, benchRecords, 1)
	}
	if err := errors.Join(err, w.Flush(), f.Close()); err != nil {
		b.Fatal(err)
	}
	return path
}

// processorTime is what the process has used of all cores. Unlike the time on the clock it says
// much on a machine that is busy with other things.
func processorTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// BenchmarkSnapshot reads 100,000 records: go test -bench Snapshot -cpu 1,2.
func BenchmarkSnapshot(b *testing.B) {
	for _, name := range []string{"records.ndjson", "records.ndjson.gz", "records.csv"} {
		b.Run(name, func(b *testing.B) {
			path := sampleFile(b, name)
			source, err := records.OpenFile(path)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			before := processorTime(b)
			for b.Loop() {
				snapshot, err := source.Snapshot(context.Background(), nil)
				if err != nil {
					b.Fatal(err)
				}
				if len(snapshot.Records) != benchRecords || len(snapshot.Rejections) > 0 {
					b.Fatalf("%d records, %d rejections", len(snapshot.Records), len(snapshot.Rejections))
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRecords, "ns/record")
			b.ReportMetric(float64((processorTime(b)-before).Nanoseconds())/float64(b.N)/benchRecords, "cpu-ns/record")
		})
	}
}
