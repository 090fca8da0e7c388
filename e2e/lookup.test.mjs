// Looking someone up: by number and by name, with and without script, in both languages, by keyboard alone.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openSite, phone } from "./site.mjs";

const site = await openSite();
after(() => site.close());
const { active, lapsed, chinese, unavailable } = site.who;

const language = {
  en: { home: "/index.html", record: (n) => `/verify/${n}.html`, number: /number/i, name: /name/i },
  es: { home: "/es/index.html", record: (n) => `/es/verify/${n}.html`, number: /número/i, name: /nombre/i },
};

const fieldOf = (page, label) => {
  const main = page.getByRole("main");
  return main.getByRole("textbox", { name: label }).or(main.getByRole("combobox", { name: label }).and(main.locator("input"))).first();
};

async function lookUp(page, label, typed) {
  const field = fieldOf(page, label);
  await field.fill(typed);
  await Promise.all([page.waitForEvent("load"), field.press("Enter")]);
}

const pathOf = (page) => new URL(page.url()).pathname;

for (const js of [true, false]) {
  for (const [code, words] of Object.entries(language)) {
    const how = `${js ? "with" : "without"} script, ${code}`;

    test(`a number goes straight to its page, however it is typed (${how})`, async (t) => {
      const page = await site.page(t, { js, view: phone });
      const digits = active.number.slice(4);
      const fullWidth = digits.replace(/\d/g, (d) => String.fromCharCode(0xff10 + Number(d)));
      for (const typed of [active.number, `#${active.number}`, `mpss-${digits}`, digits, ` MPSS – ${digits.slice(0, 3)} ${digits.slice(3)} `, fullWidth]) {
        await page.goto(words.home);
        await lookUp(page, words.number, typed);
        assert.equal(pathOf(page), words.record(active.number), `typed ${JSON.stringify(typed)}`);
        await page.locator('[data-status="active"]').waitFor();
      }
    });

    test(`a name finds its page (${how})`, async (t) => {
      const page = await site.page(t, { js, view: phone });
      for (const [typed, person] of [
        [lapsed.name, lapsed],
        ["ximena nunez quinones", lapsed],
        ["Nuñez Quiñones, Ximena", lapsed],
        ["Hargreaves", active],
        ["rosalind hargreves", active], // a letter is missing
        [chinese.name, chinese],
      ]) {
        await page.goto(words.home);
        await lookUp(page, words.name, typed);
        // The sample has namesakes: it is the number that tells people apart.
        const result = page.getByRole("main").getByRole("listitem").filter({ hasText: person.number }).getByRole("link", { name: person.name });
        assert.equal(await result.count(), 1, `no result for ${JSON.stringify(typed)} at ${page.url()}`);
        await Promise.all([page.waitForEvent("load"), result.click()]);
        assert.equal(pathOf(page), words.record(person.number));
      }
    });

    test(`a number in the field for names goes to its page too (${how})`, async (t) => {
      const page = await site.page(t, { js });
      await page.goto(words.home);
      await lookUp(page, words.name, active.number);
      assert.equal(pathOf(page), words.record(active.number));
    });

    test(`a wrong number gets a page that helps (${how})`, async (t) => {
      const page = await site.page(t, { js, view: phone });
      for (const [typed, status, answer] of [
        ["MPSS12", 400, "malformed"],
        ["hello", 400, "malformed"],
        ["MPSS9999999", 404, "never-issued"],
      ]) {
        await page.goto(words.home);
        const field = fieldOf(page, words.number);
        if (js && answer === "malformed") {
          // With script it is said on the spot, and nothing is asked of anybody.
          await field.fill(typed);
          await field.press("Enter");
          await page.getByRole("alert").filter({ hasText: "MPSS123456" }).waitFor();
          assert.equal(pathOf(page), words.home);
          assert.equal(await field.getAttribute("aria-invalid"), "true");
          assert.ok(await field.evaluate((el) => el === document.activeElement), "the field has the focus");
          await field.press("End");
          await field.press("Backspace");
          assert.equal(await page.getByRole("alert").filter({ hasText: "MPSS123456" }).count(), 0, "gone when it is corrected");
          assert.equal(await field.getAttribute("aria-invalid"), null);
          await field.fill(typed);
        } else {
          const [response] = await Promise.all([
            page.waitForResponse((r) => r.request().isNavigationRequest()),
            lookUp(page, words.number, typed),
          ]);
          assert.equal(response.status(), status, typed);
          assert.equal(await page.locator("[data-answer]").getAttribute("data-answer"), answer, typed);
          assert.ok((await page.getByRole("heading", { level: 1 }).innerText()).includes(typed), "the heading says which number");
        }
        assert.ok(await field.isVisible(), `${typed}: can be tried again`);
        assert.equal(await field.inputValue(), typed, "what was typed can be corrected");
        assert.ok((await page.locator('a[href^="tel:"]').count()) > 0, `${typed}: says who to call`);
        assert.equal(await page.locator("[data-status]").count(), 0, `${typed}: shows no status`);
      }
    });

    test(`a name that nobody has gets a page that helps (${how})`, async (t) => {
      const page = await site.page(t, { js });
      await page.goto(words.home);
      await lookUp(page, words.name, "Zzyzzxq Qqwxv");
      assert.ok(await fieldOf(page, words.name).isVisible());
      assert.equal(await page.getByRole("main").locator('a[href*="/verify/MPSS"]').count(), 0);
    });
  }
}

