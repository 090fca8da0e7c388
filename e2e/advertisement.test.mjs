// Is this advertisement right? With script and without it, and texts to copy where there is nothing but files.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openSite, phone } from "./site.mjs";

const site = await openSite();
after(() => site.close());
const { who } = site;
const shot = (name) => new URL(`shots/advertisement-${name}.png`, import.meta.url).pathname;

for (const js of [true, false]) {
  test(`an advertisement is checked line by line, ${js ? "with" : "without"} script`, async (t) => {
    const page = await site.page(t, { js, view: phone, absent: /\/advertisement$/ }); // 400 where nothing can be checked
    await page.goto("/advertisement.html");
    const check = async (text, number = "") => {
      await page.locator("#text").fill(text);
      await page.locator("#of").fill(number);
      await page.getByRole("main").getByRole("button").click();
    };
    await check(`Rosalind Hargreave\nCertified Peer Support Specialist, #${who.active.number}\nSpecialization: crisis care`);
    await page.locator(".verdict.wrong").waitFor();
    assert.deepEqual(await page.locator(".findings .broken .line").allInnerTexts(), [
      "Line 1: Rosalind Hargreave",
      `Line 2: Certified Peer Support Specialist, #${who.active.number}`,
      "Line 3: Specialization: crisis care",
    ]);
    await page.screenshot({ path: shot(js ? "script" : "plain"), fullPage: true });
    const [short, full] = await page.locator("[data-correct] pre").allInnerTexts();
    await check(full);
    await page.locator(".verdict.right").waitFor();
    await check(short);
    await page.locator(".verdict.right").waitFor();
    await check("Rosalind Hargreaves, CMPSS");
    await page.locator("#advertisement-error", { hasText: "no certification number" }).waitFor();
    assert.equal(await page.locator("#text").inputValue(), "Rosalind Hargreaves, CMPSS");
    await check(`<script>alert(1)</script> ${who.revoked.name}, active CMPSS`, who.revoked.number);
    await page.locator(".verdict.wrong").waitFor();
    assert.match(await page.locator(".findings").innerText(), /not valid, so it must not be advertised/);
    assert.equal(await page.locator("[data-correct]").isVisible(), false);
  });
}

test("a record page leads to texts to copy, without the handler, and they are those of the handler", async (t) => {
  for (const prefix of ["", "/es"]) {
    const page = await site.page(t);
    for (const kind of ["active", "renewed", "markup", "rightToLeft"]) {
      const { number } = who[kind];
      const answer = await page.request.post("/api/v1/advertisement", { data: { number, text: "x" } });
      const { correct } = await answer.json();
      await page.goto(`${prefix}/verify/${number}.html`);
      await page.locator('a[href*="advertisement.html"]').click();
      await page.locator("[data-correct] pre").first().waitFor();
      assert.deepEqual(await page.locator("[data-correct] pre").allTextContents(), correct, kind);
    }
    await page.goto(`${prefix}/verify/${who.lapsed.number}.html`);
    assert.equal(await page.locator('a[href*="advertisement.html"]').count(), 0, "a certification that is not valid");
  }
});

test("without the handler the page says so", async (t) => {
  const page = await site.page(t);
  await page.goto("/advertisement.html");
  await page.route("**/advertisement", (route) => route.abort());
  await page.locator("#text").fill("Jane Doe");
  await page.getByRole("main").getByRole("button").click();
  await page.getByText("could not be reached").waitFor();
});
