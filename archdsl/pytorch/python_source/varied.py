"""Which other parameters of a net its class can take: those whose change leaves the text the same.

What turns on a parameter is asked of the spec (`turns.py`): only counts of repeats, widths and
rates may. Then the spec is expanded for other values, and the source written of it has to be the
source at hand but for what its docstrings say of shapes. Two other values tell where everything
grows evenly; maxima and roundings are tried for many, near and far. A condition that turns on a
parameter has to stand in the source; elsewhere it would be decided for good by the values at hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from archdsl.pytorch.python_source.spec import Number, Spec
from archdsl.pytorch.python_source.turns import Turning, Turns
from archdsl.syntax import nodes

LARGE = 8
"""From here on a number is taken for a width, of which multiples are as good."""

EVEN = (1, 2)
"""Steps to the values that are tried."""

BENT = (-0.9, -0.5, 3, 7.5, 17, 63)
"""Steps to the values that are tried where something does not grow evenly."""

_DOCSTRING = re.compile(r'^ *"""(?:\\.|[^\\])*?"""\n', re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Draft:
    """A text written with some parameters, and the conditions that stand in it."""

    text: str
    conditions: Sequence[tuple[str, nodes.Expression]]
    taken: frozenset[str]
    """The parameters that the network's class takes."""

    @property
    def bare(self) -> str:
        """The text without what is only said of it."""
        return _DOCSTRING.sub("", self.text)


Write = Callable[[Spec, Sequence[str]], Draft]
"""Writes a network whose class takes some parameters besides those that it takes anyway."""


def holding(spec: Spec, names: Sequence[str], write: Write) -> dict[str, Turning]:
    """Return those of some parameters that the network's class can take, and what turns on each."""
    if spec.net is None:
        return {}
    turns = Turns(spec.graph, spec.net, spec.blocks)
    found = {name: turning for name in names if (turning := turns.of(name)) is not None}
    if not found:
        return {}
    everything = tuple(found)
    draft = write(spec, everything)
    found = {
        name: turning
        for name, turning in found.items()
        if name in draft.taken and all(one in draft.conditions for one in turning.conditions)
    }
    if not found:
        return {}
    written = tuple(found)
    trial = _Trial(spec, write, draft if written == everything else write(spec, written), written)
    if not trial.holds(found):
        found = {name: one for name, one in found.items() if trial.holds({name: one})}
        # Where not all are taken, expressions of several of them may stand no more.
        kept = tuple(found)
        if kept and not _Trial(spec, write, write(spec, kept), kept).holds(found):
            return {}
    return found


class _Trial:
    def __init__(self, spec: Spec, write: Write, draft: Draft, names: Sequence[str]) -> None:
        self._spec = spec
        self._write = write
        self._draft = draft
        self._names = names

    def holds(self, turnings: Mapping[str, Turning]) -> bool:
        """Return whether the text for other values of some parameters is the same."""
        if not turnings:
            return True
        together = (self._others(turnings, step) for step in EVEN)
        if not all(self._is_same(others) is True for others in together):
            return False
        bent = [name for name, turning in turnings.items() if turning.is_bent]
        return not bent or all(self._is_same_at(bent, step) for step in BENT)

    def _is_same_at(self, names: Sequence[str], step: float) -> bool:
        """Return whether no other text comes of values that the spec takes, together or alone."""
        same = self._is_same(self._others(names, step))
        if same is None:
            apart = (self._is_same(self._others((name,), step)) for name in names)
            return all(one is not False for one in apart)
        return same

    def _others(self, names: Iterable[str], step: float) -> dict[str, Number]:
        return {name: _other(self._spec.values[name], step) for name in names}

    def _is_same(self, others: Mapping[str, Number]) -> bool | None:
        """Return whether the text for other values is the same; None where the spec has none."""
        other = self._spec.with_values(others)
        return None if other is None else self._write(other, self._names).bare == self._draft.bare


def _other(value: Number, step: float) -> Number:
    """Return another value, further away with each step."""
    if isinstance(value, float):
        return value * (1 + step / 4) if value else step / 4
    if step >= 1 and value < LARGE:
        return value + int(step)
    return max(1, int(value * (1 + step)))
