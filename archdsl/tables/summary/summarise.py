"""From a graph to its :class:`Summary`: nodes gathered into stages, costs added up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from archdsl.check import costs, fields, smallest_input, weighted_depth
from archdsl.graph import AuxHead, Graph, Node, NodeId, Scope, ScopeKind
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
        stages=gather.stages(graph.name, gather.main, depth),
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

    def stages(self, scope: str, nodes: Nodes, depth: int) -> tuple[Stage, ...]:
        """Return a stage for each step of ``scope`` that holds some of ``nodes``, in order."""
        steps: dict[str, list[Node]] = {}
        for node in nodes:
            if not isinstance(node.op, Input):
                steps.setdefault(_step_in(scope, node.id), []).append(node)
        made: list[Stage] = []
        for path, inside in steps.items():
            # A join and its scope have one path: there, the node is a step by itself.
            whole = None if path == scope else self.graph.scopes.get(path)
            made.append(self.stage(path, whole, tuple(inside), depth))
        return tuple(made)

    def stage(self, path: str, scope: Scope | None, nodes: Nodes, depth: int) -> Stage:
        """Return the row of a scope, or of the one operator among ``nodes`` if it is None."""
        plain = scope is None or scope.kind is ScopeKind.UNIT
        return Stage(
            name=path.rpartition(".")[2],
            path=path,
            type=_title(nodes[0]) if scope is None or plain else _type(scope),
            patch=self._patch(path),
            output=self._last(nodes).shape,
            depth=weighted_depth(self.graph, nodes),
            widths=nodes[0].op.picture().width if plain else self.widths.of(path),
            cost=self.cost(nodes),
            stages=() if plain or depth == 0 else self.stages(path, nodes, depth - 1),
        )

    def head(self, head: AuxHead, depth: int) -> Head:
        nodes = self._parts.get(head.path, ())
        inside = {node.id for node in nodes}
        read = (one for node in nodes for one in node.operands if one not in inside)
        reads = _step_in(self.graph.name, next(read, head.output))
        stage = Stage(
            name=head.path.rpartition(".")[2],
            path=head.path,
            type="aux",
            patch="",
            output=self.graph.nodes[head.output].shape,
            depth=weighted_depth(self.graph, nodes),
            widths=self.widths.of(head.path),
            cost=self.cost(nodes),
            stages=() if depth == 0 else self.stages(head.path, nodes, depth - 1),
        )
        return Head(stage, head.weight, reads.rpartition(".")[2])

    def _patch(self, path: str) -> str:
        """Return the patch of a single operator, also where it is repeated as it is."""
        scope = self.graph.scopes.get(path)
        if scope is not None and scope.kind is ScopeKind.REPEAT:
            patches = {self._patch(copy) for copy in self.widths.inside[path]}
            return patches.pop() if len(patches) == 1 else ""
        if scope is not None and scope.kind is ScopeKind.UNIT:
            path = self.widths.inside[path][0]
        if path not in self.graph.nodes:
            return ""
        picture = self.graph.nodes[path].op.picture()
        return f"{picture.patch} {picture.remark}".rstrip() if picture.patch else ""

    def _last(self, nodes: Nodes) -> Node:
        """Return the last node whose value leaves the stage."""
        inside = {node.id for node in nodes}
        for node in reversed(nodes):
            readers = self.graph.readers[node.id]
            if node.id in self._leaving or any(reader not in inside for reader in readers):
                return node
        return nodes[-1]


def _step_in(scope: str, id: NodeId) -> str:
    """Return the path of the step directly inside ``scope`` that holds the node."""
    end = id.find(".", len(scope) + 1)
    return id if end < 0 else id[:end]


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
            step = _step_in(graph.name, node.id).rpartition(".")[2]
            return Reach(step, node.shape.grid, fields(graph)[node.id].pixels)
    return None
