"""Pictures of networks: in comes a graph, out goes SVG, PNG, DOT or Mermaid.

Blocks and repeats are folded as `4 × A`, and each distinct block is drawn once, beside the
overview of the network.
"""

from __future__ import annotations

from typing import Literal, overload

from archdsl.diagnostics import did_you_mean
from archdsl.graph import Graph
from archdsl.targets.drawing.layout import arrange
from archdsl.targets.drawing.picture import Box, BoxKind, Drawing, Edge, Group, Panel
from archdsl.targets.drawing.render import PROGRAMS, DrawingError, render

__all__ = [
    "ENGINES",
    "FORMATS",
    "MOST_BOXES",
    "Box",
    "BoxKind",
    "Drawing",
    "DrawingError",
    "Edge",
    "Group",
    "Panel",
    "arrange",
    "draw",
    "to_svg",
]

FORMATS = ("svg", "png", "dot", "mmd")
ENGINES = tuple(PROGRAMS)
MOST_BOXES = 2000
"""Most boxes in one drawing: more take minutes, and nobody can read them."""


@overload
def draw(
    graph: Graph, format: Literal["svg", "png"], *, engine: str = ..., depth: int | None = ...
) -> bytes: ...
@overload
def draw(
    graph: Graph, format: Literal["dot", "mmd"], *, engine: str = ..., depth: int | None = ...
) -> str: ...
@overload
def draw(
    graph: Graph, format: str, *, engine: str = ..., depth: int | None = ...
) -> bytes | str: ...
def draw(
    graph: Graph, format: str, *, engine: str = "pure", depth: int | None = None
) -> bytes | str:
    """Draw a network: bytes of an ``svg`` or ``png``, or ``dot`` or ``mmd`` (Mermaid) text.

        Path("net.svg").write_bytes(draw(network.ir, "svg"))

    ``depth`` unfolds blocks in their places, that many levels deep. ``engine`` is ``pure``, which
    is installed with archdsl, or ``dot``, the machine's own Graphviz. Raises
    :class:`DrawingError`, which says why there is no picture.
    """
    if format not in FORMATS:
        known = ", ".join(f"`{name}`" for name in FORMATS)
        hint = did_you_mean(format, FORMATS) or f"; there are {known}"
        raise DrawingError(f"cannot draw as `{format}`{hint}")
    drawing = arrange(graph, depth)
    boxes = sum(1 for _ in drawing.every_box())
    if boxes > MOST_BOXES:
        raise DrawingError(_too_many(boxes, depth))
    if format == "mmd":
        from archdsl.targets.drawing.mermaid import to_mermaid

        return to_mermaid(drawing)
    from archdsl.targets.drawing.dot import to_dot

    text = to_dot(drawing)
    return text if format == "dot" else render(text, format, engine)


def to_svg(graph: Graph) -> str:
    """Return a network's folded drawing as the text of an SVG, for a notebook."""
    return draw(graph, "svg").decode()


def _too_many(boxes: int, depth: int | None) -> str:
    counted = f"the drawing would have {boxes:,} boxes, and {MOST_BOXES:,} are the most that fit"
    if depth:
        return f"{counted}: leave out `depth`, or give one less than {depth}"
    return f"{counted}: gather steps in blocks or repeats, which are folded into one box each"
