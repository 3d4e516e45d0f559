// What the entities of a recording add to a word: on a brain, a head or a raster, and as bars. One scale of colours for all words.

import { html, press, signed, svg } from "./dom.js";

const MOST = 8;
const HEAD = "M1,0A1,1 0 1 1 -1,0A1,1 0 1 1 1,0M-.18,-.98L0,-1.2L.18,-.98M-1,-.18C-1.12,-.24 -1.16,-.1 -1.12,.02S-1.1,.26 -.98,.2M1,-.18C1.12,-.24 1.16,-.1 1.12,.02S1.1,.26 .98,.2";

export function draw(map, { selected, choose, threshold, cut, outlines }) {
  if (!map.entities.length) return html("p", { class: "soft" }, `Where: no entities speak for ${map.word} alone.`);
  const least = threshold * map.scale;
  const above = map.entities.filter((one) => Math.abs(one.evidence) >= least);
  const strongest = [...above].sort((a, b) => Math.abs(b.evidence) - Math.abs(a.evidence)).slice(0, MOST);
  const { kind, space, panels } = map.drawing;
  const look = { map, least, selected, choose, kind };
  const sides = kind === "raster" ? "" : " L is left.";
  return html(
    "div",
    { class: "map" },
    html("h2", {}, `Where ${map.word.replaceAll("_", " ").trim()} is found`),
    html("div", { class: `views ${kind}` }, panels.map((panel) => seen(panel, panel.side ? outlines?.[panel.side] : null, look))),
    html("p", { class: "soft space" }, `${space[0].toUpperCase()}${space.slice(1)}.${sides}`),
    bar(map.scale, threshold, cut),
    html("p", { class: "soft" }, `Evidence in log odds, one scale for all words of this recording. ${least ? `Of ${map.entities.length} entities ${above.length} reach ±${least.toFixed(2)}; the others are grey.` : `All ${map.entities.length} entities are shown.`}`),
    html("div", { class: "bars" }, strongest.map((one) => row(one, map.scale, selected, choose))),
  );
}

function seen(panel, outline, { map, least, selected, choose, kind }) {
  const [left, top, width, height] = kind === "scalp" ? [-1.25, -1.25, 2.5, 2.4] : around(panel.box, outline?.box);
  const radius = outline ? Math.min(9, Math.max(3, 45 / Math.sqrt(panel.marks.length))) : panel.radius;
  const strength = ([entity]) => Math.abs(map.entities[entity].evidence);
  const marks = [...panel.marks].sort((a, b) => strength(a) - strength(b)); // the strongest in front
  return html(
    "figure",
    {},
    svg(
      "svg",
      { viewBox: [left, top, width, height].join(" "), "aria-hidden": "true" },
      outline?.lines.map((line) => svg("path", { class: "line", d: line.path, "stroke-width": line.width, "stroke-opacity": 0.2 + 0.45 * line.dark })),
      kind === "scalp" ? svg("path", { class: "line", d: HEAD, "stroke-width": 1.4 }) : null,
      marks.map(([entity, x, y]) => {
        const { name, evidence } = map.entities[entity];
        const share = Math.abs(evidence) / map.scale;
        const shown = Math.abs(evidence) >= least;
        const r = kind === "raster" ? radius : radius * (shown ? 0.45 + 0.55 * Math.sqrt(share) : 0.3);
        const attributes = {
          class: `mark ${shown ? side(evidence) : "below"}${name === selected ? " selected" : ""}`,
          "fill-opacity": shown ? share.toFixed(3) : 0.25,
          onclick: () => choose(name),
        };
        const title = svg("title", {}, `${name} ${signed(evidence)}`);
        return kind === "raster"
          ? svg("rect", { ...attributes, x: x - r, y: y - r, width: 2 * r, height: 2 * r }, title)
          : svg("circle", { ...attributes, cx: x, cy: y, r }, title);
      }),
    ),
    html("figcaption", { class: "soft" }, html("b", {}, panel.ends[0]), html("span", {}, panel.title), html("b", {}, panel.ends[1])),
  );
}

const side = (evidence) => (evidence >= 0 ? "for" : "against");

// The smallest box around both.
function around(box, other) {
  if (!other) return box;
  const [left, top] = [0, 1].map((k) => Math.min(box[k], other[k]));
  const [right, bottom] = [0, 1].map((k) => Math.max(box[k] + box[k + 2], other[k] + other[k + 2]));
  return [left, top, right - left, bottom - top];
}

// The scale of colours, with the threshold that is chosen on it.
function bar(scale, threshold, cut) {
  const stops = (name, from, to) => svg("linearGradient", { id: `scale-${name}` }, svg("stop", { offset: 0, class: `stop-${name}`, "stop-opacity": from }), svg("stop", { offset: 1, class: `stop-${name}`, "stop-opacity": to }));
  const half = (name, x) => svg("rect", { x, y: 0, width: 50, height: 6, fill: `url(#scale-${name})` });
  const reach = 50 * threshold;
  return html(
    "div",
    { class: "colours" },
    html("span", {}, `${signed(-scale)} against`),
    svg(
      "svg",
      { viewBox: "0 0 100 6", preserveAspectRatio: "none", role: "img", "aria-label": `colours from ${signed(-scale)}, against the word, to ${signed(scale)}, for it` },
      svg("defs", {}, stops("against", 1, 0), stops("for", 0, 1)),
      half("against", 0),
      half("for", 50),
      threshold ? svg("rect", { class: "cut", x: 50 - reach, y: 0, width: 2 * reach, height: 6 }) : null,
    ),
    html("span", {}, `for ${signed(scale)}`),
    html(
      "label",
      {},
      `threshold ±${(threshold * scale).toFixed(2)} `,
      html("input", { type: "range", min: 0, max: 0.95, step: 0.05, value: threshold, onchange: (event) => cut(Number(event.target.value)) }),
    ),
  );
}

function row(one, scale, selected, choose) {
  const wide = (50 * Math.abs(one.evidence)) / scale;
  return html(
    "div",
    { ...press(() => choose(one.name)), class: one.name === selected ? "bar selected" : "bar", "aria-pressed": String(one.name === selected) },
    html("span", {}, one.name.replaceAll("_", " ")),
    svg(
      "svg",
      { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
      svg("path", { class: "cross", d: "M50 0V10" }),
      svg("rect", { class: side(one.evidence), x: one.evidence >= 0 ? 50 : 50 - wide, y: 2, width: wide, height: 6 }),
    ),
    html("b", {}, signed(one.evidence)),
  );
}
