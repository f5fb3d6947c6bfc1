"""What the names in a checkpoint say of its layers: evidence, never proof.

Layers of a checkpoint are numbered as they come. A name claims something only where public models
keep to it: see docs/weights.md, which lists what is believed and what is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise, takewhile
from string import ascii_lowercase

from archdsl.weights.units import Unit

SIZED = r"\d+x\d+|(?:(?<=conv)|(?<=pool)|(?<=norm))[123]d"
NUMBER = re.compile(rf"(?P<size>{SIZED})|(?P<count>\d+)(?P<letter>[a-z](?![a-z]))?", re.IGNORECASE)
"""What counts in a name; `3x3` and the `2d` of `conv2d` do not."""

COUNTED_BRANCHES = ("branch", "branches", "path", "paths", "b")

UPWARDS = ("up", "dec", "top", "fpn", "lateral", "inner", "smooth", "p")
"""Words of parts that networks also run from the highest number down."""

NORMS = ("bn", "norm", "gn", "ln", "n", "batchnorm")
AGAINST_ADD = ("shortcut", "downsample", "skip", "identity")


@dataclass(slots=True)
class Group:
    """A prefix in a checkpoint: what it holds, by the next part of the name."""

    name: str
    path: str
    members: int = 0
    unit: int | None = None
    children: dict[str, Group] = field(default_factory=dict[str, "Group"])

    def all(self) -> Iterator[Group]:
        yield self
        for child in self.children.values():
            yield from child.all()


def groups_of(units: Sequence[Unit]) -> Group:
    """Return the tree that the layers' names span, children in the order in which they come."""
    root = Group("", "")
    for at, unit in enumerate(units):
        node = root
        node.members |= 1 << at
        for part in unit.path.split("."):
            path = f"{node.path}.{part}".removeprefix(".")
            node = node.children.setdefault(part, Group(part, path))
            node.members |= 1 << at
        node.unit = at
    return root


Numbers = tuple[tuple[int, str], ...]


def skeleton(name: str) -> tuple[str, Numbers]:
    """Return a name without what counts in it, and that.

    ``Mixed_5b`` and ``Mixed_5c`` are alike, with 5b and 5c as what counts.
    """
    numbers: list[tuple[int, str]] = []

    def taken(found: re.Match[str]) -> str:
        if found["size"]:
            return found["size"]
        numbers.append((int(found["count"]), found["letter"] or ""))
        return "#"

    return NUMBER.sub(taken, name), tuple(numbers)


def series(children: Iterable[Group]) -> list[list[tuple[Numbers, Group]]]:
    """Return the children whose names differ in their numbers only, each by its numbers."""
    found: dict[str, list[tuple[Numbers, Group]]] = {}
    letters: dict[str, Group] = {}
    for child in children:
        bones, numbers = skeleton(child.name)
        if numbers:
            found.setdefault(bones, []).append((numbers, child))
        elif len(child.name) == 1:
            letters[child.name.lower()] = child
    # RegNet's a, b, c: a run of the alphabet from its beginning.
    run = [letters[name] for name in takewhile(letters.__contains__, ascii_lowercase)]
    if len(run) > 1 and len(run) == len(letters):
        found["a"] = [(((at, ""),), child) for at, child in enumerate(run)]
    return [sorted(one, key=lambda pair: pair[0]) for one in found.values() if len(one) > 1]


def counts_upwards(parent: Group, one: Sequence[Group], ordered: bool) -> bool:
    """Return whether the numbers of a series say in which order it runs.

    They do not in parts that are also run backwards, nor where the model itself, by the order
    of its file, comes to them in another order.
    """
    word = re.sub(r"[\W\d_]+", " ", f"{parent.name} {one[0].name}").lower().split()
    if any(w == u or (len(u) > 1 and w.startswith(u)) for w in word for u in UPWARDS):
        return False
    if not ordered:
        return True
    firsts = [group.members & -group.members for group in one]
    return firsts == sorted(firsts)


Place = tuple[tuple[str, Numbers], ...]
"""Where a layer stands in the tree of names: at each level a name without numbers, and those."""


