package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/records"
	"github.com/cmpss/registry/generator/records/sample"
	"github.com/cmpss/registry/index"
)

// hostile are texts that cost much, or mean something, where they are not taken as words.
func hostile() map[string]string {
	long := strings.Repeat("abcdefghij", 10<<10)
	return map[string]string{
		"200 wildcards": strings.Repeat("*a", 200), "wildcards alone": strings.Repeat("*", 200), "question marks": strings.Repeat("?", 200), "200 letters apart": strings.Repeat("a ", 120),
		"100 KB word": long, "100 KB of words": strings.Repeat("jane doe ", 12<<10), "word of 250": long[:250], "100 KB of digits": strings.Repeat("1", 100<<10),
		"every operator":     `+jane -doe "john doe"~2 legal_name:jane^5 (a OR b) AND NOT c /j.*n/ [a TO z] {1 TO 9} >=3 fuzzy~2 \: \\ a && b || !c`,
		"regular expression": `/(a+)+$/`, "open quote": `"jane`, "open group": `((((((((((jane`, "field": `_id:MPSS*`, "range": `number:>0`, "all": `*:*`, "match all": `{"match_all":{}}`,
		"NUL": "jane\x00doe", "controls": "\x01\x02\x03\x1b[31mjane", "newlines": "jane\r\nSet-Cookie: a=b\r\n\r\n<html>", "invalid UTF-8": "jane\xff\xfe\xc0\x80", "surrogate": "\xed\xa0\x80",
		"marks": "j" + strings.Repeat("\u0301", 200), "bidi": "\u202ejane\u2066", "zero width": strings.Repeat("\u200b", 80) + "jane", "expanding": strings.Repeat("\ufdfa", 80), "emoji": strings.Repeat("👩‍👩‍👧‍👦", 20),
		"ideographs": strings.Repeat("李", 80), "hangul": strings.Repeat("\u1100\u1161\u11a8", 28), "fuzzy": "jame deo rodrgiuez hernadnez", "one letter": "a", "markup": `<script>alert(1)</script>`, "SQL": `'; DROP TABLE x; --`, "template": `{{.}} ${x} %s%n`, "path": "../../../../etc/passwd",
	}
}

// sampleRecords are synthetic records, in the order of their numbers.
func sampleRecords(t testing.TB, count int) []*certification.Record {
	t.Helper()
	var lines bytes.Buffer
	if err := sample.Write(&lines, count, 1); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "sample.ndjson")
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

func sampleFixture(t testing.TB, count int) *fixture {
	t.Helper()
	f := newFixture(t, func(o *Options) {
		state := t.TempDir()
		records := sampleRecords(t, count)
		if _, _, err := index.Write(context.Background(), state, records, read); err != nil {
			t.Fatal(err)
		}
		holder, err := index.OpenHolder(state)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { holder.Close() })
		o.Holder = holder
	})
	return f
}

// hostileRequest asks something hostile.
type hostileRequest struct {
	name, method, target string
	edit                 []func(*http.Request)
}

// hostileRequests ask every address with every hostile text.
func hostileRequests(t testing.TB) []hostileRequest {
	t.Helper()
	var list []hostileRequest
	ask := func(name, method, target string, edit ...func(*http.Request)) {
		list = append(list, hostileRequest{name, method, target, edit})
	}
	forms := []string{
		"/api/v1/search?q=%s", "/search?q=%s", "/api/v1/search?q=jane&limit=%s", "/api/v1/search?q=jane&page=%s", "/api/v1/search?q=jane&status=%s", "/api/v1/suggest?q=%s", "/api/v1/guidance?q=%s",
		"/api/v1/verify/%s", "/api/v1/verify/MPSS100001?name=%s", "/api/v1/verify/MPSS100001?on=%s", "/verify?number=%s", "/verify?number=100001&on=%s", "/advertisement?number=%s", "/es/search?q=%s", "/%s",
	}
	for name, text := range hostile() {
		for _, form := range forms {
			ask(form+" with "+name, "GET", fmt.Sprintf(form, escape(text)))
		}
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		asJSON := func(body string) func(*http.Request) { return withBody("application/json", body) }
		ask("a check with "+name, "POST", "/api/v1/verify", asJSON(fmt.Sprintf(`{"checks":[{"number":%s,"name":%s,"on":%s}]}`, quoted, quoted, quoted)))
		ask("an advertisement with "+name, "POST", "/api/v1/advertisement", asJSON(fmt.Sprintf(`{"number":"100001","text":%s}`, quoted)))
		ask("the form with "+name, "POST", "/advertisement", withBody("application/x-www-form-urlencoded", url.Values{"text": {text}, "number": {text}}.Encode()))
	}
	for _, page := range []string{"0", "-1", "2", "1000000", "9223372036854775808"} {
		ask("page "+page, "GET", "/api/v1/search?q=a&page="+page)
	}
	for name, body := range map[string]string{
		"10,000 numbers": `{"checks":[` + strings.Repeat(`{"number":"123456"},`, 9_999) + `{"number":"1"}]}`, "depth": strings.Repeat("[", 100_000), "depth inside": `{"checks":` + strings.Repeat(`[`, 100_000),
		"one long number": `{"checks":[{"number":"` + strings.Repeat("1", 1<<20) + `"}]}`, "keys": `{` + strings.Repeat(`"checks":[],`, 10_000) + `}`,
	} {
		ask(name, "POST", "/api/v1/verify", withBody("application/json", body))
		ask(name+" as an advertisement", "POST", "/api/v1/advertisement", withBody("application/json", body))
	}
	return list
}

