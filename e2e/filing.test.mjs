// An answer for the files: one sheet, whose code a reader reads as the address of the page.

import AxeBuilder from "@axe-core/playwright";
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { readCode } from "./code.mjs";
import { dayAfter } from "./records.mjs";
import { openSite, phone } from "./site.mjs";

const site = await openSite();
after(() => site.close());
const { who, now } = site;

for (const [code, prefix] of [["en", ""], ["es", "/es"]]) {
  test(`an answer for the files, from the record's page to the printed sheet (${code})`, async (t) => {
    const person = who.reversed;
    for (const [size, view, scheme] of [["phone", phone, "dark"], ["desktop", { width: 1280, height: 900 }, "light"]]) {
      const page = await site.page(t, { js: false, view, scheme });
      await page.goto(`${prefix}/verify/${person.number}.html`);
      await page.locator('a[href*="verify/print"]').click();
      await page.locator("#file-name").fill("Vandersloot, Philippa");
      await page.locator("#file-on").fill(dayAfter(now, -120));
      await page.locator("form:has(#file-name) button").click();
      const sheet = page.locator(".sheet");
      await sheet.waitFor();
      const said = await page.locator("article").innerText();
      for (const part of [person.number, person.name, "Vandersloot, Philippa"]) assert.ok(said.includes(part), part);
      assert.match(await page.locator("h1").innerText(), code === "en" ? /^On .* was not valid: it was revoked/ : /revocada/, "the answer to what was asked");
      assert.match(said, code === "en" ? /Status now\s+Active/ : /Estado actual\s+Activa/);
      assert.match(said, code === "en" ? /Nearly the same/ : /Casi el mismo/);
      assert.equal(await page.locator("article > .notice").count(), 0);
      const address = await sheet.locator("a").innerText();
      assert.ok(address.endsWith(`${prefix}/verify/${person.number}.html`), address);
      assert.equal(await readCode(site.browser, await page.locator("figure [role=img]").screenshot()), address, `${size}, ${scheme}`);
      await page.screenshot({ path: new URL(`shots/filing-${code}-${size}.png`, import.meta.url).pathname, fullPage: true });
      if (size === "phone") {
        assert.equal(await page.evaluate(() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth), 0, "no wider than the window");
        continue;
      }
      await page.emulateMedia({ media: "print" });
      await page.screenshot({ path: new URL(`shots/filing-${code}-print.png`, import.meta.url).pathname, fullPage: true });
      assert.equal(await readCode(site.browser, await page.locator("figure [role=img]").screenshot()), address, "on paper");
    }
    const page = await site.page(t, { view: phone });
    await page.goto(`${prefix}/verify/print?number=${person.number}&name=x`);
    assert.match(await page.locator("article > .notice").innerText(), code === "en" ? /“x”, is not the name on record/ : /«x», no es el que consta/);
    const found = await new AxeBuilder({ page }).setLegacyMode().withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]).analyze();
    assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 160)).join(" | ")}`), []);
  });
}

test("a day that cannot be answered is asked for again, and no status stands beside it", async (t) => {
  const page = await site.page(t, { js: false, view: phone });
  for (const [day, said] of [["2024-02-30", "day of the calendar"], [dayAfter(now, 2), "not begun yet"], ["x".repeat(500), "day of the calendar"]]) {
    const response = await page.goto(`/verify/print?number=${who.suspended.number}&name=Anneliese&on=${day}`);
    assert.equal(response.status(), 400);
    assert.match(await page.locator("#file-on-error").innerText(), new RegExp(said));
    assert.equal(await page.locator(".banner, [data-status], .sheet, figure").count(), 0, "no answer");
    assert.equal(await page.locator("#file-name").inputValue(), "Anneliese");
  }
  await page.locator("#file-on").fill(dayAfter(now, -40));
  await page.locator("form:has(#file-name) button").click();
  assert.match(await page.locator("h1").innerText(), /was valid/);
  assert.match(await page.locator(".sheet").innerText(), /Status now\s+Suspended/);
});

test("the code for a card opens the page of its number", async (t) => {
  const page = await site.page(t, { view: { width: 200, height: 200 } });
  const response = await page.goto(`/qr/${who.active.number}.svg`);
  assert.equal(response.status(), 200);
  assert.match(response.headers()["content-type"], /^image\/svg\+xml/);
  const text = await readCode(site.browser, await page.screenshot());
  assert.match(text, new RegExp(`^https?://.*/verify/${who.active.number}\\.html$`));
});
