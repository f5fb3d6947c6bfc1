"""The places of everything in one group, and the groups in it as boxes of a known size.

In come groups, out come their layouts in points from the group's upper left corner, with
the places on its border where values enter and leave.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from archdsl.drawing.boxes import PITCH, SHAPE, Brush, even, is_round, size_of
from archdsl.drawing.engine import Knot, Layout, Link, Plan, Size, lay_out
from archdsl.drawing.figure import Point
from archdsl.drawing.framing import framed
from archdsl.drawing.metrics import width
from archdsl.drawing.options import Direction, Style
from archdsl.drawing.picture import Box, BoxKind, Drawing, Edge, Group
from archdsl.drawing.places import Places, Turn
from archdsl.drawing.routes import Route, bounds, shifted, straight
from archdsl.drawing.weights import is_chain, values_beside, weights

ALIKE, CHAIN_ALIKE = 0.7, 0.25
"""Share of a box's width from which on others become as wide; the other in a single chain."""


def arrange_groups(drawing: Drawing, brush: Brush, engine: str) -> dict[str, Places]:
    """Return the places in each panel and in each group in it, by its id, innermost first."""
    panels, direction = drawing.every_panel(), drawing.direction
    # As in the Inception papers, where the grid stands beside the boxes of the overview.
    beside = drawing.style is Style.PAPER and direction is not Direction.LR
    ranked: dict[int, list[tuple[Group, bool]]] = {}
    for panel in panels:
        for group in panel.every_group():
            ranked.setdefault(_height(group), []).append((group, group is not panel))
    turn, found = Turn(direction), dict[str, Places]()
    for height in sorted(ranked):
        level = [
            _Plan(group, framed, turn, brush, found, group is drawing.overview, beside)
            for group, framed in ranked[height]
        ]
        layouts = lay_out([one.plan() for one in level], engine)
        for one, layout in zip(level, layouts, strict=True):
            found[one.group.id] = one.places(layout)
    return found


def _height(group: Group) -> int:
    """Return how many groups are nested in one another below a group."""
    inner = [_height(one) for one in group.members if isinstance(one, Group)]
    return 1 + max(inner, default=-1)


