// Names suggested while someone types: by keyboard and by touch, for a screen reader. (static.test.mjs has the site without it.)

import assert from "node:assert/strict";
import { after, test } from "node:test";
import AxeBuilder from "@axe-core/playwright";
import { openSite, phone } from "./site.mjs";

const site = await openSite();
after(() => site.close());
const { active, lapsed } = site.who;

const fieldOf = (page) => page.getByRole("main").getByRole("combobox", { name: "Name" });

/** Types, and waits for what is suggested for all of it: the answer to a part of it may come before. */
async function typeUntilSuggested(page, typed, name) {
  const [answer] = await Promise.all([
    page.waitForResponse((response) => new URL(response.url()).searchParams.get("q") === typed),
    fieldOf(page).pressSequentially(typed),
  ]);
  await answer.finished();
  await page.evaluate(() => new Promise(requestAnimationFrame));
  await page.getByRole("option", { name }).first().waitFor();
}

test("a name is chosen by keyboard alone", async (t) => {
  const page = await site.page(t);
  await page.goto("/index.html");
  const field = fieldOf(page);
  assert.equal(await field.getAttribute("aria-expanded"), "false");
  await typeUntilSuggested(page, "rosalind harg", active.name);
  assert.equal(await field.getAttribute("aria-expanded"), "true");
  assert.match(await page.getByRole("status").first().textContent(), /^Suggested names: \d+$/);
  assert.equal(await field.getAttribute("aria-activedescendant"), null, "nothing is chosen beforehand");

  await field.press("ArrowDown");
  const option = page.locator(`#${await field.getAttribute("aria-activedescendant")}`);
  assert.equal(await option.getAttribute("aria-selected"), "true");
  assert.equal(await option.textContent(), active.name);
  await field.press("ArrowUp"); // back to what was typed
  assert.equal(await field.getAttribute("aria-activedescendant"), null);
  assert.equal(await field.inputValue(), "rosalind harg");

  await field.press("Escape");
  assert.equal(await field.getAttribute("aria-expanded"), "false");
  assert.equal(await field.inputValue(), "rosalind harg", "Escape closes the list and leaves the text");
  await field.press("ArrowDown"); // opens it again
  await page.getByRole("option", { name: active.name }).first().waitFor();
  await field.press("ArrowDown");
  await Promise.all([page.waitForURL(/\/search\/index\.html\?q=/), field.press("Enter")]);
  assert.equal(await fieldOf(page).inputValue(), active.name);
  await page.getByText("The name is the one you typed.").first().waitFor();
});

test("what was typed is sent by Enter, and Tab leaves the list", async (t) => {
  const page = await site.page(t);
  await page.goto("/index.html");
  await typeUntilSuggested(page, "harg", active.name);
  await fieldOf(page).press("Tab");
  assert.equal(await fieldOf(page).getAttribute("aria-expanded"), "false");
  await fieldOf(page).focus();
  await Promise.all([page.waitForURL(/\/search\/index\.html\?q=harg$/), fieldOf(page).press("Enter")]);
});

for (const scheme of ["light", "dark"]) {
  test(`a name is chosen by touch on a phone (${scheme})`, async (t) => {
    const page = await site.page(t, { view: phone, scheme });
    await page.goto("/index.html");
    await typeUntilSuggested(page, "nunez", lapsed.name);
    const { violations } = await new AxeBuilder({ page }).analyze();
    assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes[0].html}`), []);
    const option = page.getByRole("option", { name: lapsed.name }).first();
    assert.ok((await option.boundingBox()).height >= 40, "too small to touch");
    await Promise.all([page.waitForURL(/\/search\/index\.html\?q=/), option.click()]);
    await page.getByRole("main").getByRole("link", { name: lapsed.name }).first().waitFor();
  });
}
