"""The channels of a value, as the spec says them: an expression, seen from a section around."""

from __future__ import annotations

from collections.abc import Mapping

from archdsl.graph import Graph, Node, NodeId, Scope, ScopeKind, is_within
from archdsl.ops import TAKEN, Role
from archdsl.ops.merge import Concat
from archdsl.pytorch.plan import Section
from archdsl.pytorch.python_source.trees import calls, given_to, names_in, replaced
from archdsl.source import Span
from archdsl.syntax import nodes

INPUT = TAKEN
"""What the spec and torch call the channels of what a block is given."""

WIDTHS = ("channels", "features")
"""What calls in specs name the channels that a layer gives."""

AT_HAND = "channels"
"""What specs call the channels of the value at hand."""


class Widths:
    """Finds expressions for channels. None of them is certain: who takes one evaluates it."""

    def __init__(
        self, graph: Graph, blocks: Mapping[str, nodes.Block], net: nodes.Net | None
    ) -> None:
        self._graph = graph
        self._blocks = blocks
        bodies = [*(block.body for block in blocks.values()), *([net.body] if net else [])]
        self._calls = {_place(call.head): call for body in bodies for call in calls(body)}

    def tree(self, value: NodeId, section: Section) -> nodes.Expression | None:
        """Return the channels of a value in the words of the block, or net, of a section."""
        if value in section.inputs:
            return self._input(value, section) if len(section.inputs) == 1 else None
        node = self._graph.nodes[value]
        if not is_within(node.scope, section.scope.path):
            return None
        if node.op.picture().role is Role.WEIGHTED:
            call = self._calls.get(_place(node.origin[0]))
            tree = None if call is None else width_of(call)
            if tree is not None and AT_HAND not in names_in(tree):
                return self._outside(tree, self._graph.scopes[node.scope], section)
            if tree is not None or node.shape.channels != self._into(node).shape.channels:
                return None
        parts = [self.tree(id, section) for id in self._operands(node)]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts) or not parts:
            return None
        if len(parts) == 1:
            return known[0]
        return nodes.Operation(tuple(known), ("+",) * (len(parts) - 1), known[0].span)

    def _input(self, value: NodeId, section: Section) -> nodes.Expression | None:
        """Return the name for what a section is given, or its number where it is the net's."""
        span = section.scope.span
        if section.scope.kind is ScopeKind.NET:
            return nodes.Number(self._graph.nodes[value].shape.channels, span)
        return nodes.Name(INPUT, span)

    def _operands(self, node: Node) -> tuple[NodeId, ...]:
        """Return the values of which the channels together are those of a node's."""
        if isinstance(node.op, Concat):
            return node.operands
        same = node.operands and node.shape.channels == self._into(node).shape.channels
        return node.operands[:1] if same else ()

    def _into(self, node: Node) -> Node:
        return self._graph.nodes[node.operands[0]]

    def _outside(
        self, tree: nodes.Expression, scope: Scope | None, section: Section
    ) -> nodes.Expression | None:
        """Say in a section's words what is said in those of a scope inside of it."""
        found: nodes.Expression | None = tree
        while found is not None and scope is not None and scope.path != section.scope.path:
            if scope.kind is ScopeKind.BLOCK:
                call, block = self._calls.get(_place(scope.span)), self._blocks.get(scope.title)
                if call is None or block is None:
                    return None
                given = given_to(call, block)
                found = replaced(found, given)
                if found is not None and names_in(found) & {AT_HAND, "index"}:
                    return None
            scope = self._graph.tree.around(scope)
        return found


def width_of(call: nodes.Call) -> nodes.Expression | None:
    """Return what a call of a layer gives as its channels or features."""
    named = {one.name.text: one.value for one in call.arguments if one.name is not None}
    placed = (one.value for one in call.arguments if one.name is None)
    value = next((named[name] for name in WIDTHS if name in named), None)
    value = value or next((one for one in placed if not isinstance(one, nodes.Dims)), None)
    if isinstance(value, nodes.Dims | nodes.Listing | nodes.Reference | nodes.Tap):
        return None
    return value


def _place(span: Span) -> tuple[int, int, int]:
    return id(span.source), span.start, span.end
