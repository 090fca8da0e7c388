package web

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/records/postgres/pgtest"
	"github.com/cmpss/registry/generator/records/sample"
	"github.com/cmpss/registry/index"
)

// searchBench is a registry of the size that the targets are stated for, and what people type into it.
type searchBench struct {
	records   []*certification.Record
	holder    *index.Holder
	address   string
	questions []string
}

const (
	benchRecords   = 100_000
	benchQuestions = 4_000
)

func newSearchBench(b *testing.B) *searchBench {
	b.Helper()
	var out bytes.Buffer
	if err := sample.Write(&out, benchRecords, 1); err != nil {
		b.Fatal(err)
	}
	s := new(searchBench)
	for line := range bytes.Lines(out.Bytes()) {
		var d certification.Draft
		if err := json.Unmarshal(line, &d); err != nil {
			b.Fatal(err)
		}
		r, err := d.Record()
		if err != nil {
			b.Fatal(err)
		}
		s.records = append(s.records, r)
	}
	slices.SortFunc(s.records, func(a, b *certification.Record) int { return a.Number().Compare(b.Number()) })
	f := newFixture(b, func(o *Options) { o.Public = "" })
	if _, _, err := index.Write(context.Background(), f.state, s.records, read); err != nil {
		b.Fatal(err)
	}
	s.holder = f.handler.(*handler).Holder
	if _, err := s.holder.Refresh(f.state); err != nil {
		b.Fatal(err)
	}
	s.address, _ = serve(b, f.handler)
	random := rand.New(rand.NewPCG(11, 13))
	for len(s.questions) < benchQuestions {
		name := s.records[random.IntN(len(s.records))].LegalName()
		if name != "" && len(name) <= 100 {
			s.questions = append(s.questions, typed(random, name))
		}
	}
	return s
}

// typed is a name as people type it: half of them in full, the rest with a mistake, in part or turned round.
func typed(random *rand.Rand, name string) string {
	runes := []rune(name)
	at := random.IntN(len(runes))
	words := strings.Fields(name)
	switch random.IntN(8) {
	case 0: // a letter missing
		return strings.TrimSpace(string(runes[:at])+string(runes[at+1:])) + "a"
	case 1: // a letter changed
		runes[at] = 'e'
		return string(runes) + " "
	case 2: // not finished
		return string(runes[:max(3, len(runes)*2/3)])
	case 3:
		slices.Reverse(words)
		return strings.Join(words, " ")
	default:
		return name
	}
}

// BenchmarkOpenLoop sends a thousand searches a second, whether or not the ones before are answered, and
// measures each from the moment at which it was due.
func BenchmarkOpenLoop(b *testing.B) {
	const perSecond, seconds = 1_000, 5
	s := newSearchBench(b)
	idle := make(chan *asker, perSecond)
	defer func() {
		close(idle)
		for a := range idle {
			a.connection.Close()
		}
	}()
	var all []time.Duration
	var failed atomic.Int64
	var used time.Duration
	for b.Loop() {
		took := make([]time.Duration, perSecond*seconds)
		var wait sync.WaitGroup
		start, before := time.Now(), processorTime(b)
		for i := range took {
			due := start.Add(time.Duration(i) * time.Second / perSecond)
			time.Sleep(time.Until(due))
			wait.Go(func() {
				var a *asker
				select {
				case a = <-idle:
				default:
					a = newAsker(b, s.address)
				}
				if !a.ask(s.questions[i%len(s.questions)]) {
					failed.Add(1)
				}
				took[i] = time.Since(due)
				idle <- a
			})
		}
		wait.Wait()
		used += processorTime(b) - before
		all = append(all, took...)
	}
	slices.Sort(all)
	b.ReportMetric(all[len(all)/2].Seconds()*1e3, "p50-ms")
	b.ReportMetric(all[len(all)*99/100].Seconds()*1e3, "p99-ms")
	b.ReportMetric(float64(failed.Load()), "failed")
	b.ReportMetric(used.Seconds()*1e6/float64(len(all)), "cpu-us/search")
}

