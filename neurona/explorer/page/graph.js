// The concept graph: boxes, pills and arrows at the places that the server chose. Widths say how probable; under a condition, what rose and what fell.

import { press, short, svg } from "./dom.js";

const INCH = 96;

const changed = (claim) => claim.probability - claim.before;
const look = (claim, threshold) =>
  [
    claim.probability < threshold && "faint",
    Math.abs(changed(claim)) >= 0.005 && (changed(claim) > 0 ? "rose" : "fell"),
  ]
    .filter(Boolean)
    .join(" ");
const told = (claim) => `${claim.name}, probability ${short(claim.probability)}, before the recording ${short(claim.prior)}`;

export function draw(scene, { selected, carried, choose }) {
  const [width, height] = scene.size.map((inches) => Math.max(inches, 0.5) * INCH);
  const margin = 14;
  const chosen = (claim, ...classes) => ({
    ...press(() => choose(claim)),
    class: ["claim", ...classes, look(claim, scene.threshold), claim.program === selected && "selected"].filter(Boolean).join(" "),
    "aria-label": told(claim),
    "aria-pressed": String(claim.program === selected),
  });
  const arrows = scene.relations.map((one) => {
    const [start, control, end] = one.curve.map((point) => point.map((inches) => inches * INCH));
    const [x, y] = one.place.map((inches) => inches * INCH);
    const long = one.label.length * 6.6 + 8;
    return svg(
      "g",
      chosen(one, "relation"),
      svg("path", {
        class: "arrow",
        d: `M${start}Q${control} ${end}`,
        "stroke-width": 0.6 + 2.6 * one.probability,
        "marker-end": one.symmetric ? null : "url(#head)",
      }),
      svg("rect", { class: "back", x: x - long / 2, y: y - 10, width: long, height: 20, rx: 3 }),
      svg("text", { x, y: y + 4, "text-anchor": "middle", class: "label" }, `${one.name.replaceAll("_", " ").trim()} ${short(one.probability)}`),
    );
  });
  const boxes = scene.things.map((one) => {
    const [w, h] = one.size.map((inches) => inches * INCH);
    const [x, y] = [one.place[0] * INCH - w / 2, one.place[1] * INCH - h / 2];
    return svg(
      "g",
      { class: carried.has(one.name) ? "thing carried" : "thing" },
      svg(
        "g",
        chosen(one),
        svg("rect", { class: "box", x, y, width: w, height: h, rx: 9, "stroke-width": 0.6 + 2.6 * one.probability }),
        svg("text", { x: x + w / 2, y: y + 23, "text-anchor": "middle", class: "name" }, `${one.name.replaceAll("_", " ")} ${short(one.probability)}`),
      ),
      pills(one, x, y + 38, w).map(({ pill, ...place }) =>
        svg(
          "g",
          chosen(pill),
          svg("rect", { class: "pill", ...place, height: 22, rx: 11, "stroke-width": 0.6 + 2 * pill.probability }),
          svg("text", { x: place.x + place.width / 2, y: place.y + 15, "text-anchor": "middle", class: "small" }, `${pill.name} ${short(pill.probability)}`),
        ),
      ),
    );
  });
  const head = svg(
    "marker",
    { id: "head", viewBox: "0 0 10 10", refX: 9, refY: 5, markerUnits: "userSpaceOnUse", markerWidth: 13, markerHeight: 13, orient: "auto-start-reverse" },
    svg("path", { d: "M0 1 10 5 0 9z", class: "head" }),
  );
  return svg(
    "svg",
    {
      viewBox: [-margin, -margin, width + 2 * margin, height + 2 * margin].join(" "),
      width: width + 2 * margin,
      height: height + 2 * margin,
      role: "group",
      "aria-label": `Concept graph of ${scene.recording}: ${scene.things.length} things, ${scene.relations.length} relations`,
    },
    svg("defs", {}, head),
    arrows,
    boxes,
  );
}

// Pills in rows that are no wider than the box.
function pills(thing, left, top, width) {
  const rows = [[]];
  let room = width - 16;
  for (const pill of thing.pills) {
    const wide = pill.label.length * 6.3 + 20;
    if (rows.at(-1).length && wide > room) {
      rows.push([]);
      room = width - 16;
    }
    rows.at(-1).push({ pill, width: Math.min(wide, width - 12) });
    room -= wide + 8;
  }
  return rows.flatMap((row, number) => {
    const whole = row.reduce((sum, one) => sum + one.width, 0) + 8 * (row.length - 1);
    let x = left + (width - whole) / 2;
    return row.map((one) => {
      const place = { pill: one.pill, x, y: top + 28 * number, width: one.width };
      x += one.width + 8;
      return place;
    });
  });
}
