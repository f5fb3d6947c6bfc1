"""What a drawing shows, as plain data: boxes, edges, groups and panels.

A drawing knows neither DOT nor Mermaid, and no colours: `layout` makes it out of a graph, and
every output format reads it. Each node of the graph is in the `nodes` of exactly one box.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from archdsl.graph import NodeId
from archdsl.ops import Role


class BoxKind(Enum):
    """What a box stands for."""

    UNIT = "unit"
    """An operator, with the norm and activation that follow it."""
    FOLDED = "folded"
    """A block, group or repeat that is drawn elsewhere, or not at all."""
    PORT = "port"
    """Where a value enters or leaves what is drawn; no node of the graph."""


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


@dataclass(frozen=True, slots=True)
class Edge:
    """A value that flows from one box to another, labelled with its shape."""

    tail: str
    head: str
    shape: str
    aux: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A frame around boxes: a panel of its own, or a block unfolded in its place."""

    id: str
    title: str
    members: tuple[Box | Group, ...]
    aux: bool = False

    def every_box(self) -> Iterator[Box]:
        """Yield the boxes of this group and of the groups in it."""
        for member in self.members:
            if isinstance(member, Box):
                yield member
            else:
                yield from member.every_box()


@dataclass(frozen=True, slots=True)
class Panel:
    """A group that is drawn by itself, with the edges inside of it."""

    group: Group
    edges: tuple[Edge, ...]

    @property
    def id(self) -> str:
        return self.group.id


@dataclass(frozen=True, slots=True)
class Drawing:
    """The network's overview and a panel for each distinct block in it."""

    title: str
    overview: Panel
    panels: tuple[Panel, ...] = ()
    notes: tuple[str, ...] = ()
    """What boxes leave out because it is the same for most of them."""

    def every_panel(self) -> tuple[Panel, ...]:
        return (self.overview, *self.panels)

    def every_box(self) -> Iterator[Box]:
        for panel in self.every_panel():
            yield from panel.group.every_box()