// asker asks over one connection and does little besides: what it needs is taken from those who answer.
type asker struct {
	connection net.Conn
	reader     *bufio.Reader
	request    []byte
}

func newAsker(b *testing.B, address string) *asker {
	connection, err := net.Dial("tcp", address)
	if err != nil {
		b.Error(err)
		return nil
	}
	return &asker{connection: connection, reader: bufio.NewReaderSize(connection, 32<<10)}
}

// ask reports whether the question is answered with 200 and a whole body.
func (a *asker) ask(question string) bool {
	if a == nil {
		return false
	}
	a.request = append(append(a.request[:0], "GET /api/v1/search?q="...), url.QueryEscape(question)...)
	a.request = append(a.request, " HTTP/1.1\r\nHost: x\r\n\r\n"...)
	if _, err := a.connection.Write(a.request); err != nil {
		return false
	}
	status, err := a.reader.ReadSlice('\n')
	ok := bytes.HasPrefix(status, []byte("HTTP/1.1 200 "))
	length := -1
	for err == nil {
		var line []byte
		if line, err = a.reader.ReadSlice('\n'); len(line) <= 2 {
			break
		}
		if value, found := bytes.CutPrefix(line, []byte("Content-Length: ")); found {
			length, err = strconv.Atoi(string(bytes.TrimSpace(value)))
		}
	}
	if err != nil || length < 0 {
		return false
	}
	_, err = a.reader.Discard(length)
	return ok && err == nil
}

// processorTime is what this process has used of all processors.
func processorTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// trigrams asks PostgreSQL's similarity search.
type trigrams struct {
	connection *pgx.Conn
	sql        string
	process    int // of the server, which answers this connection
}

func newTrigrams(b *testing.B, database, sql string) *trigrams {
	t := &trigrams{connection: pgtest.Connect(b, database), sql: sql}
	if err := t.connection.QueryRow(context.Background(), "select pg_backend_pid()").Scan(&t.process); err != nil {
		b.Fatal(err)
	}
	return t
}

func (t *trigrams) ask(question string) bool {
	rows, err := t.connection.Query(context.Background(), t.sql, question)
	if err != nil {
		return false
	}
	for rows.Next() {
	}
	return rows.Err() == nil
}

