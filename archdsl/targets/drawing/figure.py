"""A drawing with everything in its place: shapes and texts in points, from the upper left corner.

`place` makes it; SVG, PDF and PNG are written from it and nothing else, so that they agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

Point = tuple[float, float]


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


@dataclass(frozen=True, slots=True)
class Part:
    """What belongs together: one box, edge, frame, heading. ``classes`` are for restyling.

    ``title`` is its tooltip, and its name for screen readers; ``link`` the id of a part it leads to.
    """

    id: str
    classes: tuple[str, ...]
    shapes: tuple[Shape, ...]
    title: str = ""
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A page of parts, the hindmost first."""

    width: float
    height: float
    title: str
    description: str
    paper: str
    parts: tuple[Part, ...]
