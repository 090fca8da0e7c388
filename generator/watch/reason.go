package watch

import "strings"

// Reason says why to look again: a set of bits.
type Reason uint16

// The reasons. Whatever they are, a rebuild looks at the source for changes and at the time;
// they say what it must look at beyond that.
const (
	Start          Reason = 1 << iota // the loop began: nothing is known yet
	Notified                          // the source said that something changed
	Polled                            // nobody said anything for the poll interval
	TimeChanged                       // the instant of Outcome.Next has come
	FilesChanged                      // a file that records are read from may have changed
	ContentChanged                    // guidance or theme may have changed
	Hook                              // somebody with a secret asked, see NewHook
	Hangup                            // the operator asked, by SIGHUP
	Reconcile                         // read everything and compare, even what nobody said has changed
	Retry                             // the rebuild before this one failed
	ClockJumped                       // the wall clock moved by over a minute against the monotonic clock; told once, not with the retries
)

var reasonNames = [...]string{
	"start", "notified", "polled", "time", "files", "content", "hook", "hangup", "reconcile", "retry", "clock-jumped",
}

// atOnce are the reasons that do not come in bursts and so need not wait for the end of one.
const atOnce = Start | Polled | TimeChanged | Reconcile | ClockJumped

// Has says whether the set holds any of the reasons.
func (r Reason) Has(any Reason) bool { return r&any != 0 }

// String names the reasons for a log: "notified+time", or "none".
func (r Reason) String() string {
	var names []string
	for i, name := range reasonNames {
		if r.Has(1 << i) {
			names = append(names, name)
		}
	}
	if names == nil {
		return "none"
	}
	return strings.Join(names, "+")
}
