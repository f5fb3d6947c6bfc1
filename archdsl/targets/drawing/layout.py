"""Arrange a graph as a drawing: an overview, and one panel for each distinct block.

Blocks of the same form share a panel, which is drawn once: where their widths or shapes differ
it shows the parameter or the range. With a ``depth`` there are no panels: blocks are unfolded in
their places that many levels deep, every copy by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap

from archdsl.graph import Graph, NodeId, Scope, ScopeKind
from archdsl.ops import Role
from archdsl.targets.drawing.faces import Tail, explain, usual_tails
from archdsl.targets.drawing.folds import Fold, fold, leaves, named_alone
from archdsl.targets.drawing.picture import Box, BoxKind, Drawing, Edge, Group, Panel
from archdsl.targets.drawing.structure import Container, Item, Leaf, Part, structure
from archdsl.targets.drawing.symbols import (
    Symbol,
    as_factor,
    common,
    common_shape,
    entry_symbols,
)

LONGEST_LINE = 34


def arrange(graph: Graph, depth: int | None = None) -> Drawing:
    """Return the drawing of a graph, folded, or unfolded ``depth`` levels deep."""
    net = structure(graph)
    usual = usual_tails(leaf.face for leaf in leaves(net))
    folds: Mapping[int, Fold] = fold(net) if depth is None else {}
    heads = {head.path: head.weight for head in graph.aux}
    plan = _Plan(graph, usual, folds, depth or 0, heads)
    overview = _Sheet(plan, (net,)).panel(net.id, graph.name)
    panels = tuple(
        _Sheet(plan, one.containers).panel(one.id, one.heading) for one in folds.values()
    )
    return Drawing(graph.name, overview, panels, explain(usual))


@dataclass(frozen=True, slots=True)
class _Plan:
    """What all panels of a drawing go by."""

    graph: Graph
    usual: Mapping[str, Tail]
    folds: Mapping[int, Fold]
    depth: int
    heads: Mapping[str, float]
    """The weight of each auxiliary head, by its path."""


class _Sheet:
    """Draws containers of one form as one panel, item by item."""

    def __init__(self, plan: _Plan, containers: Sequence[Container]) -> None:
        self.plan = plan
        self.graph = plan.graph
        self.containers = containers
        self.parameters = _parameters(plan.graph, containers)
        entering = [one.inputs[:1] for one in containers]
        self.entry = (
            entry_symbols([self.graph.nodes[v].shape for (v,) in entering], self.parameters)
            if all(entering)
            else ()
        )
        self.edges: list[Edge] = []
        self.tails: dict[NodeId, str] = {}
        """The box that each value comes from, by its name in the first container."""

    def panel(self, id: str, heading: str) -> Panel:
        first = self.containers[0]
        inputs = [one.inputs for one in self.containers]
        outputs = [one.outputs for one in self.containers]
        entries = [self.port(f"{id} in{slot}", inputs, slot) for slot in range(len(first.inputs))]
        self.tails.update((v, box.id) for v, box in zip(first.inputs, entries, strict=True))
        members = self.members(self.containers, 0)
        exits = [self.port(f"{id} out{slot}", outputs, slot) for slot in range(len(first.outputs))]
        for slot, box in enumerate(exits):
            self.edge(box, outputs, slot)
        return Panel(Group(id, heading, (*entries, *members, *exits)), tuple(self.edges))

    def members(self, containers: Sequence[Container], level: int) -> tuple[Box | Group, ...]:
        """Return the boxes of items at the same place in each of the containers."""
        made: list[Box | Group] = []
        for items in zip(*(one.items for one in containers), strict=True):
            if level < self.plan.depth:
                made.extend(self.unfolded(part, containers[0], level) for part in items[0].parts)
            else:
                made.append(self.box(items, containers[0]))
        return tuple(made)

    def unfolded(self, part: Part, holder: Container, level: int) -> Box | Group:
        """Return a part by itself: a unit's box, or a group with what is inside."""
        if isinstance(part, Leaf):
            return self.box((Item((part,), None),), holder)
        inside = self.members((part,), level + 1)
        title = part.id.removeprefix(f"{holder.id}.")
        return Group(part.id, title, inside, self.leads_away(part, holder))

    def box(self, items: Sequence[Item], holder: Container) -> Box:
        """Return the one box for like items, and add the edges that lead to it."""
        first = items[0].parts[0]
        parts = [part for item in items for part in item.parts]
        nodes = tuple(node for part in parts for node in part.every_node())
        if isinstance(first, Leaf):
            width = self.shared(items, lambda part: _leaf(part).face.width)
            title, lines = first.face.text(width, self.plan.usual)
            if first.face.role is Role.ENDPOINT and not _is_automatic(items[0].name, title):
                lines = (items[0].name, *lines)
            title = self.times(items) + title
            kind, role, panel = BoxKind.UNIT, first.face.role, None
        else:
            fold = self.plan.folds.get(named_alone(first).form)
            title, lines = self.call(items, fold)
            kind, role, panel = BoxKind.FOLDED, None, None if fold is None else fold.id
            if fold is None:
                lines = (*lines, f"{len(nodes)} operators")
            else:
                nodes = ()  # they are in the panel
        aux = self.leads_away(first, holder)
        box = Box(items[0].id, kind, title, lines, role, nodes, panel, aux, bool(self.times(items)))
        inputs = [item.inputs for item in items]
        for slot in range(len(inputs[0])):
            self.edge(box, inputs, slot)
        self.tails.update(dict.fromkeys(items[0].outputs, box.id))
        return box

    def call(self, items: Sequence[Item], fold: Fold | None) -> tuple[str, tuple[str, ...]]:
        """Return how a folded box is called: a title, ``4 × A``, and its arguments below.

        A step named with `as` has the name for its title, and the call goes below.
        """
        outer = _container(items[0].parts[0])
        inner = named_alone(outer)
        arguments = [
            self.shared(items, lambda part, at=at: named_alone(_container(part)).arguments[at])
            for at in range(len(inner.arguments))
        ]
        title = inner.title + (fold.number if fold is not None else "")
        call = self.times(items) + title
        names = {item.name for item in items}
        if len(names) > 1 or _is_automatic(items[0].name, inner.title):
            lines = wrap(" ".join(arguments), LONGEST_LINE)
        else:
            lines = wrap(" ".join((call, *arguments)), LONGEST_LINE)
            call = items[0].name
        if outer.id in self.plan.heads:
            lines.append(f"weight {self.plan.heads[outer.id]:g}")
        return call, tuple(lines)

    def times(self, items: Sequence[Item]) -> str:
        """Return the count of a repeat, ``4 × ``, or nothing for a single part."""
        if all(len(item.parts) == 1 for item in items):
            return ""
        count = common([str(len(item.parts)) for item in items], self.parameters)
        return f"{as_factor(count)} × "

    def shared(self, items: Sequence[Item], text: Callable[[Part], str]) -> str:
        """Return what a text is in common: first of the copies of each item, then of the items."""
        each = [common([text(part) for part in item.parts]) for item in items]
        return common(each, self.parameters, self.entry[2:])

    def port(self, id: str, values: Sequence[tuple[NodeId, ...]], slot: int) -> Box:
        """Return the place where a value enters or leaves; named where there are several."""
        lines: tuple[str, ...] = ()
        names = {self.name_of(each[slot]) for each in values}
        if len(values[0]) > 1 and len(names) == 1:
            lines = tuple(names)
        return Box(id, BoxKind.PORT, self.shape(values, slot), lines)

    def name_of(self, value: NodeId) -> str:
        """Return the path of the step that makes a value, as seen from the net."""
        node = self.graph.nodes[value]
        is_unit = self.graph.scopes[node.scope].kind is ScopeKind.UNIT
        path = node.scope if is_unit else value
        return path.partition(".")[2]

    def edge(self, head: Box, values: Sequence[tuple[NodeId, ...]], slot: int) -> None:
        tail = self.tails[values[0][slot]]
        self.edges.append(Edge(tail, head.id, self.shape(values, slot), head.aux))

    def shape(self, values: Sequence[tuple[NodeId, ...]], slot: int) -> str:
        shapes = [self.graph.nodes[each[slot]].shape for each in values]
        return common_shape(shapes, self.parameters, self.entry)

    def leads_away(self, part: Part, holder: Container) -> bool:
        """Return whether ``part`` is an auxiliary head of the path that ``holder`` is on."""
        return self.in_head(part) and not self.in_head(holder)

    def in_head(self, part: Part) -> bool:
        if isinstance(part, Leaf):
            return part.nodes[0].aux is not None
        return any(f"{part.id}.".startswith(f"{head}.") for head in self.plan.heads)


def _is_automatic(name: str, title: str) -> bool:
    """Return whether a step has the name it gets without `as`: ``conv``, ``conv1``."""
    return name.startswith(title) and (name == title or name[len(title) :].isdecimal())


def _leaf(part: Part) -> Leaf:
    assert isinstance(part, Leaf)
    return part


def _container(part: Part) -> Container:
    assert isinstance(part, Container)
    return part


def _parameters(graph: Graph, containers: Sequence[Container]) -> tuple[Symbol, ...]:
    """Return the parameters of the blocks that the containers are in, with their values."""
    calls = [dict(_block_arguments(graph, one.scope)) for one in containers]
    return tuple(
        Symbol(name, tuple(call[name] for call in calls))
        for name in calls[0]
        if all(name in call for call in calls)
    )


def _block_arguments(graph: Graph, scope: Scope) -> tuple[tuple[str, str], ...]:
    while scope.kind is not ScopeKind.BLOCK:
        if scope.parent is None:
            return ()
        scope = graph.scopes[scope.parent]
    return scope.arguments
