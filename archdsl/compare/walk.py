"""Going through two networks side by side, from the whole to the detail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archdsl.compare.align import Aligner, Match, aligned, likeness
from archdsl.compare.difference import Difference, Findings, Kind, Pair, Place, Relation, Reshaped
from archdsl.compare.effect import Effects
from archdsl.compare.runs import Runs
from archdsl.compare.spelling import call_text, value_text
from archdsl.compare.tree import Chain, Head, Step, Tree
from archdsl.graph import Node, NodeId, in_net
from archdsl.ops import Join

Branch = tuple[int | None, int | None]


class Walk:
    """Compares two trees; what it finds is in :attr:`findings` afterwards."""

    def __init__(self, a: Tree, b: Tree) -> None:
        self.a = a
        self.b = b
        self.align = Aligner()
        self.effects = Effects()
        self.pairs: list[Pair] = []
        self.differences: list[Difference] = []
        self.partner: dict[NodeId, NodeId] = {}
        self._reads: list[tuple[Place | None, NodeId, NodeId]] = []
        self._main()

    @property
    def findings(self) -> Findings:
        return Findings(tuple(self.pairs), tuple(self.differences), tuple(self._shapes()))

    def _main(self) -> None:
        self.chain(self.a.main, self.b.main, None, None)
        for number, (x, y) in enumerate(_in_order(self.a.outputs, self.b.outputs), start=1):
            self._beside(x, y, Kind.OUTPUT, f"output {number}")
        for x, y in _by_name(self.a.heads, self.b.heads):
            self._beside(x, y, Kind.HEAD, "aux")
        for x, y in _in_order(self.a.loose, self.b.loose):
            self._beside(x, y, Kind.OUTPUT, "value nobody reads")
        self._check_reads()

    # Chains

    def chain(self, a: Chain, b: Chain, join: Place | None, branch: Branch | None) -> None:
        """Compare two chains; ``join`` and ``branch`` say where they end."""
        matches = self.align.chains(a, b)
        counted = _Counted(Runs(self.a.graph, a), Runs(self.b.graph, b), matches)
        before: Place | None = None
        at = 0
        while at < len(matches):
            i, j = matches[at]
            if i is not None and j is not None:
                self.step(a[i], b[j], join)
                before = Place(a[i].node.id, b[j].node.id)
                at += 1
                continue
            end = at
            while end < len(matches) and None in matches[end]:
                end += 1
            after = self._lead(a, b, matches[end]) if end < len(matches) else None
            place, relation = self._where(before, after, join)
            within = branch if relation is Relation.WITHIN else None
            self.differences += counted.run(at, end, place, relation, within)
            at = end

    def _lead(self, a: Chain, b: Chain, match: Match) -> Place:
        i, j = match
        assert i is not None
        assert j is not None
        return Place(a[i].node.id, b[j].node.id)

    def _where(
        self, before: Place | None, after: Place | None, join: Place | None
    ) -> tuple[Place | None, Relation]:
        if before is not None:
            return before, Relation.AFTER
        if after is not None:
            return after, Relation.BEFORE
        return join, Relation.AT if join is None else Relation.WITHIN

    # Steps

    def step(self, a: Step, b: Step, join: Place | None) -> None:
        """Compare two steps that stand for one another, in a chain that ends at ``join``."""
        place = Place(a.node.id, b.node.id)
        if a.shared:
            self._reads.append((join, a.node.id, b.node.id))
        else:
            self._operators(a.node, b.node, leads=True)
            self._branches(a, b, place)
        self._followers(a, b, place)

    def _operators(self, a: Node, b: Node, leads: bool) -> None:
        place = Place(a.id, b.id)
        self.pairs.append(Pair(place, leads))
        self.partner[a.id] = b.id
        if type(a.op) is not type(b.op):
            self._add(Kind.OPERATOR, place, a.op.name, None, call_text(a.op), call_text(b.op))
            return
        differing = self.effects.differing(a.op, b.op, self.a.graph.shapes_into(a))
        values = [(name, getattr(a.op, name), getattr(b.op, name)) for name in differing]
        if any(None in pair for _, *pair in values):
            self._add(Kind.OPERATOR, place, a.op.name, None, call_text(a.op), call_text(b.op))
            return
        for name, x, y in values:
            self._add(Kind.ARGUMENT, place, a.op.name, name, value_text(x), value_text(y))

    def _followers(self, a: Step, b: Step, place: Place) -> None:
        ops_a, ops_b = ([one.op for one in step.followers] for step in (a, b))
        matches = aligned(len(ops_a), len(ops_b), lambda i, j: likeness(ops_a[i], ops_b[j]))
        for i, j in matches:
            if i is not None and j is not None:
                self._operators(a.followers[i], b.followers[j], leads=False)
        alone_a = [i for i, j in matches if i is not None and j is None]
        alone_b = [j for i, j in matches if j is not None and i is None]
        if {ops_a[i].name for i in alone_a} & {ops_b[j].name for j in alone_b}:
            # What follows is the same, in another order.
            texts = (" -> ".join(map(call_text, ops)) for ops in (ops_a, ops_b))
            self._add(Kind.ORDER, place, a.node.op.name, None, *texts)
            return
        for i in alone_a:
            self._follower(place, (a.followers[i],), ())
        for j in alone_b:
            self._follower(place, (), (b.followers[j],))

    def _follower(self, place: Place, a: Sequence[Node], b: Sequence[Node]) -> None:
        """Add the norm or activation that only one of two steps has."""
        text_a, text_b = (call_text(one[0].op) if one else None for one in (a, b))
        ids = (tuple(one.id for one in a), tuple(one.id for one in b))
        name = (*a, *b)[0].op.name
        self.differences.append(
            Difference(Kind.STEPS, place, Relation.AFTER, name, None, text_a, text_b, steps=ids)
        )

    def _branches(self, a: Step, b: Step, place: Place) -> None:
        if not a.branches and not b.branches:
            return
        matches = self.align.branches(a, b)
        paired = [(i, j) for i, j in matches if i is not None and j is not None]
        for i, j in paired:
            self.chain(a.branches[i], b.branches[j], place, (i, j))
        for i, j in matches:
            if j is None and i is not None:
                self._branch(a.branches[i], self.a, place, (i, None))
            elif i is None and j is not None:
                self._branch(b.branches[j], self.b, place, (None, j))
        order = [j for _, j in paired]
        if order != sorted(order) and isinstance(a.node.op, Join) and not a.node.op.commutes:
            was = ", ".join(str(i) for i, _ in sorted(paired))
            now = ", ".join(str(i) for i, _ in sorted(paired, key=lambda pair: pair[1]))
            self._add(Kind.ORDER, place, a.node.op.name, None, was, now)

    def _branch(self, chain: Chain, tree: Tree, place: Place, branch: Branch) -> None:
        text = Runs(tree.graph, chain).text(range(len(chain))) or "identity"
        ids = tuple(step.node.id for step in chain)
        in_a = branch[0] is not None
        self.differences.append(
            Difference(
                Kind.BRANCH,
                place,
                Relation.WITHIN,
                "branch",
                None,
                text if in_a else None,
                None if in_a else text,
                branch,
                (ids, ()) if in_a else ((), ids),
            )
        )

    # What stands beside the main chain

    def _beside(self, a: Head | None, b: Head | None, kind: Kind, title: str) -> None:
        if a is None or b is None:
            self._only(a, b, kind, title)
            return
        ends = None
        if a.aux is not None and b.aux is not None:
            ends = Place(a.aux.output, b.aux.output)
            if a.aux.weight != b.aux.weight:
                weights = value_text(a.aux.weight), value_text(b.aux.weight)
                self._add(Kind.WEIGHT, ends, title, "weight", *weights)
        if a.reads is not None and b.reads is not None:
            self._reads.append((ends, a.reads, b.reads))
        self.chain(a.chain, b.chain, ends, None)

    def _only(self, a: Head | None, b: Head | None, kind: Kind, title: str) -> None:
        texts: list[str | None] = []
        ids: list[tuple[NodeId, ...]] = []
        for head, tree in ((a, self.a), (b, self.b)):
            texts.append(None if head is None else _head_text(head, tree))
            ids.append(() if head is None else tuple(step.node.id for step in head.chain))
        self.differences.append(
            Difference(
                kind, None, Relation.AT, title, None, texts[0], texts[1], steps=(ids[0], ids[1])
            )
        )

    def _check_reads(self) -> None:
        """Compare where values are read from, once it is known which stand for one another."""
        for place, a, b in self._reads:
            known = a in self.partner or b in self.partner.values()
            if known and self.partner.get(a) != b:
                of = "input" if place is None or not self._is_end(place) else "aux"
                self._add(Kind.SOURCE, place, of, None, in_net(a), in_net(b))

    def _is_end(self, place: Place) -> bool:
        return any(head.aux is not None and head.aux.output == place.a for head in self.a.heads)

    def _add(
        self, kind: Kind, place: Place | None, name: str, argument: str | None, a: str, b: str
    ) -> None:
        self.differences.append(Difference(kind, place, Relation.AT, name, argument, a, b))

    def _shapes(self) -> Iterator[Reshaped]:
        """Yield the steps outside of branches that end in different shapes."""
        theirs = {step.node.id: step for chain in _chains(self.b) for step in chain}
        seen: set[NodeId] = set()
        for chain in _chains(self.a):
            before = None
            for x in chain:
                y = theirs.get(self.partner.get(x.node.id, ""))
                shapes = None if y is None else (x.last.shape, y.last.shape)
                differs = y is not None and x.last.shape.triple != y.last.shape.triple
                if y is not None and differs and x.node.id not in seen:
                    place = Place(x.node.id, y.node.id)
                    yield Reshaped(place, x.last.shape, y.last.shape, shapes == before)
                seen.add(x.node.id)
                before = shapes if differs else None


def _chains(tree: Tree) -> Iterator[Chain]:
    """Yield the main chain and those that lead to other outputs, to heads and to nothing."""
    yield tree.main
    for head in (*tree.outputs, *tree.heads, *tree.loose):
        yield head.chain


class _Counted:
    """Tells modules that are there more often from steps of another kind."""

    def __init__(self, a: Runs, b: Runs, matches: Sequence[Match]) -> None:
        self.a = a
        self.b = b
        self.matches = matches

    def run(
        self, start: int, end: int, place: Place | None, relation: Relation, branch: Branch | None
    ) -> list[Difference]:
        """Return the difference that matches ``start`` to ``end`` make, all of one side alone."""
        run_a = [i for i, _ in self.matches[start:end] if i is not None]
        run_b = [j for _, j in self.matches[start:end] if j is not None]
        ids = (
            tuple(self.a.chain[i].node.id for i in run_a),
            tuple(self.b.chain[j].node.id for j in run_b),
        )
        if not run_a or not run_b:
            more = self._more(start, end, in_a=bool(run_a))
            if more is not None:
                title, (a, b), near = more
                count = Difference(
                    Kind.COUNT, near, Relation.AT, title, None, str(a), str(b), steps=ids
                )
                return [count]
        texts, brief = (
            (self.a.text(run_a, widths) or None, self.b.text(run_b, widths) or None)
            for widths in (True, False)
        )
        return [Difference(Kind.STEPS, place, relation, "steps", None, *texts, branch, ids, brief)]

    def _more(self, start: int, end: int, in_a: bool) -> tuple[str, tuple[int, int], Place] | None:
        """Return what there is more of, how many each network has, and the first that both have."""
        side = self.a if in_a else self.b
        own = [match[0] if in_a else match[1] for match in self.matches]
        run = [at for at in own[start:end] if at is not None]
        titles = {side.module(at).title for at in run}
        if len(titles) != 1 or not side.is_whole(run):
            return None
        (title,) = titles

        def same(at: int) -> bool:
            mine = own[at]
            return (
                mine is not None
                and None not in self.matches[at]
                and side.module(mine).title == title
            )

        first, last = start, end
        while first > 0 and same(first - 1):
            first -= 1
        while last < len(own) and same(last):
            last += 1
        shared = [at for at in (*range(first, start), *range(end, last)) if same(at)]
        both = {side.module(own[at] or 0).path for at in shared}
        if not both:
            return None
        i, j = self.matches[shared[0]]
        assert i is not None
        assert j is not None
        place = Place(self.a.chain[i].node.id, self.b.chain[j].node.id)
        more = len({side.module(at).path for at in run})
        counts = (len(both) + more, len(both)) if in_a else (len(both), len(both) + more)
        shown = title if not title.endswith(" ") else side.text([run[0]])
        return shown, counts, place


def _in_order(a: Sequence[Head], b: Sequence[Head]) -> Iterator[tuple[Head | None, Head | None]]:
    for at in range(max(len(a), len(b))):
        yield a[at] if at < len(a) else None, b[at] if at < len(b) else None


def _by_name(a: Sequence[Head], b: Sequence[Head]) -> Iterator[tuple[Head | None, Head | None]]:
    """Yield heads at one path together, then the others as they come."""
    known = {_head_path(head): head for head in b}
    both = {_head_path(head) for head in a} & known.keys()
    for head in a:
        if _head_path(head) in both:
            yield head, known[_head_path(head)]
    rest = ([head for head in side if _head_path(head) not in both] for side in (a, b))
    yield from _in_order(*rest)


def _head_path(head: Head) -> str:
    return "" if head.aux is None else in_net(head.aux.path)


def _head_text(head: Head, tree: Tree) -> str:
    text = Runs(tree.graph, head.chain).text(range(len(head.chain)))
    if head.aux is None:
        return text
    weight = value_text(head.aux.weight)
    return f"aux {_head_path(head)} weight={weight} {{ {text} }}"
