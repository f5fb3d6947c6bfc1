"""Operators and their arguments as a spec writes them."""

from __future__ import annotations

from enum import Enum
from typing import cast

from archdsl.ops import Argument, Declared, Kind, Operator, Shape, Sides, Size, signature
from archdsl.recipe import Ingredient


def call_text(op: Operator, widths: bool = True, exact: bool = False) -> str:
    """Return an operator as a call that would make it: ``conv 3x3/2 96 valid``.

    Without ``widths``, counts are left out: ``conv 3x3/2 valid``. An ``exact`` call also says
    what follows from the norm beside it, as ``bias=no``, and makes the operator by itself.
    """
    words = [op.name, *(_arguments(op, widths, exact) if _has_signature(op) else ())]
    if isinstance(shape := getattr(op, "shape", None), Shape):
        words.append(shape.source)
    return " ".join(words)


def line_text(line: Ingredient) -> str:
    """Return a line of a recipe: ``optimizer sgd 0.1 momentum=0.9``."""
    return " ".join((str(line), *_arguments(line)))


def _arguments(op: Declared, widths: bool = True, exact: bool = False) -> list[str]:
    words: list[str] = []
    named: list[str] = []
    stride = getattr(op, "stride", None)
    for argument in signature(type(op)):
        value = getattr(op, argument.field)
        if value == argument.default and not argument.required:
            continue
        if argument.field == "stride" and isinstance(getattr(op, "kernel", None), Size):
            continue
        if argument.kind is Kind.SWITCH and argument.default is None and not exact:
            continue  # Such a switch follows from other arguments unless it is given.
        if argument.kind is Kind.COUNT and not widths:
            continue
        text = value_text(value)
        if argument.field == "kernel" and isinstance(value, Size) and isinstance(stride, Size):
            words.append(patch(value, stride))
        elif argument.kind is Kind.SWITCH:
            is_word = argument.positional and value
            (words if is_word else named).append(
                argument.name if is_word else f"{argument.name}={text}"
            )
        elif argument.positional and isinstance(value, Enum | Size | int | float | str):
            words.append(text)
        else:
            named.append(f"{argument.name}={text}")
    return [*words, *named]


def patch(kernel: Size, stride: Size) -> str:
    steps = str(stride.height) if stride.is_square else stride.source
    return kernel.source if stride == Size(1, 1) else f"{kernel.source}/{steps}"


def value_text(value: object) -> str:
    """Return a value of an argument as a spec writes it."""
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g}" if float(f"{value:g}") == value else repr(value)
        case Size() | Shape():
            return value.source
        case Sides() | int() | str():
            return str(value)
        case Enum():
            return str(value.value)
        case Operator():
            return call_text(value)
        case tuple():
            return "[" + ", ".join(map(value_text, cast("tuple[object, ...]", value))) + "]"
        case _:
            return str(value)


def spoken(argument: Argument | None, value: object) -> str:
    """Return a value in the middle of a sentence: sizes with ×, a square stride as one number."""
    if isinstance(value, Size):
        square = argument is not None and argument.field != "kernel" and value.is_square
        return str(value.height) if square else str(value)
    return str(value) if isinstance(value, Shape) else value_text(value)


def _has_signature(op: Operator) -> bool:
    return not hasattr(op, "shape")
