"use strict";
// For editors: a page that was published anew is loaded anew. Served by "registry serve --watch" alone.
(() => {
  const pause = 100; // milliseconds between two looks
  let known;
  const look = async () => {
    try {
      const answer = await fetch(location.pathname, { method: "HEAD", cache: "no-store" });
      const tag = answer.ok ? answer.headers.get("etag") : null;
      if (known && tag && tag !== known) {
        location.reload();
        return;
      }
      known = tag ?? known;
    } catch {
      // The program is not there just now: look again.
    }
    setTimeout(look, pause);
  };
  look();
})();
