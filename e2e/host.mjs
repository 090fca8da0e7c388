// A host that has nothing but files, as a CDN does: what is missing gets 404.html.

import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";

const types = { ".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".json": "application/json" };

/** Serves a folder at an address of its own. refuse(path) may give {status, headers} to answer instead. */
export async function serveFiles(folder, refuse = () => null) {
  const host = createServer((request, response) => {
    let name = "404.html";
    try {
      name = decodeURIComponent(new URL(request.url, "http://host").pathname);
    } catch {
      // an address that cannot be decoded
    }
    const refusal = refuse(name);
    if (refusal) {
      response.writeHead(refusal.status, refusal.headers);
      response.end();
      return;
    }
    let file = path.join(folder, path.normalize(name.endsWith("/") ? name + "index.html" : name));
    const found = name !== "404.html" && existsSync(file) && statSync(file).isFile();
    if (!found) file = path.join(folder, "404.html");
    response.writeHead(found ? 200 : 404, { "Content-Type": types[path.extname(file)] ?? "text/plain" });
    response.end(readFileSync(file));
  });
  await new Promise((listening) => host.listen(0, "127.0.0.1", listening));
  const close = async () => {
    host.closeAllConnections();
    await new Promise((closed) => host.close(closed));
  };
  return { origin: `http://127.0.0.1:${host.address().port}`, close };
}
