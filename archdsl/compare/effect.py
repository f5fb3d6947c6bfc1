"""Which arguments of two operators differ in what they do.

`same` and `pad=1` are one and the same for a 3x3 with stride 1, and any padding is for a 1x1
whose grid it keeps. Operators are the same where torch would be called alike, here and on other
grids.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from archdsl.ops import Blame, Call, Operator, Shape, Size

Inputs = tuple[Shape, ...]

PROBES = 8
"""Grids tried beside the one at hand, each a cell larger: rounding shows for strides up to this."""


class Effects:
    """Compares operators by what they do; remembers what it has found."""

    def __init__(self) -> None:
        self._differing: dict[tuple[Operator, Operator, Inputs], tuple[str, ...]] = {}
        self._calls: dict[tuple[Operator, Inputs], Call | str | None] = {}

    def differing(self, a: Operator, b: Operator, inputs: Inputs) -> tuple[str, ...]:
        """Return the fields in which two operators of one class differ to some effect.

        ``inputs`` are the shapes that one of them has.
        """
        if a == b:
            return ()
        key = (a, b, inputs)
        if key not in self._differing:
            self._differing[key] = self._find(a, b, inputs)
        return self._differing[key]

    def _find(self, a: Operator, b: Operator, inputs: Inputs) -> tuple[str, ...]:
        names = [field.name for field in fields(_data(a))]
        unequal = [name for name in names if getattr(a, name) != getattr(b, name)]
        if self._alike(a, b, inputs):
            return ()
        telling = [
            name
            for name in unequal
            if not self._alike(a, _with(a, name, b), inputs)
            or not self._alike(b, _with(b, name, a), inputs)
        ]
        return tuple(telling or unequal)

    def _alike(self, a: Operator, b: Operator, inputs: Inputs) -> bool:
        """Return whether torch is called alike on ``inputs`` and on larger grids."""
        compared = False
        for more in range(PROBES + 1):
            here = tuple(_grown(shape, more) for shape in inputs)
            first, second = self._call(a, here), self._call(b, here)
            if first != second:
                return False
            compared = compared or isinstance(first, Call)
        return compared

    def _call(self, op: Operator, inputs: Inputs) -> Call | str | None:
        """Return the call of an operator; why there is none; None if it has no call at all."""
        key = (op, inputs)
        if key not in self._calls:
            try:
                self._calls[key] = op.lower(inputs, op.infer(*inputs))
            except Blame as blame:
                self._calls[key] = blame.code
            except NotImplementedError:
                self._calls[key] = None
        return self._calls[key]


def _grown(shape: Shape, more: int) -> Shape:
    if shape.grid is None:
        return shape
    return Shape(shape.channels, Size(shape.height + more, shape.width + more))


def _with(op: Operator, name: str, other: Operator) -> Operator:
    return replace(_data(op), **{name: getattr(other, name)})


def _data(op: Operator) -> Any:
    return op
