"""Break a long overview into columns, as text is broken into lines.

A column ends where one edge alone goes on; that edge leads around to the top of the next one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from math import inf

from archdsl.drawing.engine import Size
from archdsl.drawing.figure import Point
from archdsl.drawing.options import Direction
from archdsl.drawing.places import Places
from archdsl.drawing.routes import Route, straight

GUTTER = 34.0
"""Points between columns, for the edge that leads on."""
AROUND = 9.0
"""Points from the end of a column to that edge."""
BEND = 5.0
"""Radius of its corners."""
MOST = 24
"""Columns at most."""


def wrapped(places: Places, direction: Direction) -> Iterator[Places]:
    """Yield the same places in two columns, in three and so on.

    Columns stand beside one another; where values flow sideways they are rows.
    """
    turn = _Turn(direction, places.size)
    upright = _turned(places, turn)
    cuts = tuple(_cuts(upright))
    for columns in range(2, min(MOST, len(cuts) + 1) + 1):
        found = _in_columns(upright, columns, cuts)
        if found is not None:
            yield _turned(found, _Turn(direction, turn.back(found.size)))


@dataclass(frozen=True, slots=True)
class _Turn:
    """Maps places so that values flow down, and back: both ways are the same."""

    direction: Direction
    size: Size

    def back(self, size: Size) -> Size:
        return (size[1], size[0]) if self.direction is Direction.LR else size

    def point(self, point: Point) -> Point:
        x, y = point
        match self.direction:
            case Direction.TB:
                return x, y
            case Direction.BT:
                return x, self.size[1] - y
            case Direction.LR:
                return y, x

    def corner(self, point: Point, size: Size) -> Point:
        """Return the upper left corner of what had it at a place."""
        x, y = self.point(point)
        return (x, y - size[1]) if self.direction is Direction.BT else (x, y)


def _turned(places: Places, turn: _Turn) -> Places:
    if turn.direction is Direction.TB:
        return places
    return Places(
        turn.back(places.size),
        {
            id: (turn.corner(place, size), turn.back(size))
            for id, (place, size) in places.members.items()
        },
        tuple(
            replace(
                route,
                points=tuple(map(turn.point, route.points)),
                tip=None if route.tip is None else turn.point(route.tip),
                label=None if route.label is None else turn.point(route.label),
                room=turn.back(route.room),
            )
            for route in places.routes
        ),
        beside={id: turn.point(place) for id, place in places.beside.items()},
    )


def _in_columns(places: Places, count: int, cuts: Sequence[_Cut]) -> Places | None:
    """Return places in so many columns, about equally long; None where that cannot be."""
    target = places.size[1] / count
    chosen: list[_Cut] = []
    start = 0.0
    for cut, later in zip(cuts, [*cuts, None][1:], strict=True):
        if len(chosen) == count - 1:
            break
        # The cut that is nearest to a full column.
        goal = start + target
        if cut.y > start and (later is None or abs(later.y - goal) > abs(cut.y - goal)):
            chosen.append(cut)
            start = cut.y
    return _columns(places, chosen) if len(chosen) == count - 1 else None


@dataclass(frozen=True, slots=True)
class _Cut:
    """A height at which one edge alone goes on, by its number."""

    y: float
    edge: int


def _cuts(places: Places) -> Iterator[_Cut]:
    """Yield where columns can end, from the top."""
    spans = sorted((y, y + size[1]) for (_, y), size in places.members.values())
    reach = -inf
    gaps: list[tuple[float, float]] = []
    for top, bottom in spans:
        if reach != -inf and top > reach:
            gaps.append((reach, top))
        reach = max(reach, bottom)
    ends = [_ends(route) for route in places.routes]
    above, begun = _counts((top, number) for number, (top, _) in enumerate(ends))
    below, ended = _counts((bottom, number) for number, (_, bottom) in enumerate(ends))
    for low, high in gaps:
        middle = (low + high) / 2
        started, over = bisect_right(above, middle), bisect_left(below, middle)
        if started - over == 1:
            # Of the edges that have begun, the one that has not ended.
            yield _Cut(middle, begun[started] - ended[over])


def _counts(spots: Iterable[tuple[float, int]]) -> tuple[list[float], list[int]]:
    """Return heights in order, and the sums of the numbers of the first 0, 1, 2, … of them."""
    ordered = sorted(spots)
    return [spot for spot, _ in ordered], [0, *accumulate(number for _, number in ordered)]


def _ends(route: Route) -> tuple[float, float]:
    """Return the heights that an edge goes from and to."""
    heights = [y for _, y in route.points]
    return min(heights), max(heights)


def _columns(places: Places, cuts: Sequence[_Cut]) -> Places:
    """Return places with what is below each cut moved up, to the right of what is above it."""
    tops = [-inf, *(cut.y for cut in cuts)]
    broken = {cut.edge: number for number, cut in enumerate(cuts)}

    def column(y: float) -> int:
        return bisect_left(tops, y) - 1

    boxes: list[list[tuple[float, float, float, float]]] = [[] for _ in tops]
    for (x, y), (wide, high) in places.members.values():
        boxes[column(y + high / 2)].append((x, y, x + wide, y + high))
    for route in places.routes:
        if route.label is not None:
            (x, y), (wide, high) = route.label, route.room
            at = column(min(y for _, y in route.points))
            boxes[at].append((x - wide / 2, y - high / 2, x + wide / 2, y + high / 2))
    for number, route in enumerate(places.routes):
        if number not in broken:
            for x, y in route.points:
                boxes[column(y)].append((x, y, x, y))
    shifts: list[Point] = []
    bounds: list[tuple[float, float, float, float]] = []
    x = 0.0
    for found in boxes:
        left, top = min(box[0] for box in found), min(box[1] for box in found)
        right, bottom = max(box[2] for box in found), max(box[3] for box in found)
        if places.beside:
            right = max(right, places.size[0])  # where the shapes end
        # The edge that leads on comes in above all columns but the first.
        down = 2 * AROUND
        shifts.append((x - left, down - top))
        bounds.append((x, down, x + right - left, down + bottom - top))
        x += right - left + GUTTER
    width = x - GUTTER
    height = max(bottom for _, _, _, bottom in bounds) + 2 * AROUND

    def moved(point: Point, at: int) -> Point:
        return point[0] + shifts[at][0], point[1] + shifts[at][1]

    routes: list[Route] = []
    for number, route in enumerate(places.routes):
        at = column(min(y for _, y in route.points))
        label = None if route.label is None else moved(route.label, at)
        if number not in broken:
            tip = None if route.tip is None else moved(route.tip, at)
            points = tuple(moved(point, at) for point in route.points)
            routes.append(replace(route, points=points, tip=tip, label=label))
            continue
        start, end = moved(route.points[0], at), moved(route.points[-1], at + 1)
        tip = None if route.tip is None else moved(route.tip, at + 1)
        gutter = bounds[at + 1][0] - GUTTER / 2
        corners = (
            start,
            (start[0], bounds[at][3] + AROUND),
            (gutter, bounds[at][3] + AROUND),
            (gutter, bounds[at + 1][1] - AROUND),
            (end[0], bounds[at + 1][1] - AROUND),
            end,
        )
        routes.append(replace(route, points=_rounded(corners), tip=tip, label=label))
    members: Mapping[str, tuple[Point, Size]] = {
        id: (moved(place, column(place[1] + size[1] / 2)), size)
        for id, (place, size) in places.members.items()
    }
    beside = {id: moved(place, column(place[1])) for id, place in places.beside.items()}
    return Places((width, height), members, tuple(routes), beside=beside)


def _rounded(corners: Sequence[Point]) -> tuple[Point, ...]:
    """Return a line around corners, each of them rounded."""
    points: list[Point] = [corners[0]]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        into, out = _towards(corner, before), _towards(corner, after)
        points += straight(points[-1], into)[1:]
        points += (corner, corner, out)
    points += straight(points[-1], corners[-1])[1:]
    return tuple(points)


def _towards(corner: Point, other: Point) -> Point:
    """Return the place a bend begins at, on the way from a corner to another place."""
    (x, y), (u, v) = corner, other
    length = max(abs(u - x), abs(v - y))
    share = min(BEND / length, 0.5) if length else 0.0
    return x + (u - x) * share, y + (v - y) * share
