package web

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"weak"

	"github.com/cmpss/registry/index"
)

// serve runs the handler on a free port until the test ends, and gives the address. The
// function stops it and gives Serve's error.
func serve(t testing.TB, handler http.Handler) (address string, stop func() error) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, listener, handler) }()
	stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() { stop() })
	return listener.Addr().String(), stop
}

// raw sends bytes and gives the first line of the answer.
func raw(t *testing.T, address, request string) string {
	t.Helper()
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	go io.WriteString(connection, request)
	line, err := bufio.NewReader(connection).ReadString('\n')
	if err != nil {
		return "closed"
	}
	return strings.TrimSpace(line)
}

func TestServeRefusesWhatIsTooLarge(t *testing.T) {
	f := newFixture(t, nil)
	address, _ := serve(t, f.handler)
	for what, c := range map[string]struct{ request, want string }{
		"1 MB query":        {"GET /search?q=" + strings.Repeat("a", 1<<20) + " HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 431"},
		"huge header":       {"GET / HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("a", 1<<20) + "\r\n\r\n", "HTTP/1.1 431"},
		"many headers":      {"GET / HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("X: y\r\n", 20_000) + "\r\n", "HTTP/1.1 431"},
		"no HTTP":           {"\x16\x03\x01\r\n\r\n", "HTTP/1.1 400"},
		"NUL in the path":   {"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 400"},
		"path of dots":      {"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 404"},
		"whole address":     {"GET http://evil.example/verify?number=123456 HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 303"},
		"star":              {"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 20"},
		"two lengths":       {"POST /api/v1/verify HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "HTTP/1.1 400"},
		"length and chunks": {"POST /api/v1/verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "HTTP/1.1 400"},
	} {
		if got := raw(t, address, c.request); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %q, want %s", what, got, c.want)
		}
	}
}

// TestServeStops lets a request that runs finish, and takes no more.
func TestServeStops(t *testing.T) {
	entered, release := make(chan struct{}), make(chan struct{})
	address, stop := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(entered)
		<-release
		io.WriteString(w, "done")
	}))
	answered := make(chan string, 1)
	go func() {
		response, err := http.Get("http://" + address)
		if err != nil {
			answered <- err.Error()
			return
		}
		defer response.Body.Close()
		body, _ := io.ReadAll(response.Body)
		answered <- string(body)
	}()
	<-entered
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	close(release)
	if got := <-answered; got != "done" {
		t.Errorf("the request that ran: %s", got)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	if _, err := net.Dial("tcp", address); err == nil {
		t.Error("a connection is taken after the end")
	}
}

func TestServeSaysWhyItFailed(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	if err := Serve(context.Background(), listener, http.NotFoundHandler()); err == nil {
		t.Error("a closed listener: no error")
	}
}

// TestOverload fills all turns: the next search waits, and when too many wait the next is told
// to come back, at once.
func TestOverload(t *testing.T) {
	f := newFixture(t, func(o *Options) { o.Searches = 1 })
	h := f.handler.(*handler)
	for range cap(h.queue) {
		h.queue <- struct{}{}
	}
	for _, target := range []string{"/api/v1/search?q=jane", "/search?q=jane"} {
		response := f.ask("GET", target)
		if response.StatusCode != 503 || response.Header.Get("Retry-After") != "1" {
			t.Errorf("%s: %d, Retry-After %q", target, response.StatusCode, response.Header.Get("Retry-After"))
		}
	}
	if got := f.ask("POST", "/api/v1/verify", withBody("application/json", `{"checks":[{"number":"123456"}]}`)).StatusCode; got != 503 {
		t.Errorf("POST: %d", got)
	}
	if got := f.ask("GET", "/api/v1/verify/MPSS123456").StatusCode; got != 200 {
		t.Errorf("one number needs no turn: %d", got)
	}
	for range cap(h.queue) {
		<-h.queue
	}
	// One runs, one waits and goes away.
	h.running <- struct{}{}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	f.ask("GET", "/api/v1/search?q=jane", func(r *http.Request) { *r = *r.WithContext(ctx) })
	<-h.running
	if len(h.queue) != 0 || len(h.running) != 0 {
		t.Errorf("%d turns and %d places are not given back", len(h.running), len(h.queue))
	}
	if got := f.ask("GET", "/api/v1/search?q=jane").StatusCode; got != 200 {
		t.Errorf("afterwards: %d", got)
	}
}

// TestSwapUnderLoad publishes new generations while requests of all kinds run, some of them between any two. None
// may fail, and the memory of each generation is given back but for the last.
func TestSwapUnderLoad(t *testing.T) {
	f := newFixture(t, nil)
	holder := f.handler.(*handler).Holder
	address, end := serve(t, f.handler)
	var stop atomic.Bool
	var wait sync.WaitGroup
	var asked atomic.Int64
	for worker := range 4 {
		wait.Go(func() {
			client := &http.Client{Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			targets := []string{"/api/v1/verify/MPSS123456?on=2025-01-01", "/api/v1/search?q=jane", "/search?q=jame+doe", "/api/v1/suggest?q=jan", "/readyz"}
			for i := worker; !stop.Load(); i++ {
				response, err := client.Get("http://" + address + targets[i%len(targets)])
				if err != nil {
					t.Error(err)
					return
				}
				body, err := io.ReadAll(response.Body)
				response.Body.Close()
				if err != nil || response.StatusCode != 200 || len(body) == 0 {
					t.Errorf("%s: %d %s, %v", targets[i%len(targets)], response.StatusCode, body, err)
				}
				asked.Add(1)
			}
		})
	}
	records := testRecords(t)
	var before []weak.Pointer[index.Set]
	for i := range 12 {
		set := holder.Acquire()
		before = append(before, weak.Make(set))
		set.Close()
		for from := asked.Load(); asked.Load() < from+20 && !t.Failed(); {
			time.Sleep(time.Millisecond)
		}
		if _, _, err := index.Write(context.Background(), f.state, records[:3+i%3], read); err != nil {
			t.Fatal(err)
		}
		if changed, err := holder.Refresh(f.state); err != nil || !changed {
			t.Fatal(changed, err)
		}
	}
	stop.Store(true)
	wait.Wait()
	if err := end(); err != nil { // who has its answer may have it from a handler that has not returned
		t.Error(err)
	}
	runtime.GC()
	for i, set := range before {
		if set.Value() != nil {
			t.Errorf("generation %d is still in memory", i)
		}
	}
}

// FuzzHandler asks with any number, query and path: an answer below 500, and one that a
// browser or program can read.
func FuzzHandler(f *testing.F) {
	fixture := newFixture(f, nil)
	for _, seed := range []string{"MPSS123456", "jane", "../../etc/passwd", "\x00", "\xff", "%zz", "a b&c=d", "李小龙", strings.Repeat("9", 300), "<script>", "\r\nSet-Cookie: x=y", "index.html", ".well-known/security.txt"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, form := range []string{"/api/v1/verify/%s", "/api/v1/verify/MPSS123456?name=%s", "/api/v1/verify/MPSS123456?on=%s", "/api/v1/search?q=%s", "/search?q=%s", "/verify?number=%s", "/%s", "/es/verify/%s.html"} {
			for _, escaped := range []string{escape(text), safeRaw(text)} {
				response := fixture.ask("GET", fmt.Sprintf(form, escaped))
				if response.StatusCode >= 500 || response.Header.Get("Content-Security-Policy") == "" || response.Header.Get("Set-Cookie") != "" {
					t.Fatalf("%s with %q: %d %v", form, text, response.StatusCode, response.Header)
				}
				if location := response.Header.Get("Location"); location != "" && (!strings.HasPrefix(location, "/") || strings.HasPrefix(location, "//")) {
					t.Fatalf("%s with %q leads to %q", form, text, location)
				}
			}
		}
	})
}

// escape encodes every byte, so that any text can stand in an address.
func escape(text string) string {
	var b strings.Builder
	for i := range len(text) {
		fmt.Fprintf(&b, "%%%02x", text[i])
	}
	return b.String()
}

// safeRaw keeps the bytes that a request line can hold.
func safeRaw(text string) string {
	kept := strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f && r != '#' && r != '%' {
			return r
		}
		return -1
	}, text)
	return kept
}

