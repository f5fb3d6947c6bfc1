"""`archdsl preview`: a spec in an editor beside its diagram, in the browser."""

from __future__ import annotations

import os
import sys
import webbrowser
from pathlib import Path

import click

from archdsl.cli.console import Failure, emit, say
from archdsl.cli.options import set_option
from archdsl.graph import Option


@click.command(
    short_help="Edit a spec beside its diagram, in the browser.",
    epilog="""\b
Examples:
  archdsl preview specs/inception_v4.arch
  archdsl preview draft.arch --port 8000 --no-open

\b
On another machine, bring its port over here and open the address that is printed:
  ssh -L 8000:127.0.0.1:8000 machine archdsl preview draft.arch --port 8000 --no-open
""",
)
@click.argument("file", metavar="SPEC", type=click.Path())
@click.option("--net", metavar="NAME", help="Show the net of this name first.")
@set_option
@click.option(
    "--port",
    metavar="N",
    type=click.IntRange(0, 65535),
    default=0,
    help="Where the page is served on 127.0.0.1.  [default: a free port]",
)
@click.option("--open/--no-open", "opened", default=True, help="Open the page in a browser.")
def preview(
    file: str, net: str | None, settings: dict[str, Option], port: int, opened: bool
) -> None:
    """Edit a spec beside its diagram.

    The page follows the text as it is typed, and the file as any program saves it. It can be
    opened on this machine only, and shows what is wrong with the spec at its place. Ctrl-C ends it.
    """
    path = Path(file)
    # What is wrong with the file is told before the server's libraries load.
    _readable(path, net)
    from archdsl.preview import Session
    from archdsl.preview.serve import CannotServe, serve

    def started(address: str) -> None:
        emit(f"{address}\n")
        say(f"`{file}` is shown there until Ctrl-C")
        if opened and _has_display():
            webbrowser.open(address)

    try:
        serve(Session(path, net, settings), port, started)
    except CannotServe as error:
        raise Failure(str(error)) from error
    say("the preview has ended")


def _readable(path: Path, net: str | None) -> None:
    from archdsl.preview.disk import Unreadable, read
    from archdsl.syntax import read_text

    try:
        contents = read(path)
    except Unreadable as error:
        raise Failure(f"cannot read `{path}`: {error}") from error
    if contents.is_missing:
        raise Failure(f"cannot read `{path}`: there is no such file")
    if net is None:
        return
    project, found = read_text(contents.text, path.name, path.resolve().parent)
    names = [tree.name.text for tree in project.nets]
    if net not in names and not any(one.is_error for one in found):
        listed = ", ".join(f"`{name}`" for name in names) or "none"
        raise Failure(f"there is no net `{net}` in `{path}`; its nets: {listed}")


def _has_display() -> bool:
    """Return whether a browser has a place to open; on a bare terminal it would take that over."""
    if sys.platform in ("win32", "darwin") or os.environ.get("BROWSER"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
