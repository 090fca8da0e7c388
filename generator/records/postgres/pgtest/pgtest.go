// Package pgtest starts a real PostgreSQL for tests: a cluster of its own in a temporary
// folder, reached through a socket in that folder and nowhere else, removed at the end. It
// never skips: on a machine without PostgreSQL the test fails and says what to do.
package pgtest

import (
	"bufio"
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Cluster is a running PostgreSQL. Its superuser is postgres and needs no password; every other
// user needs the one it was given.
type Cluster struct {
	dir       string
	bin       string               // folder of PostgreSQL's programs
	as        *syscall.SysProcAttr // who the server runs as
	ready     string               // what the server says when it can be asked
	server    *exec.Cmd
	stopped   chan struct{} // closed when the server has ended
	databases int
	mu        sync.Mutex
}

// shared is the cluster of a test binary whose TestMain calls Run.
var shared struct {
	sync.Mutex
	running bool
	cluster *Cluster
}

// Run runs the tests of a binary with one cluster for all, started when the first asks for it:
//
//	func TestMain(m *testing.M) { os.Exit(pgtest.Run(m)) }
func Run(m *testing.M) int {
	shared.running = true
	defer func() {
		if shared.cluster != nil {
			shared.cluster.stop()
		}
	}()
	return m.Run()
}

// Start gives the cluster that the tests of the binary share, or, without Run, one that ends
// with the test.
func Start(t testing.TB) *Cluster {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.cluster != nil {
		return shared.cluster
	}
	if !shared.running {
		return StartAlone(t)
	}
	cluster, err := start()
	if err != nil {
		t.Fatalf("start PostgreSQL: %v", err)
	}
	shared.cluster = cluster
	return cluster
}

// StartAlone gives a cluster that no other test uses, for what concerns the whole of it, such as
// its roles. It takes about a second.
func StartAlone(t testing.TB) *Cluster {
	t.Helper()
	cluster, err := start()
	if err != nil {
		t.Fatalf("start PostgreSQL: %v", err)
	}
	t.Cleanup(cluster.stop)
	return cluster
}

// programs is the folder of the newest PostgreSQL on the machine.
func programs() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path)))) // 0 for a strange folder
		return n
	}
	if len(found) > 0 {
		return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })), nil
	}
	// Elsewhere it may be on the path. A dangling link is not found by LookPath.
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path), nil
		}
	}
	return "", fmt.Errorf("PostgreSQL is not installed; run make deps")
}

func start() (*Cluster, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	// The system's folder rather than TMPDIR: the path of a socket has at most 107 bytes.
	dir, err := os.MkdirTemp("/tmp", "registry-pg-")
	if err != nil {
		return nil, err
	}
	c := &Cluster{dir: dir, bin: bin, ready: "ready to accept connections"}
	err = c.create()
	if err == nil {
		err = c.run()
	}
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	return c, nil
}

func (c *Cluster) create() error {
	c.as = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGQUIT}
	if os.Getuid() == 0 { // the server refuses to run as root
		uid, gid, err := account("postgres")
		if err != nil {
			return err
		}
		c.as.Credential = &syscall.Credential{Uid: uid, Gid: gid}
		if err := os.Chown(c.dir, int(uid), int(gid)); err != nil {
			return err
		}
	}
	initdb := c.command("initdb", "-D", c.data(), "-U", "postgres", "-E", "UTF8", "--no-sync",
		"--auth-local=trust", "--auth-host=reject")
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	access := "local all postgres trust\nlocal replication postgres trust\nlocal all all scram-sha-256\n"
	return os.WriteFile(filepath.Join(c.data(), "pg_hba.conf"), []byte(access), 0o644)
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

// command prepares one of PostgreSQL's programs.
func (c *Cluster) command(name string, args ...string) *exec.Cmd {
	command := exec.Command(filepath.Join(c.bin, name), args...)
	command.SysProcAttr, command.Dir, command.Env = c.as, c.dir, append(os.Environ(), "LC_ALL=C.UTF-8", "TZ=UTC")
	return command
}

// run starts the server and waits until it accepts connections.
func (c *Cluster) run() error {
	c.server = c.command("postgres", "-D", c.data(), "-k", c.dir, "-h", "",
		"-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off", "-c", "autovacuum=off",
		"-c", "shared_buffers=64MB", "-c", "max_connections=40", "-c", "logging_collector=off", "-c", "log_min_messages=log")
	log, err := c.server.StderrPipe()
	if err != nil {
		return err
	}
	if err := c.server.Start(); err != nil {
		return err
	}
	ready, stopped, server := make(chan struct{}), make(chan struct{}), c.server
	c.stopped = stopped
	var said strings.Builder
	go func() {
		defer close(stopped)
		lines, isReady := bufio.NewScanner(log), false
		for lines.Scan() {
			switch {
			case isReady: // what is said later is the business of the tests that provoke it
			case strings.Contains(lines.Text(), c.ready):
				isReady = true
				close(ready)
			default:
				said.WriteString(lines.Text() + "\n")
			}
		}
		_ = server.Wait() // a server that was stopped ends with an error or without
	}()
	select {
	case <-ready:
		return nil
	case <-stopped:
		return fmt.Errorf("the server ended:\n%s", said.String())
	}
}

