// What is looked at, kept in the address, so that the address brings it back.
//   r recording   q question   s which recordings, where many are asked about   g facts taken to be true (+) or false (-)   w selected fact   t threshold of the map, as a share of its scale

const empty = () => ({ recording: "", query: "", many: null, given: [], selected: "", threshold: 0 });

export function read() {
  const found = new URLSearchParams(location.hash.slice(1));
  const facts = found.getAll("g").map((one) => ({ program: one.slice(1), holds: one[0] === "+" }));
  return {
    ...empty(),
    recording: found.get("r") ?? "",
    query: found.get("q") ?? "",
    many: found.get("s"),
    given: facts,
    selected: found.get("w") ?? "",
    threshold: Math.min(Math.max(Number(found.get("t")) || 0, 0), 0.95),
  };
}

export function write(state) {
  const told = new URLSearchParams();
  if (state.recording) told.set("r", state.recording);
  if (state.query) told.set("q", state.query);
  if (state.many != null) told.set("s", state.many);
  for (const { program, holds } of state.given) told.append("g", (holds ? "+" : "-") + program);
  if (state.selected) told.set("w", state.selected);
  if (state.threshold) told.set("t", state.threshold);
  history.replaceState(null, "", `#${told}`);
}

// The condition as one formula; null where nothing is taken to be so.
export const condition = (given) =>
  given.length ? given.map(({ program, holds }) => `${holds ? "" : "~"}(${program})`).join(" & ") : null;
