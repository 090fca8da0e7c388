package watch

import "time"

// Kind is what happened in a loop.
type Kind uint8

// The kinds of events.
const (
	Started Kind = iota // a rebuild begins
	Rebuilt             // it succeeded
	Failed              // it failed and will be tried again
	Held                // it stopped before it wrote anything and waits for a person
	Jumped              // the wall clock was set, or the host was suspended
)

var kindNames = [...]string{"started", "rebuilt", "failed", "held", "clock jumped"}

// String names the kind for a log.
func (k Kind) String() string { return kindNames[k] }

// Event says what happened, for logs and metrics.
type Event struct {
	Kind Kind
	Why  Reason        // of the rebuild; of Jumped: zero
	At   time.Time     // by the wall clock, without a monotonic reading
	Took time.Duration // of Rebuilt, Failed and Held

	Err      error         // of Failed
	Failures int           // of Failed: how many in a row
	Wait     time.Duration // of Failed: until the next try, if no trigger shortens it

	Next time.Time     // of Rebuilt and Held: Outcome.Next
	Jump time.Duration // of Jumped: how far the wall clock moved, negative when it was set back
}
