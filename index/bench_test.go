package index

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/legalname"
)

// benchmarkRecords is the size the targets are stated for.
const benchmarkRecords = 100_000

// BenchmarkWrite measures the first Write of the sample, and one in which nothing changed.
func BenchmarkWrite(b *testing.B) {
	records := sampleRecords(b, benchmarkRecords)
	b.Run("index", func(b *testing.B) {
		for b.Loop() {
			if err := buildNames(context.Background(), filepath.Join(b.TempDir(), "index"), records); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := Write(context.Background(), b.TempDir(), records, noon); err != nil {
				b.Fatal(err)
			}
		}
	})
	dir := written(b, records)
	b.Run("nothing changed", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := Write(context.Background(), dir, records, noon); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			set, err := Open(dir)
			if err != nil {
				b.Fatal(err)
			}
			set.Close()
		}
	})
}

// BenchmarkWriter measures one change among many: what a Writer does for it, and what a Holder does
// to take it over.
func BenchmarkWriter(b *testing.B) {
	for _, differ := range []int{0, 1900} {
		records := sampleRecords(b, benchmarkRecords)
		dir := b.TempDir()
		w := NewWriter(dir)
		read := noon
		write := func(from, to int, name string) {
			records = slices.Clone(records)
			var changed []certification.Number
			for i := from; i < to; i++ {
				changed = append(changed, records[i].Number())
				records[i] = mustRecord(b, certification.Draft{
					Number: records[i].Number().String(), LegalName: name,
					Terms: []certification.DraftTerm{{From: "2026-01-01", To: "2027-12-31"}},
				})
			}
			read = read.Add(time.Second)
			if err := w.Write(context.Background(), records, changed, read); err != nil {
				b.Fatal(err)
			}
		}
		if err := w.Write(context.Background(), records, nil, read); err != nil {
			b.Fatal(err)
		}
		write(0, differ, "Maria Changed")
		var holder Holder
		if _, err := holder.Refresh(dir); err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("one name beside %d", differ), func(b *testing.B) {
			var writing, refreshing time.Duration
			for i := 0; b.Loop(); i++ {
				at := 2000 + i%90
				start := time.Now()
				write(at, at+1, fmt.Sprintf("Jane Changed %c", 'a'+i%26))
				written := time.Now()
				if _, err := holder.Refresh(dir); err != nil {
					b.Fatal(err)
				}
				writing += written.Sub(start)
				refreshing += time.Since(written)
			}
			b.ReportMetric(writing.Seconds()*1e3/float64(b.N), "write-ms")
			b.ReportMetric(refreshing.Seconds()*1e3/float64(b.N), "refresh-ms")
		})
		if w.Stats().IndexBuilt {
			b.Error("the search index was built again")
		}
		if err := holder.Close(); err != nil {
			b.Error(err)
		}
	}
}

// BenchmarkSearch measures each kind of question over the sample's names, and over as many
// names of a far larger vocabulary, which is harder for prefixes and mistakes.
func BenchmarkSearch(b *testing.B) {
	for name, records := range map[string][]*certification.Record{
		"sample": sampleRecords(b, benchmarkRecords),
		"varied": variedRecords(b, benchmarkRecords),
	} {
		set := opened(b, records)
		b.Run(name, func(b *testing.B) {
			for _, kind := range []struct {
				name string
				make func(random *rand.Rand, name string) string
			}{
				{"number", nil},
				{"full name", func(_ *rand.Rand, name string) string { return name }},
				{"one mistake", mistype},
				{"prefix", func(random *rand.Rand, name string) string {
					runes := []rune(name)
					return string(runes[:1+random.IntN(min(len(runes), 8))])
				}},
				{"one word", func(random *rand.Rand, name string) string {
					words := strings.Fields(name)
					return words[random.IntN(len(words))]
				}},
			} {
				b.Run(kind.name, func(b *testing.B) {
					random := rand.New(rand.NewPCG(1, 1))
					questions := make([]string, 0, 2000)
					for len(questions) < cap(questions) {
						r := records[random.IntN(len(records))]
						if certification.StatusAt(r, noon) == certification.NotIssued {
							continue // whoever asks for it finds nothing, and a little later
						}
						question := r.Number().String()
						if kind.make != nil {
							question = kind.make(random, r.LegalName())
						}
						if len(legalname.Words(question)) > 0 && len(question) <= MaxQuery {
							questions = append(questions, question)
						}
					}
					took := make([]time.Duration, 0, b.N)
					for i := 0; b.Loop(); i++ {
						start := time.Now()
						if _, err := set.Search(context.Background(), Query{Text: questions[i%len(questions)]}, noon); err != nil {
							b.Fatal(err)
						}
						took = append(took, time.Since(start))
					}
					slices.Sort(took)
					b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/1e6, "p50-ms")
					b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds())/1e6, "p99-ms")
					b.ReportMetric(float64(bestOf(b, questions, func(text string) error {
						_, err := set.Search(context.Background(), Query{Text: text}, noon)
						return err
					}).Nanoseconds())/1e6, "p99-best-ms")
				})
			}
		})
	}
}

