"""The page's server: how fast it answers, and that no request makes it fail or read a file."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import numpy as np
import uvicorn
from bars.bar import Bar, at_most, below, nothing_of, told

from asked.bench import Asked
from neurona.experiments.runs.asking import Source
from neurona.explorer.answers import Answers
from neurona.explorer.app import application
from neurona.explorer.safety import hosts_of
from neurona.readings import Reading

QUERIES = {True: 400, False: 10_000}
REQUESTS = {True: 500, False: 20_000}
TOKENS = [
    "exists",
    "forall",
    "count",
    "the",
    "describe",
    "not",
    "and",
    "or",
    "x",
    "y",
    "z",
    "(",
    ")",
    ".",
    ",",
    "&",
    "|",
    "~",
    "->",
    "<->",
    ">",
    "<",
    "=",
    "2",
    "99",
    "Is",
    "there",
    "a",
    "any",
    "two",
    "Who",
    "What",
    "is",
    "are",
    "without",
    "holding",
    "?",
    "{",
    "}",
    "[",
    "]",
    '"',
    "'",
    "\\",
    "/",
    "..",
    "../../etc/passwd",
    "%2e%2e",
    "\x00",
    "∃",
    "∀",
    "¬",
    "é",
    "😀",
    "subject=1",
    "all",
    "run=",
]
HEADERS = {"content-type": "application/json"}


def speed(bench: Asked) -> Iterator[Bar]:
    """Queries over a connection that is kept, after some to warm up; and what the page asks for when it opens."""
    reading = bench.source.reading
    rng = np.random.default_rng(0)
    # Before the server starts, which ends connections that are idle for some seconds.
    bodies = [ask_body(reading, rng) for _ in range(QUERIES[bench.quick] + 50)]
    with serving(bench.source) as connection:
        start = time.perf_counter()
        get(connection, "/")
        about = get(connection, "/api/about")
        first = about["recordings"][0]["recording"]
        post(connection, "graph", {"recording": first})
        post(connection, "ask", {"queries": about["examples"][:1], "recordings": first})
        opened = time.perf_counter() - start
        times, failed, processor = [], 0, time.process_time()
        for k, body in enumerate(bodies):
            if k == 50:
                processor = time.process_time()
            begun = time.perf_counter()
            failed += "answers" not in post(connection, "ask", body)
            times.append(time.perf_counter() - begun)
        processor = (time.process_time() - processor) / QUERIES[bench.quick]
    median, late = np.percentile(1e3 * np.array(times[50:]), [50, 99])
    n = f"{QUERIES[bench.quick]:,} queries"
    yield nothing_of(f"page: queries that are not answered, of {n}", failed, len(bodies))
    yield below(f"page: median of {n} (ms)", median, 5, digits=2)
    yield below(f"page: 99th percentile of {n} (ms)", late, 25, digits=2)
    yield told("page: processor time a query, both ends (ms)", f"{1e3 * processor:.2f}", {"load": os.getloadavg()[0]})
    yield at_most(f"page: first sight of {len(reading.recordings):,} recordings (s)", opened, 2)


def requests(bench: Asked) -> Iterator[Bar]:
    """Requests of random words and shapes: status, and every file that is opened meanwhile."""
    yield from asyncio.run(_requests(bench))


async def _requests(bench: Asked) -> list[Bar]:
    # In one loop, without a client's thread for each request: that takes most of the time that fuzzing has.
    rng, reading = np.random.default_rng(1), bench.source.reading
    app = httpx.ASGITransport(application(Answers(bench.source), {"testserver"}), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=app, base_url="http://testserver") as client:
        # imports and opens what it needs
        await client.post("/api/graph", json={"recording": reading.recordings[0]})
        await client.get("/api/outlines")
        broken = traces = 0
        statuses: dict[int, int] = {}
        with opened_files() as opened:
            for _ in range(REQUESTS[bench.quick]):
                path, content = fuzzed(reading, rng)
                posted = client.post(path, content=content, headers=HEADERS) if content else client.get(path)
                answer = await posted
                statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
                broken += answer.status_code >= 500
                traces += "Traceback" in answer.text
        strange = [path for path in opened if not allowed(path, str(bench.run.folder))]
        foreign = [{"host": "evil.example"}, {"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}]
        answers = [await client.get("/api/about", headers=headers) for headers in foreign]
    n, let_in = REQUESTS[bench.quick], sum(answer.status_code != 403 for answer in answers)
    return [
        nothing_of("requests: fuzzed ones that make the server fail", broken, n, {"statuses": statuses}),
        nothing_of("requests: answers with a traceback", traces, n),
        nothing_of("requests: files opened outside the run and the libraries", len(strange), n, {"files": strange[:5]}),
        nothing_of("requests: foreign hosts and origins that are let in", let_in, len(foreign)),
    ]


@contextmanager
def serving(source: Source) -> Iterator[http.client.HTTPConnection]:
    """The real server on a free port, in a thread."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        app = application(Answers(source), hosts_of(port))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        connection = http.client.HTTPConnection("127.0.0.1", port)
        try:
            yield connection
        finally:
            connection.close()
            server.should_exit = True
            thread.join(timeout=10)


