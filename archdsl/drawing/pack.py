"""Where panels stand on a page: the arrangement that can be printed largest on one A4 page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from archdsl.drawing.engine import Size
from archdsl.drawing.figure import Point

A4: Size = (595.0, 842.0)
MARGIN = 28.35
"""Points around a figure on a page: a centimetre."""
IN_ORDER = 1.08
"""How much larger panels must come out for them to leave their order."""
RAGGED = 0.006
"""How much smaller panels may come out for one edge less that they are aligned by."""
FILLS = 0.6
"""Share of a column's width from which on a panel is made as wide as the column."""
GAP = 8.0
"""Points between panels."""
MOST_SWAPPED = 9
"""Panels that are tried in each other's places; of more, a few orders are tried."""
STRIPS = 400
"""Widths of strips that are tried for one order, divided by the number of panels."""
ROUNDS = 3
"""How often all pairs of panels are tried in each other's places."""


@dataclass(frozen=True, slots=True)
class Packing:
    """Upper left corners, in the order of the sizes that were packed."""

    size: Size
    places: tuple[Point, ...]
    widths: tuple[float, ...]
    """Those of panels in a column are even."""


def fit(size: Size) -> float:
    """Return what a figure is scaled by to fill an A4 page, upright or sideways."""
    width, height = A4[0] - 2 * MARGIN, A4[1] - 2 * MARGIN
    across, down = size
    return max(min(width / across, height / down), min(height / across, width / down))


def pack(
    overview: Size, panels: Sequence[Size], below: float = 0.0, quick: bool = False
) -> Packing:
    """Return the best arrangement of an overview and of panels, in their order if that is good.

    ``below`` is the height kept free under all of them. The first place is the overview's.
    A ``quick`` answer is the best one in order.
    """
    search = _Search(overview, panels, below)
    straight = search.best(tuple(range(len(panels))))
    if quick or len(panels) < 2:
        return search.packing(straight)
    best = max((straight, *map(search.best, _orders(panels))), key=search.merit)
    for _ in range(ROUNDS if len(panels) <= MOST_SWAPPED else 0):
        neighbours = (search.best(order) for order in _swapped(best.order))
        better = max((best, *neighbours), key=search.merit)
        if better is best:
            break
        best = better
    leaves = search.merit(best)[0] > IN_ORDER * search.merit(straight)[0]
    return search.packing(best if leaves else straight)


@dataclass(frozen=True, slots=True)
class _Arrangement:
    """Places of the overview and of panels that were placed in an order, by their numbers."""

    order: tuple[int, ...]
    size: Size
    places: tuple[Point, ...]
    widths: tuple[float, ...]


class _Search:
    """Tries orders of panels in strips of many widths, and of many heights."""

    def __init__(self, overview: Size, panels: Sequence[Size], below: float) -> None:
        self.sizes = (overview, *panels)
        self.below = below
        self.tried: dict[tuple[int, ...], _Arrangement] = {}

    def merit(self, one: _Arrangement) -> tuple[float, float]:
        """Return how good an arrangement is: large in print, aligned, and small on its own."""
        width, height = one.size
        sides = zip(one.places, one.widths, strict=True)
        ends = {round(x + wide) for (x, _), wide in sides}
        edges = len({round(x) for x, _ in one.places}) + len(ends)
        # Rounded, so that of arrangements of about one scale the smaller one is taken.
        scale = fit((width, height + self.below)) * (1 - RAGGED * edges)
        return round(scale, 2), -width * height

    def best(self, order: tuple[int, ...]) -> _Arrangement:
        """Return the best arrangement of panels that are placed in an order."""
        if order not in self.tried:
            sizes = (self.sizes[0], *(self.sizes[1 + number] for number in order))
            found = (_Arrangement(order, one.size, one.places, one.widths) for one in _every(sizes))
            self.tried[order] = max(found, key=self.merit)
        return self.tried[order]

    def packing(self, one: _Arrangement) -> Packing:
        """Return an arrangement with the places of the panels in the panels' own order."""
        numbers = sorted(range(len(one.places)), key=lambda at: (-1, *one.order)[at])
        places = tuple(one.places[at] for at in numbers)
        return Packing(one.size, places, tuple(one.widths[at] for at in numbers))


