// The page: what is looked at (state) decides what is asked and shown; every change of it goes through `look`.

import { get, post } from "./api.js";
import * as answer from "./answer.js";
import * as brain from "./brain.js";
import { attach } from "./complete.js";
import { byId, html, press, short, signed } from "./dom.js";
import * as graph from "./graph.js";
import { condition, read, write } from "./state.js";

let state = read();
let known = null;
let scene = null;
let entity = "";
let map = null;
let outlines = null;
let asked = null;
let closeOptions = () => {};

const claims = () => (scene ? [...scene.things, ...scene.things.flatMap((one) => one.pills), ...scene.relations, ...scene.defined] : []);

function fail(error) {
  if (error.name === "AbortError") return;
  const place = error.column > 1 && error.text ? ` (at “${error.text.slice(error.column - 1, error.column + 19)}”)` : "";
  byId("error").textContent = error.message + place;
  byId("error").hidden = false;
}

// Show another state: all of it, or only what changed.
async function look(change, { asks = true, draws = true } = {}) {
  state = { ...state, ...change };
  write(state);
  controls();
  byId("error").hidden = true;
  const work = [];
  if (asks && state.query) work.push(ask());
  if (draws) work.push(drawGraph(), drawScenes());
  else showGraph();
  (await Promise.allSettled(work)).filter((one) => one.status === "rejected").forEach((one) => fail(one.reason));
}

function controls() {
  byId("recording").value = state.recording;
  byId("query").value = state.query;
  document.querySelector(`input[name=scope][value=${state.many == null ? "one" : "many"}]`).checked = true;
  if (state.many != null) byId("select").value = state.many;
  const chips = state.given.map((fact, k) =>
    html("button", { type: "button", class: "chip given", "aria-label": `no longer take ${fact.program} to be ${fact.holds}`, onclick: () => look({ given: state.given.filter((_, other) => other !== k) }) }, html("code", {}, fact.program), ` is ${fact.holds} ×`),
  );
  byId("given").replaceChildren(...(chips.length ? ["Given: ", ...chips] : []));
}

async function ask() {
  const many = state.many != null;
  const given = condition(state.given);
  const body = { queries: [state.query], recordings: many ? state.many : state.recording, given };
  const said = await post("ask", body);
  if (said.summary) {
    byId("said").replaceChildren(...answer.many(said, (recording) => look({ recording, many: null })));
    return;
  }
  const recording = said.answers[0].recording;
  const traces = await Promise.all(said.understood.map((read) => (read.kind === "thing" ? null : post("explain", { query: read.logic, recording, given }).then((found) => found.trace, () => null))));
  byId("said").replaceChildren(...answer.one(said, traces, recording + (given ? ", by what is given" : "")));
}

// The fact that is selected; else the first that the question speaks of, else the most probable.
function selected() {
  const words = new Set(state.query.toLowerCase().split(/[^a-z0-9_]+/));
  return claims().find((one) => one.program === state.selected) ?? scene.things.find((one) => words.has(one.name)) ?? scene.things[0];
}

async function drawScenes() {
  const { scenes } = await post("scenes", { recording: state.recording, count: 3, given: condition(state.given) }).catch((error) => {
    if (error.name === "AbortError") throw error;
    return { scenes: [] }; // a decoder whose reading is not made of scenes
  });
  byId("scenes").replaceChildren(...(scenes.length ? answer.scenes(scenes, state.given.length > 0) : []));
}

const inches = () => Math.floor((byId("graph").clientWidth - 28) / 9.6) / 10;

async function drawGraph() {
  try {
    scene = await post("graph", { recording: state.recording, given: condition(state.given), threshold: 0.5, across: Math.max(inches(), 2) });
  } catch (error) {
    if (error.name !== "AbortError") {
      scene = null;
      for (const id of ["graph", "defined", "detail", "map"]) byId(id).replaceChildren();
    }
    throw error;
  }
  showGraph();
}

function showGraph() {
  if (!scene) return;
  const chosen = selected();
  const carried = new Set(entity ? scene.things.filter((one) => one.carriers.some((carrier) => carrier.entity === entity)).map((one) => one.name) : []);
  const focused = document.activeElement?.getAttribute?.("aria-label");
  byId("graph").replaceChildren(graph.draw(scene, { selected: chosen?.program, carried, choose: (claim) => look({ selected: claim.program }, { asks: false, draws: false }) }));
  if (focused) byId("graph").querySelector(`[aria-label="${CSS.escape(focused)}"]`)?.focus();
  const notes = [
    scene.likeliest ? `Nothing is as probable as ${short(scene.threshold)}; the likeliest is shown.` : `Probability ${short(scene.threshold)} or more`,
    scene.left_out ? `${scene.left_out} less probable things are not drawn` : null,
    state.given.length ? "blue rose, red fell with what is given; faint is below the threshold now" : null,
  ];
  byId("defined").replaceChildren(
    `${notes.filter(Boolean).join("; ")}. `,
    ...scene.defined.flatMap((one) => [html("span", { class: "defined", ...press(() => look({ selected: one.program }, { asks: false, draws: false })) }, `${one.name} ${short(one.probability)}`), " "]),
  );
  detail(chosen);
}

