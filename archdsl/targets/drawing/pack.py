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
    """Yield arrangements for strips of many widths, and of many heights."""
    sizes = (overview, *panels)
    yield from _strips(sizes)
    flipped = [(height, width) for width, height in sizes]
    for packing in _strips(flipped):
        places = tuple((x, y) for y, x in packing.places)
        yield Packing((packing.size[1], packing.size[0]), places)


def _strips(sizes: Sequence[Size]) -> Iterator[Packing]:
    """Yield arrangements in strips that are as wide as some of the sizes beside one another."""
    limits: set[float] = set()
    for start in range(len(sizes)):
        total = -GAP
        for width, _ in sizes[start:]:
            total += width + GAP
            limits.add(total)
            limits.add(sizes[0][0] + GAP + total)
    widest = max(width for width, _ in sizes)
    for limit in sorted(limits):
        if limit >= widest:
            yield _filled(sizes, limit)


def _filled(sizes: Sequence[Size], limit: float) -> Packing:
    """Place each size in turn as high as it goes, and there as far left as it goes."""
    outline: list[tuple[float, float, float]] = [(0.0, limit + 0.01, 0.0)]
    """From, to, and how far down it is taken."""
    places: list[Point] = []
    for width, height in sizes:
        spots = (
            (max(low for start, end, low in outline if start < x + width and end > x), x)
            for x, _, _ in outline
            if x + width <= limit + 0.01
        )
        y, x = min(spots)
        places.append((x, y))
        right, lowest = x + width + GAP, y + height + GAP
        cut = [
            piece
            for start, end, low in outline
            for piece in ((start, min(end, x), low), (max(start, right), end, low))
            if piece[0] < piece[1]
        ]
        outline = sorted([*cut, (x, right, lowest)])
    across = max(x + width for (x, _), (width, _) in zip(places, sizes, strict=True))
    down = max(y + height for (_, y), (_, height) in zip(places, sizes, strict=True))
    return Packing((across, down), tuple(places))
