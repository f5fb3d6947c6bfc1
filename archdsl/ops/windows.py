"""What operators with a window share: what they need of a map, and how their window is written."""

from __future__ import annotations

from archdsl.ops.operator import Blame, check_size
from archdsl.ops.shapes import ONE, Padding, PadRule, Shape, Sides, Size, Sliding


def need_map(x: Shape, what: str) -> Size:
    """Return the grid of a feature map; a vector has none to slide over."""
    if x.grid is None:
        raise Blame(
            "not-a-feature-map",
            f"`{what}` needs a feature map, and this is {x.spoken}",
            remark=f"gets {x.spoken}",
            help="put it before `flatten` and `linear`",
        )
    return x.grid


def need_fit(sliding: Sliding, channels: int, grid: Size) -> None:
    """Raise :class:`Blame` where the window is larger than the padded grid, or that too large."""
    padded, reach = sliding.padded(grid), sliding.reach
    check_size(Shape(channels, padded), 0)
    if sliding.fits(grid):
        return
    window = f"{sliding.kernel}" if reach == sliding.kernel else f"{reach} (dilated)"
    where = f"{grid}" if padded == grid else f"{padded} (padded from {grid})"
    raise Blame(
        "kernel-too-large",
        f"a {window} window does not fit into a {where} grid",
        argument="kernel",
        remark=f"the grid here is {grid}",
        help="use a smaller kernel, `same` padding, or reduce the grid less before",
    )


def need_groups(groups: int, x: Shape, channels: int) -> None:
    """Raise :class:`Blame` where groups do not divide the channels on both sides."""
    for count, side in ((x.channels, ""), (channels, "output ")):
        if count % groups:
            raise Blame(
                "indivisible-groups",
                f"{groups} groups do not divide {count} {side}channels",
                argument="groups",
                remark=f"the input has {x.channels} channels",
            )


def patch_text(kernel: Size, stride: Size) -> str:
    """Patch size/stride as in the papers' tables: ``7×7/2``."""
    steps = str(stride.height) if stride.is_square else str(stride)
    return f"{kernel}/{steps}"


def padding_text(padding: Padding, kernel: Size) -> str:
    """A short remark: ``V`` for valid as in the papers' figures, ``p1`` for explicit padding."""
    if kernel == ONE and (not isinstance(padding, Sides) or padding.is_zero):
        return ""
    match padding:
        case PadRule.SAME:
            return ""
        case PadRule.VALID:
            return "V"
        case Sides():
            return "V" if padding.is_zero else f"p{padding}"
