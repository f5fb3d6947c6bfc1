"""Operators and ingredients as plain data, which json takes."""

from __future__ import annotations

from dataclasses import fields
from enum import Enum
from typing import Any, cast

from archdsl.ops.operator import Declared
from archdsl.ops.shapes import Shape, Sides, Size


def arguments_of(declared: Declared) -> dict[str, Any]:
    """Return the arguments of an operator or an ingredient by their names, as plain data."""
    data: Any = declared
    return {field.name: plain(getattr(declared, field.name)) for field in fields(data)}


def plain(value: object) -> Any:
    """Return a value of the language as numbers, texts and lists of them.

    A size is its rows and columns, a shape height, width and channels, sides are top, bottom,
    left and right.
    """
    match value:
        case Size():
            return list(value.pair)
        case Shape():
            return list(value.triple)
        case Sides():
            return [value.top, value.bottom, value.left, value.right]
        case Enum():
            return value.value
        case tuple():
            return [plain(one) for one in cast("tuple[object, ...]", value)]
        case _:
            return value
