// Guidance as a reader meets it: headings that can be linked to, words that are explained, the page before and
// after, and questions that the search answers from it.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { desktop, narrow, openSite, phone } from "./site.mjs";

const site = await openSite();
after(() => site.close());

test("a heading is a link to itself, in the letters of its language, and is read without its sign", async (t) => {
  const page = await site.page(t, { view: phone, js: false });
  await page.goto("/es/guidance/fees.html");
  const link = page.locator("h2 > a.anchor").first();
  await link.click();
  const target = decodeURIComponent(new URL(page.url()).hash.slice(1));
  assert.equal(await page.locator("h2").filter({ has: page.locator("a.anchor") }).first().getAttribute("id"), target);
  const cdp = await page.context().newCDPSession(page);
  const { nodes } = await cdp.send("Accessibility.getFullAXTree");
  const names = nodes.filter((n) => n.role?.value === "heading").map((n) => n.name?.value ?? "");
  assert.ok(names.length > 3);
  assert.deepEqual(names.filter((n) => n.includes("#")), []);
});

test("a defined word leads to its definition", async (t) => {
  const page = await site.page(t, { js: false });
  await page.goto("/guidance/fees.html");
  const term = page.locator("a.term").first();
  const words = await term.textContent();
  await term.click();
  const entry = page.locator(":target");
  assert.ok((await entry.textContent()).toLowerCase().includes(words.toLowerCase()), words);
});

test("a page knows where it stands, and what comes before and after", async (t) => {
  const page = await site.page(t, { view: narrow, js: false });
  await page.goto("/guidance/fees.html");
  await page.locator("nav.turn a[rel=next], nav.turn a[rel=prev]").first().click();
  assert.notEqual(new URL(page.url()).pathname, "/guidance/fees.html");
  const crumbs = page.locator("nav.crumb a");
  assert.equal(await crumbs.count(), 2);
  await crumbs.nth(1).click();
  assert.equal(await page.locator(":target").count(), 1, "the theme in the list of guidance");
});

test("a question is answered from the guidance, in the language of the page, apart from people", async (t) => {
  const page = await site.page(t, { view: phone, js: false });
  for (const [at, question, slug] of [
    ["/index.html", "what does the exam cost", "/guidance/fees.html"],
    ["/es/index.html", "cuanto cuesta la renovacion", "/es/guidance/fees.html"],
  ]) {
    await page.goto(at);
    await page.locator("input[name=q]").first().fill(question);
    await page.keyboard.press("Enter");
    const answers = page.locator("section[aria-labelledby=guidance-hits]");
    const first = answers.locator("h3 a").first();
    assert.equal(new URL(await first.evaluate((a) => a.href)).pathname, slug);
    assert.ok((await answers.locator("mark").count()) > 0, "the words that answer are marked");
    await first.click();
    assert.equal(new URL(page.url()).pathname, slug);
  }
});

test("where nobody is found an answer comes before that, and a name is answered first", async (t) => {
  for (const view of [phone, desktop]) {
    const page = await site.page(t, { view, js: false });
    const nobody = page.locator("main [role=status]");
    const isBefore = (a, b) => a.evaluate((x, y) => Boolean(x.compareDocumentPosition(y) & Node.DOCUMENT_POSITION_FOLLOWING), b);
    for (const [at, first] of [
      ["/search?q=how+much+does+the+exam+cost", "guidance"],
      ["/es/search?q=cuanto+cuesta+el+examen", "guidance"],
      ["/search?q=grace+miller", "people"],
      ["/search?q=exam", "people"],
      ["/search?q=MPSS12+34", "people"],
    ]) {
      await page.goto(at);
      assert.ok(await nobody.isVisible(), `${at}: that nobody was found is said`);
      const answers = page.locator("section[aria-labelledby=guidance-hits]");
      if ((await answers.count()) === 0) {
        assert.equal(first, "people", at);
        continue;
      }
      assert.equal(await isBefore(answers, await nobody.elementHandle()), first === "guidance", at);
    }
  }
});

test("a question in the other language leads to its answers there", async (t) => {
  const page = await site.page(t, { view: phone, js: false });
  for (const [at, lang, to, slug] of [
    ["/search?q=cu%C3%A1nto+cuesta+el+examen", "es", "/es/search/index.html", "/es/guidance/fees.html"],
    ["/es/search?q=how+much+does+the+exam+cost", "en", "/search/index.html", "/guidance/fees.html"],
  ]) {
    await page.goto(at);
    const link = page.locator(`main [lang=${lang}] a[hreflang=${lang}]`);
    const box = await link.boundingBox();
    assert.ok(box.height >= 44, `${at}: ${box.height} px high`);
    assert.ok(await page.locator("main [role=status]").isVisible());
    await link.click();
    assert.equal(new URL(page.url()).pathname, to);
    const first = page.locator("section[aria-labelledby=guidance-hits] h3 a").first();
    assert.equal(new URL(await first.evaluate((a) => a.href)).pathname, slug);
  }
  for (const name of ["grace miller", "rosa flores", "julia garcía morales"]) {
    await page.goto(`/search?q=${encodeURIComponent(name)}`);
    assert.equal(await page.locator("main [lang=es] a[hreflang=es]").count(), 0, name);
  }
});

test("structured data and feed are there, and the policy stops nothing", async (t) => {
  const page = await site.page(t);
  await page.goto("/es/guidance/fees.html");
  const value = (name) => page.locator(`meta[itemprop="${name}"]`).first().getAttribute("content");
  assert.equal(await value("inLanguage"), "es");
  assert.match(await value("lastReviewed"), /^\d{4}-\d\d-\d\d$/);
  assert.equal(await page.locator('[itemtype="https://schema.org/ListItem"] [itemprop="name"]').count(), 2);
  const feed = await page.locator('link[type="application/atom+xml"]').getAttribute("href");
  const text = await (await page.request.get(feed)).text();
  const entries = await page.evaluate((xml) => {
    const parsed = new DOMParser().parseFromString(xml, "application/xml");
    return parsed.querySelector("parsererror") ? -1 : parsed.querySelectorAll("feed > entry").length;
  }, text);
  assert.ok(entries > 5, `${entries} entries`);
});
