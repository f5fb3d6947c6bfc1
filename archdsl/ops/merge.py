"""Joins: several branches in, one feature map out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archdsl.ops.operator import (
    Blame,
    Call,
    Operator,
    Picture,
    Role,
    check_size,
    function,
    operator,
)
from archdsl.ops.shapes import Shape, Size


@dataclass(frozen=True, slots=True, kw_only=True)
class Join(Operator):
    """What joins share: they take one input per branch."""

    joins: ClassVar[bool] = True
    commutes: ClassVar[bool] = True
    """Whether the order of the branches makes no difference."""
    gates: ClassVar[bool] = False
    """Whether a branch of one cell stands for a grid of any size, as torch stretches it."""
    torch_checks: ClassVar[bool] = False
    """Whether torch fails by itself where the branches' grids are unequal."""


@operator("concat")
@dataclass(frozen=True, slots=True, kw_only=True)
class Concat(Join):
    """Stack the branches' channels, in the order written.

    concat { conv 1x1 64; conv 3x3 128 }
    """

    commutes: ClassVar[bool] = False
    torch_checks: ClassVar[bool] = True

    def infer(self, *inputs: Shape) -> Shape:
        first = inputs[0]
        for operand, other in enumerate(inputs):
            if other.grid != first.grid:
                raise Blame(
                    "unequal-grids",
                    f"cannot concatenate {first.spoken} with {other.spoken}: grids differ",
                    operand=operand,
                )
        y = Shape(sum(x.channels for x in inputs), first.grid)
        check_size(y, 0)
        return y

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        return function("torch.cat", dim=1, listed=True)

    def picture(self) -> Picture:
        return Picture("concat", Role.MERGE, printed="Filter concat")


@operator("add")
@dataclass(frozen=True, slots=True, kw_only=True)
class Add(Join):
    """Sum the branches number by number; their shapes must be equal.

    add { conv 3x3 64; identity }
    """

    def infer(self, *inputs: Shape) -> Shape:
        first = inputs[0]
        for operand, other in enumerate(inputs):
            if other != first:
                raise Blame(
                    "unequal-branches",
                    f"cannot add {other.spoken} to {first.spoken}",
                    operand=operand,
                )
        return first

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        return function("archdsl.pytorch.layers.add").between("+")

    def picture(self) -> Picture:
        return Picture("+", Role.MERGE)


@operator("mul")
@dataclass(frozen=True, slots=True, kw_only=True)
class Mul(Join):
    """Multiply the branches number by number.

        mul { identity; avgpool global -> conv 1x1 64 act=sigmoid }

    A branch of one cell gates the whole grid, and a branch of one channel gates all channels.
    """

    gates: ClassVar[bool] = True

    def infer(self, *inputs: Shape) -> Shape:
        y = inputs[0]
        for operand, x in enumerate(inputs):
            pairs = tuple(zip(y.triple, x.triple, strict=True))
            if x.is_vector != y.is_vector or any(a != b and 1 not in (a, b) for a, b in pairs):
                raise Blame(
                    "unequal-branches",
                    f"cannot multiply {y.spoken} by {x.spoken}",
                    operand=operand,
                    help="each extent must be equal, or 1 to gate all of it",
                )
            height, width, channels = (max(a, b) for a, b in pairs)
            y = Shape(channels, None if y.grid is None else Size(height, width))
        check_size(y, 0)
        return y

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        return function("archdsl.pytorch.layers.mul").between("*")

    def picture(self) -> Picture:
        return Picture("×", Role.MERGE)
