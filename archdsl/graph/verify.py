"""What holds of every graph, whoever made it: each rule is one function and one row.

The elaborator keeps these rules by the way it works. What else makes or changes a graph asks
:func:`verify`, and so do the tests.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from archdsl.graph.graph import Graph, Node, Scope, ScopeKind
from archdsl.graph.paths import holder_of, is_within, name_of
from archdsl.ops import Blame, Input

Broken = Iterator[tuple[str, str]]
"""The path of what breaks a rule, and in which way it does."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that a graph breaks, and where."""

    rule: str
    path: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}: {self.text} [{self.rule}]"


def verify(graph: Graph) -> tuple[Finding, ...]:
    """Return what is wrong with a graph, rule by rule; empty where every rule holds."""
    return tuple(
        Finding(rule, path, text) for rule, find in RULES.items() for path, text in find(graph)
    )


def _keys(graph: Graph) -> Broken:
    """Nodes and scopes are found under their own paths."""
    for key, node in graph.nodes.items():
        if node.id != key:
            yield key, f"the node under this key calls itself `{node.id}`"
    for key, scope in graph.scopes.items():
        if scope.path != key:
            yield key, f"the scope under this key calls itself `{scope.path}`"


def _root(graph: Graph) -> Broken:
    """The net, and only the net, is held by nothing, and bears the graph's name."""
    for scope in graph.scopes.values():
        is_net = scope.kind is ScopeKind.NET
        if is_net != (scope.parent is None) or is_net != (scope.path == graph.name):
            yield scope.path, f"a {scope.kind.value} inside of `{scope.parent}`"
    if graph.name not in graph.scopes:
        yield graph.name, "there is no scope for the net"


def _nesting(graph: Graph) -> Broken:
    """A scope stands behind the one that holds it, whose path its own path continues."""
    seen: set[str] = set()
    for scope in graph.scopes.values():
        seen.add(scope.path)
        if scope.parent is None:
            continue
        if scope.parent not in seen:
            yield scope.path, f"`{scope.parent}` holds it and does not stand before it"
        if holder_of(scope.path) != scope.parent:
            yield scope.path, f"its path does not continue that of `{scope.parent}`"


def _membership(graph: Graph) -> Broken:
    """A node's path continues that of its scope; a join may bear the very path of its own."""
    for node in graph:
        if node.scope not in graph.scopes:
            yield node.id, f"there is no scope `{node.scope}`"
        elif not (holder_of(node.id) == node.scope or (node.op.joins and node.id == node.scope)):
            yield node.id, f"its path does not continue that of `{node.scope}`"
        if node.id in graph.scopes and node.id != node.scope:
            yield node.id, "a scope that does not hold it has its path"


def _extent(graph: Graph) -> Broken:
    """The nodes of a scope stand together, and its own join stands last."""
    open_: list[str] = []
    closed: set[str] = set()
    for node in graph:
        around = list(reversed([scope.path for scope in _around(graph, node)]))
        kept = 0
        while kept < min(len(open_), len(around)) and open_[kept] == around[kept]:
            kept += 1
        closed.update(open_[kept:])
        for path in around[kept:]:
            if path in closed:
                yield node.id, f"`{path}` has ended before it"
        open_ = around
        if node.id in graph.scopes and node.id == node.scope:
            closed.add(node.scope)
            open_ = around[:-1]


def _copies(graph: Graph) -> Broken:
    """A repeat says how often, and its copies are called 0, 1, … in order."""
    inside: dict[str, dict[str, None]] = {}
    for member in (*graph.scopes.values(), *graph):
        holder = member.scope if isinstance(member, Node) else member.parent
        if holder is not None:
            inside.setdefault(holder, {})[member.name] = None
    for scope in graph.scopes.values():
        if (scope.kind is ScopeKind.REPEAT) != (scope.copies is not None):
            yield scope.path, f"a {scope.kind.value} of {scope.copies} copies"
        elif scope.copies is not None:
            names = sorted(inside.get(scope.path, ()))
            if names != sorted(map(str, range(scope.copies))):
                yield scope.path, f"{scope.copies} copies, called {', '.join(names) or 'nothing'}"


def _operands(graph: Graph) -> Broken:
    """What a node reads is there; inputs read nothing, joins one value or more, others one."""
    for node in graph:
        for operand in node.operands:
            if operand not in graph.nodes:
                yield node.id, f"reads `{operand}`, which is not there"
        count = len(node.operands)
        if isinstance(node.op, Input):
            if count:
                yield node.id, f"an input that reads {count} values"
        elif count != 1 and not (node.op.joins and count):
            yield node.id, f"`{node.op.name}` reads {count} values"


