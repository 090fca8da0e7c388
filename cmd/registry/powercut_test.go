//go:build linux && powercut

package main

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The file system is told to stop as if the power had gone: nothing that it holds in memory, the
// end of its journal included, reaches the disk any more (FS_IOC_SHUTDOWN, linux/fs.h and
// fs/ext4/ext4.h; the flag is EXT4_GOING_FLAGS_NOLOGFLUSH).
const (
	ioctlShutdown = 0x8004587d
	noLogFlush    = 2
)

// Power is cut at random moments of a publication, on an ext4 of its own. After the journal was
// replayed every published file is whole, old or new; what a build said that it had done is
// there; and the next build finishes the work. It needs root and loop devices: make powercut.
// POWERCUTS is how many cuts, fifty if it is not set.
func TestPowerCut(t *testing.T) {
	cuts := 50
	if text := os.Getenv("POWERCUTS"); text != "" {
		var err error
		if cuts, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	const seed = 20261122
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 4))
	dir := t.TempDir()
	t.Chdir(dir)
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(executable, filepath.Join(dir, "registry")); err != nil {
		t.Fatal(err)
	}
	disk := newDisk(t)
	records := sampleLines(t, 700)
	writeLines(t, "records.ndjson", records[:500])
	now := time.Date(2026, 11, 22, 20, 30, 0, 0, time.UTC)
	build := func() []string {
		return []string{
			"build", "--source", "records.ndjson", "--out", "disk/public", "--state", "disk/state",
			"--now", now.Format(time.RFC3339), "--hold-above", "1000",
		}
	}
	mustRun := func(args ...string) {
		t.Helper()
		if output, err := exec.CommandContext(t.Context(), "./registry", args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, output)
		}
	}
	mustRun(build()...)
	took, amid := 500*time.Millisecond, 0
	for cut := range cuts {
		old := published(t, "disk/public")
		// Every page changes at a boundary; between two only some records do, whose files are synced
		// one by one.
		now = now.Add([]time.Duration{12 * time.Hour, time.Minute}[cut%2])
		from := r.IntN(100)
		if cut%2 == 1 {
			from = 5 + r.IntN(10)
		}
		writeLines(t, "records.ndjson", records[from:500+r.IntN(200)])
		cmd := exec.CommandContext(t.Context(), "./registry", build()...)
		start := time.Now()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		var done error
		select {
		case done = <-ended: // and then the power goes
			took = (3*took + time.Since(start)) / 4
			disk.cut(t)
		case <-time.After(time.Duration(r.Int64N(int64(took + took/4)))):
			disk.cut(t)
			if done = <-ended; done != nil {
				amid++
			}
		}
		disk.replay(t)

		crashed := published(t, "disk/public")
		mustRun(build()...)
		mustRun("check", "disk/public", "--state", "disk/state", "--now", now.Format(time.RFC3339))
		whole := published(t, "disk/public")
		for path, body := range crashed {
			if !strings.HasPrefix(path, ".staging/") && body != old[path] && body != whole[path] {
				t.Fatalf("cut %d: %s is neither old nor new: %d bytes", cut, path, len(body))
			}
		}
		for path, body := range whole {
			if was, there := crashed[path]; done == nil && (!there || was != body) {
				t.Fatalf("cut %d: the build said that it was done, and %s was lost", cut, path)
			}
			if _, stood := old[path]; stood && crashed[path] == "" {
				t.Fatalf("cut %d: %s disappeared", cut, path)
			}
		}
	}
	t.Logf("%d of %d cuts came while a build was at work", amid, cuts)
	if amid < cuts/3 {
		t.Errorf("only %d of %d cuts came while a build was at work", amid, cuts)
	}
}

// disk is an ext4 in a file, mounted at the folder disk.
type disk struct{}

func newDisk(t *testing.T) disk {
	t.Helper()
	if err := os.Mkdir("disk", 0o755); err != nil {
		t.Fatal(err)
	}
	command(t, "truncate", "--size", "512M", "disk.img")
	command(t, "mkfs.ext4", "-q", "-F", "disk.img")
	command(t, "mount", "-o", "loop", "disk.img", "disk")
	t.Cleanup(func() {
		exec.CommandContext(context.WithoutCancel(t.Context()), "umount", "--lazy", "disk").Run()
	})
	return disk{}
}

func (disk) cut(t *testing.T) {
	t.Helper()
	f, err := os.Open("disk")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := unix.IoctlSetPointerInt(int(f.Fd()), ioctlShutdown, noLogFlush); err != nil {
		t.Fatalf("cut the power: %v", err)
	}
}

// replay mounts the disk again, which replays its journal.
func (disk) replay(t *testing.T) {
	t.Helper()
	command(t, "umount", "disk")
	command(t, "mount", "-o", "loop", "disk.img", "disk")
}

func command(t *testing.T, args ...string) {
	t.Helper()
	var output bytes.Buffer
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s(this test needs root, loop devices and ext4)", strings.Join(args, " "), err, output.String())
	}
}
