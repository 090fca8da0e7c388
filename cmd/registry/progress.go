package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

// progress shows long work on a terminal, on one line that is drawn again. Elsewhere it is
// silent: what was done is reported at the end.
type progress struct {
	mu    sync.Mutex
	w     io.Writer // nil if nothing is to be shown
	drawn time.Time
	width int
}

// newProgress shows progress on w if it is a terminal and the command is not quiet.
func newProgress(w io.Writer, quiet bool) *progress {
	if f, ok := w.(*os.File); ok && !quiet {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return &progress{w: w}
		}
	}
	return &progress{}
}

// step says how far a stage is; total is zero if it is not known. Safe for concurrent use.
func (p *progress) step(stage string, done, total int) {
	if p.w == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.drawn) < 100*time.Millisecond {
		return
	}
	p.drawn = time.Now()
	line := fmt.Sprintf("%s %d", stage, done)
	if total > 0 {
		line = fmt.Sprintf("%s %d of %d (%d %%)", stage, done, total, done*100/total)
	}
	fmt.Fprintf(p.w, "\r%s%s", line, strings.Repeat(" ", max(0, p.width-len(line))))
	p.width = len(line)
}

// done clears the line.
func (p *progress) done() {
	if p.w == nil || p.width == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.w, "\r%s\r", strings.Repeat(" ", p.width))
	p.width = 0
}

// oneLine is an error's message on one line.
func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }
