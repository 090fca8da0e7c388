"use strict";
// Reads a roster, and writes the answers, byte for byte as the registry's package roster does: what its
// comments explain is not explained again here. The vocabulary comes from the page, which has it from there.
(() => {
  const delimiters = "\t;,|";
  const trim = (text) => text.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, "");

  // A fault is what is wrong with a list as a whole: a name for the page to explain, and its values.
  class Fault extends Error {
    constructor(name, values = {}) {
      super(name);
      this.values = values;
    }
  }

  // ---- Bytes to text.

  const detect = (bytes, most) => {
    if (!bytes.length) throw new Fault("empty");
    if (bytes.length > most) throw new Fault("large");
    const begins = (...magic) => magic.every((byte, i) => bytes[i] === byte);
    if (begins(0x50, 0x4b, 3, 4) || begins(0xd0, 0xcf, 0x11, 0xe0) || begins(0x25, 0x50, 0x44, 0x46)) throw new Fault("document");
    if (begins(0xef, 0xbb, 0xbf)) return "UTF-8";
    if (begins(0xff, 0xfe)) return "UTF-16LE";
    if (begins(0xfe, 0xff)) return "UTF-16BE";
    const zeros = [0, 0];
    bytes.subarray(0, 512).forEach((byte, i) => (zeros[i % 2] += byte === 0));
    if (zeros[1] && !zeros[0]) return "UTF-16LE";
    if (zeros[0] && !zeros[1]) return "UTF-16BE";
    if (zeros[0]) throw new Fault("text");
    return "";
  };

  const decode = (bytes, { maxBytes }) => {
    let encoding = detect(bytes, maxBytes);
    let text;
    try {
      text = new TextDecoder(encoding || "UTF-8", { fatal: !encoding || encoding === "UTF-8" }).decode(bytes);
      encoding ||= "UTF-8";
    } catch {
      if (encoding) throw new Fault("text");
      encoding = "windows-1252";
      text = new TextDecoder(encoding).decode(bytes).replace(/[\x81\x8d\x8f\x90\x9d]/g, "\ufffd"); // bytes that mean nothing
    }
    if (text.includes("\0")) throw new Fault("text");
    return { text, encoding };
  };

  // ---- Text to rows of cells.

  const findDelimiter = (text) => {
    const said = /^sep=([\t;,|])\r?(?:\n|$)/i.exec(text);
    if (said) return { text: text.slice(said[0].length), delimiter: said[1], line: 2 };
    const counts = Array.from(delimiters, () => 0);
    let quoted = false;
    let seen = false;
    for (const char of text) {
      if (char === '"') quoted = !quoted;
      if ((char === "\n" || char === "\r") && !quoted && seen) break;
      seen ||= char > " ";
      const i = delimiters.indexOf(char);
      if (i >= 0 && !quoted) counts[i]++;
    }
    let best = delimiters.indexOf(",");
    counts.forEach((n, i) => {
      if (n > counts[best] || (n === counts[best] && n > 0 && i < best)) best = i;
    });
    return { text, delimiter: delimiters[best], line: 1 };
  };

  const splitRows = (whole) => {
    let { text, delimiter, line } = findDelimiter(whole);
    const rows = [];
    let cells = [];
    let cell = "";
    let begun = line;
    let opened = 0;
    let fresh = true;
    let quoted = false;
    const endCell = () => {
      cells.push(trim(cell));
      cell = "";
      fresh = true;
    };
    const endRow = () => {
      endCell();
      if (cells.some(Boolean)) rows.push({ line: begun, cells });
      cells = [];
    };
    for (let i = 0; i < text.length; i++) {
      const char = text[i];
      const next = text[i + 1];
      if (quoted && char === '"' && next === '"') {
        cell += '"';
        i++;
      } else if (quoted && char === '"') {
        quoted = false;
      } else if (char === '"' && fresh) {
        quoted = true;
        fresh = false;
        opened = line;
        cell = "";
      } else if (char === "\r" && next === "\n") {
        if (quoted) cell += "\r";
      } else if (char === "\n" || char === "\r") {
        line++;
        if (quoted) {
          cell += char;
          continue;
        }
        endRow();
        begun = line;
      } else if (char === delimiter && !quoted) {
        endCell();
      } else {
        cell += char;
        fresh &&= char === " " || char === "\t";
      }
    }
    if (quoted) throw new Fault("open", { line: opened });
    endRow();
    if (!rows.length) throw new Fault("empty");
    return { rows, delimiter };
  };

  // ---- Columns: places by role, -1 where there is none.

  const roles = ["number", "name", "given", "family", "on"];
  const nowhere = () => Object.fromEntries(roles.map((role) => [role, -1]));

  const namedColumns = (cells, { headings, names }) => {
    const keys = cells.map((cell) => names.words(cell).join(""));
    const columns = nowhere();
    for (const role of roles) {
      const heading = headings[role].find((known) => keys.includes(known));
      if (heading !== undefined) columns[role] = keys.indexOf(heading);
    }
    return joinNames(columns);
  };

  const joinNames = (columns) => {
    const { name, given, family } = columns;
    if (given < 0 || family < 0) return { ...columns, name: name < 0 ? Math.max(given, family) : name, given: -1, family: -1 };
    if (name < 0 || name === given) return { ...columns, name: -1 };
    return { ...columns, given: -1, family: -1 };
  };

  const guessedColumns = (cells) => {
    const columns = nowhere();
    cells.forEach((cell, i) => {
      const role = registry.isDay(cell) ? "on" : registry.canonical(cell) ? "number" : /\p{L}/u.test(cell) ? "name" : "";
      if (role && columns[role] < 0) columns[role] = i;
    });
    return columns;
  };

  // read gives the rows of a list, and what its columns seem to be. Bytes come from a file, a string from the clipboard.
  const read = (list, vocabulary) => {
    const pasted = typeof list === "string";
    if (pasted && list.length > vocabulary.maxBytes) throw new Fault("large");
    const { text, encoding } = pasted ? { text: list, encoding: "" } : decode(list, vocabulary);
    const { rows, delimiter } = splitRows(text);
    if (rows.length > vocabulary.maxLines + 1) throw new Fault("long");
    let columns = namedColumns(rows[0].cells, vocabulary);
    const header = columns.number >= 0;
    if (!header) columns = guessedColumns(rows[0].cells);
    return { rows, delimiter, encoding, header, columns };
  };

  // lines are the questions of a list, in its words.
  const lines = ({ rows, header, columns }) =>
    rows.slice(header ? 1 : 0).map(({ line, cells }) => {
      const cell = (role) => cells[columns[role]] ?? "";
      const name = columns.name >= 0 ? cell("name") : trim(`${cell("given")} ${cell("family")}`);
      return { line, number: cell("number"), name, on: cell("on") };
    });

  // ---- Answers to CSV.

  const formula = /(^|[\t\r\n,;|"])([ \u00a0]*)([=+\-@＝＋－＠])/gu;
  const neutral = (text) => text.replace(formula, "$1$2'$3");

  const cellsOf = (r) => {
    const { record } = r;
    const known = record && record.status !== "unavailable";
    const onDay = record && r.on;
    return [
      String(r.line), r.attention.join(" "), r.canonical || neutral(r.number), neutral(r.name), neutral(r.on), r.answer,
      record ? record.status : "", record ? String(record.valid) : "", known ? record.date_expires : "",
      onDay ? r.statusOn : "", onDay ? String(r.statusOn === "active") : "",
      r.match, record ? neutral(record.legal_name) : "", record ? record.actions.join(" ") : "", r.confirmed, r.reliable,
    ];
  };

  const quoted = (cell) => (/[",;|\t\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

  // csv is the file of the answers, as text that begins with a byte order mark.
  const csv = (results, { columns }) =>
    "\ufeff" + [columns, ...results.map(cellsOf)].map((cells) => cells.map(quoted).join(",") + "\r\n").join("");

  globalThis.registry = Object.freeze({ ...registry, rosterFile: { roles, read, lines, csv } });
})();