test("every result says its status in words", async (t) => {
  const page = await site.page(t);
  await page.goto("/search?q=" + encodeURIComponent(lapsed.name));
  assert.match(await page.getByRole("main").innerText(), /lapsed/i);
});

test("what cannot be understood is never shown as valid", async (t) => {
  const page = await site.page(t);
  await page.goto(`/verify/${unavailable.number}.html`);
  await page.locator('[data-status="unavailable"]').waitFor();
  const text = await page.getByRole("main").innerText();
  assert.doesNotMatch(text, /\bis (a )?valid\b/i);
  assert.ok((await page.locator('a[href^="tel:"]').count()) > 0);
});

test("an address that does not exist helps someone who mistyped", async (t) => {
  const page = await site.page(t, { js: false });
  const response = await page.goto("/verify/MPSS0000000.html");
  assert.equal(response.status(), 404);
  assert.ok(await fieldOf(page, /number/i).isVisible());
});

test("the keyboard alone is enough, and shows where it is", async (t) => {
  const page = await site.page(t);
  await page.goto("/index.html");
  await page.keyboard.press("Tab");
  assert.match(await page.evaluate(() => document.activeElement.getAttribute("href") ?? ""), /^#/, "the first stop skips to the content");
  let found = false;
  for (let i = 0; i < 30 && !found; i++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const el = document.activeElement;
      const style = getComputedStyle(el);
      return {
        what: el.outerHTML.slice(0, 120),
        visible: (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none",
        isNumber: el.matches('input[name="number"]'),
      };
    });
    assert.ok(at.visible, `no focus mark on ${at.what}`);
    found = at.isNumber;
  }
  assert.ok(found, "the field for the number is reached");
  await page.keyboard.type(active.number);
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
  assert.equal(pathOf(page), `/verify/${active.number}.html`);
});

test("the other language is one link away, on the same page", async (t) => {
  const page = await site.page(t, { js: false });
  await page.goto(`/verify/${active.number}.html`);
  await Promise.all([page.waitForEvent("load"), page.locator('a[hreflang="es"]').first().click()]);
  assert.equal(pathOf(page), `/es/verify/${active.number}.html`);
  assert.equal(await page.locator("html").getAttribute("lang"), "es");
  await Promise.all([page.waitForEvent("load"), page.locator('a[hreflang="en"]').first().click()]);
  assert.equal(pathOf(page), `/verify/${active.number}.html`);
});

for (const at of ["/es/index.html", `/es/verify/${active.number}.html`, `/es/verify/${site.who.revoked.number}.html`, "/es/search?q=garcia", "/es/verify?number=x"]) {
  test(`a Spanish page has no English sentence: ${at.replace(/\d{7}/, "N")}`, async (t) => {
    const page = await site.page(t, { locale: "es-MX" });
    await page.goto(at);
    // Parts that say they are in another language, such as the link to it, may be.
    const text = await page.evaluate(() => {
      const copy = document.body.cloneNode(true);
      copy.querySelectorAll('[lang]:not([lang^="es"])').forEach((el) => el.remove());
      return copy.textContent;
    });
    assert.deepEqual(text.match(/\b(the|until|with|this|is not|search|lapsed|revoked|valid through|call)\b/gi) ?? [], []);
  });
}
