package site

import (
	"bytes"
	"fmt"
	"io/fs"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func anyManifest() *rapid.Generator[*Manifest] {
	return rapid.Custom(func(t *rapid.T) *Manifest {
		m := &Manifest{Version: ManifestVersion, Out: "/srv/public", AsOf: time.Unix(2, 0).UTC(), Read: time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "read"), 0).UTC(), PublishedAt: time.Unix(1, 0).UTC()}
		m.Layout = []string{"verify/*.json", "verify/*.html", "es/verify/*.html"}[:rapid.IntRange(1, 3).Draw(t, "layouts")]
		sum := func() Sum {
			return Sum{rapid.Uint32().Draw(t, "size"), [16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "hash"))}
		}
		number := rapid.IntRange(0, 2_000_000).Draw(t, "first")
		for range rapid.IntRange(0, 30).Draw(t, "records") {
			number += rapid.IntRange(1, 500_000).Draw(t, "step")
			e := RecordEntry{Record: Record{Number: fmt.Sprintf("MPSS%06d", number), Status: "active", Source: sum().Hash, Fingerprint: sum().Hash}}
			for range m.Layout {
				e.Files = append(e.Files, sum())
			}
			m.Records = append(m.Records, e)
		}
		for i := range rapid.IntRange(0, 3).Draw(t, "fixed") {
			m.Fixed = append(m.Fixed, FixedEntry{Path: fmt.Sprintf("guidance/page%d.html", i), Sum: sum()})
			if rapid.Bool().Draw(t, "superseded") {
				m.Fixed[i].Superseded = time.Unix(int64(i), 0).UTC()
			}
		}
		m.Rejected = rapid.IntRange(0, 9).Draw(t, "rejected")
		for i := range rapid.IntRange(0, 3).Draw(t, "days") {
			m.Delays = m.Delays.With(fmt.Sprintf("2026-01-0%d", 1+i), []time.Duration{time.Duration(rapid.Int64Range(0, 1e15).Draw(t, "delay"))})
		}
		for range rapid.IntRange(0, 3).Draw(t, "hours") {
			m.LetPass = m.LetPass.With(time.Unix(int64(len(m.LetPass))*3600, 0), rapid.IntRange(0, 9).Draw(t, "statuses"), 1)
		}
		return m
	})
}

func decode(head []byte, segments map[string][]byte) (*Manifest, error) {
	return DecodeManifest(head, func(name string) ([]byte, error) {
		body, ok := segments[name]
		if !ok {
			return nil, fs.ErrNotExist
		}
		return body, nil
	})
}

func TestManifestReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := anyManifest().Draw(t, "manifest")
		head, segments := m.Encode()
		again, err := decode(head, segments)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range again.Segments {
			if _, there := segments[name]; name != "" && !there {
				t.Fatalf("segment %s was not written", name)
			}
		}
		again.Segments = m.Segments
		if diff := cmp.Diff(m, again); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

// A manifest with one byte changed, anywhere in its segments, is not read.
func TestADamagedSegmentIsNotRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := anyManifest().Filter(func(m *Manifest) bool { return len(m.Records) > 0 }).Draw(t, "manifest")
		head, segments := m.Encode()
		for name, body := range segments {
			spoilt := bytes.Clone(body)
			switch at := rapid.IntRange(0, len(body)-1).Draw(t, "at"); rapid.IntRange(0, 2).Draw(t, "how") {
			case 0:
				spoilt[at] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
			case 1:
				spoilt = spoilt[:at]
			default:
				delete(segments, name)
				spoilt = nil
			}
			if spoilt != nil {
				segments[name] = spoilt
			}
			break
		}
		if _, err := decode(head, segments); err == nil {
			t.Fatal("a damaged manifest was read")
		}
	})
}

// One change of one record changes one segment.
func TestAChangeOfOneRecordChangesOneSegment(t *testing.T) {
	m := &Manifest{Version: ManifestVersion, Layout: []string{"verify/*.json"}}
	for i := range 5000 {
		m.Records = append(m.Records, RecordEntry{Record: Record{Number: fmt.Sprintf("MPSS%06d", 100000+i), Status: "active"}, Files: make([]Sum, 1)})
	}
	_, before := m.Encode()
	m.Records[4321].Status = "revoked"
	_, after := m.Encode()
	changed := 0
	for name := range after {
		if _, ok := before[name]; !ok {
			changed++
		}
	}
	if changed != 1 || len(before) != NumSegments {
		t.Errorf("%d of %d segments changed", changed, len(before))
	}
}

func FuzzDecodeManifest(f *testing.F) {
	m := &Manifest{Version: ManifestVersion, Layout: []string{"verify/*.json"}, Records: []RecordEntry{{Record: Record{Number: "MPSS123456", Status: "active"}, Files: make([]Sum, 1)}}}
	head, segments := m.Encode()
	for _, body := range segments {
		f.Add(head, body)
	}
	f.Add([]byte(`{"version":1,"layout":["../*"],"segments":[]}`), []byte("x"))
	f.Add([]byte(`{"version":1,"fixed":[{"path":"/etc/passwd","sum":"1:00"}]}`), []byte(nil))
	f.Fuzz(func(t *testing.T, head, segment []byte) {
		m, err := DecodeManifest(head, func(string) ([]byte, error) { return segment, nil })
		if err != nil {
			return
		}
		for _, e := range m.Records {
			for _, layout := range m.Layout {
				if err := CheckPath(RecordPath(layout, e.Number)); err != nil {
					t.Error(err)
				}
			}
		}
		for _, e := range m.Fixed {
			if err := CheckPath(e.Path); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestCheckPath(t *testing.T) {
	for path, ok := range map[string]bool{
		"index.html": true, "es/verify/MPSS123456.html": true, ".well-known/security.txt": true, "assets/style.0123abcd.css": true,
		"": false, "/etc/passwd": false, "../x": false, "a/../b": false, "a//b": false, "a/./b": false, "a\\b": false, "a\x00": false, "a b": false, "é": false, "a/": false,
	} {
		if got := CheckPath(path) == nil; got != ok {
			t.Errorf("CheckPath(%q) accepts: %v", path, got)
		}
	}
}

// What was let pass is forgotten a day later, and not before.
func TestWhatWasLetPassIsCountedForADay(t *testing.T) {
	begin := time.Date(2026, 11, 22, 20, 59, 0, 0, time.UTC)
	var l LetPass
	for i := range 5000 {
		now := begin.Add(time.Duration(i) * 7 * time.Minute)
		before := l
		l = l.Until(now).With(now, 1, 2)
		statuses, vanished := l.Sum()
		if full := min(i+1, int(LetPassWindow/(7*time.Minute))); statuses < full || statuses > full+10 || vanished != 2*statuses {
			t.Fatalf("%d: %d statuses and %d vanished", i, statuses, vanished)
		}
		if len(l) > 25 || !l.isSound() || !before.isSound() {
			t.Fatalf("%d: %v", i, l)
		}
	}
	if again := l.With(begin.AddDate(1, 0, 0), 0, 0); len(again) != len(l) {
		t.Error("nothing was counted as something")
	}
}
