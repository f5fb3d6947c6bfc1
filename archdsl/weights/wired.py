"""What is known of a checkpoint's wiring, as conditions a reading must keep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from archdsl.weights.claims import Claim, Domains, Inside
from archdsl.weights.flow import Flow, bits
from archdsl.weights.units import Unit
from archdsl.weights.wiring import Wiring


@dataclass(frozen=True, slots=True)
class Feeds:
    """The second layer reads what the first gives, with nothing that learns between."""

    one: int
    other: int

    @property
    def members(self) -> int:
        return 1 << self.one | 1 << self.other

    def narrow(self, flow: Flow, domains: Domains) -> None:
        for here, there, reach in (
            (self.one, self.other, flow.behind),
            (self.other, self.one, flow.before),
        ):
            reached = 0
            for place in bits(domains[here]):
                reached |= reach[place]
            domains[there] &= reached

    def kept(self, flow: Flow, reading: Sequence[int]) -> bool:
        return bool(flow.behind[reading[self.one]] >> reading[self.other] & 1)


@dataclass(frozen=True, slots=True)
class Reads:
    """A layer reads just those layers' values, with nothing that learns between."""

    layer: int
    read: int

    @property
    def members(self) -> int:
        return self.read | 1 << self.layer

    def narrow(self, flow: Flow, domains: Domains) -> None:
        count = self.read.bit_count()
        needed = [domains[at] for at in bits(self.read)]
        domains[self.layer] = places = sum(
            1 << place
            for place in bits(domains[self.layer])
            if flow.before[place].bit_count() == count
            and all(mask & flow.before[place] for mask in needed)
        )
        reached = 0
        for place in bits(places):
            reached |= flow.before[place]
        for at in bits(self.read):
            domains[at] &= reached
        if places and places & (places - 1) == 0:
            for at in range(len(domains)):
                if not self.read >> at & 1:
                    domains[at] &= ~reached

    def kept(self, flow: Flow, reading: Sequence[int]) -> bool:
        image = sum(1 << reading[at] for at in bits(self.read))
        return image == flow.before[reading[self.layer]]


@dataclass(frozen=True, slots=True)
class StacksBefore:
    """No concat has a layer's values behind those of layers that a concat has behind its own."""

    layer: int
    others: int

    @property
    def members(self) -> int:
        return self.others | 1 << self.layer

    def narrow(self, flow: Flow, domains: Domains) -> None:
        pass

    def kept(self, flow: Flow, reading: Sequence[int]) -> bool:
        place = reading[self.layer]
        return not any(flow.stacks_before[reading[at]] >> place & 1 for at in bits(self.others))


def wired(flow: Flow, wiring: Wiring, units: Sequence[Unit]) -> list[Claim]:
    """Return what a checkpoint's wiring claims of its layers; those left out say nothing."""
    at = {unit.path: number for number, unit in enumerate(units)}
    found: list[Claim] = [
        Feeds(at[one], at[other])
        for one, other in wiring.feeds
        if one in at and other in at and other not in wiring.ran
    ]
    found += [Reads(at[path], _set(at, read)) for path, read in wiring.reads.items() if path in at]
    behind: dict[int, int] = {}
    for operands in wiring.stacked:
        for one, other in combinations([_set(at, paths) for paths in operands], 2):
            for layer in bits(one & ~other):
                behind[layer] = behind.get(layer, 0) | other & ~one
    found += [StacksBefore(layer, others) for layer, others in behind.items() if others]
    for paths, ours in ((wiring.pooled, flow.after_pool), (wiring.active, flow.active)):
        # Packages write these in many ways: where the count differs, some were not recognised.
        theirs = _set(at, paths)
        if theirs.bit_count() == ours.bit_count():
            found.append(Inside(theirs, ours))
    return found


def _set(at: Mapping[str, int], paths: Iterable[str]) -> int:
    return sum(1 << at[path] for path in set(paths) if path in at)
