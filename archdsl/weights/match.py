"""Which layer of a checkpoint belongs to which layer of a network.

A reading gives each of the checkpoint's layers one of the network's that has its shapes. Equal
names settle it. Else the names of both sides are evidence: numbers in them count upwards along a
way through the network, layers under one prefix run together, a layer called after a pool stands
behind one. The order of the file alone proves nothing. Of the readings that keep all that the
names say there must be one, up to what computes the same; whatever is still open is an error
that shows two of them, never a guess.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from archdsl.weights.claims import Claim, Domains, Repeated
from archdsl.weights.evidence import claims_of
from archdsl.weights.flow import Flow, bits
from archdsl.weights.misfit import ambiguous, misfit, undecided, wired_otherwise
from archdsl.weights.units import Unit
from archdsl.weights.wired import wired
from archdsl.weights.wiring import Wiring

MOST_STEPS = 4_000
MOST_ALIKE = 100
MOST_PINS = 6

Pairs = tuple[tuple[Unit, Unit], ...]


class MatchError(Exception):
    """A checkpoint does not fit a network, or fits in two ways; the text says where."""


@dataclass(frozen=True, slots=True)
class Match:
    """Pairs of our units and the checkpoint's, in our order.

    ``by_names`` counts those that neither their shape nor what is known of the model's wiring
    alone puts where they are, but what names are believed to say.
    """

    pairs: Pairs
    by_names: int = 0


class _GivenUp(Exception):
    """There are more readings than can be looked at."""


def match(
    flow: Flow,
    theirs: tuple[Unit, ...],
    *,
    ordered: bool,
    heads: Collection[str] = (),
    pins: Mapping[str, str] | None = None,
    wiring: Wiring | None = None,
) -> Match:
    """Match a network's units with a checkpoint's.

    ``heads`` are paths of ours whose width may differ, and ``pins`` say by hand which of their
    prefixes goes to which of our paths. ``ordered`` says that the checkpoint's order is that in
    which its model made its layers, and ``wiring`` is what is known of how they are wired, which
    always holds. Raises :class:`MatchError`.
    """
    pins = pins or {}
    _known(flow, theirs, pins)
    domains = _domains(flow, theirs, (), pins)
    widths: Collection[str] = ()
    if not _spread(list(domains)):
        # Heads of another width are looked for only where not all have the right one.
        domains, widths = _domains(flow, theirs, heads, pins), heads
    if len(theirs) != len(flow.units) or not _spread(list(domains)):
        raise MatchError(misfit(flow.units, theirs, heads, bool(pins)))
    if not pins and _same_names(flow.units, theirs):
        at = {unit.path: number for number, unit in enumerate(flow.units)}
        if all(mask >> at[unit.path] & 1 for unit, mask in zip(theirs, domains, strict=True)):
            return _match(flow, theirs, [at[unit.path] for unit in theirs])
    wiring = wiring or Wiring()
    certain = wired(flow, wiring, theirs)
    for claims in _levels(flow, theirs, _domains(flow, theirs, widths, {}), ordered):
        search = _Search(flow, [*certain, *claims])
        try:
            found = search.distinct(domains, 2)
        except _GivenUp:
            raise MatchError(undecided(flow.units, theirs, domains)) from None
        if len(found) == 1:
            by_names = 0 if wiring.ran else sum(mask.bit_count() > 1 for mask in domains)
            return _match(flow, theirs, found[0], by_names)
        if found:
            pinned = search.deciding(domains, found[0])
            one, other = found
            seen = bool(wiring.ran)
            raise MatchError(ambiguous(flow.units, theirs, one, other, pinned, seen=seen))
    if certain:
        raise MatchError(wired_otherwise(flow, theirs, domains, wiring))
    raise MatchError(misfit(flow.units, theirs, heads, bool(pins)))


def _match(flow: Flow, theirs: Sequence[Unit], reading: Sequence[int], by_names: int = 0) -> Match:
    other = dict(zip(reading, theirs, strict=True))
    return Match(tuple((unit, other[at]) for at, unit in enumerate(flow.units)), by_names)


def _same_names(ours: Sequence[Unit], theirs: Sequence[Unit]) -> bool:
    return {unit.path for unit in ours} == {unit.path for unit in theirs}


def _levels(
    flow: Flow, theirs: tuple[Unit, ...], domains: Domains, ordered: bool
) -> Iterator[list[Claim]]:
    """Yield the claims to be kept, then fewer, for names that contradict the network.

    Fewer claims leave more readings. The first to go are the weakest: that a counted list runs
    together, and that blocks which are called alike are copies.
    """
    yield claims_of(flow, theirs, domains, ordered=ordered, lists=True)
    claims = claims_of(flow, theirs, domains, ordered=ordered, lists=False)
    yield claims
    yield [claim for claim in claims if not isinstance(claim, Repeated)]
    yield []


def _known(flow: Flow, theirs: Sequence[Unit], pins: Mapping[str, str]) -> None:
    for prefix, target in pins.items():
        for side, path, units in (
            ("checkpoint", prefix, theirs),
            ("network", target, flow.units),
        ):
            if not any(_under(unit.path, path) for unit in units):
                raise MatchError(f"`--pin {prefix}={target}`: the {side} has no layer `{path}`")


def _under(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(f"{prefix}.")


def _domains(
    flow: Flow, theirs: Sequence[Unit], heads: Collection[str], pins: Mapping[str, str]
) -> Domains:
    """Return which of ours each of theirs may be, by shapes and pins."""
    fitting: dict[object, int] = {}
    found: Domains = []
    for unit in theirs:
        key = (unit.kind, tuple(sorted(unit.shapes.items())))
        if key not in fitting:
            fitting[key] = sum(
                1 << at
                for at, mine in enumerate(flow.units)
                if mine.fits(unit, any_width=mine.path in heads)
            )
        found.append(fitting[key])
    for prefix, target in pins.items():
        ours = sum(1 << at for at, unit in enumerate(flow.units) if _under(unit.path, target))
        for number, unit in enumerate(theirs):
            found[number] &= ours if _under(unit.path, prefix) else ~ours
    return found


def _spread(domains: Domains) -> bool:
    """Give layers that can be one of ours only that one, and it to no other; say if it works."""
    changed = True
    while changed:
        changed = False
        taken = 0
        once = twice = 0
        for mask in domains:
            if not mask:
                return False
            twice |= once & mask
            once |= mask
            if mask & (mask - 1) == 0:
                if taken & mask:
                    return False
                taken |= mask
        only = once & ~twice
        for at, mask in enumerate(domains):
            if mask & (mask - 1) == 0:
                continue
            left = mask & ~taken
            if left & only:
                left &= only
                if left & (left - 1):
                    return False
            if left != mask:
                domains[at] = left
                changed = True
    return True


class _Search:
    """Looks for readings that keep a list of claims."""

    def __init__(self, flow: Flow, claims: list[Claim]) -> None:
        self.flow = flow
        self.claims = [(claim, claim.members) for claim in claims]
        self.steps = 0

    def distinct(self, domains: Domains, limit: int) -> list[list[int]]:
        """Return up to ``limit`` readings that compute different things."""
        self.steps = 0
        found: dict[bytes, list[int]] = {}
        for number, reading in enumerate(self.readings(list(domains))):
            if number > MOST_ALIKE:
                raise _GivenUp
            found.setdefault(self._computed(reading), reading)
            if len(found) == limit:
                break
        return list(found.values())

    def _computed(self, reading: Sequence[int]) -> bytes:
        names = [""] * len(reading)
        for number, place in enumerate(reading):
            names[place] = f"{number}"
        return self.flow.computes(names)

    def deciding(self, domains: Domains, reading: Sequence[int]) -> list[int] | None:
        """Return the layers of theirs whose pins leave a reading alone; None if they are many."""
        pinned: list[int] = []
        narrowed = list(domains)
        while len(pinned) <= MOST_PINS:
            try:
                found = self.distinct(narrowed, 2)
            except _GivenUp:
                return None
            if len(found) < 2:
                return pinned
            other = found[1] if found[0] == list(reading) else found[0]
            at = next(n for n, place in enumerate(reading) if other[n] != place)
            pinned.append(at)
            narrowed = [mask & ~(1 << reading[at]) for mask in narrowed]
            narrowed[at] = 1 << reading[at]
        return None

    def readings(
        self, domains: Domains, changed: int = -1, already: int = 0
    ) -> Iterator[list[int]]:
        """Yield the readings within the domains; ``already`` have a place that was looked at."""
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise _GivenUp
        if not self._narrow(domains, changed):
            return
        fixed = self._fixed(domains)
        if self._broken(domains, already, fixed):
            return
        open_ = [(mask.bit_count(), at) for at, mask in enumerate(domains) if mask & (mask - 1)]
        if not open_:
            yield [mask.bit_length() - 1 for mask in domains]
            return
        _, at = min(open_)
        for place in bits(domains[at]):
            tried = list(domains)
            tried[at] = 1 << place
            yield from self.readings(tried, 1 << at, fixed)

    def _narrow(self, domains: Domains, changed: int) -> bool:
        """Take away what cannot be, from layers that ``changed`` on; say if something is left."""
        while changed:
            before = list(domains)
            if not _spread(domains):
                return False
            changed |= _changes(before, domains)
            before = list(domains)
            for claim, members in self.claims:
                if members & changed:
                    claim.narrow(self.flow, domains)
            if not all(domains):
                return False
            narrowed = _changes(before, domains)
            if not narrowed:
                break
            changed = narrowed
        return True

    def _fixed(self, domains: Domains) -> int:
        return sum(1 << at for at, mask in enumerate(domains) if not mask & (mask - 1))

    def _broken(self, domains: Domains, already: int, fixed: int) -> bool:
        """Return whether a claim is broken all of whose layers have a place, the last just now."""
        reading = [mask.bit_length() - 1 for mask in domains]
        return any(
            not members & ~fixed and members & ~already and not claim.kept(self.flow, reading)
            for claim, members in self.claims
        )


def _changes(before: Domains, after: Domains) -> int:
    return sum(
        1 << at for at, (one, two) in enumerate(zip(before, after, strict=True)) if one != two
    )
