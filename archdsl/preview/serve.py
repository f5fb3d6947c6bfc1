"""Running the preview: a socket on this machine's loopback, and a server until Ctrl-C."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable

import uvicorn

from archdsl.files import why
from archdsl.preview.app import make_app
from archdsl.preview.guard import LARGEST_HEAD
from archdsl.preview.hub import Hub
from archdsl.preview.session import Session

HOST = "127.0.0.1"
MOST_CONNECTIONS = 500
GRACE = 3
"""Seconds that answers on their way have when the server stops."""


class CannotServe(Exception):
    """The port cannot be had; the text says why."""


def serve(session: Session, port: int, started: Callable[[str], None]) -> None:
    """Serve a session until the program is interrupted; 0 is any free port.

    ``started`` gets the page's address once it can be opened. Raises :class:`CannotServe`.
    """
    listener = _listen(port)
    session.warm_up()
    hub = Hub(session)
    config = uvicorn.Config(
        make_app(session, hub),
        http="h11",
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=MOST_CONNECTIONS,
        h11_max_incomplete_event_size=LARGEST_HEAD,
        timeout_graceful_shutdown=GRACE,
    )
    address = f"http://{HOST}:{listener.getsockname()[1]}/"
    try:
        _Server(config, hub, lambda: started(address)).run([listener])
    except KeyboardInterrupt:
        return  # the server has stopped in good order, and passes the signal on
    finally:
        listener.close()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, hub: Hub, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._hub = hub
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Streams of events would keep their connections open.
        self._hub.close()
        await super().shutdown(sockets)


def _listen(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        reason = "another program uses it" if taken else why(error)
        raise CannotServe(f"cannot listen on port {port}: {reason}") from error