function detail(claim) {
  if (!claim) {
    byId("detail").replaceChildren();
    byId("map").replaceChildren();
    return;
  }
  const take = (holds) => look({ given: [...state.given.filter((fact) => fact.program !== claim.program), { program: claim.program, holds }], selected: claim.program });
  const was = Math.abs(claim.probability - claim.before) >= 0.005 ? `, ${short(claim.before)} without what is given` : "";
  const sums = claim.sums?.log_odds == null || state.given.length ? null : `log odds ${signed(claim.sums.log_odds)} = prior ${signed(claim.sums.prior_log_odds)}, bias ${signed(claim.sums.bias)}, entities ${signed(claim.sums.evidence_total)}, rest of the scene ${signed(claim.sums.rest)}`;
  byId("detail").replaceChildren(
    html("p", { class: "fact" }, html("code", {}, claim.program), html("br"), html("strong", {}, `probability ${short(claim.probability)}`), html("span", { class: "soft" }, `, before the recording ${short(claim.prior)}${was}`)),
    sums ? html("p", { class: "soft" }, sums) : "",
    html(
      "p",
      { class: "buttons" },
      html("button", { type: "button", onclick: () => take(true) }, "Say it is true"),
      html("button", { type: "button", onclick: () => take(false) }, "Say it is false"),
      html("button", { type: "button", onclick: () => look({ query: claim.program, many: null }) }, "Ask it"),
    ),
  );
  drawMap(claim).catch(fail);
}

async function drawMap(claim) {
  map = await post("map", { recording: state.recording, word: claim.name });
  paintMap();
  if (outlines || !map.drawing?.panels.some((panel) => panel.side)) return;
  asked ??= get("outlines");
  outlines = await asked;
  paintMap(); // of what is shown by now
}

function paintMap() {
  byId("map").replaceChildren(
    brain.draw(map, {
      outlines,
      threshold: state.threshold,
      cut: (threshold) => look({ threshold }, { asks: false, draws: false }),
      selected: entity,
      choose: (name) => {
        entity = entity === name ? "" : name;
        showGraph();
      },
    }),
  );
}

function step(by) {
  const ids = known.recordings.map((one) => one.recording);
  const place = (ids.indexOf(state.recording) + by + ids.length) % ids.length;
  look({ recording: ids[place], many: null });
}

async function start() {
  known = await get("about");
  const ids = known.recordings.map((one) => one.recording);
  const marks = [known.simulated && "SIMULATED DATA – nobody measured these recordings", known.paired && "PAIRED: two recordings, not shown together"].filter(Boolean);
  byId("marks").hidden = !marks.length;
  byId("marks").textContent = marks.join(" · ");
  byId("about").textContent = `${known.dataset}, decoded by ${known.decoder}, which learned from ${known.supervision}; ${ids.length} recordings`;
  document.title = `Neurona – ${known.dataset}`;
  byId("recording").replaceChildren(...known.recordings.map(({ recording, ...columns }) => html("option", { value: recording }, [recording, ...Object.entries(columns).filter(([name]) => name !== "image").map(([name, value]) => `${name} ${value}`)].join(", "))));
  byId("examples").replaceChildren(...known.examples.map((text) => html("button", { type: "button", class: "chip", onclick: () => look({ query: text }, { draws: false }) }, text)));
  const query = byId("query");
  closeOptions = attach(query);
  byId("form").addEventListener("submit", (event) => {
    event.preventDefault();
    closeOptions();
    const many = document.querySelector("input[name=scope]:checked").value === "many";
    look({ query: query.value.trim(), many: many ? byId("select").value.trim() || "all" : null }, { draws: false });
  });
  byId("recording").addEventListener("change", (event) => look({ recording: event.target.value, many: null }));
  byId("select").addEventListener("focus", () => (document.querySelector("input[name=scope][value=many]").checked = true));
  byId("previous").addEventListener("click", () => step(-1));
  byId("next").addEventListener("click", () => step(1));
  addEventListener("keydown", (event) => {
    if (event.target.matches("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") {
      event.preventDefault();
      query.focus();
    } else if (event.key === "[") step(-1);
    else if (event.key === "]") step(1);
  });
  let drawn = inches();
  addEventListener("resize", () => {
    if (Math.abs(inches() - drawn) < 0.5) return;
    drawn = inches();
    drawGraph().catch(fail);
  });
  addEventListener("hashchange", () => {
    state = read();
    look({ recording: ids.includes(state.recording) ? state.recording : ids[0] });
  });
  await look({ recording: ids.includes(state.recording) ? state.recording : ids[0], query: state.query || known.examples[0] || "" });
}

start().catch(fail);