// processorTime is what the server's process has used, as far as the system tells.
func (t *trigrams) processorTime() time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", t.process))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	ticks := 0 // of 10 ms
	for _, field := range fields[11:13] {
		n, _ := strconv.Atoi(field)
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// BenchmarkAgainstTrigrams saturates both sides in turns with the same questions over the same names: the index in
// this process, the handler over HTTP, and PostgreSQL's similarity search (pg_trgm) over its own protocol, with
// whichever of its two kinds of index is quicker. It gives searches a second, and how many times as many those are, in
// the median round; and beside them, for a machine that does other things as well, the processor time of a search: of
// the server's processes alone for PostgreSQL, of handler and clients together for HTTP.
func BenchmarkAgainstTrigrams(b *testing.B) {
	s := newSearchBench(b)
	cluster := pgtest.StartAlone(b)
	database := cluster.URL(cluster.Database(b), "postgres", "")
	pgtest.Exec(b, database, "create extension pg_trgm", "create table person(number text primary key, legal_name text not null)")
	connection := pgtest.Connect(b, database)
	rows := make([][]any, 0, len(s.records))
	for _, r := range s.records {
		rows = append(rows, []any{r.Number().String(), r.LegalName()})
	}
	if _, err := connection.CopyFrom(context.Background(), pgx.Identifier{"person"}, []string{"number", "legal_name"}, pgx.CopyFromRows(rows)); err != nil {
		b.Fatal(err)
	}
	s.records, rows = nil, nil // a registry holds them once
	clients := 4 * runtime.GOMAXPROCS(0)
	kinds := []struct{ name, index, sql string }{
		{"gin", "using gin (legal_name gin_trgm_ops)", "select number, legal_name from person where legal_name % $1 order by similarity(legal_name, $1) desc limit 20"},
		{"gist", "using gist (legal_name gist_trgm_ops)", "select number, legal_name from person order by legal_name <-> $1 limit 20"},
	}
	choose := func(kind int) {
		pgtest.Exec(b, database, "drop index if exists person_name", "create index person_name on person "+kinds[kind].index, "analyze person")
	}
	best, most := 0, 0.0
	for i, kind := range kinds {
		choose(i)
		perSecond := saturate(b, 80, askAll(newTrigramsAll(b, database, kind.sql, clients)), s.questions)
		b.ReportMetric(perSecond, kind.name+"-searches/s")
		if perSecond > most {
			best, most = i, perSecond
		}
	}
	choose(best)
	them := newTrigramsAll(b, database, kinds[best].sql, clients)
	us := make([]*asker, clients)
	for i := range us {
		us[i] = newAsker(b, s.address)
		defer us[i].connection.Close()
	}
	set := s.holder.Acquire()
	defer set.Close()
	inside := make([]insider, clients)
	for i := range inside {
		inside[i].set = set
	}
	var theirs, ours, within, times, timesWithin, theirTime, ourTime, timeWithin []float64
	for b.Loop() {
		var before, after time.Duration
		for _, t := range them {
			before += t.processorTime()
		}
		theirs = append(theirs, saturate(b, trigramRound, askAll(them), s.questions))
		for _, t := range them {
			after += t.processorTime()
		}
		theirTime = append(theirTime, (after-before).Seconds()*1e6/trigramRound)
		measure := func(asks []func(string) bool) (perSecond, time float64) {
			before := processorTime(b)
			perSecond = saturate(b, searchRound, asks, s.questions)
			return perSecond, (processorTime(b) - before).Seconds() * 1e6 / searchRound
		}
		perSecond, time := measure(askAll(us))
		ours, ourTime = append(ours, perSecond), append(ourTime, time)
		perSecond, time = measure(askAll(inside))
		within, timeWithin = append(within, perSecond), append(timeWithin, time)
		last := len(theirs) - 1
		times, timesWithin = append(times, ours[last]/theirs[last]), append(timesWithin, within[last]/theirs[last])
	}
	b.ReportMetric(median(within), "searches/s")
	b.ReportMetric(median(timeWithin), "cpu-us")
	b.ReportMetric(median(ours), "http-searches/s")
	b.ReportMetric(median(ourTime), "http-cpu-us")
	b.ReportMetric(median(theirs), "trigram-searches/s")
	b.ReportMetric(median(theirTime), "trigram-cpu-us")
	b.ReportMetric(median(timesWithin), "times")
	b.ReportMetric(median(times), "http-times")
	b.ReportMetric(median(theirTime)/median(ourTime), "http-cpu-times")
}

// Searches in a round: each side is at work for some seconds.
const (
	trigramRound = 200
	searchRound  = 8_000
)

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}

func newTrigramsAll(b *testing.B, database, sql string, count int) []*trigrams {
	all := make([]*trigrams, count)
	for i := range all {
		all[i] = newTrigrams(b, database, sql)
	}
	return all
}

// insider asks the index in this process.
type insider struct{ set *index.Set }

func (i insider) ask(question string) bool {
	_, err := i.set.Search(context.Background(), index.Query{Text: question}, read)
	return err == nil
}

// askAll are the ways to ask of so many clients.
func askAll[T interface{ ask(question string) bool }](clients []T) []func(string) bool {
	asks := make([]func(string) bool, len(clients))
	for i, client := range clients {
		asks[i] = client.ask
	}
	return asks
}

// saturate asks so many questions from all clients at once, which are as many as keep every processor busy, and
// gives how many were answered in a second.
func saturate(b *testing.B, count int, asks []func(question string) bool, questions []string) float64 {
	b.Helper()
	var next atomic.Int64
	var wait sync.WaitGroup
	start := time.Now()
	for _, ask := range asks {
		wait.Go(func() {
			for {
				i := next.Add(1)
				if i > int64(count) {
					return
				}
				if !ask(questions[int(i)%len(questions)]) {
					b.Error("a search failed")
					return
				}
			}
		})
	}
	wait.Wait()
	return float64(count) / time.Since(start).Seconds()
}
