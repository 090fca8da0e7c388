// A whole roster: the page that checks it in the browser, on a host of nothing but files; the command; the query
// handler. They give the same answers to every line, however ugly, and the same bytes.

import AxeBuilder from "@axe-core/playwright";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { readCode } from "./code.mjs";
import { serveFiles } from "./host.mjs";
import { openPlain } from "./plain.mjs";
import { dayAfter } from "./records.mjs";
import { openSite, phone, registry } from "./site.mjs";

/** A generator of numbers from 0 to below 1 that gives the same ones each time (mulberry32). */
function seeded(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

// Names in other scripts and how people spell them, from the cases of the search; and names of letters of every script.
const spelled = Array.from(
  readFileSync(new URL("../index/testdata/relevance/scripts.toml", import.meta.url), "utf8").matchAll(/^"(.+)" = "(.+)"$/gm),
  ([, spelling, name]) => ({ spelling, name }),
);
const scripts = "Greek Cyrillic Armenian Hebrew Arabic Syriac Thaana Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala Thai Lao Tibetan Myanmar Georgian Hangul Ethiopic Cherokee Khmer Mongolian Hiragana Katakana Bopomofo Han Yi".split(" ");
const lettered = scripts.flatMap((script, seed) => {
  const random = seeded(seed);
  const letters = [];
  for (let code = 0x370; code < 0xfb00; code++) {
    const char = String.fromCodePoint(code);
    if (new RegExp(`^\\p{Script=${script}}$`, "u").test(char) && /\p{L}/u.test(char)) letters.push(char);
  }
  const word = () => Array.from({ length: 1 + Math.floor(random() * 4) }, () => letters[Math.floor(random() * letters.length)]).join("");
  return Array.from({ length: 12 }, (_, i) => (i % 3 ? `${word()} ${word()}` : word()));
});
const foreign = [...new Set([...spelled.map(({ name }) => name), ...lettered, "𠮷田 翔太", "李小龙 Bruce", "عبد الله", "남궁 서연"])];

const site = await openSite({ more: foreign });
const host = await serveFiles(site.out);
after(async () => {
  await host.close();
  await site.close();
});
const { who, now } = site;
const folder = path.dirname(site.out);
const open = (t, options) => site.page(t, { origin: host.origin, absent: /\/verify\/MPSS\d+\.json$/, ...options });

/** What axe finds, a line each. */
async function violations(page) {
  const found = await new AxeBuilder({ page }).setLegacyMode().withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]).analyze();
  return found.violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.html.slice(0, 160)).join(" | ")}`);
}

/** Reads the list that a page is given, checks it, and gives the file that is saved. */
async function answersOf(page, file) {
  await page.locator("#list-file").setInputFiles(file);
  await page.locator('[data-step="columns"] button[type="submit"]').click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("[data-save]").click()]);
  return readFileSync(await download.path());
}

/** What the command answers to the same list. */
function commandAnswers(file, ...flags) {
  const { stdout, stderr } = spawnSync(registry, ["verify", "--roster", file, "--site", site.out, ...flags], { maxBuffer: 1 << 26 });
  assert.ok(stdout.length, stderr.toString());
  return stdout;
}

const quote = (cell) => (/[",\r\n]/.test(cell) || Math.abs(cell.length % 7) === 3 ? `"${cell.replaceAll('"', '""')}"` : cell);

