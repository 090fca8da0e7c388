package records

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"

	"github.com/cmpss/registry/generator/records/internal/draftjson"
)

// maxLine bounds one line of NDJSON and one row of CSV, in bytes. A longer line is rejected.
const maxLine = 1 << 20

// overlongHead is how much of a line that is too long is looked at to find its number.
const overlongHead = 4 << 10

// block is a run of whole lines, numbered from first.
type block struct {
	index    int
	first    int
	lines    string
	overlong bool // lines is the beginning of one line that is too long
}

// readNDJSON reads one record a line. White space around a record, carriage returns and blank
// lines are allowed. The last line needs no line break, because the end of its object shows
// that it is whole; without one, a last line that is no JSON is a file that was cut short.
//
// One goroutine reads and cuts the text into blocks of lines; as many as there are cores decode
// and validate them. Their results are joined in the order of the file.
func readNDJSON(ctx context.Context, in *text, progress func(int)) ([]Entry, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	workers := runtime.GOMAXPROCS(0)
	blocks := make(chan block, workers)
	var readErr error
	go func() {
		defer close(blocks)
		readErr = cutBlocks(ctx, in, blocks)
	}()

	var (
		mu      sync.Mutex
		results [][]Entry // by index of block
		rows    int
		bad     int // rows that are rejected by themselves
		wg      sync.WaitGroup
	)
	for range workers {
		wg.Go(func() {
			var decoder draftjson.Decoder
			for b := range blocks {
				entries, rejected := decodeBlock(&decoder, b)
				mu.Lock()
				for len(results) <= b.index {
					results = append(results, nil)
				}
				results[b.index] = entries
				rows += len(entries)
				bad += rejected
				progress(rows)
				if rows > MaxEntries || bad > MaxRejections {
					cancel()
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	switch {
	case rows > MaxEntries:
		return nil, fmt.Errorf("it has more than %d lines", MaxEntries)
	case bad > MaxRejections:
		return nil, fmt.Errorf("more than %d lines are rejected; is it a file of records?", MaxRejections)
	}
	if readErr != nil { // written before blocks was closed
		return nil, readErr
	}
	entries := make([]Entry, 0, rows)
	for i, part := range results {
		entries = append(entries, part...)
		results[i] = nil
	}
	return entries, nil
}

// cutBlocks reads to the end, and sends whole lines in blocks of about the longest line allowed.
func cutBlocks(ctx context.Context, in *text, blocks chan<- block) error {
	buf := make([]byte, maxLine+1) // the longest line and its end
	next := block{first: 1}
	send := func(lines []byte, overlong bool) error {
		next.lines, next.overlong = string(lines), overlong
		select {
		case blocks <- next:
		case <-ctx.Done():
			return ctx.Err()
		}
		next.index++
		return nil
	}
	held := 0         // bytes at the beginning of buf that are not yet sent
	skipping := false // in the rest of a line that was too long
	for {
		n, err := io.ReadFull(in, buf[held:])
		held += n
		atEnd := err == io.EOF || err == io.ErrUnexpectedEOF
		if err != nil && !atEnd {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if skipping {
			end := bytes.IndexByte(buf[:held], '\n')
			if end < 0 && atEnd {
				return truncated(next.first)
			}
			if end < 0 {
				held = 0
				continue
			}
			held = copy(buf, buf[end+1:held])
			next.first++
			skipping = false
			continue
		}
		whole := bytes.LastIndexByte(buf[:held], '\n') + 1
		switch {
		case atEnd:
			last := buf[whole:held]
			// The wider question is asked of encoding/json: is there a whole value at all?
			if len(bytes.TrimSpace(last)) > 0 && !json.Valid(last) {
				return truncated(next.first + bytes.Count(buf[:whole], []byte{'\n'}))
			}
			return send(buf[:held], false)
		case whole == 0:
			if err := send(buf[:overlongHead], true); err != nil {
				return err
			}
			held, skipping = 0, true
		default:
			if err := send(buf[:whole], false); err != nil {
				return err
			}
			next.first += bytes.Count(buf[:whole], []byte{'\n'})
			held = copy(buf, buf[whole:held])
		}
	}
}

func truncated(line int) error {
	return fmt.Errorf("%w: line %d ends in the middle of a record; copy or export the file again", ErrTruncated, line)
}

func decodeBlock(decoder *draftjson.Decoder, b block) (entries []Entry, rejected int) {
	if b.overlong {
		draft, _ := decoder.Record(b.lines)
		return []Entry{NewEntry(b.first, draft, fmt.Errorf("the line is longer than %d bytes", maxLine))}, 1
	}
	const usual = 300 // bytes of a line
	entries = make([]Entry, 0, len(b.lines)/usual)
	number := b.first
	for line := range strings.Lines(b.lines) {
		if line = strings.TrimSpace(line); line != "" {
			draft, err := decoder.Record(line)
			entry := NewEntry(number, draft, err)
			if entry.Record == nil {
				rejected++
			}
			entries = append(entries, entry)
		}
		number++
	}
	return entries, rejected
}
