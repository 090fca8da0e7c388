package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/cmpss/registry/generator/publish"
	"github.com/cmpss/registry/index"
	"github.com/cmpss/registry/index/web"
)

type serveCommand struct {
	Addr   string `help:"Address to listen on." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	Public string `help:"Folder of the published site; the same as --out." placeholder:"DIR"`
	Watch  bool   `help:"Also follow the source and publish every change, as watch does."`
	Rate   int    `help:"Questions that one client may ask in a minute, ten seconds' worth of them at once; 0: any number. Files are not counted." default:"1200" placeholder:"N"`

	TrustProxy []string  `help:"Addresses or networks of proxies whose X-Forwarded-For is believed." placeholder:"10.0.0.0/8"`
	Now        time.Time `help:"Answer as of this instant, for tests." placeholder:"RFC3339" hidden:""`

	siteFlags  `embed:""`
	watchFlags `embed:""`
}

// refreshInterval is how often the handler looks whether a newer generation of index and
// record table has been published.
const refreshInterval = time.Second

// Run serves until it is stopped.
func (c *serveCommand) Run(ctx context.Context, p *process) error {
	now := p.now
	if !c.Now.IsZero() {
		now = func() time.Time { return c.Now }
	}
	if c.Public != "" {
		c.Out = c.Public
	}
	if publish.Within(c.State, c.Out) {
		return usageError("the state folder %s lies within the folder that is served, %s: it lists every record; give another --public or --state", c.State, c.Out)
	}
	proxies, err := parseNetworks(c.TrustProxy)
	if err != nil {
		return usageError("--trust-proxy: %w", err)
	}
	log := newLog(p)
	a := answering{options: web.Options{Rate: c.Rate, Proxies: proxies, Languages: c.Languages, Now: now, Public: c.Out, Log: log, NoSpecializations: c.NoSpecializations, Live: c.Watch && c.isWorkshop()}}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	first := make(chan struct{})
	came := sync.OnceFunc(func() { close(first) })
	stopped := make(chan error, 1)
	if c.Watch {
		w, err := newWatcher(&c.siteFlags, &c.watchFlags, p, log, publishingBudget.and(answeringBudget))
		if err != nil {
			return err
		}
		w.ready = nil // that is when questions are answered
		a.follow(ctx, w)
		published := w.published
		w.published = func() {
			published()
			came()
		}
		go func() {
			stopped <- w.run(ctx)
			w.close()
			close(stopped)
			stop() // one without the other is not what was asked for
		}()
		defer func() {
			stop()
			for range stopped { // until the publisher has closed its folders
			}
		}()
	} else {
		pages, err := c.load(nil)
		if err != nil {
			return err
		}
		a.pages = pages
	}
	holder, err := index.OpenHolder(c.State)
	if c.Watch && errors.Is(err, index.ErrNone) { // nothing was published before: wait for the first time
		select {
		case <-first:
			holder, err = index.OpenHolder(c.State)
		case err := <-stopped:
			return err
		}
	}
	if err != nil {
		return fmt.Errorf("%w; run \"registry build\" first, or give its --state", err)
	}
	defer holder.Close()
	opened := func() {}
	if !c.Watch && !isMemoryBounded() { // the publisher bounds it
		opened = func() { boundMemory(holder) }
	}
	opened()
	if err := a.open(holder); err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w; choose another --addr", c.Addr, err)
	}
	fmt.Fprintf(p.stdout, "listening on http://%s\n", listener.Addr())
	notifySystemd(p.env, "READY=1")
	go refresh(ctx, holder, c.State, log, opened)
	err = web.Serve(ctx, listener, &a)
	if c.Watch {
		stop()
		err = errors.Join(err, <-stopped)
	}
	return err
}

// refresh follows what a publisher brings, until the context ends. A generation that cannot
// be opened is reported once; the one before goes on answering until its window ends. Opened is called after each
// that is.
func refresh(ctx context.Context, holder *index.Holder, state string, log *slog.Logger, opened func()) {
	ticker := time.NewTicker(refreshInterval)
	defer ticker.Stop()
	said := ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		changed, err := holder.Refresh(state)
		switch {
		case err != nil && err.Error() != said:
			said = err.Error()
			log.Error("the new index cannot be opened", "error", err)
		case changed:
			said = ""
			opened()
			log.Info("the new index answers")
		}
	}
}

// boundMemory bounds the memory by the records that are answered about.
func boundMemory(holder *index.Holder) {
	set := holder.Acquire()
	if set == nil {
		return
	}
	defer set.Close()
	answeringBudget.bound(set.Generation().Total)
}

// parseNetworks reads addresses and networks.
func parseNetworks(list []string) ([]netip.Prefix, error) {
	networks := make([]netip.Prefix, 0, len(list))
	for _, text := range list {
		if addr, err := netip.ParseAddr(text); err == nil {
			networks = append(networks, netip.PrefixFrom(addr, addr.BitLen()))
			continue
		}
		network, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("%q is neither an address nor a network such as 10.0.0.0/8", text)
		}
		networks = append(networks, network.Masked())
	}
	return networks, nil
}