func account(name string) (uid, gid uint32, err error) {
	who, err := user.Lookup(name)
	if err != nil {
		return 0, 0, fmt.Errorf("%w; run make deps", err)
	}
	u, err := strconv.ParseUint(who.Uid, 10, 32)
	if err != nil {
		return 0, 0, err
	}
	g, err := strconv.ParseUint(who.Gid, 10, 32)
	return uint32(u), uint32(g), err
}

func (c *Cluster) stop() {
	_ = c.server.Process.Signal(syscall.SIGQUIT) // nothing in it is worth an orderly end
	<-c.stopped
	_ = os.RemoveAll(c.dir)
}

// Crash stops the server at once, as a loss of power to its process would: what was committed is
// in its log, and everything under way is lost. Only for a cluster of StartAlone.
func (c *Cluster) Crash(t testing.TB) {
	t.Helper()
	if err := c.server.Process.Signal(syscall.SIGQUIT); err != nil {
		t.Fatal(err)
	}
	<-c.stopped
}

// Shutdown stops the server in good order. Only for a cluster of StartAlone.
func (c *Cluster) Shutdown(t testing.TB) {
	t.Helper()
	if err := c.server.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	<-c.stopped
}

// Resume starts the server again after Crash or Shutdown.
func (c *Cluster) Resume(t testing.TB) {
	t.Helper()
	if err := c.run(); err != nil {
		t.Fatalf("start PostgreSQL again: %v", err)
	}
}

// Backup copies the cluster as it is, and gives a function that puts the copy back in its place.
// The server must be stopped in good order at both.
func (c *Cluster) Backup(t testing.TB) (restore func()) {
	t.Helper()
	backup := filepath.Join(c.dir, "backup")
	copyAll := func(from, to string) {
		t.Helper()
		if err := os.RemoveAll(to); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("cp", "-a", from, to).CombinedOutput(); err != nil {
			t.Fatalf("copy the cluster: %v\n%s", err, out)
		}
	}
	copyAll(c.data(), backup)
	return func() { copyAll(backup, c.data()) }
}

// Standby starts a server that follows the cluster and can be read. It ends with the test.
func (c *Cluster) Standby(t testing.TB) *Cluster {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "registry-pg-")
	if err != nil {
		t.Fatal(err)
	}
	standby := &Cluster{dir: dir, bin: c.bin, as: c.as, ready: "ready to accept read-only connections"}
	if c.as.Credential != nil {
		if err := os.Chown(dir, int(c.as.Credential.Uid), int(c.as.Credential.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	copied := standby.command("pg_basebackup", "-D", standby.data(), "-h", c.dir, "-U", "postgres", "-R", "-c", "fast", "--no-sync")
	if out, err := copied.CombinedOutput(); err != nil {
		os.RemoveAll(dir)
		t.Fatalf("pg_basebackup: %v\n%s", err, out)
	}
	if err := standby.run(); err != nil {
		os.RemoveAll(dir)
		t.Fatalf("start a standby: %v", err)
	}
	t.Cleanup(standby.stop)
	return standby
}

// NewTimeline has the server take part in a recovery that ends at once when it resumes, as after
// a restore to a point in time or when a standby takes over. The server must be stopped.
func (c *Cluster) NewTimeline(t testing.TB) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(c.data(), "recovery.signal"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	settings := filepath.Join(c.data(), "postgresql.auto.conf")
	if err := os.WriteFile(settings, []byte("restore_command = 'false'\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// URL names a database of the cluster for a user, whose password is empty for postgres.
func (c *Cluster) URL(database, user, password string) string {
	u := url.URL{Scheme: "postgres", User: url.UserPassword(user, password), Path: "/" + database}
	if password == "" {
		u.User = url.User(user)
	}
	u.RawQuery = url.Values{"host": {c.dir}, "port": {"5432"}, "sslmode": {"disable"}}.Encode()
	return u.String()
}

// Database creates an empty database and gives its name. It lasts as long as the cluster.
func (c *Cluster) Database(t testing.TB) string {
	t.Helper()
	c.mu.Lock()
	c.databases++
	name := fmt.Sprintf("test%d", c.databases)
	c.mu.Unlock()
	Exec(t, c.URL("postgres", "postgres", ""), "create database "+name)
	return name
}

// Connect opens a connection that is closed at the end of the test.
func Connect(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// Exec runs statements, each in its own transaction.
func Exec(t testing.TB, url string, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	for _, statement := range statements {
		if _, err := conn.Exec(context.Background(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}
