"""One text for what several calls of a block have in common: ``c1`` for 64, 128, 192.

Where a number differs between the calls drawn as one it is written by the parameter that has
the same values, or by a plain multiple, part or offset of one: ``4c``, ``c/4``, ``C+32``.
What no parameter explains is written out: ``64|128``, or its range ``64…512``. In texts that
differ in their numbers only, ``3×3`` and ``5×5``, that holds for each of these: ``k×k``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from archdsl.ops import Shape

MOST_LISTED = 3

_NUMBER = re.compile(r"(\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name and its value in each of the calls."""

    name: str
    values: tuple[str, ...]


def common(values: Sequence[str], *preferences: Sequence[Symbol]) -> str:
    """Return one text that is true of all ``values``, by the first symbols that explain them."""
    known = _explained(values, preferences)
    if known is not None:
        return known
    distinct = list(dict.fromkeys(values))
    pieces = [_NUMBER.split(value) for value in values]
    if any(piece[::2] != pieces[0][::2] for piece in pieces):
        return "|".join(distinct)
    if pieces[0][::2] == ["", ""]:
        distinct.sort(key=float)
        few = len(distinct) <= MOST_LISTED
        return "|".join(distinct) if few else f"{distinct[0]}…{distinct[-1]}"
    columns = list(zip(*pieces, strict=True))
    found = [_explained(column, preferences) for column in columns]
    if None in found and len(distinct) <= MOST_LISTED:
        return "|".join(distinct)
    return "".join(
        as_factor(common(column, *preferences)) if text is None else text
        for column, text in zip(columns, found, strict=True)
    )


def skeleton(text: str) -> str:
    """Return a text with a mark in the place of each number."""
    return _NUMBER.sub("#", text)


def common_shape(
    shapes: Sequence[Shape], parameters: Sequence[Symbol], entry: Sequence[Symbol]
) -> str:
    """Return the text of a shape in each call; ``entry`` is what :func:`entry_symbols` gave."""
    if all(shape.triple == shapes[0].triple for shape in shapes):
        return str(shapes[0])
    height, width, channels = (entry[axis : axis + 1] for axis in range(3))
    known = (height, width, (*parameters, *channels))
    return "×".join(
        as_factor(common([str(shape.triple[axis]) for shape in shapes], known[axis]))
        for axis in range(3)
    )


def entry_symbols(shapes: Sequence[Shape], parameters: Sequence[Symbol]) -> tuple[Symbol, ...]:
    """Return H, W and C for the value that enters; ``Cin`` beside a parameter ``c``."""
    taken = {symbol.name.upper() for symbol in parameters}
    return tuple(
        Symbol(
            f"{letter}in" if letter in taken else letter,
            tuple(str(shape.triple[axis]) for shape in shapes),
        )
        for axis, letter in enumerate("HWC")
    )


def _explained(values: Sequence[str], preferences: Sequence[Sequence[Symbol]]) -> str | None:
    """Return what all ``values`` are, or the first symbol that they follow from, if any."""
    if all(value == values[0] for value in values):
        return values[0]
    spelled = tuple(value.replace("×", "x") for value in values)
    for symbols in preferences:
        for symbol in symbols:
            if symbol.values == spelled:
                return symbol.name
        for symbol in symbols:
            found = _relation(symbol, values)
            if found is not None:
                return found
    return None


def _relation(symbol: Symbol, values: Sequence[str]) -> str | None:
    """Return ``values`` as a multiple, part or offset of a symbol; None if they are neither."""
    column, numbers = _integers(symbol.values), _integers(values)
    if column is None or numbers is None or len(set(column)) == 1:
        return None
    pairs = list(zip(column, numbers, strict=True))
    known, number = pairs[0]
    if known > 0 and number > 0 and all(b * known == a * number for a, b in pairs):
        if number % known == 0:
            # `4c` as in the papers, but `24·squeeze`.
            times = "" if len(symbol.name) == 1 else "·"
            return f"{number // known}{times}{symbol.name}"
        if known % number == 0:
            return f"{symbol.name}/{known // number}"
    if all(b - a == number - known for a, b in pairs):
        offset = number - known
        return f"{symbol.name}+{offset}" if offset > 0 else f"{symbol.name}−{-offset}"
    return None


def _integers(values: Sequence[str]) -> list[int] | None:
    return [int(value) for value in values] if all(map(str.isdecimal, values)) else None


def as_factor(text: str) -> str:
    """Return ``text`` so that it reads as one factor of a product."""
    return f"({text})" if any(sign in text for sign in "+−|…") else text
