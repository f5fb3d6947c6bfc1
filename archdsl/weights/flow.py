"""Our side of a correspondence: which layer with weights feeds which, and what that computes.

Layers are numbered in the network's order, and a set of them is an integer with a bit for each:
networks have hundreds, and the search asks for their neighbours all the time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import combinations

from archdsl.graph import Graph, Node, Scope, ScopeKind, parts_of, path_in
from archdsl.ops import Role
from archdsl.ops.merge import Join
from archdsl.weights.units import Unit

UNNAMED = (ScopeKind.JOIN, ScopeKind.RESIDUAL, ScopeKind.BRANCH, ScopeKind.UNIT)
"""Stretches that have a name of their own only if the spec gives them one."""


def bits(mask: int) -> Iterator[int]:
    """Yield the numbers in a set, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


@dataclass(frozen=True, slots=True)
class Flow:
    """The layers with weights of a network, and how values go from one to the next.

    ``above`` and ``below`` are all that a layer depends on and that depend on it; ``before`` and
    ``behind`` those with nothing that learns between, ``near`` those with at most norms and
    scales between; ``beside`` are those read together with a layer by a join, or that read the
    same as it. ``pooled`` stand in a branch with a pool, ``shortcuts`` in the branch of a sum
    that has fewer kernels than another. ``stacked`` are the concats around each layer, with the
    number of its branch, and ``given`` the parts of its path that the spec's author chose.
    ``after_pool`` read behind a pool, wherever that stands, ``active`` have an activation
    directly behind them, and ``stacks_before`` are for each layer those whose values some concat
    has behind its own, and none before.
    """

    graph: Graph
    units: tuple[Unit, ...]
    above: tuple[int, ...]
    below: tuple[int, ...]
    before: tuple[int, ...]
    behind: tuple[int, ...]
    near: tuple[int, ...]
    beside: tuple[int, ...]
    pooled: int
    shortcuts: int
    stacked: tuple[Mapping[str, int], ...]
    given: tuple[tuple[str, ...], ...]
    after_pool: int
    active: int
    stacks_before: tuple[int, ...]

    def computes(self, names: Sequence[str]) -> bytes:
        """Return what the network computes if its layers hold the numbers of ``names``.

        Two results are equal exactly if the expressions are, up to the order of the operands
        of sums and products.
        """
        own = {path_in(self.graph.name, u.path): n for u, n in zip(self.units, names, strict=True)}
        values: dict[str, bytes] = {}
        for node in self.graph:
            operands = [values[operand] for operand in node.operands]
            if isinstance(node.op, Join) and node.op.commutes:
                operands.sort()
            stays = not operands or node.op.picture().role in (Role.WEIGHTED, Role.NORM)
            learned = own.get(node.id, node.id if stays else "")
            text = repr((node.op, learned, operands)).encode()
            values[node.id] = blake2b(text, digest_size=16).digest()
        ends = (*self.graph.outputs, *(head.output for head in self.graph.aux))
        return b"".join(values[end] for end in ends)


def flow_of(graph: Graph, units: tuple[Unit, ...]) -> Flow:
    """Return how values go between ``units``, which are those of the graph's module."""
    number = {path_in(graph.name, unit.path): at for at, unit in enumerate(units)}
    count = len(units)
    above, before, near = [0] * count, [0] * count, [0] * count
    seen: dict[str, int] = {}
    last: dict[str, int] = {}
    open_: dict[str, int] = {}
    beside, stacks = [0] * count, [0] * count
    after_pool = active = 0
    direct_: dict[str, int] = {}
    behind_pool: set[str] = set()
    for node in graph:
        up = _union(seen, node)
        direct = _union(last, node)
        around = _union(open_, node)
        at = number.get(node.id)
        if isinstance(node.op, Join):
            for member in bits(around):
                beside[member] |= around
            if not node.op.commutes:
                _stack([last[operand] for operand in node.operands], stacks)
        pooled = not behind_pool.isdisjoint(node.operands)
        if at is None:
            role = node.op.picture().role
            own = direct_.get(node.operands[0], 0) if len(node.operands) == 1 else 0
            if role is Role.ACTIVATION:
                active |= own
            elif role is not Role.POOL:
                direct_[node.id] = own
            seen[node.id], last[node.id], open_[node.id] = up, direct, around
            if pooled or role is Role.POOL:
                behind_pool.add(node.id)
            continue
        direct_[node.id] = 1 << at
        after_pool |= pooled << at
        above[at], before[at], near[at] = up, direct, around
        seen[node.id], last[node.id] = up | 1 << at, 1 << at
        is_kernel = units[at].kind == "kernel"
        open_[node.id] = 1 << at if is_kernel else around | 1 << at
    behind, below = _turned(before), _turned(above)
    near = [one | other for one, other in zip(near, _turned(near), strict=True)]
    for at, mask in enumerate(before):
        beside[at] |= sum(1 << other for other, same in enumerate(before) if same == mask)
    branches = [_branches(graph, path_in(graph.name, unit.path)) for unit in units]
    return Flow(
        graph,
        units,
        tuple(above),
        tuple(below),
        tuple(before),
        tuple(behind),
        tuple(near),
        tuple(beside),
        _pooled(graph, branches),
        _shortcuts(graph, units, branches),
        tuple(_stacked(graph, inside) for inside in branches),
        tuple(_given(graph, path_in(graph.name, unit.path)) for unit in units),
        after_pool,
        active,
        tuple(mask & ~other for mask, other in zip(stacks, _turned(stacks), strict=True)),
    )


