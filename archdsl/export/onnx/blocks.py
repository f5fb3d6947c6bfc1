"""Blocks as functions: an ONNX graph that unfolds as its spec does.

Each call of a block becomes a node of the operator that the block's name stands for in the domain
:data:`DOMAIN`. What such an operator computes is written once, as a function of the values that
the block reads and of its weights. Calls whose nodes are the same, up to weights and numbers of
channels, have one function; another structure under the same name gets a number behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from archdsl.export.onnx.places import Around, Places
from archdsl.export.onnx.tidy import NAMES, PATH
from archdsl.graph import Scope, in_net, parts_of, relative
from archdsl.safe_names import Names, Rules

DOMAIN = "archdsl"
VERSION = 1
IR_VERSION = 8
"""The first version of the file format that knows functions."""

FUNCTIONS = Rules(first="A-Za-z_", letters="A-Za-z0-9_")
"""What functions are called."""


def constants_apart(model: Any) -> None:
    """Give each reader of a constant one of its own, which can move into a function with it."""
    from onnx_ir import Node  # not before the extra is known to be there

    for node in list(model.graph):
        if node.op_type != "Constant":
            continue
        (value,) = node.outputs
        for reader, place in list(value.uses())[1:]:
            copy = Node("", "Constant", [], node.attributes.values(), name=node.name)
            (other,) = copy.outputs
            other.name, other.shape, other.type = value.name, value.shape, value.type
            model.graph.insert_before(reader, copy)
            reader.replace_input_with(place, other)


def fold_blocks(model: Any, places: Places) -> None:
    """Put what each block and group computes into a function, the innermost first."""
    scopes = places.all_around(model.graph)
    folder = _Folder(model, places, Names(FUNCTIONS))
    inner_first = sorted(
        {scope.path: scope for chain in scopes.values() for scope in chain}.values(),
        key=lambda scope: -len(parts_of(scope.path)),
    )
    for scope in inner_first:
        folder.fold(scope, scopes)
    if folder.functions:
        model.ir_version = max(model.ir_version, IR_VERSION)
        model.graph.opset_imports[DOMAIN] = VERSION


@dataclass(frozen=True, slots=True)
class _Ends:
    """What a stretch of a graph reads from around it, and what others read of it."""

    inputs: tuple[Any, ...]
    outputs: tuple[Any, ...]


class _Folder:
    def __init__(self, model: Any, places: Places, names: Names) -> None:
        self.model = model
        self.places = places
        self.names = names
        self.functions: dict[Any, Any] = {}

    def fold(self, scope: Scope, scopes: dict[Any, Around]) -> None:
        """Replace the nodes of a scope by one that calls its function."""
        from onnx_ir import Node, convenience

        every = list(self.model.graph)
        members = [node for node in every if scope in scopes[node]]
        if not members or not _stands_together(every, members):
            return
        ends = _ends(members)
        function = self._function(scope, members, ends)
        call = Node(
            DOMAIN,
            function.name,
            ends.inputs,
            num_outputs=len(ends.outputs),
            name=in_net(scope.path),
        )
        call.metadata_props[PATH] = in_net(scope.path)
        convenience.replace_nodes_and_values(
            self.model.graph, members[-1], members, [call], ends.outputs, call.outputs
        )
        self.model.graph.sort()
        scopes[call] = scopes[members[-1]][: scopes[members[-1]].index(scope)]

    def _function(self, scope: Scope, members: Sequence[Any], ends: _Ends) -> Any:
        key = _structure(members, ends, scope.title)
        known = self.functions.get(key)
        if known is None:
            name = self.names.take(scope.title)
            known = self.functions[key] = _made(name, scope, members, ends, self.places)
            imports = self.model.graph.opset_imports
            known.graph.opset_imports.update({"": imports[""], DOMAIN: VERSION})
            self.model.functions[known.identifier()] = known
        return known


def _stands_together(every: Sequence[Any], members: Sequence[Any]) -> bool:
    """Whether nothing else both reads what members make and makes what members read."""
    inside = set(members)
    behind: set[Any] = set()
    started = False
    for node in every:
        started = started or node in inside
        if not started:
            continue
        makers = {value.producer() for value in node.inputs if value is not None}
        if node in inside:
            if not behind.isdisjoint(makers):
                return False
        elif not inside.isdisjoint(makers) or not behind.isdisjoint(makers):
            behind.add(node)
    return not any(_has_graphs(node) for node in members)


def _has_graphs(node: Any) -> bool:
    return any(one.type.name in ("GRAPH", "GRAPHS") for one in node.attributes.values())


def _ends(members: Sequence[Any]) -> _Ends:
    """Return the ends of a stretch; values that are computed stand before weights."""
    inside = set(members)
    read: dict[Any, None] = {}
    for node in members:
        for value in node.inputs:
            if value is not None and value.producer() not in inside:
                read.setdefault(value)
    made = (value for node in members for value in node.outputs)
    given = tuple(
        value
        for value in made
        if value.is_graph_output() or any(reader not in inside for reader, _ in value.uses())
    )
    return _Ends(tuple(sorted(read, key=lambda value: value.is_initializer())), given)


def _structure(members: Sequence[Any], ends: _Ends, title: str) -> tuple[Any, ...]:
    """Return what is the same for two stretches if one function computes both."""
    numbers: dict[Any, int] = {value: at for at, value in enumerate(ends.inputs)}
    rows: list[tuple[Any, ...]] = []
    for node in members:
        read = tuple(None if value is None else numbers[value] for value in node.inputs)
        for value in node.outputs:
            numbers[value] = len(numbers)
        said = tuple(sorted((name, _plain(one)) for name, one in node.attributes.items()))
        rows.append((node.domain, node.op_type, node.overload, read, len(node.outputs), said))
    return (title, len(ends.inputs), tuple(rows), tuple(numbers[value] for value in ends.outputs))


def _plain(attribute: Any) -> str:
    value: Any = attribute.value
    match attribute.type.name:
        case "TENSOR":
            return f"{value.dtype} {tuple(value.shape)} {value.numpy().tobytes().hex()}"
        case "INTS" | "FLOATS" | "STRINGS":
            return repr(tuple(value))
        case kind:
            return f"{kind} {value!r}"


def _made(title: str, scope: Scope, members: Sequence[Any], ends: _Ends, places: Places) -> Any:
    """Return a function that computes copies of some nodes."""
    from onnx_ir import Function, Graph, Node, Value

    values = Names(NAMES)
    prefix = f"{in_net(scope.path)}."
    weights = {one for one in ends.inputs if one.is_initializer()}
    inner: dict[Any, Any] = {}
    for value in ends.inputs:
        wanted = value.name.removeprefix(prefix) if value in weights else "x"
        inner[value] = Value(name=values.take(wanted))
    nodes: list[Any] = []
    names = Names(NAMES)
    for node in members:
        path = places.paths.get(node.name)
        wanted = node.op_type.lower() if path is None else relative(path, scope.path)
        if wanted in ("", scope.path):
            wanted = node.op_type.lower()
        copy = Node(
            node.domain,
            node.op_type,
            [None if value is None else inner[value] for value in node.inputs],
            node.attributes.values(),
            overload=node.overload,
            num_outputs=len(node.outputs),
            name=names.take(wanted),
        )
        for old, new in zip(node.outputs, copy.outputs, strict=True):
            new.name = values.take(wanted)
            inner[old] = new
        nodes.append(copy)
    body = Graph(
        [inner[one] for one in ends.inputs], [inner[one] for one in ends.outputs], nodes=nodes
    )
    return Function(DOMAIN, title, graph=body, attributes=[])
