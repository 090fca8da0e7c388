package web

import (
	"encoding/binary"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func from(address string, forwarded ...string) func(*http.Request) {
	return func(r *http.Request) {
		r.RemoteAddr = address
		for _, f := range forwarded {
			r.Header.Add("X-Forwarded-For", f)
		}
	}
}

// TestRateOfOneClient asks as much as is allowed and then more. Another client, files and
// health are none the worse for it.
func TestRateOfOneClient(t *testing.T) {
	f := newFixture(t, func(o *Options) { o.Rate = 60 }) // one a second, ten at once
	const mallory, other = "203.0.113.7:1000", "203.0.113.8:1000"
	for i := range 10 {
		if got := f.ask("GET", "/api/v1/verify/MPSS123456", from(mallory)); got.StatusCode != 200 {
			t.Fatalf("request %d: %d", i, got.StatusCode)
		}
	}
	for _, target := range []string{"/api/v1/verify/MPSS123456", "/api/v1/search?q=jane", "/search?q=jane", "/es/search?q=jane", "/verify?number=123456", "/advertisement"} {
		got := f.ask("GET", target, from(mallory))
		if got.StatusCode != 429 || got.Header.Get("Retry-After") != "1" || got.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %v", target, got.StatusCode, got.Header)
		}
	}
	if got := f.ask("POST", "/api/v1/verify", from(mallory), withBody("application/json", `{"checks":[{"number":"123456"}]}`)); got.StatusCode != 429 {
		t.Errorf("POST: %d", got.StatusCode)
	}
	for _, target := range []string{"/", "/verify/MPSS123456.json", "/assets/style.0123456789ab.css", "/healthz", "/readyz"} {
		if got := f.ask("GET", target, from(mallory)); got.StatusCode != 200 {
			t.Errorf("%s: %d", target, got.StatusCode)
		}
	}
	if got := f.ask("OPTIONS", "/api/v1/verify", from(mallory)); got.StatusCode != 204 {
		t.Errorf("OPTIONS: %d", got.StatusCode)
	}
	for _, client := range []string{other, "127.0.0.1:1", "[::1]:1", "@"} {
		if got := f.ask("GET", "/api/v1/verify/MPSS123456", from(client)); got.StatusCode != 200 {
			t.Errorf("%s: %d", client, got.StatusCode)
		}
	}
	f.now = f.now.Add(time.Second)
	for i, want := range []int{200, 429} {
		if got := f.ask("GET", "/api/v1/verify/MPSS123456", from(mallory)); got.StatusCode != want {
			t.Errorf("a second later, request %d: %d, want %d", i, got.StatusCode, want)
		}
	}
}

// TestRateOfBulk counts a bulk check as what it is.
func TestRateOfBulk(t *testing.T) {
	f := newFixture(t, func(o *Options) { o.Rate = 600 }) // a hundred at once
	body := `{"checks":[` + strings.Repeat(`{"number":"1"},`, 999) + `{"number":"1"}]}`
	answered := 0
	for f.ask("POST", "/api/v1/verify", from("203.0.113.7:1"), withBody("application/json", body)).StatusCode == 200 {
		answered++
	}
	if answered != 4 {
		t.Errorf("%d checks of a thousand numbers at once, want 4", answered)
	}
}

