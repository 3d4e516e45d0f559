"""The application behind the page: one address for each thing that can be asked, and the page's own files, which are read when it starts.

    GET  /                 the page           GET  /api/about       data, words, recordings
    POST /api/ask          answers            POST /api/explain     the value of every part of a query
    POST /api/graph        the concept graph  POST /api/map         what the entities add to a word
    POST /api/scenes       likeliest scenes   POST /api/complete    what may be typed
    GET  /api/outlines     of the MNI152 brain

Bodies and answers are JSON. Errors are `{"error": {"kind", "message", ...}}`; those of a query have `line` and `column`. No path of the disk is made of anything
that a request holds.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from neurona.errors import AmbiguousError, NeuronaError, QueryError
from neurona.explorer import requests
from neurona.explorer.answers import Answers
from neurona.explorer.outlines import outlines
from neurona.explorer.safety import Safe, refusal

TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

logger = logging.getLogger(__name__)

Answering = Callable[[Request], Awaitable[Response]]


def application(answers: Answers, hosts: Iterable[str], seconds: float = requests.MOST_SECONDS) -> Starlette:
    """The page of one reading.

    Args:
        answers: of the reading.
        hosts: `name:port` that requests may be for.
        seconds: that computing an answer may take.
    """
    # One at a time: what computes is one processor's work, and libraries below keep global state.
    worker = ThreadPoolExecutor(1, "neurona-explore")

    async def compute(call: Callable[..., Any], *arguments: Any) -> Response:
        try:
            found = await asyncio.wait_for(
                asyncio.get_running_loop().run_in_executor(worker, call, *arguments), seconds
            )
        except TimeoutError:
            return refusal(408, "time", f"this takes longer than {seconds:g} s; ask for less, or use `neurona query`")
        except QueryError as error:
            kind = "ambiguous" if isinstance(error, AmbiguousError) else "query"
            return refusal(400, kind, error.reason, line=error.line, column=error.column, text=error.text)
        except NeuronaError as error:
            return refusal(400, "data", str(error))
        return Response(_json(found), media_type="application/json")

    def posted(shape: type[requests.Request], call: Callable[[Any], Any]) -> Answering:
        async def answer(request: Request) -> Response:
            if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
                return refusal(415, "request", "a body of application/json is expected")
            try:
                asked = shape.model_validate_json(await request.body())
            except ValidationError as error:
                first = error.errors(include_url=False, include_context=False, include_input=False)[0]
                place = ".".join(map(str, first["loc"]))
                return refusal(422, "request", f"{place}: {first['msg']}" if place else first["msg"])
            return await compute(call, asked)

        return answer

    async def about(request: Request) -> Response:
        return await compute(lambda: answers.about)

    async def brain(request: Request) -> Response:
        # In a thread of its own: nilearn takes its time to be imported, and answers need not wait.
        return Response(_json(await asyncio.to_thread(outlines)), media_type="application/json")

    posts = {
        "ask": posted(requests.Ask, answers.ask),
        "explain": posted(requests.Explain, answers.explain),
        "graph": posted(requests.Graph, answers.graph),
        "map": posted(requests.Map, answers.map),
        "scenes": posted(requests.Scenes, answers.scenes),
        "complete": posted(requests.Complete, answers.complete),
    }
    routes = [Route(f"/api/{name}", answer, methods=["POST"]) for name, answer in posts.items()]
    routes += [Route("/api/about", about), Route("/api/outlines", brain), *_files()]
    return Starlette(
        routes=routes,
        middleware=[Middleware(Safe, hosts=hosts)],
        exception_handlers={HTTPException: _http_error, Exception: _unforeseen},
    )


def _files() -> list[Route]:
    """The page's own files, each at a fixed address."""

    def serve(content: bytes, kind: str) -> Answering:
        async def answer(request: Request) -> Response:
            return Response(content, media_type=kind)

        return answer

    folder = Path(__file__).parent / "page"
    found = {
        path.name: serve(path.read_bytes(), TYPES[path.suffix])
        for path in sorted(folder.iterdir())
        if path.suffix in TYPES
    }
    return [Route("/", found["index.html"]), *(Route(f"/page/{name}", answer) for name, answer in found.items())]


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return refusal(error.status_code, "address", "there is nothing at this address, or not in this way")


async def _unforeseen(request: Request, error: Exception) -> Response:
    logger.exception("%s failed", request.url.path, exc_info=error)
    return refusal(500, "fault", "Neurona failed; the terminal tells how")


def _json(found: Any) -> bytes:
    return json.dumps(found, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()
