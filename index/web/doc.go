// Package web answers over HTTP: one certification by number, many at once, a search by name,
// a question to the guidance, the same as pages without script, and the published site beside them for one machine.
//
// It promises:
//
//   - Answers come from an index.Set, which is memory and disk; there is no database behind it.
//   - What people look up is never logged: a line of the log has the route, the status and
//     how long it took, and no path, query, number, name or address.
//   - Past next_update a question about a certification is answered with 503. A status that
//     cannot be vouched for is not given. Pages of the site are still served as they are, for they
//     carry their own times.
//   - A request is bounded before any work is done for it; too many at a time get 503 with
//     Retry-After. A panic is a 500 that says nothing of its cause.
//   - Errors of the interface for programs are problem details (RFC 9457).
//
// The routes are described in openapi.json, which the tests hold this package to.
package web
