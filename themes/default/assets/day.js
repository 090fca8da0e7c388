"use strict";
// Answers what the registry says of a day from the record's own file, so that the page works where
// there is nothing but files. Without this script the form asks the query handler. What is asked
// stands behind the # of the address, which no server is sent.
(() => {
  const find = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const form = find("[data-day-form]");
  const result = find("[data-result]");
  const error = find(".error", form);
  const title = document.title;
  const { dayOf, isDay, onDay } = registry;

  // ---- What is shown.

  const words = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeZone: "UTC" });
  const time = (day) => {
    const shown = document.createElement("time");
    shown.dateTime = day;
    shown.textContent = words.format(new Date(day));
    return shown;
  };

  const show = (name, values) => {
    const answer = find(`template[data-answer="${name}"]`).content.cloneNode(true);
    for (const slot of all("[data-slot]", answer)) {
      const value = values[slot.getAttribute("data-slot")] ?? "";
      slot.replaceWith(typeof value === "string" ? value : value.cloneNode(true));
    }
    for (const link of all("a[data-record]", answer)) link.href = values.record;
    for (const piece of all("[data-when]", answer)) {
      if (!values[piece.getAttribute("data-when")]) piece.remove();
    }
    result.replaceChildren(answer);
    document.title = find("h2", result).textContent + title.replace(/^.* – /, " – ");
    result.scrollIntoView({ block: "nearest" });
  };

  const wrong = (what, input) => {
    error.textContent = find(`template[data-error="${what}"]`, form).content.textContent;
    input.setAttribute("aria-invalid", "true");
    input.focus();
  };

  // statement reads the record's file: null if there is none, an error if it cannot be relied on.
  const statement = async (number) => {
    const response = await fetch(`/verify/${number}.json`, { cache: "no-cache" });
    if (response.status === 404) return null;
    if (!response.ok) throw new Error("no answer");
    const record = await response.json();
    const until = Math.min(...[record.next_update, record.next_change].filter(Boolean).map((at) => Date.parse(at)));
    if (!(Date.now() < until)) throw new Error("out of date");
    return { record, until };
  };

  let asked = 0;
  const answer = async (number, day) => {
    const question = ++asked;
    let name = "unconfirmed";
    let values = {};
    let until;
    let confirmed;
    try {
      const found = await statement(number);
      if (found) {
        const on = onDay(found.record, day);
        const whose = document.createElement("bdi");
        whose.textContent = found.record.legal_name;
        ({ until } = found);
        confirmed = found.record.this_update;
        name = `${on.reason} ${on.status}`;
        values = {
          number, name: whose, day: time(day), record: find(".brand").getAttribute("href") + `verify/${number}.html`,
          confirmed: time(dayOf(Date.parse(confirmed))),
          from: on.from && time(on.from), through: on.through && time(on.through), first: on.first && time(on.first),
          closed: Boolean(on.through), open: !on.through, part: on.part,
        };
      } else {
        name = "never";
        values = { number };
      }
    } catch {
      // Whatever went wrong, nothing is confirmed.
    }
    if (question !== asked) return; // another was asked meanwhile
    for (const [attribute, value] of [["data-until", until && new Date(until).toISOString()], ["data-confirmed", confirmed]]) {
      if (value) result.setAttribute(attribute, value);
      else result.removeAttribute(attribute);
    }
    result.removeAttribute("data-covered");
    show(name, values);
    dispatchEvent(new Event("focus")); // page.js then covers the answer when its time has passed
  };

  const ask = () => {
    const query = new URLSearchParams(location.hash.slice(1));
    const typed = query.get("number") ?? "";
    const day = query.get("on") ?? "";
    if (!typed && !day) return;
    const inputs = [find("#of"), find("#on")];
    inputs.forEach((input) => input.removeAttribute("aria-invalid"));
    error.textContent = "";
    [inputs[0].value, inputs[1].value] = [typed, day];
    const number = registry.canonical(typed);
    if (!number) wrong("number", inputs[0]);
    else if (!isDay(day)) wrong("day", inputs[1]);
    else if (day > dayOf(Date.now())) wrong("future", inputs[1]);
    else answer(number, day);
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const hash = "#" + new URLSearchParams(new FormData(form));
    if (hash === location.hash) ask();
    else location.hash = hash;
  });
  addEventListener("hashchange", ask);
  ask();
})();
