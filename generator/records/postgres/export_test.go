package postgres

import "time"

// SetAlive sets within what time a server that is alive answers: a test does not wait ten seconds.
func (s *Source) SetAlive(within time.Duration) { s.alive = within }

// The prepared queries, for their plans.
const (
	QueryNoted   = queryNoted
	QueryChanged = queryChanged
	MaxChanged   = maxChanged
)
