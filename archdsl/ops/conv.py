"""Convolutions: the weighted windows."""

from __future__ import annotations

from dataclasses import dataclass, replace

from archdsl.ops.activation import Activation
from archdsl.ops.growth import Grown, Growth, by_axis, slid
from archdsl.ops.norm import Norm
from archdsl.ops.operator import (
    TAKEN,
    Blame,
    Call,
    Cost,
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
from archdsl.ops.reads import Window, sliding, transposed
from archdsl.ops.shapes import ONE, Padding, PadRule, Shape, Sides, Size, Sliding
from archdsl.ops.windows import need_fit, need_groups, need_map, padding_text, patch_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Convolution(Operator):
    """What convolutions share: the signature, the bias rule and the unit with norm and activation.

    Without `bias=` there is a bias exactly where no norm follows.
    """

    kernel: Size = argument(Kind.SIZE, "window, and stride after a slash: 3x3/2", positional=True)
    channels: int = argument(Kind.COUNT, "filters, the output channels", positional=True)
    stride: Size = argument(Kind.SIZE, "step of the window", default=ONE)
    pad: Padding = argument(
        Kind.PADDING, "`same`, `valid`, or cells per side", default=PadRule.SAME, positional=True
    )
    dilation: Size = argument(Kind.SIZE, "distance between taps", default=ONE)
    groups: int = argument(Kind.COUNT, "groups of channels convolved apart", default=1)
    bias: bool | None = argument(Kind.SWITCH, "learned offset per filter", default=None)
    norm: Norm | None = argument(
        Kind.OPERATOR, "normalisation that follows", default=None, words={"none": None}, base=Norm
    )
    act: Activation | None = argument(
        Kind.OPERATOR,
        "activation that follows; `linear` for none",
        default=None,
        words={"linear": None, "none": None},
        base=Activation,
    )

    @property
    def has_bias(self) -> bool:
        return self.norm is None if self.bias is None else self.bias

    @property
    def learned(self) -> tuple[str, ...]:
        return ("weight", "bias") if self.has_bias else ("weight",)

    def unit(self) -> tuple[tuple[str, Operator], ...]:
        bare = replace(self, bias=self.has_bias, norm=None, act=None)
        return bare.then(("norm", self.norm), ("act", self.act))

    @property
    def reach(self) -> Size:
        return Sliding(self.kernel, dilation=self.dilation).reach

    def weights(self, x: Shape) -> int:
        """Numbers in the kernel tensor over an input ``x``, biases left out."""
        return self.kernel.area * (x.channels // self.groups) * self.channels

    def cost_over(self, x: Shape, places: int) -> Cost:
        """Return the cost of applying every kernel at ``places`` grid cells."""
        weights = self.weights(x)
        biases = self.channels if self.has_bias else 0
        return Cost(weights, weights + biases, weights * places)

    def call(self, target: str, x: Shape, **keywords: Plain) -> Call:
        call = module(
            target,
            x.channels,
            self.channels,
            self.kernel.pair,
            stride=self.stride.pair,
            dilation=self.dilation.pair,
            groups=self.groups,
            bias=self.has_bias,
            **keywords,
        )
        call = call.called(
            "in_channels",
            "out_channels",
            "kernel_size",
            stride=(1, 1),
            padding=(0, 0),
            output_padding=(0, 0),
            dilation=(1, 1),
            groups=1,
            bias=True,
        )
        return call.meaning(
            in_channels=TAKEN, out_channels="channels", kernel_size="kernel", padding="pad"
        )

    def with_width(self, width: int) -> Convolution:
        return replace(self, channels=width)

    def shown(self, title: str) -> Picture:
        notes = [padding_text(self.pad, self.kernel)]
        if self.dilation != ONE:
            step = self.dilation
            notes.append(f"dilated {step.height if step.is_square else step}")
        if self.groups > 1:
            notes.append(f"{self.groups} groups")
        return Picture(
            title,
            Role.WEIGHTED,
            patch_text(self.kernel, self.stride),
            str(self.channels),
            " ".join(note for note in notes if note),
        )


@operator("conv")
@dataclass(frozen=True, slots=True, kw_only=True)
class Conv(Convolution):
    """Slide learned kernels over a feature map.

        conv 3x3/2 96 valid

    `same` keeps ceil(n/stride) cells, the odd one of its padding at the bottom and the right.
    """

    @property
    def sliding(self) -> Sliding:
        return Sliding(self.kernel, self.stride, self.pad, self.dilation)

    def infer(self, *inputs: Shape) -> Shape:
        (x,) = inputs
        grid = need_map(x, self.name)
        need_groups(self.groups, x, self.channels)
        need_fit(self.sliding, x.channels, grid)
        y = Shape(self.channels, self.sliding.over(grid))
        check_size(y, self.weights(x))
        return y

    def cost(self, inputs: tuple[Shape, ...], output: Shape) -> Cost:
        return self.cost_over(inputs[0], output.cells)

    def growth(self) -> Grown:
        return slid(self.sliding)

    def window(self, x: Shape) -> Window:
        sides = self.sliding.sides(need_map(x, self.name))
        return sliding(self.kernel, self.stride, self.dilation, sides)

    def completes(self, before: Operator, x: Shape) -> bool:
        """A pointwise convolution completes the depthwise one before it: both are a separable one.

        So the tables of Inception and Xception count. MobileNet counts both, and has a norm and an
        activation between them.
        """
        depthwise = isinstance(before, Conv) and before.groups == x.channels > 1
        return depthwise and self.kernel == ONE and self.groups == 1

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        x = inputs[0]
        sides = self.sliding.sides(need_map(x, self.name))
        amount = sides.symmetric
        if amount is None:
            bordered = function("torch.nn.functional.pad", sides.torch).called("pad")
            return self.call("torch.nn.Conv2d", x, padding=(0, 0)).after(bordered)
        return self.call("torch.nn.Conv2d", x, padding=amount.pair)

    def picture(self) -> Picture:
        return self.shown("conv")


@operator("upconv")
@dataclass(frozen=True, slots=True, kw_only=True)
class UpConv(Convolution):
    """Enlarge a feature map with a transposed convolution.

        upconv 2x2/2 64

    `same` gives stride times the grid, `valid` keeps every cell the kernels reach, and explicit
    padding takes cells away from the sides.
    """

    def _full(self, grid: Size) -> Size:
        """The grid before anything is taken away from its sides."""
        return Size(
            (grid.height - 1) * self.stride.height + self.reach.height,
            (grid.width - 1) * self.stride.width + self.reach.width,
        )

    def _trim(self) -> tuple[Sides, Size]:
        """Return what is cut from each side, and what is added at the bottom and the right.

        `same` is the gradient of the strided SAME convolution, as in TensorFlow: of the
        surplus reach - stride, the odd cell goes from the bottom and the right.
        """
        if isinstance(self.pad, Sides):
            return self.pad, Size(0, 0)
        if self.pad is PadRule.VALID:
            return Sides(), Size(0, 0)
        spare_h = self.reach.height - self.stride.height
        spare_w = self.reach.width - self.stride.width
        cut_h, cut_w = max(spare_h, 0), max(spare_w, 0)
        cut = Sides(cut_h // 2, cut_h - cut_h // 2, cut_w // 2, cut_w - cut_w // 2)
        return cut, Size(max(-spare_h, 0), max(-spare_w, 0))

    def infer(self, *inputs: Shape) -> Shape:
        (x,) = inputs
        grid = need_map(x, self.name)
        need_groups(self.groups, x, self.channels)
        full, (cut, extra) = self._full(grid), self._trim()
        height = full.height - cut.top - cut.bottom + extra.height
        width = full.width - cut.left - cut.right + extra.width
        if height < 1 or width < 1:
            raise Blame(
                "kernel-too-large",
                f"taking {self.pad} away from the sides of a {full} grid leaves nothing",
                argument="pad",
                remark=f"the grid here is {grid}",
            )
        y = Shape(self.channels, Size(height, width))
        check_size(Shape(self.channels, full), self.weights(x))
        check_size(y, 0)
        return y

    def cost(self, inputs: tuple[Shape, ...], output: Shape) -> Cost:
        return self.cost_over(inputs[0], inputs[0].cells)

    def growth(self) -> Grown:
        cut, extra = self._trim()
        taken = (cut.top + cut.bottom, cut.left + cut.right)

        def axis(at: int) -> Growth:
            step = self.stride.pair[at]
            more = self.reach.pair[at] - step - taken[at] + extra.pair[at]
            return Growth(times=step, more=more)

        return by_axis(axis)

    def window(self, x: Shape) -> Window:
        cut, _ = self._trim()
        return transposed(self.kernel, self.stride, self.dilation, cut)

    def lower(self, inputs: tuple[Shape, ...], output: Shape) -> Call:
        x = inputs[0]
        cut, extra = self._trim()
        amount = cut.symmetric
        if amount is None:
            target = "archdsl.pytorch.layers.CroppedConvTranspose2d"
            return self.call(target, x, output_padding=extra.pair, sides=cut.torch)
        target = "torch.nn.ConvTranspose2d"
        return self.call(target, x, output_padding=extra.pair, padding=amount.pair)

    def picture(self) -> Picture:
        return self.shown("up-conv")
