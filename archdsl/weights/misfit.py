"""Messages for a checkpoint that does not fit a network, or fits in two ways."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from archdsl.diagnostics import near_names
from archdsl.weights.flow import Flow, bits
from archdsl.weights.units import Unit
from archdsl.weights.wiring import Wiring

MOST_LISTED = 8
MOST_DIFFERENT = 6


def misfit(
    ours: Sequence[Unit], theirs: Sequence[Unit], heads: Collection[str], has_pins: bool
) -> str:
    """Say what is missing, what is left over, and what comes nearest."""
    missing, left = _unpaired(ours, theirs, heads)
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
        lines.append(
            "all shapes occur, but the pins leave no way to lay them out"
            if has_pins
            else "all shapes occur, but not so that each layer finds one place"
        )
    return "\n".join(lines)


def ambiguous(
    ours: Sequence[Unit],
    theirs: Sequence[Unit],
    one: Sequence[int],
    other: Sequence[int],
    pinned: Sequence[int] | None,
    *,
    seen: bool,
) -> str:
    """Show two readings and how to decide between them; ``seen`` is how the model runs."""
    first = {place: theirs[at].path for at, place in enumerate(one)}
    second = {place: theirs[at].path for at, place in enumerate(other)}
    places = [place for place in range(len(ours)) if first[place] != second[place]]
    lines = [
        f"the match is ambiguous: `{ours[places[0]].path}` could be `{first[places[0]]}` or "
        f"`{second[places[0]]}`; shapes and names allow both readings:"
    ]
    for place in places[:MOST_DIFFERENT]:
        lines.append(f"  `{ours[place].path}` is `{first[place]}` | `{second[place]}`")
    if len(places) > MOST_DIFFERENT:
        lines.append(f"  … and {len(places) - MOST_DIFFERENT} more layers")
    if pinned:
        chosen = " ".join(f"--pin {theirs[at].path}={ours[one[at]].path}" for at in pinned)
        lines.append(f"{chosen} takes the first of them")
        lines.append(f"`--pin {second[places[0]]}={ours[places[0]].path}` takes it away")
    else:
        lines.append("`--pin THEIRS=OURS` says which, and more than six layers need one")
    if not seen:
        lines.append("`--order PACKAGE:MODEL` takes how a package's own model runs")
    return "\n".join(lines)


def undecided(ours: Sequence[Unit], theirs: Sequence[Unit], domains: Sequence[int]) -> str:
    """Say that there are too many ways to look at, and where."""
    at = max(range(len(theirs)), key=lambda number: domains[number].bit_count())
    return (
        f"the match is ambiguous: `{theirs[at].path}` has the shape of "
        f"{domains[at].bit_count()} layers of the network, and there are too many ways to lay "
        "the checkpoint out; `--pin THEIRS=OURS` or `--order PACKAGE:MODEL` says which"
    )


def wired_otherwise(
    flow: Flow, theirs: Sequence[Unit], domains: Sequence[int], wiring: Wiring
) -> str:
    """Say that the model computes something else, and where one of its layers shows it."""
    lines = [
        "the model of this checkpoint wires its layers in another way than the spec, though all "
        "shapes occur"
    ]
    at = {unit.path: number for number, unit in enumerate(theirs)}
    for path, read in wiring.reads.items():
        places = list(bits(domains[at[path]])) if path in at else []
        counts = {flow.before[place].bit_count() for place in places}
        if len(places) == 1 and len(read) not in counts:
            (place,) = places
            ours = [flow.units[one].path for one in bits(flow.before[place])]
            lines.append(f"  theirs: `{path}` reads {_listed(sorted(read))}")
            lines.append(f"  spec: `{flow.units[place].path}` reads {_listed(ours)}")
            break
    return "\n".join(lines)


def _listed(paths: Sequence[str]) -> str:
    more = len(paths) - MOST_DIFFERENT
    shown = ", ".join(f"`{path}`" for path in paths[:MOST_DIFFERENT]) or "the input"
    return f"{shown} and {more} more" if more > 0 else shown


def _unpaired(
    ours: Sequence[Unit], theirs: Sequence[Unit], heads: Collection[str]
) -> tuple[list[Unit], list[Unit]]:
    """Pair units by shape alone, as many as there are; return what remains on both sides."""
    left = list(theirs)
    missing: list[Unit] = []
    for unit in ours:
        partner = next((o for o in left if unit.fits(o)), None)
        if partner is None and unit.path in heads:
            partner = next((o for o in left if unit.fits(o, any_width=True)), None)
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
