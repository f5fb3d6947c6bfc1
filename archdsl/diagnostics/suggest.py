"""Near names for a misspelt one, at a bounded effort."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from difflib import get_close_matches

MOST = 3
LIKENESS = 0.65
"""Least likeness that counts, of 1: `cnov` and `conv` have 0.75, `ten` and `flatten` 0.6."""

FEW = 200
"""Names that are all compared with the misspelt one; of more, those that begin or end like it."""

LONGEST = 60
"""Letters of a misspelt name that are looked at."""

EFFORT = 30_000
"""Names that are compared in one run, which takes about a second."""

_left: ContextVar[list[int] | None] = ContextVar("effort left for near names", default=None)


@contextmanager
def bounded_effort() -> Generator[None]:
    """Bound what is spent on near names within, all in all: past it, there are none.

    A text can hold thousands of names that nobody knows, beside thousands that are known. Only
    the first errors are shown, and they get their share. Within another bound this does nothing.
    """
    if _left.get() is not None:
        yield
        return
    token = _left.set([EFFORT])
    try:
        yield
    finally:
        _left.reset(token)


def near_names(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return at most three known names close to ``name``, the closest first."""
    left = _left.get()
    if left is not None and left[0] <= 0:
        return ()
    by_folded: dict[str, str] = {}
    for candidate in known:
        by_folded.setdefault(candidate.lower(), candidate)
    wanted = name.lower()[:LONGEST]
    pool = sorted(by_folded if len(by_folded) <= FEW else _alike(wanted, by_folded))
    if left is not None:
        left[0] -= 1 + len(pool) + len(by_folded) // 100
    return tuple(
        by_folded[match] for match in get_close_matches(wanted, pool, n=MOST, cutoff=LIKENESS)
    )


def _alike(name: str, known: Iterable[str]) -> Iterator[str]:
    """Yield those of many names that begin or end as a name does, up to as many as are few."""
    half = max(1, len(name) // 2 - 1)
    begin, end, found = name[:half], name[-half:], 0
    for one in known:
        if one.startswith(begin) or one.endswith(end):
            yield one
            found += 1
            if found == FEW:
                return


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean `conv`?"`` to append to a headline, or nothing."""
    return or_meant(near_names(name, known))


def or_meant(near: tuple[str, ...]) -> str:
    """Return the same for near names that are known already."""
    if not near:
        return ""
    quoted = [f"`{candidate}`" for candidate in near]
    listed = quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " or " + quoted[-1]
    return f"; did you mean {listed}?"


class Slips:
    """Names, and all that one slip makes of them: a letter more, less, another or elsewhere.

    Asking takes as long however many names there are, so that a rule may depend on it.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._known: dict[str, str] = {}
        for name in names:
            for form in _without_a_letter(name):
                self._known.setdefault(form, name)

    def of(self, name: str) -> str | None:
        """Return a name that ``name`` is, or is a slip of; None if there is none."""
        found = (self._known.get(form) for form in _without_a_letter(name))
        return next((one for one in found if one is not None), None)


def _without_a_letter(name: str) -> Iterator[str]:
    yield name
    for at in range(len(name) if len(name) > 2 else 0):
        yield name[:at] + name[at + 1 :]
