"""From differences at single places to statements over many, from the whole to the detail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from archdsl.compare.difference import Difference, Findings, Kind, Place, Relation, Statement
from archdsl.compare.places import Places
from archdsl.graph import Graph
from archdsl.ops import Argument, Input, operators, signature
from archdsl.ops import Kind as ArgumentKind

FEW = 3
"""Statements on one argument of a single place each; more of them are told as one."""
MOST_CASES = 8


class Level(IntEnum):
    """Where a statement stands: the whole network first, its details last."""

    ENDS = 0
    EVERYWHERE = 1
    PARTS = 2
    MANY = 3
    ONE = 4
    AUX = 5


@dataclass(frozen=True, slots=True)
class _Draft:
    level: Level
    at: int
    relation: Relation
    places: tuple[Place, ...]
    where: str
    what: str
    differences: tuple[Difference, ...]


def gather(a: Graph, b: Graph, found: Findings) -> tuple[Statement, ...]:
    """Return the statements that all differences come down to."""
    return _Gatherer(a, b, found).statements() if found.differences else ()


class _Gatherer:
    def __init__(self, a: Graph, b: Graph, found: Findings) -> None:
        self.a = a
        self.found = found
        self.places = Places(a, found.pairs, b)
        self.everywhere = _everywhere(a, found)

    def statements(self) -> tuple[Statement, ...]:
        groups: dict[object, list[Difference]] = {}
        for one in self.found.differences:
            groups.setdefault((one.what, self._beside(one)), []).append(one)
        drafts = [self._draft(tuple(group)) for group in self._condensed(list(groups.values()))]
        drafts.sort(key=lambda draft: (draft.level, draft.at))
        merged: dict[object, list[_Draft]] = {}
        for number, draft in enumerate(drafts):
            told_apart = not draft.places or draft.differences[0].kind is Kind.COUNT
            key = number if told_apart else (draft.relation, draft.where, draft.places)
            merged.setdefault(key, []).append(draft)
        return tuple(
            Statement(
                group[0].where,
                "; ".join(draft.what for draft in group),
                tuple(one for draft in group for one in draft.differences),
            )
            for group in merged.values()
        )

    def _beside(self, one: Difference) -> object:
        """Return what keeps differences apart that read the same: heads from the main network.

        Where a thing is so everywhere, heads are part of that.
        """
        if one.place is None:
            return id(one)
        return one.kind is Kind.COUNT and id(one)

    def _condensed(self, groups: list[list[Difference]]) -> Iterator[list[Difference]]:
        """Yield groups; those that differ in their numbers only, and by one rule, as one.

        The rule is one factor between the numbers, or that there are many such groups of one
        place each.
        """
        alike: dict[object, list[list[Difference]]] = {}
        for group in groups:
            one = group[0]
            key: object = id(group)
            if one.kind is Kind.ARGUMENT:
                key = (one.operator, one.argument)
            elif one.kind is Kind.STEPS and any(one.brief):
                key = (one.relation, one.brief, one.branch)
            alike.setdefault(key, []).append(group)
        for same in alike.values():
            together = [one for group in same for one in group]
            alone = [group for group in same if len(group) == 1]
            if len(same) == 1 or together[0].kind is Kind.STEPS or _ratio(together) is not None:
                yield together
            elif len(alone) > FEW:
                yield from (group for group in same if len(group) > 1)
                yield [one for group in alone for one in group]
            else:
                yield from same

    def _draft(self, group: tuple[Difference, ...]) -> _Draft:
        first = group[0]
        places = tuple(dict.fromkeys(one.place for one in group if one.place is not None))
        level = self._level(first, places)
        at = min((self.places.order.get(place, 0) for place in places), default=0)
        where = self._where(first, places)
        if len({one.what for one in group}) == 1:
            what = _what(first)
        elif first.kind is Kind.STEPS:
            what = f"{_what(replace(first, a=first.brief[0], b=first.brief[1]))}, of several widths"
        elif (ratio := _ratio(group)) is not None:
            what = f"{_name(first)} × {ratio}"
        else:
            where, what = f"{len(places)} times `{first.operator}`", self._cases(group)
        return _Draft(level, at, first.relation, places, where, what, group)

    def _where(self, one: Difference, places: Sequence[Place]) -> str:
        if not places:
            return ""
        if one.kind is Kind.COUNT:
            return self.places.around(places[0], one.operator)
        if one.kind is Kind.WEIGHT or (one.kind is Kind.SOURCE and one.operator == "aux"):
            return self.places.heads(places)
        described = self.places.describe(places)
        if one.relation is Relation.WITHIN:
            number = None if one.branch is None else one.branch[0]
            number = one.branch[1] if number is None and one.branch is not None else number
            return described if number is None else f"branch {number} of {described}"
        return f"{one.relation.value} {described}".lstrip()

    def _cases(self, group: Sequence[Difference]) -> str:
        """Return what differs place by place."""
        cases = [
            f"{self.places.name(one.place)} {_values(one)}"
            for one in group
            if one.place is not None
        ]
        shown = cases if len(cases) <= MOST_CASES + 1 else cases[:MOST_CASES]
        more = f", and {len(cases) - len(shown)} more" if len(shown) < len(cases) else ""
        return f"{_name(group[0])}: " + ", ".join(shown) + more

    def _level(self, one: Difference, places: Sequence[Place]) -> Level:
        if one.kind is Kind.OUTPUT or (one.operator == Input.name and places):
            return Level.ENDS
        if places and all(self.places.is_aux(place) for place in places):
            return Level.AUX
        if places and frozenset(places) in self.everywhere:
            return Level.EVERYWHERE
        if one.kind in (Kind.COUNT, Kind.HEAD, Kind.ORDER):
            return Level.PARTS
        if one.kind in (Kind.STEPS, Kind.BRANCH) and len(places) < 2:
            return Level.PARTS
        return Level.MANY if len(places) > 1 else Level.ONE


def _everywhere(graph: Graph, found: Findings) -> frozenset[frozenset[Place]]:
    """Return, for each operator that is there several times, all its places."""
    by_name: dict[str, set[Place]] = {}
    for pair in found.pairs:
        by_name.setdefault(graph.nodes[pair.place.a].op.name, set()).add(pair.place)
    return frozenset(frozenset(places) for places in by_name.values() if len(places) > 1)


def _what(one: Difference) -> str:
    match one.kind:
        case Kind.ARGUMENT:
            return _argument_text(one)
        case Kind.COUNT:
            return f"{one.b} × `{one.operator}` instead of {one.a} ×"
        case Kind.ORDER if one.a is not None and "->" in one.a:
            return f"followed by `{one.b}` instead of `{one.a}`"
        case Kind.ORDER:
            return f"branches in another order: {one.b} instead of {one.a}"
        case Kind.SOURCE:
            return f"reads `{one.b}` instead of `{one.a}`"
        case Kind.WEIGHT:
            return f"loss weight {one.b} instead of {one.a}"
        case Kind.OUTPUT if one.a is None or one.b is None:
            return f"{one.operator}: {_only(one)}"
        case _ if one.a is None or one.b is None:
            return _only(one)
        case _:
            return f"`{one.b}` instead of `{one.a}`"


def _only(one: Difference) -> str:
    return f"`{one.a}`, A only" if one.b is None else f"`{one.b}`, B only"


def _argument_text(one: Difference) -> str:
    if (one.a, one.b) == ("yes", "no"):
        return f"no {_name(one)}"
    if (one.a, one.b) == ("no", "yes"):
        return _name(one)
    return f"{_name(one)} {_values(one)}"


def _name(one: Difference) -> str:
    argument = _argument(one)
    return str(one.argument) if argument is None else argument.name


def _values(one: Difference) -> str:
    argument = _argument(one)
    return f"{_spoken(argument, one.b)} instead of {_spoken(argument, one.a)}"


def _spoken(argument: Argument | None, text: str | None) -> str:
    """Return a value in the middle of a sentence: 3×3, and a stride of 2x2 as 2."""
    if text is None:
        return "nothing"
    if argument is None:
        return text.replace("x", "×")  # The shape of an input, which has no signature.
    if argument.kind is not ArgumentKind.SIZE:
        return text
    height, _, width = text.partition("x")
    return height if height == width and argument.field != "kernel" else f"{height}×{width}"


def _argument(one: Difference) -> Argument | None:
    cls = operators().get(one.operator)
    known = () if cls is None else signature(cls)
    return next((argument for argument in known if argument.field == one.argument), None)


def _ratio(group: Sequence[Difference]) -> str | None:
    """Return the one factor between two numbers at every place, if there is one."""
    try:
        ratios = {float(one.b or "") / float(one.a or "") for one in group}
    except (ValueError, ZeroDivisionError):
        return None
    return f"{ratios.pop():g}" if len(ratios) == 1 else None
