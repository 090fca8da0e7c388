package publish_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cmpss/registry/content"
	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/follow"
	"github.com/cmpss/registry/generator/guidance"
	"github.com/cmpss/registry/generator/publish"
	"github.com/cmpss/registry/generator/records"
	"github.com/cmpss/registry/generator/render"
	"github.com/cmpss/registry/generator/watch"
	"github.com/cmpss/registry/index"
	"github.com/cmpss/registry/themes"
)

// outbox is a source in memory that says which of its numbers changed.
type outbox struct {
	records map[certification.Number]*certification.Record
	changed []certification.Number
}

func (s *outbox) set(number string) {
	r, err := certification.Draft{Number: number, LegalName: "Jane Doe", Terms: []certification.DraftTerm{{From: "2025-03-01", To: "2027-02-28"}}}.Record()
	if err != nil {
		panic(err)
	}
	s.records[r.Number()] = r
	s.changed = append(s.changed, r.Number())
}

func (s *outbox) remove(n certification.Number) {
	delete(s.records, n)
	s.changed = append(s.changed, n)
}

func (s *outbox) Snapshot(context.Context, func(int)) (*records.Snapshot, error) {
	list := slices.SortedFunc(maps.Values(s.records), func(a, b *certification.Record) int { return a.Number().Compare(b.Number()) })
	return &records.Snapshot{Records: list, Read: len(list), Position: fmt.Sprint(len(s.changed))}, nil
}

func (s *outbox) Changes(_ context.Context, since string) (*records.Delta, error) {
	var from int
	if _, err := fmt.Sscan(since, &from); err != nil {
		return nil, err
	}
	d := &records.Delta{Position: fmt.Sprint(len(s.changed))}
	asked := slices.Clone(s.changed[from:])
	slices.SortFunc(asked, certification.Number.Compare)
	for _, n := range slices.Compact(asked) {
		if r, ok := s.records[n]; ok {
			d.Changed = append(d.Changed, r)
		} else {
			d.Gone = append(d.Gone, n)
		}
	}
	return d, nil
}

func (s *outbox) Listen(ctx context.Context, _ func(), _ func(error)) error {
	<-ctx.Done()
	return ctx.Err()
}

// kept is a site of two certificates, and what keeps it.
type kept struct {
	*follow.Keeper
	source     *outbox
	publisher  *publish.Publisher
	out, state string
	now        time.Time
	pages      follow.Pages
	fault      func(operation, name string, do func() error) error // nil: none
}

const (
	stays   = "MPSS100001"
	briefly = "MPSS100002" // comes with a publication that fails, and is gone before the next
)

