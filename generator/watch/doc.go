// Package watch decides when the registry looks again. Triggers and time itself become calls of
// one function, one at a time.
//
// It promises:
//
//   - A trigger means "look again" and carries no content: a notification, a webhook, a file, a
//     signal, a timer, a poll. One that is lost costs delay, at most the poll interval, and
//     never truth. One that comes while a rebuild runs leads to another rebuild after it.
//   - Triggers never block and never pile up: any number of them between two rebuilds is one.
//   - Time is a trigger. The loop sleeps to the next instant at which time alone changes
//     something, by the wall clock, and never wakes the rebuild before it. Because it looks at
//     the wall clock at least once a minute, a clock that was set and a host that was suspended
//     are noticed and reported.
//   - A rebuild that fails is tried again, later each time, and what it was for is not
//     forgotten until one succeeds.
//
// The package knows nothing of records or pages. Instants come from the function Options.Now;
// the package itself reads only the monotonic clock that timers go by.
package watch
