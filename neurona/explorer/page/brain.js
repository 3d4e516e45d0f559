// What the entities of a recording add to a word: seen from the left, from behind and from above where their places are known, and as bars. One scale for all words.

import { html, press, signed, svg } from "./dom.js";

const VIEWS = [
  { title: "from the left", across: 1, up: 2, flip: true, ends: ["front", "back"] },
  { title: "from behind", across: 0, up: 2, flip: false, ends: ["L", "R"] },
  { title: "from above", across: 0, up: 1, flip: false, ends: ["L", "R"] },
];
const SIDE = 170;
const MOST = 8;

export function draw(map, { selected, choose }) {
  if (!map.entities.length) return html("p", { class: "soft" }, `No entities speak for ${map.word} alone.`);
  const placed = map.entities.filter((one) => one.position);
  const strongest = [...map.entities].sort((a, b) => Math.abs(b.evidence) - Math.abs(a.evidence)).slice(0, MOST);
  return html(
    "div",
    { class: "map" },
    html("h3", {}, `Where ${map.word.replaceAll("_", " ").trim()} is found`),
    placed.length ? html("div", { class: "views" }, VIEWS.map((view) => seen(view, placed, map.scale, selected, choose))) : null,
    html("div", { class: "bars" }, strongest.map((one) => bar(one, map.scale, selected, choose))),
    html(
      "p",
      { class: "soft" },
      `Evidence in log odds, one scale for all words of this recording (largest ${map.scale.toFixed(2)}): `,
      html("span", { class: "for" }, "● for"),
      " ",
      html("span", { class: "against" }, "● against"),
      placed.length ? ". Places in millimetres, as the study has them; L is left. " : ". The places of these entities are not known. ",
      `The ${strongest.length} strongest of ${map.entities.length}; no threshold.`,
    ),
  );
}

function seen(view, entities, scale, selected, choose) {
  const reach = Math.max(60, ...entities.flatMap((one) => one.position.map(Math.abs))) * 1.12;
  const x = (one) => SIDE / 2 + ((view.flip ? -1 : 1) * one.position[view.across] * SIDE) / 2 / reach;
  const y = (one) => SIDE / 2 - (one.position[view.up] * SIDE) / 2 / reach;
  const ordered = [...entities].sort((a, b) => Math.abs(a.evidence) - Math.abs(b.evidence));
  return html(
    "figure",
    {},
    svg(
      "svg",
      { viewBox: `0 0 ${SIDE} ${SIDE}`, width: SIDE, height: SIDE, "aria-hidden": "true" },
      svg("path", { class: "cross", d: `M${SIDE / 2} 0V${SIDE}M0 ${SIDE / 2}H${SIDE}` }),
      svg("text", { x: 5, y: 14, class: "end" }, view.ends[0]),
      svg("text", { x: SIDE - 5, y: 14, class: "end", "text-anchor": "end" }, view.ends[1]),
      ordered.map((one) =>
        svg(
          "circle",
          {
            class: `${one.evidence >= 0 ? "for" : "against"}${one.name === selected ? " selected" : ""}`,
            cx: x(one),
            cy: y(one),
            r: 2 + 12 * Math.sqrt(Math.abs(one.evidence) / scale),
            onclick: () => choose(one.name),
          },
          svg("title", {}, `${one.name} ${signed(one.evidence)}`),
        ),
      ),
    ),
    html("figcaption", { class: "soft" }, view.title),
  );
}

function bar(one, scale, selected, choose) {
  const wide = (50 * Math.abs(one.evidence)) / scale;
  return html(
    "div",
    { ...press(() => choose(one.name)), class: one.name === selected ? "bar selected" : "bar", "aria-pressed": String(one.name === selected) },
    html("span", {}, one.name.replaceAll("_", " ")),
    svg(
      "svg",
      { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
      svg("path", { class: "cross", d: "M50 0V10" }),
      svg("rect", { class: one.evidence >= 0 ? "for" : "against", x: one.evidence >= 0 ? 50 : 50 - wide, y: 2, width: wide, height: 6 }),
    ),
    html("b", {}, signed(one.evidence)),
  );
}
