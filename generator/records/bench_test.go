package records_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
	var out io.Writer = w
	if strings.HasSuffix(name, ".gz") {
		zip := gzip.NewWriter(w)
		defer zip.Close()
		out = zip
		if err := sample.Write(out, benchRecords, 1); err != nil {
			b.Fatal(err)
		}
		if err := zip.Close(); err != nil {
			b.Fatal(err)
		}
	} else if strings.HasSuffix(name, ".csv") {
		fmt.Fprint(w, header)
		for i := range benchRecords {
			fmt.Fprintf(w, "MPSS%d,Jane Doe,2022-03-01,2024-03-01,crisis-care;unhoused,suspended,2023-02-01T09:00:00-08:00,2023-05-01T09:00:00-07:00\n", 100_000+i)
			fmt.Fprintf(w, "MPSS%d,Jane Doe,2024-03-02,2026-03-01,crisis-care;unhoused,,,\n", 100_000+i)
		}
	} else if err := sample.Write(out, benchRecords, 1); err != nil {
		b.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	return path
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
		})
	}
}