def _order(graph: Graph) -> Broken:
    """A node stands behind what it reads."""
    seen: set[str] = set()
    for node in graph:
        for operand in node.operands:
            if operand in graph.nodes and operand not in seen:
                yield node.id, f"reads `{operand}`, which stands behind it"
        seen.add(node.id)


def _shapes(graph: Graph) -> Broken:
    """A node's shape is what its operator makes of the shapes that it reads."""
    for node in graph:
        if isinstance(node.op, Input):
            if node.shape != node.op.shape:
                yield node.id, f"announces {node.shape.spoken}, and takes {node.op.shape.spoken}"
            continue
        if not node.operands or not all(operand in graph.nodes for operand in node.operands):
            continue
        try:
            shape = node.op.infer(*graph.shapes_into(node))
        except Blame as blame:
            yield node.id, f"does not take what it reads: {blame.headline}"
            continue
        if node.shape != shape:
            yield node.id, f"announces {node.shape.spoken}, and makes {shape.spoken}"


def _inputs(graph: Graph) -> Broken:
    """The inputs are the nodes that are inputs, in their order."""
    found = tuple(node.id for node in graph if isinstance(node.op, Input))
    if graph.inputs != found:
        yield graph.name, f"takes {_listed(graph.inputs)}, and its inputs are {_listed(found)}"


def _outputs(graph: Graph) -> Broken:
    """There is an output, each is a node of the main path, and each has a name."""
    if not graph.outputs:
        yield graph.name, "gives nothing"
    if len(graph.outputs) != len(graph.output_names):
        yield graph.name, f"{len(graph.outputs)} outputs have {len(graph.output_names)} names"
    for id in graph.outputs:
        if id not in graph.nodes:
            yield graph.name, f"gives `{id}`, which is not there"
        elif graph.nodes[id].aux is not None:
            yield id, f"an output, and part of the auxiliary head `{graph.nodes[id].aux}`"


def _heads(graph: Graph) -> Broken:
    """Each auxiliary head is a scope that gives one of its own nodes at a finite weight."""
    paths = [head.path for head in graph.aux]
    scopes = [path for path, scope in graph.scopes.items() if scope.kind is ScopeKind.AUX]
    if sorted(paths) != sorted(scopes):
        yield graph.name, f"its heads are {_listed(paths)}, and the scopes {_listed(scopes)}"
    for head in graph.aux:
        if head.output not in graph.nodes or not is_within(head.output, head.path):
            yield head.path, f"gives `{head.output}`, which is not in it"
        if not math.isfinite(head.weight):
            yield head.path, f"weighs {head.weight}"


def _aux(graph: Graph) -> Broken:
    """A node says which head it is in, and the main path reads nothing of a head."""
    for node in graph:
        around = (s.path for s in _around(graph, node) if s.kind is ScopeKind.AUX)
        if node.aux != next(around, None):
            yield node.id, f"says that it is in the head `{node.aux}`"
        for operand in node.operands:
            read = graph.nodes.get(operand)
            if read is not None and read.aux not in (None, node.aux):
                yield node.id, f"reads `{operand}` of the auxiliary head `{read.aux}`"


def _origins(graph: Graph) -> Broken:
    """Every node comes from somewhere in the text."""
    for node in graph:
        if not node.origin:
            yield node.id, "comes from nowhere"


def _names(graph: Graph) -> Broken:
    """No name is empty, so that paths have as many parts as there are scopes."""
    for path in (*graph.nodes, *graph.scopes):
        if not name_of(path):
            yield path, "has no name"


def _around(graph: Graph, node: Node) -> Iterator[Scope]:
    """Yield the scopes around a node from the inside, as far as they are there and no circle."""
    seen: set[str] = set()
    path: str | None = node.scope
    while path is not None and path in graph.scopes and path not in seen:
        seen.add(path)
        scope = graph.scopes[path]
        yield scope
        path = scope.parent


def _listed(paths: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"`{path}`" for path in paths) or "none"


RULES: Mapping[str, Callable[[Graph], Broken]] = {
    "keys": _keys,
    "names": _names,
    "root": _root,
    "nesting": _nesting,
    "membership": _membership,
    "extent": _extent,
    "copies": _copies,
    "operands": _operands,
    "order": _order,
    "shapes": _shapes,
    "inputs": _inputs,
    "outputs": _outputs,
    "heads": _heads,
    "aux": _aux,
    "origins": _origins,
}
