package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/records"
	"github.com/cmpss/registry/generator/records/postgres"
	"github.com/cmpss/registry/generator/records/postgres/pgtest"
)

// following is a watch of a real database, in this process, and its site.
type following struct {
	t       *testing.T
	cluster *pgtest.Cluster
	owner   string
	dir     string
	numbers []string
	log     *lockedBuffer
	url     string // that is watched
	stop    func() // ends the watch; more than once does no harm
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// followDatabase loads records into a database of its own server and watches it. The address
// that is watched is made from the direct one by via.
func followDatabase(t *testing.T, via func(*pgtest.Cluster, string) string) *following {
	t.Helper()
	f := &following{t: t, cluster: pgtest.StartAlone(t), dir: t.TempDir(), log: new(lockedBuffer)}
	name := f.cluster.Database(t)
	f.owner = f.cluster.URL(name, "postgres", "")
	if _, err := postgres.Install(t.Context(), f.owner); err != nil {
		t.Fatal(err)
	}
	pgtest.Exec(t, f.owner, "create user builder password 'builder' in role registry_reader")
	file := filepath.Join(f.dir, "records.ndjson")
	writeLines(t, file, sampleLines(t, 150))
	source, err := records.OpenFile(file)
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := source.Snapshot(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	pgtest.Load(t, f.owner, snapshot.Records)
	now := time.Now()
	for _, r := range snapshot.Records {
		if certification.StatusAt(r, now) == certification.Active {
			f.numbers = append(f.numbers, r.Number().String())
		}
	}
	url := f.cluster.URL(name, "builder", "builder")
	if via != nil {
		url = via(f.cluster, url)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{
			"watch", "--source", url, "--out", filepath.Join(f.dir, "public"), "--state", filepath.Join(f.dir, "state"),
			"--languages", "en", "--poll", "2s", "--hold-above", "1000",
		},
			process{f.log, f.log, func(string) (string, bool) { return "", false }, time.Now})
	}()
	f.url = url
	f.stop = sync.OnceFunc(func() {
		stop()
		if status := <-done; status != exitDone {
			t.Errorf("watch ended with %d:\n%s", status, f.log)
		}
	})
	t.Cleanup(f.stop)
	f.await("the first publication", func() bool { return strings.Contains(f.log.String(), "msg=published") })
	return f
}

// await polls until the condition holds.
func (f *following) await(what string, condition func() bool) {
	f.t.Helper()
	for deadline := time.Now().Add(patience); !condition(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			f.t.Fatalf("%s did not come; the log:\n%s", what, f.log)
		}
	}
}

// next takes a number that no step has used.
func (f *following) next() string {
	number := f.numbers[0]
	f.numbers = f.numbers[1:]
	return number
}

const suspend = "insert into registry.action(number, kind, effective_from) values ('%s', 'suspended', now() - interval '1 second')"

// mustPublish waits until the pages of the numbers say that they are suspended.
func (f *following) mustPublish(numbers ...string) {
	f.t.Helper()
	for _, number := range numbers {
		f.await("the page of "+number, func() bool {
			body, _ := os.ReadFile(filepath.Join(f.dir, "public", "verify", number+".json"))
			return bytes.Contains(body, []byte(`"status":"suspended"`))
		})
	}
}

// change suspends a certification and waits for its page.
func (f *following) change() {
	f.t.Helper()
	number := f.next()
	pgtest.Exec(f.t, f.owner, fmt.Sprintf(suspend, number))
	f.mustPublish(number)
}

