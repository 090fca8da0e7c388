package main

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// A host that says that it is asked too much is waited for as long as it says, and not for ever.
func TestHostThatIsAskedTooMuch(t *testing.T) {
	var asked, refusals atomic.Int64
	wait := "0"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if refusals.Add(-1) >= 0 {
			w.Header().Set("Retry-After", wait)
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		if strings.HasSuffix(r.URL.Path, "/missing") {
			http.NotFound(w, r)
			return
		}
		w.Write([]byte("yes"))
	}))
	defer server.Close()
	ctx := context.Background()
	for _, c := range []struct {
		what             string
		patience, refuse int
		wait             string
		asked            int64
		answered         bool
	}{
		{"at once", 0, 0, "0", 1, true},
		{"after three refusals", 3, 3, "0", 4, true},
		{"one refusal too many", 2, 3, "0", 3, false},
		{"without patience", 0, 1, "0", 1, false},
		{"a wait that is too long", 5, 1, "86400", 1, false},
		{"a date that has passed", 1, 1, "Sun, 22 Nov 2020 20:30:00 GMT", 2, true},
	} {
		asked.Store(0)
		refusals.Store(int64(c.refuse))
		wait = c.wait
		h := newHost(server.URL, c.patience)
		body, err := h.get(ctx, "file")
		if answered := err == nil && string(body) == "yes"; answered != c.answered || asked.Load() != c.asked {
			t.Errorf("%s: %q, %v, asked %d times", c.what, body, err, asked.Load())
		}
		if err == nil {
			continue
		}
		if !errors.Is(err, errBusy) || !strings.Contains(err.Error(), "429 Too Many Requests") {
			t.Errorf("%s: %v", c.what, err)
		}
		if _, err := h.get(ctx, "file"); !errors.Is(err, errBusy) || asked.Load() != c.asked {
			t.Errorf("%s: asked again: %v", c.what, err)
		}
	}
	if _, err := newHost(server.URL, 0).get(ctx, "missing"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	// Whoever waits can be interrupted.
	refusals.Store(1)
	wait = "60"
	ctx, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	if _, err := newHost(server.URL, 5).get(ctx, "file"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("interrupted: %v", err)
	}
}
