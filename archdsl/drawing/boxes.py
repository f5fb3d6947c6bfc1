"""One box: how large its text makes it, and the shapes it is drawn by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archdsl.compare import Change
from archdsl.drawing.colour import legible_on
from archdsl.drawing.engine import Size
from archdsl.drawing.figure import Ellipse, Part, Rect, Shape, Text
from archdsl.drawing.metrics import width
from archdsl.drawing.picture import Box, BoxKind, Scale
from archdsl.drawing.theme import SIGNS, Look, Outline, Theme

TITLE, DETAIL, SHAPE = 9.0, 8.0, 8.0
"""Sizes of text in points: titles, the lines below them, shapes along the lines."""
PITCH = 1.2
"""Height of a row over the size of its text."""
ASIDE, ABOVE = 5.0, 3.0
"""Points between text and outline."""
BEHIND = 3.0
"""How far the second outline of a repeat stands out."""
BADGE = 5.5
"""Radius of the sign that tells what became of a box."""
LOWEST = 16.0
"""Least height of a box in points."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a box's text."""

    text: str
    size: float
    bold: bool = False

    @property
    def width(self) -> float:
        return width(self.text, self.size, self.bold)

    @property
    def height(self) -> float:
        return self.size * PITCH


@dataclass(frozen=True, slots=True)
class Brush:
    """What all boxes of a drawing are painted by: colours, and a hue for each panel by its id."""

    theme: Theme
    hues: dict[str, Look]
    scale: Scale | None = None
    small: bool = False
    """Whether all text is of one size: boxes of one line, as in the papers."""

    def look(self, box: Box) -> Look:
        """Return the colours and the outline of a box."""
        theme = self.theme
        look = theme.folded if box.role is None else theme.roles[box.role]
        if box.panel in self.hues:
            look = self.hues[box.panel]
        if box.mark is not None:
            mark = theme.marks[box.mark]
            return Look(mark.fill, mark.line, look.outline, mark.weight)
        if self.scale is not None:
            share = (box.heat or 0) / self.scale.most if self.scale.most else 0.0
            return Look(theme.heat(share), look.line, look.outline, look.weight)
        return look

    def ink(self, fill: str) -> str:
        """Return the colour of text on a fill."""
        return self.theme.text if self.scale is None else legible_on(fill)


def rows_of(box: Box, brush: Brush) -> tuple[Row, ...]:
    """Return the lines of text in a box."""
    if box.kind is BoxKind.PORT:
        return tuple(Row(text, SHAPE) for text in (box.title, *box.lines) if text)
    folded = box.kind is BoxKind.FOLDED
    head = Row(box.title, TITLE if folded or not brush.small else DETAIL, folded)
    return (head, *(Row(line, DETAIL) for line in box.lines))


def is_round(box: Box, brush: Brush) -> bool:
    """Return whether a box is a circle: a merge that is a single sign."""
    oval = brush.look(box).outline is Outline.OVAL
    return oval and len(box.title) == 1 and not box.lines


def size_of(box: Box, brush: Brush) -> Size:
    """Return the points that a box takes, so that its text fits in whichever font."""
    rows = rows_of(box, brush)
    behind = BEHIND if box.repeated else 0.0
    if box.kind is BoxKind.PORT:
        widest = max((row.width for row in rows), default=0.0)
        return widest + 4, sum(row.height for row in rows) + 2
    if is_round(box, brush):
        return LOWEST, LOWEST
    text = max(row.width for row in rows)
    height = max(sum(row.height for row in rows) + 2 * ABOVE, LOWEST)
    rounded = brush.look(box).outline is not Outline.BOX
    aside = max(ASIDE, height * 0.3) if rounded else ASIDE
    return text + 2 * aside + behind, height + behind


def even(widths: Sequence[float], share: float) -> Iterator[float]:
    """Yield widths for boxes of one group: those of a share of another or more become equal."""
    leaders: list[float] = []
    for wide in sorted(widths, reverse=True):
        if not leaders or wide < share * leaders[-1]:
            leaders.append(wide)
    for wide in widths:
        yield min(leader for leader in leaders if leader >= wide)


def paint_box(box: Box, id: str, x: float, y: float, size: Size, brush: Brush) -> Part:
    """Return a box of a size with its upper left corner at a place."""
    theme, rows = brush.theme, rows_of(box, brush)
    wide, high = size
    if box.kind is BoxKind.PORT:
        texts = tuple(_texts(rows, x + wide / 2, y + 1, theme.faint))
        return Part(id, ("port",), texts, box.description or " ".join(row.text for row in rows))
    look = brush.look(box)
    shapes: list[Shape] = []
    if is_round(box, brush):
        middle = x + wide / 2, y + high / 2
        shapes.append(
            Ellipse(*middle, wide / 2, high / 2, look.fill, look.line, look.weight, box.aux)
        )
    else:
        radius = 2.5 if look.outline is Outline.BOX else high / 2
        if box.repeated:
            # The box itself is the lower left one of the two.
            y, wide, high = y + BEHIND, wide - BEHIND, high - BEHIND
            back = x + BEHIND, y - BEHIND, wide, high
            shapes.append(Rect(*back, look.fill, look.line, look.weight, radius, box.aux))
        shapes.append(Rect(x, y, wide, high, look.fill, look.line, look.weight, radius, box.aux))
    top = y + (high - sum(row.height for row in rows)) / 2
    shapes += _texts(rows, x + wide / 2, top, brush.ink(look.fill))
    if box.mark is not None:
        shapes += badge(box.mark, x, y, theme)
    classes = ["box", box.kind.value]
    if box.role is not None:
        classes.append(f"role-{box.role.value}")
    classes += ["repeated"] * box.repeated + ["aux"] * box.aux
    if box.mark is not None:
        classes.append(box.mark.value)
    title = box.description or ", ".join(row.text for row in rows)
    link = box.panel if box.panel in brush.hues else None
    return Part(id, tuple(classes), tuple(shapes), title, link, box.id)


def badge(mark: Change, x: float, y: float, theme: Theme) -> Iterator[Shape]:
    """Yield the sign of a mark in a circle around a place."""
    look = theme.marks[mark]
    yield Ellipse(x, y, BADGE, BADGE, look.line, theme.paper, 0.8)
    yield Text(x, y + 0.36 * DETAIL, SIGNS[mark], DETAIL, legible_on(look.line), bold=True)


def _texts(rows: tuple[Row, ...], middle: float, top: float, colour: str) -> Iterator[Text]:
    for row in rows:
        yield Text(middle, baseline(top, row), row.text, row.size, colour, row.bold)
        top += row.height


def baseline(top: float, row: Row) -> float:
    """Return the baseline of a row: capital letters stand in its middle."""
    return top + row.height / 2 + 0.36 * row.size
