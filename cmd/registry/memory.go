package main

import (
	"math"
	"runtime/debug"
)

// budget is what a process may take of memory before it is tidied up more often, so that it grows with
// the records and not with what is asked of it or how long it runs.
type budget struct{ base, record int64 } // bytes, and bytes for each record

var (
	answeringBudget  = budget{80 << 20, 1 << 10}
	publishingBudget = budget{256 << 20, 1 << 10}
)

// and is the budget of a process that does the work of both.
func (b budget) and(other budget) budget {
	return budget{b.base + other.base, b.record + other.record}
}

func (b budget) bound(records int) { debug.SetMemoryLimit(b.base + b.record*int64(records)) }

// isMemoryBounded reports whether the environment has set a bound (GOMEMLIMIT), which then holds.
func isMemoryBounded() bool { return debug.SetMemoryLimit(-1) != math.MaxInt64 }

// whileReading gives what is to be told how many records were read, to bound the memory by them.
func (b budget) whileReading() func(stage string, done int) {
	if isMemoryBounded() {
		return func(string, int) {}
	}
	most := 0
	return func(stage string, done int) {
		if stage == "reading" && done > most+most/16 { // to set it stops the program for a moment
			most = done
			b.bound(most)
		}
	}
}
