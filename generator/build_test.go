package generator_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/cmpss/registry/content"
	"github.com/cmpss/registry/generator"
	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/guidance"
	"github.com/cmpss/registry/generator/records"
	"github.com/cmpss/registry/generator/records/sample"
	"github.com/cmpss/registry/generator/render"
	"github.com/cmpss/registry/generator/site"
	"github.com/cmpss/registry/themes"
)

var asOf = time.Date(2026, 11, 22, 20, 30, 0, 0, time.UTC)

func pages(t testing.TB, languages ...string) *render.Renderer {
	t.Helper()
	blocks, err := fs.Sub(themes.Default(), "guidance")
	if err != nil {
		t.Fatal(err)
	}
	library, err := guidance.Load(content.FS, blocks, languages)
	if err != nil {
		t.Fatal(err)
	}
	r, err := render.Load(themes.Default(), library, render.Options{Languages: languages, BaseURL: "https://registry.example.org", Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func snapshot(t testing.TB, ndjson []byte) *records.Snapshot {
	t.Helper()
	path := filepath.Join(t.TempDir(), "records.ndjson")
	if err := os.WriteFile(path, ndjson, 0o600); err != nil {
		t.Fatal(err)
	}
	source, err := records.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := source.Snapshot(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func sampleRecords(t testing.TB, count int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := sample.Write(&b, count, 1); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// bytesOf is every file of a site by path.
func bytesOf(t testing.TB, s *site.Site) map[string][32]byte {
	t.Helper()
	files := map[string][32]byte{}
	for _, f := range s.Fixed {
		files[f.Path] = sha256.Sum256(f.Body)
	}
	for i, r := range s.Records {
		err := s.Render(i, func(k int, body []byte) error {
			files[site.RecordPath(s.Layout[k], r.Number)] = sha256.Sum256(body)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func build(t testing.TB, in generator.Input) *site.Site {
	t.Helper()
	s, err := generator.Build(in)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The order of the rows and the number of cores make no difference.
func TestBuildIsAPureFunction(t *testing.T) {
	p := pages(t, "en", "es")
	lines := bytes.SplitAfter(bytes.TrimSuffix(sampleRecords(t, 400), []byte("\n")), []byte("\n"))
	lines[len(lines)-1] = append(lines[len(lines)-1], '\n')
	in := generator.Input{Snapshot: snapshot(t, bytes.Join(lines, nil)), AsOf: asOf, Pages: p, Version: "test"}
	one := build(t, in)
	want := bytesOf(t, one)

	rand.New(rand.NewPCG(1, 1)).Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	cores := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(cores)
	in.Snapshot = snapshot(t, bytes.Join(lines, nil))
	in.Pages = pages(t, "en", "es")
	two := build(t, in)
	got := bytesOf(t, two)
	if len(got) != len(want) {
		t.Errorf("%d files and %d", len(want), len(got))
	}
	for path, sum := range want {
		if got[path] != sum {
			t.Errorf("%s differs", path)
		}
	}
	for i := range one.Records {
		if one.Records[i] != two.Records[i] {
			t.Fatalf("record %d: %v and %v", i, one.Records[i], two.Records[i])
		}
	}
}

// Equal fingerprints, equal bytes; and bytes that differ have fingerprints that differ. The
// instants cross boundaries, expiries and nothing at all.
func TestAFingerprintStandsForTheBytes(t *testing.T) {
	p := pages(t, "en")
	snap := snapshot(t, sampleRecords(t, 200))
	type unit struct {
		fingerprint site.Fingerprint
		bytes       string
	}
	before := map[string]unit{}
	for step, at := range []time.Time{asOf, asOf.Add(time.Minute), asOf.Add(12 * time.Hour), asOf.Add(12*time.Hour + time.Second), asOf.Add(90 * 24 * time.Hour)} {
		s := build(t, generator.Input{Snapshot: snap, AsOf: at, Pages: p})
		same := 0
		for i, r := range s.Records {
			now := unit{fingerprint: r.Fingerprint}
			s.Render(i, func(k int, body []byte) error {
				now.bytes += string(body)
				return nil
			})
			if old, ok := before[r.Number]; ok {
				if (old.fingerprint == now.fingerprint) != (old.bytes == now.bytes) {
					t.Errorf("step %d: %s: fingerprints equal %v, bytes equal %v", step, r.Number, old.fingerprint == now.fingerprint, old.bytes == now.bytes)
				}
				if old == now {
					same++
				}
			}
			before[r.Number] = now
		}
		if (step == 1 || step == 3) && same < len(s.Records)-2 {
			t.Errorf("step %d: only %d of %d records stayed as they were between two boundaries", step, same, len(s.Records))
		}
	}
}

// A certificate has no page before the first instant of its first term, and has one then.
func TestACertificateAppearsWhenItIsIssued(t *testing.T) {
	p := pages(t, "en")
	snap := snapshot(t, []byte(`{"number":"MPSS123456","legal_name":"Jane Doe","terms":[{"from":"2026-12-01","to":"2028-11-30"}]}`+"\n"))
	issue := certification.NewDate(2026, 12, 1).Start()
	for _, test := range []struct {
		at   time.Time
		want int
	}{{issue.Add(-1), 0}, {issue, 1}} {
		if s := build(t, generator.Input{Snapshot: snap, AsOf: test.at, Pages: p}); len(s.Records) != test.want {
			t.Errorf("at %s: %d records, want %d", test.at, len(s.Records), test.want)
		}
	}
}

// A row that broke a rule leaves a page that says so, and is counted.
func TestARejectedRowIsUnavailable(t *testing.T) {
	p := pages(t, "en")
	snap := snapshot(t, []byte(`{"number":"MPSS123456","legal_name":"Jane Doe","terms":[{"from":"2026-12-01","to":"2024-11-30"}]}`+"\n"+
		`{"number":"MPSS123457","legal_name":"John Doe","terms":[{"from":"2025-12-01","to":"2027-11-30"}]}`+"\n"))
	s := build(t, generator.Input{Snapshot: snap, AsOf: asOf, Pages: p})
	if len(s.Records) != 2 || s.Records[0].Status != "unavailable" || s.Status.Rejected != 1 || s.Status.Records["unavailable"] != 1 {
		t.Fatalf("%v %+v", s.Records, s.Status)
	}
	s.Render(0, func(k int, body []byte) error {
		if bytes.Contains(body, []byte("Jane")) {
			t.Errorf("%s has the name of a record that cannot be understood", s.Layout[k])
		}
		return nil
	})
}

// A Builder that lives through changes of records, pages and time gives what Build gives, and says
// of no record that it is as before which is not.
func TestABuilderGivesWhatBuildGives(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	en, both := pages(t, "en"), pages(t, "en", "es")
	all := snapshot(t, sampleRecords(t, 300)).Records
	held := slices.Clone(all[:250])
	var b generator.Builder
	var before []site.Record
	var revision *site.Revision
	told := 0
	at := asOf
	for step := range 80 {
		switch r.IntN(5) {
		case 0:
			if next := b.Next(); !next.IsZero() {
				at = next
			}
		case 1:
			at = at.Add(time.Duration(r.Int64N(int64(3 * time.Hour))))
		case 2:
			at = at.Add(-time.Duration(r.Int64N(int64(time.Hour))))
		case 3:
			i := r.IntN(len(held))
			held = slices.Delete(slices.Clone(held), i, i+1)
		case 4:
			held = slices.Clone(held)
			for range 3 {
				extra := all[r.IntN(len(all))]
				i, found := slices.BinarySearchFunc(held, extra, func(a, b *certification.Record) int { return a.Number().Compare(b.Number()) })
				if found {
					held[i] = certification.NewUnavailable(extra.Number(), true)
				} else {
					held = slices.Insert(held, i, extra)
				}
			}
		}
		in := generator.Input{Snapshot: &records.Snapshot{Records: held}, AsOf: at, Pages: en}
		if step%7 == 6 {
			in.Pages = both
		}
		got, err := b.Build(in)
		if err != nil {
			t.Fatal(err)
		}
		if got.Revision.Of != nil {
			if got.Revision.Of != revision {
				t.Fatalf("step %d: it says how it differs from another site than the one before", step)
			}
			told++
			for _, i := range got.Revision.Changed {
				if before[i].Number == got.Records[i].Number {
					before[i] = got.Records[i]
				}
			}
			if !slices.Equal(before, got.Records) {
				t.Fatalf("step %d at %s: a record changed and it does not say so", step, at)
			}
		}
		before, revision = slices.Clone(got.Records), got.Revision
		want := build(t, in)
		if !slices.Equal(got.Records, want.Records) || !reflect.DeepEqual(got.Status, want.Status) {
			t.Fatalf("step %d at %s: the records differ", step, at)
		}
		if step%10 == 0 && !maps.Equal(bytesOf(t, got), bytesOf(t, want)) {
			t.Fatalf("step %d at %s: the bytes differ", step, at)
		}
		// Up to Next nothing changes by time alone.
		in.Read = in.AsOf
		if next := b.Next(); !next.IsZero() {
			in.AsOf = next.Add(-1)
			if early := build(t, in); !slices.Equal(early.Records, want.Records) {
				t.Fatalf("step %d at %s: something changes before %s", step, at, next)
			}
		}
	}
	if told < 10 {
		t.Errorf("it says only %d times of 80 how a site differs from the one before", told)
	}
}

// Without another complete read nothing is confirmed anew: a build after the boundary changes
// what time itself changes, and no claim is extended.
func TestOnlyAReadConfirms(t *testing.T) {
	p := pages(t, "en")
	snap := snapshot(t, []byte(`{"number":"MPSS123456","legal_name":"Jane Doe","terms":[{"from":"2024-11-23","to":"2026-11-22"}]}`+"\n"+
		`{"number":"MPSS123457","legal_name":"John Doe","terms":[{"from":"2025-12-01","to":"2027-11-30"}]}`+"\n"))
	var b generator.Builder
	first, err := b.Build(generator.Input{Snapshot: snap, AsOf: asOf, Pages: p})
	if err != nil {
		t.Fatal(err)
	}
	before := slices.Clone(first.Records)
	midnight := certification.NewDate(2026, 11, 23).Start()
	if !b.Next().Equal(midnight) {
		t.Errorf("next %s", b.Next())
	}
	after, err := b.Build(generator.Input{Snapshot: snap, AsOf: midnight, Read: asOf, Pages: p})
	if err != nil {
		t.Fatal(err)
	}
	if after.Records[0].Status != "lapsed" || after.Records[1] != before[1] || !after.Status.ThisUpdate.Equal(first.Status.ThisUpdate) {
		t.Errorf("%v", after.Records)
	}
	confirmed, err := b.Build(generator.Input{Snapshot: snap, AsOf: midnight, Read: midnight, Pages: p})
	if err != nil {
		t.Fatal(err)
	}
	if confirmed.Records[1] == before[1] || !confirmed.Status.ThisUpdate.Equal(midnight) {
		t.Errorf("%v", confirmed.Status)
	}
}

func BenchmarkBuild(b *testing.B) {
	p := pages(b, "en")
	snap := snapshot(b, sampleRecords(b, 20000))
	b.Run("plan", func(b *testing.B) {
		for b.Loop() {
			build(b, generator.Input{Snapshot: snap, AsOf: asOf, Pages: p})
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(snap.Records)), "ns/record")
	})
	b.Run("render", func(b *testing.B) {
		s := build(b, generator.Input{Snapshot: snap, AsOf: asOf, Pages: p})
		i := 0
		b.ReportAllocs()
		for b.Loop() {
			if err := s.Render(i%len(s.Records), func(int, []byte) error { return nil }); err != nil {
				b.Fatal(err)
			}
			i++
		}
	})
}