// maxHostile is how many bytes may be allocated for one request.
const maxHostile = 8 << 20

// ask gives how long the answer took, and the bytes allocated for it. It must be below 500.
func (r hostileRequest) ask(t testing.TB, f *fixture) (took time.Duration, used uint64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	response := f.ask(r.method, r.target, r.edit...)
	took = time.Since(start)
	runtime.ReadMemStats(&after)
	used = after.TotalAlloc - before.TotalAlloc
	if response.StatusCode >= 500 || response.Header.Get("Set-Cookie") != "" {
		t.Errorf("%s: %d", r.name, response.StatusCode)
	}
	if used > maxHostile {
		t.Errorf("%s: %d bytes allocated", r.name, used)
	}
	return took, used
}

// TestHostileQuestions asks every address with every hostile text. Each is answered or refused, below
// 500, with at most 8 MB of memory.
func TestHostileQuestions(t *testing.T) {
	f := sampleFixture(t, 5_000)
	f.ask("GET", "/api/v1/search?q=warm") // what is made once is not counted
	for _, request := range hostileRequests(t) {
		request.ask(t, f)
	}
}

// BenchmarkHostile asks the same of as many records as the targets are stated for, and gives the time of the
// slowest answer, the best of three tries, and the bytes of the one that took most.
func BenchmarkHostile(b *testing.B) {
	f := sampleFixture(b, benchRecords)
	list := hostileRequests(b)
	var slowest time.Duration
	var greatest uint64
	what := ""
	for b.Loop() {
		for _, request := range list {
			best := time.Duration(math.MaxInt64)
			for range 3 {
				took, used := request.ask(b, f)
				best, greatest = min(best, took), max(greatest, used)
			}
			if best > slowest {
				slowest, what = best, request.name
			}
		}
	}
	b.ReportMetric(slowest.Seconds()*1e3, "slowest-ms")
	b.ReportMetric(float64(greatest)/(1<<20), "most-MB")
	b.Logf("slowest: %s", what)
}

// TestNoQuerySyntax gives the same people for words with and without the signs that query languages know.
func TestNoQuerySyntax(t *testing.T) {
	f := newFixture(t, nil)
	people := func(q string) string {
		var answer struct {
			Results []struct {
				Number string `json:"number"`
			} `json:"results"`
		}
		if err := json.Unmarshal([]byte(bodyOf(t, f.ask("GET", "/api/v1/search?q="+escape(q)))), &answer); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(answer.Results)
	}
	plain := people("jane doe")
	for _, q := range []string{"+jane +doe", "jane -doe", `"jane doe"`, "(jane doe)", "jane^9 doe", "jane && doe", "!jane doe", "[jane doe]", "/jane doe/", "*jane* doe?", "jane: doe:"} {
		if got := people(q); got != plain {
			t.Errorf("%s gives %s, want %s", q, got, plain)
		}
	}
	if plain == "[]" {
		t.Error("nobody is found")
	}
}

// TestOthersAreServed holds two thousand connections open in ways that cost a server something: others
// are answered, and memory stays in bounds.
func TestOthersAreServed(t *testing.T) {
	f := newFixture(t, nil)
	address, _ := serve(t, f.handler)
	var connections []net.Conn
	defer func() {
		for _, c := range connections {
			c.Close()
		}
	}()
	openings := []string{
		"", // says nothing
		"GET /search?q=jane HTTP/1.1\r\nHost: x\r\nX: ", // never ends its header
		"POST /api/v1/verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{\"checks\":[", // never sends its body
		strings.Repeat("GET /assets/style.0123456789ab.css HTTP/1.1\r\nHost: x\r\n\r\n", 100),                                       // never reads
	}
	for i := range 2_000 {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
		connections = append(connections, c)
		if _, err := io.WriteString(c, openings[i%len(openings)]); err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
	}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for _, target := range []string{"/api/v1/verify/MPSS123456", "/api/v1/search?q=jane", "/readyz", "/"} {
				response, err := http.Get("http://" + address + target)
				if err != nil {
					t.Error(err)
					return
				}
				response.Body.Close()
				if response.StatusCode != 200 {
					t.Errorf("%s: %d", target, response.StatusCode)
				}
			}
		})
	}
	wait.Wait()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if inUse := m.HeapInuse + m.StackInuse; inUse > 256<<20 {
		t.Errorf("%d MB in use", inUse>>20)
	} else {
		t.Logf("%d MB in use", inUse>>20)
	}
}
