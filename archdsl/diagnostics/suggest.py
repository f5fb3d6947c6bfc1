"""Near names for a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

MOST = 3


def near_names(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return at most three known names close to ``name``, the closest first."""
    by_folded: dict[str, str] = {}
    for candidate in known:
        by_folded.setdefault(candidate.lower(), candidate)
    matches = get_close_matches(name.lower()[:60], sorted(by_folded), n=MOST, cutoff=0.6)
    return tuple(by_folded[match] for match in matches)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean `conv`?"`` to append to a headline, or nothing."""
    near = near_names(name, known)
    if not near:
        return ""
    quoted = [f"`{candidate}`" for candidate in near]
    listed = quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " or " + quoted[-1]
    return f"; did you mean {listed}?"
