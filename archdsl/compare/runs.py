"""Stretches of a chain that only one network has: what to call them, and whether they repeat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from archdsl.compare.spelling import call_text
from archdsl.compare.tree import Chain, Step
from archdsl.graph import Graph, Scope, ScopeKind
from archdsl.ops import Role

NAMED = frozenset({ScopeKind.BLOCK, ScopeKind.GROUP, ScopeKind.REPEAT})
SEEN_THROUGH = frozenset({ScopeKind.JOIN, ScopeKind.RESIDUAL, ScopeKind.UNIT})
LONGEST = 64
MOST_ITEMS = 6


@dataclass(frozen=True, slots=True)
class Module:
    """What a step is part of: a call of a block, a copy of a repeat, or the step alone."""

    path: str
    title: str


class Runs:
    """Reads the scopes around the steps of one chain."""

    def __init__(self, graph: Graph, chain: Chain) -> None:
        self.graph = graph
        self.chain = chain
        self._inside: dict[str, set[int]] = {}
        for at, step in enumerate(chain):
            for scope in self._around(step):
                self._inside.setdefault(scope.path, set()).add(at)

    def module(self, at: int) -> Module:
        """Return the innermost module that the step is part of."""
        step = self.chain[at]
        for scope in self._around(step):
            if scope.kind is ScopeKind.BLOCK or self._is_copy(scope):
                return Module(scope.path, scope.title)
        return Module(f"{step.node.id} ", f"{step.form} ")

    def is_whole(self, run: Sequence[int]) -> bool:
        """Return whether a run has all of each module it has steps of."""
        inside = set(run)
        return all(self._inside.get(self.module(at).path, {at}) <= inside for at in run)

    def text(self, run: Sequence[int], widths: bool = True) -> str:
        """Return a run as a spec could have it, whole blocks by their names."""
        texts = self._texts(run, widths)
        if len(texts) > MOST_ITEMS:
            texts = [*texts[: MOST_ITEMS - 2], "…", texts[-1]]
        return " -> ".join(texts)

    def _texts(self, run: Sequence[int], widths: bool) -> list[str]:
        inside, done = set(run), set[int]()
        texts: list[tuple[str, int]] = []
        for at in run:
            if at in done:
                continue
            whole: Scope | None = None
            for scope in self._around(self.chain[at]):
                if scope.kind in NAMED and self._inside[scope.path] <= inside:
                    whole = scope
            if whole is None:
                text = step_text(self.chain[at], widths)
            else:
                done |= self._inside[whole.path]
                text = _titled(whole, widths)
            if texts and texts[-1][0] == text:
                texts[-1] = (text, texts[-1][1] + 1)
            else:
                texts.append((text, 1))
        return [text if count == 1 else f"{count} x {text}" for text, count in texts]

    def _around(self, step: Step) -> Iterator[Scope]:
        """Return the scopes around a step, from the inside, as far as its chain goes."""
        around = self.graph.tree.scopes_around(step.node)
        return takewhile(lambda scope: scope.kind in NAMED | SEEN_THROUGH, around)

    def _is_copy(self, scope: Scope) -> bool:
        above = self.graph.tree.around(scope)
        return above is not None and above.kind is ScopeKind.REPEAT


def step_text(step: Step, widths: bool = True) -> str:
    """Return a step as a call; what follows a convolution or a linear layer is left out."""
    text = call_text(step.node.op, widths)
    if step.branches:
        inside = "; ".join(
            " -> ".join(step_text(one, widths) for one in branch) or "identity"
            for branch in step.branches
        )
        text = f"{step.node.op.name} {{ {inside} }}"
        if len(text) > LONGEST:
            text = f"{step.node.op.name} of {len(step.branches)} branches"
    if step.node.op.picture().role is Role.WEIGHTED:
        return text
    return " -> ".join((text, *(call_text(one.op) for one in step.followers)))


def _titled(scope: Scope, widths: bool) -> str:
    arguments = " ".join(value for _, value in scope.arguments)
    shown = widths and len(arguments) < LONGEST
    text = f"{scope.title} {arguments}".rstrip() if shown else scope.title
    return text if scope.copies is None else f"{scope.copies} x {text}"
