"""The few layers torch has no class for.

Each stands by itself, with nothing but torch around it: a standalone module carries the source
of those it uses. They take and give NCHW tensors, or NC for vectors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class CroppedConvTranspose2d(nn.ConvTranspose2d):
    """A transposed convolution that takes cells away: left, right, top, bottom."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        *,
        sides: tuple[int, int, int, int],
        stride: int | tuple[int, int] = 1,
        output_padding: int | tuple[int, int] = 0,
        dilation: int | tuple[int, int] = 1,
        groups: int = 1,
        bias: bool = True,
        device: torch.device | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride=stride,
            dilation=dilation,
            groups=groups,
            bias=bias,
            output_padding=output_padding,
            device=device,
            dtype=dtype,
        )
        self.sides = sides

    def forward(self, input: Tensor, output_size: list[int] | None = None) -> Tensor:
        y = F.conv_transpose2d(
            input,
            self.weight,
            self.bias,
            self.stride,
            0,
            self.output_padding,
            self.groups,
            self.dilation,
        )
        left, right, top, bottom = self.sides
        return F.pad(y, (-left, -right, -top, -bottom))

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, sides={self.sides}"


class PaddedAvgPool2d(nn.Module):
    """An average pool with other padding on each side, which does not count.

    ``sides`` are left, right, top and bottom.
    """

    def __init__(
        self,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int],
        sides: tuple[int, int, int, int],
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride
        self.sides = sides

    def forward(self, input: Tensor) -> Tensor:
        mean = F.avg_pool2d(F.pad(input, self.sides), self.kernel_size, self.stride)
        # The share of each window that lies on the map is the average of a map of ones.
        ones = F.pad(torch.ones_like(input[:1, :1]), self.sides)
        return mean / F.avg_pool2d(ones, self.kernel_size, self.stride)

    def extra_repr(self) -> str:
        kernel, stride = self.kernel_size, self.stride
        return f"kernel_size={kernel}, stride={stride}, sides={self.sides}"


class PartialBatchNorm1d(nn.BatchNorm1d):
    """Batch norm of vectors that learns only a scale (gamma) or only an offset (beta)."""

    def __init__(
        self,
        num_features: int,
        eps: float,
        momentum: float,
        gamma: bool,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine=False)
        self.gamma = gamma
        if gamma:
            self.weight = nn.Parameter(torch.ones(num_features))
        else:
            self.bias = nn.Parameter(torch.zeros(num_features))

    def _check_input_dim(self, input: Tensor) -> None:
        """Ask nothing: a value that is traced has no number of dimensions yet."""

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, gamma={self.gamma}"


class PartialBatchNorm2d(nn.BatchNorm2d):
    """Batch norm of maps that learns only a scale (gamma) or only an offset (beta)."""

    def __init__(
        self,
        num_features: int,
        eps: float,
        momentum: float,
        gamma: bool,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine=False)
        self.gamma = gamma
        if gamma:
            self.weight = nn.Parameter(torch.ones(num_features))
        else:
            self.bias = nn.Parameter(torch.zeros(num_features))

    def _check_input_dim(self, input: Tensor) -> None:
        """Ask nothing: a value that is traced has no number of dimensions yet."""

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, gamma={self.gamma}"


class ChannelLayerNorm(nn.LayerNorm):
    """Layer norm over the channels of a map, at each cell by itself."""

    def forward(self, input: Tensor) -> Tensor:
        last = input.movedim(1, -1)
        shape, eps = self.normalized_shape, self.eps
        return F.layer_norm(last, shape, self.weight, self.bias, eps).movedim(-1, 1)


