"""Where everything in a group is: plain data, and the way that values flow on the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from archdsl.drawing.engine import Size
from archdsl.drawing.figure import Point
from archdsl.drawing.options import Direction
from archdsl.drawing.routes import Route


@dataclass(frozen=True, slots=True)
class Places:
    """Where everything in a group is, from its upper left corner.

    ``members`` are upper left corners and sizes by id, ports included. ``entries`` and ``exits``
    are places on the border of a frame. ``title`` is where its title starts.
    """

    size: Size
    members: Mapping[str, tuple[Point, Size]]
    routes: tuple[Route, ...]
    entries: tuple[Point, ...] = ()
    exits: tuple[Point, ...] = ()
    title: Point | None = None
    beside: Mapping[str, Point] = field(default_factory=dict[str, Point])
    """Where the shape of a box's value starts, for those that have it at their side."""


@dataclass(frozen=True, slots=True)
class Turn:
    """From the page to the engine, where values flow down, and back."""

    direction: Direction

    def size(self, size: Size) -> Size:
        return (size[1], size[0]) if self.direction is Direction.LR else size

    def across(self, point: Point) -> float:
        """Return how far a place is from the start of the side that values flow through."""
        return point[1] if self.direction is Direction.LR else point[0]

    def back(self, point: Point, height: float) -> Point:
        """Return where a place of the engine, in a layout of a height, is on the page."""
        x, y = point
        match self.direction:
            case Direction.TB:
                return x, y
            case Direction.BT:
                return x, height - y
            case Direction.LR:
                return y, x