/** Lines that are right, nearly right and wrong, of everyone on the site. */
function uglyRows(count) {
  const random = seeded(20261122);
  const below = (n) => Math.floor(random() * n);
  const pick = (list) => list[below(list.length)];
  const everyone = readFileSync(path.join(folder, "records.ndjson"), "utf8")
    .trim().split("\n").map((line) => JSON.parse(line));
  const clutter = ["=1+1", "@SUM(A1)", "-x", "\t", "é", "é", "’", "‘", "ʻ", "ﬁ", "İ", "ß", "Đ", "ﻻ", "ـ", "­", "‏", "李", "한", "ー", "ひ", "Ω", "ς", "  ", " ", "|", ";", ",", '"', "\n", "ø", "Ł", "ə", "ى", "ة", "क़", "ﷺ", "①", "𝐀", "Ⅳ", "x".repeat(70), "́", "̧", "\u{1F600}", "’s", "`", "･", "ｶ", "ﾞ"];
  const kin = ["en", "es"].flatMap((name) => readFileSync(new URL(`../generator/legalname/variants/${name}.txt`, import.meta.url), "utf8").split("\n"))
    .filter((line) => line && !line.startsWith("#")).map((line) => line.split(" "));
  const nameOf = ({ legal_name: legal }) => {
    let words = legal.split(" ");
    const chance = random();
    if (chance < 0.2) return legal;
    if (chance < 0.3) return legal.normalize("NFD").toUpperCase();
    if (chance < 0.4) return legal.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
    if (chance < 0.5) words = [words.at(-1) + ",", ...words.slice(0, -1)];
    else if (chance < 0.6) words.splice(below(words.length), 1);
    else if (chance < 0.65) words.splice(below(words.length + 1), 0, pick(["Q", "Lee", "de la"]));
    else if (chance < 0.67) words[0] = pick(kin.find((group) => group.includes(words[0].toLowerCase())) ?? ["Bob"]);
    else if (chance < 0.7) words = words.map((word, i) => (i ? word : word[0] + "."));
    else {
      const letters = Array.from(legal);
      for (let n = 1 + below(2); n > 0; n--) {
        const at = below(letters.length);
        const how = random();
        if (how < 0.25) letters.splice(at, 1);
        else if (how < 0.5) letters.splice(at, 0, pick(clutter));
        else if (how < 0.75) letters.splice(at, 2, ...letters.slice(at, at + 2).reverse());
        else letters[at] = String.fromCodePoint(0x61 + below(0x240));
      }
      return letters.join("");
    }
    return words.join(" ");
  };
  const rows = [];
  while (rows.length < count) {
    // Of those whose entry cannot be understood there is one, so each fortieth line is about it.
    const person = rows.length % 40 ? pick(everyone) : everyone.find(({ number }) => number === who.unavailable.number);
    const digits = person.number.slice(4);
    const number = random() < 0.75
      ? pick([person.number, `#mpss-${digits}`, digits, ` MPSS ${digits.slice(0, 3)} ${digits.slice(3)} `, `ＭＰＳＳ${digits}`])
      : pick(["", "MPSS12", "MPSS999999999", "n/a", "=cmd|' /C calc'!A0", `${digits}x`, "٠١٢٣٤٥٦", "+" + digits, "2024-01-01"]);
    const { from, to } = pick(person.terms);
    const on = random() < 0.5 ? "" : pick([from, to, dayAfter(new Date(to + "T20:00:00Z"), 1), dayAfter(now, 0), dayAfter(now, 1), dayAfter(now, -below(3000)), "2024-02-30", "1899-12-31", "2200-01-01", "3/4/2026", "hoy", "2024-1-1", "２０２４-01-01"]);
    rows.push({ number, name: random() < 0.1 ? pick(clutter).repeat(1 + below(900)) : random() < 0.8 ? nameOf(person) : "", on });
  }
  return rows;
}

const withColumns = (rows) => ["Número de certificación,Full name,Date of service", ...rows.map(({ number, name, on }) => [number, name, on].map(quote).join(","))].join("\n");
const trimmed = (text) => text.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, "");

