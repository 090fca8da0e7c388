"use strict";
// Shows the answer of the query handler without leaving the page, and writes the texts to copy from the
// record's own file, so that these need no handler. The rules are the handler's: there are none here.
(() => {
  const find = (selector, root = document) => root.querySelector(selector);
  const form = find("[data-check]");
  const correct = find("[data-correct]");
  const error = find(".error", form);

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    error.textContent = "";
    try {
      const response = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      const answer = new DOMParser().parseFromString(await response.text(), "text/html");
      const result = find("[data-result]", answer);
      if (!result) throw new Error("no answer");
      find("[data-result]").replaceWith(result);
      find("[data-correct]").replaceWith(find("[data-correct]", answer));
      error.textContent = find(".error", answer).textContent;
      for (const input of form.querySelectorAll("input, textarea")) {
        const wrong = find("#" + input.id, answer).hasAttribute("aria-invalid");
        if (!wrong) {
          input.removeAttribute("aria-invalid");
          continue;
        }
        input.setAttribute("aria-invalid", "true");
        input.focus();
      }
      result.scrollIntoView({ block: "nearest" });
      dispatchEvent(new Event("focus")); // page.js then covers the answer when its time has passed
    } catch {
      error.textContent = find("template[data-unreachable]", form).content.textContent;
    }
  });

  // texts are what the registry itself writes for a valid certification.
  const texts = (record) => {
    const name = record.legal_name.trim().replace(/\s+/gu, " ");
    const titles = record.specializations.map((area) => find(`template[data-title="${area}"]`, correct).content.textContent);
    let full = `${name}\nCertified Medi-Cal Peer Support Specialist, #${record.number}`;
    if (titles.length === 1) full += `\nArea of Specialization: ${titles[0]}`;
    if (titles.length > 1) full += `\nAreas of Specialization:\n${titles.join("\n")}`;
    return [`${name}\nCMPSS, #${record.number}`, full];
  };

  const show = async () => {
    const number = registry.canonical(new URLSearchParams(location.search).get("number") ?? "");
    if (!number) return;
    find("#of").value = number;
    const response = await fetch(`/verify/${number}.json`, { cache: "no-cache" });
    const record = response.ok ? await response.json() : {};
    const until = Math.min(...[record.next_update, record.next_change].filter(Boolean).map((at) => Date.parse(at)));
    if (!record.valid || !(Date.now() < until)) return;
    for (const old of correct.querySelectorAll("pre")) old.remove();
    find("[data-name]", correct).textContent = record.legal_name;
    for (const text of texts(record)) {
      const shown = document.createElement("pre");
      shown.lang = "en";
      shown.dir = "auto";
      shown.textContent = text;
      correct.append(shown);
    }
    correct.hidden = false;
  };
  show().catch(() => {}); // then there is nothing to copy
})();