class _Plan:
    """Lays out one group: its members, and its ports, as texts or as points on its border."""

    def __init__(
        self,
        group: Group,
        framed: bool,
        turn: Turn,
        brush: Brush,
        inner: Mapping[str, Places],
        outermost: bool,
        beside: bool,
    ) -> None:
        self.group, self.framed, self.turn, self.inner = group, framed, turn, inner
        self.outermost = outermost
        self.beside = dict(values_beside(group)) if beside and outermost and is_chain(group) else {}
        self.everything = (*group.entries, *group.members, *group.exits)
        self.numbers = {one.id: at for at, one in enumerate(self.everything)}
        self.rounds = {
            one.id for one in group.members if isinstance(one, Box) and is_round(one, brush)
        }
        self.sizes = self._sizes(brush)
        self.speakers: dict[tuple[str, int, str], Edge] = {}
        for edge in sorted(group.edges, key=lambda one: one.aux):
            if edge.label:
                self.speakers.setdefault(_said(edge), edge)
        self.weights = tuple(weights(group))

    def plan(self) -> Plan:
        return Plan(tuple(self._knots()), tuple(self._links()))

    def places(self, layout: Layout) -> Places:
        """Return the places on the page, with room for a frame and its title."""
        height = layout.size[1]
        members: dict[str, tuple[Point, Size]] = {}
        for one, centre in zip(self.everything, layout.centres, strict=True):
            x, y = self.turn.back(centre, height)
            size = self.sizes[one.id]
            members[one.id] = ((x - size[0] / 2, y - size[1] / 2), size)
        routes = [
            Route(
                edge,
                tuple(self.turn.back(point, height) for point in route.points),
                None if route.tip is None else self.turn.back(route.tip, height),
                None if route.label is None else self.turn.back(route.label, height),
                self.label_size(edge),
                self.speakers.get(_said(edge)) is edge,
            )
            for edge, route in zip(self.group.edges, layout.routes, strict=True)
        ]
        routes = [self._joined(route, members) for route in routes]
        if self.framed:
            return framed(self.group, self.turn, members, routes)
        return self._cropped(members, routes)

    def _sizes(self, brush: Brush) -> dict[str, Size]:
        """Return the size of each member and port; boxes in a group are equally wide."""
        sizes: dict[str, Size] = {}
        for one in self.everything:
            if isinstance(one, Group):
                sizes[one.id] = self.inner[one.id].size
            elif one.kind is BoxKind.PORT and self.framed:
                sizes[one.id] = (1.0, 1.0)
            else:
                sizes[one.id] = size_of(one, brush)
        alike = [
            one.id
            for one in self.group.members
            if isinstance(one, Box) and one.id not in self.rounds and not one.aux
        ]
        share = CHAIN_ALIKE if self.outermost and is_chain(self.group) else ALIKE
        for id, wide in zip(alike, even([sizes[id][0] for id in alike], share), strict=True):
            sizes[id] = wide, sizes[id][1]
        return sizes

    def _knots(self) -> Iterator[Knot]:
        entries = {one.id for one in self.group.entries}
        exits = {one.id for one in self.group.exits}
        for one in self.everything:
            size = self.turn.size(self.sizes[one.id])
            if one.id in self.beside:
                # Twice, as lines lead to the middle.
                size = size[0] + 2 * width(self.beside[one.id], SHAPE) + 16, size[1]
            if isinstance(one, Group):
                inner = self.inner[one.id]
                yield Knot(
                    size,
                    tuple(map(self.turn.across, inner.entries)),
                    tuple(map(self.turn.across, inner.exits)),
                )
            elif self.framed and one.id in entries:
                yield Knot(size, end="top")
            elif self.framed and one.id in exits:
                yield Knot(size, end="bottom")
            else:
                yield Knot(size, round=one.id in self.rounds)

    def _links(self) -> Iterator[Link]:
        exits = {one.id for one in self.group.exits} if self.framed else set[str]()
        for edge, weight in zip(self.group.edges, self.weights, strict=True):
            into = self.everything[self.numbers[edge.head]]
            yield Link(
                self.numbers[edge.tail],
                self.numbers[edge.head],
                edge.tail_slot,
                edge.head_slot,
                self.turn.size(self.label_size(edge)) if self.is_labelled(edge) else None,
                weight,
                # What goes on inside of a frame, or outside of it, has its arrow there.
                isinstance(into, Box) and edge.head not in exits,
            )

    def is_labelled(self, edge: Edge) -> bool:
        """Return whether an edge says its shape: where one value goes several ways, one does."""
        return edge.tail not in self.beside and self.speakers.get(_said(edge)) is edge

    def label_size(self, edge: Edge) -> Size:
        return label_size(edge.label, self.turn.direction)

    def _joined(self, route: Route, members: Mapping[str, tuple[Point, Size]]) -> Route:
        """Return a route that begins and ends exactly at the slots of groups and at the border."""
        points = list(route.points)
        for at, near, id, slot, leaves in (
            (0, 1, route.edge.tail, route.edge.tail_slot, True),
            (-1, -2, route.edge.head, route.edge.head_slot, False),
        ):
            one = self.everything[self.numbers[id]]
            (x, y), (wide, high) = members[id]
            if isinstance(one, Group):
                inner = self.inner[id]
                dx, dy = (inner.exits if leaves else inner.entries)[slot]
                end = x + dx, y + dy
            elif one.kind is BoxKind.PORT and self.framed:
                end = x + wide / 2, y + high / 2
            elif leaves and not x <= points[0][0] <= x + wide:
                # Room for a shape is left beside the box; the line goes on through it.
                end = min(max(points[0][0], x), x + wide), points[0][1]
                points[:1] = straight(end, points[0])
                continue
            else:
                continue
            shift = end[0] - points[at][0], end[1] - points[at][1]
            points[near] = points[near][0] + shift[0], points[near][1] + shift[1]
            points[at] = end
        return replace(route, points=tuple(points))

    def _cropped(
        self, members: Mapping[str, tuple[Point, Size]], routes: Sequence[Route]
    ) -> Places:
        """Return places without the room around them."""
        left, top, right, bottom = bounds(members, routes)
        ends: dict[int, float] = {}
        """Of the widest box of a column, by the column's middle."""
        for id in self.beside:
            (x, _), (wide, _) = members[id]
            middle = round(x + wide / 2)
            ends[middle] = max(ends.get(middle, 0.0), x + wide)
        beside: dict[str, Point] = {}
        for id, text in self.beside.items():
            (x, y), (wide, high) = members[id]
            start = ends[round(x + wide / 2)] + 8
            beside[id] = start - left, y + high / 2 - top
            right = max(right, start + width(text, SHAPE))
        return Places(
            (right - left, bottom - top),
            {id: ((x - left, y - top), size) for id, ((x, y), size) in members.items()},
            tuple(shifted(route, -left, -top) for route in routes),
            beside=beside,
        )


def _said(edge: Edge) -> tuple[str, int, str]:
    """Return the value that an edge carries, and what it says of it."""
    return edge.tail, edge.tail_slot, edge.label


def label_size(label: str, direction: Direction) -> Size:
    """Return the room of a text beside an edge, with a gap between them."""
    if direction is Direction.LR:
        return width(label, SHAPE) + 4, SHAPE * PITCH + 6
    # Less than the height of the text: beside a line there is room enough.
    return width(label, SHAPE) + 8, 3.0
