// The page of one record: what it answers, and that it stops answering when nobody vouches for it any more.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { statusOf } from "./records.mjs";
import { openSite, phone } from "./site.mjs";

const site = await openSite();
after(() => site.close());
const { who } = site;

const recordOf = async (page, person) => (await page.request.get(`/verify/${person.number}.json`)).json();
const covered = /not confirmed/i;

for (const [kind, status] of Object.entries(statusOf)) {
  test(`${kind}: the page opens with the answer`, async (t) => {
    const person = who[kind];
    const page = await site.page(t, { js: false, view: phone });
    await page.goto(`/verify/${person.number}.html`);
    const banner = page.locator("[data-status]");
    assert.equal(await banner.count(), 1);
    assert.equal(await banner.getAttribute("data-status"), status);
    const box = await banner.boundingBox();
    assert.ok(box.y < phone.height / 2, `the answer begins ${box.y} pixels down`);
    const main = await page.getByRole("main").innerText();
    const all = await page.locator("body").innerText();
    assert.ok(main.includes(person.number), "the number");
    if (status === "unavailable") {
      assert.ok(!all.includes(person.name), "no name beside a status that is unavailable");
    } else {
      assert.ok(main.includes(person.name), "the legal name");
      assert.match(main, new RegExp(status, "i"), "the status in words, not by colour alone");
    }
    assert.match(all, /sample/i, "a page of sample data says so");
    assert.match(await page.locator('meta[name="robots"]').getAttribute("content"), /noindex.*noarchive|noarchive.*noindex/);
    assert.ok((await page.locator('a[href^="tel:"]').count()) > 0, "who to call");
    assert.ok((await page.locator("time[datetime]").count()) > 0, "when it was confirmed");
  });
}

test("the page agrees with its JSON", async (t) => {
  const page = await site.page(t, { js: false });
  for (const [kind, status] of Object.entries(statusOf)) {
    const record = await recordOf(page, who[kind]);
    assert.equal(record.status, status, kind);
    assert.equal(record.valid, status === "active", kind);
  }
});

test("an investigation is shown beside the status with its caution", async (t) => {
  const page = await site.page(t, { js: false });
  await page.goto(`/verify/${who.investigated.number}.html`);
  const text = await page.getByRole("main").innerText();
  assert.match(text, /investigation/i);
  assert.match(text, /not a finding|has not been (found|decided|proven)|does not mean/i);
});

test("a name that is markup is shown as it is written", async (t) => {
  const page = await site.page(t);
  await page.goto(`/verify/${who.markup.number}.html`);
  assert.ok((await page.getByRole("main").innerText()).includes(who.markup.name));
  assert.equal(await page.locator("[onclick]").count(), 0);
  await page.goto("/search?q=" + encodeURIComponent(`"><img src=x onerror=alert(1)>`));
  assert.equal(await page.locator('img[src="x"]').count(), 0);
});

test("within its time the page is not covered", async (t) => {
  const page = await site.page(t, { clock: site.now });
  await page.goto(`/verify/${who.active.number}.html`);
  assert.equal(await page.getByText(covered).filter({ visible: true }).count(), 0);
});

for (const [what, person, instant] of [
  ["its reliance time", who.active, "next_update"],
  ["its own expiry", who.lastDay, "next_change"],
]) {
  test(`a page opened after ${what} covers its badge`, async (t) => {
    const page = await site.page(t);
    const record = await recordOf(page, person);
    await page.clock.setFixedTime(new Date(Date.parse(record[instant]) + 1000));
    await page.goto(`/verify/${person.number}.html`);
    await page.getByText(covered).filter({ visible: true }).first().waitFor();
    assert.ok((await page.locator('a[href^="tel:"]').filter({ visible: true }).count()) > 0);
  });

  test(`a page left open beyond ${what} covers its badge by itself`, async (t) => {
    const page = await site.page(t);
    const record = await recordOf(page, person);
    const end = Date.parse(record[instant]);
    await page.clock.install({ time: new Date(end - 2 * 60 * 60 * 1000) });
    await page.goto(`/verify/${person.number}.html`);
    assert.equal(await page.getByText(covered).filter({ visible: true }).count(), 0, "two hours before");
    await page.clock.fastForward(2 * 60 * 60 * 1000 + 90 * 1000);
    await page.getByText(covered).filter({ visible: true }).first().waitFor();
  });
}

