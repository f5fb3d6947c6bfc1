"""Arguments of operators, drawn from the operators' own signatures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from archdsl.ops import Argument, Kind, Operator, operators, signature
from tests.trees import Ref

Draw = Callable[..., Any]

COUNTS = st.sampled_from([1, 2, 2, 3, 4, 4, 6, 8])
EXTENTS = st.integers(1, 12)
SIDES = st.integers(0, 3)

maps = st.tuples(EXTENTS, EXTENTS, COUNTS)
vectors = st.tuples(COUNTS)
shapes = st.one_of(maps, maps, maps, vectors)


def sizes(top: int) -> st.SearchStrategy[object]:
    side = st.integers(1, top)
    return st.one_of(st.tuples(side, side), st.tuples(side, side), side)


def paddings() -> st.SearchStrategy[object]:
    return st.one_of(
        st.sampled_from(["same", "valid"]),
        SIDES,
        st.tuples(SIDES, SIDES),
        st.lists(SIDES, min_size=4, max_size=4),
    )


def numbers(argument: Argument) -> st.SearchStrategy[float]:
    low = -2.0 if argument.low is None else argument.low
    high = 2.0 if argument.high is None else argument.high
    return st.sampled_from([low, high, (low + high) / 2, low + (high - low) / 8])


def values(argument: Argument) -> st.SearchStrategy[Any]:
    """Values of an argument's kind, in the ranges its signature gives."""
    match argument.kind:
        case Kind.COUNT:
            return COUNTS
        case Kind.INTEGER:
            return st.integers(0, 4)
        case Kind.NUMBER:
            return numbers(argument)
        case Kind.NUMBERS:
            return st.lists(st.sampled_from([-1.0, 0.0, 0.5, 2.0]), min_size=1, max_size=4)
        case Kind.SIZE:
            return sizes({"kernel": 5, "to": 9}.get(argument.name, 3))
        case Kind.PADDING:
            return paddings()
        case Kind.SWITCH:
            return st.booleans()
        case Kind.WORD:
            return st.sampled_from(sorted(argument.words))
        case Kind.OPERATOR:
            base = argument.base or Operator
            names = sorted(n for n, cls in operators().items() if issubclass(cls, base))
            inner = st.sampled_from(names).flatmap(
                lambda name: st.builds(Ref, st.just(name), arguments(name, nested=True))
            )
            return st.one_of(st.sampled_from(sorted(argument.words)), inner, inner)


EITHER = ("kernel", "global", "to", "factor")
"""Of these an operator takes one, whichever of them it has."""


def alternatives(name: str) -> st.SearchStrategy[list[str]]:
    """Choose one of the arguments that exclude each other, and now and then none or several."""
    known = [argument.name for argument in signature(operators()[name]) if argument.name in EITHER]
    if len(known) < 2:
        return st.just(known)
    one = st.sampled_from(known).map(lambda chosen: [chosen])
    return st.one_of(one, one, one, st.lists(st.sampled_from(known), max_size=2, unique=True))


@st.composite
def arguments(draw: Draw, name: str, nested: bool = False) -> dict[str, Any]:
    """Arguments for an operator, by name: those it needs, and some of the others."""
    given: dict[str, Any] = {}
    chosen = draw(alternatives(name))
    for argument in signature(operators()[name]):
        if argument.name in EITHER:
            if argument.name in chosen:
                given[argument.name] = draw(values(argument))
        elif argument.required or (
            not (nested and argument.kind is Kind.OPERATOR) and draw(st.integers(0, 2)) == 0
        ):
            given[argument.name] = draw(values(argument))
    return given
