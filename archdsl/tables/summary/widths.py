"""The filters of a stage along its branches, as one line: ``64 ∥ 96→128 ∥ 16→32 ∥ 32``."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from archdsl.graph import Graph, Member, Node, NodeId, Scope, ScopeKind, is_within
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
        self.tree = graph.tree
        self._chains: dict[str, Chain] = {}
        # Inner scopes come after outer ones: from the back, each finds its insides ready.
        for scope in reversed(tuple(graph.scopes.values())):
            if scope.kind is ScopeKind.REPEAT:
                self._chains[scope.path] = self._repeat(scope.path)
            elif scope.kind is not ScopeKind.NET:
                self._chains[scope.path] = self._body(scope.path)

    def of(self, path: str) -> str:
        """Return the filters of the step at ``path``; empty if it has none."""
        scope = self.graph.scopes.get(path)
        chain = self._chain(self.graph.nodes[path] if scope is None else scope)
        if len(chain) == 1 and chain[0].startswith("("):
            return chain[0][1:-1]
        return "→".join(chain)

    def _chain(self, member: Member) -> Chain:
        if isinstance(member, Scope):
            return self._chains[member.path]
        width = member.op.picture().width
        return (width,) if width else ()

    def _repeat(self, path: str) -> Chain:
        """Say copies that are alike once."""
        copies = [self._chain(copy) for copy in self.tree.members.get(path, ())]
        runs = [(chain, len(tuple(run))) for chain, run in groupby(copies) if chain]
        if len(runs) == 1:
            return runs[0][0]
        return tuple(
            "→".join(chain) if count == 1 else f"{count}×({'→'.join(chain)})"
            for chain, count in runs
        )

    def _body(self, path: str) -> Chain:
        """Return the chain of a body. Branches stand before the join that ends them."""
        chain: list[tuple[int, Chain]] = []  # each step's place in the graph's order
        branches = [child for child in self.graph.children[path] if child.kind is ScopeKind.BRANCH]
        for member in self.tree.members.get(path, ()):
            if isinstance(member, Scope):
                if member.kind not in (ScopeKind.BRANCH, ScopeKind.AUX):
                    begins, _ = self.tree.extents[member.path]
                    chain.append((begins, self._chain(member)))
                continue
            at = self.tree.order[member.id]
            if not member.op.joins:
                chain.append((at, self._chain(member)))
                continue
            if branches:
                count = len(member.operands)
                own, branches = branches[:count], branches[count:]
                ends = zip(own, member.operands, strict=True)
                texts = [self._branch(branch, operand) for branch, operand in ends]
            else:
                # A residual: what comes after the value it starts from is its body.
                start = self.tree.order[member.operands[0]]
                before = [entry for entry in chain if entry[0] <= start]
                body = _joined(widths for _, widths in chain[len(before) :])
                chain = before
                texts = [BEFORE, "→".join(body)] if body else [BEFORE]
            sign = SIGNS.get(member.op.name, f" {member.op.name} ")
            chain.append((at, (f"({sign.join(texts)})",)))
        return _joined(widths for _, widths in chain)

    def _branch(self, branch: Scope, operand: NodeId) -> str:
        """Return a branch's filters, or what it is where it has none."""
        chain = self._chain(branch)
        if chain:
            return "→".join(chain)
        end = self.graph.nodes[operand]
        if not is_within(operand, branch.path):
            return f"@{self._label(end)}"
        return BEFORE if isinstance(end.op, Identity) else end.op.picture().title

    def _label(self, node: Node) -> str:
        """Return the name a tap used for the value of a node."""
        scope = self.graph.scopes[node.scope]
        return scope.name if scope.kind is ScopeKind.UNIT else node.name


def _joined(chains: Iterable[Chain]) -> Chain:
    return tuple(one for chain in chains for one in chain)
