"""The few layers torch has no class for.

Each stands by itself, with nothing but torch around it: a standalone module carries the source
of those it uses. They take and give NCHW tensors, or NC for vectors.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class PaddedConv2d(nn.Conv2d):
    """A convolution whose zero padding differs between sides: left, right, top, bottom."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: tuple[int, int],
        *,
        stride: tuple[int, int],
        dilation: tuple[int, int],
        groups: int,
        bias: bool,
        sides: tuple[int, int, int, int],
    ) -> None:
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride=stride,
            dilation=dilation,
            groups=groups,
            bias=bias,
        )
        self.sides = sides

    def forward(self, input: Tensor) -> Tensor:
        return super().forward(F.pad(input, self.sides))

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, sides={self.sides}"


class CroppedConvTranspose2d(nn.ConvTranspose2d):
    """A transposed convolution that takes cells away: left, right, top, bottom."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: tuple[int, int],
        *,
        stride: tuple[int, int],
        dilation: tuple[int, int],
        groups: int,
        bias: bool,
        output_padding: tuple[int, int],
        sides: tuple[int, int, int, int],
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
        )
        self.sides = sides

    def forward(self, input: Tensor, output_size: list[int] | None = None) -> Tensor:
        left, right, top, bottom = self.sides
        return F.pad(super().forward(input, output_size), (-left, -right, -top, -bottom))

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, sides={self.sides}"


class PaddedMaxPool2d(nn.Module):
    """A max pool whose padding differs between sides: left, right, top, bottom."""

    def __init__(
        self,
        kernel_size: tuple[int, int],
        stride: tuple[int, int],
        sides: tuple[int, int, int, int],
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride
        self.sides = sides

    def forward(self, input: Tensor) -> Tensor:
        return F.max_pool2d(
            F.pad(input, self.sides, value=float("-inf")), self.kernel_size, self.stride
        )

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, sides={self.sides}"


class PaddedAvgPool2d(nn.Module):
    """An average pool whose padding differs between sides: left, right, top, bottom."""

    def __init__(
        self,
        kernel_size: tuple[int, int],
        stride: tuple[int, int],
        sides: tuple[int, int, int, int],
        count_include_pad: bool,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride
        self.sides = sides
        self.count_include_pad = count_include_pad

    def forward(self, input: Tensor) -> Tensor:
        mean = F.avg_pool2d(F.pad(input, self.sides), self.kernel_size, self.stride)
        if self.count_include_pad:
            return mean
        # The share of each window that lies on the map is the average of a map of ones.
        ones = F.pad(torch.ones_like(input[:1, :1]), self.sides)
        return mean / F.avg_pool2d(ones, self.kernel_size, self.stride)

    def extra_repr(self) -> str:
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, sides={self.sides}, "
            f"count_include_pad={self.count_include_pad}"
        )


class PartialBatchNorm1d(nn.BatchNorm1d):
    """Batch norm of vectors that learns only a scale (gamma) or only an offset (beta)."""

    def __init__(self, num_features: int, eps: float, momentum: float, gamma: bool) -> None:
        super().__init__(num_features, eps, momentum, affine=False)
        self.gamma = gamma
        if gamma:
            self.weight = nn.Parameter(torch.ones(num_features))
        else:
            self.bias = nn.Parameter(torch.zeros(num_features))

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, gamma={self.gamma}"


class PartialBatchNorm2d(nn.BatchNorm2d):
    """Batch norm of maps that learns only a scale (gamma) or only an offset (beta)."""

    def __init__(self, num_features: int, eps: float, momentum: float, gamma: bool) -> None:
        super().__init__(num_features, eps, momentum, affine=False)
        self.gamma = gamma
        if gamma:
            self.weight = nn.Parameter(torch.ones(num_features))
        else:
            self.bias = nn.Parameter(torch.zeros(num_features))

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, gamma={self.gamma}"


class ChannelLayerNorm(nn.LayerNorm):
    """Layer norm over the channels of a map, at each cell by itself."""

    def forward(self, input: Tensor) -> Tensor:
        return super().forward(input.movedim(1, -1)).movedim(-1, 1)


class Affine(nn.Module):
    """Constant scale and shift per channel, for maps of ``rank`` 2 or vectors of rank 0."""

    scale: Tensor
    shift: Tensor

    def __init__(self, scale: tuple[float, ...], shift: tuple[float, ...], rank: int) -> None:
        super().__init__()
        shape = (-1, *[1] * rank)
        self.register_buffer("scale", torch.tensor(scale).view(shape), persistent=False)
        self.register_buffer("shift", torch.tensor(shift).view(shape), persistent=False)

    def forward(self, input: Tensor) -> Tensor:
        return input * self.scale + self.shift


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


class MapLinear(nn.Linear):
    """A linear layer on a 1x1 map, which it takes as a vector."""

    def forward(self, input: Tensor) -> Tensor:
        return super().forward(input.flatten(1))


class DropPath(nn.Module):
    """In training, drop the value of a share of the images and scale up the others."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, input: Tensor) -> Tensor:
        if not self.training or self.rate == 0:
            return input
        keep = 1 - self.rate
        mask = input.new_empty((input.shape[0],) + (1,) * (input.ndim - 1)).bernoulli_(keep)
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