// A change stands on its page whatever the server goes through.
func TestEveryChangeInTheDatabaseIsPublished(t *testing.T) {
	f := followDatabase(t, nil)
	f.change()

	t.Run("two transactions that commit out of order", func(t *testing.T) {
		slow, fast := f.next(), f.next()
		conn := pgtest.Connect(t, f.owner)
		tx, err := conn.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(t.Context(), fmt.Sprintf(suspend, slow)); err != nil {
			t.Fatal(err)
		}
		pgtest.Exec(t, f.owner, fmt.Sprintf(suspend, fast))
		f.mustPublish(fast) // and with it a position beyond the slow one's id
		if err := tx.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.mustPublish(slow)
	})
	t.Run("the backend that listens is terminated", func(t *testing.T) {
		pgtest.Exec(t, f.owner, "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'builder'")
		f.change()
	})
	t.Run("a notification that is lost", func(t *testing.T) {
		number := f.next()
		conn := pgtest.Connect(t, f.owner)
		tx, err := conn.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, statement := range []string{
			"alter table registry.action disable trigger all", fmt.Sprintf(suspend, number), "alter table registry.action enable trigger all",
			fmt.Sprintf("insert into registry.change(number) values ('%s')", number), // what the trigger does, but for its NOTIFY
		} {
			if _, err := tx.Exec(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		if err := tx.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.mustPublish(number) // found by the poll
	})
	t.Run("a burst of 100,000 notifications", func(t *testing.T) {
		number := f.next()
		pgtest.Exec(t, f.owner, "do $$ begin for i in 1..100000 loop perform pg_notify('registry_change', i::text); end loop; end $$", fmt.Sprintf(suspend, number))
		f.mustPublish(number)
	})
	t.Run("rows copied in, and all rows rewritten", func(t *testing.T) {
		numbers := []string{f.next(), f.next(), f.next()}
		conn := pgtest.Connect(t, f.owner)
		var rows [][]any
		for _, n := range numbers {
			rows = append(rows, []any{n, "suspended", time.Now().Add(-time.Second)})
		}
		if _, err := conn.CopyFrom(t.Context(), pgx.Identifier{"registry", "action"}, []string{"number", "kind", "effective_from"}, pgx.CopyFromRows(rows)); err != nil {
			t.Fatal(err)
		}
		f.mustPublish(numbers...)
		pgtest.Exec(t, f.owner, "update registry.certification set updated_at = now()")
		f.change()
	})
	t.Run("an immediate stop and a restart", func(t *testing.T) {
		number := f.next()
		// Committed means in the server's log: the clusters of tests do not wait for that.
		pgtest.Exec(t, f.owner, "set synchronous_commit = on", fmt.Sprintf(suspend, number))
		f.cluster.Crash(t)
		f.cluster.Resume(t)
		f.mustPublish(number)
		f.change()
	})
	t.Run("a trigger that was dropped", func(t *testing.T) {
		number := f.next()
		conn := pgtest.Connect(t, f.owner)
		tx, err := conn.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, statement := range []string{"alter table registry.action disable trigger all", fmt.Sprintf(suspend, number), "alter table registry.action enable trigger all"} {
			if _, err := tx.Exec(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		if err := tx.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.change() // the others go on
		self, err := os.FindProcess(os.Getpid())
		if err != nil {
			t.Fatal(err)
		}
		if err := self.Signal(hangup); err != nil { // as the reconcile does at night: read everything
			t.Fatal(err)
		}
		f.mustPublish(number)
	})
	t.Run("what was published is whole", func(t *testing.T) {
		var output bytes.Buffer
		status := run(t.Context(), []string{"check", filepath.Join(f.dir, "public"), "--state", filepath.Join(f.dir, "state")},
			process{&output, &output, func(string) (string, bool) { return "", false }, time.Now})
		if status != exitDone {
			t.Error(output.String())
		}
	})
}

// A connection that goes dark without a word is noticed, and the change behind it published.
func TestAConnectionThatGoesDark(t *testing.T) {
	var proxy *pgtest.Proxy
	f := followDatabase(t, func(c *pgtest.Cluster, url string) string {
		proxy = c.Proxy(t)
		return proxy.URL(t, url)
	})
	f.change()
	proxy.Blackhole()
	f.change()
}

// A backup that was restored holds the site and says so, until a person accepts it; if the guard then
// holds the difference, both are accepted together.
func TestARestoredBackupIsHeld(t *testing.T) {
	f := followDatabase(t, nil)
	f.cluster.Shutdown(t)
	restore := f.cluster.Backup(t)
	f.cluster.Resume(t)
	number := f.next()
	pgtest.Exec(t, f.owner, fmt.Sprintf(suspend, number))
	f.mustPublish(number)
	f.cluster.Shutdown(t)
	restore()
	f.cluster.Resume(t)
	f.await("the hold", func() bool { return strings.Contains(f.log.String(), "--accept-older") })
	f.mustPublish(number) // still
	f.stop()

	command := func(name string, more ...string) (int, string) {
		output := new(lockedBuffer)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		said := func(b []byte) (int, error) {
			if name == "watch" && bytes.Contains(b, []byte("held")) {
				cancel()
			}
			return output.Write(b)
		}
		status := run(ctx, append([]string{
			name, "--source", f.url, "--out", filepath.Join(f.dir, "public"), "--state", filepath.Join(f.dir, "state"),
			"--languages", "en", "--hold-above", "0", "--max-status-changes", "0",
		}, more...), process{writerFunc(said), writerFunc(said), func(string) (string, bool) { return "", false }, time.Now})
		return status, output.String()
	}
	if status, said := command("build"); status != exitFailed || !strings.Contains(said, "run again with --accept-older") {
		t.Fatalf("build ended with %d: %s", status, said)
	}
	if _, said := command("watch", "--accept-older"); !strings.Contains(said, "start again with --accept-older, as before, and --accept") {
		t.Errorf("a watch that accepts the older source says only: %s", said)
	}
	status, said := command("build", "--accept-older")
	digest := regexp.MustCompile("--accept ([0-9a-f]{16})").FindStringSubmatch(said)
	if status != exitHeld || digest == nil {
		t.Fatalf("the guard did not hold what the backup changes: build ended with %d: %s", status, said)
	}
	if status, said := command("build", "--accept-older", "--accept", digest[1]); status != exitDone {
		t.Fatalf("build ended with %d: %s", status, said)
	}
	if status, said := command("build"); status != exitDone {
		t.Errorf("what was accepted is held again: build ended with %d: %s", status, said)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }
