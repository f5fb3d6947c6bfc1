"""Give everything in a drawing its place: drawings in, a figure out.

The overview stands first, with the panels beside or below it, whichever can be printed larger;
the heading is above them, the legend and the notes below. Several drawings stand side by side.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from archdsl.drawing.boxes import (
    BEHIND,
    SHAPE,
    TITLE,
    Brush,
    Row,
    badge,
    baseline,
    paint_box,
)
from archdsl.drawing.engine import Size
from archdsl.drawing.figure import (
    Anchor,
    Curve,
    Figure,
    Part,
    Point,
    Rect,
    Shape,
    Text,
    moved,
)
from archdsl.drawing.geometry import arrange_groups
from archdsl.drawing.legend import footing
from archdsl.drawing.options import Direction, Style
from archdsl.drawing.pack import GAP, Packing, fit, pack
from archdsl.drawing.picture import Box, Drawing, Group
from archdsl.drawing.places import Places
from archdsl.drawing.routes import Route
from archdsl.drawing.theme import Look, Theme
from archdsl.drawing.wrap import wrapped

MARGIN = 5.0
"""Points around the whole figure."""
HEADING = Row("", 12.0, bold=True)
INSIDE = 7.0
"""Points between a panel's border and what is in it."""
ROOM = 700.0
"""Width that the notes are taken to have, in points, before that of the panels is known."""
WORTH = 1.15
"""How much larger more columns must make the drawing in print."""
PATIENCE = 2
"""How many more columns are tried after those that did not help."""
LINE = 0.9
"""Weight of an edge's line in points."""


def place(drawings: Sequence[Drawing], theme: Theme, engine: str = "pure") -> Figure:
    """Return the figure of one drawing, or of several side by side.

    Raises :class:`DrawingError` where the engine cannot lay them out.
    """
    alone = len(drawings) == 1
    sheets = [
        _Sheet(drawing, theme, "" if alone else f"{number} ").block(engine)
        for number, drawing in enumerate(drawings, start=1)
    ]
    x, parts = MARGIN, list[Part]()
    for sheet in sheets:
        parts += (_shifted(part, x, MARGIN) for part in sheet.parts)
        x += sheet.size[0] + 2 * GAP
    return Figure(
        width=x - 2 * GAP + MARGIN,
        height=max(sheet.size[1] for sheet in sheets) + 2 * MARGIN,
        title=" and ".join(dict.fromkeys(one.title or one.overview.title for one in drawings)),
        description="\n".join(one.description for one in drawings if one.description),
        paper=theme.paper,
        parts=tuple(parts),
    )


@dataclass(frozen=True, slots=True)
class _Block:
    """Parts of a known size, from its upper left corner."""

    size: Size
    parts: tuple[Part, ...]