def _stack(operands: Sequence[int], stacks: list[int]) -> None:
    """Note which layers a concat stacks before which."""
    for one, other in combinations(operands, 2):
        for at in bits(one & ~other):
            stacks[at] |= other & ~one


def _union(sets: Mapping[str, int], node: Node) -> int:
    found = 0
    for operand in node.operands:
        found |= sets[operand]
    return found


def _turned(sets: Sequence[int]) -> list[int]:
    """Return the relation read the other way round."""
    found = [0] * len(sets)
    for at, mask in enumerate(sets):
        for other in bits(mask):
            found[other] |= 1 << at
    return found


def _branches(graph: Graph, id: str) -> tuple[Scope, ...]:
    """Return the branches around a node, outermost first."""
    around = graph.tree.scopes_around(graph.nodes[id])
    return tuple(reversed([scope for scope in around if scope.kind is ScopeKind.BRANCH]))


def _join(graph: Graph, branch: Scope) -> Node | None:
    """Return the node that merges a branch with others; None if that is not plain."""
    joins = [
        node
        for node in graph
        if isinstance(node.op, Join) and branch.parent in (node.id, node.scope)
    ]
    return joins[0] if len(joins) == 1 else None


def _pooled(graph: Graph, branches: list[tuple[Scope, ...]]) -> int:
    pools = [node.id for node in graph if node.op.picture().role is Role.POOL]
    with_pool = {branch.path for pool in pools for branch in _branches(graph, pool)}
    return sum(
        1 << at
        for at, inside in enumerate(branches)
        if any(branch.path in with_pool for branch in inside)
    )


def _shortcuts(graph: Graph, units: tuple[Unit, ...], branches: list[tuple[Scope, ...]]) -> int:
    kernels: dict[str, int] = {}
    for unit, inside in zip(units, branches, strict=True):
        for branch in inside:
            kernels[branch.path] = kernels.get(branch.path, 0) + (unit.kind == "kernel")
    short: set[str] = set()
    for path in kernels:
        branch = graph.scopes[path]
        join = _join(graph, branch)
        if join is None or branch.parent is None or join.op.name != "add":
            continue
        beside = [kernels.get(scope.path, 0) for scope in graph.children[branch.parent]]
        if kernels[path] < max(beside):
            short.add(path)
    return sum(
        1 << at
        for at, inside in enumerate(branches)
        if any(branch.path in short for branch in inside)
    )


def _stacked(graph: Graph, inside: tuple[Scope, ...]) -> dict[str, int]:
    found: dict[str, int] = {}
    for branch in inside:
        join = _join(graph, branch)
        if join is None or branch.parent is None or getattr(join.op, "commutes", True):
            continue
        found[branch.parent] = [s.path for s in graph.children[branch.parent]].index(branch.path)
    return found


def _given(graph: Graph, id: str) -> tuple[str, ...]:
    """Return the parts of a node's path that somebody chose: no `conv1`, no `branch0`."""
    parts = parts_of(id)
    found: list[str] = []
    for end in range(2, len(parts) + 1):
        path, name = ".".join(parts[:end]), parts[end - 1]
        scope = graph.scopes.get(path)
        if scope is None:
            titles = (graph.nodes[path].op.name, "norm", "act")
        elif scope.kind in UNNAMED:
            titles = (scope.title, "branch", "residual")
        else:
            titles = ()
        if not any(re.fullmatch(re.escape(title) + r"\d*", name) for title in titles):
            found.append(name)
    return tuple(found)


def is_convex(flow: Flow, members: int) -> bool:
    """Return whether no way leaves a set of layers and comes back to it."""
    up = down = 0
    for at in bits(members):
        up |= flow.above[at]
        down |= flow.below[at]
    return not up & down & ~members


def is_one_piece(flow: Flow, members: int) -> bool:
    """Return whether a set of layers hangs together, as what one call of a module runs.

    Layers hang together that follow each other. Pieces that do not are branches of one block if
    all read the same from outside, and what they give is read by the same.
    """
    ends: set[tuple[int, int]] = set()
    left = members
    while left:
        piece = left & -left
        fresh = piece
        while fresh:
            wider = 0
            for at in bits(fresh):
                wider |= flow.near[at] & members
            fresh = wider & ~piece
            piece |= fresh
        read = given = 0
        for at in bits(piece):
            read |= flow.before[at] & ~members
            given |= flow.behind[at] & ~members
        ends.add((read, given))
        left &= ~piece
    return len(ends) == 1