// BenchmarkSuggest measures suggestions for names as they are typed, character by character.
func BenchmarkSuggest(b *testing.B) {
	records := sampleRecords(b, benchmarkRecords)
	set := opened(b, records)
	random := rand.New(rand.NewPCG(5, 8))
	var typed []string
	for len(typed) < 4000 {
		runes := []rune(records[random.IntN(len(records))].LegalName())
		for i := MinSuggested; i <= min(len(runes), 20); i++ {
			if text := string(runes[:i]); len(legalname.Words(text)) > 0 {
				typed = append(typed, text)
			}
		}
	}
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		if _, err := set.Suggest(context.Background(), typed[i%len(typed)], MaxSuggested, noon); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	best := bestOf(b, typed, func(text string) error {
		_, err := set.Suggest(context.Background(), text, MaxSuggested, noon)
		return err
	})
	slices.Sort(took)
	b.ReportMetric(took[len(took)/2].Seconds()*1e3, "p50-ms")
	b.ReportMetric(took[len(took)*99/100].Seconds()*1e3, "p99-ms")
	b.ReportMetric(best.Seconds()*1e3, "p99-best-ms")
}

// BenchmarkRelevance asks the relevance cases among so many names as the targets are stated for.
func BenchmarkRelevance(b *testing.B) {
	files := relevanceFiles(b)
	records, names := relevanceRecords(b, files, benchmarkRecords)
	set := opened(b, records)
	var cases, full relevance
	for b.Loop() {
		for _, file := range files {
			for query, name := range file.Cases {
				cases.add(rankOfName(b, set, query, name))
			}
		}
		for _, name := range names {
			rank := rankOfName(b, set, name, name)
			if rank != 1 {
				rank = 0
			}
			full.add(rank)
		}
	}
	b.ReportMetric(cases.recall(), "recall-at-5")
	b.ReportMetric(cases.reciprocals(), "mrr")
	b.ReportMetric(full.recall(), "full-name-first")
}

// bestOf asks each question five times and gives the 99th percentile of the best times: what the
// questions cost, without what else the machine does.
func bestOf(b *testing.B, questions []string, ask func(text string) error) time.Duration {
	best := make([]time.Duration, len(questions))
	for i, question := range questions {
		for try := range 5 {
			start := time.Now()
			if err := ask(question); err != nil {
				b.Fatal(err)
			}
			if took := time.Since(start); try == 0 || took < best[i] {
				best[i] = took
			}
		}
	}
	slices.Sort(best)
	return best[len(best)*99/100]
}

// mistype puts one mistake into a word that is long enough to be found with one.
func mistype(random *rand.Rand, name string) string {
	words := legalname.Words(name)
	at := -1
	for range 10 {
		if i := random.IntN(len(words)); len(words[i]) >= 5 {
			at = i
			break
		}
	}
	if at < 0 {
		return name
	}
	runes := []rune(words[at])
	i := 1 + random.IntN(len(runes)-1)
	switch random.IntN(4) {
	case 0:
		runes = slices.Delete(runes, i, i+1)
	case 1:
		runes = slices.Insert(runes, i, rune('a'+random.IntN(26)))
	case 2:
		runes[i] = rune('a' + random.IntN(26))
	default:
		runes[i-1], runes[i] = runes[i], runes[i-1]
	}
	words[at] = string(runes)
	return strings.Join(words, " ")
}

// variedRecords has names out of syllables: some 60,000 words, where the sample has a few thousand.
func variedRecords(t testing.TB, n int) []*certification.Record {
	random := rand.New(rand.NewPCG(7, 7))
	syllables := strings.Fields("ma ri a jo se gar ci lo pez her nan dez an na el ka ro sa mi chel ro bert son wil li am ta ny guy en tran le pham vu ho ang kim lee par k chen wu zh ang i va no pe tro v sch mid t o bri en mac don ald")
	word := func() string {
		var b strings.Builder
		for range 2 + random.IntN(3) {
			b.WriteString(syllables[random.IntN(len(syllables))])
		}
		return strings.ToUpper(b.String()[:1]) + b.String()[1:]
	}
	given, family := make([]string, 8_000), make([]string, 60_000)
	for i := range given {
		given[i] = word()
	}
	for i := range family {
		family[i] = word()
	}
	zipf := rand.NewZipf(random, 1.2, 8, uint64(len(given)-1))
	records := make([]*certification.Record, n)
	for i := range records {
		records[i] = mustRecord(t, certification.Draft{
			Number:    fmt.Sprintf("MPSS%d", 100_000+i),
			LegalName: given[zipf.Uint64()] + " " + family[random.IntN(len(family))],
			Terms:     []certification.DraftTerm{{From: "2026-01-01", To: "2027-12-31"}},
		})
	}
	return records
}
