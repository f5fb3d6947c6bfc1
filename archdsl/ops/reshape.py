"""Operators that move, leave out or repeat numbers without learning any."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from archdsl.ops.growth import Grown, Growth, fixed
from archdsl.ops.operator import (
    Blame,
    Call,
    Kind,
    Operator,
    Picture,
    Role,
    argument,
    check_size,
    function,
    module,
    operator,
)
from archdsl.ops.reads import WHOLE, Window, bilinear, moved, nearest
from archdsl.ops.shapes import Padding, PadRule, Shape, Sides, Size
from archdsl.ops.windows import need_map


@operator("flatten")
@dataclass(frozen=True, slots=True, kw_only=True)
class Flatten(Operator):
    """Turn a feature map into a vector, channel by channel.

    flatten
    """

    writes: ClassVar[bool] = False

    def infer(self, *inputs: Shape) -> Shape:
        y = Shape(inputs[0].elements)
        check_size(y, 0)
        return y

    def window(self, x: Shape) -> Window:
        return WHOLE

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        return module("torch.nn.Flatten")

    def picture(self) -> Picture:
        return Picture("flatten", Role.SHAPE)


class Edge(Enum):
    """What a padded border is filled with."""

    ZERO = "zero"
    REFLECT = "reflect"
    REPLICATE = "replicate"


@operator("pad")
@dataclass(frozen=True, slots=True, kw_only=True)
class Pad(Operator):
    """Add a border to the grid.

        pad 3 reflect

    The amount is cells on every side, rows x columns, or [top, bottom, left, right].
    """

    amount: Padding = argument(Kind.PADDING, "cells per side", positional=True)
    edge: Edge = argument(
        Kind.WORD,
        "what fills the border",
        default=Edge.ZERO,
        positional=True,
        words={edge.value: edge for edge in Edge},
    )

    def infer(self, *inputs: Shape) -> Shape:
        (x,) = inputs
        grid = need_map(x, self.name)
        if not isinstance(self.amount, Sides):
            raise Blame(
                "argument-type",
                f"`pad` needs a number of cells, not `{self.amount.value}`",
                argument="amount",
                help="`pad 1`, `pad 1x2` or `pad [0, 1, 0, 1]`",
            )
        sides = self.amount
        if self.edge is Edge.REFLECT and (
            max(sides.top, sides.bottom) >= grid.height
            or max(sides.left, sides.right) >= grid.width
        ):
            raise Blame(
                "padding-too-wide",
                f"a {grid} grid has too few cells to reflect {sides}",
                argument="amount",
                remark=f"the grid here is {grid}",
            )
        y = Shape(
            x.channels,
            Size(
                grid.height + sides.top + sides.bottom,
                grid.width + sides.left + sides.right,
            ),
        )
        check_size(y, 0)
        return y

    def window(self, x: Shape) -> Window:
        assert isinstance(self.amount, Sides), "infer has refused a padding rule"
        return moved(self.amount)

    def growth(self) -> Grown:
        assert isinstance(self.amount, Sides), "infer has refused a padding rule"
        sides = self.amount
        return Growth(more=sides.top + sides.bottom), Growth(more=sides.left + sides.right)

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        assert not isinstance(self.amount, PadRule), "infer has refused a padding rule"
        kinds = {
            Edge.ZERO: "torch.nn.ZeroPad2d",
            Edge.REFLECT: "torch.nn.ReflectionPad2d",
            Edge.REPLICATE: "torch.nn.ReplicationPad2d",
        }
        return module(kinds[self.edge], self.amount.torch).called("padding")

    def picture(self) -> Picture:
        remark = str(self.amount) if self.edge is Edge.ZERO else f"{self.amount} {self.edge.value}"
        return Picture("pad", Role.SHAPE, remark=remark)


@operator("crop")
@dataclass(frozen=True, slots=True, kw_only=True)
class Crop(Operator):
    """Take cells away from the sides of the grid.

        crop 4

    The amount is cells from every side, rows x columns, or [top, bottom, left, right].
    """

    amount: Padding = argument(Kind.PADDING, "cells per side", positional=True)

    def infer(self, *inputs: Shape) -> Shape:
        (x,) = inputs
        grid = need_map(x, self.name)
        if not isinstance(self.amount, Sides):
            raise Blame(
                "argument-type",
                f"`crop` needs a number of cells, not `{self.amount.value}`",
                argument="amount",
                help="`crop 4`, `crop 1x2` or `crop [0, 1, 0, 1]`",
            )
        sides = self.amount
        height = grid.height - sides.top - sides.bottom
        width = grid.width - sides.left - sides.right
        if height < 1 or width < 1:
            raise Blame(
                "argument-out-of-range",
                f"taking {sides} away from the sides of a {grid} grid leaves nothing",
                argument="amount",
                remark=f"the grid here is {grid}",
            )
        return Shape(x.channels, Size(height, width))

    def window(self, x: Shape) -> Window:
        assert isinstance(self.amount, Sides), "infer has refused a padding rule"
        sides = self.amount
        return moved(Sides(-sides.top, -sides.bottom, -sides.left, -sides.right))

    def growth(self) -> Grown:
        assert isinstance(self.amount, Sides), "infer has refused a padding rule"
        sides = self.amount
        return Growth(more=-sides.top - sides.bottom), Growth(more=-sides.left - sides.right)

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        assert not isinstance(self.amount, PadRule), "infer has refused a padding rule"
        cut = tuple(-cells for cells in self.amount.torch)
        return function("torch.nn.functional.pad", cut).called("pad")

    def picture(self) -> Picture:
        return Picture("crop", Role.SHAPE, remark=str(self.amount))


@operator("slice")
@dataclass(frozen=True, slots=True, kw_only=True)
class Slice(Operator):
    """Keep the channels from `start` up to `stop`, which is not kept itself.

        slice 0 58

    Channels are counted from 0. Two slices split a map in two, as ShuffleNet v2 does.
    """

    writes: ClassVar[bool] = False

    start: int = argument(Kind.INTEGER, "first channel kept", positional=True)
    stop: int = argument(Kind.INTEGER, "first channel no longer kept", positional=True)

    def infer(self, *inputs: Shape) -> Shape:
        (x,) = inputs
        if self.stop > x.channels:
            raise Blame(
                "argument-out-of-range",
                f"there is no slice up to {self.stop} of {x.channels} channels",
                argument="stop",
                remark=f"the input has {x.channels} channels",
            )
        if self.start >= self.stop:
            raise Blame(
                "argument-out-of-range",
                f"a slice from {self.start} up to {self.stop} is empty",
                argument="stop",
                help="`slice 0 58` keeps 58 channels, the first of them 0",
            )
        return Shape(self.stop - self.start, x.grid)

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        call = function("torch.narrow", 1, self.start, output.channels)
        return call.called("dim", "start", "length")

    def picture(self) -> Picture:
        return Picture("slice", Role.SHAPE, remark=f"{self.start}–{self.stop - 1}")


class Blend(Enum):
    """How the values between cells are found."""

    NEAREST = "nearest"
    BILINEAR = "bilinear"


@operator("resize")
@dataclass(frozen=True, slots=True, kw_only=True)
class Resize(Operator):
    """Enlarge the grid by a whole factor, or bring it to a given size.

        resize 2 bilinear

    Cells are aligned by their area (torch's `align_corners=False`).
    """

    factor: int | None = argument(
        Kind.COUNT, "cells per cell and axis", default=None, positional=True
    )
    to: Size | None = argument(Kind.SIZE, "grid to end at", default=None)
    blend: Blend = argument(
        Kind.WORD,
        "nearest or bilinear",
        default=Blend.NEAREST,
        positional=True,
        words={blend.value: blend for blend in Blend},
    )

    @classmethod
    def leaves_out(cls, given: Mapping[str, object]) -> frozenset[str]:
        one_of = {name for name in ("factor", "to") if given.get(name) is not None}
        return frozenset({"factor", "to"} - one_of if one_of else ())

    def infer(self, *inputs: Shape) -> Shape:
        (x,) = inputs
        grid = need_map(x, self.name)
        if (self.factor is None) == (self.to is None):
            raise Blame(
                "missing-argument" if self.factor is None else "conflicting-arguments",
                "`resize` needs a factor or `to=` a grid, and not both",
                help="`resize 2` or `resize to=64x64`",
            )
        if self.factor is not None:
            grid = Size(grid.height * self.factor, grid.width * self.factor)
        y = Shape(x.channels, grid if self.to is None else self.to)
        check_size(y, 0)
        return y

    def window(self, x: Shape) -> Window:
        grid, to = need_map(x, self.name), need_map(self.infer(x), self.name)
        return nearest(grid, to) if self.blend is Blend.NEAREST else bilinear(grid, to)

    def growth(self) -> Grown:
        if self.to is not None:
            return fixed(self.to)
        assert self.factor is not None, "infer has refused a resize without a size"
        return Growth(times=self.factor), Growth(times=self.factor)

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        align = {} if self.blend is Blend.NEAREST else {"align_corners": False}
        if self.factor is not None:
            factor = float(self.factor)
            return module("torch.nn.Upsample", scale_factor=factor, mode=self.blend.value, **align)
        size = (output.height, output.width)
        return module("torch.nn.Upsample", size=size, mode=self.blend.value, **align)

    def picture(self) -> Picture:
        patch = f"×{self.factor}" if self.to is None else f"to {self.to}"
        remark = "" if self.blend is Blend.NEAREST else self.blend.value
        return Picture("resize", Role.SHAPE, patch, remark=remark)


@operator("shuffle")
@dataclass(frozen=True, slots=True, kw_only=True)
class Shuffle(Operator):
    """Deal the channels of each group out over all groups (ShuffleNet paper, figure 1).

    shuffle 2
    """

    groups: int = argument(Kind.COUNT, "groups the channels come in", positional=True)

    def infer(self, *inputs: Shape) -> Shape:
        (x,) = inputs
        need_map(x, self.name)
        if x.channels % self.groups:
            raise Blame(
                "indivisible-groups",
                f"{self.groups} groups do not divide {x.channels} channels",
                argument="groups",
                remark=f"the input has {x.channels} channels",
            )
        return x

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        return module("archdsl.pytorch.layers.ChannelShuffle", self.groups).called("groups")

    def picture(self) -> Picture:
        return Picture("shuffle", Role.SHAPE, remark=f"{self.groups} groups")
