"use strict";
// For editors: a page that was published anew is loaded anew. Served by "registry serve --watch" alone.
(() => {
  const pause = 100; // milliseconds between two looks
  const shown = document.currentScript.dataset.tag; // of the page as it was sent
  const look = async () => {
    try {
      const answer = await fetch(location.pathname, { method: "HEAD", cache: "no-store" });
      const tag = answer.ok ? answer.headers.get("etag") : null;
      if (tag && !tag.includes(shown)) { // a compressed page has more at its end
        location.reload();
        return;
      }
    } catch {
      // The program is not there just now: look again.
    }
    setTimeout(look, pause);
  };
  look();
})();
