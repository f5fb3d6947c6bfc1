"""What is written in a frame: counts, arguments, shapes and costs that several containers share."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from archdsl.drawing.heat import share, span, times
from archdsl.drawing.options import Heat, Label
from archdsl.drawing.plan import Plan
from archdsl.drawing.structure import Container, Item, Leaf, Part
from archdsl.drawing.symbols import (
    Symbol,
    as_factor,
    common,
    common_shape,
    entry_symbols,
)
from archdsl.graph import Graph, NodeId, Scope, ScopeKind, in_net, is_within, relative

LONGEST_LINE = 34
"""Characters in a line of a box, before a block's arguments go on in the next."""


class Words:
    """Writes what is true of containers that are drawn as one, in as few words."""

    def __init__(self, plan: Plan, containers: Sequence[Container]) -> None:
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

    def called(
        self, items: Sequence[Item], block: Container, number: str, given: Sequence[str]
    ) -> tuple[str, str]:
        """Return how a block is called: its title, ``4 × A``, and its arguments.

        A step named with `as` has the name for its title, and the call stands after it.
        """
        call = self.times(items) + block.title + number
        if self.is_named(items, block):
            return items[0].name, " ".join((call, *given))
        return call, " ".join(given)

    def is_named(self, items: Sequence[Item], block: Container) -> bool:
        """Return whether calls of a block have a name, and the same, by `as`."""
        names = {item.name for item in items}
        return len(names) == 1 and not is_automatic(items[0].name, block.title)

    def times(self, items: Sequence[Item]) -> str:
        """Return the count of a repeat, ``4 × ``, or nothing for a single part."""
        if all(len(item.parts) == 1 for item in items):
            return ""
        count = common([str(len(item.parts)) for item in items], self.parameters)
        return f"{as_factor(count)} × "

    def shared(self, items: Sequence[Item], text: Callable[[Part], str]) -> str:
        """Return what a text is in common: first of the copies of each item, then of the items."""
        texts = [[text(part) for part in item.parts] for item in items]
        each = [common(copies) for copies in texts]
        if len(set(each)) > 1 and any(len(set(copies)) > 1 for copies in texts):
            return common([one for copies in texts for one in copies])
        return common(each, self.parameters, self.entry[2:])

    def figures(self, name: str, nodes: Sequence[Sequence[Sequence[NodeId]]]) -> list[str]:
        """Return the lines with a name and costs; ``nodes`` by item, and by copy in it.

        What is written is the cost in one of the containers; heat is that in all of them.
        """
        lines = [name] if name and Label.NAMES in self.plan.labels else []
        hot, costs = self.plan.options.heat, self.plan.costs
        for label, heat, unit in (
            (Label.PARAMS, Heat.PARAMS, "params"),
            (Label.MACS, Heat.MACS, "MACs"),
        ):
            if label not in self.plan.labels or hot is heat:
                continue
            each = [[costs.of(heat, copy) for copy in item] for item in nodes]
            if any(map(any, each)):
                texts = dict.fromkeys(times(item, heat) for item in each)
                (text,) = texts if len(texts) == 1 else (span([sum(item) for item in each], heat),)
                lines.append(f"{text} {unit}")
        if hot is not None and self.plan.total is not None:
            every = [costs.of(hot, copy) for item in nodes for copy in item]
            if any(every):
                lines.append(f"{times(every, hot)} · {share(sum(every), self.plan.total)}")
        return lines

    def heat(self, nodes: Sequence[NodeId]) -> int | None:
        hot = self.plan.options.heat
        return None if hot is None else self.plan.costs.of(hot, nodes)

    def relative(self, path: str) -> str:
        """Return a path as seen from the first container."""
        return relative(path, self.containers[0].id)

    def name_of(self, value: NodeId, leaves: bool) -> str:
        """Return the path of the step that makes a value, as seen from the net.

        What leaves the net itself has the name of the output.
        """
        if leaves and self.containers[0].id == self.graph.name:
            outputs = self.graph.names_of(value)
            if outputs:
                return ", ".join(outputs)
        node = self.graph.nodes[value]
        is_unit = self.graph.scopes[node.scope].kind is ScopeKind.UNIT
        path = node.scope if is_unit else value
        return in_net(path)

    def shape(self, values: Sequence[NodeId]) -> str:
        shapes = [self.graph.nodes[value].shape for value in values]
        return common_shape(shapes, self.parameters, self.entry)

    def leads_away(self, part: Part) -> bool:
        """Return whether ``part`` is an auxiliary head of the path that the frame is on."""
        return self.in_head(part) and not self.in_head(self.containers[0])

    def in_head(self, part: Part) -> bool:
        if isinstance(part, Leaf):
            return part.nodes[0].aux is not None
        return any(is_within(part.id, head) for head in self.plan.heads)


def is_automatic(name: str, title: str) -> bool:
    """Return whether a step has the name it gets without `as`: ``conv``, ``conv1``."""
    return name.startswith(title) and (name == title or name[len(title) :].isdecimal())


def _parameters(graph: Graph, containers: Sequence[Container]) -> tuple[Symbol, ...]:
    """Return the parameters of the blocks that the containers are in, with their values."""
    calls = [dict(_block_arguments(graph, one.scope)) for one in containers]
    return tuple(
        Symbol(name, tuple(call[name] for call in calls))
        for name in calls[0]
        if all(name in call for call in calls)
    )


def _block_arguments(graph: Graph, scope: Scope) -> tuple[tuple[str, str], ...]:
    around = (scope, *graph.tree.scopes_around(scope))
    return next((one.arguments for one in around if one.kind is ScopeKind.BLOCK), ())
