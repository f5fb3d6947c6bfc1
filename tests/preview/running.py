"""A preview as users run it: a process of its own, ended by Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]
PATIENCE = 60
"""Seconds after which something that ought to happen at once counts as not happening."""


@dataclass(frozen=True)
class Preview:
    address: str
    process: subprocess.Popen[str]

    @property
    def port(self) -> int:
        port = urlsplit(self.address).port
        assert port is not None
        return port

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def is_up(self) -> bool:
        """Ask for something small on a connection of its own."""
        answer = exchange(self, request("GET", "/preview.css", self.port))
        return answer.startswith(b"HTTP/1.1 200 ")


def start(spec: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "archdsl", "preview", str(spec), "--no-open", *options],
        cwd=spec.parent,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )


def interrupt(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Press Ctrl-C; return the exit code and what was said, not counting the address."""
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=PATIENCE)
    return process.returncode, said


@contextmanager
def running(spec: Path, *options: str) -> Iterator[Preview]:
    """Run a preview of a spec; at the end it has to stop in good order, having said no more."""
    process = start(spec, *options)
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        if not address:
            raise AssertionError(process.communicate(timeout=PATIENCE))
        yield Preview(address, process)
        if process.poll() is not None:
            return  # whoever used it has ended it
        code, said = interrupt(process)
        assert code == 0, said
        assert [line for line in said.splitlines() if not line.startswith("archdsl: ")] == []
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def request(method: str, path: str, port: int, body: bytes = b"", **headers: str) -> bytes:
    """Return an HTTP request as bytes; ``headers`` replace the usual ones, `_` standing for `-`."""
    usual = {"host": f"127.0.0.1:{port}", "connection": "close"}
    if body:
        usual |= {"content-type": "application/json", "content-length": str(len(body))}
    given = usual | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items())]
    return "\r\n".join((*lines, "", "")).encode("latin-1") + body


def exchange(preview: Preview, sent: bytes, *, ends: bool = False) -> bytes:
    """Send bytes on a connection of its own and return all that comes back until it is closed.

    With ``ends`` nothing more is sent, and the server is told so.
    """
    with preview.connect() as connection:
        received = bytearray()
        try:
            connection.sendall(sent)
            if ends:
                connection.shutdown(socket.SHUT_WR)
            while chunk := connection.recv(65536):
                received += chunk
        except (ConnectionResetError, BrokenPipeError):
            pass
        return bytes(received)


def status(answer: bytes) -> int | None:
    """Return the status of an answer, None where the connection was closed without one."""
    return int(answer.split()[1]) if answer.startswith(b"HTTP/1.1 ") else None
