// The same files on a host that has nothing but files, as a CDN does: what is missing gets 404.html, and what the
// query handler would answer is answered by the page's script or not at all.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { serveFiles } from "./host.mjs";
import { openSite, phone } from "./site.mjs";

const site = await openSite();
const host = await serveFiles(site.out);
const { origin } = host;
after(async () => {
  await host.close();
  await site.close();
});

const { active, lapsed } = site.who;
const open = (t, options) => site.page(t, { view: phone, origin, ...options });
const pathOf = (page) => new URL(page.url()).pathname;
const heading = (page) => page.getByRole("heading", { level: 1 });
const number = (page) => page.getByRole("main").getByRole("textbox", { name: /number|número/i });

for (const [code, prefix] of [["en", ""], ["es", "/es"]]) {
  test(`a number goes straight to its page (${code})`, async (t) => {
    const page = await open(t);
    await page.goto(`${prefix}/index.html`);
    await number(page).fill(` mpss-${lapsed.number.slice(4)} `);
    await Promise.all([page.waitForEvent("load"), number(page).press("Enter")]);
    assert.equal(pathOf(page), `${prefix}/verify/${lapsed.number}.html`);
    await page.locator('[data-status="lapsed"]').waitFor();
  });

  test(`a number that was never issued is answered as that, in the language it was asked in (${code})`, async (t) => {
    const page = await open(t);
    await page.goto(`${prefix}/index.html`);
    await number(page).fill("999 999 999");
    await number(page).press("Enter");
    await page.getByRole("heading", { level: 1, name: "MPSS999999999" }).waitFor();
    assert.equal(await page.locator("html").getAttribute("lang"), code);
    assert.equal(await heading(page).count(), 1);
    assert.equal(await number(page).inputValue(), "MPSS999999999", "it can be corrected");
    assert.match(await page.title(), /MPSS999999999/);
    assert.ok((await page.locator('a[href^="tel:"]').count()) > 0);
    assert.equal(await page.locator("main a").filter({ hasText: "MPSS999999999" }).count(), 0, "no link that leads back here");
  });
}

for (const [what, typed] of [
  ["a trailing slash", `/verify/${active.number}/`],
  ["a trailing slash after the ending", `/verify/${active.number}.html/`],
  ["no ending", `/verify/${active.number}`],
  ["small letters", `/verify/${active.number.toLowerCase()}.html`],
  ["a hyphen and a space", `/verify/MPSS-${active.number.slice(4, 7)}%20${active.number.slice(7)}`],
  ["the wrong folder", `/${active.number}`],
  ["the address of the query handler", `/verify?number=${active.number}`],
]) {
  test(`an address with ${what} leads to the page of the number`, async (t) => {
    const page = await open(t);
    const response = await page.goto(typed);
    assert.equal(response.status(), 404);
    await Promise.all([page.waitForEvent("load"), page.getByRole("main").getByRole("link", { name: active.number }).click()]);
    await page.locator('[data-status="active"]').waitFor();
  });
}

for (const typed of ["/no/such/page.html", "/verify/MPSS12.html", "/%E0%A4%A", "/verify/%3Cimg%20src=x%20onerror=alert(1)%3E.html", "/guidance/feees.html", "/?asked=x/404"]) {
  test(`an address that means nothing gets a plain answer: ${typed}`, async (t) => {
    const page = await open(t);
    await page.goto(typed);
    assert.equal(await page.locator("main .notice").count(), 0);
    assert.equal(await page.locator('img[src="x"]').count(), 0);
  });
}

test("a name cannot be searched for, and the form says so", async (t) => {
  const page = await open(t, { absent: /\/api\/v1\/suggest/ });
  await page.goto("/index.html");
  const name = page.getByRole("main").getByRole("combobox", { name: "Name" });
  await name.pressSequentially("rosalind");
  await name.press("Enter");
  await page.getByRole("alert").filter({ hasText: "Searching by name is not possible at this moment." }).waitFor();
  assert.equal(pathOf(page), "/index.html");
  assert.equal(await page.getByRole("option").count(), 0);
  await number(page).fill(active.number);
  await Promise.all([page.waitForURL(`**/verify/${active.number}.html`), number(page).press("Enter")]);
});

for (const [code, prefix] of [["en", ""], ["es", "/es"]]) {
  test(`without script a search by name says that it is not possible, and how a number is looked up (${code})`, async (t) => {
    const page = await open(t, { js: false });
    for (const from of ["/index.html", `/verify/${active.number}.html`, "/guidance/index.html", "/404.html"]) {
      await page.goto(prefix + from);
      const form = page.locator('form[role="search"]').first();
      if (!(await form.count())) continue;
      await form.locator("#q").fill("rosalind");
      const [response] = await Promise.all([page.waitForNavigation(), form.locator("button").click()]);
      assert.equal(response.status(), 200, from);
      assert.equal(pathOf(page), `${prefix}/search/index.html`);
      assert.match(await heading(page).innerText(), code === "en" ? /Searching by name is not possible/ : /no es posible buscar por nombre/);
      assert.match(await page.locator("main").innerText(), /\/verify\/MPSS123456\.html/);
      assert.ok(await number(page).isVisible());
      assert.equal(await page.locator('meta[name="robots"]').getAttribute("content"), "noindex, noarchive");
    }
  });
}

test("where nobody makes an answer for the files, the page says what to print", async (t) => {
  for (const js of [true, false]) {
    const page = await open(t, { js });
    await page.goto(`/es/verify/${active.number}.html`);
    await Promise.all([page.waitForEvent("load"), page.locator('a[href*="verify/print"]').click()]);
    assert.match(await heading(page).innerText(), /no se puede preparar/);
    assert.match(await page.locator(".lead").innerText(), /Imprima en su lugar/);
    if (!js) continue;
    await Promise.all([page.waitForEvent("load"), page.getByRole("main").getByRole("link", { name: active.number }).click()]);
    assert.equal(pathOf(page), `/es/verify/${active.number}.html`);
  }
});

test("a number that was sent to the search leads to its page", async (t) => {
  const page = await open(t);
  await page.goto(`/search/index.html?q=${active.number}`);
  await Promise.all([page.waitForEvent("load"), page.getByRole("main").getByRole("link", { name: active.number }).click()]);
  await page.locator('[data-status="active"]').waitFor();
});

test("without script the page for what is missing helps too, in both languages", async (t) => {
  const page = await open(t, { js: false });
  const response = await page.goto(`/es/verify/MPSS999999999.html`);
  assert.equal(response.status(), 404);
  assert.ok(await number(page).isVisible());
  await Promise.all([page.waitForEvent("load"), page.getByRole("main").locator('a[hreflang="es"]').click()]);
  assert.equal(await page.locator("html").getAttribute("lang"), "es");
  assert.ok(await number(page).isVisible());
});

test("a tool says that nobody answers, and where its figures are", async (t) => {
  const page = await open(t, { absent: /tools\/sanction\?/ });
  await page.goto("/tools/sanction.html");
  await page.locator("#code").selectOption("H10");
  await page.locator("[data-tool-form] button").click();
  const down = page.locator("[data-answer] .faults");
  await down.waitFor();
  await Promise.all([page.waitForEvent("load"), down.getByRole("link").click()]);
  assert.equal(pathOf(page), "/guidance/violation-guidelines.html");
});
