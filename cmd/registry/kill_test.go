package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// A build that is killed at a random moment leaves a site that the next build finishes: no
// torn file, no lost change, no file too many. Two hundred builds die by kill -9.
func TestKilledAtAnyMoment(t *testing.T) {
	kills := 200
	if testing.Short() {
		kills = 10
	}
	const seed = 20261122
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 2))
	dir := t.TempDir()
	t.Chdir(dir)
	name := commandIn(t, dir)
	records := sampleLines(t, 260)
	now := time.Date(2026, 11, 22, 20, 30, 0, 0, time.UTC)
	command := func(args ...string) (string, int) {
		var output bytes.Buffer
		status := run(context.Background(), args, process{&output, &output, func(string) (string, bool) { return "", false }, func() time.Time { return now }})
		return output.String(), status
	}
	build := func() []string {
		return []string{"build", "--source", "records.ndjson", "--now", now.Format(time.RFC3339), "--hold-above", "1000"}
	}
	writeLines(t, "records.ndjson", records[:200])
	if output, status := command(build()...); status != exitDone {
		t.Fatal(output)
	}
	took := 300 * time.Millisecond // of a build that is not killed, by and by
	killed := 0
	for i := 0; killed < kills && i < 3*kills; i++ {
		// Every page changes at a boundary; between two only some records do.
		if i%3 == 0 {
			now = now.Add(12 * time.Hour)
		} else {
			now = now.Add(time.Minute)
		}
		from := r.IntN(60)
		r.Shuffle(len(records), func(a, b int) { records[a], records[b] = records[b], records[a] })
		writeLines(t, "records.ndjson", records[from:200+r.IntN(60)])

		cmd := exec.CommandContext(t.Context(), name, build()...)
		cmd.Stdout, cmd.Stderr = io.Discard, io.Discard
		start := time.Now()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(took/4+time.Duration(r.Int64N(int64(took))), func() { cmd.Process.Kill() })
		err := cmd.Wait()
		timer.Stop()
		if err == nil {
			took = (3*took + time.Since(start)) / 4
		} else {
			killed++
			took += took / 50
		}

		if output, status := command(build()...); status != exitDone {
			t.Fatalf("kill %d: the next build: %s", i, output)
		}
		if output, status := command("check", "public", "--now", now.Format(time.RFC3339)); status != exitDone {
			t.Fatalf("kill %d: %s", i, output)
		}
	}
	if killed < kills {
		t.Errorf("only %d builds were killed before they ended", killed)
	}
}

func sampleLines(t *testing.T, count int) []string {
	t.Helper()
	var b bytes.Buffer
	c := sampleCommand{Count: count, Seed: 1}
	if err := c.Run(&process{stdout: &b}); err != nil {
		t.Fatal(err)
	}
	return strings.SplitAfter(strings.TrimSuffix(b.String(), "\n"), "\n")
}

func writeLines(t *testing.T, path string, lines []string) {
	t.Helper()
	var b strings.Builder
	for _, line := range lines {
		fmt.Fprintln(&b, strings.TrimSuffix(line, "\n"))
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}
