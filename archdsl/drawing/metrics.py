"""How wide a text is at most, whichever of the usual fonts shows it.

An SVG is shown in Helvetica or Arial, or in a fallback, of which DejaVu Sans is the widest;
boxes have to hold the text in any of them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache

from archdsl.drawing.advances import BOLD, REGULAR

UNKNOWN = 1100
"""For a letter that no table has: wider than nearly all letters of any script are."""
BOLD_SPARE = 1.03
"""Verdana's bold is up to 3 % wider than that of DejaVu Sans."""


def width(text: str, size: float, bold: bool = False) -> float:
    """Return the most points that a line of text takes at a font size in points."""
    known = _advances(bold)
    thousandths = sum(known.get(letter) or _unknown(letter) for letter in text)
    return thousandths * size / 1000 * (BOLD_SPARE if bold else 1)


def wrap(text: str, size: float, room: float) -> tuple[str, ...]:
    """Break a text at its spaces into lines of at most ``room`` points; a long word stays whole."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, size) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return tuple(lines)


def _unknown(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    # A font of East Asian letters gives each the whole square, an emoji some more.
    return 1400 if unicodedata.east_asian_width(letter) in "WF" else UNKNOWN


@cache
def _advances(bold: bool) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for line in (BOLD if bold else REGULAR).splitlines():
        start, *widths = line.split()
        found |= {chr(int(start, 16) + at): int(one) for at, one in enumerate(widths)}
    return found
