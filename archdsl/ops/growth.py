"""How an operator's output size follows from its input's, at whatever size that is.

A module is written for the sizes of its spec. Where an operator's constants would be others at
another size, as the padding of a `same` convolution with a stride, the module is right only at
some sizes; :mod:`archdsl.graph.sizes` works out which. Axes are looked at one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from archdsl.ops.shapes import PadRule, Size, Sliding


@dataclass(frozen=True, slots=True)
class Growth:
    """One axis: ``n`` cells become ``(times * n + more) // step``.

    ``fixed`` is their number where it is the same for every size. ``by_size`` says that the
    operator's constants depend on the rest of ``n`` over ``step``. ``ceil`` are the padding before
    and after and the reach of a window whose places are counted as torch's ceil mode counts them.
    """

    times: int = 1
    more: int = 0
    step: int = 1
    fixed: int | None = None
    by_size: bool = False
    ceil: tuple[int, int, int] | None = None

    def over(self, n: int) -> int | None:
        """Return the number of cells that ``n`` become; None where torch's ceil mode counts."""
        if self.fixed is not None:
            return self.fixed
        return None if self.ceil is not None else (self.times * n + self.more) // self.step


KEPT = Growth()
"""As many cells as before."""

Grown = tuple[Growth, Growth]
"""How rows and columns grow."""

SAME_GRID: Grown = (KEPT, KEPT)


def fixed(grid: Size) -> Grown:
    """The same grid for whatever comes in."""
    return Growth(fixed=grid.height), Growth(fixed=grid.width)


def by_axis(of: Callable[[int], Growth]) -> Grown:
    """Return what ``of`` gives for the rows, which are axis 0, and for the columns."""
    return of(0), of(1)


def slid(window: Sliding) -> Grown:
    """A window that slides over the grid."""

    def axis(at: int) -> Growth:
        reach, step = window.reach.pair[at], window.stride.pair[at]
        if window.padding is PadRule.SAME:
            # What is padded makes the output ceil(n / step), and so depends on the rest of n.
            return Growth(more=step - 1, step=step, by_size=step > 1 and reach > 1)
        sides = window.sides(window.kernel)  # explicit, or none: the same for every grid
        before, after = ((sides.top, sides.bottom), (sides.left, sides.right))[at]
        if window.ceil:
            return Growth(step=step, ceil=(before, after, reach))
        return Growth(more=before + after - reach + step, step=step)

    return by_axis(axis)
