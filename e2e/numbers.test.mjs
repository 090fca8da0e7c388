// The script reads certification numbers by rules of its own, so that a number goes to its page where there is
// nothing but files. They are held against the registry's reader: thousands of texts, one answer.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { openSite } from "./site.mjs";

const site = await openSite();
after(() => site.close());
const numbers = Object.values(site.who).map((person) => person.number);

/** A generator of numbers from 0 to below 1 that gives the same ones each time (mulberry32). */
function seeded(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Texts that are numbers, nearly numbers, and nothing of the kind. */
function texts(count) {
  const random = seeded(20261122);
  const below = (n) => Math.floor(random() * n);
  const pick = (list) => list[below(list.length)];
  const code = (c) => String.fromCodePoint(c);
  // The zeros of scripts: ASCII, full width, Arabic, Persian, Devanagari, Bengali, Thai, Tibetan, Khmer, mathematical bold, Adlam.
  const zeros = [0x30, 0xff10, 0x660, 0x6f0, 0x966, 0x9e6, 0xe50, 0xf20, 0x17e0, 0x1d7ce, 0x1d7d8, 0x1e950];
  const separators = [..." -#_\t\n\r\v\f", ...[0x85, 0xa0, 0x1680, 0x2002, 0x2009, 0x2028, 0x202f, 0x205f, 0x3000, 0x2010, 0x2013, 0x2014, 0x2212, 0x301c, 0xfe58, 0xff0d, 0xff03, 0xfe5f, 0xad, 0x200b, 0x200e, 0x202e, 0x2060, 0xfeff, 0x61c, 0x180e].map(code)];
  const others = [..."/.,:;@[`{xXoOlI", ...[0x0, 0x7, 0x2070, 0x2460, 0x2160, 0x4e09, 0xbd, 0xff21, 0xff3b, 0xff4d, 0xff5b, 0x1f600, 0x5c0, 0x300, 0xfffd, 0xe000, 0xd7ff, 0x10ffff].map(code), "\ud800", "\udc00"];
  const digits = (text) => {
    const zero = random() < 0.7 ? 0x30 : pick(zeros);
    return [...text].map((d) => code((random() < 0.03 ? pick(zeros) : zero) + Number(d)));
  };
  const letters = (text) => [...text].map((c) => {
    if (random() < 0.3) c = c.toLowerCase();
    return random() < 0.1 ? code(c.codePointAt(0) + 0xfee0) : c;
  });
  const list = ["", " ", "MPSS", "MPSSMPSS123456", "PSS123456", "MPSS123456\u0000", "#".repeat(300) + "123456", "\u2014".repeat(83) + "1234567", "\u2014".repeat(84) + "123456", "MPSS" + "1".repeat(250)];
  while (list.length < count) {
    const number = random() < 0.5 ? pick(numbers).slice(4) : String(10 ** below(12) + below(1e6));
    const parts = [...letters(pick(["MPSS", "MPSS", "", "", "MPS", "MPSSS", "CMPSS"])), ...digits(number)];
    for (let n = below(5); n > 0; n--) parts.splice(below(parts.length + 1), 0, pick(separators));
    const mistake = random();
    if (mistake < 0.1) parts.splice(below(parts.length + 1), 0, pick(others));
    else if (mistake < 0.15) parts.splice(below(parts.length + 1), 0, code(below(0x3000)));
    else if (mistake < 0.2) parts.splice(below(parts.length), 1);
    list.push(parts.join(""));
  }
  return list;
}

test("script and registry read the same texts as the same numbers", async (t) => {
  const page = await site.page(t);
  await page.goto("/index.html");
  const typed = texts(4000);

  const assets = path.join(site.out, "assets");
  const script = readFileSync(path.join(assets, readdirSync(assets).find((name) => /^page\..*\.js$/.test(name))), "utf8");
  // The published script, in this browser, with a form in place of the page's.
  const read = await page.evaluate(`((typed) => {
    let submit, went;
    const input = { value: "", addEventListener() {}, setAttribute() {}, focus() {} };
    const parts = { input, ".error": {}, "template[data-wrong]": { content: {} } };
    const form = {
      querySelector: (selector) => parts[selector],
      getAttribute: () => "/verify",
      addEventListener: (event, listener) => { submit = listener; },
    };
    const document = {
      querySelector: () => null,
      querySelectorAll: (selector) => (selector === "form[data-number-form]" ? [form] : []),
      addEventListener() {},
    };
    const location = { search: "", pathname: "/", assign: (to) => { went = to; } };
    const addEventListener = () => {};
    ${script}
    return typed.map((text) => {
      went = "";
      input.value = text;
      submit({ preventDefault() {} });
      return went.replace("/verify/", "").replace(".html", "");
    });
  })(${JSON.stringify(typed)})`);

  const answers = [];
  for (let i = 0; i < typed.length; i += 1000) {
    const checks = typed.slice(i, i + 1000).map((number) => ({ number }));
    const response = await page.request.post("/api/v1/verify", { data: { checks } });
    assert.equal(response.status(), 200, await response.text());
    answers.push(...(await response.json()).answers);
  }
  assert.equal(answers.length, typed.length);

  const differ = [];
  const seen = { malformed: 0, "never-issued": 0, issued: 0 };
  answers.forEach((answer, i) => {
    seen[answer.answer]++;
    const same =
      answer.answer === "issued" ? read[i] === answer.record.number
      : answer.answer === "malformed" ? read[i] === ""
      : read[i] !== "" && !numbers.includes(read[i]);
    if (!same) differ.push(`${JSON.stringify(typed[i])}: the script reads "${read[i]}", the registry says ${answer.answer} ${answer.record?.number ?? ""}`);
  });
  assert.deepEqual(differ, []);
  t.diagnostic(`${typed.length} texts: ${JSON.stringify(seen)}`);
  for (const [answer, count] of Object.entries(seen)) assert.ok(count > typed.length / 10, `${count} ${answer}`);
});
