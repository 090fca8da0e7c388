"use strict";
// Days in Los Angeles, and what a record's history says of one. A browser test holds it to the registry's
// certification package.
(() => {
  // ---- Days in Los Angeles, written YYYY-MM-DD.

  const calendar = new Intl.DateTimeFormat("en", { timeZone: "America/Los_Angeles", year: "numeric", month: "2-digit", day: "2-digit" });
  const dayOf = (instant) => {
    const part = Object.fromEntries(calendar.formatToParts(instant).map(({ type, value }) => [type, value]));
    return `${part.year}-${part.month}-${part.day}`;
  };
  // lastDay is the day of the last moment before an instant, which may be given to the nanosecond.
  const lastDay = (instant) => dayOf(Date.parse(instant) - (/\.\d{3}\d*[1-9]/.test(instant) ? 0 : 1));
  // isDay says whether a text is a day of the calendar, of the years that the registry knows.
  const isDay = (text) => /^(?:19|2[01])\d\d-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);

  // ---- What the history says of a day: the rules are those of OnDay in the registry's certification package.

  const gravity = ["active", "lapsed", "expired", "suspended", "vacated", "revoked"]; // each graver than the one before
  const withoutTerm = (interval) => ["lapsed", "expired", "vacated"].includes(interval?.status);

  const onDay = (record, day) => {
    if (record.status === "unavailable") return { status: "unavailable", reason: "unavailable" };
    const history = record.history;
    let gravest = -1;
    history.forEach(({ from, until, status }, i) => {
      const overlaps = dayOf(Date.parse(from)) <= day && (!until || lastDay(until) >= day);
      if (overlaps && (gravest < 0 || gravity.indexOf(status) > gravity.indexOf(history[gravest].status))) gravest = i;
    });
    if (gravest < 0) return { status: "not-issued", reason: "before-issue", first: record.certified_since };
    const status = history[gravest].status;
    let first = gravest;
    let last = gravest;
    let reason = { active: "in-term", suspended: "suspension", revoked: "revocation" }[status];
    if (!reason) {
      while (withoutTerm(history[first - 1])) first--;
      while (withoutTerm(history[last + 1])) last++;
      reason = history[last + 1]?.status === "active" ? "between-terms" : "after-term";
    }
    const { from } = history[first];
    const { until } = history[last];
    return {
      status, reason,
      from: dayOf(Date.parse(from)),
      through: until && lastDay(until),
      part: lastDay(from) === day || Boolean(until) && dayOf(Date.parse(until)) === day,
    };
  };

  globalThis.registry = Object.freeze({ ...registry, dayOf, isDay, onDay });
})();
