"use strict";
// The search by name works without this script. With it, names are suggested while someone types
// (the combobox pattern of the WAI-ARIA Authoring Practices, with a list that is chosen from by hand),
// and where the search cannot be reached the form says so, for looking up a number still works.
(() => {
  const pause = 120; // milliseconds after the last key before names are asked for
  const patience = 30_000; // milliseconds for which what is known of the search is believed
  const limit = 5_000; // milliseconds that the search has to answer

  for (const [place, input] of document.querySelectorAll("input[data-suggest]").entries()) {
    const form = input.form;
    const address = input.dataset.suggest;
    const words = (name) => form.querySelector(`template[data-${name}]`).content.textContent;
    const error = form.querySelector(".error");
    let reached; // whether the search answered, when it was last asked
    let asked = -Infinity; // when that was
    let active = -1;
    let timer, request;

    const list = document.createElement("ul");
    list.id = `names-${place}`;
    list.className = "names";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", words("names"));
    const said = document.createElement("div");
    said.className = "unseen";
    said.setAttribute("role", "status");
    input.after(list);
    form.append(said);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", list.id);

    const isOpen = () => !list.hidden;
    const mark = (next) => {
      list.children[active]?.setAttribute("aria-selected", "false");
      active = next;
      const option = list.children[active];
      if (option) {
        option.setAttribute("aria-selected", "true");
        option.scrollIntoView({ block: "nearest" });
        input.setAttribute("aria-activedescendant", option.id);
      } else {
        input.removeAttribute("aria-activedescendant");
      }
    };
    const close = () => {
      clearTimeout(timer);
      request?.abort();
      mark(-1);
      list.hidden = true;
      said.textContent = "";
      input.setAttribute("aria-expanded", "false");
    };
    const open = (names) => {
      mark(-1);
      list.replaceChildren(...names.map((name, i) => {
        const option = document.createElement("li");
        option.id = `${list.id}-${i}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.dir = "auto";
        option.textContent = name;
        return option;
      }));
      list.hidden = false;
      list.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-expanded", "true");
      said.textContent = `${words("names")}: ${names.length}`;
    };
    const choose = (option) => {
      input.value = option.textContent;
      close();
      form.requestSubmit();
    };

    // ask gives the names for a text; null where the search cannot be reached.
    const ask = async (text, signal) => {
      const response = await fetch(`${address}?${new URLSearchParams({ q: text })}`, { signal, credentials: "same-origin" });
      const isOurs = /json/.test(response.headers.get("Content-Type") ?? ""); // and not the page of a host of files
      if (!isOurs) return null;
      return response.ok ? (await response.json()).names : [];
    };
    const suggest = async () => {
      const text = input.value.trim();
      if (Array.from(text).length < 2) return close();
      if (reached === false && Date.now() - asked < patience) return;
      request?.abort();
      const mine = request = new AbortController();
      try {
        const names = await ask(text, mine.signal);
        if (mine.signal.aborted) return;
        reached = names !== null;
        asked = Date.now();
        if (names?.length && document.activeElement === input) open(names);
        else close();
      } catch {
        if (mine.signal.aborted) return;
        reached = false; // nothing is said of it before the form is sent
        asked = Date.now();
        close();
      }
    };

    input.addEventListener("input", () => {
      error.textContent = "";
      clearTimeout(timer);
      timer = setTimeout(suggest, pause);
    });
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      const last = list.children.length - 1;
      if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !isOpen()) {
        event.preventDefault();
        suggest();
      } else if (event.key === "ArrowDown") {
        event.preventDefault();
        mark(active === last ? -1 : active + 1); // after the last, back to what was typed
      } else if (event.key === "ArrowUp") {
        event.preventDefault();
        mark(active === -1 ? last : active - 1);
      } else if (event.key === "Enter" && active >= 0) {
        event.preventDefault();
        choose(list.children[active]);
      } else if (event.key === "Escape" && isOpen()) {
        event.preventDefault();
        close();
      }
    });
    list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) choose(option);
    });

    form.addEventListener("submit", async (event) => {
      close();
      if (reached && Date.now() - asked < patience) return;
      event.preventDefault();
      try {
        reached = (await ask("a", AbortSignal.timeout(limit))) !== null;
      } catch {
        reached = false;
      }
      asked = Date.now();
      if (reached) {
        form.submit();
        return;
      }
      error.textContent = words("down");
      input.focus();
    });
  }
})();
