"""What a checkpoint's file itself says of its model's wiring, as conditions a reading must keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from archdsl.targets.weights.checkpoint import Wiring
from archdsl.targets.weights.claims import Claim, Domains, Stacked
from archdsl.targets.weights.flow import Flow, bits
from archdsl.targets.weights.units import Unit


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


def wired(wiring: Wiring, units: Sequence[Unit]) -> list[Claim]:
    """Return what a checkpoint's wiring claims of its layers; those left out say nothing."""
    at = {unit.path: number for number, unit in enumerate(units)}
    found: list[Claim] = [
        Feeds(at[one], at[other]) for one, other in wiring.feeds if one in at and other in at
    ]
    for operands in wiring.stacked:
        masks = [sum(1 << at[path] for path in paths if path in at) for paths in operands]
        found += [
            Stacked(one, other)
            for one, other in combinations(masks, 2)
            if one & ~other and other & ~one
        ]
    return found
