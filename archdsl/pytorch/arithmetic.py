"""The functions of the language that Python lacks, for source that calculates widths with them."""

from __future__ import annotations

import math


def divisible(number: float, by: int) -> int:
    """Return the multiple of ``by`` nearest to a number, halves up, and at least ``by``.

    One that is more than a tenth below the number gives way to the next.
    """
    nearest = max(by, math.floor((number + by / 2) / by) * by)
    return nearest if nearest >= 0.9 * number else nearest + by
