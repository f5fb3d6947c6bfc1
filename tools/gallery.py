"""Write docs/gallery.md and docs/figures/: every network in specs/, drawn as papers draw them.

    python tools/gallery.py

A test holds the figures against what this gives.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tools"))

from zoo import PARTS, Entry, zoo  # noqa: E402

PAGE = ROOT / "docs" / "gallery.md"
FIGURES = ROOT / "docs" / "figures"
STYLE = "paper"

HEAD = """\
# The gallery

Every network in [specs/](../specs) as `archdsl render SPEC --style paper -o FIGURE.svg` draws it:
an overview, and a panel for each distinct block. Where several calls share a panel, what differs
between them is written as the block's parameter. [The zoo](zoo.md) has their numbers.

This page and its figures are written by `python tools/refresh_docs.py`.
"""


def figure(entry: Entry) -> bytes:
    """Return the figure of a network."""
    drawn = entry.network.draw("svg", style=STYLE)
    return drawn.encode() if isinstance(drawn, str) else drawn


def page() -> str:
    """Return the text of docs/gallery.md."""
    parts = [HEAD]
    for status, heading in PARTS:
        parts.append(f"## {heading}\n")
        parts += [section(entry) for entry in zoo() if entry.row.status is status]
    return "\n".join(parts)


def section(entry: Entry) -> str:
    net, row = entry.network.name, entry.row
    return (
        f"### {entry.name}\n\n{row.source}: [{Path(row.spec).name}](../{row.spec})\n\n"
        f"![{net}: an overview, and a panel for each of its blocks](figures/{entry.name}.svg)\n"
    )


def thumbnails() -> str:
    """Return the figures of every network, small, for a page at the root of the project."""
    parts: list[str] = []
    for status, heading in PARTS:
        images = "\n".join(
            f'<a href="docs/gallery.md#{entry.name}"><img src="docs/figures/{entry.name}.svg" '
            f'alt="{entry.name}" title="{entry.name}" height="180"></a>'
            for entry in zoo()
            if entry.row.status is status
        )
        parts.append(f"{heading}:\n\n{images}\n")
    return "\n" + "\n".join(parts) + "\n"


def files() -> Iterator[tuple[Path, bytes]]:
    """Yield everything that is written, with where to."""
    yield PAGE, page().encode()
    for entry in zoo():
        yield FIGURES / f"{entry.name}.svg", figure(entry)


def main() -> None:
    FIGURES.mkdir(exist_ok=True)
    written = dict(files())
    for old in FIGURES.iterdir():
        if old not in written:
            old.unlink()
    for path, content in written.items():
        path.write_bytes(content)


if __name__ == "__main__":
    main()