test("browser, command and query handler agree on every line of an ugly roster", async (t) => {
  const rows = uglyRows(1000); // as many as a POST may have
  const file = path.join(folder, "ugly.csv");
  writeFileSync(file, withColumns(rows));
  const page = await open(t);
  await page.goto("/roster.html");
  const browser = await answersOf(page, file);
  const command = commandAnswers(file);
  assert.deepEqual(browser.toString().split("\r\n"), command.toString().split("\r\n"), "line by line");
  assert.ok(browser.equals(command), "the same bytes");

  const { lines } = JSON.parse(commandAnswers(file, "--json"));
  const asked = lines.map(({ check }) => check);
  const response = await page.request.post(`${site.origin}/api/v1/verify`, { data: { checks: asked } });
  assert.equal(response.status(), 200);
  const { answers } = await response.json();
  const differ = [];
  const seen = {};
  answers.forEach((answer, i) => {
    const line = lines[i];
    seen[answer.answer] = (seen[answer.answer] ?? 0) + 1;
    for (const reason of line.attention) seen[reason] = (seen[reason] ?? 0) + 1;
    if (answer.name_match) seen[answer.name_match] = (seen[answer.name_match] ?? 0) + 1;
    const same = ["answer", "record", "on", "name_match"].every((key) => JSON.stringify(answer[key]) === JSON.stringify(line[key]));
    if (!same) differ.push([line, answer]);
  });
  assert.deepEqual(differ, []);
  // Nothing was left out on the way, and each line is the one that was written.
  const written = new Set(rows.map(({ number, name, on }) => JSON.stringify([number, name, on].map(trimmed))));
  for (const { number, name = "", on = "" } of asked) assert.ok(written.has(JSON.stringify([number, name, on].map((text) => text.replaceAll("\r\n", "\n")))), number);
  t.diagnostic(JSON.stringify(seen));
  for (const what of ["issued", "never-issued", "malformed", "exact", "close", "different", "not-valid", "malformed-day", "future-day", "repeated", "unavailable", "under-investigation"]) {
    assert.ok(seen[what] >= 5, `${what}: ${seen[what]}`);
  }
});

test("browser and command compare thousands of names alike", async (t) => {
  const rows = Array.from({ length: 6000 }, () => null);
  const random = seeded(7);
  const below = (n) => Math.floor(random() * n);
  const legal = Object.values(who).map(({ number, name }) => ({ number, name }));
  // Every letter from U+00C0 on that a name could have, in the middle of a name; and letters changed in all of them.
  const base = legal.find(({ name }) => name === "Rosalind Hargreaves");
  rows.forEach((_, i) => {
    if (i < 3500) {
      const char = String.fromCodePoint(i < 2200 ? 0xc0 + i : [0x1e00, 0x3041, 0xac00, 0x4e00, 0xfb00, 0xff01, 0x900][i % 7] + below(170));
      rows[i] = { number: base.number, name: `Rosalind Hargre${char}ves`, on: "" };
      return;
    }
    const one = legal[below(legal.length)];
    const letters = Array.from(random() < 0.5 ? one.name : one.name.normalize("NFKD"));
    for (let n = below(3); n >= 0; n--) letters[below(letters.length)] = letters[below(letters.length)];
    rows[i] = { number: one.number, name: letters.join(""), on: "" };
  });
  const file = path.join(folder, "names.csv");
  writeFileSync(file, withColumns(rows));
  const page = await open(t);
  await page.goto("/es/roster.html");
  const browser = (await answersOf(page, file)).toString().split("\r\n");
  const command = commandAnswers(file).toString().split("\r\n");
  assert.deepEqual(browser.filter((line) => !command.includes(line)).slice(0, 20), []);
  assert.deepEqual(browser, command);
});

