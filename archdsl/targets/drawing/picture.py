"""What a drawing shows, as plain data: boxes, edges and groups.

A drawing knows neither DOT nor SVG, no colours and no places: `arrange` makes it out of a graph,
and every output format reads it. Each node of the graph that is drawn is in the `nodes` of exactly
one box.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from archdsl.graph import NodeId
from archdsl.ops import Role
from archdsl.targets.drawing.options import Direction, Heat, Style


class BoxKind(Enum):
    """What a box stands for."""

    UNIT = "unit"
    """An operator, with the norm and activation that follow it."""
    FOLDED = "folded"
    """A block, group or repeat that is drawn elsewhere, or not at all."""
    PORT = "port"
    """Where a value enters or leaves a group; no node of the graph."""


class Mark(Enum):
    """What became of a part, in a drawing of two networks."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


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
    mark: Mark | None = None


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
    several copies, one after the other; its title has their count.
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
    mark: Mark | None = None

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
