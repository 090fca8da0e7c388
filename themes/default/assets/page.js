"use strict";
// The page works without this script. With it, a page that is past the time until which it
// may be relied on no longer shows its answer, and a certification number is taken straight
// to its page, also where the site is nothing but files.
(() => {
  const longest = 2 ** 31 - 1; // milliseconds that a timer can wait
  const day = 24 * 60 * 60 * 1000;
  const find = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));

  // ---- How long a page may be relied on.

  // cover takes the claims of a statement away and says that they are not confirmed.
  const cover = (statement) => {
    if (statement.hasAttribute("data-covered")) return;
    statement.setAttribute("data-covered", "");
    const word = find("template[data-word]");
    for (const claim of all("[data-claim]", statement)) {
      claim.hidden = true;
      const kind = claim.getAttribute("data-claim");
      if (kind === "banner") {
        const shown = document.createElement("div");
        shown.className = claim.className;
        shown.setAttribute("role", "alert");
        claim.parentNode.classList.add("covered");
        claim.after(shown);
        const text = find("template[data-cover]").content.cloneNode(true);
        const heading = document.createElement(find("h1, h2", claim).tagName); // in place of the one that is hidden
        const line = find("[data-heading]", text);
        heading.append(...line.childNodes);
        line.replaceWith(heading);
        find("[data-again]", text).addEventListener("click", (event) => {
          event.preventDefault();
          location.reload(); // a link to where one is may be answered from what is kept
        });
        shown.append(text);
      } else if (kind === "word") {
        claim.after(word.content.cloneNode(true));
      }
    }
  };

  // warn says that the reader's clock is wrong, for then no claim about time can be checked.
  const warn = (statement) => {
    const notice = find("template[data-clock]", statement);
    if (!notice || statement.hasAttribute("data-warned")) return;
    statement.setAttribute("data-warned", "");
    const shown = document.createElement("div");
    shown.setAttribute("role", "alert");
    notice.after(shown);
    shown.append(notice.content.cloneNode(true));
  };

  let timer;
  const check = () => {
    const now = Date.now();
    let next = Infinity;
    for (const statement of all("[data-until]")) {
      const until = Date.parse(statement.getAttribute("data-until"));
      const confirmed = Date.parse(statement.getAttribute("data-confirmed"));
      if (!(now < until)) cover(statement); // also where the time cannot be read
      else next = Math.min(next, until - now);
      if (now < confirmed - day) warn(statement);
    }
    clearTimeout(timer);
    if (next < Infinity) timer = setTimeout(check, Math.min(next, longest));
  };
  check();
  for (const event of ["pageshow", "focus"]) addEventListener(event, check);
  document.addEventListener("visibilitychange", check);

  // ---- Certification numbers.

  const digit = /^\p{Nd}$/u;
  // value is the digit that a character of any script stands for: digits come in runs of ten.
  const value = (char) => {
    let start = char.codePointAt(0);
    const code = start;
    while (digit.test(String.fromCodePoint(start - 1))) start--;
    return (code - start) % 10;
  };

  // canonical is the number that was typed, as MPSS and its digits, or "" if it is none. The
  // rules are those of the registry's own reader of numbers.
  const canonical = (typed) => {
    if (new TextEncoder().encode(typed).length > 256) return "";
    let kept = "";
    for (let char of typed) {
      if (/[\p{White_Space}\p{Pd}\p{Cf}#＃﹟_−]/u.test(char)) continue;
      if (char >= "Ａ" && char <= "ｚ") char = char.normalize("NFKC");
      if (digit.test(char)) kept += value(char);
      else if (/^[A-Za-z]$/.test(char)) kept += char.toUpperCase();
      else return "";
    }
    const match = /^(?:MPSS)?([0-9]{6,9})$/.exec(kept);
    return match ? "MPSS" + match[1] : "";
  };

  globalThis.registry = Object.freeze({ canonical }); // for the scripts of single pages

  // A question about a day is answered by a page that reads the record's own file.
  for (const form of all("form[data-day]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      location.assign(form.getAttribute("data-day") + "#" + new URLSearchParams(new FormData(form)));
    });
  }

  for (const form of all("form[data-number-form]")) {
    const input = find("input", form);
    const error = find(".error", form);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const number = canonical(input.value);
      if (number) {
        location.assign(form.getAttribute("action") + "/" + number + ".html");
        return;
      }
      error.textContent = find("template[data-wrong]", form).content.textContent;
      input.setAttribute("aria-invalid", "true");
      input.focus();
    });
    input.addEventListener("input", () => {
      error.textContent = "";
      input.removeAttribute("aria-invalid");
    });
  }

  // ---- An address that does not exist, which may be a number that was typed into it.

  const missing = find("[data-missing]");
  const query = new URLSearchParams(location.search);
  const asked = query.get("asked") || location.pathname; // a host of nothing but files has one such page
  const other = missing && all("a[hreflang]", missing).find((a) => asked.startsWith("/" + a.hreflang + "/"));
  if (other && !query.has("asked")) {
    location.replace(other.getAttribute("href") + "?" + new URLSearchParams({ asked }));
  } else if (missing) {
    let typed = query.get("number") ?? query.get("q");
    if (typed === null) {
      try {
        typed = decodeURIComponent(asked).replace(/\/+$/, "").replace(/^.*\//, "").replace(/\.(html?|json)$/i, "");
      } catch {
        typed = ""; // an address that cannot be decoded holds no number
      }
    }
    const number = canonical(typed);
    if (number) {
      const target = missing.getAttribute("data-missing") + number + ".html";
      const input = find("#number");
      if (input) input.value = number;
      if (asked === target) {
        const answer = find("template[data-never]").content.cloneNode(true);
        find("bdi", answer).textContent = number;
        all(":scope > h1, :scope > p:not([lang])", missing).forEach((old) => old.remove());
        missing.prepend(answer);
        document.title = find("h1", missing).textContent + document.title.replace(/^.* – /, " – ");
      } else {
        const notice = find("template[data-number]").content.cloneNode(true);
        const link = find("a", notice);
        link.href = target;
        link.textContent = number;
        find(".lead", missing).before(notice);
      }
    }
  }
})();
