"use strict";
// The tools work without this script: their forms lead to a page with the answer. With it the
// answer is shown on the page, without leaving it. No rule stands here: what is shown is the
// page that the registry answers with.
(() => {
  const frame = document.querySelector("[data-tool]");
  const region = "[data-tool] > [data-answer]";
  const answer = document.querySelector(region); // a live region, which stays
  const form = () => frame.querySelector("[data-tool-form]");
  let asked = 0; // questions, for an answer to an earlier one comes too late

  const show = (nodes) => {
    answer.replaceChildren(...nodes);
    const faults = answer.querySelector(".faults");
    if (faults) faults.focus();
    else answer.scrollIntoView({ block: "start" });
  };

  const ask = async (asking) => {
    const question = ++asked;
    const address = asking.action + "?" + new URLSearchParams(new FormData(asking));
    let page;
    try {
      const response = await fetch(address, { credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store" });
      page = new DOMParser().parseFromString(await response.text(), "text/html");
    } catch {
      page = null; // out of reach
    }
    if (question !== asked) return;
    const told = page?.querySelector(region); // a page for what is missing has none
    if (!told || !told.firstElementChild) {
      show([document.querySelector("template[data-down]").content.cloneNode(true)]);
      return;
    }
    asking.replaceWith(page.querySelector("[data-tool-form]")); // with what is wrong beside its field
    form().querySelector("button").focus({ preventScroll: true });
    show(told.childNodes);
  };

  frame.addEventListener("submit", (event) => {
    if (event.target !== form()) return;
    event.preventDefault();
    ask(event.target);
  });
})();
