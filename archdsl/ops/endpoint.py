"""Where values come in from outside. Written with the `input` statement, not called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archdsl.ops.operator import Operator, Picture, Role, check_size
from archdsl.ops.shapes import Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Input(Operator):
    """An image or a vector that comes in from outside; it has no operands and no lowering."""

    name: ClassVar[str] = "input"
    writes: ClassVar[bool] = False
    shape: Shape

    def infer(self, *inputs: Shape) -> Shape:
        check_size(self.shape, 0)
        return self.shape

    def picture(self) -> Picture:
        return Picture("input", Role.ENDPOINT)
