"""What the names of both sides claim, all together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations

from archdsl.weights import names
from archdsl.weights.claims import (
    Claim,
    Counted,
    Inside,
    Leads,
    Paired,
    Repeated,
    Stacked,
    Whole,
)
from archdsl.weights.flow import Flow, bits
from archdsl.weights.units import Unit


def claims_of(
    flow: Flow,
    units: Sequence[Unit],
    domains: Sequence[int],
    *,
    ordered: bool,
    lists: bool,
) -> list[Claim]:
    """Return what the names claim; ``lists`` takes counted prefixes as one whole too."""
    root = names.groups_of(units)
    found: list[Claim] = []
    found += _called_alike(flow, root, units, domains)
    found += _in_words(flow, root, units, domains)
    found += [Whole(members) for members in names.wholes(root, units, lists=lists)]
    found += [Paired(tuple(pairs)) for pairs in names.norm_pairs(root, units)]
    found += [Leads(*pair) for pair in names.leads_to(units)]
    found += _counted(names.ranks(root, ordered), domains)
    found += [Repeated(one, other) for one, other in names.repeated(root, units)]
    found += [Stacked(*two) for one in names.branch_numbers(root) for two in combinations(one, 2)]
    return found


def _counted(ranks: dict[int, names.Place], domains: Sequence[int]) -> list[Claim]:
    classes: dict[int, list[int]] = {}
    for at, mask in enumerate(domains):
        classes.setdefault(mask, []).append(at)
    found: list[Claim] = []
    for alike in classes.values():
        first = tuple((a, b) for a in alike for b in alike if names.comes_first(ranks[a], ranks[b]))
        if first:
            found.append(Counted(first))
    return found


def _in_words(
    flow: Flow, root: names.Group, units: Sequence[Unit], domains: Sequence[int]
) -> list[Claim]:
    """Read words that say where a layer stands: behind a pool, in a shortcut."""
    found: list[Claim] = []
    pool = sum(1 << at for at, unit in enumerate(units) if "pool" in unit.path.lower())
    # Where all is under a name with the word in it, it says nothing.
    if pool and pool != root.members and _can_hold(flow.pooled, pool, flow, domains):
        found.append(Inside(pool, flow.pooled))
    short = 0
    for at, unit in enumerate(units):
        parts = unit.path.lower().replace("_", ".").split(".")
        if any(part in names.AGAINST_ADD for part in parts):
            short |= 1 << at
    alike = short.bit_count() == flow.shortcuts.bit_count()
    if short and alike and _can_hold(flow.shortcuts, short, flow, domains):
        found.append(Inside(short, flow.shortcuts))
    return found


def _called_alike(
    flow: Flow, root: names.Group, units: Sequence[Unit], domains: Sequence[int]
) -> list[Claim]:
    """Find names that the author of the spec chose and that the checkpoint has too."""
    while len(root.children) == 1 and root.unit is None:
        (root,) = root.children.values()
    from_root = _theirs_by_path(root, len(root.path))
    ours: dict[tuple[str, ...], int] = {}
    ours_anywhere: dict[str, int] = {}
    for at, parts in enumerate(flow.given):
        spelled = tuple(names.plain(part) for part in parts)
        for end in range(1, len(spelled) + 1):
            ours[spelled[:end]] = ours.get(spelled[:end], 0) | 1 << at
        for part in set(spelled):
            ours_anywhere[part] = ours_anywhere.get(part, 0) | 1 << at
    found: list[Claim] = []
    for path, mask in ours.items():
        theirs = from_root.get(path)
        if theirs is not None and _counts_alike(path, ours, from_root):
            found += _alike(theirs, mask, flow, domains)
    theirs_anywhere: dict[str, int] = {}
    for group in root.all():
        part = names.plain(group.name)
        theirs_anywhere[part] = theirs_anywhere.get(part, 0) | group.members
        for child in group.children.values():
            if group.name and child.name.isdigit():
                # What is `lateral.2` there is `lateral_2` here: labels have no dots.
                part = names.plain(f"{group.name}_{child.name}")
                theirs_anywhere[part] = theirs_anywhere.get(part, 0) | child.members
    for part, mask in ours_anywhere.items():
        theirs = theirs_anywhere.get(part, 0)
        counted = _counts_alike((part,), _last(ours_anywhere), _last(theirs_anywhere))
        if counted and theirs.bit_count() == mask.bit_count():
            found += _alike(theirs, mask, flow, domains)
    return list(dict.fromkeys(found))


def _last(anywhere: dict[str, int]) -> dict[tuple[str, ...], int]:
    return {(part,): mask for part, mask in anywhere.items()}


def _theirs_by_path(root: names.Group, start: int) -> dict[tuple[str, ...], int]:
    found: dict[tuple[str, ...], int] = {}
    for group in root.all():
        parts = group.path[start:].lstrip(".").split(".")
        if parts != [""]:
            key = tuple(names.plain(part) for part in parts)
            found[key] = found.get(key, 0) | group.members
    return found


def _counts_alike(
    path: tuple[str, ...], ours: dict[tuple[str, ...], int], theirs: dict[tuple[str, ...], int]
) -> bool:
    """Return whether numbers in a name count the same things: `conv2` of two is not of three."""
    bones, numbers = names.skeleton(path[-1])
    if not numbers:
        return True
    if bones == "#":
        return False
    sides: list[set[object]] = []
    for side in (ours, theirs):
        beside = (other[-1] for other in side if other[:-1] == path[:-1])
        sides.append({n for b, n in map(names.skeleton, beside) if b == bones})
    return sides[0] == sides[1]


def _alike(theirs: int, ours: int, flow: Flow, domains: Sequence[int]) -> list[Claim]:
    smaller_is_theirs = theirs.bit_count() <= ours.bit_count()
    if smaller_is_theirs and not _can_hold(ours, theirs, flow, domains):
        return []
    if not smaller_is_theirs and not _covers(theirs, ours, domains):
        return []
    return [Inside(theirs, ours)]


def _can_hold(ours: int, theirs: int, flow: Flow, domains: Sequence[int]) -> bool:
    """Return whether there are as many of ours of each shape as a set of theirs needs."""
    needed = Counter(domains[at] for at in bits(theirs))
    return all((mask & ours).bit_count() >= count for mask, count in needed.items())


def _covers(theirs: int, ours: int, domains: Sequence[int]) -> bool:
    given = Counter(domains[at] for at in bits(theirs))
    return all(given[mask] >= (mask & ours).bit_count() for mask in set(domains) if mask & ours)
