// "Was it valid on that day?": the page that answers without script and the script that answers from the
// record's file say the same, word for word, of every kind of record and at every edge of its history.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { dayAfter } from "./records.mjs";
import { openSite, phone } from "./site.mjs";

const site = await openSite();
after(() => site.close());
const { who, now } = site;

const files = readdirSync(path.join(site.out, "verify")).filter((name) => name.endsWith(".json"));
const records = files.map((name) => JSON.parse(readFileSync(path.join(site.out, "verify", name), "utf8")));

/** The days at which an answer can change, and those beside them, up to today. */
function edges(record) {
  const days = new Set();
  for (const { from, until } of record.history) {
    for (const at of [from, until].filter(Boolean)) {
      for (const step of [-1, 0, 1]) days.add(dayAfter(new Date(at), step));
    }
  }
  days.add("2019-12-31").add(dayAfter(now, 0)).add(dayAfter(now, -400));
  return [...days].filter((day) => day <= dayAfter(now, 0));
}

for (const language of ["en", "es"]) {
  test(`page and script say the same of a day, in ${language}`, async (t) => {
    const prefix = language === "en" ? "" : "/es";
    const page = await site.page(t, { view: phone });
    await page.goto(prefix + "/day.html");
    const chosen = records.filter((_, i) => i % (language === "en" ? 3 : 12) === 0);
    const questions = chosen.flatMap((record) => edges(record).map((day) => [record.number, day]));
    const differences = await page.evaluate(async ([prefix, questions]) => {
      const words = (root) => root.textContent.replace(/\s+/g, " ").trim();
      const result = document.querySelector("[data-result]");
      const wrong = [];
      for (const [number, on] of questions) {
        const query = new URLSearchParams({ number, on });
        const html = await (await fetch(`${prefix}/verify?${query}`)).text();
        const api = await (await fetch(`/api/v1/verify/${number}?on=${on}`)).json();
        const wanted = new DOMParser().parseFromString(html, "text/html").querySelector("[data-reason]");
        const answered = new Promise((done) => {
          const watch = new MutationObserver(() => {
            watch.disconnect();
            done();
          });
          watch.observe(result, { childList: true });
        });
        location.hash = query;
        await answered;
        const got = result.querySelector("[data-reason]");
        const facts = [got, wanted].map((el) => `${el.dataset.status} ${el.dataset.reason}`);
        facts.push(`${api.on.status} ${api.on.reason}`);
        if (new Set(facts).size > 1 || words(got) !== words(wanted)) wrong.push([number, on, ...facts, words(got), words(wanted)]);
        if (wrong.length > 5) break;
      }
      return wrong;
    }, [prefix, questions]);
    assert.deepEqual(differences, []);
    t.diagnostic(`${questions.length} questions about ${chosen.length} records`);
  });
}

test("the form on a record page asks, with script and without", async (t) => {
  const day = dayAfter(now, -120);
  for (const js of [true, false]) {
    const page = await site.page(t, { js, view: phone });
    await page.goto(`/verify/${who.reversed.number}.html`);
    await page.locator("#on").fill(day);
    await page.locator("form:has(#on) button").click();
    await page.waitForURL(js ? /day\.html#/ : /verify\?number=/);
    const answer = page.locator("[data-reason]");
    await answer.waitFor();
    assert.equal(await answer.getAttribute("data-reason"), "revocation");
    assert.match(await answer.innerText(), /not valid.*revoked/i);
    await page.screenshot({ path: new URL(`shots/day-${js ? "script" : "plain"}.png`, import.meta.url).pathname, fullPage: true });
  }
});

test("what cannot be answered is said in words", async (t) => {
  const page = await site.page(t, { absent: /MPSS9999999\.json$/ });
  const ask = async (number, on) => {
    await page.goto("/index.html");
    await page.goto("/day.html#" + new URLSearchParams({ number, on }));
  };
  for (const [number, on, input, words] of [
    ["hello", dayAfter(now, -1), "#of", /not a certification number/i],
    [who.active.number, "2025-02-29", "#on", /day of the calendar/i],
    [who.active.number, dayAfter(now, 1), "#on", /not begun/i],
  ]) {
    await ask(number, on);
    assert.match(await page.locator("#day-error").innerText(), words);
    assert.equal(await page.locator(input).getAttribute("aria-invalid"), "true");
    assert.equal(await page.locator("[data-result] *").count(), 0);
  }
  await ask("MPSS9999999", dayAfter(now, -1));
  await page.locator('[data-reason="never"]').waitFor();
  assert.match(await page.locator("[data-result]").innerText(), /No certification has the number MPSS9999999/);
  await page.route("**/verify/*.json", (route) => route.abort());
  await ask(who.active.number, dayAfter(now, -1));
  await page.locator('[data-reason="unconfirmed"]').waitFor();
});

test("a record that is out of date gives no answer, and an answer runs out", async (t) => {
  const late = await site.page(t, { clock: new Date(now.getTime() + 3 * 24 * 60 * 60 * 1000) });
  await late.goto(`/day.html#number=${who.active.number}&on=${dayAfter(now, -1)}`);
  await late.locator('[data-reason="unconfirmed"]').waitFor();

  const page = await site.page(t);
  await page.clock.install({ time: now });
  await page.goto(`/day.html#number=${who.active.number}&on=${dayAfter(now, -1)}`);
  await page.locator('[data-reason="in-term"]').waitFor();
  await page.clock.fastForward("30:00:00");
  await page.locator(".banner.covered").waitFor();
  assert.match(await page.locator("[data-result]").innerText(), /not confirmed/i);
  assert.ok(!/was valid/i.test(await page.locator("[data-result]").innerText()));
});
