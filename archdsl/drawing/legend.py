"""What stands under a drawing: what colours and signs mean, and what boxes leave out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archdsl.compare import Change
from archdsl.drawing.boxes import BADGE, PITCH, SHAPE, Brush, badge
from archdsl.drawing.colour import legible_on
from archdsl.drawing.engine import Size
from archdsl.drawing.figure import Anchor, Part, Rect, Shape, Text, moved
from archdsl.drawing.heat import short
from archdsl.drawing.metrics import width, wrap
from archdsl.drawing.options import Heat
from archdsl.drawing.picture import BoxKind, Drawing
from archdsl.drawing.theme import Outline, Theme
from archdsl.ops import Role

WORDS = {
    Role.WEIGHTED: "weights",
    Role.POOL: "pooling",
    Role.NORM: "normalisation",
    Role.ACTIVATION: "activation",
    Role.MERGE: "merge",
    Role.SHAPE: "shape",
    Role.REGULARISE: "regularisation",
    Role.ENDPOINT: "input, output",
}
UNITS = {
    Heat.PARAMS: "parameters",
    Heat.MACS: "multiply–accumulates for one image",
    Heat.MEMORY: "bytes of feature maps for one image, in float32",
}
SWATCH: Size = (18.0, 10.0)
ROW = 15.0
"""Height of a row of the legend."""
STEPS = 24
"""Steps of the bar that shows the scale."""
BAR = 144.0
LEAST = 220.0
"""Points that rows may take where the drawing above them is narrower."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A mark of some width and what it means."""

    shapes: tuple[Shape, ...]
    wide: float
    text: str

    @property
    def width(self) -> float:
        return self.wide + 5 + width(self.text, SHAPE) + 14


@dataclass(frozen=True, slots=True)
class Footing:
    """Parts under a drawing, from the upper left corner of their room."""

    size: Size
    parts: tuple[Part, ...]


def footing(drawing: Drawing, brush: Brush, room: float, prefix: str) -> Footing:
    """Return the legend and the notes of a drawing, in rows of at most ``room`` points."""
    theme, room = brush.theme, max(room, LEAST)
    parts: list[Part] = []
    wide = y = 0.0
    if drawing.scale is not None:
        parts.append(
            Part(
                f"{prefix}scale",
                ("legend", "scale"),
                tuple(_bar(drawing, theme)),
                UNITS[drawing.scale.heat],
            )
        )
        y, wide = 2 * ROW + 4, max(wide, _bar_width(drawing))
    entries = _entries(drawing, brush) if drawing.legend else _marks(drawing, theme)
    shapes: list[Shape] = []
    x = 0.0
    for entry in entries:
        if x > 0 and x + entry.width > room:
            x, y = 0.0, y + ROW
        shapes += (moved(shape, x, y) for shape in entry.shapes)
        middle = y + SWATCH[1] / 2 + 0.36 * SHAPE
        shapes.append(
            Text(x + entry.wide + 5, middle, entry.text, SHAPE, theme.text, anchor=Anchor.START)
        )
        x += entry.width
        wide = max(wide, x - 14)
    if entries:
        parts.append(Part(f"{prefix}legend", ("legend",), tuple(shapes), "legend"))
        y += ROW + 4
    lines = [line for note in drawing.notes for line in wrap(note, SHAPE, room)]
    if lines:
        texts = tuple(
            Text(0, y + (at + 0.8) * SHAPE * PITCH, line, SHAPE, theme.faint, anchor=Anchor.START)
            for at, line in enumerate(lines)
        )
        parts.append(Part(f"{prefix}notes", ("notes",), texts, ""))
        y += len(lines) * SHAPE * PITCH
        wide = max(wide, *(width(line, SHAPE) for line in lines))
    return Footing((wide, y), tuple(parts))


def _entries(drawing: Drawing, brush: Brush) -> Sequence[Entry]:
    """Return the colours that are used, in the order of the roles, and what outlines mean."""
    theme = brush.theme
    boxes = [box for box in drawing.every_box() if box.kind is not BoxKind.PORT]
    found: list[Entry] = []
    if brush.scale is None:
        used = {box.role for box in boxes if box.mark is None}
        for role in (role for role in Role if role in used):
            found.append(Entry(_swatch(theme, role), SWATCH[0], WORDS[role]))
    if (
        any(box.kind is BoxKind.FOLDED and box.mark is None for box in boxes)
        and brush.scale is None
    ):
        look = theme.folded
        swatch = Rect(0, 0, *SWATCH, look.fill, look.line, look.weight, 2)
        found.append(Entry((swatch,), SWATCH[0], "block"))
    if any(box.repeated for box in boxes):
        look, (wide, high) = theme.folded, SWATCH
        back = Rect(3, -1.5, wide - 3, high - 1.5, look.fill, look.line, look.weight, 2)
        front = Rect(0, 1.5, wide - 3, high - 1.5, look.fill, look.line, look.weight, 2)
        found.append(Entry((back, front), SWATCH[0], "repeated"))
    if any(box.aux for box in boxes):
        swatch = Rect(0, 0, *SWATCH, theme.paper, theme.edge, 0.8, 2, dashed=True)
        found.append(Entry((swatch,), SWATCH[0], "in training only"))
    return (*found, *_marks(drawing, theme))


def _marks(drawing: Drawing, theme: Theme) -> Sequence[Entry]:
    used = {box.mark for box in drawing.every_box()}
    used |= {group.mark for panel in drawing.every_panel() for group in panel.every_group()}
    return [
        Entry(tuple(badge(mark, BADGE, SWATCH[1] / 2, theme)), 2 * BADGE, mark.value)
        for mark in Change
        if mark in used
    ]


def _swatch(theme: Theme, role: Role) -> tuple[Shape, ...]:
    look = theme.roles[role]
    radius = 2 if look.outline is Outline.BOX else SWATCH[1] / 2
    return (Rect(0, 0, *SWATCH, look.fill, look.line, look.weight, radius),)


def _bar(drawing: Drawing, theme: Theme) -> Sequence[Shape]:
    """Return the scale as a bar, its numbers on it and its unit beside it."""
    assert drawing.scale is not None
    step, high = BAR / STEPS, ROW
    shapes: list[Shape] = [
        Rect(at * step, 0, step + 0.3 * (at < STEPS - 1), high, theme.heat((at + 0.5) / STEPS))
        for at in range(STEPS)
    ]
    shapes.append(Rect(0, 0, BAR, high, None, theme.frame, 0.6))
    y = high / 2 + 0.36 * SHAPE
    cold, hot = theme.heat(0.1), theme.heat(0.9)
    shapes.append(Text(4, y, "0", SHAPE, legible_on(cold), anchor=Anchor.START))
    shapes.append(
        Text(
            BAR - 4,
            y,
            short(drawing.scale.most, drawing.scale.heat),
            SHAPE,
            legible_on(hot),
            anchor=Anchor.END,
        )
    )
    shapes.append(
        Text(0, high + ROW * 0.8, _caption(drawing), SHAPE, theme.faint, anchor=Anchor.START)
    )
    return shapes


def _caption(drawing: Drawing) -> str:
    scale = drawing.scale
    assert scale is not None
    return f"{UNITS[scale.heat]} of a box; {short(scale.total, scale.heat)} in all"


def _bar_width(drawing: Drawing) -> float:
    return max(BAR, width(_caption(drawing), SHAPE))
