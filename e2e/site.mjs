// The harness: a small site built and served by bin/registry in a temporary folder, and pages of a real
// Chromium to look at it with. Every page that is opened here is watched: at the end of its test nothing may
// have broken the content security policy, left the site's origin, or failed in script.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { active, dayAfter, people } from "./records.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
export const registry = process.env.REGISTRY_BIN ?? path.join(root, "bin", "registry");

export const chromiumPath = process.env.CHROMIUM ?? "/usr/bin/chromium";
export const chromiumFlags = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

/** How long anything may take, in milliseconds: a limit and no wait, for much else may run on the same machine. */
export const patience = 3 * 60_000;

export const phone = { width: 390, height: 844 };
export const desktop = { width: 1280, height: 900 };
export const narrow = { width: 320, height: 640 };

/**
 * Builds the site, serves it and starts Chromium. Call close when the tests of the file are done.
 * more: the legal names of further people, who are all active, numbered from MPSS2000000.
 */
export async function openSite({ more = [] } = {}) {
  const now = new Date();
  const who = people(now);
  const folder = mkdtempSync(path.join(tmpdir(), "registry-e2e-"));
  const source = path.join(folder, "records.ndjson");
  const out = path.join(folder, "public");
  const state = path.join(folder, "state");
  let server, browser;
  const close = async () => {
    await browser?.close();
    if (server && server.exitCode === null && server.signalCode === null) {
      const exited = new Promise((done) => server.once("exit", done));
      server.kill("SIGTERM");
      await exited;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const filling = execFileSync(registry, ["sample", "--count", "150", "--seed", "1"], { encoding: "utf8" });
    const lines = [...Object.values(who).map((person) => person.line), ...more.map((name, i) => active(now, 2_000_000 + i, name))];
    writeFileSync(source, lines.join("\n") + "\n" + filling);
    execFileSync(registry, ["build", "--source", source, "--out", out, "--state", state], { encoding: "utf8", stdio: "pipe" });
    server = spawn(registry, ["serve", "--public", out, "--state", state, "--addr", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "pipe"] });
    const origin = await addressOf(server);
    browser = await chromium.launch({
      executablePath: chromiumPath,
      args: chromiumFlags,
      timeout: patience,
    });
    return { origin, who, now, out, browser, close, page: (t, options) => openPage(t, browser, { origin, ...options }) };
  } catch (err) {
    await close();
    throw err;
  }
}

/** The address that the server says it listens on; an error with its output if it stops before. */
function addressOf(server) {
  return new Promise((resolve, reject) => {
    const said = [];
    for (const stream of [server.stdout, server.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        said.push(line);
        const match = line.match(/listening on (http:\/\/127\.0\.0\.1:\d+)/);
        if (match) resolve(match[1]);
      });
    }
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`registry serve ended with ${code}:\n${said.join("\n")}`)));
  });
}

/**
 * A page of its own, closed and judged at the end of test t.
 * origin: of the site, where it is not the one that the registry serves. js: whether scripts run.
 * view: size in CSS pixels. scheme: "light" or "dark". locale: what the browser asks for.
 * clock: the Date at which the browser's clock stands still.
 * absent: what the addresses look like that a script may ask and be refused.
 */
async function openPage(t, browser, { origin, js = true, view = desktop, scheme = "light", locale = "en-US", clock, absent } = {}) {
  const context = await browser.newContext({
    baseURL: origin,
    javaScriptEnabled: js,
    viewport: view,
    colorScheme: scheme,
    locale,
    reducedMotion: "reduce",
  });
  const faults = [];
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (url.origin !== origin && !["data:", "about:", "blob:"].includes(url.protocol)) {
      faults.push(`request to another origin: ${request.url()}`);
    }
  });
  context.on("response", (response) => {
    if (response.status() >= 400 && !response.request().isNavigationRequest() && !absent?.test(response.url())) {
      faults.push(`${response.status()} for ${response.url()}`);
    }
  });
  context.setDefaultTimeout(patience);
  const page = await context.newPage();
  page.on("pageerror", (err) => faults.push(`script failed: ${err}`));
  page.on("console", (message) => {
    // A page that is itself a 404 or 400 is reported on the console; the tests look at its status.
    if (message.type() === "error" && !/Failed to load resource/.test(message.text())) {
      faults.push(`console: ${message.text()}`);
    }
  });
  page.on("dialog", (dialog) => {
    faults.push(`a dialog opened: ${dialog.message()}`);
    dialog.dismiss();
  });
  if (clock) await page.clock.setFixedTime(clock);
  t.after(async () => {
    await context.close();
    assert.deepEqual(faults, [], "what the browser complained of");
  });
  return page;
}

