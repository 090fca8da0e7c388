package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/follow"
	"github.com/cmpss/registry/generator/publish"
	"github.com/cmpss/registry/generator/records"
	"github.com/cmpss/registry/generator/watch"
)

// watchFlags say how a site is followed. They are the same for watch and serve --watch.
type watchFlags struct {
	Poll        time.Duration `help:"Look at the source this often even if every hint is lost." default:"15s" placeholder:"DURATION"`
	Reconcile   string        `help:"Time of day in Los Angeles at which everything is read and compared." default:"03:30" placeholder:"HH:MM"`
	HookAddr    string        `help:"Address to listen on for POST /hooks/rebuild (Standard Webhooks)." placeholder:"HOST:PORT"`
	HookSecrets string        `help:"Secrets of the webhook, whsec_…, separated by spaces; several while one is being replaced." placeholder:"SECRETS"`
	MetricsAddr string        `help:"Address to listen on for GET /metrics (Prometheus)." placeholder:"HOST:PORT"`
}

type watchCommand struct {
	siteFlags  `embed:""`
	watchFlags `embed:""`
}

// Run follows the source until it is stopped.
func (c *watchCommand) Run(ctx context.Context, p *process) error {
	w, err := newWatcher(&c.siteFlags, &c.watchFlags, p, newLog(p), publishingBudget)
	if err != nil {
		return err
	}
	defer w.close()
	return w.run(ctx)
}

// watcher wires a keeper to what makes it look.
type watcher struct {
	site    *siteFlags
	flags   *watchFlags
	log     *slog.Logger
	metrics *metrics
	keeper  *follow.Keeper
	close   func()
	source  records.Source
	loop    *watch.Loop
	now     func() time.Time
	// watchFiles is watch.Files, or stands for it in a test.
	watchFiles func(ctx context.Context, paths []string, quiet time.Duration, trigger func()) error
	ready      func()   // after the first look that leaves a site standing; may be nil
	published  func()   // after each publication; may be nil
	warned     []string // of the source, at the last look that succeeded
	heldFor    string   // digest that was last reported as held
}

// How long files must have been left alone before they are read. A file of records may be large and
// written bit by bit; a page is small, and somebody waits to see it.
const (
	recordsQuiet = 100 * time.Millisecond
	contentQuiet = 20 * time.Millisecond
)

func newWatcher(site *siteFlags, flags *watchFlags, p *process, log *slog.Logger, memory budget) (*watcher, error) {
	at, err := time.Parse("15:04", flags.Reconcile)
	if err != nil {
		return nil, usageError("--reconcile %q is not a time of day like 03:30", flags.Reconcile)
	}
	if flags.Poll < time.Second {
		return nil, usageError("--poll %s is shorter than a second", flags.Poll)
	}
	w := &watcher{site: site, flags: flags, log: log, metrics: newMetrics(p.now), now: p.now, watchFiles: watch.Files}
	w.ready = func() { notifySystemd(p.env, "READY=1") }
	alive, goesOn := watchdog(p.env), busy(p.env)
	if warning := site.warning(); warning != "" {
		log.Warn(warning)
	}
	bound := memory.whileReading()
	w.keeper, w.source, w.close, err = site.keeper(follow.Options{
		Now: p.now,
		Progress: func(stage string, done, _ int) {
			alive()
			goesOn()
			bound(stage, done)
		},
	})
	if err != nil {
		return nil, err
	}
	w.loop = watch.New(watch.Options{
		Rebuild:   w.rebuild,
		Now:       p.now,
		Poll:      flags.Poll,
		Reconcile: watch.Daily(at.Hour(), at.Minute(), certification.LosAngeles),
		Settle:    2 * time.Millisecond,
		Report:    w.report,
		Alive:     alive,
	})
	return w, nil
}

