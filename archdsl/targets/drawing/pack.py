"""Where panels stand on a page: the arrangement that can be printed largest on one A4 page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archdsl.targets.drawing.engine import Size
from archdsl.targets.drawing.figure import Point

A4: Size = (595.0, 842.0)
MARGIN = 28.35
"""Points around a figure on a page: a centimetre."""
IN_ORDER = 1.06
"""How much larger panels must come out for them to leave their order."""
RAGGED = 0.006
"""How much smaller panels may come out for one edge less that they are aligned by."""
GAP = 12.0
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
    """Return the best arrangement of an overview and of panels, in their order if that is good.

    ``below`` is the height kept free under all of them.
    """

    def merit(packing: Packing) -> tuple[float, float]:
        width, height = packing.size
        edges = {round(x) for x, _ in packing.places} | {round(-y - 1) for _, y in packing.places}
        # Rounded, so that of arrangements of about one scale the smaller one is taken.
        scale = fit((width, height + below)) * (1 - RAGGED * len(edges))
        return round(scale, 2), -width * height

    def best(order: Sequence[int]) -> Packing:
        """Return the best arrangement of panels by number, after the overview."""
        found = max(_every([overview, *(panels[at] for at in order)]), key=merit)
        placed = dict(zip(order, found.places[1:], strict=True))
        return Packing(found.size, (found.places[0], *(placed[at] for at in range(len(panels)))))

    numbers = range(len(panels))
    orders = (
        sorted(numbers, key=lambda at: -panels[at][1]),
        sorted(numbers, key=lambda at: -panels[at][0]),
        sorted(numbers, key=lambda at: -panels[at][0] * panels[at][1]),
    )
    straight = best(numbers)
    other = max(map(best, orders), key=merit)
    return other if merit(other)[0] > IN_ORDER * merit(straight)[0] else straight


def _every(sizes: Sequence[Size]) -> Iterator[Packing]:
    """Yield arrangements for strips of many widths, and of many heights."""
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
