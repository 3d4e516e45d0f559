// What the server is asked. The latest request of a kind wins: the answer to an older one is dropped.

export class Refused extends Error {
  constructor({ kind, message, line, column, text }) {
    super(message);
    Object.assign(this, { kind, line, column, text });
  }
}

const running = new Map();

export async function get(name) {
  return read(await fetch(`/api/${name}`));
}

export async function post(name, body) {
  running.get(name)?.abort();
  const controller = new AbortController();
  running.set(name, controller);
  const answer = await fetch(`/api/${name}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: controller.signal,
  });
  return read(answer);
}

async function read(answer) {
  const found = await answer.json();
  if (!answer.ok) throw new Refused(found.error);
  return found;
}
