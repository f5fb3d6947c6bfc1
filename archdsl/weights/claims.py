"""What the names of both sides say of a correspondence, as conditions a reading must keep.

A reading gives each of the checkpoint's layers one of ours. Each claim can narrow down which of
ours a layer may be, and tell whether a whole reading keeps it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from archdsl.weights.flow import Flow, bits, is_convex, is_one_piece

Domains = list[int]
"""For each of the checkpoint's layers, which of ours it may be."""


class Claim(Protocol):
    """A condition on readings."""

    @property
    def members(self) -> int:
        """The checkpoint's layers that it speaks of."""
        ...

    def narrow(self, flow: Flow, domains: Domains) -> None:
        """Take away what no reading within the domains can keep. May leave some of it."""
        ...

    def kept(self, flow: Flow, reading: Sequence[int]) -> bool:
        """Return whether a reading keeps the claim."""
        ...


@dataclass(frozen=True, slots=True)
class Inside:
    """Layers called alike on both sides are the same ones: one set lies inside the other."""

    theirs: int
    ours: int

    @property
    def members(self) -> int:
        return self.theirs

    def narrow(self, flow: Flow, domains: Domains) -> None:
        fewer = self.theirs.bit_count() <= self.ours.bit_count()
        more = self.theirs.bit_count() >= self.ours.bit_count()
        for at in range(len(domains)):
            if self.theirs >> at & 1:
                if fewer:
                    domains[at] &= self.ours
            elif more:
                domains[at] &= ~self.ours

    def kept(self, flow: Flow, reading: Sequence[int]) -> bool:
        image = sum(1 << reading[at] for at in bits(self.theirs))
        return not (image & ~self.ours and self.ours & ~image)


@dataclass(frozen=True, slots=True)
class Whole:
    """Layers under one prefix run together: no way leaves them and comes back, none is apart."""

    members: int

    def narrow(self, flow: Flow, domains: Domains) -> None:
        once = twice = up = down = 0
        for at in bits(self.members):
            mask = domains[at]
            twice |= once & mask
            once |= mask
            if mask and mask & (mask - 1) == 0:
                up |= flow.above[mask.bit_length() - 1]
                down |= flow.below[mask.bit_length() - 1]
        hull = up & down
        if hull:
            for at in range(len(domains)):
                if not self.members >> at & 1:
                    domains[at] &= ~hull
        for at in bits(self.members):
            mask = domains[at]
            if mask & (mask - 1) == 0:
                continue
            others = twice | once & ~mask
            for place in bits(mask):
                between = flow.below[place] & up | flow.above[place] & down
                if between & ~once or not (flow.near[place] | flow.beside[place]) & others:
                    domains[at] &= ~(1 << place)

    def kept(self, flow: Flow, reading: Sequence[int]) -> bool:
        image = sum(1 << reading[at] for at in bits(self.members))
        return is_convex(flow, image) and is_one_piece(flow, image)


@dataclass(frozen=True, slots=True)
class Counted:
    """Layers of one shape that names put in an order do not come the other way round."""

    first: tuple[tuple[int, int], ...]

    @property
    def members(self) -> int:
        return _set(self.first)

    def narrow(self, flow: Flow, domains: Domains) -> None:
        everywhere = 0
        earlier: dict[int, int] = {}
        later: dict[int, int] = {}
        for one, other in self.first:
            everywhere |= domains[one] | domains[other]
            later[one] = later.get(one, 0) + 1
            earlier[other] = earlier.get(other, 0) + 1
        for at in {**earlier, **later}:
            mask = domains[at]
            if mask & (mask - 1) == 0:
                continue
            for place in bits(mask):
                rest = everywhere & ~(1 << place)
                if (rest & ~flow.below[place]).bit_count() < earlier.get(at, 0) or (
                    rest & ~flow.above[place]
                ).bit_count() < later.get(at, 0):
                    domains[at] &= ~(1 << place)
        for one, other in self.first:
            for here, there, beyond in (
                (one, other, flow.above),
                (other, one, flow.below),
            ):
                mask = domains[here]
                if mask and mask & (mask - 1) == 0:
                    domains[there] &= ~beyond[mask.bit_length() - 1]

    def kept(self, flow: Flow, reading: Sequence[int]) -> bool:
        return not any(flow.above[reading[a]] >> reading[b] & 1 for a, b in self.first)


