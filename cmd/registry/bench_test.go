package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/cmpss/registry/generator"
	"github.com/cmpss/registry/generator/publish"
)

// benchRecords is the size of the registry in the benchmarks of whole processes.
const benchRecords = 100_000

// htmlOnly makes a process of the benchmarks build the HTML pages alone. It is how a
// general-purpose generator of sites is compared with; the command has no such flag.
const htmlOnly = "REGISTRY_BENCH_HTML_ONLY"

// process runs the command in a process of its own and gives its time and peak memory.
func runProcess(b *testing.B, dir string, env []string, args ...string) (elapsed time.Duration, peakMB float64) {
	b.Helper()
	executable, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	// testscript.Main runs the command when the program is called by the command's name.
	name := filepath.Join(dir, "registry")
	if _, err := os.Lstat(name); err != nil {
		if err := os.Symlink(executable, name); err != nil {
			b.Fatal(err)
		}
	}
	cmd := exec.CommandContext(b.Context(), name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	start := time.Now()
	if err := cmd.Run(); err != nil {
		b.Fatalf("%v: %v\n%s", args, err, output.String())
	}
	elapsed = time.Since(start)
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return elapsed, float64(usage.Maxrss) / 1024
}

func sampleFile(b *testing.B, dir string) {
	b.Helper()
	f, err := os.Create(filepath.Join(dir, "records.ndjson"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	c := sampleCommand{Count: benchRecords, Seed: 1}
	if err := c.Run(&process{stdout: f}); err != nil {
		b.Fatal(err)
	}
}

var buildArgs = []string{"build", "--source", "records.ndjson", "--languages", "en", "--now", "2026-11-22T20:30:00Z"}

// BenchmarkFullBuild builds a whole site of 100,000 records in one language, HTML, JSON and
// index, in a process of its own, to the folder for temporary files: make bench puts that in memory.
func BenchmarkFullBuild(b *testing.B) {
	for name, env := range map[string][]string{"everything": nil, "html-only": {htmlOnly + "=1"}} {
		b.Run(name, func(b *testing.B) {
			dir := b.TempDir()
			sampleFile(b, dir)
			peak := 0.0
			b.ResetTimer()
			for b.Loop() {
				_, mb := runProcess(b, dir, env, buildArgs...)
				peak = max(peak, mb)
				b.StopTimer()
				os.RemoveAll(filepath.Join(dir, "public"))
				os.RemoveAll(filepath.Join(dir, ".registry"))
				b.StartTimer()
			}
			b.ReportMetric(peak, "peak-MB")
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/build")
		})
	}
}

// BenchmarkIdleBuild builds again with nothing changed.
func BenchmarkIdleBuild(b *testing.B) {
	dir := b.TempDir()
	sampleFile(b, dir)
	runProcess(b, dir, nil, buildArgs...)
	b.ResetTimer()
	for b.Loop() {
		runProcess(b, dir, nil, buildArgs...)
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/build")
}

// BenchmarkAgainstTheDisk builds on disk, and in the same run creates the same files with the
// same bytes and syncs them, and does nothing else: that is the limit.
func BenchmarkAgainstTheDisk(b *testing.B) {
	dir, err := os.MkdirTemp("/var/tmp", "registry-bench-")
	if err != nil {
		b.Fatal(err)
	}
	defer os.RemoveAll(dir)
	sampleFile(b, dir)
	var ours, limit time.Duration
	for b.Loop() {
		elapsed, _ := runProcess(b, dir, nil, buildArgs...)
		ours += elapsed
		files := readTree(b, filepath.Join(dir, "public"))
		os.RemoveAll(filepath.Join(dir, "public"))
		os.RemoveAll(filepath.Join(dir, ".registry"))
		syncAll(b, dir)
		start := time.Now()
		createFiles(b, filepath.Join(dir, "limit"), files)
		limit += time.Since(start)
		os.RemoveAll(filepath.Join(dir, "limit"))
		syncAll(b, dir)
	}
	b.ReportMetric(ours.Seconds()/float64(b.N), "s/build")
	b.ReportMetric(limit.Seconds()/float64(b.N), "s/limit")
	b.ReportMetric(ours.Seconds()/limit.Seconds(), "build/limit")
}

type diskFile struct {
	path string
	body []byte
}

func readTree(b *testing.B, dir string) []diskFile {
	b.Helper()
	var files []diskFile
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		files = append(files, diskFile{rel, body})
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return files
}

func createFiles(b *testing.B, dir string, files []diskFile) {
	b.Helper()
	made := map[string]bool{}
	for _, f := range files {
		folder := filepath.Join(dir, filepath.Dir(f.path))
		if !made[folder] {
			if err := os.MkdirAll(folder, 0o755); err != nil {
				b.Fatal(err)
			}
			made[folder] = true
		}
	}
	var next atomic.Int64
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for {
				i := int(next.Add(1) - 1)
				if i >= len(files) {
					return
				}
				if err := os.WriteFile(filepath.Join(dir, files[i].path), files[i].body, 0o644); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	syncAll(b, dir)
}

func syncAll(b *testing.B, dir string) {
	b.Helper()
	f, err := os.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	if err := unix.Syncfs(int(f.Fd())); err != nil {
		b.Fatal(err)
	}
}

// buildHTMLOnly is the command build without JSON and index.
func buildHTMLOnly(ctx context.Context, args []string) error {
	now, err := time.Parse(time.RFC3339, args[len(args)-1])
	if err != nil {
		return err
	}
	flags := pagesFlags{Languages: []string{"en"}, BaseURL: "http://127.0.0.1:8080"}
	pages, err := flags.load()
	if err != nil {
		return err
	}
	source, err := openSource("records.ndjson")
	if err != nil {
		return err
	}
	snapshot, err := source.Snapshot(ctx, nil)
	if err != nil {
		return err
	}
	s, err := generator.Build(generator.Input{Snapshot: snapshot, AsOf: now, Pages: pages.Renderer})
	if err != nil {
		return err
	}
	if len(s.Layout) != 2 || !strings.HasSuffix(s.Layout[0], ".json") {
		return fmt.Errorf("the layout is %v", s.Layout)
	}
	s.Layout = s.Layout[1:]
	render := s.Render
	s.Render = func(i int, emit func(int, []byte) error) error {
		return render(i, func(k int, body []byte) error {
			if k == 0 {
				return nil
			}
			return emit(k-1, body)
		})
	}
	publisher, err := publish.Open(publish.Options{Out: "public", State: ".registry", Limits: publish.DefaultLimits(), Workers: runtime.GOMAXPROCS(0)})
	if err != nil {
		return err
	}
	defer publisher.Close()
	_, err = publisher.Publish(ctx, s, publish.Run{})
	return err
}