/** The kinds of page that are looked at in Spanish too. */
const inSpanishToo = [
  "home",
  "status",
  "guidance",
  "guidance-violation-guidelines",
  "search-several",
  "search-none",
  "verify-malformed",
  "verify-never-issued",
  "record-active",
  "record-revoked",
  "record-investigated",
  "day-answer",
  "advertisement",
  "roster",
];

/** One address of every kind of page that a person can come to: [name, path, status of the response]. */
export function kinds({ who, now }) {
  const list = [
    ["home", "/index.html", 200],
    ["guidance", "/guidance/index.html", 200],
    ["guidance-code-of-ethics", "/guidance/code-of-ethics.html", 200],
    ["guidance-violation-guidelines", "/guidance/violation-guidelines.html", 200],
    ["guidance-fees", "/guidance/fees.html", 200],
    ["guidance-advertising", "/guidance/advertising.html", 200],
    ["guidance-complaints", "/guidance/complaints-and-appeals.html", 200],
    ["guidance-specializations", "/guidance/specializations.html", 200],
    ["guidance-status-and-renewal", "/guidance/status-and-renewal.html", 200],
    ["guidance-exam-blueprint", "/guidance/exam-blueprint.html", 200],
    ["guidance-specialization", "/guidance/specialization-crisis-care.html", 200],
    ["guidance-definitions", "/guidance/definitions.html", 200],
    ["tools", "/tools/index.html", 200],
    ["tools-standing", "/tools/standing.html", 200],
    ["tools-standing-expired", "/tools/standing?expires=2024-10-01", 200],
    ["tools-cost", "/tools/cost?path=first", 200],
    ["tools-course", "/tools/course?provider=other&subject=law-ethics&before=yes&period=yes&repeated=no&scope=yes&sanction=no&proof=no&hours=8&breaks=1", 200],
    ["tools-course-wrong", "/tools/course?hours=six&breaks=1", 400],
    ["tools-sanction", "/tools/sanction?code=H13", 200],
    ["search-several", "/search?q=garcia", 200],
    ["search-none", "/search?q=zzyzzxq", 200],
    ["search-asked", "/search?q=how+much+does+the+exam+cost", 200],
    ["search-asked-in", "/search?q=cu%C3%A1nto+cuesta+renovar", 200],
    ["search-asked-in-english", "/es/search?q=how+much+does+it+cost+to+renew", 200],
    ["search-empty", "/search?q=", 200], // a form to fill in, no mistake
    ["verify-malformed", "/verify?number=MPSS12", 400],
    ["verify-never-issued", "/verify?number=MPSS9999999", 404],
    ["status", "/status.html", 200],
    ["not-found", "/no/such/page.html", 404],
    ["day-form", "/day.html", 200],
    ["advertisement", "/advertisement.html", 200],
    ["api", "/api.html", 200],
    ["advertisement-number", `/advertisement?number=${who.active.number}`, 200],
    ["roster", "/roster.html", 200],
    ["day-answer", `/verify?number=${who.reversed.number}&on=${dayAfter(now, -120)}`, 200],
    ["day-future", `/verify?number=${who.reversed.number}&on=2100-01-01`, 400],
    ["filing-day", `/verify/print?number=${who.reversed.number}&name=Somebody+Else&on=${dayAfter(now, -120)}`, 200],
    ["filing-wrong-day", `/verify/print?number=${who.reversed.number}&on=2100-01-01`, 400],
  ];
  for (const [kind, person] of Object.entries(who)) {
    list.push([`record-${kind}`, `/verify/${person.number}.html`, 200]);
  }
  for (const [name, at, status] of [...list]) {
    if (inSpanishToo.includes(name)) {
      list.push([`es-${name}`, `/es${at}`, status]);
    }
  }
  return list;
}
