// The question's completions: a list box beneath it, moved through with the arrow keys.

import { post } from "./api.js";
import { byId, html } from "./dom.js";

export function attach(input) {
  const box = byId("options");
  let at = -1;
  const options = () => [...box.children];

  const close = () => {
    box.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const take = (text) => {
    input.value = text;
    input.focus();
    close();
  };
  const mark = (place) => {
    at = (place + options().length) % options().length;
    options().forEach((one, k) => one.setAttribute("aria-selected", String(k === at)));
    input.setAttribute("aria-activedescendant", options()[at].id);
  };
  const show = (texts) => {
    box.replaceChildren(...texts.map((text, k) => html("li", { role: "option", id: `option-${k}`, "aria-selected": "false", onmousedown: (event) => (event.preventDefault(), take(text)) }, text)));
    box.hidden = !texts.length;
    at = -1;
    input.setAttribute("aria-expanded", String(texts.length > 0));
  };

  input.addEventListener("input", async () => {
    try {
      const { completions } = await post("complete", { text: input.value });
      if (document.activeElement === input) show(completions);
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (box.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      mark(at + (event.key === "ArrowDown" ? 1 : at < 0 ? 0 : -1));
    } else if ((event.key === "Enter" || event.key === "Tab") && at >= 0) {
      event.preventDefault();
      take(options()[at].textContent);
    }
  });
  input.addEventListener("blur", close);
  return close;
}
