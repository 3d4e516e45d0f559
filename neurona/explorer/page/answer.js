// Answers: of one recording the answer with its four numbers and its trace; of many, a table.

import { html, short, svg, three } from "./dom.js";

export function one({ understood, answers, ranked }, trace, recording) {
  return understood.map((read, k) => {
    const row = answers[k];
    return html(
      "div",
      { class: "said" },
      html("p", { class: "big" }, html("strong", { class: row.answer }, row.probability == null ? "cannot tell" : row.answer.replaceAll("_", " ")), " ", html("span", { class: "soft" }, kindly(row, read))),
      scale(row.probability, row.prior),
      html(
        "dl",
        { class: "numbers" },
        pair("probability", row.probability, "given the recording"),
        pair("prior", row.prior, "before the recording"),
        pair("as asked", row.as_asked, "put as the study puts its questions"),
        pair("error", row.error, "Monte Carlo"),
        row.truth ? html("div", {}, html("dt", {}, "truth"), html("dd", { class: row.truth === row.answer ? "right" : "wrong" }, row.truth)) : null,
      ),
      paraphrase(read),
      ranked[k]?.length ? list(ranked[k]) : null,
      trace[k] ? [html("h3", {}, `Why, in ${recording}`), html("ul", { class: "trace" }, tree(trace[k]))] : null,
    );
  });
}

export function many({ understood, answers, summary }, choose) {
  return understood.map((read, k) => {
    const told = summary[k];
    const rows = answers.filter((row) => row.query === read.query);
    return html(
      "div",
      { class: "said" },
      html("p", { class: "big" }, html("strong", {}, told.answers), html("span", { class: "soft" }, ` of ${told.n} recordings`)),
      told.known ? html("p", {}, `${(100 * told.accuracy).toFixed(1)} % of ${told.known} whose truth is known are right (95 % ${three(told.low)} to ${three(told.high)}).`) : null,
      paraphrase(read),
      table(rows, choose),
    );
  });
}

const kindly = (row, read) =>
  read.kind === "yes/no" && row.probability != null && row.prior > 0 && row.probability / row.prior >= 2
    ? `${(row.probability / row.prior).toFixed(1)} times likelier than before the recording`
    : "";

const pair = (name, value, title) => html("div", { title }, html("dt", {}, name), html("dd", {}, value == null ? "–" : three(value)));

function scale(p, prior) {
  if (p == null) return null;
  return svg(
    "svg",
    { class: "scale", viewBox: "0 0 100 10", preserveAspectRatio: "none", role: "img", "aria-label": `probability ${short(p)}, before ${short(prior)}` },
    svg("rect", { class: "whole", x: 0, y: 2, width: 100, height: 6 }),
    svg("rect", { class: "part", x: 0, y: 2, width: 100 * p, height: 6 }),
    prior == null ? null : svg("path", { class: "prior", d: `M${100 * prior} 0V10` }),
  );
}

const paraphrase = (read) =>
  html(
    "p",
    { class: "soft understood" },
    "understood as ",
    html("code", {}, read.logic),
    read.more ? ` and ${read.more} more like it` : "",
    read.english && read.english !== read.query ? ` – ${read.english}` : "",
  );

export const scenes = (found, given) => [
  html("h3", {}, `The likeliest scenes${given ? ", by what is given" : ""}`),
  html("ol", { class: "scenes" }, found.map(({ share, facts }) => html("li", {}, html("b", {}, short(share)), " ", facts.replaceAll("_", " ")))),
];

const list = (rows) =>
  html(
    "ol",
    { class: "ranked" },
    rows.map((row) => html("li", {}, html("span", {}, row.answer.replaceAll("_", " ")), scale(row.probability, row.prior), html("b", {}, short(row.probability)))),
  );

function table(rows, choose) {
  const known = rows.some((row) => row.truth);
  const columns = ["answer", "probability", "prior", ...(known ? ["truth"] : [])];
  return html(
    "div",
    { class: "scroll rows", tabindex: 0, role: "region", "aria-label": "answers by recording" },
    html(
      "table",
      {},
      html("thead", {}, html("tr", {}, ["recording", ...columns].map((name) => html("th", { scope: "col" }, name)))),
      html(
        "tbody",
        {},
        rows.map((row) =>
          html(
            "tr",
            {},
            html("td", {}, html("button", { type: "button", class: "link", onclick: () => choose(row.recording) }, row.recording)),
            columns.map((name) => html("td", { class: name === "truth" ? (row.truth === row.answer ? "right" : "wrong") : "" }, typeof row[name] === "number" ? short(row[name]) : (row[name] ?? "–"))),
          ),
        ),
      ),
    ),
  );
}

// Each part of the program with its value; deeper parts open and close.
function tree(part) {
  const head = [
    html("code", {}, part.expression),
    " ",
    html("b", {}, part.value == null || part.kind !== "share" ? part.summary : short(part.value)),
    part.kind === "share" && part.error >= 0.005 ? html("span", { class: "soft", title: "drawn by chance: standard error" }, ` ± ${short(part.error)}`) : null,
    part.witness.length ? html("span", { class: "witness" }, ` ${part.witness.join(", ")}`) : null,
  ];
  if (!part.parts.length) return html("li", {}, head);
  return html("li", {}, html("details", { open: true }, html("summary", {}, head), html("ul", {}, part.parts.map(tree))));
}
