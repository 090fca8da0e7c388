package pgtest

import (
	"io"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
)

// Proxy stands between a program and a cluster, on a port of this machine. Told to, it passes on
// nothing more and says nothing about it, like a firewall that has forgotten a connection.
type Proxy struct {
	listener net.Listener
	socket   string

	mu    sync.Mutex
	dark  chan struct{} // closed when the connections made so far go dark
	conns []net.Conn
}

// Proxy starts a proxy that ends with the test.
func (c *Cluster) Proxy(t testing.TB) *Proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{listener: listener, socket: filepath.Join(c.dir, ".s.PGSQL.5432"), dark: make(chan struct{})}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			in, err := listener.Accept()
			if err != nil {
				return // closed
			}
			wg.Go(func() { p.serve(in) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		p.mu.Lock()
		for _, conn := range p.conns {
			conn.Close()
		}
		p.mu.Unlock()
		wg.Wait()
	})
	return p
}

// URL is the URL of a cluster, led through the proxy.
func (p *Proxy) URL(t testing.TB, direct string) string {
	t.Helper()
	u, err := url.Parse(direct)
	if err != nil {
		t.Fatal(err)
	}
	u.Host, u.RawQuery = p.listener.Addr().String(), "sslmode=disable"
	return u.String()
}

// Blackhole has all connections made so far stay open and pass on nothing more. Those made
// later work.
func (p *Proxy) Blackhole() {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.dark)
	p.dark = make(chan struct{})
}

func (p *Proxy) serve(in net.Conn) {
	out, err := net.Dial("unix", p.socket)
	if err != nil {
		in.Close()
		return
	}
	p.mu.Lock()
	p.conns = append(p.conns, in, out)
	dark := p.dark
	p.mu.Unlock()
	var wg sync.WaitGroup
	wg.Go(func() { pass(out, in, dark) })
	pass(in, out, dark)
	wg.Wait()
}

// pass copies until an end closes. In the dark it goes on reading, so that whoever sends does not
// notice, and drops what it reads and that the end has closed.
func pass(to, from net.Conn, dark <-chan struct{}) {
	_, _ = io.Copy(writer(func(b []byte) (int, error) {
		select {
		case <-dark:
			return len(b), nil
		default:
			return to.Write(b)
		}
	}), from)
	select {
	case <-dark:
	default:
		to.Close()
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(b []byte) (int, error) { return w(b) }
