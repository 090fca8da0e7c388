package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/roster"
	"github.com/cmpss/registry/generator/site"
)

// lookUpSource asks the records themselves. They are read once.
func lookUpSource(ctx context.Context, from string, now time.Time) (roster.LookUp, error) {
	source, err := openSource(from)
	if err != nil {
		return nil, err
	}
	snapshot, err := source.Snapshot(ctx, nil)
	if err != nil {
		return nil, err
	}
	byNumber := make(map[certification.Number]*certification.Record, len(snapshot.Records))
	for _, r := range snapshot.Records {
		byNumber[r.Number()] = r
	}
	confirmed, reliable := certification.Confirmation(now)
	return func(_ context.Context, number certification.Number) (roster.Finding, error) {
		if r := byNumber[number]; r != nil {
			if s, issued := certification.StatementAt(r, now, now); issued {
				return roster.Finding{Issued: true, Statement: s}, nil
			}
		}
		return roster.Finding{Confirmed: confirmed, Reliable: reliable}, nil
	}, nil
}

// publishedSite is a site that is asked: a folder or an address.
type publishedSite struct {
	name string
	get  func(ctx context.Context, name string) ([]byte, error) // fs.ErrNotExist if it has no such file
	now  time.Time
}

// newPublishedSite is the site in a folder or at an address. patience is how often, in all, it waits for a site
// that says that it is asked too much.
func newPublishedSite(name string, now time.Time, patience int) *publishedSite {
	s := &publishedSite{name: name, now: now}
	if strings.HasPrefix(name, "http://") || strings.HasPrefix(name, "https://") {
		s.get = newHost(name, patience).get
	} else {
		s.get = func(_ context.Context, file string) ([]byte, error) { return getFile(name, file) }
	}
	return s
}

// lookUpSite asks the published files of a site.
func lookUpSite(ctx context.Context, name string, now time.Time, patience int) roster.LookUp {
	s := newPublishedSite(name, now, patience)
	never := sync.OnceValues(func() (roster.Finding, error) { return s.neverIssued(ctx) })
	return func(ctx context.Context, number certification.Number) (roster.Finding, error) {
		body, err := s.get(ctx, "verify/"+number.String()+".json")
		if errors.Is(err, fs.ErrNotExist) {
			// Only a registry that is up to date can say that a number was never issued.
			return never()
		}
		if err != nil {
			return roster.Finding{}, err
		}
		statement, err := s.statement(body, number)
		return roster.Finding{Issued: true, Statement: statement}, err
	}
}

// statement reads what was published about the number, if it still holds.
func (s *publishedSite) statement(body []byte, number certification.Number) (certification.Statement, error) {
	statement, err := certification.ParseStatement(body)
	if err != nil {
		return statement, err
	}
	if statement.Number != number {
		return statement, fmt.Errorf("%s answers for %s", s.name, statement.Number)
	}
	if what := site.Overdue(statement.ThisUpdate, statement.NextUpdate, statement.NextChange, s.now); what != "" {
		return statement, fmt.Errorf("the published statement is out of date: it %s", strings.TrimPrefix(what, "its "))
	}
	return statement, nil
}

// neverIssued is what the site says about every number that it has no file for.
func (s *publishedSite) neverIssued(ctx context.Context) (roster.Finding, error) {
	status, err := s.status(ctx)
	if err != nil {
		return roster.Finding{}, fmt.Errorf("%s has no such record, and %w", s.name, err)
	}
	return roster.Finding{Confirmed: status.ThisUpdate, Reliable: status.NextUpdate}, nil
}

// status reads what the site says of itself, if it still holds.
func (s *publishedSite) status(ctx context.Context) (site.Status, error) {
	var status site.Status
	body, err := s.get(ctx, site.StatusPath)
	switch {
	case err != nil:
		return status, fmt.Errorf("it is not a registry that can say so: %w", err)
	case json.Unmarshal(body, &status) != nil || status.NextUpdate.IsZero():
		return status, fmt.Errorf("its %s is not that of a registry", site.StatusPath)
	case !s.now.Before(status.NextUpdate):
		return status, fmt.Errorf("it is out of date since %s", status.NextUpdate.Format(time.RFC3339))
	}
	return status, nil
}

func getFile(dir, name string) ([]byte, error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("there is no site at %s; give --site or --source", dir)
	}
	return os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
}

// Bounds of what a host is asked.
const (
	maxAnswer     = 1 << 20 // bytes of a published file
	answerTimeout = 20 * time.Second
	defaultWait   = 5 * time.Second // where a host that is asked too much does not say how long
	longestWait   = 2 * time.Minute // a host that wants more is not waited for
	hostWorkers   = 8               // questions at a time
)

// host is a site at an address. When it says that it is asked too much, everyone who asks waits.
type host struct {
	base   string
	client *http.Client

	mu       sync.Mutex
	patience int // waits that are left; below zero nothing more is asked
	until    time.Time
}

// errBusy is that of a host that is asked no more.
var errBusy = errors.New("asked too much: try again later")

func newHost(base string, patience int) *host {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = hostWorkers
	return &host{base: base, client: &http.Client{Transport: transport}, patience: patience}
}

// busyError is the answer 429 or 503: the host asks to be left alone for a while.
type busyError struct {
	status string
	wait   time.Duration
}

func (e *busyError) Error() string { return e.status }

// get gives the bytes of a file.
func (h *host) get(ctx context.Context, name string) ([]byte, error) {
	address, err := url.JoinPath(h.base, name)
	if err != nil {
		return nil, fmt.Errorf("--site %q: %w", h.base, err)
	}
	for {
		if err := h.pause(ctx); err != nil {
			return nil, err
		}
		body, err := h.getOnce(ctx, address)
		busy, isBusy := errors.AsType[*busyError](err)
		if !isBusy {
			return body, err
		}
		if !h.wait(busy.wait) {
			return nil, fmt.Errorf("%s: %w: %w", address, err, errBusy)
		}
	}
}

// pause waits while the host is left alone.
func (h *host) pause(ctx context.Context) error {
	h.mu.Lock()
	left, patience := time.Until(h.until), h.patience
	h.mu.Unlock()
	if patience < 0 {
		return fmt.Errorf("%s: %w", h.base, errBusy)
	}
	if left <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// wait leaves the host alone for a while, unless patience has run out.
func (h *host) wait(d time.Duration) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if time.Now().Before(h.until) {
		return true // another question was told so already
	}
	if h.patience--; h.patience < 0 || d > longestWait {
		h.patience = -1
		return false
	}
	h.until = time.Now().Add(d)
	return true
}

func (h *host) getOnce(ctx context.Context, address string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("--site %q: %w", h.base, err)
	}
	request.Header.Set("Cache-Control", "no-cache")
	response, err := h.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer)) // also of an error: the connection is used again
	switch response.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound:
		return nil, fmt.Errorf("%s: %w", address, fs.ErrNotExist)
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return nil, &busyError{response.Status, retryAfter(response.Header.Get("Retry-After"))}
	default:
		return nil, fmt.Errorf("%s: %s", address, response.Status)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", address, err)
	}
	return body, nil
}

// retryAfter reads the header of that name (RFC 9110, section 10.2.3): seconds or a date.
func retryAfter(value string) time.Duration {
	if seconds, err := strconv.Atoi(value); err == nil && seconds >= 0 {
		return time.Duration(min(seconds, 1<<20)) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, time.Until(at))
	}
	return defaultWait
}