@dataclass(frozen=True, slots=True)
class Stacked:
    """Of two branches that are counted, a concat has the one before the other."""

    first: int
    second: int

    @property
    def members(self) -> int:
        return self.first | self.second

    def narrow(self, flow: Flow, domains: Domains) -> None:
        pass

    def kept(self, flow: Flow, reading: Sequence[int]) -> bool:
        earlier = [flow.stacked[reading[at]] for at in bits(self.first)]
        later = [flow.stacked[reading[at]] for at in bits(self.second)]
        return not any(
            join in one and other[join] < one[join]
            for one in earlier
            for other in later
            for join in other
        )


@dataclass(frozen=True, slots=True)
class Paired:
    """Each kernel's norm directly follows it, or in all pairs directly precedes it."""

    pairs: tuple[tuple[int, int], ...]

    @property
    def members(self) -> int:
        return _set(self.pairs)

    def _ways(self, flow: Flow) -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
        return ((flow.behind, flow.before), (flow.before, flow.behind))

    def narrow(self, flow: Flow, domains: Domains) -> None:
        kept: list[list[tuple[int, int]]] = []
        for there, back in self._ways(flow):
            masks = [
                (
                    _with_support(domains[one], there, domains[other]),
                    _with_support(domains[other], back, domains[one]),
                )
                for one, other in self.pairs
            ]
            if all(a and b for a, b in masks):
                kept.append(masks)
        for number, (one, other) in enumerate(self.pairs):
            domains[one] = _any(masks[number][0] for masks in kept)
            domains[other] = _any(masks[number][1] for masks in kept)

    def kept(self, flow: Flow, reading: Sequence[int]) -> bool:
        return any(
            all(there[reading[a]] >> reading[b] & 1 for a, b in self.pairs)
            for there, _ in self._ways(flow)
        )


@dataclass(frozen=True, slots=True)
class Leads:
    """One kernel's result goes to the other, with at most norms between."""

    one: int
    other: int

    @property
    def members(self) -> int:
        return 1 << self.one | 1 << self.other

    def narrow(self, flow: Flow, domains: Domains) -> None:
        there = there_and_back = 0
        for place in bits(domains[self.one]):
            reached = flow.near[place] & flow.below[place] & domains[self.other]
            there |= reached
            there_and_back |= (1 << place) if reached else 0
        domains[self.one], domains[self.other] = there_and_back, there

    def kept(self, flow: Flow, reading: Sequence[int]) -> bool:
        place = reading[self.one]
        return bool(flow.near[place] & flow.below[place] & (1 << reading[self.other]))


@dataclass(frozen=True, slots=True)
class Repeated:
    """Two layers stand to each other as their namesakes do in another copy of the same block."""

    one: tuple[int, int]
    other: tuple[int, int]

    @property
    def members(self) -> int:
        return _set((self.one, self.other))

    def narrow(self, flow: Flow, domains: Domains) -> None:
        for known, open_ in ((self.one, self.other), (self.other, self.one)):
            fixed = [domains[at] for at in known]
            if any(mask == 0 or mask & (mask - 1) for mask in fixed):
                continue
            wanted = _stand(flow, *(mask.bit_length() - 1 for mask in fixed))
            first, second = open_
            # Few layers can be at a place that is still open here; more are left to the search.
            if domains[first].bit_count() * domains[second].bit_count() > 64:
                continue
            left = right = 0
            for a in bits(domains[first]):
                for b in bits(domains[second]):
                    if a != b and _stand(flow, a, b) == wanted:
                        left |= 1 << a
                        right |= 1 << b
            domains[first], domains[second] = left, right

    def kept(self, flow: Flow, reading: Sequence[int]) -> bool:
        one, other = ((reading[a], reading[b]) for a, b in (self.one, self.other))
        return _stand(flow, *one) == _stand(flow, *other)


def _stand(flow: Flow, one: int, other: int) -> tuple[bool, bool, int]:
    """Return how two layers stand to each other: the one above, below, or stacked before it."""
    mine, theirs = flow.stacked[one], flow.stacked[other]
    order = next((mine[j] - theirs[j] for j in mine if j in theirs and mine[j] != theirs[j]), 0)
    return (
        bool(flow.above[other] >> one & 1),
        bool(flow.below[other] >> one & 1),
        (order > 0) - (order < 0),
    )


def _set(pairs: Sequence[tuple[int, int]]) -> int:
    found = 0
    for one, other in pairs:
        found |= 1 << one | 1 << other
    return found


def _with_support(mask: int, reach: Sequence[int], other: int) -> int:
    return sum(1 << place for place in bits(mask) if reach[place] & other)


def _any(masks: Iterable[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found
