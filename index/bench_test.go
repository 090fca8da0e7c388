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
						if len(Words(question)) > 0 && len(question) <= MaxQuery {
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
				})
			}
		})
	}
}

// mistype puts one mistake into a word that is long enough to be found with one.
func mistype(random *rand.Rand, name string) string {
	words := Words(name)
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
