"""The functions that expressions may call."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

Number = int | float


@dataclass(frozen=True, slots=True)
class Function:
    """One function: what it computes, and how many numbers it takes.

    ``most`` is None where there is no limit. ``compute`` raises ValueError, with what is wrong,
    for numbers it cannot take.
    """

    takes: str
    compute: Callable[..., Number]
    least: int = 1
    most: int | None = 1

    def accepts(self, count: int) -> bool:
        return count >= self.least and (self.most is None or count <= self.most)


def divisible(number: Number, by: Number) -> Number:
    """Return the multiple of ``by`` nearest to a number, halves up, and at least ``by``.

    A multiple that falls short of the number by more than a tenth gives way to the next one.
    So do the MobileNets and those after them keep widths fit for the hardware.
    """
    if by <= 0:
        raise ValueError(f"`divisible` gives multiples of a number above 0, not of {by:g}")
    nearest = max(by, math.floor((number + by / 2) / by) * by)
    return nearest if nearest >= 0.9 * number else nearest + by


FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        "min": Function("two numbers or more, and gives the smallest", min, 2, None),
        "max": Function("two numbers or more, and gives the largest", max, 2, None),
        "floor": Function("a number, and rounds it down", math.floor),
        "ceil": Function("a number, and rounds it up", math.ceil),
        "round": Function("a number, and rounds it, halves to the even side", round),
        "divisible": Function("a number and a divisor: `divisible(11, 8)` is 16", divisible, 2, 2),
    }
)
