"""What is shown of many findings: the first hundred, errors before warnings, and how many more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archdsl.diagnostics.diagnostic import Diagnostic

MOST_SHOWN = 100
"""Findings shown of one text, whoever asks: the command, the preview, an exception."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The findings that are shown, in their order, and the numbers of all of them."""

    found: tuple[Diagnostic, ...]
    errors: int
    warnings: int

    @property
    def left_out(self) -> int:
        return self.errors + self.warnings - len(self.found)

    @property
    def more(self) -> str:
        """Say how many are not shown, or nothing."""
        return f"… and {self.left_out:,} more" if self.left_out else ""

    @property
    def counted(self) -> str:
        """Say how many there are: ``2 errors, 1 warning``."""
        parts = [(self.errors, "error"), (self.warnings, "warning")]
        return ", ".join(f"{n:,} {word}{'s' * (n != 1)}" for n, word in parts if n)


def first(found: Sequence[Diagnostic]) -> Shown:
    """Return the first findings, in the order they are given; warnings give way to errors."""
    errors = sum(one.is_error for one in found)
    shown = tuple(found)
    if len(found) > MOST_SHOWN:
        order = sorted(range(len(found)), key=lambda at: not found[at].is_error)
        shown = tuple(found[at] for at in sorted(order[:MOST_SHOWN]))
    return Shown(shown, errors, len(found) - errors)
