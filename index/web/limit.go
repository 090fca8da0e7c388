package web

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cmpss/registry/generator/render"
)

// Bounds of the limit for one client.
const (
	maxClients = 1 << 16          // that are remembered; the others share one limit
	burstTime  = 10 * time.Second // a client may be so far ahead of its rate
	sweepTime  = time.Second      // between two looks for clients that can be forgotten
	clientBits = 64               // of an IPv6 address: a client has all addresses of one network
)

// limiter bounds how many questions one client asks. Of each client it remembers one instant: when what
// it asked is paid for at the sustained rate (the generic cell rate algorithm). A client whose instant
// has passed is as one who never asked, so forgetting it loses nothing, and memory is bounded.
type limiter struct {
	every   time.Duration // one question at the sustained rate
	proxies []netip.Prefix

	mu      sync.Mutex
	clients map[netip.Addr]time.Time
	shared  time.Time // of those for whom there is no room
	swept   time.Time
}

// newLimiter gives nil, which limits nobody, for a rate of 0 questions a minute.
func newLimiter(rate int, proxies []netip.Prefix) *limiter {
	if rate <= 0 {
		return nil
	}
	return &limiter{every: time.Minute / time.Duration(rate), proxies: proxies, clients: make(map[netip.Addr]time.Time)}
}

// admit says how long the client must wait before a question of this cost, and counts it if it need
// not wait.
func (l *limiter) admit(client netip.Addr, cost int, now time.Time) (wait time.Duration) {
	price := min(time.Duration(cost)*l.every, burstTime) // what costs more than a burst could never be asked
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget(now)
	paid, known := l.clients[client]
	room := known || len(l.clients) < maxClients
	if !room {
		paid = l.shared
	}
	if paid.Before(now) {
		paid = now
	}
	paid = paid.Add(price)
	if wait = paid.Sub(now) - burstTime; wait > 0 {
		return wait
	}
	if room {
		l.clients[client] = paid
	} else {
		l.shared = paid
	}
	return 0
}

// forget forgets clients that are as good as new: an address is kept no longer than it is needed.
func (l *limiter) forget(now time.Time) {
	if now.Sub(l.swept) < sweepTime && !now.Before(l.swept) {
		return
	}
	l.swept = now
	for client, paid := range l.clients {
		if !paid.After(now) {
			delete(l.clients, client)
		}
	}
}

// client is who asks: the address of the connection, or the one that a trusted proxy says it forwards
// for. It is false for one that is not limited: the machine itself, unless it is such a proxy.
func (l *limiter) client(r *http.Request) (netip.Addr, bool) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}, false // no network address
	}
	addr := peer.Addr().Unmap().WithZone("")
	if !l.isProxy(addr) {
		return network(addr), !addr.IsLoopback()
	}
	// Each proxy adds the address it was asked from at the end. What stands before the first that is
	// not trusted may be anything that a client wrote.
	forwarded := strings.Split(strings.Join(r.Header["X-Forwarded-For"], ","), ",")
	for _, text := range slices.Backward(forwarded) {
		text = strings.TrimSpace(text)
		next, err := netip.ParseAddr(text)
		if err != nil {
			port, err := netip.ParseAddrPort(text)
			if err != nil {
				break
			}
			next = port.Addr()
		}
		addr = next.Unmap().WithZone("")
		if !l.isProxy(addr) {
			break
		}
	}
	return network(addr), true
}

func (l *limiter) isProxy(addr netip.Addr) bool {
	return slices.ContainsFunc(l.proxies, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// network is the address that stands for a client.
func network(addr netip.Addr) netip.Addr {
	if !addr.Is6() {
		return addr
	}
	prefix, err := addr.Prefix(clientBits)
	if err != nil {
		return addr
	}
	return prefix.Addr()
}

// admit lets a question pass if its client has not asked too much, and answers it otherwise. The
// address is neither kept longer than the limit needs it nor logged.
func (x *exchange) admit(cost int) bool {
	l := x.h.limiter
	if l == nil {
		return true
	}
	switch x.route {
	case routeHealth, routeReady, routeFile:
		return true // these cost next to nothing
	}
	client, limited := l.client(x.r)
	if !limited {
		return true
	}
	wait := l.admit(client, cost, x.now)
	if wait <= 0 {
		return true
	}
	x.retryLater(seconds(wait), problem{
		Type: problemTooMany, Status: http.StatusTooManyRequests, Title: "Too many requests",
		Detail: "More was asked from your network than one client may. Ask again after the seconds in Retry-After, and ask for many numbers at once with POST /api/v1/verify.",
	}, render.AnswerPage{Answer: render.Overloaded})
	return false
}