test("past its time no claim about the status is left, and checking again brings it back", async (t) => {
  const page = await site.page(t);
  const record = await recordOf(page, who.suspended);
  await page.clock.setFixedTime(new Date(Date.parse(record.next_update) + 1000));
  await page.goto(`/verify/${who.suspended.number}.html`);
  await page.getByRole("heading", { level: 1, name: covered }).waitFor();
  const shown = await page.locator("article").evaluate((article) => {
    const copy = article.cloneNode(true);
    copy.querySelectorAll("[hidden], table").forEach((el) => el.remove()); // the history is of the past
    return copy.textContent;
  });
  assert.doesNotMatch(shown, /suspended|not valid/i);
  await page.clock.setFixedTime(site.now);
  await Promise.all([page.waitForEvent("load"), page.getByRole("link", { name: "Check again" }).click()]);
  assert.equal(await page.getByRole("heading", { level: 1, name: covered }).count(), 0);
  assert.match(await page.getByRole("heading", { level: 1 }).innerText(), /suspended/i);
});

test("search results past their time say so, each", async (t) => {
  const page = await site.page(t);
  const record = await recordOf(page, who.lapsed);
  await page.clock.setFixedTime(new Date(Date.parse(record.next_update) + 1000));
  await page.goto("/search?q=" + encodeURIComponent(who.lapsed.name));
  const result = page.getByRole("listitem").filter({ hasText: who.lapsed.number });
  await result.getByText(covered).waitFor();
  assert.doesNotMatch(await result.innerText(), /lapsed/i);
});

test("a device whose clock is days behind is told so, and the page is not covered", async (t) => {
  const page = await site.page(t);
  const record = await recordOf(page, who.active);
  const told = page.getByRole("alert").filter({ hasText: /clock/i });
  await page.clock.setFixedTime(new Date(Date.parse(record.this_update) - 25 * 60 * 60 * 1000));
  await page.goto(`/verify/${who.active.number}.html`);
  assert.ok(await told.isVisible());
  assert.equal(await page.getByText(covered).filter({ visible: true }).count(), 0);
  await page.clock.setFixedTime(new Date(Date.parse(record.this_update) - 23 * 60 * 60 * 1000));
  await page.reload();
  assert.equal(await told.count(), 0, "a clock that is hours behind is left alone");
});

test("paper carries the answer, when it was confirmed and no controls", async (t) => {
  const page = await site.page(t);
  await page.goto(`/verify/${who.active.number}.html`);
  await page.emulateMedia({ media: "print" });
  assert.ok(await page.locator("[data-status]").isVisible());
  assert.ok(await page.locator("time[datetime]").first().isVisible());
  for (const control of ["nav", "form", "button"]) {
    assert.equal(await page.locator(control).filter({ visible: true }).count(), 0, `${control} on paper`);
  }
  const pdf = await page.pdf({ format: "Letter" });
  const sheets = pdf.toString("latin1").match(/\/Type\s*\/Page\b(?!s)/g).length;
  assert.ok(sheets <= 2, `${sheets} sheets of paper`);
});

test("dark mode is dark", async (t) => {
  const page = await site.page(t, { scheme: "dark" });
  await page.goto(`/verify/${who.active.number}.html`);
  const [r, g, b] = await page.evaluate(() => {
    const canvas = document.createElement("canvas").getContext("2d");
    canvas.fillStyle = getComputedStyle(document.body).backgroundColor;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  });
  assert.ok(0.2126 * r + 0.7152 * g + 0.0722 * b < 64, `the page is rgb(${r}, ${g}, ${b})`);
});
