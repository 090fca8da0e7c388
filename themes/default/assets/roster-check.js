"use strict";
// Asks the registry's public files about every line of a list, and says what needs a person's attention, as
// the registry's package roster does. Only the file of each number is asked for: nothing else of the list
// leaves the page.
(() => {
  const atOnce = 6; // questions
  const patience = 10; // waits, in all, for a site that is asked too much
  const defaultWait = 5; // seconds, where it does not say how long
  const longestWait = 120; // seconds: a site that wants more is not waited for
  const answerTimeout = 20_000; // milliseconds
  const minute = 60_000;
  const day = 24 * 60 * minute;

  const pause = (seconds, signal) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, seconds * 1000);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        reject(signal.reason);
      });
    });

  // retryAfter reads the header of that name: seconds or a date.
  const retryAfter = (value) => {
    if (/^\d+$/.test(value ?? "")) return Number(value);
    const at = Date.parse(value ?? "");
    return Number.isNaN(at) ? defaultWait : Math.max(0, (at - Date.now()) / 1000);
  };

  // site asks for published files. When it says that it is asked too much, every question waits.
  const site = (signal, waiting) => {
    let left = patience; // below zero nothing more is asked
    let wait = null;
    const get = async (path, options) => {
      for (;;) {
        await wait;
        signal.throwIfAborted();
        if (left < 0) throw new Error("asked too much");
        const inTime = AbortSignal.any([signal, AbortSignal.timeout(answerTimeout)]);
        const response = await fetch(path, { cache: "no-store", signal: inTime, credentials: "omit", ...options });
        if (response.status === 404) return null;
        if (response.ok) return response.json();
        await response.body?.cancel();
        if (response.status !== 429 && response.status !== 503) throw new Error(`status ${response.status}`);
        if (wait) continue; // another question was told so already
        const seconds = retryAfter(response.headers.get("Retry-After"));
        left = seconds > longestWait ? -1 : left - 1;
        if (left < 0) continue;
        waiting(seconds);
        wait = pause(seconds, signal).finally(() => {
          wait = null;
          waiting(0);
        });
      }
    };
    return get;
  };

  // holds gives a statement whose times are right, or throws.
  const holds = (statement, now) => {
    const [from, until, change] = ["this_update", "next_update", "next_change"].map((name) => Date.parse(statement[name]));
    if (!(from <= now + minute) || !(now < until) || now >= change) throw new Error("out of date");
    return statement;
  };

  // finding is what the site says about a number: {record}, or {confirmed, reliable} where it was never issued.
  const finder = (get, { records, status }, now) => {
    let never;
    return async (number) => {
      const record = await get(`${records}${number}.json`);
      if (record) {
        const right = record.number === number && record.valid === (record.status === "active") && Array.isArray(record.history) && Array.isArray(record.actions);
        if (!right) throw new Error("not a record");
        return { record: holds(record, now) };
      }
      // Only a registry that is up to date can say that a number was never issued.
      never ??= get(status).then((said) => {
        if (!said) throw new Error("not a registry");
        const { this_update: confirmed, next_update: reliable } = holds(said, now);
        return { confirmed, reliable };
      });
      return never;
    };
  };

  // understand takes a line's words in, or says what is malformed.
  const understand = (line, today, { maxName }) => {
    const r = { ...line, attention: [], answer: "", canonical: registry.canonical(line.number), statusOn: "", match: "", confirmed: "", reliable: "" };
    if (!r.canonical) r.attention.push("malformed-number");
    if (r.on && !registry.isDay(r.on)) r.attention.push("malformed-day");
    else if (r.on > today) r.attention.push("future-day");
    if (new TextEncoder().encode(r.name).length > maxName) r.attention.push("long-name");
    if (r.attention.length) r.answer = "malformed";
    return r;
  };

  // answer takes in what is known about the number; nothing is, where the site could not be asked.
  const answer = (r, found, today, { soonDays }) => {
    if (!found || r.match === null) {
      r.match = "";
      r.answer = "unconfirmed";
      r.attention.push("unconfirmed");
      return;
    }
    const { record } = found;
    if (!record) {
      Object.assign(r, found, { answer: "never-issued" });
      r.attention.push("never-issued");
      return;
    }
    const changesFirst = record.next_change && Date.parse(record.next_change) < Date.parse(record.next_update);
    Object.assign(r, { answer: "issued", record, confirmed: record.this_update, reliable: changesFirst ? record.next_change : record.next_update });
    if (record.status === "unavailable") {
      r.statusOn = record.status;
      r.attention.push("unavailable");
      return;
    }
    if (r.on) r.statusOn = registry.onDay(record, r.on).status;
    const valid = (r.on ? r.statusOn : record.status) === "active";
    if (!valid) r.attention.push("not-valid");
    if (r.match && r.match !== "exact") r.attention.push({ different: "name-differs", close: "name-close" }[r.match]);
    if (record.actions.includes("under-investigation")) r.attention.push("under-investigation");
    const through = [record.date_expires, record.renewal?.to ?? ""].sort().pop();
    if (!r.on && valid && Date.parse(through) - Date.parse(today) <= soonDays * day) r.attention.push("expires-soon");
  };

  // settle notes what is repeated, and puts first what needs attention.
  const settle = (results, { reasons }) => {
    const seen = new Set();
    for (const r of results) {
      if (r.answer !== "malformed") {
        const question = `${r.canonical} ${r.on}`;
        if (seen.has(question)) r.attention.push("repeated");
        seen.add(question);
      }
      r.attention.sort((a, b) => reasons.indexOf(a) - reasons.indexOf(b));
    }
    const gravity = (r) => (r.attention.length ? reasons.indexOf(r.attention[0]) : reasons.length);
    return results.sort((a, b) => gravity(a) - gravity(b));
  };

  // check answers every line. known holds what was found before, by number, and takes in what is found now; so a
  // check that was stopped goes on where it was. told hears how far it is.
  const checkRoster = async (lines, vocabulary, { known, files, signal, told }) => {
    const now = Date.now();
    const today = registry.dayOf(now);
    const results = lines.map((line) => understand(line, today, vocabulary));
    const numbers = [...new Set(results.filter((r) => !r.answer).map((r) => r.canonical))];
    const missing = numbers.filter((number) => !known.has(number)).values();
    let done = known.size;
    const get = site(signal, (seconds) => told(done, numbers.length, seconds));
    const find = finder(get, files, now);
    const ask = async () => {
      for (const number of missing) {
        if (signal.aborted) return;
        try {
          known.set(number, await find(number));
        } catch {
          // It stays unconfirmed.
        }
        told(++done, numbers.length, 0);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, ask));
    const { names } = vocabulary;
    const compare = () => {
      for (const r of results) {
        const name = !r.answer && known.get(r.canonical)?.record?.legal_name;
        if (r.name && name) r.match = names.compare(r.name, name);
      }
    };
    compare();
    if (results.some(({ match }) => match === null)) {
      try {
        names.learn(await get(files.alphabet, { cache: "default" }));
        compare();
      } catch {
        // What is not compared stays unconfirmed.
      }
    }
    for (const r of results) if (!r.answer) answer(r, known.get(r.canonical), today, vocabulary);
    return settle(results, vocabulary);
  };

  globalThis.registry = Object.freeze({ ...registry, checkRoster });
})();
