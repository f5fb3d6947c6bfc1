"""Which cells of its input an operator's output cell reads; receptive fields are made of it.

Axes are looked at one by one, and what an operator reads repeats: a convolution reads a stride
further with every cell, an enlargement by two reads the next cell with every second one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import gcd

from archdsl.ops.shapes import Sides, Size


@dataclass(frozen=True, slots=True)
class Reads:
    """What the output cells of one axis read.

    Cell ``o`` of the first ``period`` output cells reads the input cells ``of(o)``, and the cell
    ``period`` further on the same, ``advance`` input cells further on. Cells outside of the input
    are padding. A range may be empty: nothing is read.
    """

    period: int
    advance: int
    of: Callable[[int], range]


@dataclass(frozen=True, slots=True)
class Window:
    """What one output cell reads of the input's rows and columns, or all of it."""

    rows: Reads
    columns: Reads
    whole: bool = False


_SELF = Reads(1, 1, lambda cell: range(cell, cell + 1))

POINT = Window(_SELF, _SELF)
"""An output cell reads the input cell in its place."""

WHOLE = Window(_SELF, _SELF, whole=True)


def moved(sides: Sides) -> Window:
    """A grid that grew on its ``sides``, or shrank there where they are negative."""
    return Window(_moved(sides.top), _moved(sides.left))


def sliding(kernel: Size, stride: Size, dilation: Size, sides: Sides) -> Window:
    """A window of ``kernel`` taps, over a grid that is padded on its ``sides``."""
    return Window(
        _sliding(kernel.height, stride.height, dilation.height, sides.top),
        _sliding(kernel.width, stride.width, dilation.width, sides.left),
    )


def transposed(kernel: Size, stride: Size, dilation: Size, sides: Sides) -> Window:
    """A window that every input cell lays over the output, which is cut on its ``sides``."""
    return Window(
        _transposed(kernel.height, stride.height, dilation.height, sides.top),
        _transposed(kernel.width, stride.width, dilation.width, sides.left),
    )


def divided(grid: Size, to: Size) -> Window:
    """Output cells that share the input grid out among themselves, as adaptive pools do."""
    return _stretched(grid, to, _share)


def nearest(grid: Size, to: Size) -> Window:
    """Output cells that each copy one input cell."""
    return _stretched(grid, to, _copied)


def bilinear(grid: Size, to: Size) -> Window:
    """Output cells that blend the input cells nearest to them, cells aligned by their area."""
    return _stretched(grid, to, _blended)


def _moved(before: int) -> Reads:
    return Reads(1, 1, lambda cell: range(cell - before, cell - before + 1))


def _sliding(kernel: int, stride: int, dilation: int, before: int) -> Reads:
    def of(cell: int) -> range:
        first = cell * stride - before
        return range(first, first + kernel * dilation, dilation)

    return Reads(1, stride, of)


def _transposed(kernel: int, stride: int, dilation: int, cut: int) -> Reads:
    """Cell o reads each i with o + cut = i stride + k dilation for a tap k of the kernel."""
    reach = dilation * (kernel - 1)
    apart = dilation // gcd(stride, dilation)

    def of(cell: int) -> range:
        place = cell + cut
        first = -((reach - place) // stride)
        last = place // stride
        for start in range(first, min(first + apart, last + 1)):
            if (place - start * stride) % dilation == 0:
                return range(start, last + 1, apart)
        return range(0)

    return Reads(stride, 1, of)


def _stretched(grid: Size, to: Size, rule: Callable[[int, int, int], range]) -> Window:
    def axis(n: int, m: int) -> Reads:
        common = gcd(n, m)
        return Reads(m // common, n // common, lambda cell: rule(n, m, cell))

    return Window(axis(grid.height, to.height), axis(grid.width, to.width))


def _share(n: int, m: int, cell: int) -> range:
    """Return the cells of n that one of m averages: begun or ended in its share of them."""
    return range(cell * n // m, -(-(cell + 1) * n // m))


def _copied(n: int, m: int, cell: int) -> range:
    return range(cell * n // m, cell * n // m + 1)


def _blended(n: int, m: int, cell: int) -> range:
    """Return the cells around (cell + 1/2) n / m - 1/2, the middle of the cell seen from below.

    Where that is the middle of an input cell, the next one has no weight.
    """
    first, rest = divmod((2 * cell + 1) * n - m, 2 * m)
    return range(first, first + (2 if rest else 1))
