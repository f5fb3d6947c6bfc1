"""What a drawing shows, as plain data: boxes, edges and groups.

A drawing knows neither DOT nor SVG, no colours and no places: `arrange` makes it out of a graph,
and every output format reads it. Each node of the graph that is drawn is in the `nodes` of exactly
one box.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from archdsl.compare import Change
from archdsl.drawing.options import Direction, Heat, Style
from archdsl.graph import NodeId
from archdsl.ops import Role


class BoxKind(Enum):
    """What a box stands for."""

    UNIT = "unit"
    """An operator, with the norm and activation that follow it."""
    FOLDED = "folded"
    """A block, group or repeat that is drawn elsewhere, or not at all."""
    PORT = "port"
    """Where a value enters or leaves a group; no node of the graph."""


@dataclass(frozen=True, slots=True)
class Box:
    """One box. ``nodes`` are the graph's nodes it stands for, over every copy drawn by it."""

    id: str
    kind: BoxKind
    title: str
    lines: tuple[str, ...] = ()
    role: Role | None = None
    nodes: tuple[NodeId, ...] = ()
    panel: str | None = None
    """Id of the panel that shows what is inside of a folded box."""
    aux: bool = False
    """Whether it belongs to an auxiliary head."""
    repeated: bool = False
    description: str = ""
    """One line in words, for a tooltip and for screen readers."""
    heat: int | None = None
    """What all its nodes cost together, in the unit of the drawing's scale."""
    mark: Change | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """A value that flows from one member or port of a group to another.

    ``label`` is its shape, or empty. Where an end is a group, the slot says which of its ports.
    """

    tail: str
    head: str
    label: str = ""
    aux: bool = False
    tail_slot: int = 0
    head_slot: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """A frame: the whole network, a panel, or a block unfolded in its place.

    ``edges`` join the group's own ports and direct members. ``repeated`` says that it stands for
    several copies, one after the other; its title has their count. Members and ports of all groups
    of a drawing have different ids.
    """

    id: str
    title: str
    entries: tuple[Box, ...]
    members: tuple[Box | Group, ...]
    exits: tuple[Box, ...]
    edges: tuple[Edge, ...]
    aux: bool = False
    repeated: bool = False
    description: str = ""
    mark: Change | None = None
    name: str = ""
    """Of a panel: the block's title without arguments, such as ``A`` or ``bottleneck #2``."""

    def every_box(self) -> Iterator[Box]:
        """Yield the boxes of this group and of the groups in it, ports aside."""
        for member in self.members:
            if isinstance(member, Box):
                yield member
            else:
                yield from member.every_box()

    def every_group(self) -> Iterator[Group]:
        """Yield this group and all groups in it, outer ones first."""
        yield self
        for member in self.members:
            if isinstance(member, Group):
                yield from member.every_group()

    def wires(self) -> Iterator[Edge]:
        """Yield edges from box to box, through the ports of the groups in this one.

        Only this group's own ports are still ends of edges. Edges into a box are in the order of
        what it reads.
        """
        into: dict[tuple[str, int], list[Edge]] = {}
        """Edges by the end they lead to: a box or port, or a group's slot."""
        through: dict[tuple[str, int], tuple[str, int]] = {}
        """Where values that come from a group's slot, or an inner entry, are to be sought."""
        for group in self.every_group():
            for edge in group.edges:
                into.setdefault((edge.head, edge.head_slot), []).append(edge)
            if group is not self:
                for slot, port in enumerate(group.exits):
                    through[group.id, slot] = port.id, 0
                for slot, port in enumerate(group.entries):
                    through[port.id, 0] = group.id, slot
        written: set[tuple[str, int, str, int]] = set()
        """Edges to a group whose label one of the edges that go on from there has."""
        for head in (*self.every_box(), *self.exits):
            for edge in into.get((head.id, 0), ()):
                first = edge
                while (behind := through.get((first.tail, first.tail_slot))) is not None:
                    (first,) = into[behind]
                    ends = (first.tail, first.tail_slot, first.head, first.head_slot)
                    label = edge.label or ("" if ends in written else first.label)
                    written.add(ends)
                    edge = replace(edge, label=label, aux=edge.aux or first.aux)
                yield replace(edge, tail=first.tail, tail_slot=0)


@dataclass(frozen=True, slots=True)
class Scale:
    """What heat means: colours run from 0 to ``most``, the cost of the dearest box."""

    heat: Heat
    most: int
    total: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """The network's overview and a panel for each distinct block in it."""

    title: str
    overview: Group
    panels: tuple[Group, ...] = ()
    notes: tuple[str, ...] = ()
    """What boxes leave out because it is the same for most of them."""
    style: Style = Style.BLOCKS
    direction: Direction = Direction.TB
    scale: Scale | None = None
    legend: bool = False
    description: str = ""
    """The whole drawing in words, a line for each step, for who cannot see it."""

    def every_panel(self) -> tuple[Group, ...]:
        return (self.overview, *self.panels)

    def every_box(self) -> Iterator[Box]:
        for panel in self.every_panel():
            yield from panel.every_box()