def ranks(root: Group, ordered: bool) -> dict[int, Place]:
    """Return for each layer the series it is in, from the root on, and its number there."""
    found: dict[int, Place] = {}

    def walk(group: Group, place: Place) -> None:
        if group.unit is not None:
            found[group.unit] = place
        numbered: dict[str, tuple[str, Numbers]] = {}
        for one in series(group.children.values()):
            if counts_upwards(group, [child for _, child in one], ordered):
                bones = skeleton(one[0][1].name)[0]
                for numbers, child in one:
                    numbered[child.name] = (bones, numbers)
        for child in group.children.values():
            walk(child, (*place, numbered.get(child.name, (child.name, ()))))

    walk(root, ())
    return found


def comes_first(one: Place, other: Place) -> bool:
    """Return whether the names put one layer before another, wherever one leads to the other."""
    for (bones, mine), (others, theirs) in zip(one, other, strict=False):
        if (bones, mine) != (others, theirs):
            return bones == others and mine < theirs and mine != ()
    return False


def may_be_list(group: Group, parent: Group | None, units: Sequence[Unit]) -> bool:
    """Return whether a prefix may only keep layers together that do not run together.

    Such are lists, which are called in the plural or by a letter and count their members.
    """
    if not all(name.isdigit() for name in group.children):
        return False
    leaves = [child.unit for child in group.children.values()]
    kinds = {units[leaf].kind for leaf in leaves if leaf is not None}
    if len(kinds) > 1:
        return False  # kernels and norms in turn: a sequence
    word = re.sub(r"[\d_]+$", "", group.name)
    if word == "":
        return parent is None or may_be_list(parent, None, units)
    if len(word) == 1 or (word.endswith("s") and not word.endswith("ss")):
        return True
    if None in leaves or not kinds or parent is None:
        return False
    return any(
        beside is not group
        and set(beside.children) == set(group.children)
        and {units[g.unit].kind for g in beside.children.values() if g.unit is not None} != kinds
        for beside in parent.children.values()
    )


def wholes(root: Group, units: Sequence[Unit], *, lists: bool) -> list[int]:
    """Return the sets of layers that run together, from one place of the network to another."""
    found: list[int] = []

    def walk(group: Group, parent: Group | None) -> None:
        is_list = may_be_list(group, parent, units) or (
            not lists and all(name.isdigit() for name in group.children)
        )
        if parent is not None and len(group.children) > 1 and not is_list:
            found.append(group.members)
        for child in group.children.values():
            walk(child, group)
        # `branch7x7_1` and `branch7x7_2` are one branch.
        by_stem: dict[str, int] = {}
        for child in group.children.values():
            stem = re.fullmatch(r"((?:\w*_)?branch\w*?)_\d+[a-z]?", child.name, re.IGNORECASE)
            if stem is not None and stem[1].lower() != "branch":
                by_stem[stem[1]] = by_stem.get(stem[1], 0) | child.members
        found.extend(mask for mask in by_stem.values() if mask.bit_count() > 1)

    walk(root, None)
    return [mask for mask in dict.fromkeys(found) if mask.bit_count() > 1]


def branch_numbers(root: Group) -> list[list[int]]:
    """Return the branches that are counted as such, which a concat stacks as they are counted."""
    return [
        [child.members for _, child in one]
        for group in root.all()
        for one in series(group.children.values())
        if re.sub(
            r"[\d_#]+$", "", group.name if one[0][1].name.isdigit() else one[0][1].name
        ).lower()
        in COUNTED_BRANCHES
    ]


def norm_pairs(root: Group, units: Sequence[Unit]) -> list[list[tuple[int, int]]]:
    """Return kernels and norms that names put together, in sets that all do so in one way."""
    found: list[list[tuple[int, int]]] = []
    called: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for group in root.all():
        leaves = {c.name: c.unit for c in group.children.values() if c.unit is not None}
        by_bones: dict[tuple[str, str], dict[Numbers, int]] = {}
        for name, at in leaves.items():
            bones, numbers = skeleton(name)
            by_bones.setdefault((units[at].kind, bones), {})[numbers] = at
            for norm in NORMS[:3]:
                for kernel in (name.removesuffix(f"_{norm}"), name.removeprefix(f"{norm}_")):
                    partner = leaves.get(kernel)
                    if kernel != name and partner is not None and units[at].kind != "kernel":
                        called.setdefault(("", norm), []).append((partner, at))
        if len(leaves) == len(group.children) == 2:
            one, other = sorted(leaves, key=lambda name: units[leaves[name]].kind)
            if units[leaves[one]].kind == "kernel" and units[leaves[other]].kind != "kernel":
                called.setdefault((one, other), []).append((leaves[one], leaves[other]))
        found += _paired(by_bones)
        lists = {
            name: {c.name: c.unit for c in child.children.values() if c.unit is not None}
            for name, child in group.children.items()
            if child.children and all(part.isdigit() for part in child.children)
        }
        for one, other in combinations(lists.values(), 2):
            sides = (_in_list(held, units, str(side)) for side, held in enumerate((one, other)))
            found += _paired(dict(sides))
    return [*found, *called.values()]