test("browser, command and query handler compare names in every script alike", async (t) => {
  const assets = path.join(site.out, "assets");
  const { letters } = JSON.parse(readFileSync(path.join(assets, readdirSync(assets).find((name) => name.startsWith("alphabet."))), "utf8"));
  const latin = (text) => Array.from(text, (char) => {
    const code = char.codePointAt(0);
    return code < 0x80 ? char : (letters[(code >> 8).toString(16)]?.split(" ")[code & 0xff] ?? "");
  }).join("");
  const number = (name) => `MPSS${2_000_000 + foreign.indexOf(name)}`;
  const random = seeded(11);
  const below = (n) => Math.floor(random() * n);
  const rows = spelled.map(({ spelling, name }) => ({ number: number(name), name: spelling, on: "" }));
  for (const name of foreign) {
    const chars = Array.from(name);
    for (const spelling of [
      latin(name), latin(name.normalize("NFKD")).toUpperCase(), latin(chars.join(" ")), [latin(chars[0]), latin(chars.slice(1).join(""))].reverse().join(" "),
      name.split(" ").reverse().map(latin).join(", "), latin(name).replace(/[aeiou]/g, () => "aeiou"[below(5)]), latin(name).replace(/(.)/, "$1h"),
      foreign[below(foreign.length)], `${latin(name)} ${name}`, name.replace(/^ال| /g, ""), latin(name).repeat(5),
    ]) {
      rows.push({ number: number(name), name: spelling, on: "" });
    }
  }
  const file = path.join(folder, "scripts.csv");
  writeFileSync(file, withColumns(rows));
  const page = await open(t);
  await page.goto("/roster.html");
  const browser = (await answersOf(page, file)).toString().split("\r\n");
  const command = commandAnswers(file).toString().split("\r\n");
  assert.deepEqual(browser.filter((line) => !command.includes(line)).slice(0, 20), []);
  assert.deepEqual(browser, command);
  const { lines } = JSON.parse(commandAnswers(file, "--json"));
  const seen = {};
  for (let i = 0; i < lines.length; i += 1000) {
    const part = lines.slice(i, i + 1000);
    const response = await page.request.post(`${site.origin}/api/v1/verify`, { data: { checks: part.map(({ check }) => check) } });
    const { answers } = await response.json();
    answers.forEach(({ name_match: match }, n) => {
      assert.equal(match, part[n].name_match, part[n].check.name);
      seen[match] = (seen[match] ?? 0) + 1;
    });
  }
  t.diagnostic(JSON.stringify(seen));
  for (const match of ["close", "different", "exact"]) assert.ok(seen[match] >= 100, `${match}: ${seen[match]}`);
});

test("where the spellings cannot be had, a name in another script is not called different", async (t) => {
  let down = true;
  const host = await serveFiles(site.out, (name) => (down && name.startsWith("/assets/alphabet.") ? { status: 500, headers: {} } : null));
  t.after(host.close);
  const page = await open(t, { origin: host.origin, absent: /\/assets\/alphabet\./ });
  await page.goto("/roster.html");
  await page.locator("#list-text").fill(`number,name\n${who.chinese.number},Ouyang Yuchen\n${who.active.number},Somebody Else\n${who.hebrew.number},${who.hebrew.name}`);
  await page.locator('[data-step="list"] button').click();
  await page.locator('[data-step="columns"] button[type="submit"]').click();
  const row = (person) => page.locator(".answers tbody tr").filter({ hasText: person.number });
  await row(who.chinese).filter({ hasText: "Not confirmed" }).waitFor();
  await row(who.active).filter({ hasText: "Other name" }).waitFor();
  down = false;
  await page.locator("[data-again]").click();
  await row(who.chinese).filter({ hasText: "Name nearly the same" }).waitFor();
});

/** Takes a picture of the whole page. */
const shot = (page, name) => page.screenshot({ path: new URL(`shots/${name}.png`, import.meta.url).pathname, fullPage: true });

const staff = [
  "Apellidos;Nombre;Número de certificación;Turno",
  `Hargreaves;Rosalind;${who.active.number};1`,
  `Przybyszewski;Casimir;#mpss-${who.revoked.number.slice(4)};2`,
  `Núñez;Ximena;${who.lapsed.number};1`,
  `Kealoha;Leilani;${who.investigated.number};3`,
  "Nadie;;MPSS9999999;1",
  "Nobody;At all;MPSS12;1",
  `Achterberg;Winifred;${who.unavailable.number};2`,
].join("\r\n");

