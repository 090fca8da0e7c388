//go:build linux && !race

package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/records"
	"github.com/cmpss/registry/index"
)

// TestServeMemory overloads a process that answers for 100,000 records, and swaps other names in meanwhile:
// its memory stays below 256 MB, files of the system that it maps included, and every answer is one of those that
// are promised. Two thousand connections say half of what they have to say and wait.
func TestServeMemory(t *testing.T) {
	const most = 256 // MB
	count, asked := 100_000, 5_000
	if testing.Short() {
		count, asked = 5_000, 1_500
	}
	dir := t.TempDir()
	now := time.Date(2026, 11, 22, 20, 30, 0, 0, time.UTC)
	list := sampleRecords(t, dir, count)
	state, public := filepath.Join(dir, "state"), filepath.Join(dir, "public")
	write := func(list []*certification.Record, read time.Time) {
		if _, _, err := index.Write(context.Background(), state, list, read); err != nil {
			t.Fatal(err)
		}
	}
	write(list, now)
	if err := os.Mkdir(public, 0o755); err != nil {
		t.Fatal(err)
	}
	address, process := startServe(t, dir, "serve", "--public", public, "--state", state, "--addr", "127.0.0.1:0", "--rate", "0", "--now", now.Format(time.RFC3339))
	t.Logf("%d MB when nobody has asked", memoryOf(t, process, "VmRSS"))

	for i := range 2_000 {
		connection, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close()
		go io.WriteString(connection, halfRequests[i%len(halfRequests)])
	}
	var wait sync.WaitGroup
	var next, refused, cut, swapped atomic.Int64
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 128}}
	defer client.CloseIdleConnections()
	for range 64 {
		wait.Go(func() {
			random := rand.New(rand.NewPCG(uint64(next.Load()), 1))
			for next.Add(1) <= int64(asked) || swapped.Load() == 0 {
				method, target, body := randomRequest(random, list)
				request, err := http.NewRequest(method, "http://"+address+target, strings.NewReader(body))
				if err != nil {
					t.Error(err)
					return
				}
				request.Header.Set("Content-Type", "application/json")
				began := time.Now()
				response, err := client.Do(request)
				if err != nil && time.Since(began) > 5*time.Second {
					cut.Add(1) // on a machine with so much else to do that a header is not read in time
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				io.Copy(io.Discard, response.Body)
				response.Body.Close()
				switch response.StatusCode {
				case http.StatusOK, http.StatusBadRequest, http.StatusRequestEntityTooLarge:
				case http.StatusServiceUnavailable:
					refused.Add(1)
					if response.Header.Get("Retry-After") == "" {
						t.Errorf("%s is refused without saying until when", target)
					}
				default:
					t.Errorf("%s: %s", target, response.Status)
				}
			}
		})
	}
	// More names are gone than may be listed beside the search index: it is another.
	write(list[count/20:], now.Add(time.Minute))
	time.Sleep(3 * refreshInterval)
	swapped.Store(1)
	wait.Wait()
	peak := memoryOf(t, process, "VmHWM")
	t.Logf("%d MB at most, for %d questions, %d of them refused and %d cut off; %d MB at the end", peak, next.Load(), refused.Load(), cut.Load(), memoryOf(t, process, "VmRSS"))
	if peak > most {
		t.Errorf("%d MB, at most %d are allowed", peak, most)
	}
	if refused.Load()+cut.Load() == next.Load() || cut.Load() > next.Load()/50 {
		t.Error("too little was answered")
	}
}

// halfRequests are what a client may begin and not end.
var halfRequests = []string{
	"GET /search?q=jane HTTP/1.1\r\nHost: x\r\nX: ",
	"POST /api/v1/verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1048000\r\n\r\n{\"checks\":[{\"number\":\"" + strings.Repeat("1", 1<<20-10_000),
	"POST /advertisement HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 20000\r\n\r\ntext=" + strings.Repeat("a", 10_000),
	strings.Repeat("GET /search?q=maria&limit=100 HTTP/1.1\r\nHost: x\r\n\r\n", 50), // never reads
}

// randomRequest asks what costs much.
func randomRequest(random *rand.Rand, list []*certification.Record) (method, target, body string) {
	name := list[random.IntN(len(list))].LegalName()
	switch random.IntN(8) {
	case 0:
		var checks strings.Builder
		for range 1_000 {
			r := list[random.IntN(len(list))]
			fmt.Fprintf(&checks, `,{"number":%q,"name":%q,"on":"2026-01-15"}`, r.Number(), r.LegalName())
		}
		return http.MethodPost, "/api/v1/verify", `{"checks":[` + checks.String()[1:] + `]}`
	case 1:
		return http.MethodGet, "/search?limit=100&q=" + url.QueryEscape(name), ""
	case 2:
		return http.MethodGet, "/api/v1/suggest?q=" + url.QueryEscape(name[:min(len(name), 4)]), ""
	case 3:
		return http.MethodGet, "/api/v1/search?limit=100&q=" + string(rune('a'+random.IntN(26))), ""
	case 4:
		var words strings.Builder
		for words.Len() < 200 {
			words.WriteString(string(rune('a'+random.IntN(26))) + strconv.Itoa(random.IntN(1000)) + " *q ")
		}
		return http.MethodGet, "/api/v1/search?q=" + url.QueryEscape(words.String()), ""
	default:
		runes := []rune(name)
		runes[random.IntN(len(runes))] = 'q'
		return http.MethodGet, "/api/v1/search?q=" + url.QueryEscape(string(runes)), ""
	}
}

// sampleRecords are synthetic records, in the order of their numbers.
func sampleRecords(t testing.TB, dir string, count int) []*certification.Record {
	t.Helper()
	var lines bytes.Buffer
	c := sampleCommand{Count: count, Seed: 1}
	if err := c.Run(&process{stdout: &lines}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "sample.ndjson")
	if err := os.WriteFile(path, lines.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	source, err := records.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := source.Snapshot(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return snapshot.Records
}

// startServe runs the command in a process of its own until the test ends, and gives the address it listens on
// and the id of the process.
func startServe(t testing.TB, dir string, args ...string) (address string, id int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), commandIn(t, dir), args...)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	_, address, ok := strings.Cut(strings.TrimSpace(line), "http://")
	if !ok {
		t.Fatalf("the process says %q", line)
	}
	return address, cmd.Process.Pid
}