func TestWhoAsks(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("2001:db8:ffff::/48")}
	for _, c := range []struct {
		name    string
		trusted []netip.Prefix
		peer    string
		header  []string
		want    string
	}{
		{"no proxy", nil, "203.0.113.7:99", []string{"198.51.100.1"}, "203.0.113.7"},
		{"no proxy, a header that lies", proxies, "203.0.113.7:99", []string{"10.0.0.1"}, "203.0.113.7"},
		{"one proxy", proxies, "10.1.2.3:99", []string{"198.51.100.1"}, "198.51.100.1"},
		{"one proxy, a client that lies", proxies, "10.1.2.3:99", []string{"192.0.2.99, 198.51.100.1"}, "198.51.100.1"},
		{"two proxies", proxies, "127.0.0.1:99", []string{"192.0.2.99, 198.51.100.1, 10.9.9.9"}, "198.51.100.1"},
		{"two headers", proxies, "127.0.0.1:99", []string{"192.0.2.99", "198.51.100.1"}, "198.51.100.1"},
		{"with a port", proxies, "10.1.2.3:99", []string{"198.51.100.1:4711"}, "198.51.100.1"},
		{"no header", proxies, "10.1.2.3:99", nil, "10.1.2.3"},
		{"nonsense", proxies, "10.1.2.3:99", []string{"198.51.100.1, unknown"}, "10.1.2.3"},
		{"proxies alone", proxies, "10.1.2.3:99", []string{"10.0.0.1, 10.0.0.2"}, "10.0.0.1"},
		{"IPv6", nil, "[2001:db8:1:2:3:4:5:6]:99", nil, "2001:db8:1:2::"},
		{"IPv6 of the same network", nil, "[2001:db8:1:2::1]:99", nil, "2001:db8:1:2::"},
		{"IPv6 with a zone", nil, "[fe80::1%eth0]:99", nil, "fe80::"},
		{"IPv6 behind a proxy", proxies, "[2001:db8:ffff::1]:99", []string{"[2001:db8:1:2::1]:80"}, "2001:db8:1:2::"},
		{"IPv4 in IPv6", nil, "[::ffff:203.0.113.7]:99", nil, "203.0.113.7"},
	} {
		l := newLimiter(1, c.trusted)
		r := &http.Request{RemoteAddr: c.peer, Header: http.Header{"X-Forwarded-For": c.header}}
		if got, limited := l.client(r); !limited || got.String() != c.want {
			t.Errorf("%s: %s %t, want %s", c.name, got, limited, c.want)
		}
	}
}

// Whatever a client does, it is admitted no more than its burst and its rate allow, and one that keeps to its
// rate always is.
func TestLimiterKeepsToItsRate(t *testing.T) {
	client := netip.MustParseAddr("203.0.113.7")
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.IntRange(6, 6000).Draw(t, "rate")
		l := newLimiter(rate, nil)
		start := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
		now, admitted := start, 0
		for range rapid.IntRange(1, 300).Draw(t, "requests") {
			now = now.Add(time.Duration(rapid.IntRange(0, 400).Draw(t, "pause")) * time.Millisecond)
			wait := l.admit(client, 1, now)
			if wait == 0 {
				admitted++
			} else if l.admit(client, 1, now.Add(wait)) != 0 {
				t.Fatalf("refused again after the wait of %s", wait)
			} else {
				now = now.Add(wait)
				admitted++
			}
			if most := int((now.Sub(start) + burstTime) / l.every); admitted > most {
				t.Fatalf("%d admitted in %s at %d a minute", admitted, now.Sub(start), rate)
			}
		}
	})
}

// TestLimiterMemory has more clients than are remembered: they share a limit, those that are known keep theirs, and
// all are forgotten when they stop.
func TestLimiterMemory(t *testing.T) {
	l := newLimiter(60, nil)
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	address := func(i int) netip.Addr {
		var b [16]byte
		b[0] = 0x20
		binary.BigEndian.PutUint32(b[4:], uint32(i))
		return netip.AddrFrom16(b)
	}
	for i := range maxClients {
		if l.admit(address(i), 1, now) != 0 {
			t.Fatalf("client %d must wait", i)
		}
	}
	refused := 0
	for i := range 100 {
		if l.admit(address(maxClients+i), 1, now) != 0 {
			refused++
		}
	}
	if len(l.clients) != maxClients || refused != 90 {
		t.Errorf("%d clients are remembered, %d of the others refused", len(l.clients), refused)
	}
	if l.admit(address(7), 1, now) != 0 {
		t.Error("a client that is known must wait for the others")
	}
	now = now.Add(time.Minute)
	if l.admit(address(maxClients+200), 1, now) != 0 || len(l.clients) != 1 {
		t.Errorf("a minute later %d clients are remembered", len(l.clients))
	}
}

// An address is kept no longer than it is needed, however few there are.
func TestLimiterForgets(t *testing.T) {
	l := newLimiter(60, nil)
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	first, second := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	l.admit(first, 3, now) // paid for after three seconds
	l.admit(second, 1, now.Add(2*time.Second))
	if _, kept := l.clients[first]; !kept {
		t.Error("forgotten before its questions were paid for")
	}
	l.admit(second, 1, now.Add(4*time.Second))
	if _, kept := l.clients[first]; kept {
		t.Error("kept after that")
	}
}
