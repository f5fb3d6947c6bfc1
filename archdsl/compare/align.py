"""Which step of one chain stands for which step of another, and which have no counterpart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

from archdsl.compare.tree import Chain, Step
from archdsl.graph import in_net
from archdsl.ops import Operator

Match = tuple[int | None, int | None]
"""Positions in two sequences; None where there is no counterpart."""

MOST_CELLS = 1_000_000
"""Pairs of steps looked at for one pair of chains; longer chains are paired as they come."""
MOST_BRANCHES = 10
"""Branches of a join that are tried in every order."""

SAME_CLASS = 0.6
SAME_ROLE = 0.2
KINDRED = 0.45
"""Joins less alike than this are different modules."""
SAME_SHAPE = 0.05
SAME_NAME = 0.02


class Aligner:
    """Aligns chains so that as much as possible of one is found again in the other."""

    def __init__(self) -> None:
        self._scores: dict[tuple[int, int], float] = {}

    def chains(self, a: Chain, b: Chain) -> list[Match]:
        """Return the pairs of steps in order; steps without a counterpart stand between them."""
        start = 0
        while start < min(len(a), len(b)) and _twins(a[start], b[start]):
            start += 1
        end = 0
        while end < min(len(a), len(b)) - start and _twins(a[-1 - end], b[-1 - end]):
            end += 1
        middle_a, middle_b = a[start : len(a) - end], b[start : len(b) - end]
        matches: list[Match] = [(at, at) for at in range(start)]
        matches += [
            (None if i is None else i + start, None if j is None else j + start)
            for i, j in aligned(len(middle_a), len(middle_b), self._placed(middle_a, middle_b))
        ]
        matches += [(len(a) - at, len(b) - at) for at in range(end, 0, -1)]
        return matches

    def branches(self, a: Step, b: Step) -> list[Match]:
        """Return the pairs of branches in the order of ``a``, then those of ``b`` alone.

        Branches keep their order unless another gives far more.
        """
        count_a, count_b = len(a.branches), len(b.branches)
        if a.form == b.form:
            return [(at, at) for at in range(count_a)]
        scores = [[self._branch(x, y) for y in b.branches] for x in a.branches]
        kept = aligned(count_a, count_b, lambda i, j: scores[i][j])
        if max(count_a, count_b) > MOST_BRANCHES:
            return kept
        crossed = _assigned(scores, count_a, count_b)
        gain = _total(scores, crossed) - _total(scores, kept)
        return crossed if gain > 0.1 else kept

    def score(self, a: Step, b: Step) -> float:
        """Return how much of two steps is alike, in operators; 0 if they are different things."""
        key = (a.form, b.form)
        if key not in self._scores:
            self._scores[key] = self._score(a, b)
        return self._scores[key]

    def _score(self, a: Step, b: Step) -> float:
        if a.form == b.form:
            return float(a.size)
        lead = likeness(a.node.op, b.node.op)
        if lead == 0 or a.shared != b.shared or bool(a.branches) != bool(b.branches):
            return 0.0
        ops_a, ops_b = ([one.op for one in step.followers] for step in (a, b))
        total = lead + _total_of(
            aligned(len(ops_a), len(ops_b), lambda i, j: likeness(ops_a[i], ops_b[j])),
            lambda i, j: likeness(ops_a[i], ops_b[j]),
        )
        if not a.branches:
            return total
        scores = [[self._branch(x, y) for y in b.branches] for x in a.branches]
        if max(len(a.branches), len(b.branches)) <= MOST_BRANCHES:
            matches = _assigned(scores, len(a.branches), len(b.branches))
        else:
            matches = aligned(len(a.branches), len(b.branches), lambda i, j: scores[i][j])
        total += sum(
            scores[i][j] for i, j in matches if i is not None and j is not None and scores[i][j] > 0
        )
        return total if 2 * total >= KINDRED * (a.size + b.size) else 0.0

    def _branch(self, a: Chain, b: Chain) -> float:
        if not a and not b:
            return 0.5

        def score(i: int, j: int) -> float:
            return self.score(a[i], b[j])

        matches = aligned(len(a), len(b), score)
        rest = abs(sum(step.size for step in a) - sum(step.size for step in b))
        return max(_total_of(matches, score) - 0.01 * rest, 0.0)

    def _placed(self, a: Chain, b: Chain) -> Callable[[int, int], float]:
        """Return the score of steps at their places: shapes and names break ties."""

        def score(i: int, j: int) -> float:
            alike = self.score(a[i], b[j])
            if alike == 0:
                return 0.0
            alike += SAME_SHAPE * (a[i].last.shape == b[j].last.shape)
            return alike + SAME_NAME * (in_net(a[i].node.id) == in_net(b[j].node.id))

        return score


def likeness(a: Operator, b: Operator) -> float:
    """Return how alike two operators are, from 0 to 1."""
    if a == b:
        return 1.0
    if type(a) is not type(b):
        if a.joins or b.joins:
            return SAME_ROLE if a.joins and b.joins else 0.0
        return SAME_ROLE if a.picture().role is b.picture().role else 0.0
    data: Any = a
    names = [field.name for field in fields(data)]
    equal = sum(getattr(a, name) == getattr(b, name) for name in names)
    return SAME_CLASS + (1 - SAME_CLASS) * equal / (len(names) + 1)


def aligned(count_a: int, count_b: int, score: Callable[[int, int], float]) -> list[Match]:
    """Return the order-keeping matches with the greatest sum of scores; 0 is no match."""
    if count_a * count_b > MOST_CELLS:
        return _as_they_come(count_a, count_b, score)
    best = [[0.0] * (count_b + 1) for _ in range(count_a + 1)]
    for i in range(count_a - 1, -1, -1):
        row, below = best[i], best[i + 1]
        for j in range(count_b - 1, -1, -1):
            alike = score(i, j)
            pair = below[j + 1] + alike if alike > 0 else 0.0
            row[j] = max(pair, below[j], row[j + 1])
    matches: list[Match] = []
    i = j = 0
    while i < count_a and j < count_b:
        alike = score(i, j)
        if alike > 0 and best[i][j] == best[i + 1][j + 1] + alike:
            matches.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            matches.append((i, None))
            i += 1
        else:
            matches.append((None, j))
            j += 1
    matches += [(at, None) for at in range(i, count_a)]
    matches += [(None, at) for at in range(j, count_b)]
    return matches


def _as_they_come(count_a: int, count_b: int, score: Callable[[int, int], float]) -> list[Match]:
    matches: list[Match] = []
    for at in range(max(count_a, count_b)):
        if at < count_a and at < count_b and score(at, at) > 0:
            matches.append((at, at))
            continue
        matches += [(at, None)] * (at < count_a) + [(None, at)] * (at < count_b)
    return matches


def _assigned(scores: Sequence[Sequence[float]], count_a: int, count_b: int) -> list[Match]:
    """Return the matches with the greatest sum of scores in any order, near places first."""
    best: dict[int, tuple[float, tuple[int | None, ...]]] = {0: (0.0, ())}
    for i in range(count_a):
        longer: dict[int, tuple[float, tuple[int | None, ...]]] = {}
        for used, (total, chosen) in best.items():
            choices: list[tuple[int, float, int | None]] = [(used, total, None)]
            for j in range(count_b):
                if not used >> j & 1 and scores[i][j] > 0:
                    near = 1e-6 * (i == j) - 1e-9 * abs(i - j)
                    choices.append((used | 1 << j, total + scores[i][j] + near, j))
            for after, sum_, j in choices:
                if after not in longer or sum_ > longer[after][0]:
                    longer[after] = (sum_, (*chosen, j))
        best = longer
    _, chosen = max(best.values(), key=lambda one: one[0])
    matches: list[Match] = [(i, j) for i, j in enumerate(chosen)]
    return matches + [(None, j) for j in range(count_b) if j not in chosen]


def _total(scores: Sequence[Sequence[float]], matches: Sequence[Match]) -> float:
    return _total_of(matches, lambda i, j: scores[i][j])


def _total_of(matches: Sequence[Match], score: Callable[[int, int], float]) -> float:
    return sum(score(i, j) for i, j in matches if i is not None and j is not None)


def _twins(a: Step, b: Step) -> bool:
    """Return whether two steps are alike to the last argument, and so is what comes out."""
    return a.form == b.form and not a.shared and a.last.shape == b.last.shape
