"""The edges of a frame: which values flow where, and on which of them a shape is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from archdsl.drawing.options import Label
from archdsl.drawing.picture import Box, Edge, Group
from archdsl.drawing.structure import Item
from archdsl.drawing.words import Words
from archdsl.graph import NodeId


@dataclass(slots=True)
class _Flow:
    """An edge in the making, with the value that flows in each of the containers."""

    edge: Edge
    values: tuple[NodeId, ...]


class Flows:
    """Gathers the edges of a frame while its members are made, in the order of the spec."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.flows: list[_Flow] = []
        self.tails: dict[NodeId, tuple[str, int]] = {}
        """The member and its slot that each value comes from, by its name in the first one."""
        self.telling: frozenset[tuple[str, str]] | None = None
        """The edges that say a shape, by their ends; None for all."""
        self.forks: dict[str, str] = {}
        """The shapes that boxes say themselves, since several edges lead away from them."""

    def join(self, member: str, items: Sequence[Item], aux: bool, *, apart: bool) -> None:
        """Add the edges that lead to a member, and know it as what its values come from.

        The ports of a frame are told ``apart`` by their slots.
        """
        inputs = [item.inputs for item in items]
        for slot in range(len(inputs[0])):
            self.flow(member, inputs, slot, aux, slot if apart else 0)
        for slot, value in enumerate(items[0].outputs):
            self.tails[value] = (member, slot if apart else 0)

    def flow(
        self,
        head: str,
        values: Sequence[tuple[NodeId, ...]],
        slot: int,
        aux: bool = False,
        head_slot: int = 0,
    ) -> None:
        tail, tail_slot = self.tails[values[0][slot]]
        edge = Edge(tail, head, "", aux, tail_slot, head_slot)
        self.flows.append(_Flow(edge, tuple(each[slot] for each in values)))

    def edges(self, ports: frozenset[str]) -> tuple[Edge, ...]:
        """Return the edges with their labels; a port says its shape itself."""
        if Label.SHAPES not in self.words.plan.labels:
            return tuple(flow.edge for flow in self.flows)
        return tuple(
            replace(flow.edge, label=self.words.shape(flow.values))
            if self.tells(flow, ports)
            else flow.edge
            for flow in self.flows
        )

    def tells(self, flow: _Flow, ports: frozenset[str]) -> bool:
        """Return whether an edge says a shape."""
        ends = (flow.edge.tail, flow.edge.head)
        return ports.isdisjoint(ends) and (self.telling is None or ends in self.telling)

    def thin(self, order: Sequence[str]) -> None:
        """Let shapes be said only where all data has one shape, and its grid is a new one.

        ``order`` is that of the ports and members, in which each is behind what it reads.
        """
        place = {id: at for at, id in enumerate(order)}
        crossing: list[list[_Flow]] = [[] for _ in order]
        for flow in self.flows:
            if not flow.edge.aux:
                for gap in range(place[flow.edge.tail], place[flow.edge.head]):
                    crossing[gap].append(flow)
        telling: set[tuple[str, str]] = set()
        entering = self.words.containers[0].inputs[:1]
        grid = [self.words.graph.nodes[value].shape.grid for value in entering]
        for flows in crossing:
            values = {flow.values for flow in flows}
            if len(values) != 1:
                continue
            (value,) = values
            before, grid = grid, [self.words.graph.nodes[value[0]].shape.grid]
            if grid == before:
                continue
            if len(flows) == 1:
                telling.add((flows[0].edge.tail, flows[0].edge.head))
            else:
                self.forks[flows[0].edge.tail] = self.words.shape(value)
        self.telling = frozenset(telling)

    def with_shape(self, member: Box | Group) -> Box | Group:
        """Return a box with the shape that it gives to several others."""
        if member.id not in self.forks or Label.SHAPES not in self.words.plan.labels:
            return member
        if isinstance(member, Group):
            return member
        return replace(member, lines=(self.forks[member.id], *member.lines))
