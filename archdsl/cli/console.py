"""Writing to the terminal: data, messages, colours."""

from __future__ import annotations

import io
import os
import sys
from typing import TextIO

import click

from archdsl.files import why

STYLES = {
    "error": ("red", True),
    "warning": ("yellow", True),
    "place": ("blue", None),
    "help": ("cyan", None),
}


class Failure(Exception):
    """The spec is fine, but what was asked for cannot be done; the text says why."""


def emit(data: str | bytes) -> None:
    """Write data to standard output."""
    try:
        click.echo(data, nl=False, color=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        be_quiet()
        raise Failure(f"cannot write to standard output: {why(error)}") from error


def say(message: str) -> None:
    """Write a message to standard error."""
    click.echo(f"archdsl: {message}", err=True)


def wants_color(stream: TextIO | None) -> bool:
    """Return whether colours are welcome: on a terminal, unless the environment says otherwise.

    A stream that was closed before the start is None.
    """
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


def paint(style: str, text: str) -> str:
    """Colour a part of a diagnostic."""
    color, bold = STYLES[style]
    return click.style(text, fg=color, bold=bold)


def prepare_streams() -> None:
    """Make characters that a terminal's encoding lacks come out as `?`, not as an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def be_quiet() -> None:
    """Send what is left of standard output nowhere, once nobody takes it.

    Otherwise Python would try to write it again at its end, and complain.
    """
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, AttributeError, io.UnsupportedOperation):
        return
