"""What boxes cost, in numbers short enough to be written on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from archdsl.check import costs, memory
from archdsl.drawing.options import Heat
from archdsl.drawing.picture import Scale
from archdsl.graph import Graph, NodeId
from archdsl.ops import Cost

_PREFIXES = ("", "k", "M", "G", "T", "P", "E")

WORDS: Mapping[Heat, str] = {
    Heat.PARAMS: "parameters",
    Heat.MACS: "multiply-accumulates",
    Heat.MEMORY: "bytes of feature maps",
}


@dataclass(frozen=True)
class Costs:
    """What every node of a graph costs, for one image."""

    graph: Graph

    @cached_property
    def by_node(self) -> Mapping[NodeId, Cost]:
        return costs(self.graph)

    @cached_property
    def memory(self) -> Mapping[NodeId, int]:
        return memory(self.graph)

    def of(self, heat: Heat, nodes: Iterable[NodeId]) -> int:
        """Return what some nodes cost together: parameters, multiply-accumulates or bytes."""
        match heat:
            case Heat.PARAMS:
                return sum(self.by_node[node].params for node in nodes)
            case Heat.MACS:
                return sum(self.by_node[node].macs for node in nodes)
            case Heat.MEMORY:
                return sum(self.memory[node] for node in nodes)


def short(number: int, heat: Heat) -> str:
    """Return a number of three digits with a unit's prefix: ``1.58 G``, and ``12.3 MB``."""
    unit = "B" if heat is Heat.MEMORY else ""
    if number < 1000:
        return f"{number} {unit}".rstrip()
    value, power = float(number), 0
    while value >= 999.5 and power + 1 < len(_PREFIXES):
        value, power = value / 1000, power + 1
    digits = 2 if value < 9.995 else 1 if value < 99.95 else 0
    return f"{value:.{digits}f} {_PREFIXES[power]}{unit}"


def share(number: int, total: int) -> str:
    """Return a part of a total as a percentage: ``31%``, ``0.4%``."""
    percent = 100 * number / total if total else 0.0
    if 0 < percent < 0.05:
        return "<0.1%"
    return f"{percent:.0f}%" if percent >= 9.95 or percent == 0 else f"{percent:.1f}%"


def times(numbers: Sequence[int], heat: Heat) -> str:
    """Return what copies cost: ``4 × 37.0 k`` if all the same, else what they add up to."""
    if len(numbers) > 1 and all(number == numbers[0] for number in numbers):
        return f"{len(numbers)} × {short(numbers[0], heat)}"
    return short(sum(numbers), heat)


def span(numbers: Sequence[int], heat: Heat) -> str:
    """Return a number that may differ from copy to copy: ``37.0 k``, or ``37.0 k…74.0 k``."""
    ends = dict.fromkeys(short(number, heat) for number in (min(numbers), max(numbers)))
    return "…".join(ends)


def scale_in_words(scale: Scale) -> str:
    """Return what the colours of a drawing with heat mean, as a sentence."""
    most, total = short(scale.most, scale.heat), short(scale.total, scale.heat)
    return f"Colours show {WORDS[scale.heat]}: from 0 to {most}; {total} in all."
