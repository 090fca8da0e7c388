package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/cmpss/registry/index"
	"github.com/cmpss/registry/index/web"
)

type serveCommand struct {
	Addr   string    `help:"Address to listen on." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	Public string    `help:"Folder of the published site." default:"public" placeholder:"DIR"`
	State  string    `help:"State folder that belongs to the site." default:".registry" placeholder:"DIR"`
	Now    time.Time `help:"Answer as of this instant, for tests." placeholder:"RFC3339" hidden:""`

	pagesFlags `embed:""`
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
	pages, err := c.load()
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(p.stderr, nil))
	holder, err := index.OpenHolder(c.State)
	if err != nil {
		return fmt.Errorf("%w; run \"registry build\" first, or give its --state", err)
	}
	defer holder.Close()
	handler, err := web.New(web.Options{Holder: holder, Pages: pages.Renderer, Languages: c.Languages, Now: now, Public: c.Public, Log: log})
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w; choose another --addr", c.Addr, err)
	}
	fmt.Fprintf(p.stdout, "listening on http://%s\n", listener.Addr())
	go refresh(ctx, holder, c.State, log)
	return web.Serve(ctx, listener, handler)
}

// refresh follows what a publisher brings, until the context ends. A generation that cannot
// be opened is reported once; the one before goes on answering until its window ends.
func refresh(ctx context.Context, holder *index.Holder, state string, log *slog.Logger) {
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
			log.Info("the new index answers")
		}
	}
}
