"""The network as a graph of operators, and the scopes its names come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

from archdsl.graph.paths import name_of
from archdsl.ops import Operator, Shape
from archdsl.source import Span

if TYPE_CHECKING:
    import networkx

    from archdsl.graph.tree import Tree

NodeId = str
"""A path such as ``inception_v4.A.2.branch3.conv1``: one name in messages, drawings and keys."""


@dataclass(frozen=True, slots=True)
class Node:
    """One operator at its place in the network."""

    id: NodeId
    op: Operator
    operands: tuple[NodeId, ...]
    shape: Shape
    scope: str
    origin: tuple[Span, ...]
    aux: str | None = None
    """Path of the auxiliary head the node belongs to, if any."""

    @property
    def name(self) -> str:
        return name_of(self.id)


class ScopeKind(Enum):
    """What a stretch of the network is; each is one box in a drawing and one submodule."""

    NET = "net"
    BLOCK = "block"
    GROUP = "group"
    REPEAT = "repeat"
    JOIN = "join"
    RESIDUAL = "residual"
    BRANCH = "branch"
    UNIT = "unit"
    AUX = "aux"


@dataclass(frozen=True, slots=True)
class Scope:
    """A stretch of the network under one path.

    ``title`` is what it was made from: the block's, group's or operator's name. ``copies`` is
    the count of a repeat; the copies themselves are its children 0, 1, … ``arguments`` are the
    values of all parameters of a block, ``given`` the names of those that its call gives.
    """

    path: str
    kind: ScopeKind
    title: str
    parent: str | None
    span: Span
    copies: int | None = None
    arguments: tuple[tuple[str, str], ...] = ()
    given: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return name_of(self.path)


@dataclass(frozen=True, slots=True)
class AuxHead:
    """An auxiliary classifier: computed in training only, its loss weighted by ``weight``."""

    path: str
    output: NodeId
    weight: float


@dataclass(frozen=True)
class Graph:
    """A network: operators in an order in which each stands behind its operands."""

    name: str
    nodes: Mapping[NodeId, Node]
    scopes: Mapping[str, Scope]
    inputs: tuple[NodeId, ...]
    outputs: tuple[NodeId, ...]
    aux: tuple[AuxHead, ...]
    output_names: tuple[str, ...]
    """What the outputs are called: the labels that `output` lists, or else the net's last step.

    One label listed twice is one name twice.
    """

    @property
    def input_names(self) -> tuple[str, ...]:
        """What the inputs are called: by their labels, or else ``input``, ``input1``, …"""
        return tuple(self.nodes[id].name for id in self.inputs)

    def names_of(self, value: NodeId) -> tuple[str, ...]:
        """Return what an output is called; several names where several labels lead to it."""
        pairs = zip(self.outputs, self.output_names, strict=True)
        return tuple(dict.fromkeys(name for id, name in pairs if id == value))

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes.values())

    def __len__(self) -> int:
        return len(self.nodes)

    def shapes_into(self, node: Node) -> tuple[Shape, ...]:
        """Return the shapes of a node's operands, in order."""
        return tuple(self.nodes[operand].shape for operand in node.operands)

    @cached_property
    def readers(self) -> Mapping[NodeId, tuple[NodeId, ...]]:
        """The nodes that read each node, once per operand position."""
        found: dict[NodeId, list[NodeId]] = {id: [] for id in self.nodes}
        for node in self:
            for operand in node.operands:
                found[operand].append(node.id)
        return {id: tuple(ids) for id, ids in found.items()}

    @cached_property
    def children(self) -> Mapping[str, tuple[Scope, ...]]:
        """The scopes directly inside each scope, in source order."""
        found: dict[str, list[Scope]] = {path: [] for path in self.scopes}
        for scope in self.scopes.values():
            if scope.parent is not None:
                found[scope.parent].append(scope)
        return {path: tuple(scopes) for path, scopes in found.items()}

    @cached_property
    def tree(self) -> Tree:
        """What each scope holds, and where it begins and ends."""
        from archdsl.graph.tree import Tree

        return Tree(self)

    @cached_property
    def networkx(self) -> networkx.MultiDiGraph[str]:
        """The graph for networkx's algorithms and writers, frozen; nodes are known by their paths.

        They carry numbers and texts: ``operator``, ``call`` as the spec has it, ``shape`` with
        ``channels`` and, of maps, ``height`` and ``width``, ``scope``, ``file``, ``line`` and
        ``column``, and ``aux`` inside of an auxiliary head. Edges are keyed by operand position,
        which they carry too, since the order of a concat's branches matters and a value may be
        read twice by the same node. The operators themselves are in :attr:`nodes`.
        """
        from archdsl.graph.export import to_networkx

        return to_networkx(self)
