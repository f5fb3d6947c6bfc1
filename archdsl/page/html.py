"""One HTML text with everything in it: style, viewer and data.

The page may load nothing: its policy allows the one script and the one style in it, by their
hashes, and images made on the page itself.
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from archdsl.escaping import html_text, json_in_html
from archdsl.graph import Graph
from archdsl.page.document import document
from archdsl.syntax import Project

START = """
archdslViewer.mount(
  document.getElementById("archdsl"),
  JSON.parse(document.getElementById("network").textContent),
  { address: true },
);
"""

WHOLE_WINDOW = """
html, body, #archdsl { height: 100%; margin: 0; }
@media print { html, body, #archdsl { height: auto; } }
"""

FRAME = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="archdsl">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<div id="archdsl"></div>
<noscript>
{description}
</noscript>
<script type="application/json" id="network">{data}</script>
<script>{script}</script>
</body>
</html>
"""


def page(graph: Graph, project: Project) -> str:
    """Return a self-contained HTML page to explore a network in; equal input gives equal text.

    Raises :class:`archdsl.drawing.DrawingError` where the network is too large for one.
    """
    shown = document(graph, project)
    names = _from_one_folder([one["name"] for one in shown["sources"]])
    for one, name in zip(shown["sources"], names, strict=True):
        one["name"] = name
    code = script() + START
    look = style() + WHOLE_WINDOW
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src {_allowed(code)}",
            f"style-src {_allowed(look)}",
            "img-src data: blob:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    return FRAME.format(
        policy=policy,
        title=html_text(graph.name),
        style=look,
        description=_description(shown),
        data=json_in_html(shown),
        script=code,
    )


def script() -> str:
    """Return the viewer: JavaScript that defines ``archdslViewer.mount(element, document)``."""
    return _bundled("viewer.js")


def style() -> str:
    """Return the viewer's style sheet."""
    return _bundled("viewer.css")


def _bundled(name: str) -> str:
    return files("archdsl.page").joinpath("bundle", name).read_text(encoding="utf-8")


def _allowed(code: str) -> str:
    digest = sha256(code.encode("utf-8")).digest()
    return f"'sha256-{b64encode(digest).decode('ascii')}'"


def _description(shown: Mapping[str, Any]) -> str:
    """Return the network in words, as nested lists, for a browser that runs no script."""
    lines = _lines(shown["root"]["parts"], shown)
    return "\n".join(
        (
            f"<h1>{html_text(shown['name'])}</h1>",
            "<p>The steps of the network and the shapes they give. "
            "With scripts allowed this page draws them.</p>",
            *lines,
        )
    )


def _lines(parts: list[dict[str, Any]], shown: Mapping[str, Any]) -> Iterator[str]:
    yield "<ul>"
    for part in parts:
        inner = part.get("parts", [])
        if part["kind"] == "repeat":
            # The copies are alike, and what a copy has in it is said once.
            inner = inner[0].get("parts", [])
        shapes = [shown["shapes"][shown["nodes"][value]["shape"]] for value in part["out"]]
        text = " ".join((part["title"], *part["lines"]))
        given = f" → {', '.join(shapes)}" if shapes else ""
        yield f"<li>{html_text(text + given)}"
        if inner:
            yield from _lines(inner, shown)
        yield "</li>"
    yield "</ul>"


def _from_one_folder(names: Sequence[str]) -> list[str]:
    """Return the names of files as seen from the innermost folder that has them all.

    A page is sent about; where that folder lies on this machine is of no use there.
    """
    try:
        folder = os.path.commonpath([Path(name).parent for name in names])
    except ValueError:  # on two drives, or some known from the root and some from here
        return [Path(name).name for name in names]
    return [Path(os.path.relpath(name, folder or ".")).as_posix() for name in names]
