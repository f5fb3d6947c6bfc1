"""Operators that pass each number on where it stands: as it is, scaled, or now and then as zero."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archdsl.ops.operator import (
    Call,
    Kind,
    Operator,
    Picture,
    Role,
    argument,
    function,
    module,
    operator,
)
from archdsl.ops.shapes import Shape


@operator("identity")
@dataclass(frozen=True, slots=True, kw_only=True)
class Identity(Operator):
    """Pass the value on unchanged.

    identity
    """

    writes: ClassVar[bool] = False

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        return module("torch.nn.Identity")

    def picture(self) -> Picture:
        return Picture("identity", Role.SHAPE)


@operator("dropout")
@dataclass(frozen=True, slots=True, kw_only=True)
class Dropout(Operator):
    """In training, set a share of the numbers to zero; in evaluation, change nothing.

    dropout 0.4
    """

    only_trains: ClassVar[frozenset[str]] = frozenset({"rate"})
    rate: float = argument(
        Kind.NUMBER, "share set to zero", default=0.5, positional=True, low=0.0, high=1.0
    )

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        return module("torch.nn.Dropout", self.rate).called("p").meaning(p="rate")

    def picture(self) -> Picture:
        return Picture("dropout", Role.REGULARISE, remark=f"{self.rate:g}")


@operator("droppath")
@dataclass(frozen=True, slots=True, kw_only=True)
class DropPath(Operator):
    """In training, drop the whole value for a share of the images (stochastic depth).

        droppath 0.1

    Images that keep it are scaled up, so that the mean stays what it is in evaluation.
    """

    only_trains: ClassVar[frozenset[str]] = frozenset({"rate"})
    rate: float = argument(
        Kind.NUMBER, "share of images dropped", default=0.1, positional=True, low=0.0, high=1.0
    )

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        return module("archdsl.pytorch.layers.DropPath", self.rate).called("rate")

    def picture(self) -> Picture:
        return Picture("drop path", Role.REGULARISE, remark=f"{self.rate:g}")


@operator("scale")
@dataclass(frozen=True, slots=True, kw_only=True)
class Scale(Operator):
    """Multiply every number by a constant.

    scale 0.17
    """

    factor: float = argument(Kind.NUMBER, "the constant", positional=True)

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        return function("torch.mul", self.factor).called("factor").between("*")

    def picture(self) -> Picture:
        return Picture(f"× {self.factor:g}", Role.SHAPE, printed=f"Scaling × {self.factor:g}")
