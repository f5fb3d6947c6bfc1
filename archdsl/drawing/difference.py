"""Two networks side by side, with what the second adds, lacks and changes."""

from __future__ import annotations

from dataclasses import replace

from archdsl.compare import Comparison, changes
from archdsl.drawing.arrange import arrange
from archdsl.drawing.options import DrawingError, Options, Style
from archdsl.drawing.picture import Drawing

MOST_LINES = 16
"""Lines that say under the drawing what differs."""


def arrange_difference(
    comparison: Comparison, options: Options | None = None
) -> tuple[Drawing, Drawing]:
    """Return the drawings of both networks of a comparison, with marks on what differs.

    What only the first has is marked as removed, what only the second has as added, and operators
    that both have with other arguments as changed. Raises :class:`DrawingError` where the networks
    cannot be drawn so.
    """
    options = Options() if options is None else options
    if options.style is Style.TABLE or options.heat is not None:
        raise DrawingError("what differs is marked on boxes: choose another style, without heat")
    first, second = (
        arrange(
            graph,
            replace(options, title=f"{side}: {graph.name}"),
            found,
        )
        for side, graph, found in zip(
            "AB", (comparison.a, comparison.b), changes(comparison), strict=True
        )
    )
    return replace(first, notes=(*first.notes, *_in_words(comparison))), second


def _in_words(comparison: Comparison) -> tuple[str, ...]:
    """Return what differs as lines, the whole network first."""
    lines = [f"{one.where}: {one.what}" if one.where else one.what for one in comparison.statements]
    if not lines:
        return ("A and B are the same architecture.",)
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], f"{len(lines) - MOST_LINES + 1} more differences"]
    return ("From A to B:", *(f"– {line.replace('`', '')}" for line in lines))
