"""The pages that listen for changes of the files, and what they are told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from archdsl.preview.session import Plain, Session, encode

EVERY = 0.04
"""Seconds between two looks at the files."""

HEARTBEAT = 10.0
"""Seconds of silence after which a page is told that the server is still there."""

RETRY = 400
"""Milliseconds after which a page that lost the server looks for it again."""

MOST_LISTENERS = 50

Listener = asyncio.Queue[Plain | None]
"""What a page is yet to be told; None ends its stream."""


class Full(Exception):
    """As many pages listen as may."""


class Hub:
    """Watches the files of a session for as long as a page listens."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._listeners: set[Listener] = set()
        self._closed = False

    async def watch(self) -> None:
        """Tell the listening pages of every change; ends when it is cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            if not self._listeners:
                continue
            change = await asyncio.to_thread(self.session.changes)
            if change is not None:
                self._tell(change)

    def close(self) -> None:
        """End every stream of events, so that the server can stop."""
        self._closed = True
        self._tell(None)

    def _tell(self, change: Plain | None) -> None:
        for listener in self._listeners:
            listener.put_nowait(change)

    def join(self) -> Listener:
        """Return a listener, which is to leave in the end. Raises :class:`Full`."""
        if len(self._listeners) >= MOST_LISTENERS:
            raise Full
        listener: Listener = asyncio.Queue()
        self._listeners.add(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        self._listeners.discard(listener)

    async def events(self, listener: Listener) -> AsyncIterator[bytes]:
        """Yield server-sent events: the file as it is now, then each change."""
        yield f"retry: {RETRY}\n\n".encode()
        yield _event("state", await asyncio.to_thread(self.session.state))
        while not self._closed:
            try:
                change = await asyncio.wait_for(listener.get(), HEARTBEAT)
            except TimeoutError:
                yield b": still here\n\n"
                continue
            if change is None:
                return
            yield _event("change", change)


def _event(name: str, data: Plain) -> bytes:
    # JSON as it is written here has no line ends, which would end the event.
    return b"event: " + name.encode() + b"\ndata: " + encode(data) + b"\n\n"
