package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

const (
	// After a failure Listen waits this long, twice as long after the next, and so on.
	firstWait = 100 * time.Millisecond
	maxWait   = 30 * time.Second
	// gatherFor is how long hints are gathered after one was passed on, so that a thousand
	// transactions are not a thousand looks.
	gatherFor = 5 * time.Millisecond
)

// Listen implements records.Follower, on a connection of its own. The server must be one that
// sends notifications: a standby and some poolers of connections do not.
func (s *Source) Listen(ctx context.Context, look func(), report func(error)) error {
	wait := firstWait
	for {
		err := s.listen(ctx, look, func() { report(nil) }, func() { wait = firstWait })
		if ctx.Err() != nil {
			return fmt.Errorf("listen to %s: %w", s.target, ctx.Err())
		}
		report(fmt.Errorf("listen to %s: %w", s.target, explain(ctx, err)))
		pause := wait
		if s.Jitter != nil {
			pause = s.Jitter(wait)
		}
		wait = min(2*wait, maxWait)
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop() // and the connection that is tried next says that ctx has ended
		}
	}
}

// listen connects and listens until the connection fails or ctx ends. It calls ready once it
// listens, and stood when the connection has proved to be more than a beginning.
func (s *Source) listen(ctx context.Context, look, ready, stood func()) error {
	hinted := true // of what happened before there was someone to hear
	config := s.target.config.Copy()
	config.OnNotification = func(*pgconn.PgConn, *pgconn.Notification) { hinted = true }
	conn, err := connect(ctx, config)
	if err != nil {
		return err
	}
	defer conn.close()
	if err := conn.answer(ctx, s.alive, `listen registry_change`); err != nil {
		return err
	}
	ready()
	for {
		for hinted {
			hinted = false
			look()
			if err := conn.gather(ctx); err != nil {
				return err
			}
		}
		if err := conn.hear(ctx, s.alive); err != nil {
			return err
		}
		if !hinted { // nothing happened, or the connection is dead
			if err := conn.answer(ctx, s.alive, `select`); err != nil {
				return err
			}
		}
		stood()
	}
}

// answer runs a statement that a server which is alive answers within the time.
func (c *conn) answer(ctx context.Context, within time.Duration, sql string) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	return c.exec(ctx, sql)
}

// gather takes what arrives for a moment.
func (c *conn) gather(ctx context.Context) error {
	window, cancel := context.WithTimeout(ctx, gatherFor)
	defer cancel()
	for {
		if err := c.pg.WaitForNotification(window); err != nil {
			return c.unlessOver(ctx, window, err)
		}
	}
}

// hear waits for one notification, for no longer than the time.
func (c *conn) hear(ctx context.Context, within time.Duration) error {
	window, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	if err := c.pg.WaitForNotification(window); err != nil {
		return c.unlessOver(ctx, window, err)
	}
	return nil
}

// unlessOver gives the error of a wait, or nil if only its window of time is over.
func (c *conn) unlessOver(ctx, window context.Context, err error) error {
	if ctx.Err() == nil && window.Err() != nil && !c.pg.IsClosed() {
		return nil
	}
	return err
}
