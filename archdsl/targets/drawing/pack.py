"""Where panels stand on a page: the arrangement that can be printed largest on one A4 page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archdsl.targets.drawing.engine import Size
from archdsl.targets.drawing.figure import Point

A4: Size = (595.0, 842.0)
MARGIN = 36.0
"""Points around a figure on a page."""
GAP = 16.0
"""Points between panels."""


@dataclass(frozen=True, slots=True)
class Packing:
    """Upper left corners, in the order of the sizes that were packed."""

    size: Size
    places: tuple[Point, ...]


def fit(size: Size) -> float:
    """Return what a figure is scaled by to fill an A4 page, upright or sideways."""
    width, height = A4[0] - 2 * MARGIN, A4[1] - 2 * MARGIN
    across, down = size
    upright = min(width / across, height / down)
    return max(upright, min(height / across, width / down))


def pack(overview: Size, panels: Sequence[Size], below: float = 0.0) -> Packing:
    """Return the best arrangement of an overview and of panels, which stay in their order.

    ``below`` is the height kept free under all of them.
    """
    if not panels:
        return Packing(overview, ((0.0, 0.0),))

    def merit(packing: Packing) -> tuple[float, float]:
        width, height = packing.size
        # Rounded, so that of arrangements of about one scale the smaller one is taken.
        return round(fit((width, height + below)), 2), -width * height

    return max(_every(overview, panels), key=merit)


def _every(overview: Size, panels: Sequence[Size]) -> Iterator[Packing]:
    """Yield panels in columns or in rows beside the overview, and in rows below it."""
    for packing in (*_columns(panels, overview[1]), *_rows(panels, overview[0])):
        right = overview[0] + GAP
        beside = tuple((x + right, y) for x, y in packing.places)
        size = right + packing.size[0], max(overview[1], packing.size[1])
        yield Packing(size, ((0.0, 0.0), *beside))
        lower = overview[1] + GAP
        under = tuple((x, y + lower) for x, y in packing.places)
        size = max(overview[0], packing.size[0]), lower + packing.size[1]
        yield Packing(size, ((0.0, 0.0), *under))


def _columns(panels: Sequence[Size], least: float) -> Iterator[Packing]:
    """Yield the ways to fill columns of some height one after the other."""
    flipped = [size[::-1] for size in panels]
    for packing in _rows(flipped, least):
        yield Packing(packing.size[::-1], tuple(place[::-1] for place in packing.places))


def _rows(panels: Sequence[Size], least: float) -> Iterator[Packing]:
    """Yield the ways to fill rows of some width one after the other."""
    total = 0.0
    limits = {least}
    for start in range(len(panels)):
        total = -GAP
        for width, _ in panels[start:]:
            total += width + GAP
            limits.add(total)
    widest = max(width for width, _ in panels)
    for limit in sorted(limits):
        if limit >= widest:
            yield _filled(panels, limit)


def _filled(panels: Sequence[Size], limit: float) -> Packing:
    places: list[Point] = []
    x = y = row = reach = 0.0
    for width, height in panels:
        if x > 0 and x + width > limit + 0.01:
            x, y, row = 0.0, y + row + GAP, 0.0
        places.append((x, y))
        x += width + GAP
        reach, row = max(reach, x - GAP), max(row, height)
    return Packing((reach, y + row), tuple(places))