def get(connection: http.client.HTTPConnection, path: str) -> dict:
    connection.request("GET", path)
    body = connection.getresponse().read()
    return json.loads(body) if path.startswith("/api") else {}


def post(connection: http.client.HTTPConnection, name: str, body: dict) -> dict:
    connection.request("POST", f"/api/{name}", json.dumps(body), HEADERS)
    return json.loads(connection.getresponse().read())


def ask_body(reading: Reading, rng: np.random.Generator) -> dict:
    """A thing, an attribute or a relation about some recording."""
    first, second = (str(word) for word in rng.choice(reading.things, 2, replace=False))
    adjective = str(rng.choice([word for word in reading.vocabulary.concepts if word not in reading.things]))
    relation = str(rng.choice(reading.vocabulary.relations))
    programs = [
        f"Is there a {first}?",
        f"exists x. {adjective}(x) & {first}(x)",
        f"exists x. {first}(x) & {relation}(x, the y. {second}(y))",
        f"exists x. {first}(x) & ~(exists y. {second}(y))",
    ]
    return {"queries": [str(rng.choice(programs))], "recordings": str(rng.choice(reading.recordings))}


def fuzzed(reading: Reading, rng: np.random.Generator) -> tuple[str, bytes]:
    """An address and a body; no body: a GET."""
    words = [*TOKENS, *reading.vocabulary.concepts[:6], *reading.vocabulary.relations[:3], reading.recordings[0]]

    def text() -> str:
        return " ".join(rng.choice(words, int(rng.integers(1, 12))))

    if rng.random() < 0.1:
        return "/" + "/".join(rng.choice(["page", "..", "%2e%2e", "api", "etc", "passwd", "index.html", "%00"], 3)), b""
    name = str(rng.choice(["ask", "explain", "graph", "map", "scenes", "complete"]))
    recording = str(rng.choice([reading.recordings[0], text()]))
    shapes = {
        "ask": {"queries": [text()], "recordings": recording},
        "explain": {"query": text(), "recording": recording},
        "graph": {"recording": recording, "given": text()},
        "map": {"recording": recording, "word": text()},
        "scenes": {"recording": recording, "count": int(rng.integers(-2, 14)), "given": rng.choice([None, text()])},
        "complete": {"text": text()},
    }
    body = json.dumps(shapes[name]).encode()
    if rng.random() < 0.1:  # cut or stained
        at = int(rng.integers(len(body)))
        body = body[:at] + bytes(rng.integers(0, 256, 3, dtype=np.uint8)) + body[at + int(rng.integers(3)) :]
    return f"/api/{name}", body


@contextmanager
def opened_files() -> Iterator[list[str]]:
    """Names of the files that are opened meanwhile."""
    found: list[str] = []
    listening = [True]

    def hear(event: str, arguments: tuple) -> None:
        if listening[0] and event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
            found.append(os.path.realpath(os.fsdecode(arguments[0])))

    sys.addaudithook(hear)  # there is no way to remove one
    try:
        yield found
    finally:
        listening[0] = False


def allowed(path: str, run: str) -> bool:
    """Whether a file belongs to the run, or to Python and its packages."""
    homes = [run, sys.prefix, sys.base_prefix, *(place for place in sys.path if place), "/proc", "/dev"]
    return any(path.startswith(os.path.realpath(home)) for home in homes)
