"""What is known of how the model of a checkpoint is wired, beside the names of its layers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wiring:
    """Which layers of a model read which, by the paths of their tensors.

    ``feeds`` are pairs: the second reads what the first gives, with nothing that learns between.
    ``stacked`` are concats: for each operand, in order, the layers it comes from. Of layers that
    ``ran`` all is known: what else they read is none; ``pooled`` among them read behind a pool,
    and ``active`` have an activation directly behind them.
    """

    feeds: tuple[tuple[str, str], ...] = ()
    stacked: tuple[tuple[tuple[str, ...], ...], ...] = ()
    ran: frozenset[str] = frozenset()
    pooled: frozenset[str] = frozenset()
    active: frozenset[str] = frozenset()

    @property
    def reads(self) -> dict[str, frozenset[str]]:
        """For each layer that ran, those it reads."""
        found: dict[str, set[str]] = {}
        for one, other in self.feeds:
            found.setdefault(other, set()).add(one)
        return {path: frozenset(found.get(path, ())) for path in sorted(self.ran)}
