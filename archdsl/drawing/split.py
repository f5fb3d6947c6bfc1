"""One drawing for each part of a drawing: the overview, and each block that is folded in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from archdsl.drawing.describe import in_words
from archdsl.drawing.options import DrawingError
from archdsl.drawing.picture import Drawing

OVERVIEW = "overview"
"""Name of the first part."""


def split(drawing: Drawing) -> Mapping[str, Drawing]:
    """Return the parts of a drawing by names that do for files: ``overview``, ``A``, ``stem``.

    The heading of a block is its own, and there is none where the drawing has none. Raises
    :class:`DrawingError` where no block is folded.
    """
    if not drawing.panels:
        raise DrawingError(
            f"there is nothing to split: no block of `{drawing.overview.title}` is folded"
        )
    parts = {OVERVIEW: replace(drawing, panels=())}
    for panel in drawing.panels:
        name = plain = re.sub(r"[^\w.-]+", "-", panel.name).strip("-") or "block"
        count = 1
        while name.lower() in {taken.lower() for taken in parts}:
            count += 1
            name = f"{plain}-{count}"
        title = panel.title if drawing.title else ""
        parts[name] = replace(drawing, title=title, overview=panel, panels=())
    return {name: replace(part, description=in_words(part)) for name, part in parts.items()}
