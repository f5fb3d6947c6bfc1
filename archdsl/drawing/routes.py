"""Lines in their places: how far they reach, and how they go on to a border."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from archdsl.drawing.engine import Size
from archdsl.drawing.figure import Point
from archdsl.drawing.picture import Edge


@dataclass(frozen=True, slots=True)
class Route:
    """An edge in its place; ``label`` is the centre of the ``room`` for its text."""

    edge: Edge
    points: tuple[Point, ...]
    tip: Point | None
    label: Point | None
    room: Size = (0.0, 0.0)
    speaks: bool = False
    """Whether it is this edge that says the shape, of those that carry one value."""

    def along(self) -> Iterator[Point]:
        """Yield places along a line, near enough to one another to tell how far it reaches."""
        for at in range(0, len(self.points) - 1, 3):
            a, b, c, d = self.points[at : at + 4]
            for step in range(9):
                t = step / 8
                weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
                x, y = (
                    sum(
                        weight * point[axis]
                        for weight, point in zip(weights, (a, b, c, d), strict=True)
                    )
                    for axis in (0, 1)
                )
                yield x, y


def reach(route: Route, ends: Mapping[str, Point]) -> Route:
    """Return a route that goes on straight to the border, where it ends at a port."""
    points = route.points
    start, end = ends.get(route.edge.tail), ends.get(route.edge.head)
    if start is not None and start != points[0]:
        points = (*straight(start, points[0]), *points[1:])
    if end is not None and end != points[-1]:
        aside = end[0] != points[-1][0] and end[1] != points[-1][1]
        points = bent(points, end) if aside else (*points[:-1], *straight(points[-1], end))
    return replace(route, points=points)


def shifted(route: Route, dx: float, dy: float) -> Route:
    def moved(point: Point) -> Point:
        return point[0] + dx, point[1] + dy

    return replace(
        route,
        points=tuple(map(moved, route.points)),
        tip=None if route.tip is None else moved(route.tip),
        label=None if route.label is None else moved(route.label),
    )


def bounds(
    members: Mapping[str, tuple[Point, Size]], routes: Sequence[Route]
) -> tuple[float, float, float, float]:
    """Return the left, upper, right and lower end of boxes, lines and labels."""
    spots: list[Point] = []
    for (x, y), (wide, high) in members.values():
        spots += (x, y), (x + wide, y + high)
    for route in routes:
        spots += route.along()
        if route.label is not None:
            (x, y), (wide, high) = route.label, route.room
            spots += (x - wide / 2, y - high / 2), (x + wide / 2, y + high / 2)
    if not spots:
        return 0.0, 0.0, 0.0, 0.0
    across, down = zip(*spots, strict=True)
    return min(across), min(down), max(across), max(down)


def straight(start: Point, end: Point) -> tuple[Point, ...]:
    """Return a straight Bézier piece."""
    (x, y), (u, v) = start, end
    thirds = (((x * (3 - n) + u * n) / 3, (y * (3 - n) + v * n) / 3) for n in (1, 2))
    return (start, *thirds, end)


def bent(points: tuple[Point, ...], end: Point) -> tuple[Point, ...]:
    """Return a line whose last piece ends elsewhere, in the direction that it had."""
    (x, y), (u, v), (dx, dy) = (
        points[-2],
        points[-1],
        (end[0] - points[-1][0], end[1] - points[-1][1]),
    )
    return (*points[:-2], (x + dx, y + dy), (u + dx, v + dy))
