"""Sizes, feature-map shapes, and the arithmetic of windows that slide over a grid.

Shapes are height x width x channels with the batch left out, as in the papers; torch's order
(N, C, H, W) appears only where a module is built.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

LARGEST_EXTENT = 2**31 - 1
LARGEST_TENSOR = 2**40
"""Most numbers in one feature map or one weight tensor; beyond it torch's own arithmetic nears
its 64-bit limits and no machine could hold the tensor."""


@dataclass(frozen=True, slots=True)
class Size:
    """A height and a width: of a kernel, a stride or a grid."""

    height: int
    width: int

    @property
    def area(self) -> int:
        return self.height * self.width

    @property
    def pair(self) -> tuple[int, int]:
        return (self.height, self.width)

    @property
    def is_square(self) -> bool:
        return self.height == self.width

    @property
    def source(self) -> str:
        """The size as a spec writes it: ``3x3``."""
        return f"{self.height}x{self.width}"

    def __str__(self) -> str:
        return f"{self.height}×{self.width}"


ONE = Size(1, 1)


@dataclass(frozen=True, slots=True)
class Shape:
    """A feature map of ``channels`` over a ``grid``, or a vector of ``channels`` with no grid.

    Both are written 1x1xC where the grid is a single cell, as the papers' tables do.
    """

    channels: int
    grid: Size | None = None

    @property
    def is_vector(self) -> bool:
        return self.grid is None

    @property
    def height(self) -> int:
        return 1 if self.grid is None else self.grid.height

    @property
    def width(self) -> int:
        return 1 if self.grid is None else self.grid.width

    @property
    def cells(self) -> int:
        return self.height * self.width

    @property
    def elements(self) -> int:
        return self.cells * self.channels

    @property
    def triple(self) -> tuple[int, int, int]:
        return (self.height, self.width, self.channels)

    @property
    def source(self) -> str:
        """The shape as a spec claims it: ``35x35x384``."""
        return "x".join(str(extent) for extent in self.triple)

    @property
    def torch(self) -> tuple[int, ...]:
        """The shape in torch's order without the batch: (C, H, W), or (C,) for a vector."""
        return (self.channels,) if self.grid is None else (self.channels, *self.grid.pair)

    @property
    def spoken(self) -> str:
        """The shape for a sentence in which a vector and a 1×1 map must not be confused."""
        return f"a vector of {self.channels}" if self.is_vector else str(self)

    def __str__(self) -> str:
        return "×".join(str(extent) for extent in self.triple)


class PadRule(Enum):
    """The two padding rules the papers name."""

    SAME = "same"
    VALID = "valid"


@dataclass(frozen=True, slots=True)
class Sides:
    """Rows and columns added on each side of a grid."""

    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0

    @classmethod
    def around(cls, amount: Size) -> Sides:
        """``amount.height`` rows above and below, ``amount.width`` columns left and right."""
        return cls(amount.height, amount.height, amount.width, amount.width)

    @property
    def is_zero(self) -> bool:
        return self == Sides()

    @property
    def symmetric(self) -> Size | None:
        """The amount per axis where both sides agree, else None."""
        if self.top == self.bottom and self.left == self.right:
            return Size(self.top, self.left)
        return None

    @property
    def torch(self) -> tuple[int, int, int, int]:
        """The order of ``torch.nn.functional.pad``: left, right, top, bottom."""
        return (self.left, self.right, self.top, self.bottom)

    @property
    def most(self) -> int:
        return max(self.top, self.bottom, self.left, self.right)

    def __str__(self) -> str:
        amount = self.symmetric
        if amount is None:
            return f"[{self.top}, {self.bottom}, {self.left}, {self.right}]"
        return str(amount.height) if amount.is_square else amount.source


Padding = PadRule | Sides


@dataclass(frozen=True, slots=True)
class Sliding:
    """How a window slides over a grid: everything the output size depends on."""

    kernel: Size
    stride: Size = ONE
    padding: Padding = PadRule.SAME
    dilation: Size = ONE
    ceil: bool = False

    @property
    def reach(self) -> Size:
        """The kernel with its dilation: the grid cells from its first to its last tap."""
        return Size(
            self.dilation.height * (self.kernel.height - 1) + 1,
            self.dilation.width * (self.kernel.width - 1) + 1,
        )

    def sides(self, grid: Size) -> Sides:
        """Return the padding placed around ``grid``; ``same`` puts the odd cell after."""
        match self.padding:
            case Sides():
                return self.padding
            case PadRule.VALID:
                return Sides()
            case PadRule.SAME:
                reach = self.reach
                top, bottom = _same(grid.height, reach.height, self.stride.height)
                left, right = _same(grid.width, reach.width, self.stride.width)
                return Sides(top, bottom, left, right)

    def padded(self, grid: Size) -> Size:
        sides = self.sides(grid)
        return Size(
            grid.height + sides.top + sides.bottom,
            grid.width + sides.left + sides.right,
        )

    def fits(self, grid: Size) -> bool:
        """Return whether there is a place for the window; `ceil` lets it stick out by a step."""
        output = self.over(grid)
        return output.height >= 1 and output.width >= 1

    def over(self, grid: Size) -> Size:
        """Return the output grid. The window must fit (:meth:`fits`)."""
        sides, reach, stride = self.sides(grid), self.reach, self.stride
        return Size(
            _steps(grid.height, sides.top, sides.bottom, reach.height, stride.height, self.ceil),
            _steps(grid.width, sides.left, sides.right, reach.width, stride.width, self.ceil),
        )


def _same(length: int, reach: int, stride: int) -> tuple[int, int]:
    """TensorFlow's SAME rule: output ceil(n/s), total padding split with the rest after."""
    output = -(-length // stride)
    total = max((output - 1) * stride + reach - length, 0)
    return total // 2, total - total // 2


def _steps(length: int, before: int, after: int, reach: int, stride: int, ceil: bool) -> int:
    spare = length + before + after - reach
    if not ceil:
        return spare // stride + 1
    steps = -(-spare // stride) + 1
    # A last window that would start in the padding after the map is dropped, as torch and Caffe do.
    return steps - 1 if (steps - 1) * stride >= length + before else steps
