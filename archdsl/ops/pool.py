"""Pooling: windows without weights, whole-map pools and pools to a given grid."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from archdsl.ops.growth import Grown, fixed, slid
from archdsl.ops.operator import (
    Blame,
    Call,
    Kind,
    Operator,
    Picture,
    Plain,
    Role,
    argument,
    check_size,
    function,
    module,
    operator,
)
from archdsl.ops.reads import WHOLE, Window, divided, sliding
from archdsl.ops.shapes import ONE, Padding, PadRule, Shape, Sides, Size, Sliding
from archdsl.ops.windows import need_fit, need_map, padding_text, patch_text

_OF_WINDOWS = ("stride", "pad", "ceil")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool(Operator):
    """What pools share: a sliding window, `global`, or `to=` a grid, exactly one of the three."""

    kernel: Size | None = argument(
        Kind.SIZE, "window, and stride after a slash: 3x3/2", default=None, positional=True
    )
    stride: Size | None = argument(
        Kind.SIZE, "step of the window; 1 unless named, which an even window needs", default=None
    )
    pad: Padding = argument(
        Kind.PADDING, "`same`, `valid`, or cells per side", default=PadRule.SAME, positional=True
    )
    ceil: bool = argument(
        Kind.SWITCH,
        "round the output size up, as Caffe does",
        default=False,
        positional=True,
    )
    whole: bool = argument(
        Kind.SWITCH,
        "one window over the whole map",
        default=False,
        positional=True,
        name="global",
    )
    to: Size | None = argument(Kind.SIZE, "grid to end at, with windows that adapt", default=None)

    @classmethod
    def leaves_out(cls, given: Mapping[str, object]) -> frozenset[str]:
        """A pool has one of a window, `global` and `to=`; `ceil` goes with some paddings only."""
        out: set[str] = set()
        if given.get("kernel") is not None:
            out |= {"whole", "to"}
        elif given.get("whole"):
            out |= {"kernel", "to", *_OF_WINDOWS}
        elif given.get("to") is not None:
            out |= {"kernel", "whole", *_OF_WINDOWS}
        pad = given.get("pad")
        if pad is PadRule.SAME or (isinstance(pad, Sides) and pad.symmetric is None):
            out.add("ceil")
        return frozenset(out - given.keys())

    @property
    def steps(self) -> Size:
        return ONE if self.stride is None else self.stride

    @property
    def sliding(self) -> Sliding:
        assert self.kernel is not None, "infer has refused a pool without a window"
        return Sliding(self.kernel, self.steps, self.pad, ONE, self.ceil)

    def settled(self) -> Pool:
        windowed = self.kernel is not None and self.stride is None
        return replace(self, stride=self.steps) if windowed else self

    def infer(self, *inputs: Shape) -> Shape:
        (x,) = inputs
        grid = need_map(x, self.name)
        given = (self.kernel is not None) + self.whole + (self.to is not None)
        if given != 1:
            raise Blame(
                "missing-argument" if given == 0 else "conflicting-arguments",
                f"`{self.name}` needs one of a window, `global` and `to=`, and has "
                + ("none" if given == 0 else f"{given} of them"),
                help=f"`{self.name} 3x3/2`, `{self.name} global` or `{self.name} to=6x6`",
            )
        if self.kernel is None:
            if self.ceil or self.steps != ONE or self.pad is not PadRule.SAME:
                raise Blame(
                    "conflicting-arguments",
                    f"`{self.name}` over the whole map has no stride, padding or `ceil`",
                )
            y = Shape(x.channels, ONE if self.to is None else self.to)
            check_size(y, 0)
            return y
        if self.ceil and self.pad is PadRule.SAME:
            raise Blame(
                "conflicting-arguments",
                "`ceil` rounds the size of `valid` or explicit padding; `same` has its own rule",
                argument="ceil",
                help=f"`{self.name} {self.kernel.source} valid ceil` or leave `ceil` out",
            )
        if isinstance(self.pad, Sides):
            self._need_narrow(self.kernel, self.pad)
            if self.ceil and self.pad.symmetric is None:
                raise Blame(
                    "conflicting-arguments",
                    "`ceil` needs the same padding on opposite sides",
                    argument="ceil",
                    help="write the sides out so that no window is cut off, and drop `ceil`",
                )
        need_fit(self.sliding, x.channels, grid)
        if self.stride is None:
            self._need_stride(self.kernel, grid)
        return Shape(x.channels, self.sliding.over(grid))

    def _need_stride(self, kernel: Size, grid: Size) -> None:
        """An even window without a stride moves by one cell in papers, by itself in torch, Keras.

        An odd one moves by one cell: it is what branches of the papers' modules have. Nor is
        anything unclear where one window covers the grid.
        """
        here = self.sliding.over(grid)
        moves = any(k > 1 and n > 1 for k, n in zip(kernel.pair, here.pair, strict=True))
        if not moves or (kernel.height % 2 and kernel.width % 2):
            return
        there = replace(self.sliding, stride=kernel).over(grid)
        step = str(kernel.height) if kernel.is_square else kernel.source
        raise Blame(
            "ambiguous-argument",
            f"`{self.name}` has a {kernel.source} window without a stride, which could move by one"
            " cell, or by itself as in torch and Keras",
            argument="kernel",
            remark=f"{there.source} by itself, {here.source} by one cell",
            readings=(f"{{own:/{step}}}", "{own:/1}"),
        )

    def _need_narrow(self, kernel: Size, sides: Sides) -> None:
        """A window must not lie wholly in the padding, where there is nothing to pool."""
        over = max(sides.top, sides.bottom) > kernel.height // 2
        wide = max(sides.left, sides.right) > kernel.width // 2
        if over or wide:
            raise Blame(
                "padding-too-wide",
                f"padding {sides} is wider than half of the {kernel} window",
                argument="pad",
                help="a window could then lie wholly in the padding",
            )

    def growth(self) -> Grown:
        if self.kernel is None:
            return fixed(ONE if self.to is None else self.to)
        return slid(self.sliding)

    def window(self, x: Shape) -> Window:
        grid = need_map(x, self.name)
        if self.to is not None:
            return divided(grid, self.to)
        if self.kernel is None:
            return WHOLE
        return sliding(self.kernel, self.steps, ONE, self.sliding.sides(grid))

    def windowed(self, target: str, x: Shape, border: float, **keywords: Plain) -> Call:
        """Return the call for a sliding pool, after a ``border`` where its sides differ."""
        sliding = self.sliding
        grid = need_map(x, self.name)
        sides = sliding.sides(grid)
        amount = sides.symmetric
        call = module(
            target,
            sliding.kernel.pair,
            stride=self.steps.pair,
            padding=(0, 0) if amount is None else amount.pair,
            ceil_mode=sliding.ceil and amount is not None,
            **keywords,
        ).called("kernel_size", padding=(0, 0), ceil_mode=False, count_include_pad=True)
        call = call.meaning(kernel_size="kernel", padding="pad")
        if amount is not None:
            return call
        name = "torch.nn.functional.pad"
        if border == 0:
            return call.after(function(name, sides.torch).called("pad"))
        return call.after(function(name, sides.torch, value=border).called("pad"))

    def adaptive(self, target: str, output: Shape) -> Call:
        """Return the call for a pool to the grid of ``output``."""
        return module(target, (output.height, output.width)).called("output_size")

    def shown(self, title: str, printed: str) -> Picture:
        if self.kernel is None:
            patch = "global" if self.to is None else f"to {self.to}"
            return Picture(title, Role.POOL, patch, printed=printed)
        notes = [padding_text(self.pad, self.kernel), "ceil" if self.ceil else ""]
        return Picture(
            title,
            Role.POOL,
            patch_text(self.kernel, self.steps),
            remark=" ".join(note for note in notes if note),
            printed=printed,
        )


@operator("maxpool")
@dataclass(frozen=True, slots=True, kw_only=True)
class MaxPool(Pool):
    """Keep the largest value under the window.

    maxpool 3x3/2 valid
    """

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        if self.kernel is None:
            return self.adaptive("torch.nn.AdaptiveMaxPool2d", output)
        return self.windowed("torch.nn.MaxPool2d", inputs[0], border=-math.inf)

    def picture(self) -> Picture:
        return self.shown("max pool", "MaxPool")


@operator("avgpool")
@dataclass(frozen=True, slots=True, kw_only=True)
class AvgPool(Pool):
    """Average the values under the window.

        avgpool 7x7 valid

    Padding is left out of the average, as in TensorFlow, unless `count_include_pad=yes`.
    """

    count_include_pad: bool = argument(
        Kind.SWITCH, "count padding cells in the average", default=False
    )

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        if self.kernel is None:
            return self.adaptive("torch.nn.AdaptiveAvgPool2d", output)
        x = inputs[0]
        sides = self.sliding.sides(need_map(x, self.name))
        if sides.symmetric is None and not self.count_include_pad:
            return (
                module(
                    "archdsl.pytorch.layers.PaddedAvgPool2d",
                    self.sliding.kernel.pair,
                    stride=self.steps.pair,
                    sides=sides.torch,
                )
                .called("kernel_size")
                .meaning(kernel_size="kernel")
            )
        return self.windowed(
            "torch.nn.AvgPool2d", x, border=0.0, count_include_pad=self.count_include_pad
        )

    def picture(self) -> Picture:
        return self.shown("avg pool", "Avg pooling")
