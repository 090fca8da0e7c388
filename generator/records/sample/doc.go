// Package sample makes synthetic records: people who do not exist, for trying the registry
// out, for demonstrations and for tests.
//
// It promises four things.
//
//   - The bytes depend on the count and the seed alone, and the first lines of a longer
//     sample are the lines of a shorter one.
//   - Every record obeys every rule of a record: each is made by certification.Draft.Record,
//     as a record of any other source is.
//   - Every record says that it is a sample, so that every page built from it can say so.
//   - Every status, and every edge that the rules have, is found among the first 100 records
//     whatever the seed; so are names of many scripts and shapes.
//
// The records are dated around Anchor, not around today. Of the numbers already issued, about
// four in five are active at any instant of 2026 and 2027. So that there is something in each
// status, some histories begin before the program did.
//
// Names are put together from lists of common given and family names. A name that is somebody's
// is so by chance.
package sample
