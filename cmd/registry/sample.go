package main

import (
	"bufio"
	"fmt"

	"github.com/cmpss/registry/generator/records/sample"
)

type sampleCommand struct {
	Count int    `help:"How many records." default:"100" placeholder:"N"`
	Seed  uint64 `help:"The same seed gives the same bytes." default:"1" placeholder:"S"`
}

// Run writes the records.
func (c *sampleCommand) Run(p *process) error {
	if c.Count < 0 {
		return usageError("--count %d is negative", c.Count)
	}
	w := bufio.NewWriterSize(p.stdout, 1<<16)
	if err := sample.Write(w, c.Count, c.Seed); err != nil {
		return fmt.Errorf("write sample records: %w", err)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write sample records: %w", err)
	}
	return nil
}
