"""The part of a network that some of its values need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from archdsl.diagnostics import did_you_mean
from archdsl.graph.graph import Graph, NodeId, ScopeKind
from archdsl.graph.paths import in_net, path_in
from archdsl.graph.strides import by_stride
from archdsl.ops import Input


def value_at(graph: Graph, name: str) -> NodeId:
    """Return the one value that a step, block or group of the network gives.

    ``name`` is its path without the net's name, or a stride such as ``/8`` for the last value of
    it, as :func:`archdsl.graph.strides.by_stride` has them. Raises LookupError if there is no such
    step, if other steps read several values of it, and for inputs and what auxiliary heads compute.
    """
    path = path_in(graph.name, name)
    if name.startswith("/"):
        return _at_stride(graph, name)
    if path in graph.nodes:
        values: tuple[NodeId, ...] = (path,)
    elif path in graph.tree.extents:
        values = graph.tree.given_by(path, to_heads=False)
    else:
        known = dict.fromkeys(in_net(one) for one in (*graph.nodes, *graph.tree.extents))
        known.pop("", None)
        raise LookupError(f"`{graph.name}` has no step `{name}`{did_you_mean(name, known)}")
    if len(values) != 1:
        listed = ", ".join(f"`{in_net(id)}`" for id in values)
        raise LookupError(f"`{name}` gives {len(values)} values: name one of {listed}")
    node = graph.nodes[values[0]]
    if node.aux is not None:
        raise LookupError(f"`{name}` is in an auxiliary head, which is computed in training only")
    if isinstance(node.op, Input):
        raise LookupError(f"`{name}` is an input, which nothing computes")
    return node.id


def _at_stride(graph: Graph, name: str) -> NodeId:
    known = {f"/{stride}": id for stride, id in by_stride(graph).items()}
    if name not in known:
        listed = ", ".join(f"`{one}`" for one in known) or "none"
        raise LookupError(
            f"`{graph.name}` has no single last value of stride `{name}`; it has {listed}"
        )
    return known[name]


def part_for(graph: Graph, names: Sequence[str]) -> Graph:
    """Return the part of a graph that gives the values of some steps, in the order of the names.

    It has the nodes that they need, at their paths, those inputs that are read, and no auxiliary
    heads. Raises LookupError as :func:`value_at` does, and ValueError without a name or with one
    value named twice.
    """
    if not names:
        raise ValueError("name at least one step whose features are wanted")
    outputs: dict[NodeId, str] = {}
    for name in names:
        value = value_at(graph, name)
        if value in outputs:
            raise ValueError(f"`{outputs[value]}` and `{name}` are one value: name it once")
        outputs[value] = name
    needed: set[NodeId] = set()
    left = list(outputs)
    while left:
        id = left.pop()
        if id not in needed:
            needed.add(id)
            left.extend(graph.nodes[id].operands)
    nodes = {id: node for id, node in graph.nodes.items() if id in needed}
    held: set[str] = {graph.name}
    for node in nodes.values():
        held.update(scope.path for scope in graph.tree.scopes_around(node))
    scopes = {
        path: replace(scope, copies=sum(child.path in held for child in graph.children[path]))
        if scope.kind is ScopeKind.REPEAT
        else scope
        for path, scope in graph.scopes.items()
        if path in held
    }
    return Graph(
        graph.name,
        nodes,
        scopes,
        tuple(id for id in graph.inputs if id in needed),
        tuple(outputs),
        (),
        tuple(map(_called, outputs.values())),
    )


def _called(name: str) -> str:
    """Return what an output is called whose value was wanted by this name."""
    return name.replace("/", "stride_").replace(".", "_")
