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
});

for (const [name, at, status] of kinds(site)) {
  test(`${name}: accessible in light on a phone and in dark on a desktop`, async (t) => {
    const page = await site.page(t, { view: phone });
    const response = await page.goto(at);
    assert.equal(response.status(), status);
    for (const [scheme, size, view] of [["light", "phone", phone], ["light", "desktop", desktop], ["dark", "desktop", desktop]]) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      await page.setViewportSize(view);
      await page.screenshot({ path: new URL(`${name}-${size}-${scheme}.png`, shots).pathname, fullPage: true });
      if (scheme === "light" && size === "desktop") continue; // only looked at: axe takes its time
      const { violations } = await new AxeBuilder({ page })
        .setLegacyMode() // no page has frames, for which the other mode opens a page each time
        .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
        .analyze();
      assert.deepEqual(
        violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.html.slice(0, 160)).join(" | ")}`),
        [],
        `${scheme}, ${size}`,
      );
    }
  });

  test(`${name}: valid HTML`, async (t) => {
    const page = await site.page(t, { js: false });
    const source = await (await page.request.get(at)).text();
    const report = await html.validateString(source, at);
    assert.deepEqual(
      report.results.flatMap((r) => r.messages.map((m) => `${m.line}:${m.column} ${m.ruleId}: ${m.message}`)),
      [],
    );
  });

  test(`${name}: nothing is cut off or scrolls sideways at 320 pixels, nor with wider spacing`, async (t) => {
    const page = await site.page(t, { view: narrow });
    await page.goto(at);
    const wide = () =>
      page.evaluate(() => {
        const room = document.documentElement.clientWidth;
        const width = document.scrollingElement.scrollWidth;
        if (width <= room) return [];
        const culprits = [...document.querySelectorAll("body *")].filter(
          (el) => el.scrollWidth > room || el.getBoundingClientRect().right > room + 1,
        );
        return [`the page is ${width} pixels wide`, ...culprits.map((el) => el.outerHTML.slice(0, 120))];
      });
    assert.deepEqual(await wide(), []);
    // WCAG 2.2, 1.4.12: text spacing. Set through the style sheet object, which the policy does not stop.
    await page.evaluate(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }");
      document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    });
    assert.deepEqual(await wide(), []);
  });
}

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
