// Elements, made from plain data: text is always text.

const SVG = "http://www.w3.org/2000/svg";

const fill = (element, attributes, children) => {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return element;
};

export const html = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
export const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);
export const byId = (id) => document.getElementById(id);

// .83; 1 and 0 only where they are exact to three digits.
export const short = (p) =>
  p == null ? "–" : p >= 0.995 && p < 0.9995 ? ">.99" : p >= 0.9995 ? "1.00" : p.toFixed(2).replace(/^0/, "");
export const three = (p) => (p == null ? "" : p.toFixed(3));
export const signed = (x) => (x == null ? "" : (x < 0 ? "−" : "+") + Math.abs(x).toFixed(2));

// Enter and space, as a button has them.
export const press = (act) => ({
  tabindex: 0,
  role: "button",
  onclick: act,
  onkeydown: (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      act(event);
    }
  },
});
