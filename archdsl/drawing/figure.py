"""A drawing with everything in its place: shapes and texts in points, from the upper left corner.

`place` makes it; SVG, PDF and PNG are written from it and nothing else, so that they agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from math import hypot

Point = tuple[float, float]

SLIM = 0.36
"""Half the width of an arrow's head over its length."""


class Anchor(Enum):
    """Which end of a text its place is."""

    START = "start"
    MIDDLE = "middle"
    END = "end"


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle; ``radius`` rounds its corners."""

    x: float
    y: float
    width: float
    height: float
    fill: str | None
    line: str | None = None
    weight: float = 1.0
    radius: float = 0.0
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Ellipse:
    """An ellipse around a centre."""

    x: float
    y: float
    rx: float
    ry: float
    fill: str | None
    line: str | None = None
    weight: float = 1.0
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Curve:
    """A line: a start, then three points for each Bézier piece. ``tip`` is where its arrow ends."""

    points: tuple[Point, ...]
    line: str
    weight: float = 1.0
    tip: Point | None = None
    dashed: bool = False

    @property
    def head(self) -> tuple[Point, Point, Point] | None:
        """The corners of the arrow's head, its point first; None for a line without one."""
        if self.tip is None:
            return None
        (x, y), (tip_x, tip_y) = self.points[-1], self.tip
        length = hypot(tip_x - x, tip_y - y)
        if length == 0:
            return None
        # Across the line, half as wide on each side as a slim arrow is long.
        dx, dy = (tip_y - y) * SLIM, (x - tip_x) * SLIM
        return self.tip, (x + dx, y + dy), (x - dx, y - dy)


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text on a baseline."""

    x: float
    y: float
    text: str
    size: float
    colour: str
    bold: bool = False
    anchor: Anchor = Anchor.MIDDLE


Shape = Rect | Ellipse | Curve | Text


def moved(shape: Shape, dx: float, dy: float) -> Shape:
    """Return a shape somewhere else."""

    def there(point: Point) -> Point:
        return point[0] + dx, point[1] + dy

    if isinstance(shape, Curve):
        tip = None if shape.tip is None else there(shape.tip)
        return replace(shape, points=tuple(map(there, shape.points)), tip=tip)
    return replace(shape, x=shape.x + dx, y=shape.y + dy)


@dataclass(frozen=True, slots=True)
class Part:
    """What belongs together: one box, edge, frame, heading. ``classes`` are for restyling.

    ``title`` is its tooltip, and its name for screen readers; ``link`` the id of a part it leads
    to; ``path`` the step of the network that it shows.
    """

    id: str
    classes: tuple[str, ...]
    shapes: tuple[Shape, ...]
    title: str = ""
    link: str | None = None
    path: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A page of parts, the hindmost first."""

    width: float
    height: float
    title: str
    description: str
    paper: str
    parts: tuple[Part, ...]

    def every_text(self) -> Iterator[Text]:
        for part in self.parts:
            for shape in part.shapes:
                if isinstance(shape, Text):
                    yield shape