def _in_list(
    held: Mapping[str, int], units: Sequence[Unit], name: str
) -> tuple[tuple[str, str], dict[Numbers, int]]:
    kinds = {units[at].kind for at in held.values()}
    return ("/".join(sorted(kinds)), name), {((int(key), ""),): at for key, at in held.items()}


def _paired(
    by_bones: Mapping[tuple[str, str], Mapping[Numbers, int]],
) -> list[list[tuple[int, int]]]:
    """Return the one series of kernels and the one of norms that count alike, pair by pair."""
    found: list[list[tuple[int, int]]] = []
    counts = {tuple(sorted(held)) for held in by_bones.values() if set(held) != {()}}
    for count in sorted(counts):
        alike = {kind: h for kind, h in by_bones.items() if tuple(sorted(h)) == count}
        kernels = [h for (kind, _), h in alike.items() if kind == "kernel"]
        norms = [h for (kind, _), h in alike.items() if kind in ("norm", "numbers")]
        if len(kernels) == len(norms) == 1:
            found.append([(kernels[0][number], norms[0][number]) for number in count])
    return found


def leads_to(units: Sequence[Unit]) -> list[tuple[int, int]]:
    """Return layers whose names say that the one feeds the other.

    As in Caffe's Inception networks: ``3x3_reduce`` feeds ``3x3``, or ``3x3_1``, which feeds
    ``3x3_2``.
    """
    at = {unit.path: number for number, unit in enumerate(units)}
    found: list[tuple[int, int]] = []
    for path in at:
        stem = path.removesuffix("_reduce")
        if stem == path:
            continue
        chain = [path, *([stem] if stem in at else [])]
        while f"{stem}_{len(chain)}" in at:
            chain.append(f"{stem}_{len(chain)}")
        found += [(at[one], at[other]) for one, other in pairwise(chain)]
    return found


def repeated(root: Group, units: Sequence[Unit]) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return pairs of kernels that are called the same in two copies of one thing.

    The two of a pair have one shape in at least one of the copies.
    """
    found: list[tuple[tuple[int, int], tuple[int, int]]] = []
    for group in root.all():
        for one in series(group.children.values()):
            inside = [_kernels_inside(child, units) for _, child in one]
            for number, (first, second) in enumerate(pairwise(inside)):
                if not _is_copy(first, second, units):
                    continue
                both = [name for name in first if name in second]
                # A copy is held against the first as well: shapes may tell there.
                for other in {0, number}:
                    for x, y in combinations(both, 2):
                        if x not in inside[other] or y not in inside[other]:
                            continue
                        mine = (second[x], second[y])
                        theirs = (inside[other][x], inside[other][y])
                        if any(units[a].shapes == units[b].shapes for a, b in (mine, theirs)):
                            found.append((mine, theirs))
    return list(dict.fromkeys(found))


def _is_copy(one: Mapping[str, int], other: Mapping[str, int], units: Sequence[Unit]) -> bool:
    """Return whether two blocks have the same layers, one perhaps with a shortcut more."""
    if not (set(one) <= set(other) or set(other) <= set(one)):
        return False
    return all(
        units[one[name]].shapes["weight"][2:] == units[other[name]].shapes["weight"][2:]
        for name in one
        if name in other
    )


def _kernels_inside(group: Group, units: Sequence[Unit]) -> dict[str, int]:
    return {
        child.path.removeprefix(group.path): child.unit
        for child in group.all()
        if child.unit is not None and units[child.unit].kind == "kernel" and child is not group
    }


def plain(name: str) -> str:
    """Return a name without what spellings differ in."""
    return name.lower().replace("_", "").replace("-", "")
