"""The preview as a web application: a page, the few files it is made of, and four questions."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from secrets import token_urlsafe
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from archdsl.files import CannotWrite
from archdsl.preview.assets import ASSETS, asset, front
from archdsl.preview.disk import LARGEST_TEXT, Conflict
from archdsl.preview.guard import POLICY, Guard
from archdsl.preview.hub import Full, Hub
from archdsl.preview.session import Plain, Session, told

LARGEST_BODY = 4 * LARGEST_TEXT
"""Bytes of a request: in JSON, a text takes more room than in a file."""

PATIENCE = 10.0
"""Seconds in which the body of a request is to arrive."""

AT_ONCE = 2
"""Texts that are checked at the same time."""


def make_app(session: Session, hub: Hub) -> Starlette:
    """Return the application that shows ``session`` and tells its pages what ``hub`` sees."""
    questions = _Questions(session)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        watching = asyncio.create_task(hub.watch())
        try:
            yield
        finally:
            hub.close()
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    async def page(request: Request) -> Response:
        nonce = token_urlsafe(16)
        policy = POLICY.format(nonce=f" 'nonce-{nonce}'")
        headers = {"content-security-policy": policy}
        return Response(front(nonce), media_type="text/html", headers=headers)

    async def packaged(request: Request) -> Response:
        content, media_type = asset(request.url.path.removeprefix("/"))
        return Response(content, media_type=media_type)

    async def start(request: Request) -> Response:
        return JSONResponse(session.start())

    return Starlette(
        routes=[
            Route("/", page),
            *(Route(f"/{name}", packaged) for name in ASSETS),
            Route("/api/start", start),
            Route("/api/events", _Events(hub), methods=["GET"]),
            Route("/api/check", questions.check, methods=["POST"]),
            Route("/api/summary", questions.summary, methods=["POST"]),
            Route("/api/save", questions.save, methods=["POST"]),
        ],
        middleware=[Middleware(Guard)],
        exception_handlers={HTTPException: _refused, ClientDisconnect: _left},
        lifespan=lifespan,
    )


class _Events:
    """The stream of events, as an application: it has to know when a page has left."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            listener = self.hub.join()
        except Full:
            answer = JSONResponse({"error": "too many pages show this preview"}, 503)
            await answer(scope, receive, send)
            return
        try:
            events = self.hub.events(listener)
            await StreamingResponse(events, media_type="text/event-stream")(scope, receive, send)
        finally:
            self.hub.leave(listener)


class _Questions:
    """What the page asks with a body."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._room = asyncio.Semaphore(AT_ONCE)

    async def check(self, request: Request) -> Response:
        asked = await _body(request)
        text, net = _whole(_field(asked, "text", str)), _field(asked, "net", str | None)
        async with self._room:
            return await _answered(self.session.check, text, net)

    async def summary(self, request: Request) -> Response:
        asked = await _body(request)
        return await _answered(self.session.summary, _field(asked, "key", str))

    async def save(self, request: Request) -> Response:
        asked = await _body(request)
        text, base = _field(asked, "text", str), _field(asked, "base", str)
        if _field(asked, "spec", str) != self.session.id:
            raise HTTPException(409, "this preview shows another spec by now; load the page again")
        if _whole(text) != text:
            raise HTTPException(422, "the text holds half a character, which no file can")
        try:
            written = await asyncio.to_thread(self.session.save, text, base)
        except Conflict as conflict:
            plain = {"error": str(conflict), "now": told(conflict.now)}
            return JSONResponse(plain, 409)
        except CannotWrite as error:
            return JSONResponse({"error": str(error)}, 500)
        return JSONResponse({"digest": written.digest})


async def _answered(ask: Callable[..., bytes | None], *values: object) -> Response:
    """Return the answer of a question that may take long, worked out beside the server."""
    try:
        found = await asyncio.to_thread(ask, *values)
    except Exception as error:  # whatever a text does to archdsl, the preview stays up
        said = f"internal error of archdsl, please report it: {type(error).__name__}: {error}"
        return JSONResponse({"error": said}, 500)
    if found is None:
        raise HTTPException(404, "that was another text")
    return Response(found, media_type="application/json")


async def _body(request: Request) -> Plain:
    """Return the object that a request brings as JSON, or refuse it."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise HTTPException(415, "a question comes as application/json")
    data = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            async for chunk in request.stream():
                data += chunk
                if len(data) > LARGEST_BODY:
                    raise HTTPException(413, f"the text is larger than {LARGEST_TEXT:,} bytes")
    except TimeoutError:
        raise HTTPException(408, "the question did not arrive in time") from None
    try:
        asked: Any = json.loads(bytes(data).decode())
    except (ValueError, RecursionError):
        raise HTTPException(400, "the question is no JSON") from None
    if not isinstance(asked, dict):
        raise HTTPException(400, "the question is no JSON object")
    return asked  # pyright: ignore[reportUnknownVariableType]


def _field(asked: Plain, name: str, kind: Any) -> Any:
    if not isinstance(asked.get(name), kind):
        raise HTTPException(422, f"`{name}` is missing, or is not what it has to be")
    value = asked.get(name)
    if isinstance(value, str) and len(value.encode("utf-8", "replace")) > LARGEST_TEXT:
        raise HTTPException(413, f"`{name}` is larger than {LARGEST_TEXT:,} bytes")
    return value


def _whole(text: str) -> str:
    """Return a text with half characters, which an editor may hold, made into `?`."""
    return text.encode("utf-8", "replace").decode()


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    if request.method == "POST":
        headers["connection"] = "close"  # what is left of its body is not read
    return JSONResponse({"error": error.detail}, error.status_code, headers)


async def _left(request: Request, error: Exception) -> Response:
    return Response(status_code=400)