// BenchmarkVerifyHTTP measures requests for one number over loopback with connections kept, and
// the same of a bare handler that returns the same bytes; it reports the share.
func BenchmarkVerifyHTTP(b *testing.B) {
	f := newFixture(b, func(o *Options) { o.Public = "" })
	want := bodyOf(b, f.ask("GET", "/api/v1/verify/MPSS123456"))
	bare := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, want)
	})
	ours, _ := serve(b, f.handler)
	theirs, _ := serve(b, bare)
	const clients = 8
	run := func(address string, requests int) time.Duration {
		var wait sync.WaitGroup
		start := time.Now()
		for range clients {
			wait.Go(func() {
				connection, err := net.Dial("tcp", address)
				if err != nil {
					b.Error(err)
					return
				}
				defer connection.Close()
				reader := bufio.NewReader(connection)
				request := []byte("GET /api/v1/verify/MPSS123456 HTTP/1.1\r\nHost: " + address + "\r\n\r\n")
				for range requests / clients {
					connection.Write(request)
					response, err := http.ReadResponse(reader, nil)
					if err != nil {
						b.Error(err)
						return
					}
					n, err := io.Copy(io.Discard, response.Body)
					response.Body.Close()
					if err != nil || int(n) != len(want) {
						b.Errorf("%d bytes of %d, %v", n, len(want), err)
						return
					}
				}
			})
		}
		wait.Wait()
		return time.Since(start)
	}
	const round = 4000
	run(ours, round)
	run(theirs, round)
	var took, bareTook time.Duration
	rounds := 0
	for b.Loop() { // in turns, so that both meet the same machine
		took += run(ours, round)
		bareTook += run(theirs, round)
		rounds++
	}
	requests := float64(rounds * round)
	b.ReportMetric(requests/took.Seconds(), "requests/s")
	b.ReportMetric(requests/bareTook.Seconds(), "bare-requests/s")
	b.ReportMetric(100*bareTook.Seconds()/took.Seconds(), "%-of-bare")
	b.ReportMetric(0, "ns/op")
}
