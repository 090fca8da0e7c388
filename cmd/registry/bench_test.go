package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/cmpss/registry/content"
	"github.com/cmpss/registry/generator"
	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/follow"
	"github.com/cmpss/registry/generator/publish"
	"github.com/cmpss/registry/generator/records/postgres"
	"github.com/cmpss/registry/generator/records/postgres/pgtest"
	"github.com/cmpss/registry/generator/watch"
)

// benchRecords is the size of the registry in the benchmarks of whole processes.
const benchRecords = 100_000

// htmlOnly makes a process of the benchmarks build the HTML pages alone. It is how a
// general-purpose generator of sites is compared with; the command has no such flag.
const htmlOnly = "REGISTRY_BENCH_HTML_ONLY"

// process runs the command in a process of its own and gives its time and peak memory.
func runProcess(b *testing.B, dir string, env []string, args ...string) (elapsed time.Duration, peakMB float64) {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), commandIn(b, dir), args...)
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

// BenchmarkIdleBuild builds again with nothing changed; and once more without the note of the build
// before, as it is where the file of records was only written anew, or the records are in a database.
func BenchmarkIdleBuild(b *testing.B) {
	for name, before := range map[string]func(dir string){
		"noted": func(string) {},
		"anew":  func(dir string) { os.Remove(filepath.Join(dir, ".registry", builtName)) },
	} {
		b.Run(name, func(b *testing.B) {
			dir := b.TempDir()
			sampleFile(b, dir)
			runProcess(b, dir, nil, buildArgs...)
			b.ResetTimer()
			for b.Loop() {
				before(dir)
				runProcess(b, dir, nil, buildArgs...)
			}
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/build")
		})
	}
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

// keptSite is a keeper of a site in memory with benchRecords records in both languages, by a clock
// that the benchmark sets.
type keptSite struct {
	*follow.Keeper
	now    time.Time
	remove func() // closes and removes the site
}

func keepSample(b *testing.B, flags siteFlags, now time.Time) *keptSite {
	b.Helper()
	dir := b.TempDir()
	if flags.Source == "" {
		sampleFile(b, dir)
		flags.Source = filepath.Join(dir, "records.ndjson")
	}
	flags.Out, flags.State, flags.HoldAbove = filepath.Join(dir, "public"), filepath.Join(dir, "state"), benchRecords
	flags.Languages, flags.BaseURL = []string{"en", "es"}, "http://127.0.0.1:8080"
	k := &keptSite{now: now}
	keeper, _, closeAll, err := flags.keeper(follow.Options{Now: func() time.Time { return k.now }, Clock: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	k.Keeper = keeper
	k.remove = func() {
		closeAll()
		os.RemoveAll(dir)
	}
	if _, err := k.Rebuild(b.Context(), watch.Start); err != nil {
		b.Fatal(err)
	}
	return k
}

// BenchmarkMidnight lets 10,000 of 100,000 certificates lapse at one midnight, and measures how
// long it takes until all their pages say so; then everything is read and confirmed anew.
func BenchmarkMidnight(b *testing.B) {
	dir := b.TempDir()
	path := filepath.Join(dir, "records.ndjson")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriter(f)
	for i := range benchRecords {
		last := "2027-11-30"
		if i%10 == 0 {
			last = "2026-11-22"
		}
		fmt.Fprintf(w, `{"number":"MPSS%06d","legal_name":"Jane Doe %c%c","terms":[{"from":"2024-12-01","to":%q}]}`+"\n", 100000+i, 'a'+i%26, 'a'+i/26%26, last)
	}
	if err := errors.Join(w.Flush(), f.Close()); err != nil {
		b.Fatal(err)
	}
	midnight := certification.NewDate(2026, 11, 23).Start()
	var lapsed, confirmed time.Duration
	for b.Loop() {
		b.StopTimer()
		k := keepSample(b, siteFlags{Source: path}, midnight.Add(-time.Hour))
		k.now = midnight
		b.StartTimer()
		report, err := k.Rebuild(b.Context(), watch.TimeChanged)
		if err != nil || report.Records["lapsed"] != benchRecords/10 {
			b.Fatalf("%v %v", report.Records, err)
		}
		b.StopTimer()
		k.remove() // a site of this size in memory is enough
		b.StartTimer()
		lapsed += report.TimeTook
		confirmed += report.TimeTook + report.ReadTook + report.BuildTook + report.PublishTook
	}
	b.ReportMetric(lapsed.Seconds()/float64(b.N), "s/lapsed")
	b.ReportMetric(confirmed.Seconds()/float64(b.N), "s/confirmed")
}

// BenchmarkGuidanceEdit rebuilds after one edit of a guidance page.
func BenchmarkGuidanceEdit(b *testing.B) {
	dir := b.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "content"), content.FS); err != nil {
		b.Fatal(err)
	}
	page := filepath.Join(dir, "content/en/fees.md")
	original, err := os.ReadFile(page)
	if err != nil {
		b.Fatal(err)
	}
	k := keepSample(b, siteFlags{pagesFlags: pagesFlags{Content: filepath.Join(dir, "content")}}, time.Date(2026, 11, 22, 20, 30, 0, 0, time.UTC))
	defer k.remove()
	i := 0
	var load, built, published time.Duration
	for b.Loop() {
		i++
		if err := os.WriteFile(page, fmt.Appendf(bytes.Clone(original), "\n\nEdit %d.\n", i), 0o600); err != nil {
			b.Fatal(err)
		}
		report, err := k.Rebuild(b.Context(), watch.ContentChanged)
		load += report.LoadTook
		built += report.BuildTook
		published += report.PublishTook
		if err != nil || report.PagesError != nil || report.Publish.Rendered != 0 || report.Publish.Written == 0 {
			b.Fatalf("%+v %v", report.Publish, err)
		}
	}
	for unit, took := range map[string]time.Duration{"ms-load": load, "ms-build": built, "ms-publish": published} {
		b.ReportMetric(float64(took.Microseconds())/1000/float64(i), unit)
	}
}

// BenchmarkStatusChange changes one status in PostgreSQL among 100,000 and measures from before
// the commit until the new bytes stand in the output folder of a site in both languages, beside the time
// of one synced write.
// REGISTRY_BENCH_RECORDS sets another number of records, REGISTRY_BENCH_LANGUAGES other languages: the files of a
// million records in two of them take 30 GB of memory.
func BenchmarkStatusChange(b *testing.B) {
	reportDelays(b, publishChanges(b, "15s", suspension))
}

// BenchmarkNewCertificate is BenchmarkStatusChange of certificates that are entered anew, with a number
// and a name that nobody had.
func BenchmarkNewCertificate(b *testing.B) {
	reportDelays(b, publishChanges(b, "15s", entry))
}

func reportDelays(b *testing.B, delays []time.Duration) {
	b.Helper()
	b.ReportMetric(delays[len(delays)/2].Seconds()*1000, "p50-ms")
	b.ReportMetric(delays[len(delays)*99/100].Seconds()*1000, "p99-ms")
}

// change is what the benchmarks do to one number after the other.
type change struct {
	number func(i int, active []string) string
	sql    string // of the number
	shows  string // what its JSON has in it then
}

var (
	suspension = change{func(i int, active []string) string { return active[i] }, suspend, `"status":"suspended"`}
	entry      = change{
		func(i int, _ []string) string { return fmt.Sprintf("MPSS%09d", 900_000_000+i) },
		`with c as (insert into registry.certification (number, legal_name) values ('%[1]s', 'Newly Entered %[1]s') returning number)
		insert into registry.term select number, current_date - 10, current_date + 700 from c`, `"status":"active"`,
	}
)

// BenchmarkLostNotifications is BenchmarkStatusChange of a database whose every notification is
// lost: a change is found by the poll, here of a second. What a change took longer than that is
// what is asked to be less than a second.
func BenchmarkLostNotifications(b *testing.B) {
	const silence = `do $$ begin
		execute replace(pg_get_functiondef('registry.note_change'::regproc), $n$perform pg_notify('registry_change', '');$n$, '');
		if pg_get_functiondef('registry.note_change'::regproc) like '%pg_notify%' then raise 'it still notifies'; end if;
	end $$`
	delays := publishChanges(b, "1s", suspension, silence)
	b.ReportMetric(delays[len(delays)/2].Seconds()*1000, "p50-ms")
	b.ReportMetric((delays[len(delays)-1]-time.Second).Seconds()*1000, "longest-after-the-poll-ms")
}

// publishChanges gives the times that the changes of a benchmark took to be published, in order,
// from a database that was prepared by the statements.
func publishChanges(b *testing.B, poll string, change change, prepare ...string) []time.Duration {
	b.Helper()
	count := benchRecords
	if text := os.Getenv("REGISTRY_BENCH_RECORDS"); text != "" {
		var err error
		if count, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	dir := b.TempDir()
	cluster := pgtest.StartAlone(b)
	name := cluster.Database(b)
	owner := cluster.URL(name, "postgres", "")
	if _, err := postgres.Install(b.Context(), owner); err != nil {
		b.Fatal(err)
	}
	pgtest.Exec(b, owner, "create user builder password 'builder' in role registry_reader")
	active := loadSample(b, dir, owner, count)
	pgtest.Exec(b, owner, append(prepare, "analyze")...)
	log := new(lockedBuffer)
	watcher := exec.CommandContext(b.Context(), commandIn(b, dir),
		"watch", "--source", cluster.URL(name, "builder", "builder"), "--out", filepath.Join(dir, "public"), "--state", filepath.Join(dir, "state"),
		"--hold-above", fmt.Sprint(count), "--poll", poll, "--languages", cmp.Or(os.Getenv("REGISTRY_BENCH_LANGUAGES"), "en,es"))
	watcher.Stdout, watcher.Stderr = log, log
	if err := watcher.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() {
		watcher.Process.Signal(os.Interrupt)
		if err := watcher.Wait(); err != nil {
			b.Error(err)
		}
	}()
	for deadline := time.Now().Add(5 * time.Minute); !strings.Contains(log.String(), "msg=published"); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			b.Fatal(log)
		}
	}
	conn := pgtest.Connect(b, owner)
	var delays, writes []time.Duration
	next := 0
	for b.Loop() {
		number := change.number(next, active)
		next++
		path := filepath.Join(dir, "public/verify", number+".json")
		start := time.Now()
		if _, err := conn.Exec(b.Context(), fmt.Sprintf(change.sql, number)); err != nil {
			b.Fatal(err)
		}
		for {
			if body, _ := os.ReadFile(path); bytes.Contains(body, []byte(change.shows)) {
				break
			}
			if time.Since(start) > time.Minute {
				b.Fatal(log)
			}
			time.Sleep(200 * time.Microsecond)
		}
		delays = append(delays, time.Since(start))
		b.StopTimer()
		writes = append(writes, syncedWrite(b, dir))
		time.Sleep(20 * time.Millisecond) // changes come one by one
		b.StartTimer()
	}
	slices.Sort(delays)
	slices.Sort(writes)
	b.ReportMetric(writes[len(writes)/2].Seconds()*1000, "synced-write-ms")
	b.ReportMetric(float64(memoryOf(b, watcher.Process.Pid, "VmHWM")), "peak-MB")
	return delays
}

func loadSample(b *testing.B, dir, owner string, count int) (active []string) {
	b.Helper()
	path := filepath.Join(dir, "load.ndjson")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	c := sampleCommand{Count: count, Seed: 1}
	if err := errors.Join(c.Run(&process{stdout: f}), f.Close()); err != nil {
		b.Fatal(err)
	}
	source, err := openSource(path)
	if err != nil {
		b.Fatal(err)
	}
	snapshot, err := source.Snapshot(b.Context(), nil)
	if err != nil {
		b.Fatal(err)
	}
	pgtest.Load(b, owner, snapshot.Records)
	now := time.Now()
	for _, r := range snapshot.Records {
		if certification.StatusAt(r, now) == certification.Active {
			active = append(active, r.Number().String())
		}
	}
	os.Remove(path)
	return active
}

func syncedWrite(b *testing.B, dir string) time.Duration {
	b.Helper()
	start := time.Now()
	f, err := os.Create(filepath.Join(dir, "synced"))
	if err != nil {
		b.Fatal(err)
	}
	_, err = f.Write(make([]byte, 8192))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
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
	pages, err := flags.load(nil)
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
