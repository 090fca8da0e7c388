"use strict";
// The page for rosters: a list, its columns, the answers. Reading is done by roster-file.js, asking by
// roster-check.js; here is what a person sees of it.
(() => {
  const find = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const home = find("[data-roster]");
  const vocabulary = JSON.parse(home.getAttribute("data-vocabulary"));
  vocabulary.names = registry.names(vocabulary);
  const files = Object.fromEntries(["records", "status", "alphabet"].map((name) => [name, home.getAttribute(`data-${name}`)]));
  const language = document.documentElement.lang;
  const steps = Object.fromEntries(all("[data-step]", home).map((step) => [step.getAttribute("data-step"), step]));
  const { roles } = registry.rosterFile;
  const few = 200; // rows that are shown at first
  const betweenDrawings = 250; // milliseconds

  // ---- Words, which the page has in its own language.

  const words = find("template[data-words]", home).content;
  const entry = (name) => find(`[data-say="${name}"]`, words);
  const say = (name, values = {}) => entry(name).textContent.replace(/\{(\w+)\}/g, (_, key) => values[key]);
  const count = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, home.getAttribute("data-group"));
  const dates = new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" });
  const date = (day) => dates.format(new Date(day));
  const instants = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "long", timeZone: "America/Los_Angeles" });

  const element = (name, text, attributes = {}) => {
    const made = document.createElement(name);
    made.textContent = text;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };

  // ---- One step after another.

  const go = (name) => {
    for (const [other, step] of Object.entries(steps)) step.hidden = other !== name && !(name === "columns" && other === "list");
    const heading = find("h2[tabindex]", steps[name]);
    (heading ?? find("input", steps[name])).focus();
  };

  // complain says what is wrong with a list; an error that is none of ours is a fault of the page.
  const complain = (step, fault) => {
    if (!entry(`fault ${fault.message}`)) throw fault;
    find(".error", step).textContent = say(`fault ${fault.message}`, fault.values);
  };

  // ---- The list.

  let list;
  const input = { file: find("#list-file"), text: find("#list-text") };

  const read = async () => {
    find(".error", steps.list).textContent = "";
    try {
      const file = input.file.files[0];
      let source = input.text.value;
      if (file) {
        if (file.size > vocabulary.maxBytes) throw Object.assign(new Error("large"), { values: {} });
        source = new Uint8Array(await file.arrayBuffer().catch(() => Promise.reject(new Error("unreadable"))));
      }
      list = registry.rosterFile.read(source, vocabulary);
      showColumns();
    } catch (fault) {
      complain(steps.list, fault);
    }
  };

  steps.list.addEventListener("submit", (event) => {
    event.preventDefault();
    read();
  });
  input.file.addEventListener("change", () => {
    if (!input.file.files.length) return;
    input.text.value = "";
    read();
  });
  input.text.addEventListener("input", () => {
    input.file.value = "";
  });
  for (const event of ["dragover", "drop"]) {
    steps.list.addEventListener(event, (dropped) => {
      if (!dropped.dataTransfer.types.includes("Files")) return;
      dropped.preventDefault();
      if (event === "dragover") return;
      input.file.files = dropped.dataTransfer.files;
      input.file.dispatchEvent(new Event("change"));
    });
  }

  // ---- Its columns.

  const showColumns = () => {
    const width = list.rows.slice(0, 1000).reduce((most, { cells }) => Math.max(most, cells.length), 0);
    const { elements } = steps.columns;
    elements.header.checked = list.header;
    for (const role of roles) {
      elements[role].length = 1;
      for (let i = 0; i < Math.min(width, 100); i++) elements[role].add(new Option("", i));
      elements[role].value = list.columns[role];
    }
    nameColumns();
    const text = say("was-read", { lines: count(list.rows.length), columns: count(width) });
    const converted = !["", "UTF-8"].includes(list.encoding);
    find("[data-was-read]", steps.columns).textContent = converted ? `${text} ${say("converted", { encoding: list.encoding })}` : text;
    const sample = list.rows.slice(0, 4).map(({ cells }) => cells.slice(0, 12));
    const places = Array.from({ length: Math.min(width, 12) }, (_, i) => i);
    find(".preview thead tr", home).replaceChildren(...places.map((i) => element("th", say("column", { place: i + 1 }), { scope: "col" })));
    find(".preview tbody", home).replaceChildren(
      ...sample.map((cells) => {
        const row = element("tr", "");
        row.append(...places.map((i) => element("td", cells[i] ?? "", { dir: "auto" })));
        return row;
      }),
    );
    find(".error", steps.columns).textContent = "";
    go("columns");
    if (list.columns.number < 0) complain(steps.columns, new Error("number"));
  };

  // nameColumns calls the columns by the first line, if that names them.
  const nameColumns = () => {
    for (const option of all("option:not([value='-1'])", steps.columns)) {
      const heading = steps.columns.elements.header.checked && list.rows[0].cells[option.value];
      option.textContent = heading || say("column", { place: Number(option.value) + 1 });
    }
  };
  steps.columns.elements.header.addEventListener("change", nameColumns);

  let lines;
  let known; // what was found, by number
  steps.columns.addEventListener("submit", (event) => {
    event.preventDefault();
    const { elements } = steps.columns;
    list.header = elements.header.checked;
    for (const role of roles) list.columns[role] = Number(elements[role].value);
    lines = registry.rosterFile.lines(list);
    const wrong = list.columns.number < 0 ? "number" : !lines.length ? "below" : lines.length > vocabulary.maxLines ? "long" : "";
    if (wrong) {
      complain(steps.columns, new Error(wrong));
      return;
    }
    known = new Map();
    check();
  });

  // ---- The check.

  let results;
  let stop;
  const check = async () => {
    stop = new AbortController();
    go("checking");
    const bar = find("progress", steps.checking);
    const text = find("[data-progress]", steps.checking);
    const waiting = find("[data-waiting]", steps.checking);
    let far; // how far it is: drawn a few times a second, for each drawing costs as much as several answers
    let drawing;
    const draw = () => {
      drawing = undefined;
      const [done, total, seconds] = far;
      bar.max = total;
      bar.value = done;
      text.textContent = say("progress", { done: count(done), total: count(total) });
      waiting.hidden = !seconds;
      if (seconds) waiting.textContent = say("waiting", { seconds: count(Math.ceil(seconds)) });
    };
    const told = (...now) => {
      far = now;
      drawing ??= setTimeout(draw, betweenDrawings);
    };
    results = await registry.checkRoster(lines, vocabulary, { known, files, signal: stop.signal, told });
    showAnswers();
  };
  find("[data-stop]", home).addEventListener("click", () => stop.abort());
  find("[data-again]", home).addEventListener("click", () => check());
  for (const back of all("[data-back]", home)) {
    back.addEventListener("click", () => {
      results = known = lines = list = undefined; // nothing of a list is kept
      steps.list.reset();
      go("list");
    });
  }

  // ---- The answers.

  const isFault = (r) => r.attention.length > 0 && vocabulary.reasons.indexOf(r.attention[0]) < vocabulary.faults;
  const show = find("#show");
  const body = find(".answers tbody", home);
  const template = find("template[data-row]", home).content.firstElementChild;

  const rowOf = (r) => {
    const row = template.cloneNode(true);
    const cell = (name) => find(`[data-cell="${name}"]`, row);
    const { record } = r;
    if (record) cell("number").append(element("a", r.canonical, { href: home.getAttribute("data-pages") + r.canonical + ".html" }));
    else cell("number").append(element("bdi", r.canonical || r.number));
    cell("attention").append(...r.attention.map((reason, i) => element("span", say(`attention ${reason}`), { class: i || !isFault(r) ? "worth" : "worth fault" })));
    const claim = element("span", "", { "data-claim": "word", "data-status": record?.status ?? "none", class: "chip" });
    if (record) {
      claim.append(...Array.from(entry(`icon ${record.status}`).childNodes, (node) => node.cloneNode(true)));
      row.setAttribute("data-until", r.reliable);
      row.setAttribute("data-confirmed", r.confirmed);
    }
    claim.append(element("strong", say(`status ${record?.status ?? "none"}`)));
    cell("status").append(claim);
    if (record && r.on) cell("status").append(element("p", say("on", { day: date(r.on), status: say(`status ${r.statusOn}`) }), { "data-claim": "" }));
    if (record?.date_expires) cell("expires").append(element("time", date(record.date_expires), { datetime: record.date_expires }));
    if (r.name) cell("name").append(element("bdi", r.name));
    if (r.match) cell("name").append(element("p", say(`name ${r.match}`, { name: `\u2068${record.legal_name}\u2069` }), { class: "hint" }));
    cell("line").textContent = count(r.line);
    for (const empty of all("td:empty", row)) empty.classList.add("nothing");
    return row;
  };

  const chosen = () =>
    results.filter((r) => {
      if (!show.value) return true;
      if (show.value === "any") return r.attention.length > 0;
      if (show.value === "fine") return r.attention.length === 0;
      return r.attention.includes(show.value);
    });

  const fillTable = (most) => {
    const rows = chosen();
    body.replaceChildren(...rows.slice(0, most).map(rowOf));
    find("[data-shown]", home).textContent = say("shown", { shown: count(body.rows.length), total: count(rows.length) });
    find("[data-more]", home).hidden = rows.length <= most;
    dispatchEvent(new Event("focus")); // page.js then covers what can no longer be relied on
  };

  const showAnswers = () => {
    const faults = results.filter(isFault).length;
    const values = { lines: count(results.length), faults: count(faults) };
    find("[data-summary]", home).textContent = say(faults ? "summary" : "summary-fine", values);
    const counts = vocabulary.reasons.map((reason) => [reason, results.filter((r) => r.attention.includes(reason)).length]).filter(([, n]) => n);
    find("[data-counts]", home).replaceChildren(...counts.map(([reason, n]) => element("li", `${say(`attention ${reason}`)}: ${count(n)}`)));
    while (show.length > 3) show.remove(3);
    for (const [reason] of counts) show.add(new Option(say(`attention ${reason}`), reason));
    show.value = "";
    find("[data-again]", home).hidden = !results.some((r) => r.answer === "unconfirmed");
    const times = results.filter((r) => r.confirmed);
    const ends = (name, pick) => (times.length ? instants.format(pick(...times.map((r) => Date.parse(r[name])))) : "–");
    find("[data-when]", home).textContent = say("when", {
      checked: instants.format(Date.now()), confirmed: ends("confirmed", Math.min), until: ends("reliable", Math.min), address: location.origin,
    });
    fillTable(few);
    go("answers");
  };
  show.addEventListener("change", () => fillTable(few));
  find("[data-more]", home).addEventListener("click", () => fillTable(Infinity));
  addEventListener("beforeprint", () => {
    if (results) fillTable(Infinity);
  });
  find("[data-print]", home).addEventListener("click", () => print());
  find("[data-save]", home).addEventListener("click", () => {
    const file = new Blob([registry.rosterFile.csv(results, vocabulary)], { type: "text/csv;charset=utf-8" });
    const name = `roster-${new Date().toISOString().slice(0, 16).replace(":", "")}Z.csv`;
    const link = element("a", "", { href: URL.createObjectURL(file), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  });

  home.hidden = false;
})();
