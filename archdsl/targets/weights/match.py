"""Which layer of a checkpoint belongs to which layer of a network.

The correspondence is found from shapes, order and structure. Layers that a checkpoint keeps under
one prefix belong together, so they take consecutive places in the network; where several
prefixes could stand at one place, the order of the file decides if it is the model's own, and
otherwise the names: numbers in them count upwards, and a layer called after a pool stands behind
one. Whatever is still open is an error, never a guess.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from archdsl.diagnostics import near_names
from archdsl.targets.weights.units import Branch, Unit, counted, natural, tree_of

MOST_STEPS = 200_000
MOST_LISTED = 8

Pairs = tuple[tuple[Unit, Unit], ...]


class MatchError(Exception):
    """A checkpoint does not fit a network; the text lists what is missing and left over."""


@dataclass(frozen=True, slots=True)
class Match:
    """Pairs of our units and the checkpoint's, in our order."""

    pairs: Pairs


def match(
    ours: tuple[Unit, ...],
    theirs: tuple[Unit, ...],
    *,
    ordered: bool,
    heads: Collection[str] = (),
    pins: Mapping[str, str] | None = None,
    pooled: Collection[str] = (),
) -> Match:
    """Match a network's units with a checkpoint's.

    ``heads`` are paths of ours whose width may differ, ``pooled`` those in a branch with a pool,
    and ``pins`` say by hand which of their prefixes goes to which of our paths. Raises
    :class:`MatchError`.
    """
    search = _Search(ours, ordered, heads, pins or {}, pooled)
    if ordered and search.in_step(theirs):
        return Match(tuple(zip(ours, theirs, strict=True)))
    try:
        found = search.solutions(tree_of(theirs), limit=1 if ordered else 2)
    except RecursionError:
        raise MatchError("the checkpoint has too many layers under one prefix") from None
    if not found:
        raise MatchError(_misfit(ours, theirs, search))
    if len(found) > 1:
        raise MatchError(_ambiguous(found[0], found[1]))
    return Match(found[0])


class _Search:
    """Lays a tree of prefixes out over our sequence of units."""

    def __init__(
        self,
        ours: tuple[Unit, ...],
        ordered: bool,
        heads: Collection[str],
        pins: Mapping[str, str],
        pooled: Collection[str],
    ) -> None:
        self.ours = ours
        self.ordered = ordered
        self.heads = heads
        self.pins = pins
        self.pooled = pooled
        self.steps = 0
        self.furthest = 0
        self._signatures: dict[str, object] = {}

    def solutions(self, root: Branch, limit: int) -> list[Pairs]:
        found: list[Pairs] = []
        for end, pairs in self._lay(root, 0):
            if end == len(self.ours):
                found.append(pairs)
                if len(found) == limit:
                    break
        return found

    def in_step(self, theirs: tuple[Unit, ...]) -> bool:
        """Return whether the checkpoint's units come exactly in our order."""
        return len(theirs) == len(self.ours) and all(
            self._fits(unit, at) for at, unit in enumerate(theirs)
        )

    def _lay(self, branch: Branch, at: int) -> Iterator[tuple[int, Pairs]]:
        """Yield each way to lay all of a branch out from position ``at`` on."""
        if branch.unit is None:
            yield from self._children(tuple(self._in_order(branch)), at)
            return
        self.steps += 1
        if self.steps > MOST_STEPS or not self._fits(branch.unit, at):
            return
        self.furthest = max(self.furthest, at + 1)
        own = ((self.ours[at], branch.unit),)
        for end, pairs in self._children(tuple(self._in_order(branch)), at + 1):
            yield end, own + pairs

    def _children(self, left: tuple[Branch, ...], at: int) -> Iterator[tuple[int, Pairs]]:
        if not left:
            yield at, ()
            return
        tried: set[object] = set()
        for number, child in enumerate(left):
            if not self._may_come_first(child, left[:number]):
                continue
            if self.ordered:
                # Interchangeable by shape: the file's order decides.
                signature = self._signature(child)
                if signature in tried:
                    continue
                tried.add(signature)
            rest = left[:number] + left[number + 1 :]
            for middle, first in self._lay(child, at):
                for end, others in self._children(rest, middle):
                    yield end, first + others

    def _may_come_first(self, child: Branch, before: tuple[Branch, ...]) -> bool:
        """Return whether names allow a child ahead of others: `branch0` comes before `branch3`."""
        if self.ordered:
            return True
        alike = counted(child.name)
        return all(counted(other.name) != alike for other in before)

    def _fits(self, unit: Unit, at: int) -> bool:
        if at >= len(self.ours):
            return False
        mine = self.ours[at]
        for prefix, target in self.pins.items():
            is_pinned = unit.path == prefix or unit.path.startswith(f"{prefix}.")
            is_target = mine.path == target or mine.path.startswith(f"{target}.")
            if is_pinned != is_target:
                return False
        if not self.ordered and "pool" in unit.path.lower() and mine.path not in self.pooled:
            return False
        return mine.fits(unit, any_width=mine.path in self.heads)

    def _in_order(self, branch: Branch) -> list[Branch]:
        children = list(branch.children.values())
        if self.ordered:
            return children
        return sorted(children, key=lambda child: natural(child.name))

    def _signature(self, branch: Branch) -> object:
        if branch.path not in self._signatures:
            self._signatures[branch.path] = repr(branch.signature())
        pinned = tuple(p for p in self.pins if p == branch.path or p.startswith(f"{branch.path}."))
        return (self._signatures[branch.path], pinned)


