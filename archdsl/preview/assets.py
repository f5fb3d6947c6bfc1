"""The files the page is made of, each known by a fixed name and shipped with archdsl."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

BUNDLE = Path(__file__).with_name("bundle")
SCRIPT = "text/javascript; charset=utf-8"
STYLE = "text/css; charset=utf-8"


def _ours(name: str) -> Callable[[], str]:
    return lambda: (BUNDLE / name).read_text(encoding="utf-8")


def _viewer_script() -> str:
    from archdsl.page import script

    return script()


def _viewer_style() -> str:
    from archdsl.page import style

    return style()


ASSETS: dict[str, tuple[Callable[[], str], str]] = {
    "preview.js": (_ours("preview.js"), SCRIPT),
    "preview.css": (_ours("preview.css"), STYLE),
    "viewer.js": (_viewer_script, SCRIPT),
    "viewer.css": (_viewer_style, STYLE),
}


@cache
def asset(name: str) -> tuple[bytes, str]:
    """Return the content of a file by its name, and its media type. Raises KeyError."""
    make, media_type = ASSETS[name]
    return make().encode(), media_type


def front(nonce: str) -> str:
    """Return the page itself; ``nonce`` lets the editor's own style in."""
    return _front().replace("{nonce}", nonce)


@cache
def _front() -> str:
    return Path(__file__).with_name("page.html").read_text(encoding="utf-8")
