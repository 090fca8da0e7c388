// What an editor sees: an edited page shows itself in the browser, and answers follow an edited theme.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { openSite, patience } from "./site.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const registry = path.join(root, "bin", "registry");

const site = await openSite(); // for its browser, and as the one that nobody edits
const folder = mkdtempSync(path.join(tmpdir(), "live-"));
const content = path.join(folder, "content");
const theme = path.join(folder, "theme");
cpSync(path.join(root, "content"), content, { recursive: true, filter: (name) => !name.endsWith(".go") });
cpSync(path.join(root, "themes", "default"), theme, { recursive: true });
writeFileSync(path.join(folder, "records.ndjson"), spawnSync(registry, ["sample", "--count", "20"]).stdout);

const program = spawn(registry, [
  "serve", "--watch", "--source", path.join(folder, "records.ndjson"), "--content", content, "--theme", theme,
  "--out", path.join(folder, "public"), "--state", path.join(folder, "state"), "--addr", "127.0.0.1:0",
]);
let log = "";
program.stderr.on("data", (text) => (log += text));
const origin = await new Promise((resolve, reject) => {
  let text = "";
  program.stdout.on("data", (more) => {
    text += more;
    const match = /listening on (\S+)\n/.exec(text);
    if (match) resolve(match[1]);
  });
  program.on("exit", () => reject(new Error(`the program ended: ${log}`)));
});
after(async () => {
  program.removeAllListeners("exit");
  const gone = new Promise((resolve) => program.on("exit", resolve));
  program.kill("SIGTERM");
  await gone;
  rmSync(folder, { recursive: true });
  await site.close();
});

const edit = (name, from, to) => {
  const text = readFileSync(name, "utf8");
  assert.ok(text.includes(from), `${name} has ${from}`);
  writeFileSync(name, text.replace(from, to));
};

test("an edited page shows itself, and a mistake leaves it as it was", async (t) => {
  const page = await site.page(t, { origin });
  await page.goto("/guidance/fees.html");
  const heading = page.getByRole("heading", { level: 1 });
  assert.equal(await heading.textContent(), "Fees and refunds");
  const fees = path.join(content, "en", "fees.md");
  const began = performance.now();
  edit(fees, 'title = "Fees and refunds"', 'title = "What it costs"');
  await page.locator("h1", { hasText: "What it costs" }).waitFor();
  t.diagnostic(`a title, which stands on other pages as well, is shown after ${Math.round(performance.now() - began)} ms`);
  const again = performance.now();
  edit(fees, "## Refunds", "Pay in seashells.\n\n## Refunds");
  await page.getByText("Pay in seashells.").waitFor();
  t.diagnostic(`a sentence is shown after ${Math.round(performance.now() - again)} ms`);
  edit(fees, 'title = "What it costs"', 'title = ""');
  edit(fees, 'title = ""', 'title = "Costs"');
  await page.locator("h1", { hasText: /^Costs$/ }).waitFor();
});

test("an edit that is published while a page loads shows itself", async (t) => {
  const page = await site.page(t, { origin });
  const at = "/guidance/advertising.html";
  await page.route("**/live.js", async (route) => {
    edit(path.join(content, "en", "advertising.md"), "\n## ", "\nWrite it in the sky.\n\n## ");
    for (const began = performance.now(); performance.now() - began < patience; await pause(50)) {
      if ((await (await page.request.get(at)).text()).includes("Write it in the sky.")) break;
    }
    await route.continue();
  }, { times: 1 });
  await page.goto(at);
  await page.getByText("Write it in the sky.").waitFor();
});

test("answers follow an edited theme, and the search an edited page", async (t) => {
  const page = await site.page(t, { origin, js: false });
  edit(path.join(theme, "translations", "en.toml"), 'all = "All guidance"', 'all = "Everything there is to read"');
  edit(path.join(content, "en", "fees.md"), "## Refunds", "## Marmalade\n\nThere is none.\n\n## Refunds");
  await assert.doesNotReject(async () => {
    for (const began = performance.now(); ; await pause(50)) {
      await page.goto("/search?q=marmalade");
      if ((await page.getByText("Everything there is to read").count()) === 1 && (await page.locator("mark, h3 a[href*=marmalade]").count()) > 0) return;
      if (performance.now() - began > patience) throw new Error(await page.content());
    }
  });
});

test("a site that nobody edits carries none of it", async (t) => {
  const page = await site.page(t);
  const response = await page.goto("/guidance/fees.html");
  assert.ok(!(await response.text()).includes("live.js"));
  assert.equal((await page.request.get("/live.js")).status(), 404);
});