for (const [code, prefix] of [["en", ""], ["es", "/es"]]) {
  test(`a person pastes a list, sees what needs attention first, filters and prints (${code})`, async (t) => {
    for (const [size, view, scheme] of [["phone", phone, "dark"], ["desktop", { width: 1280, height: 900 }, "light"]]) {
      const page = await open(t, { view, scheme });
      await page.goto(`${prefix}/roster.html`);
      await shot(page, `roster-${code}-${size}-1`);
      await page.locator("#list-text").fill(staff);
      await page.locator('[data-step="list"] button').click();
      const columns = page.locator('[data-step="columns"]');
      assert.deepEqual(await columns.locator("select").evaluateAll((all) => all.map((select) => select.value)), ["2", "-1", "1", "0", "-1"]);
      assert.ok(await page.locator("#list-header").isChecked());
      await shot(page, `roster-${code}-${size}-2`);
      await columns.locator('button[type="submit"]').click();
      const rows = page.locator(".answers tbody tr");
      await rows.first().waitFor();
      assert.equal(await rows.count(), 7);
      const first = (await rows.evaluateAll((all) => all.map((row) => row.querySelector("[data-cell=line]").textContent))).join(" ");
      assert.equal(first, "3 4 6 8 7 5 2", "by what needs attention");
      assert.equal(await page.evaluate(() => document.activeElement.id), "step-answers");
      await shot(page, `roster-${code}-${size}-3`);
      assert.deepEqual(await violations(page), []);
      assert.equal(await page.evaluate(() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth), 0, "no wider than the window");
      await page.locator("#show").selectOption("not-valid");
      assert.equal(await rows.count(), 2);
      await page.locator("#show").selectOption("fine");
      assert.equal(await rows.count(), 1);
      await page.locator("#show").selectOption("");
      await page.emulateMedia({ media: "print" });
      await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
      assert.match(await page.locator("[data-when]").innerText(), new RegExp(host.origin));
      const address = await page.locator('link[rel="canonical"]').getAttribute("href");
      assert.equal(await readCode(site.browser, await page.locator(".code [role=img]").screenshot()), address, "the code on paper");
      await shot(page, `roster-${code}-${size}-print`);
      await page.emulateMedia({ media: "screen" });
      await page.locator('[data-step="answers"] [data-back]').click();
      assert.equal(await page.locator("#list-text").inputValue(), "", "nothing is kept");
    }
  });
}

test("what is no list is said to be none, and columns can be chosen", async (t) => {
  const page = await open(t, { view: phone });
  await page.goto("/roster.html");
  const error = page.locator("#list-error");
  const give = (name, body) => page.locator("#list-file").setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(body) });
  for (const [body, said] of [
    ["PK\x03\x04", /not CSV/],
    ["\x89PNG\0\0\0", /not text/],
    ['number\n"1\n2', /Line 2 opens a quotation mark/],
    ["", /empty/],
    ["number\n" + "1\n".repeat(10_002), /more than 10,000 lines/],
  ]) {
    await give("list.csv", body);
    await error.filter({ hasText: said }).waitFor();
  }
  await give("list.csv", Buffer.from(`Badge,Who\n${who.lapsed.number},Ximena N\xfa\xf1ez\n`, "latin1"));
  await page.locator("[data-was-read]").filter({ hasText: "windows-1252" }).waitFor();
  await page.locator('[data-step="columns"] .error').filter({ hasText: "which column" }).waitFor(); // at once
  await page.locator("#list-header").uncheck();
  await page.locator("#column-number").selectOption("-1");
  await page.locator('[data-step="columns"] button[type="submit"]').click();
  await page.locator('[data-step="columns"] .error').filter({ hasText: "which column" }).waitFor();
  await page.locator("#list-header").check();
  await page.locator("#column-number").selectOption({ label: "Badge" });
  await page.locator("#column-name").selectOption({ label: "Who" });
  await page.locator('[data-step="columns"] button[type="submit"]').click();
  const row = page.locator(".answers tbody tr");
  await row.first().waitFor();
  assert.equal(await row.count(), 1);
  assert.match(await row.innerText(), /Ximena Núñez/);
});

