"""The nesting of a network: what each scope holds, in order, and where it begins and ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from archdsl.graph.graph import Graph, Node, NodeId, Scope

Member = Node | Scope
"""What a scope holds: an operator or a scope.

A join and its scope have one path. They are told apart here by what they are: the scope is a
member of what is around it, and the join is its own scope's last member.
"""

Extent = tuple[int, int]
"""The places of the first and of the last node of a scope in the graph's order."""


class Tree:
    """The scopes of a graph as a tree, each thing in it found once and kept."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes in the graph's order."""
        return tuple(self.graph)

    @cached_property
    def ids(self) -> tuple[NodeId, ...]:
        """The paths of the nodes in the graph's order."""
        return tuple(self.graph.nodes)

    @cached_property
    def order(self) -> Mapping[NodeId, int]:
        """The place of each node in the graph's order."""
        return {id: at for at, id in enumerate(self.ids)}

    @cached_property
    def members(self) -> Mapping[str, tuple[Member, ...]]:
        """What each scope directly holds, in order; scopes without nodes are left out."""
        found: dict[str, list[Member]] = {}
        for node in self.graph:
            member: Member = node
            scope: Scope | None = self.graph.scopes[node.scope]
            while scope is not None:
                held = found.get(scope.path)
                if held is not None:
                    held.append(member)
                    break
                found[scope.path] = [member]
                member, scope = scope, self.around(scope)
        return {path: tuple(held) for path, held in found.items()}

    @cached_property
    def extents(self) -> Mapping[str, Extent]:
        """Where each scope that has nodes begins and ends; its nodes stand together."""
        first: dict[str, int] = {}
        last: dict[str, int] = {}
        for at, node in enumerate(self.graph):
            last[node.scope] = at
            scope: Scope | None = self.graph.scopes[node.scope]
            while scope is not None and scope.path not in first:
                first[scope.path] = at
                scope = self.around(scope)
        # Outer scopes come before inner ones: from the back, each finds its insides ready.
        for scope in reversed(tuple(self.graph.scopes.values())):
            if scope.parent is not None and scope.path in last:
                last[scope.parent] = max(last.get(scope.parent, 0), last[scope.path])
        return {path: (at, last[path]) for path, at in first.items()}

    def around(self, member: Member) -> Scope | None:
        """Return the scope that holds a member; None for the net."""
        path = member.scope if isinstance(member, Node) else member.parent
        return None if path is None else self.graph.scopes[path]

    def scopes_around(self, member: Member) -> Iterator[Scope]:
        """Yield the scopes around a member, from the inside to the net."""
        scope = self.around(member)
        while scope is not None:
            yield scope
            scope = self.around(scope)

    @cached_property
    def _leaving(self) -> frozenset[NodeId]:
        graph = self.graph
        return frozenset((*graph.outputs, *(head.output for head in graph.aux)))

    def given_by(self, path: str, *, to_heads: bool = True) -> tuple[NodeId, ...]:
        """Return the values of a scope that are read outside or leave the network.

        If none is, it is the last one made. Without ``to_heads``, what only auxiliary heads read
        is not counted.
        """
        first, last = self.extents[path]
        nodes, readers, order = self.graph.nodes, self.graph.readers, self.order

        def is_read(id: NodeId) -> bool:
            outside = (one for one in readers[id] if order[one] > last)
            return any(to_heads or nodes[one].aux is None for one in outside)

        inside = self.ids[first : last + 1]
        return tuple(id for id in inside if id in self._leaving or is_read(id)) or (inside[-1],)

    def nodes_in(self, path: str) -> tuple[Node, ...]:
        """Return the nodes inside of a scope, however deep, in order."""
        if path not in self.extents:
            return ()
        first, last = self.extents[path]
        return self.nodes[first : last + 1]