class _Sheet:
    """Draws one drawing. ``prefix`` keeps the ids of several drawings apart."""

    def __init__(self, drawing: Drawing, theme: Theme, prefix: str) -> None:
        self.drawing, self.theme, self.prefix = drawing, theme, prefix
        hues = {
            panel.id: theme.panels[number % len(theme.panels)]
            for number, panel in enumerate(drawing.panels)
        }
        self.brush = Brush(theme, hues, drawing.scale, drawing.style is Style.PAPER)
        self.ids: dict[str, int] = {}

    def block(self, engine: str) -> _Block:
        """Return the whole drawing: heading, overview, panels, legend."""
        drawing = self.drawing
        self.places = arrange_groups(drawing, self.brush, engine)
        sizes = [self.panel_size(panel) for panel in drawing.panels]
        row = replace(HEADING, text=drawing.title)
        spare = row.height + GAP + footing(drawing, self.brush, ROOM, self.prefix).size[1]
        overview, packing = self.packed(sizes, spare)
        panels = map(self.panel, drawing.panels, packing.widths[1:])
        blocks = (self.overview(overview), *panels)
        foot = footing(drawing, self.brush, packing.size[0], self.prefix)
        parts: list[Part] = []
        wide, y = max(packing.size[0], foot.size[0]), 0.0
        if drawing.title:
            text = Text(
                0, baseline(0, row), row.text, row.size, self.theme.text, True, Anchor.START
            )
            parts.append(Part(self.id("title"), ("title",), (text,), ""))
            wide, y = max(wide, row.width), row.height + 6
        for block, (left, top) in zip(blocks, packing.places, strict=True):
            parts += (_shifted(part, left, y + top) for part in block.parts)
        y += packing.size[1]
        if foot.parts:
            y += GAP
            parts += (_shifted(part, 0, y) for part in foot.parts)
            y += foot.size[1]
        return _Block((wide, y), tuple(parts))

    def packed(self, panels: Sequence[Size], spare: float) -> tuple[Places, Packing]:
        """Return the places in the overview, in columns if that helps, and those of the panels."""
        best = self.places[self.drawing.overview.id]
        packing, tried = pack(best.size, panels, spare, quick=True), 0
        for places in wrapped(best, self.drawing.direction):
            other = pack(places.size, panels, spare, quick=True)
            if fit(other.size) > WORTH * fit(packing.size):
                best, packing, tried = places, other, 0
            tried += 1
            if tried > PATIENCE:
                break
        return best, pack(best.size, panels, spare)

    def overview(self, places: Places) -> _Block:
        group = self.drawing.overview
        return _Block(places.size, tuple(self.inside(group, places, 0, 0)))

    def panel_size(self, group: Group) -> Size:
        """Return the least size of a panel."""
        row, (wide, high) = _heading(group), self.places[group.id].size
        return max(wide, row.width) + 2 * INSIDE, high + row.height + 6 + INSIDE

    def panel(self, group: Group, wide: float) -> _Block:
        """Return a panel: its heading, and a border in the hue of the boxes that lead to it."""
        places, row = self.places[group.id], _heading(group)
        band, high = row.height + 6, self.panel_size(group)[1]
        look = self.brush.hues[group.id]
        border = Rect(0, 0, wide, high, None, look.line, max(look.weight, 1.2), 5, group.aux)
        heading = Text(
            INSIDE, baseline(5, row), row.text, row.size, self.theme.text, True, Anchor.START
        )
        part = Part(
            self.id(group.id),
            ("panel", "heading", *self.states(group)),
            (border, heading),
            group.description or group.title,
            path=group.id,
        )
        left = (wide - places.size[0]) / 2
        return _Block((wide, high), (part, *self.inside(group, places, left, band)))

    def inside(self, group: Group, places: Places, x: float, y: float) -> Iterator[Part]:
        """Yield what is in a group: frames, then edges, then boxes."""
        inner = [one for one in group.members if isinstance(one, Group)]
        for one in inner:
            (left, top), size = places.members[one.id]
            yield self.frame(one, x + left, y + top, size)
        for route in places.routes:
            yield self.edge(route, places, x, y)
        for one in (*group.entries, *group.members, *group.exits):
            if isinstance(one, Box) and one.id in places.members:
                (left, top), size = places.members[one.id]
                yield self.box(one, x + left, y + top, size)
        for one in inner:
            (left, top), _ = places.members[one.id]
            yield from self.inside(one, self.places[one.id], x + left, y + top)

    def box(self, box: Box, x: float, y: float, size: Size) -> Part:
        part = paint_box(box, self.id(box.id), x, y, size, self.brush)
        if part.link is None:
            return part
        return replace(part, link=f"{self.prefix}{part.link}")

    def frame(self, group: Group, x: float, y: float, size: Size) -> Part:
        """Return the frame around a block that is unfolded in its place."""
        theme = self.theme
        look = Look(theme.shade, theme.frame, weight=0.8)
        if group.mark is not None:
            look = replace(theme.marks[group.mark], fill=theme.shade)
        border = Rect(x, y, *size, look.fill, look.line, look.weight, 5, group.aux)
        shapes: list[Shape] = []
        if group.repeated:
            shapes.append(replace(border, x=x + BEHIND, y=y - BEHIND))
        shapes.append(border)
        start = self.places[group.id].title
        if start is not None:
            row = Row(group.title, TITLE, bold=True)
            line = baseline(y + start[1] + 3, row)
            shapes.append(
                Text(x + start[0], line, row.text, row.size, theme.text, True, Anchor.START)
            )
        if group.mark is not None:
            shapes += badge(group.mark, x, y, theme)
        return Part(
            self.id(group.id),
            ("frame", *self.states(group)),
            tuple(shapes),
            group.description or group.title,
            path=group.id,
        )

    def edge(self, route: Route, places: Places, x: float, y: float) -> Part:
        edge = route.edge
        curve = Curve(route.points, self.theme.edge, LINE, route.tip, edge.aux)
        shapes: list[Shape] = [moved(curve, x, y)]
        if route.label is not None and edge.label:
            shapes.append(moved(self.label(route, route.label), x, y))
        elif edge.tail in places.beside and route.speaks:
            left, middle = places.beside[edge.tail]
            text = Text(
                left,
                middle + 0.36 * SHAPE,
                edge.label,
                SHAPE,
                self.theme.faint,
                anchor=Anchor.START,
            )
            shapes.append(moved(text, x, y))
        name = f"{edge.tail} to {edge.head}"
        classes = ("edge", *(("aux",) if edge.aux else ()))
        return Part(self.id(name), classes, tuple(shapes), edge.label)

    def label(self, route: Route, centre: Point) -> Text:
        """Return the text of an edge: beside a line that goes down, below one that goes across."""
        (x, y), text = centre, route.edge.label
        line = y + 0.36 * SHAPE
        if self.drawing.direction is Direction.LR:
            return Text(x, line, text, SHAPE, self.theme.faint)
        left = x - route.room[0] / 2 + 4
        return Text(left, line, text, SHAPE, self.theme.faint, anchor=Anchor.START)

    def states(self, group: Group) -> Iterator[str]:
        """Yield the classes of a group that depend on what it is."""
        if group.repeated:
            yield "repeated"
        if group.aux:
            yield "aux"
        if group.mark is not None:
            yield group.mark.value

    def id(self, name: str) -> str:
        """Return an id that no other part of the figure has."""
        count = self.ids[name] = self.ids.get(name, 0) + 1
        return f"{self.prefix}{name}" if count == 1 else f"{self.prefix}{name} #{count}"


def _heading(panel: Group) -> Row:
    return Row(panel.title, TITLE + 1, bold=True)


def _shifted(part: Part, dx: float, dy: float) -> Part:
    return replace(part, shapes=tuple(moved(shape, dx, dy) for shape in part.shapes))