def _orders(panels: Sequence[Size]) -> Iterator[tuple[int, ...]]:
    """Yield orders in which panels often fit well: the largest ones first."""
    numbers = range(len(panels))
    yield tuple(sorted(numbers, key=lambda at: -panels[at][1]))
    yield tuple(sorted(numbers, key=lambda at: -panels[at][0]))
    yield tuple(sorted(numbers, key=lambda at: -panels[at][0] * panels[at][1]))


def _swapped(order: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Yield the orders in which two panels have each other's places."""
    for one, other in combinations(range(len(order)), 2):
        swapped = list(order)
        swapped[one], swapped[other] = order[other], order[one]
        yield tuple(swapped)


def _every(sizes: Sequence[Size]) -> Iterator[Packing]:
    """Yield arrangements in columns, in strips that go down, and in strips that go across."""
    yield from _columns(sizes)
    yield from _strips(sizes)
    for packing in _strips([(height, width) for width, height in sizes]):
        places = tuple((x, y) for y, x in packing.places)
        widths = tuple(width for width, _ in sizes)
        yield Packing((packing.size[1], packing.size[0]), places, widths)


def _columns(sizes: Sequence[Size]) -> Iterator[Packing]:
    """Yield arrangements in columns, each filled down to a limit."""
    heights: set[float] = set()
    for start in range(len(sizes)):
        total = -GAP
        for _, height in sizes[start:]:
            total += height + GAP
            heights.add(total)
    tallest = max(height for _, height in sizes)
    fitting = sorted(height for height in heights if height >= tallest)
    step = -(-len(fitting) * len(sizes) // STRIPS) or 1
    for limit in fitting[::step]:
        columns: list[list[Size]] = [[]]
        down = 0.0
        for size in sizes:
            if columns[-1] and down + size[1] > limit:
                columns.append([])
                down = 0.0
            columns[-1].append(size)
            down += size[1] + GAP
        yield _beside(columns)


def _beside(columns: Sequence[Sequence[Size]]) -> Packing:
    """Return columns side by side; the overview, which has no border, stays as wide as it is."""
    places: list[Point] = []
    widths: list[float] = []
    x = down = 0.0
    for column in columns:
        widest, y = max(width for width, _ in column), 0.0
        for width, height in column:
            widths.append(widest if places and width >= FILLS * widest else width)
            places.append((x, y))
            y += height + GAP
        x, down = x + widest + GAP, max(down, y - GAP)
    return Packing((x - GAP, down), tuple(places), tuple(widths))


def _strips(sizes: Sequence[Size]) -> Iterator[Packing]:
    """Yield arrangements in strips that are as wide as some of the sizes beside one another."""
    limits: set[float] = set()
    for start in range(len(sizes)):
        total = -GAP
        for width, _ in sizes[start:]:
            total += width + GAP
            limits.add(-(total // -4) * 4)
            limits.add(-((sizes[0][0] + GAP + total) // -4) * 4)
    widest = max(width for width, _ in sizes)
    area = sum(width * height for width, height in sizes)
    # Strips that are far too long or wide are no page.
    fitting = sorted(x for x in limits if x >= widest and area / 3 < x * x < area * 4)
    step = -(-len(fitting) * len(sizes) // STRIPS) or 1
    for limit in fitting[::step]:
        yield _filled(sizes, limit)
    yield _filled(sizes, widest)


def _filled(sizes: Sequence[Size], limit: float) -> Packing:
    """Place each size in turn as high as it goes, and there as far left as it goes."""
    outline: list[tuple[float, float, float]] = [(0.0, limit, 0.0)]
    """From, to, and how far down it is taken."""
    places: list[Point] = []
    for width, height in sizes:
        y, x = min(
            (max(low for start, end, low in outline if start < x + width + GAP and end > x), x)
            for x, _, _ in outline
            if x + width <= limit
        )
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
    return Packing((across, down), tuple(places), tuple(width for width, _ in sizes))
