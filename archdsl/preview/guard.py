"""Who may talk to the preview, and what browsers are told about its answers.

A page of any site can make a browser send requests to this machine. The names in Host and Origin
tell such requests apart: a browser sets both, and no page can forge them.
"""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

LARGEST_HEAD = 16 * 1024
"""Bytes of a request before its body."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'{nonce}; connect-src 'self'; "
    "img-src 'self' data: blob:; font-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)

HEADERS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


class Guard:
    """Refuses what does not come from the preview's own page; marks every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("content-security-policy", POLICY.format(nonce=""))
            await send(message)

        if _head(scope) > LARGEST_HEAD:
            answer = JSONResponse({"error": "the request's head is too large"}, 431)
        elif (why := refusal(Headers(scope=scope))) is not None:
            answer = JSONResponse({"error": why}, 403)
        else:
            await self.app(scope, receive, marked)
            return
        answer.headers["connection"] = "close"  # its body, if it has one, is not read
        await answer(scope, receive, marked)


def _head(scope: Scope) -> int:
    """Return the bytes of a request's head; the server counts those that come in pieces only."""
    lines = (len(name) + len(value) for name, value in scope["headers"])
    return len(scope["path"]) + len(scope["query_string"]) + sum(lines)


def refusal(headers: Headers) -> str | None:
    """Return why a request is refused, or None.

    Any port will do beside a name of this machine: a tunnel may end at another one.
    """
    hosts = headers.getlist("host")
    if len(hosts) != 1 or not _is_loopback(hosts[0]):
        return "this preview answers to 127.0.0.1 and localhost only"
    own = f"http://{hosts[0].lower()}"
    if any(origin.lower() != own for origin in headers.getlist("origin")):
        return "this preview answers its own page only"
    if headers.get("sec-fetch-site", "none") in ("same-origin", "none"):
        return None
    # A link from elsewhere may open the page. Nothing else of it is for other sites.
    if headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document":
        return None
    return "this preview answers its own page only"


def _is_loopback(host: str) -> bool:
    name, colon, port = host.lower().rpartition(":")
    if not colon or name.endswith(":") or host.endswith("]"):
        name, port = host.lower(), "80"
    return name in LOOPBACK and port.isascii() and port.isdecimal() and len(port) <= 5
