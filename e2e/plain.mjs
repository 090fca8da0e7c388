// A Chromium that nothing looks over the shoulder of, to measure with: Playwright is told of every request, and that costs
// as much as the request.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromiumPath, chromiumFlags } from "./site.mjs";

/** Opens an address. evaluate(expression) gives what an expression in the page comes to; close ends the browser. */
export async function openPlain(address) {
  const profile = mkdtempSync(path.join(tmpdir(), "registry-e2e-"));
  const browser = spawn(chromiumPath, [...chromiumFlags, `--user-data-dir=${profile}`, "--remote-debugging-pipe", "about:blank"], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
  const [, , , input, output] = browser.stdio;
  const waiting = new Map();
  let rest = "";
  output.setEncoding("utf8").on("data", (text) => {
    const messages = (rest + text).split("\0");
    rest = messages.pop();
    for (const message of messages.map((one) => JSON.parse(one))) (waiting.get(message.id ?? message.method) ?? (() => {}))(message);
  });
  let last = 0;
  const ask = async (method, params, sessionId) => {
    const id = ++last;
    input.write(JSON.stringify({ id, method, params, sessionId }) + "\0");
    const { error, result } = await new Promise((answer) => waiting.set(id, answer));
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  };
  const close = async () => {
    const exited = once(browser, "exit");
    ask("Browser.close").catch(() => {}); // so that its own processes, which write to the profile, end before it does
    const late = setTimeout(() => browser.kill(), 5000);
    await exited;
    clearTimeout(late);
    rmSync(profile, { recursive: true, force: true, maxRetries: 50, retryDelay: 20 });
  };
  try {
    const { targetId } = await ask("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await ask("Target.attachToTarget", { targetId, flatten: true });
    const evaluate = async (expression) => {
      const { exceptionDetails, result } = await ask("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true }, sessionId);
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      return result.value;
    };
    await ask("Page.enable", {}, sessionId);
    const loaded = new Promise((event) => waiting.set("Page.loadEventFired", event));
    await ask("Page.navigate", { url: address }, sessionId);
    await loaded;
    return { evaluate, close };
  } catch (err) {
    await close();
    throw err;
  }
}
