"""From a graph to its :class:`Summary`: nodes gathered into stages, costs added up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from archdsl.check import costs, fields, smallest_input, weighted_depth
from archdsl.graph import AuxHead, Graph, Member, Node, NodeId, Scope, ScopeKind, name_of, step_in
from archdsl.ops import Cost, Input
from archdsl.tables.summary.summary import Endpoint, Head, Reach, Stage, Summary
from archdsl.tables.summary.widths import Widths

Nodes = tuple[Node, ...]

DEEPEST = 100
"""Levels below the stages that are gathered at most; Python's own stack holds frames for each."""


def summarise(graph: Graph, depth: int = 0) -> Summary:
    """Return the summary of a graph, each stage with its insides down to ``depth`` levels."""
    gather = _Gatherer(graph)
    depth = min(depth, DEEPEST)
    return Summary(
        name=graph.name,
        inputs=_endpoints(graph, graph.input_names, graph.inputs),
        outputs=_endpoints(graph, graph.output_names, graph.outputs),
        stages=gather.stages(graph.name, None, depth),
        heads=tuple(gather.head(head, depth) for head in graph.aux),
        nodes=len(graph),
        depth=weighted_depth(graph, gather.main),
        cost=gather.cost(gather.main),
        aux=gather.cost(node for node in graph if node.aux is not None),
        reach=_reach(graph, gather.main),
        smallest_input=smallest_input(graph),
    )


class _Gatherer:
    """Makes stages of the steps in a scope."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.widths = Widths(graph)
        self._costs: Mapping[NodeId, Cost] = costs(graph)
        self._leaving = {*graph.outputs, *(head.output for head in graph.aux)}
        parts: dict[str | None, list[Node]] = {}
        for node in graph:
            parts.setdefault(node.aux, []).append(node)
        self._parts = {aux: tuple(nodes) for aux, nodes in parts.items()}

    @property
    def main(self) -> Nodes:
        """The nodes outside of auxiliary heads."""
        return self._parts.get(None, ())

    def cost(self, nodes: Iterable[Node]) -> Cost:
        return sum((self._costs[node.id] for node in nodes), Cost())

    def stages(self, scope: str, aux: str | None, depth: int) -> tuple[Stage, ...]:
        """Return a stage for each member of ``scope`` that has nodes of the head, in order."""
        made: list[Stage] = []
        for member in self.graph.tree.members.get(scope, ()):
            inside = (member,) if isinstance(member, Node) else self.inside(member.path, aux)
            if inside and not isinstance(inside[0].op, Input):
                made.append(self.stage(member, inside, depth))
        return tuple(made)

    def inside(self, path: str, aux: str | None) -> Nodes:
        return tuple(node for node in self.graph.tree.nodes_in(path) if node.aux == aux)

    def stage(self, member: Member, nodes: Nodes, depth: int) -> Stage:
        """Return the row of a scope with its ``nodes``, or of an operator."""
        plain = isinstance(member, Node) or member.kind is ScopeKind.UNIT
        path = nodes[0].id if isinstance(member, Node) else member.path
        return Stage(
            name=member.name,
            path=path,
            type=_title(nodes[0]) if isinstance(member, Node) or plain else _type(member),
            patch=self._patch(member),
            output=self._last(nodes).shape,
            depth=weighted_depth(self.graph, nodes),
            widths=nodes[0].op.picture().width if plain else self.widths.of(path),
            cost=self.cost(nodes),
            stages=() if plain or depth == 0 else self.stages(path, nodes[0].aux, depth - 1),
        )

    def head(self, head: AuxHead, depth: int) -> Head:
        nodes = self._parts.get(head.path, ())
        inside = {node.id for node in nodes}
        read = (one for node in nodes for one in node.operands if one not in inside)
        reads = step_in(self.graph.name, next(read, head.output))
        stage = Stage(
            name=name_of(head.path),
            path=head.path,
            type="aux",
            patch="",
            output=self.graph.nodes[head.output].shape,
            depth=weighted_depth(self.graph, nodes),
            widths=self.widths.of(head.path),
            cost=self.cost(nodes),
            stages=() if depth == 0 else self.stages(head.path, head.path, depth - 1),
        )
        return Head(stage, head.weight, name_of(reads))

    def _patch(self, member: Member) -> str:
        """Return the patch of a single operator, also where it is repeated as it is."""
        if isinstance(member, Scope):
            inside = self.graph.tree.members[member.path]
            if member.kind is ScopeKind.REPEAT:
                patches = {self._patch(copy) for copy in inside}
                return patches.pop() if len(patches) == 1 else ""
            if member.kind is ScopeKind.UNIT:
                return self._patch(inside[0])
            return ""
        picture = member.op.picture()
        return f"{picture.patch} {picture.remark}".rstrip() if picture.patch else ""

    def _last(self, nodes: Nodes) -> Node:
        """Return the last node whose value leaves the stage."""
        inside = {node.id for node in nodes}
        for node in reversed(nodes):
            readers = self.graph.readers[node.id]
            if node.id in self._leaving or any(reader not in inside for reader in readers):
                return node
        return nodes[-1]


def _title(node: Node) -> str:
    if node.op.joins:
        return node.op.name
    picture = node.op.picture()
    return picture.title if picture.patch else f"{picture.title} {picture.remark}".rstrip()


def _type(scope: Scope) -> str:
    match scope.kind:
        case ScopeKind.REPEAT:
            title = "group" if scope.title == "repeat" else scope.title
            return f"{scope.copies} × {title}"
        case ScopeKind.GROUP | ScopeKind.BRANCH:
            return scope.kind.value
        case _:
            return scope.title


def _endpoints(
    graph: Graph, names: tuple[str, ...], ids: tuple[NodeId, ...]
) -> tuple[Endpoint, ...]:
    return tuple(
        Endpoint(name, id, graph.nodes[id].shape) for name, id in zip(names, ids, strict=True)
    )


def _reach(graph: Graph, main: Nodes) -> Reach | None:
    """Return the reach of the last feature map: of more than one cell, so before a whole-map pool.

    A map that leads nowhere does not count.
    """
    wanted = set(graph.outputs)
    for node in reversed(main):
        if node.id in wanted:
            wanted.update(node.operands)
    for node in reversed(main):
        if node.id in wanted and node.shape.grid is not None and node.shape.cells > 1:
            step = name_of(step_in(graph.name, node.id))
            return Reach(step, node.shape.grid, fields(graph)[node.id].pixels)
    return None