func pagesOfTest(t *testing.T) follow.Pages {
	t.Helper()
	blocks, err := fs.Sub(themes.Default(), "guidance")
	if err != nil {
		t.Fatal(err)
	}
	library, err := guidance.Load(content.FS, blocks, []string{"en"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := render.Load(themes.Default(), library, render.Options{Languages: []string{"en"}, BaseURL: "https://registry.example.org", Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return follow.Pages{Renderer: r}
}

func newKept(t *testing.T, pages follow.Pages, numbers ...string) *kept {
	t.Helper()
	dir := t.TempDir()
	k := &kept{
		source: &outbox{records: map[certification.Number]*certification.Record{}}, pages: pages,
		out: filepath.Join(dir, "public"), state: filepath.Join(dir, "state"), now: time.Date(2026, 11, 22, 20, 30, 0, 0, time.UTC),
	}
	for _, number := range numbers {
		k.source.set(number)
	}
	k.open(t)
	if _, err := k.Rebuild(t.Context(), watch.Start); err != nil {
		t.Fatal(err)
	}
	return k
}

// open opens the folders with a new keeper, as a process that starts.
func (k *kept) open(t *testing.T, forget ...certification.Number) {
	t.Helper()
	k.close()
	options := publish.Options{Out: k.out, State: k.state, Limits: publish.DefaultLimits(), Workers: 1}
	var err error
	k.publisher, err = publish.Open(options.WithFaults(func(operation, name string, do func() error) error {
		if k.fault != nil {
			return k.fault(operation, name, do)
		}
		return do()
	}))
	if err != nil {
		t.Fatal(err)
	}
	k.Keeper = follow.New(follow.Options{
		Source: k.source, Publisher: k.publisher, Index: index.NewWriter(k.state), Pages: k.pages, Version: "test", Forget: forget,
		Now: func() time.Time { return k.now },
	})
}

func (k *kept) close() {
	if k.publisher != nil {
		k.publisher.Close()
	}
}

// shown reports whether somebody who asks for the number is answered: by its page or by the record table.
func (k *kept) shown(t *testing.T, number certification.Number) bool {
	t.Helper()
	if _, err := os.Stat(k.page(number)); err == nil {
		return true
	}
	list, err := index.NewWriter(k.state).Read(t.Context(), []certification.Number{number})
	if err != nil {
		t.Fatal(err)
	}
	return len(list) > 0
}

func (k *kept) page(number certification.Number) string {
	return filepath.Join(k.out, "verify", number.String()+".json")
}

// mustBeWithdrawn holds that the number has a page which says that it was withdrawn, and no other answer.
func (k *kept) mustBeWithdrawn(t *testing.T, what string, number certification.Number) {
	t.Helper()
	body, err := os.ReadFile(k.page(number))
	if err != nil {
		t.Fatalf("%s: it was shown, and now nothing is said of it: %v", what, err)
	}
	if s, err := certification.ParseStatement(body); err != nil || !s.Withdrawn {
		t.Fatalf("%s: it is gone, and its page says %s, %v", what, body, err)
	}
	list, err := index.NewWriter(k.state).Read(t.Context(), []certification.Number{number})
	if err != nil || len(list) != 1 || !list[0].IsWithdrawn() {
		t.Fatalf("%s: the record table has %v, %v", what, list, err)
	}
}

// eachFault goes through the operations of a publication: each fails, once or for good as if the process
// were killed, done or not done.
func eachFault(t *testing.T, prepare func() *kept, publication func(*kept) error, then func(k *kept, killed bool, what string)) {
	t.Helper()
	counted := 0
	k := prepare()
	k.fault = func(_, _ string, do func() error) error { counted++; return do() }
	if err := publication(k); err != nil {
		t.Fatal(err)
	}
	k.close()
	stride := 1
	if testing.Short() {
		stride = 7
	}
	for at := 0; at < counted; at += stride {
		for _, killed := range []bool{false, true} {
			for _, done := range []bool{false, true} {
				k := prepare()
				n, what := 0, ""
				k.fault = func(operation, name string, do func() error) error {
					n++
					switch {
					case n-1 == at:
						what = fmt.Sprintf("operation %d, %s %s, killed %t, done %t", at, operation, filepath.Base(name), killed, done)
						if done {
							do()
						}
						return syscall.EIO
					case n-1 > at && killed:
						return syscall.EIO
					}
					return do()
				}
				publication(k)
				k.fault = nil
				then(k, killed, what)
				k.close()
				os.RemoveAll(filepath.Dir(k.out))
			}
		}
	}
}

// A record that comes with a publication which fails, wherever it does, and that the source has lost
// before the next one: whoever was answered once is told that it was withdrawn, and a number
// of which nobody can have heard leaves nothing behind. So it is whether the process goes on, learns of
// it by what changed or by reading everything, or is killed and started again.
func TestWhatWasShownOnceIsWithdrawn(t *testing.T) {
	pages, number := pagesOfTest(t), numberOf(t, briefly)
	shown, unseen := 0, 0
	for name, again := range map[string]watch.Reason{"what changed": watch.Retry, "everything": watch.Retry | watch.Reconcile} {
		eachFault(t, func() *kept { return newKept(t, pages, stays) },
			func(k *kept) error {
				k.source.set(briefly)
				_, err := k.Rebuild(t.Context(), watch.Notified)
				return err
			},
			func(k *kept, killed bool, what string) {
				what += ", then " + name
				wasShown := k.shown(t, number)
				k.source.remove(number)
				k.now = k.now.Add(time.Minute)
				if killed {
					k.open(t)
				}
				if _, err := k.Rebuild(t.Context(), again); err != nil {
					t.Fatalf("%s: %v", what, err)
				}
				if wasShown {
					shown++
					k.mustBeWithdrawn(t, what, number)
				} else {
					unseen++
					if k.shown(t, number) {
						t.Fatalf("%s: nobody can have seen it, and it is shown now", what)
					}
				}
			})
	}
	if shown == 0 || unseen == 0 {
		t.Errorf("%d were shown, %d were not: one of the two was not tried", shown, unseen)
	}
}

// A number that a person has the registry forget, in a publication that is stopped, does not come back
// as one that was withdrawn once the manifest has forgotten it.
func TestWhatIsForgottenDoesNotComeBack(t *testing.T) {
	pages, number := pagesOfTest(t), numberOf(t, briefly)
	forgotten, left := 0, 0
	eachFault(t, func() *kept {
		k := newKept(t, pages, stays, briefly)
		k.source.remove(number)
		k.open(t, number)
		return k
	},
		func(k *kept) error {
			_, err := k.Rebuild(t.Context(), watch.Start)
			return err
		},
		func(k *kept, _ bool, what string) {
			manifest, err := publish.ReadManifest(k.state)
			if err != nil {
				t.Fatal(err)
			}
			k.now = k.now.Add(time.Minute)
			k.open(t)
			if _, err := k.Rebuild(t.Context(), watch.Start); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			if len(manifest.Records) == 2 {
				left++
				k.mustBeWithdrawn(t, what, number)
				return
			}
			forgotten++
			if _, err := os.Stat(k.page(number)); !errors.Is(err, fs.ErrNotExist) {
				body, _ := os.ReadFile(k.page(number))
				t.Fatalf("%s: it was forgotten, and its page says %s", what, strings.TrimSpace(string(body)))
			}
		})
	if forgotten == 0 || left == 0 {
		t.Errorf("%d were forgotten, %d were not: one of the two was not tried", forgotten, left)
	}
}

func numberOf(t *testing.T, text string) certification.Number {
	t.Helper()
	n, err := certification.ParseNumber(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