class Affine(nn.Module):
    """Constant scale and shift per channel, for maps of ``rank`` 2 or vectors of rank 0."""

    scale: Tensor
    shift: Tensor

    def __init__(
        self,
        scale: tuple[float, ...],
        shift: tuple[float, ...],
        rank: int,
    ) -> None:
        super().__init__()
        self.numbers = scale, shift
        shape = (-1, *[1] * rank)
        self.register_buffer("scale", torch.tensor(scale).view(shape), persistent=False)
        self.register_buffer("shift", torch.tensor(shift).view(shape), persistent=False)

    def forward(self, input: Tensor) -> Tensor:
        return input * self.scale + self.shift

    def _apply(self, *args: Any, **kwargs: Any) -> Any:
        """Go to another dtype or device with the constants as they are written.

        In double they have all their digits, also after a time in half; from meta they come back.
        """
        super()._apply(*args, **kwargs)
        for name, numbers in zip(("scale", "shift"), self.numbers, strict=True):
            moved = self.get_buffer(name)
            exact = torch.tensor(numbers, dtype=moved.dtype, device=moved.device)
            self.register_buffer(name, exact.view(moved.shape), persistent=False)
        return self


class LayerScale(nn.Module):
    """A learned factor per channel, for maps of ``rank`` 2 or vectors of rank 0."""

    def __init__(self, channels: int, init: float, rank: int) -> None:
        super().__init__()
        self.init = init
        self.weight = nn.Parameter(torch.full((channels, *[1] * rank), init))

    def forward(self, input: Tensor) -> Tensor:
        return input * self.weight

    def extra_repr(self) -> str:
        return f"{len(self.weight)}, init={self.init}"


class DropPath(nn.Module):
    """In training, drop the value of a share of the images and scale up the others."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, input: Tensor) -> Tensor:
        if not self.training or self.rate == 0:
            return input
        keep = 1 - self.rate
        shape = [input.shape[0]] + [1] * (input.dim() - 1)
        mask = input.new_empty(shape).bernoulli_(keep)
        return input * (mask / keep if keep > 0 else mask)

    def extra_repr(self) -> str:
        return f"rate={self.rate}"


class ChannelShuffle(nn.Module):
    """Deal the channels of each group out over all groups."""

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, input: Tensor) -> Tensor:
        grouped: Tensor = torch.unflatten(input, 1, (self.groups, -1))
        return grouped.transpose(1, 2).flatten(1, 2)

    def extra_repr(self) -> str:
        return f"groups={self.groups}"


class Parts(nn.Module):
    """Parts of a block under a name of their own; the block's forward runs them."""

    def __init__(self, **parts: nn.Module) -> None:
        super().__init__()
        for name, part in parts.items():
            self.add_module(name, part)

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


def truncated_normal_(weight: Tensor, variance: float, mode: str) -> Tensor:
    """Draw weights of ``variance`` over their fan, none farther than two deviations from zero.

    ``mode`` is fan_in, fan_out or fan_avg, as for TensorFlow's variance scaling.
    """
    cells = weight[0, 0].numel()
    into, out_of = weight.shape[1] * cells, weight.shape[0] * cells
    fan = {"fan_in": into, "fan_out": out_of, "fan_avg": (into + out_of) / 2}[mode]
    # The tails that are cut off make the rest less wide by this.
    std = (variance / fan) ** 0.5 / 0.8796256610342398
    return nn.init.trunc_normal_(weight, std=std, a=-2 * std, b=2 * std)


def sized(x: Tensor, shape: list[int], steps: list[int]) -> Tensor:
    """Return an input; raise ValueError where it has a size that the network is not written for.

    Each extent may differ from that in ``shape`` by multiples of its step, and not at all where
    the step is 0. The batch stands before them.
    """
    if torch.overrides.has_torch_function_unary(x):
        # torch.fx does not follow it: sizes are looked at when the network runs.
        hand_over = torch.overrides.handle_torch_function
        traced: Tensor = hand_over(sized, (x,), x, shape, steps)
        return traced
    given = list(x.shape[1:])
    fits = len(given) == len(shape)
    for at in range(len(shape) if fits else 0):
        apart, step = given[at] - shape[at], steps[at]
        fits = fits and (apart == 0 if step == 0 else apart % step == 0)
    if not fits:
        raise ValueError(
            f"an input is {given}, and the network is written for {shape} and sizes that differ "
            f"from it by multiples of {steps} (channels, height, width)"
        )
    return x


def add(first: Tensor, *others: Tensor) -> Tensor:
    """Sum tensors of one shape."""
    for other in others:
        first = first + other
    return first


def mul(first: Tensor, *others: Tensor) -> Tensor:
    """Multiply tensors; an extent of one stretches over the other's."""
    for other in others:
        first = first * other
    return first
