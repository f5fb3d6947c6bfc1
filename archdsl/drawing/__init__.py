"""Pictures of networks: in comes a graph, out goes SVG, PDF, PNG, DOT, Mermaid or JSON.

`arrange` makes a drawing, plain data without places, that the text formats are written from;
`place` gives everything in it its place, and SVG, PDF and PNG are written from that figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, overload

from archdsl.diagnostics import did_you_mean
from archdsl.drawing.arrange import MOST_BOXES, arrange
from archdsl.drawing.difference import arrange_difference
from archdsl.drawing.engine import PROGRAMS
from archdsl.drawing.figure import Figure
from archdsl.drawing.options import (
    Direction,
    DrawingError,
    Heat,
    Label,
    Options,
    Style,
    check_options,
    read_options,
)
from archdsl.drawing.picture import Box, BoxKind, Drawing, Edge, Group, Scale
from archdsl.drawing.split import OVERVIEW, split
from archdsl.drawing.theme import THEMES, theme_of
from archdsl.graph import Graph

__all__ = [
    "ALIASES",
    "DPI",
    "ENGINES",
    "FORMATS",
    "MOST_BOXES",
    "OVERVIEW",
    "THEMES",
    "Box",
    "BoxKind",
    "Direction",
    "Drawing",
    "DrawingError",
    "Edge",
    "Group",
    "Heat",
    "Label",
    "Options",
    "Scale",
    "Style",
    "arrange",
    "arrange_difference",
    "draw",
    "read_options",
    "split",
    "write",
]

PICTURES = ("svg", "pdf", "png")
FORMATS = (*PICTURES, "dot", "mmd", "json")
ALIASES = {"mermaid": "mmd"}
ENGINES = tuple(PROGRAMS)
DPI = 144
"""Pixels of a png per inch; a figure has 72 points per inch."""
FOLDED = Options()


@overload
def draw(
    graph: Graph,
    format: Literal["pdf", "png"],
    options: Options = ...,
    *,
    engine: str = ...,
    dpi: int = ...,
) -> bytes: ...
@overload
def draw(
    graph: Graph,
    format: Literal["svg", "dot", "mmd", "json"],
    options: Options = ...,
    *,
    engine: str = ...,
    dpi: int = ...,
) -> str: ...
@overload
def draw(
    graph: Graph, format: str, options: Options = ..., *, engine: str = ..., dpi: int = ...
) -> bytes | str: ...
def draw(
    graph: Graph,
    format: str,
    options: Options = FOLDED,
    *,
    engine: str = "pure",
    dpi: int = DPI,
) -> bytes | str:
    """Draw a network: bytes of a ``pdf`` or ``png``; ``svg``, ``dot``, ``mmd`` or ``json`` text.

        Path("net.pdf").write_bytes(draw(network.ir, "pdf"))

    ``engine`` is ``pure``, which is installed with archdsl, or ``dot``, the machine's own
    Graphviz; ``dpi`` are the pixels of a png per inch. Raises :class:`DrawingError`, which says
    why there is no picture.
    """
    format = _known_format(format)
    if options.style is Style.TABLE:
        return _table(graph, format, options, dpi)
    return write((arrange(graph, options),), format, options.theme, engine=engine, dpi=dpi)


def write(
    drawings: Sequence[Drawing],
    format: str,
    theme: str = "light",
    *,
    engine: str = "pure",
    dpi: int = DPI,
) -> bytes | str:
    """Write drawings in a format: one, or several side by side in a picture.

    Raises :class:`DrawingError` for a format that holds only one, and where there are more boxes
    than anyone can read.
    """
    format = _known_format(format)
    colours = theme_of(theme)
    boxes = sum(1 for drawing in drawings for _ in drawing.every_box())
    if boxes > MOST_BOXES:
        raise DrawingError(
            f"the drawing would have {boxes:,} boxes, and {MOST_BOXES:,} are the most that fit: "
            "fold more of it (leave out `expand`, `depth` or the style `full`), or draw a part "
            "with `only`"
        )
    if format in PICTURES:
        from archdsl.drawing.place import place

        return _picture(place(drawings, colours, engine), format, dpi)
    if len(drawings) != 1:
        raise DrawingError(f"`{format}` holds one drawing; for two use svg, pdf or png")
    match format:
        case "dot":
            from archdsl.drawing.dot import to_dot

            return to_dot(drawings[0], colours)
        case "mmd":
            from archdsl.drawing.mermaid import to_mermaid

            return to_mermaid(drawings[0], colours)
        case _:
            from archdsl.drawing.data import to_json

            return to_json(drawings[0])


def _table(graph: Graph, format: str, options: Options, dpi: int) -> bytes | str:
    """Draw the rows of a network's summary."""
    check_options(options)
    if format not in PICTURES:
        raise DrawingError(
            f"a table cannot be drawn as `{format}`; draw it as svg, pdf or png, or have it as "
            "text with `archdsl summary`, which writes json, csv and markdown too"
        )
    from archdsl.drawing.table import table_figure
    from archdsl.tables.summary import summarise

    summary = summarise(graph, options.depth or 0)
    return _picture(table_figure(summary, theme_of(options.theme), options.title), format, dpi)


def _picture(figure: Figure, format: str, dpi: int) -> bytes | str:
    match format:
        case "svg":
            from archdsl.drawing.svg import to_svg

            return to_svg(figure)
        case "pdf":
            from archdsl.drawing.pdf import to_pdf

            return to_pdf(figure)
        case _:
            from archdsl.drawing.png import to_png

            return to_png(figure, dpi)


def _known_format(format: str) -> str:
    """Return the name of a format that may be given by another; raise where there is none."""
    format = ALIASES.get(format, format)
    if format not in FORMATS:
        known = ", ".join(f"`{name}`" for name in FORMATS)
        hint = did_you_mean(format, (*FORMATS, *ALIASES)) or f"; there are {known}"
        raise DrawingError(f"cannot draw as `{format}`{hint}")
    return format
