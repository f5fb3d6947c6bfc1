"""A graph as chains of steps, read off the flow of values alone.

    x ─ conv ─ batchnorm ─ relu ─┬─ conv ──────────┬─ concat      conv[batchnorm relu]
                                 └─ maxpool ─ conv ┘              concat{conv; maxpool conv}

What a value must pass on its way through the network is its chain; between two neighbours of a
chain, the operands of the second are its branches. So the same network gives the same chains,
whether its spec has blocks, repeats and labels or spells everything out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archdsl.graph import AuxHead, Graph, Node, NodeId
from archdsl.ops import Identity, Role

FOLLOWING = frozenset({Role.NORM, Role.ACTIVATION})
"""What belongs to the operator before it."""

DEEPEST = 30
"""Joins read within one another; Python's own stack holds several frames for each."""

_START = ""
"""Stands before all inputs."""


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """An operator with the norms and activations that follow it, and its branches if it joins.

    Steps of one ``form`` are alike in every argument, all the way in. A ``shared`` step only
    refers to a value that an earlier chain has made.
    """

    node: Node
    branches: tuple[Chain, ...]
    followers: tuple[Node, ...]
    shared: bool
    form: int
    size: int

    @property
    def last(self) -> Node:
        return self.followers[-1] if self.followers else self.node


Chain = tuple[Step, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """A chain beside the main one: an auxiliary head, an output, or a value that nobody reads.

    ``reads`` is the value it starts from, None where it begins with an input of its own.
    """

    chain: Chain
    reads: NodeId | None
    aux: AuxHead | None


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """A whole network: the chain to its first output, and what stands beside it."""

    graph: Graph
    main: Chain
    outputs: tuple[Head, ...]
    heads: tuple[Head, ...]
    loose: tuple[Head, ...]


class Forms:
    """Numbers steps by form; networks to be compared share one."""

    def __init__(self) -> None:
        self._numbers: dict[object, int] = {}

    def number(self, key: object) -> int:
        return self._numbers.setdefault(key, len(self._numbers))


def tree_of(graph: Graph, forms: Forms) -> Tree:
    """Return the chains of a graph."""
    return _Reader(graph, forms).tree()


class _Reader:
    def __init__(self, graph: Graph, forms: Forms) -> None:
        self.graph = graph
        self.forms = forms
        self.operands = _without_identities(graph)
        self.order = {id: at for at, id in enumerate(self.operands)}
        self.before = _dominators(graph, self.operands)
        self.seen: set[NodeId] = set()
        self.nesting = 0

    def tree(self) -> Tree:
        ends = [self._real(id) for id in self.graph.outputs]
        main = self.chain(_START, ends[0]) if ends else ()
        outputs = tuple(self._beside(end, None) for end in ends[1:])
        heads = tuple(self._beside(self._real(head.output), head) for head in self.graph.aux)
        loose = tuple(
            self._beside(id, None)
            for id, readers in self._readers().items()
            if not readers and id not in self.seen
        )
        return Tree(self.graph, main, outputs, heads, loose)

    def chain(self, start: NodeId, end: NodeId) -> Chain:
        """Return what a value passes from behind ``start`` to ``end``."""
        path: list[NodeId] = []
        while end != start:
            path.append(end)
            if end in self.seen:
                break
            end = self.before[end]
        path.reverse()
        parts: list[list[NodeId]] = []
        for id in path:
            role = self.graph.nodes[id].op.picture().role
            if parts and role in FOLLOWING and id not in self.seen:
                parts[-1].append(id)
            else:
                parts.append([id])
        return tuple(self._step(lead, followers) for lead, *followers in parts)

    def _step(self, lead: NodeId, followers: list[NodeId]) -> Step:
        shared = lead in self.seen
        self.seen.update((lead, *followers))
        branches: tuple[Chain, ...] = ()
        if self.graph.nodes[lead].op.joins and not shared:
            self.nesting += 1
            branches = self._plainly(lead) if self.nesting > DEEPEST else self._branches(lead)
            self.nesting -= 1
        return self._made(lead, followers, branches, shared)

    def _made(
        self, lead: NodeId, followers: Sequence[NodeId], branches: tuple[Chain, ...], shared: bool
    ) -> Step:
        node = self.graph.nodes[lead]
        after = tuple(self.graph.nodes[id] for id in followers)
        ops = tuple(one.op for one in after)
        inside = tuple(tuple(step.form for step in branch) for branch in branches)
        size = 1 + len(after) + sum(step.size for branch in branches for step in branch)
        form = self.forms.number((node.op, ops, inside, shared))
        return Step(node, branches, after, shared, form, size)

    def _branches(self, join: NodeId) -> tuple[Chain, ...]:
        start = self.before[join]
        return tuple(self.chain(start, operand) for operand in self.operands[join])

    def _plainly(self, join: NodeId) -> tuple[Chain, ...]:
        """Return the branches of a join that stands too deep in others.

        What leads to it stands in the first branch, one node after the other, each with what it
        reads.
        """
        missing: set[NodeId] = set()
        pending = list(self.operands[join])
        while pending:
            id = pending.pop()
            if id not in self.seen and id not in missing:
                missing.add(id)
                pending.extend(self.operands[id])
        steps = [
            self._made(id, (), self._references(id), False)
            for id in sorted(missing, key=self.order.__getitem__)
        ]
        self.seen |= missing
        first, *others = self._references(join)
        return ((*steps, *first), *others)

    def _references(self, id: NodeId) -> tuple[Chain, ...]:
        return tuple((self._made(one, (), (), True),) for one in self.operands[id])

    def _beside(self, end: NodeId, aux: AuxHead | None) -> Head:
        """Return a chain that starts at the last value on its way that is known already."""
        start = end
        while start != _START and start not in self.seen:
            start = self.before[start]
        return Head(self.chain(start, end), start or None, aux)

    def _real(self, id: NodeId) -> NodeId:
        while isinstance(self.graph.nodes[id].op, Identity):
            (id,) = self.graph.nodes[id].operands
        return id

    def _readers(self) -> Mapping[NodeId, int]:
        counts = dict.fromkeys(self.operands, 0)
        for operands in self.operands.values():
            for id in operands:
                counts[id] += 1
        return counts


def _without_identities(graph: Graph) -> dict[NodeId, tuple[NodeId, ...]]:
    """Return the operands of every node, those that only hand a value on left out."""
    stands_for: dict[NodeId, NodeId] = {}
    found: dict[NodeId, tuple[NodeId, ...]] = {}
    for node in graph:
        operands = tuple(stands_for[id] for id in node.operands)
        if isinstance(node.op, Identity):
            (stands_for[node.id],) = operands
        else:
            stands_for[node.id] = node.id
            found[node.id] = operands
    return found


def _dominators(
    graph: Graph, operands: Mapping[NodeId, tuple[NodeId, ...]]
) -> dict[NodeId, NodeId]:
    """Return, for every node, the last one that every way to it passes."""
    before: dict[NodeId, NodeId] = {}
    depth: dict[NodeId, int] = {_START: 0}
    for id in operands:
        nearest: NodeId | None = None
        for operand in operands[id]:
            other = operand
            if nearest is None:
                nearest = operand
                continue
            while nearest != other:
                if depth[nearest] >= depth[other]:
                    nearest = before[nearest]
                else:
                    other = before[other]
        before[id] = _START if nearest is None else nearest
        depth[id] = depth[before[id]] + 1
    return before
