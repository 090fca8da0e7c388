// Package certification holds the rules of a Medi-Cal Peer Support Specialist
// certification: what a certification number is, what a record says, and which
// status follows from a record at an instant.
//
// It promises three things.
//
//   - A value of Number, Date or Record obeys the rules; there is no other way to
//     make one than through the functions that check (ParseNumber, ParseDate,
//     Draft.Record).
//   - StatusAt is the one place where a status is decided. It is a pure function of
//     the record and the instant: no clock, no environment, no table of the host.
//     Pages, JSON, search results and the command line show its result.
//   - A Statement is what may be published about a record, and it always carries the
//     time at which it was confirmed and the time until which it may be relied on
//     (thisUpdate and nextUpdate of RFC 5280 and RFC 6960).
//
// All calendar days are days in America/Los_Angeles, whose rules are compiled in. The
// sections (§) cited are those of the Guidelines, Standards & Procedures of the
// certifying entity, revision of 15 May 2025.
package certification