def _misfit(ours: tuple[Unit, ...], theirs: tuple[Unit, ...], search: _Search) -> str:
    """Say what is missing, what is left over, and what comes nearest."""
    missing, left = _unpaired(ours, theirs, search.heads)
    lines = ["the checkpoint does not fit the network"]
    if missing:
        lines.append(f"missing, {len(missing)} layers of the network:")
        lines += [f"  {unit.described}{_nearest(unit, left)}" for unit in missing[:MOST_LISTED]]
        lines += _more(missing)
    if left:
        lines.append(f"left over, {len(left)} layers of the checkpoint:")
        lines += [f"  {unit.described}" for unit in left[:MOST_LISTED]]
        lines += _more(left)
    if not missing and not left:
        at = ours[min(search.furthest, len(ours) - 1)]
        lines.append(f"all shapes occur, but not in an order that fits: it fails at {at.described}")
        if search.steps > MOST_STEPS:
            lines.append("the search was given up; `--pin THEIRS=OURS` narrows it")
    return "\n".join(lines)


def _unpaired(
    ours: tuple[Unit, ...], theirs: tuple[Unit, ...], heads: Collection[str]
) -> tuple[list[Unit], list[Unit]]:
    """Pair units by shape alone, as many as there are; return what remains on both sides."""
    left = list(theirs)
    missing: list[Unit] = []
    for unit in ours:
        partner = next((o for o in left if unit.fits(o, any_width=unit.path in heads)), None)
        if partner is None:
            missing.append(unit)
        else:
            left.remove(partner)
    return missing, left


def _nearest(unit: Unit, left: list[Unit]) -> str:
    """Name the layers left over that are closest in shape, or else in name."""
    wanted = unit.shapes.get("weight", ())
    alike = [
        other
        for other in left
        if other.kind == unit.kind and len(other.shapes.get("weight", ())) == len(wanted)
    ]
    alike.sort(
        key=lambda other: sum(
            a != b for a, b in zip(other.shapes.get("weight", ()), wanted, strict=False)
        )
    )
    names = [other.described for other in alike[:2]]
    names = names or list(near_names(unit.path, [other.path for other in left]))[:2]
    return f"; nearest: {', '.join(names)}" if names else ""


def _more(units: list[Unit]) -> list[str]:
    hidden = len(units) - MOST_LISTED
    return [f"  … and {hidden} more"] if hidden > 0 else []


def _ambiguous(first: Pairs, second: Pairs) -> str:
    for (ours, one), (_, other) in zip(first, second, strict=True):
        if one.path != other.path:
            return (
                f"the match is ambiguous: `{ours.path}` could be `{one.path}` or `{other.path}`; "
                "say which with `--pin THEIRS=OURS`, or take the order of a package's own model "
                "with `--order PACKAGE:MODEL`"
            )
    raise AssertionError("two solutions are the same")
