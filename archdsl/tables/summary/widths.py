"""The filters of a stage along its branches, as one line: ``64 ∥ 96→128 ∥ 16→32 ∥ 32``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby

from archdsl.graph import Graph, Node, NodeId, Scope, ScopeKind
from archdsl.ops import Identity

SIGNS = {"concat": " ∥ ", "add": " + ", "mul": " × "}
Chain = tuple[str, ...]
"""What stands one behind the other in a step; joins are in parentheses."""

BEFORE = "x"
"""Stands for the value that came in, where a branch hands it on."""


class Widths:
    """Reads the filters of scopes and operators off a graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.order: Mapping[NodeId, int] = {id: at for at, id in enumerate(graph.nodes)}
        self.inside = _steps_by_scope(graph)
        self._chains: dict[str, Chain] = {}
        # Inner scopes come after outer ones: from the back, each finds its insides ready.
        for scope in reversed(tuple(graph.scopes.values())):
            if scope.kind is ScopeKind.REPEAT:
                self._chains[scope.path] = self._repeat(scope.path)
            elif scope.kind is not ScopeKind.NET:
                self._chains[scope.path] = self._body(scope.path)

    def of(self, path: str) -> str:
        """Return the filters of the step at ``path``; empty if it has none."""
        chain = self._chain(path)
        if len(chain) == 1 and chain[0].startswith("("):
            return chain[0][1:-1]
        return "→".join(chain)

    def _chain(self, path: str) -> Chain:
        if path in self._chains:
            return self._chains[path]
        width = self.graph.nodes[path].op.picture().width
        return (width,) if width else ()

    def _repeat(self, path: str) -> Chain:
        """Say copies that are alike once."""
        copies = [self._chain(copy) for copy in self.inside.get(path, ())]
        runs = [(chain, len(tuple(run))) for chain, run in groupby(copies) if chain]
        if len(runs) == 1:
            return runs[0][0]
        return tuple(
            "→".join(chain) if count == 1 else f"{count}×({'→'.join(chain)})"
            for chain, count in runs
        )

    def _body(self, path: str) -> Chain:
        """Return the chain of a body. Branches stand before the join that ends them."""
        chain: list[tuple[str, Chain]] = []
        branches = [child for child in self.graph.children[path] if child.kind is ScopeKind.BRANCH]
        for step in self.inside.get(path, ()):
            scope, node = self.graph.scopes.get(step), self.graph.nodes.get(step)
            if scope is not None and scope.kind in (ScopeKind.BRANCH, ScopeKind.AUX):
                continue
            # A join's own scope has the join's path.
            if node is None or not node.op.joins or (scope is not None and step != path):
                chain.append((step, self._chain(step)))
                continue
            if branches:
                count = len(node.operands)
                own, branches = branches[:count], branches[count:]
                ends = zip(own, node.operands, strict=True)
                texts = [self._branch(branch, operand) for branch, operand in ends]
            else:
                # A residual: what comes after the value it starts from is its body.
                start = self.order[node.operands[0]]
                before = [entry for entry in chain if self._begins(entry[0]) <= start]
                body = _joined(widths for _, widths in chain[len(before) :])
                chain = before
                texts = [BEFORE, "→".join(body)] if body else [BEFORE]
            sign = SIGNS.get(node.op.name, f" {node.op.name} ")
            chain.append((step, (f"({sign.join(texts)})",)))
        return _joined(widths for _, widths in chain)

    def _branch(self, branch: Scope, operand: NodeId) -> str:
        """Return a branch's filters, or what it is where it has none."""
        chain = self._chain(branch.path)
        if chain:
            return "→".join(chain)
        end = self.graph.nodes[operand]
        if not operand.startswith(branch.path + "."):
            return f"@{self._label(end)}"
        return BEFORE if isinstance(end.op, Identity) else end.op.picture().title

    def _label(self, node: Node) -> str:
        """Return the name a tap used for the value of a node."""
        scope = self.graph.scopes[node.scope]
        return scope.name if scope.kind is ScopeKind.UNIT else node.name

    def _begins(self, path: str) -> int:
        """Return where in the graph's order a step begins."""
        while path in self.inside:
            path = self.inside[path][0]
        return self.order[path]


def _joined(chains: Iterable[Chain]) -> Chain:
    return tuple(one for chain in chains for one in chain)


def _steps_by_scope(graph: Graph) -> Mapping[str, tuple[str, ...]]:
    """Return the steps, operators and scopes alike, directly inside each scope that has nodes."""
    found: dict[str, dict[str, None]] = {}
    for node in graph:
        path, scope = node.id, graph.scopes.get(node.scope)
        while scope is not None:
            steps = found.setdefault(scope.path, {})
            if path in steps:
                break
            steps[path] = None
            path, scope = scope.path, None if scope.parent is None else graph.scopes[scope.parent]
    return {path: tuple(steps) for path, steps in found.items()}
