"""What the page's server refuses, whatever is asked: foreign hosts and origins, and bodies that are too large.

It listens on this machine alone. A page of another site could still make this browser send requests to it, by name (DNS rebinding: a foreign name that
resolves to 127.0.0.1) or by address (cross-origin requests). The first is known by the Host header, the second by Origin and Sec-Fetch-Site.
"""

from __future__ import annotations

from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from neurona.explorer.requests import MOST_BYTES

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


def hosts_of(port: int) -> frozenset[str]:
    """Names of this machine, as a browser's Host header has them."""
    return frozenset(f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]"))


class Safe:
    """Middleware around an application.

    Args:
        app: that answers.
        hosts: `name:port` that requests may be for.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str]):
        self.app, self.hosts = app, frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        if (reason := self._refused(Headers(scope=scope))) is not None:
            await refusal(*reason)(scope, receive, send_with_headers)
            return
        body = await _body(receive)
        if body is None:
            answer = refusal(413, "size", f"a request may have {MOST_BYTES} bytes")
            await answer(scope, receive, send_with_headers)
            return
        await self.app(scope, _again(body), send_with_headers)

    def _refused(self, headers: Headers) -> tuple[int, str, str] | None:
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or hosts[0].lower() not in self.hosts:
            return (
                403,
                "host",
                "this page is for a browser on this machine, at the address that `neurona explore` printed",
            )
        if any(origin.lower() != f"http://{hosts[0].lower()}" for origin in origins):
            return 403, "origin", "requests of other pages are refused"
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return 403, "origin", "requests of other pages are refused"
        return None


def refusal(status: int, kind: str, message: str, **further: object) -> JSONResponse:
    """An error as JSON: `{"error": {"kind", "message", ...}}`."""
    return JSONResponse({"error": {"kind": kind, "message": message, **further}}, status)


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None where it is too large, whatever its header says."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        size += len(message.get("body", b""))
        if size > MOST_BYTES:
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _again(body: bytes) -> Receive:
    """A body that was received, received again."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return messages.pop() if messages else {"type": "http.disconnect"}

    return receive
