package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
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
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256, MaxConnsPerHost: 256, DisableCompression: true}}
	defer client.CloseIdleConnections()
	var all []time.Duration
	var failed atomic.Int64
	for b.Loop() {
		took := make([]time.Duration, perSecond*seconds)
		var wait sync.WaitGroup
		start := time.Now()
		for i := range took {
			due := start.Add(time.Duration(i) * time.Second / perSecond)
			time.Sleep(time.Until(due))
			wait.Go(func() {
				if !s.ask(client, s.questions[i%len(s.questions)]) {
					failed.Add(1)
				}
				took[i] = time.Since(due)
			})
		}
		wait.Wait()
		all = append(all, took...)
	}
	slices.Sort(all)
	b.ReportMetric(all[len(all)/2].Seconds()*1e3, "p50-ms")
	b.ReportMetric(all[len(all)*99/100].Seconds()*1e3, "p99-ms")
	b.ReportMetric(float64(failed.Load()), "failed")
}

func (s *searchBench) ask(client *http.Client, question string) bool {
	response, err := client.Get("http://" + s.address + "/api/v1/search?q=" + url.QueryEscape(question))
	if err != nil {
		return false
	}
	defer response.Body.Close()
	var body bytes.Buffer
	_, err = body.ReadFrom(response.Body)
	return err == nil && response.StatusCode == http.StatusOK
}

// BenchmarkAgainstTrigrams saturates both sides with the same questions over the same names: the index in
// this process, the handler over HTTP, and PostgreSQL's similarity search (pg_trgm) over its own protocol, with whichever of its two kinds of
// index is quicker.
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
	kinds := map[string][2]string{
		"gin":  {"create index person_name on person using gin (legal_name gin_trgm_ops)", "select number, legal_name from person where legal_name % $1 order by similarity(legal_name, $1) desc limit 20"},
		"gist": {"create index person_name on person using gist (legal_name gist_trgm_ops)", "select number, legal_name from person order by legal_name <-> $1 limit 20"},
	}
	theirs := make(map[string]float64) // searches a second
	for kind, sql := range kinds {
		pgtest.Exec(b, database, "drop index if exists person_name", sql[0], "analyze person")
		theirs[kind] = saturate(b, 200, func() func(string) bool {
			connection := pgtest.Connect(b, database)
			return func(question string) bool {
				rows, err := connection.Query(context.Background(), sql[1], question)
				if err != nil {
					return false
				}
				for rows.Next() {
				}
				return rows.Err() == nil
			}
		}, s.questions)
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}}
	defer client.CloseIdleConnections()
	set := s.holder.Acquire()
	defer set.Close()
	var ours, inside float64
	rounds := 0.0
	for b.Loop() {
		ours += saturate(b, 8_000, func() func(string) bool {
			return func(question string) bool { return s.ask(client, question) }
		}, s.questions)
		inside += saturate(b, 8_000, func() func(string) bool {
			return func(question string) bool {
				_, err := set.Search(context.Background(), index.Query{Text: question}, read)
				return err == nil
			}
		}, s.questions)
		rounds++
	}
	ours, inside = ours/rounds, inside/rounds
	best := max(theirs["gin"], theirs["gist"])
	b.ReportMetric(inside, "searches/s")
	b.ReportMetric(ours, "http-searches/s")
	b.ReportMetric(theirs["gin"], "gin-searches/s")
	b.ReportMetric(theirs["gist"], "gist-searches/s")
	b.ReportMetric(inside/best, "times")
	b.ReportMetric(ours/best, "http-times")
}

// saturate asks so many questions from as many clients as keep every processor busy, and gives how many were
// answered in a second.
func saturate(b *testing.B, count int, newClient func() func(question string) bool, questions []string) float64 {
	b.Helper()
	clients := 4 * runtime.GOMAXPROCS(0)
	var next atomic.Int64
	var wait sync.WaitGroup
	asks := make([]func(string) bool, clients)
	for i := range asks {
		asks[i] = newClient()
	}
	start := time.Now()
	for _, ask := range asks {
		wait.Go(func() {
			for {
				i := next.Add(1)
				if i > int64(count) {
					return
				}
				if !ask(questions[int(i)%len(questions)]) {
					b.Error(fmt.Errorf("a search failed"))
					return
				}
			}
		})
	}
	wait.Wait()
	return float64(count) / time.Since(start).Seconds()
}
