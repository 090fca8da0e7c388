// The tools that do the arithmetic of the guidance: with script the answer comes on the page, without it on a page of
// its own, and where nobody answers the page says so.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openSite, phone } from "./site.mjs";

const site = await openSite();
after(() => site.close());

/** A day so many years and days from today, as YYYY-MM-DD. */
const day = (years, days = 0) => {
  const d = new Date(site.now);
  return new Date(Date.UTC(d.getUTCFullYear() + years, d.getUTCMonth(), d.getUTCDate() + days)).toISOString().slice(0, 10);
};
const answer = (page) => page.locator("#answer");
const pathOf = (page) => new URL(page.url()).pathname;

const questions = [
  ["standing", async (page) => page.locator("#expires").fill(day(0, -30)), /Lapsed since|Caducada desde/],
  ["cost", async (page) => page.locator("#path").selectOption("expired-exam"), /\$280/],
  ["sanction", async (page) => page.locator("#code").selectOption("H10"), /^H10: /],
  [
    "course",
    async (page) => {
      await page.locator("#provider").selectOption("county");
      await page.locator("#subject").selectOption("law-ethics");
      for (const yes of ["before", "period", "scope", "proof"]) await page.locator(`#${yes}-yes`).check();
      for (const no of ["repeated", "sanction"]) await page.locator(`#${no}-no`).check();
      await page.locator("#hours").fill("8");
      await page.locator("#breaks").fill("1.5");
    },
    /Part of it counts|Cuenta una parte/,
  ],
];

for (const [tool, fill, want] of questions) {
  for (const prefix of ["", "/es"]) {
    test(`${prefix}/tools/${tool} answers on the page with script, and on a page of its own without`, async (t) => {
      let told;
      for (const js of [true, false]) {
        const page = await site.page(t, { view: phone, js });
        await page.goto(`${prefix}/tools/${tool}.html`);
        await fill(page);
        await page.locator("[data-tool-form] button").click();
        await answer(page).waitFor();
        assert.match((await answer(page).textContent()).trim(), want);
        assert.equal(pathOf(page), `${prefix}/tools/${tool}${js ? ".html" : ""}`);
        // It is the same answer.
        const text = await page.locator("[data-answer]").innerText();
        told ??= text;
        assert.equal(text, told);
        if (js) {
          assert.equal(await page.locator("[data-answer]").getAttribute("aria-live"), "polite");
          assert.ok(await answer(page).evaluate((el) => el.getBoundingClientRect().top < innerHeight), "it is in view");
        }
      }
    });
  }
}

for (const js of [true, false]) {
  test(`what is wrong is said at the top and beside the field (${js ? "with" : "without"} script)`, async (t) => {
    const page = await site.page(t, { view: phone, js, absent: /tools\/course\?/ });
    await page.goto(js ? "/tools/course.html" : "/tools/course?hours=six&before=yes&period=yes");
    if (js) {
      // Browsers hold a form with an empty field back; one that was filled wrongly goes out.
      await questions[3][1](page);
      await page.locator("#hours").fill("six");
      await page.locator("#breaks").fill("");
      await page.locator("[data-tool-form] button").click();
    }
    const link = page.locator("#faults a[href='#hours']");
    await link.waitFor();
    if (js) assert.equal(await page.evaluate(() => document.activeElement.id), "faults", "it is read out");
    await link.click();
    assert.equal(await page.evaluate(() => document.activeElement.id), "hours");
    assert.equal(await page.locator("#hours").inputValue(), "six", "what was typed can be mended");
    assert.equal(await page.locator("#hours").getAttribute("aria-invalid"), "true");
    assert.match(await page.locator("#hours-error").textContent(), /number/);
    assert.ok(await page.locator("#period-yes").isChecked());
    await page.locator("#hours").fill("6");
    if (js) {
      await page.locator("[data-tool-form] button").click();
      await answer(page).waitFor();
      assert.equal(await page.locator("#faults").count(), 0);
    }
  });
}

test("where nobody answers the page says so, and where the figures are", async (t) => {
  const page = await site.page(t, { view: phone });
  await page.goto("/es/tools/cost.html");
  await page.route("**/tools/cost?*", (route) => route.abort());
  await page.locator("#path").selectOption("first");
  await page.locator("[data-tool-form] button").click();
  const down = page.locator("[data-answer] .faults");
  await down.waitFor();
  assert.match(await down.textContent(), /No llegó respuesta/);
  assert.equal(await down.getByRole("link").getAttribute("href"), "/es/guidance/fees.html");
  assert.equal(await page.locator("#path").inputValue(), "first", "what was chosen is still there");
  await page.unroute("**/tools/cost?*");
  await page.locator("[data-tool-form] button").click();
  await answer(page).waitFor();
  assert.equal(await down.count(), 0);
});

test("an answer that comes late does not replace a later one", async (t) => {
  const page = await site.page(t);
  await page.goto("/tools/cost.html");
  let release;
  const held = new Promise((done) => (release = done));
  await page.route("**/tools/cost?path=first", async (route) => {
    await held;
    await route.continue();
  });
  await page.locator("#path").selectOption("first");
  await page.locator("[data-tool-form] button").click();
  await page.locator("#path").selectOption("renew-late");
  await page.locator("[data-tool-form] button").click();
  await answer(page).filter({ hasText: "$130" }).waitFor();
  const late = page.waitForResponse("**/tools/cost?path=first");
  release();
  await (await late).finished();
  assert.match(await answer(page).textContent(), /\$130/);
});

test("the dates can be kept in a calendar", async (t) => {
  const page = await site.page(t, { js: false });
  await page.goto(`/es/tools/standing?expires=${day(0, 200)}`);
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("a[download]").click()]);
  assert.equal(download.suggestedFilename(), "dates.ics");
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  const calendar = Buffer.concat(chunks).toString("utf8");
  assert.match(calendar, /^BEGIN:VCALENDAR\r\n/);
  assert.equal(calendar.split("BEGIN:VEVENT").length - 1, await page.locator(".dates li").count());
});

test("the other language has the same answer", async (t) => {
  const page = await site.page(t, { js: false });
  await page.goto("/tools/sanction?code=K5");
  await page.locator('nav a[hreflang="es"]').first().click();
  assert.match(await answer(page).textContent(), /^K4\/5: No denunciar/);
  assert.equal(await page.locator("html").getAttribute("lang"), "es");
});

test("the tools are found from home, from the guidance and from the pages they belong to", async (t) => {
  const page = await site.page(t);
  for (const at of ["/index.html", "/guidance/index.html", "/guidance/fees.html", "/tools/index.html"]) {
    await page.goto(at);
    assert.ok((await page.locator('main a[href="/tools/cost.html"]').count()) > 0, at);
  }
});