// run follows the source until the context ends.
func (w *watcher) run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	if err := w.listen(ctx, group); err != nil {
		return err
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGHUP) // before anybody is told that this is ready
	group.Go(func() error { return w.hangups(ctx, signals) })
	group.Go(func() error { return w.loop.Run(ctx) })
	if follower, ok := w.source.(records.Follower); ok {
		group.Go(func() error {
			err := follower.Listen(ctx, func() { w.loop.Trigger(watch.Notified) }, w.reportListening)
			return untilStopped(ctx, err)
		})
	} else {
		group.Go(func() error { return w.files(ctx, []string{w.site.Source}, recordsQuiet, watch.FilesChanged) })
	}
	var folders []string
	for _, folder := range []string{w.site.Theme, w.site.Content} {
		if folder != "" {
			folders = append(folders, folder)
		}
	}
	if len(folders) > 0 {
		group.Go(func() error { return w.files(ctx, folders, contentQuiet, watch.ContentChanged) })
	}
	return untilStopped(ctx, group.Wait())
}

func untilStopped(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// rebuild is what the loop calls.
func (w *watcher) rebuild(ctx context.Context, why watch.Reason) (watch.Outcome, error) {
	report, err := w.keeper.Rebuild(ctx, why)
	w.metrics.looked(report, err, w.keeper)
	if report.PagesError != nil {
		w.log.Error("theme or content cannot be read; the site goes on with what it had", "error", oneLine(report.PagesError))
	}
	for _, warning := range report.Warnings {
		if !slices.Contains(w.warned, warning) {
			w.log.Warn(warning)
		}
	}
	held, isHeld := errors.AsType[*publish.HeldError](err)
	if err == nil || isHeld {
		w.warned = report.Warnings
	}
	if report.Published {
		if err == nil || report.Publish.Written > 0 {
			w.logPublished(report, why)
		}
		if w.published != nil {
			w.published()
		}
	}
	if w.ready != nil && w.keeper.Stands() {
		w.ready()
		w.ready = nil
	}
	switch {
	case isHeld:
		if digest := held.Difference.Digest(); digest != w.heldFor {
			w.heldFor = digest
			again := "--accept and its digest"
			if w.site.AcceptOlder { // what was published is still newer, and a start without the flag would be held for that
				again = "--accept-older, as before, and --accept and its digest"
			}
			w.log.Error("held by the guard; nothing of it was published. If the difference is right, stop and start again with "+again,
				"digest", digest, "reasons", held.Reasons, "statuses", len(held.Difference.Status), "vanished", len(held.Difference.Vanished), "rejected", held.Difference.Rejected,
				"statuses_let_pass", held.Difference.StatusBefore, "vanished_let_pass", held.Difference.VanishedBefore,
				"numbers", firstNumbers(held.Difference.Status), "vanished_numbers", first(held.Difference.Vanished))
		}
		return w.held(report, err)
	case errors.Is(err, records.ErrBackwards):
		if w.heldFor != "older" {
			w.heldFor = "older"
			w.log.Error("held: the source is older than what was published from it. If that is right, stop and start again with --accept-older", "error", oneLine(err))
		}
		return w.held(report, err)
	case err != nil:
		return watch.Outcome{Next: w.keeper.Next()}, err
	}
	w.heldFor = ""
	return watch.Outcome{Next: w.keeper.Next()}, nil
}

// held is the outcome of a look that was held. To wait for a person is no failure, but that what
// changes by the calendar could not be published meanwhile is one.
func (w *watcher) held(report follow.Report, err error) (watch.Outcome, error) {
	if report.TimeError == nil {
		err = nil
	}
	return watch.Outcome{Next: w.keeper.Next(), Held: true}, err
}

// maxLogged bounds the numbers in a line of log.
const maxLogged = 20

func first[T any](list []T) []T { return list[:min(len(list), maxLogged)] }

func firstNumbers(changes []publish.StatusChange) []string {
	var numbers []string
	for _, change := range first(changes) {
		numbers = append(numbers, change.Number)
	}
	return numbers
}

func (w *watcher) logPublished(r follow.Report, why watch.Reason) {
	p := r.Publish
	numbers := firstNumbers(p.Difference.Status)
	attributes := []any{
		"why", why.String(), "as_of", r.AsOf.UTC().Format(time.RFC3339Nano), "read", r.Read, "rendered", p.Rendered, "written", p.Written, "removed", p.Removed,
		"rejected", len(r.Rejections), "took", (r.ReadTook + r.BuildTook + r.PublishTook).Round(time.Microsecond),
	}
	if len(numbers) > 0 {
		attributes = append(attributes, "status_changed", len(p.Difference.Status), "numbers", numbers)
	}
	if len(r.Delays) > 0 {
		attributes = append(attributes, "changes", len(r.Delays), "delay", slices.Max(r.Delays).Round(time.Millisecond))
	}
	w.log.Info("published", attributes...)
}

// report logs what the loop says that rebuild has not.
func (w *watcher) report(e watch.Event) {
	switch e.Kind {
	case watch.Failed:
		w.log.Error("failed; what was published stays, but for what changes by the calendar", "why", e.Why.String(), "error", oneLine(e.Err), "failures", e.Failures, "next_try", e.Wait.Round(time.Millisecond))
	case watch.Jumped:
		w.log.Error("the clock jumped", "by", e.Jump)
	}
}

func (w *watcher) reportListening(err error) {
	w.metrics.listening(err == nil)
	if err != nil {
		w.log.Warn("the source cannot be listened to; it is polled meanwhile", "error", oneLine(err))
		return
	}
	w.log.Info("listening to the source")
}

// files triggers when something in the paths changes. Where they cannot be watched they are looked
// at as often as the source is.
func (w *watcher) files(ctx context.Context, paths []string, quiet time.Duration, why watch.Reason) error {
	differs := watch.Compare(paths)
	warned := false
	for ctx.Err() == nil {
		if err := w.watchFiles(ctx, paths, quiet, func() { w.loop.Trigger(why) }); err != nil {
			if !warned {
				warned = true
				w.log.Warn("files cannot be watched; they are looked at with each poll", "error", oneLine(err))
			}
			if differs() {
				w.loop.Trigger(why)
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(w.flags.Poll):
		}
	}
	return nil
}

// hangups looks at everything again on SIGHUP.
func (w *watcher) hangups(ctx context.Context, signals chan os.Signal) error {
	defer signal.Stop(signals)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-signals:
			w.loop.Trigger(watch.Hangup | watch.ContentChanged)
		}
	}
}

