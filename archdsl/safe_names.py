"""Names that a target can use, for what a spec calls things in its own way.

A spec may call a parameter ``in``, a block ``none`` and two outputs ``out``; Python has keywords,
an ONNX graph takes each name once. Every target states as :class:`Rules` what it can call things.
A name that is fine there is kept, whatever else is wanted; any other is changed as little as it
takes, and the same names in the same order always give the same.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Rules:
    """What a target can call things.

    ``first`` and ``letters`` are the characters that may begin a name and stand in it, as in a
    regular expression's brackets. ``taken`` names mean something else there. A name that begins
    otherwise gets ``prefix`` before it, one that is taken ``suffix`` behind it, and the second of
    a name ``joint`` and a 2.
    """

    first: str = "A-Za-z"
    letters: str = "A-Za-z0-9_"
    taken: frozenset[str] = frozenset()
    prefix: str = "n"
    suffix: str = "_"
    joint: str = "_"

    @cached_property
    def _syntax(self) -> re.Pattern[str]:
        return re.compile(f"[{self.first}][{self.letters}]*")

    @cached_property
    def _unfit(self) -> re.Pattern[str]:
        return re.compile(f"[^{self.letters}]")

    def allow(self, name: str) -> bool:
        """Return whether the target can call something ``name``."""
        return name not in self.taken and self._syntax.fullmatch(name) is not None

    def mend(self, name: str) -> str:
        """Return ``name``, or what comes nearest to it among the names the target can use."""
        mended = self._unfit.sub("_", name)
        if self._syntax.fullmatch(mended) is None:
            mended = self.prefix + mended
        while mended in self.taken:
            mended += self.suffix
        return mended


class Names:
    """Gives out names, each once."""

    def __init__(self, rules: Rules, taken: Iterable[str] = ()) -> None:
        self._rules = rules
        self._taken = set(taken)
        self._counts: dict[str, int] = {}

    def is_free(self, name: str) -> bool:
        """Return whether ``name`` can be had as it is."""
        return name not in self._taken and self._rules.allow(name)

    def take(self, wanted: str) -> str:
        """Return ``wanted`` or, where it cannot be had, a name that tells what it comes from."""
        base = self._rules.mend(wanted)
        name, count = base, self._counts.get(base, 1)
        while not self.is_free(name):
            count += 1
            name = f"{base.rstrip('_')}{self._rules.joint}{count}"
        self._counts[base] = count
        self._taken.add(name)
        return name


def distinct(wanted: Sequence[str], rules: Rules, taken: Collection[str] = ()) -> tuple[str, ...]:
    """Return a name of its own for each that is wanted.

    Whoever first wants a name that the target can use has it, before any name is changed: of
    ``out``, ``out`` and ``out_2`` only the second is called otherwise.
    """
    names = Names(rules, taken)
    found = {place: names.take(name) for place, name in enumerate(wanted) if names.is_free(name)}
    for place, name in enumerate(wanted):
        if place not in found:
            found[place] = names.take(name)
    return tuple(found[place] for place in range(len(wanted)))