test("a registry that is asked too much is left alone, and what is missing can be asked for again", async (t) => {
  let busy = true;
  const asked = [];
  const host = await serveFiles(site.out, (name) => {
    if (!/^\/verify\/.*json$/.test(name)) return null;
    asked.push(name);
    return busy ? { status: 429, headers: { "Retry-After": "3600" } } : null;
  });
  t.after(host.close);
  const page = await open(t, { origin: host.origin });
  await page.goto("/roster.html");
  await page.locator("#list-text").fill(Object.values(who).map(({ number }) => number).join("\n"));
  await page.locator('[data-step="list"] button').click();
  await page.locator('[data-step="columns"] button[type="submit"]').click();
  const rows = page.locator(".answers tbody tr");
  await rows.first().waitFor();
  assert.equal(await rows.filter({ hasText: "Not confirmed" }).count(), Object.keys(who).length);
  assert.ok(asked.length <= 6, `${asked.length} questions to a registry that had enough`);
  busy = false;
  await page.locator("[data-again]").click();
  await rows.filter({ hasText: "Revoked" }).first().waitFor();
  assert.equal(await rows.filter({ hasText: "Not confirmed" }).count(), 0);
  assert.ok(await page.locator("[data-again]").isHidden());
});

test("out of date is not confirmed, and what is shown runs out by itself", async (t) => {
  const page = await open(t, { clock: new Date(now.getTime() + 3 * 24 * 60 * 60 * 1000) });
  await page.goto("/roster.html");
  await page.locator("#list-text").fill(`${who.active.number}\nMPSS9999999`);
  await page.locator('[data-step="list"] button').click();
  await page.locator('[data-step="columns"] button[type="submit"]').click();
  const rows = page.locator(".answers tbody tr");
  await rows.first().waitFor();
  assert.equal(await rows.filter({ hasText: "Not confirmed" }).count(), 2);

  await page.clock.setFixedTime(now);
  await page.locator("[data-again]").click();
  await rows.filter({ hasText: "Active" }).first().waitFor();
  await page.clock.setFixedTime(new Date(now.getTime() + 3 * 24 * 60 * 60 * 1000));
  await page.evaluate(() => dispatchEvent(new Event("focus")));
  assert.equal(await rows.filter({ hasText: "Active" }).locator("visible=true").filter({ hasText: "Active" }).locator('[data-claim="word"]:visible').count(), 0, "no claim is left");
});

test("without script the page says what else can be done", async (t) => {
  const page = await open(t, { js: false, view: phone });
  await page.goto("/roster.html");
  assert.ok(await page.locator("noscript .notice").isVisible());
  assert.ok(await page.getByText("registry verify --roster").isVisible());
  assert.ok(await page.locator("[data-roster]").isHidden());
});

test("a thousand lines from files", async (t) => {
  const numbers = [];
  for (const line of readFileSync(path.join(folder, "records.ndjson"), "utf8").trim().split("\n")) {
    const { number, legal_name: name } = JSON.parse(line);
    numbers.push({ number, name, on: "" });
  }
  // The site is small: the lines that it has no file for are answered as quickly.
  while (numbers.length < 1000) numbers.push({ number: `MPSS${7_000_000 + numbers.length}`, name: "Some One", on: "" });
  const page = await openPlain(`${host.origin}/roster.html`);
  t.after(page.close);
  const { took, rows } = await page.evaluate(`(async () => {
    const step = (name) => document.querySelector('[data-step="' + name + '"]');
    document.querySelector("#list-text").value = ${JSON.stringify(withColumns(numbers.slice(0, 1000)))};
    step("list").querySelector("button").click();
    while (step("columns").hidden) await new Promise((later) => setTimeout(later, 20));
    const began = performance.now();
    step("columns").querySelector("button[type=submit]").click();
    const rows = document.querySelector(".answers tbody").rows;
    await new Promise((done) => new MutationObserver(done).observe(document.querySelector(".answers tbody"), { childList: true }));
    step("answers").getBoundingClientRect(); // laid out
    return { took: performance.now() - began, rows: rows.length };
  })()`);
  assert.equal(rows, 200);
  t.diagnostic(`1,000 lines: ${(took / 1000).toFixed(2)} s, of ${availableParallelism()} cores with a load of ${loadavg()[0].toFixed(1)}`);
});
