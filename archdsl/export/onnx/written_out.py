"""Layers that ONNX has no operator for, or not quite the same one, as others for a while."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from archdsl.pytorch.layers import PaddedAvgPool2d

Forward = Callable[[Tensor], Tensor]


@contextmanager
def written_out(module: nn.Module) -> Generator[None]:
    """Let the layers of a module that ONNX cannot say compute the same by others.

    Adaptive max pools take their windows one by one. The nearest cells of a grid of any size are
    taken by their numbers: where a cell lies just on the border of two, runtimes round otherwise.
    Averages that round up and count padding leave out what lies beyond it.
    """
    written: list[nn.Module] = []
    for layer in module.modules():
        forward = _other(layer)
        if forward is not None:
            vars(layer)["forward"] = forward
            written.append(layer)
    try:
        yield
    finally:
        for layer in written:
            del vars(layer)["forward"]


def _other(layer: nn.Module) -> Forward | None:
    match layer:
        case nn.AdaptiveMaxPool2d():
            return _windows(layer)
        case nn.Upsample(mode="nearest") if layer.size is not None:
            return _nearest(layer)
        case nn.AvgPool2d(ceil_mode=True, count_include_pad=True):
            return _counted(layer)
        case _:
            return None


def _windows(pool: nn.AdaptiveMaxPool2d) -> Forward:
    rows, columns = _pair(cast("int | tuple[int, int]", pool.output_size))
    return lambda x: _largest(_largest(x, 2, rows), 3, columns)


def _largest(x: Tensor, dim: int, count: int) -> Tensor:
    """Return the largest values of ``count`` windows along a side, parted as torch parts it."""
    length = x.shape[dim]
    windows = [(i * length // count, -(-(i + 1) * length // count)) for i in range(count)]
    parts = [x.narrow(dim, a, b - a).amax(dim, keepdim=True) for a, b in windows]
    return torch.cat(parts, dim)


def _nearest(layer: nn.Upsample) -> Forward:
    rows, columns = _pair(cast("int | tuple[int, int]", layer.size))
    return lambda x: _copied(_copied(x, 2, rows), 3, columns)


def _copied(x: Tensor, dim: int, count: int) -> Tensor:
    """Return ``count`` cells along a side, each the one that torch takes."""
    length = x.shape[dim]
    if length == count:
        return x
    cells = torch.arange(length, dtype=torch.float32, device="cpu").view(1, 1, length)
    taken = F.interpolate(cells, size=count, mode="nearest").view(count)
    return x.index_select(dim, taken.to(device=x.device, dtype=torch.int64))


def _counted(pool: nn.AvgPool2d) -> Forward:
    kernel, stride, padding = map(_pair, (pool.kernel_size, pool.stride, pool.padding))

    def forward(x: Tensor) -> Tensor:
        grid = (x.shape[2], x.shape[3])
        like = torch.zeros(1, 1, *grid, device="cpu")
        counts = F.avg_pool2d(like, kernel, stride, padding, ceil_mode=True).shape[2:]
        below, right = (
            max((count - 1) * step + side - (length + 2 * pad), 0)
            for count, step, side, length, pad in zip(
                counts, stride, kernel, grid, padding, strict=True
            )
        )
        if below == right == 0:  # rounding down gives as many windows
            return F.avg_pool2d(x, kernel, stride, padding)
        rows, columns = padding
        padded = F.pad(x, (columns, columns, rows, rows))
        return PaddedAvgPool2d(kernel, stride, (0, right, 0, below))(padded)

    return forward


def _pair(size: int | tuple[int, int]) -> tuple[int, int]:
    return (size, size) if isinstance(size, int) else size
