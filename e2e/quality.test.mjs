// Every kind of page: accessible in light and dark, valid HTML, no wider than a small phone, light over the wire.
// What it looks like is left in shots/.

import AxeBuilder from "@axe-core/playwright";
import { HtmlValidate } from "html-validate";
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { after, test } from "node:test";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { desktop, kinds, narrow, openSite, phone } from "./site.mjs";

const site = await openSite();
after(() => site.close());
const shots = new URL("./shots/", import.meta.url);
mkdirSync(shots, { recursive: true });

const html = new HtmlValidate({
  extends: ["html-validate:standard", "html-validate:document", "html-validate:a11y"],
  rules: {
    // On a phone the cells of a table stand below each other, and some browsers then forget that they are cells.
    "no-redundant-role": "off",
  },
});

const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
// What a colour scheme and a size of the window can change; the rest of a page is the same in all.
const ofLook = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"];

/** What axe finds, a line each. */
async function violations(page, narrowed) {
  const axe = new AxeBuilder({ page }).setLegacyMode(); // no page has frames, for which the other mode opens a page each time
  if (narrowed) axe.withRules(narrowed);
  else axe.withTags(tags);
  const found = await axe.analyze();
  return found.violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.html.slice(0, 160)).join(" | ")}`);
}

/** What is wider than the window, an element each. */
const tooWide = (page) =>
  page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    const width = document.scrollingElement.scrollWidth;
    if (width <= room) return [];
    const culprits = [...document.querySelectorAll("body *")].filter(
      (el) => el.scrollWidth > room || el.getBoundingClientRect().right > room + 1,
    );
    return [`the page is ${width} pixels wide`, ...culprits.map((el) => el.outerHTML.slice(0, 120))];
  });

for (const [name, at, status] of kinds(site)) {
  test(`${name}: accessible in light and dark, valid HTML, whole at 320 pixels and with wider spacing`, async (t) => {
    const page = await site.page(t, { view: phone });
    const response = await page.goto(at);
    assert.equal(response.status(), status);
    const report = await html.validateString(await response.text(), at);
    assert.deepEqual(
      report.results.flatMap((r) => r.messages.map((m) => `${m.line}:${m.column} ${m.ruleId}: ${m.message}`)),
      [],
      "valid HTML",
    );
    for (const [scheme, size, view] of [["light", "phone", phone], ["light", "desktop", desktop], ["dark", "desktop", desktop]]) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      await page.setViewportSize(view);
      await page.screenshot({ path: new URL(`${name}-${size}-${scheme}.png`, shots).pathname, fullPage: true });
      if (scheme === "light" && size === "desktop") continue; // only looked at: axe takes its time
      assert.deepEqual(await violations(page, scheme === "dark" ? ofLook : null), [], `${scheme}, ${size}`);
    }
    await page.setViewportSize(narrow);
    assert.deepEqual(await tooWide(page), [], "at 320 pixels");
    // WCAG 2.2, 1.4.12: text spacing. Set through the style sheet object, which the policy does not stop.
    await page.evaluate(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }");
      document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    });
    assert.deepEqual(await tooWide(page), [], "with wider spacing");
  });
}

test("a table is a table to a screen reader, also where its cells stand below each other", async (t) => {
  const page = await site.page(t, { view: phone });
  const cdp = await page.context().newCDPSession(page);
  for (const at of [`/verify/${site.who.reversed.number}.html`, "/guidance/violation-guidelines.html", "/guidance/fees.html", "/guidance/status-and-renewal.html"]) {
    await page.goto(at);
    const { nodes } = await cdp.send("Accessibility.getFullAXTree");
    const told = (role) => nodes.filter((n) => !n.ignored && n.role?.value === role).length;
    const made = (selector) => page.locator(selector).count();
    for (const [role, selector] of [["table", "table"], ["row", "tr"], ["cell", "td"], ["rowheader", "tbody th"], ["columnheader", "thead th"]]) {
      assert.equal(told(role), await made(selector), `${at}: ${role}`);
      assert.ok(told(role) > 0, `${at}: ${role}`);
    }
  }
});

test("a name reads in its own direction", async (t) => {
  const page = await site.page(t, { view: narrow });
  const direction = async (kind, selector) => {
    await page.goto(`/verify/${site.who[kind].number}.html`);
    return page.locator(selector).evaluate((el) => getComputedStyle(el).direction);
  };
  for (const kind of ["rightToLeft", "hebrew"]) {
    assert.equal(await direction(kind, "dd.name bdi"), "rtl", kind);
    assert.equal(await page.locator("html").evaluate((el) => getComputedStyle(el).direction), "ltr", "the page keeps its own");
  }
  assert.equal(await direction("vacated", "dd.name bdi"), "ltr");
});

test("every heading, landmark and form works for every language the site has", async (t) => {
  const page = await site.page(t, { js: false });
  for (const [name, at] of kinds(site)) {
    await page.goto(at);
    assert.equal(await page.getByRole("main").count(), 1, `${name}: one main`);
    assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1, `${name}: one h1`);
    assert.equal(await page.locator("html").getAttribute("lang"), at.startsWith("/es") ? "es" : "en", name);
    assert.ok((await page.title()).length > 5, `${name}: a title`);
    assert.equal(await page.locator("[style], style, script:not([src])").count(), 0, `${name}: nothing inline`);
  }
});

test("a record page with its styles is under 14 KB over the wire", async (t) => {
  const page = await site.page(t, { js: false });
  for (const kind of ["active", "revoked", "investigated", "reversed"]) {
    const at = `/verify/${site.who[kind].number}.html`;
    await page.goto(at);
    const styles = await page.locator('link[rel="stylesheet"]').evaluateAll((links) => links.map((l) => l.href));
    let gzip = 0;
    let brotli = 0;
    for (const url of [at, ...styles]) {
      const body = await (await page.request.get(url)).body();
      gzip += gzipSync(body, { level: 9 }).length;
      brotli += brotliCompressSync(body).length;
    }
    t.diagnostic(`${kind}: ${gzip} bytes with gzip, ${brotli} with brotli, ${styles.length} style sheets`);
    assert.ok(gzip < 14 * 1024, `${kind}: ${gzip} bytes`);
  }
});