// listen serves the webhook and the metrics, each on an address of its own.
func (w *watcher) listen(ctx context.Context, group *errgroup.Group) error {
	if w.flags.HookAddr != "" {
		secrets, err := watch.ParseSecrets(w.flags.HookSecrets)
		if err != nil {
			return usageError("--hook-secrets: %w", err)
		}
		mux := http.NewServeMux()
		mux.Handle("/hooks/rebuild", watch.NewHook(secrets, w.now, func() { w.loop.Trigger(watch.Hook) }))
		if err := w.serve(ctx, group, "hook-addr", w.flags.HookAddr, mux); err != nil {
			return err
		}
	}
	if w.flags.MetricsAddr != "" {
		mux := http.NewServeMux()
		mux.Handle("GET /metrics", w.metrics.handler())
		return w.serve(ctx, group, "metrics-addr", w.flags.MetricsAddr, mux)
	}
	return nil
}

func (w *watcher) serve(ctx context.Context, group *errgroup.Group, flag, address string, handler http.Handler) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("listen on %s: %w; choose another --%s", address, err, flag)
	}
	w.log.Info("listening", "for", flag, "address", listener.Addr().String())
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, MaxHeaderBytes: 1 << 14}
	context.AfterFunc(ctx, func() { server.Close() })
	group.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve %s: %w", flag, err)
		}
		return nil
	})
	return nil
}
