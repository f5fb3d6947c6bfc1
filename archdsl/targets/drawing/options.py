"""What a reader wants of a drawing: style, what is unfolded, direction, theme, labels, heat."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class DrawingError(Exception):
    """A drawing could not be made; the message says why and what to do."""


class Style(Enum):
    """How much is drawn, and in whose manner."""

    BLOCKS = "blocks"
    """An overview with blocks and repeats folded, and a panel for each distinct block."""
    PAPER = "paper"
    """The same in the manner of the Inception papers: `3×3 Conv (256 stride 2 V)`."""
    FULL = "full"
    """Every operator in its place, blocks as frames around them."""
    TABLE = "table"
    """Rows as in the papers' table 1."""


class Direction(Enum):
    """Where values flow to."""

    TB = "TB"
    BT = "BT"
    LR = "LR"


class Label(Enum):
    """What is written besides what operators are."""

    SHAPES = "shapes"
    PARAMS = "params"
    MACS = "macs"
    NAMES = "names"


class Heat(Enum):
    """What boxes are coloured by."""

    PARAMS = "params"
    MACS = "macs"
    MEMORY = "memory"
    """Bytes of the feature maps that are written, in float32, for one image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Everything that one graph can be drawn by. What is None is the style's own choice."""

    style: Style = Style.BLOCKS
    expand: tuple[str, ...] = ()
    """Titles or paths of blocks that are unfolded in their places; `all` for every block."""
    depth: int | None = None
    """Levels that are unfolded in their places, every copy of a repeat by itself."""
    only: str | None = None
    """Path of the one step that is drawn, with or without the net's name in front."""
    direction: Direction = Direction.TB
    theme: str = "light"
    labels: frozenset[Label] | None = None
    heat: Heat | None = None
    title: str | None = None
    """The heading; the net's name if None, none if empty."""
    legend: bool | None = None
