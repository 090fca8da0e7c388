// Package advice does the arithmetic of the guidance: where a certification stands by its date of
// expiration, what something costs, whether a course counts as continuing education, and
// which sanctions the guidelines have for a standard of the code of ethics.
//
// It promises three things.
//
//   - No figure and no rule stands here. Status is decided by package certification; fees,
//     time limits, routes, conditions and sanctions are the facts of package guidance, with the
//     section (§) that each comes from.
//   - It is pure: the same question and day give the same answer. There is no clock; a day is a
//     calendar day in America/Los_Angeles.
//   - What people type becomes a typed question or a list of faults, each with the field that is
//     wrong, before anything is reckoned.
//
// An answer is advice about rules. It knows a date or a code, and nothing of a person.
package advice
